// What an edition says, in plain sentences, each with how it is known: read, assumed (and why), or unknown (and what is
// asked). Reads the data, decides nothing.
#pragma once

#include <string>
#include <vector>

#include "aides/scheme/edition.hpp"
#include "html/components.hpp"
#include "territory/directory.hpp"

namespace beffroi::aides::pages::open {

struct Said {
    std::string text;
    scheme::State state = scheme::State::Known;
    std::string remark;  // why it is assumed, what is asked, or a note
    scheme::Refs refs;
};

// Sentences about one edition in one language, as its values stand on its first day.
class SchemeText {
  public:
    SchemeText(const scheme::Edition& edition, const territory::Directory& directory, const base::Text& t);

    [[nodiscard]] std::vector<Said> who() const;
    [[nodiscard]] std::vector<Said> projects() const;
    [[nodiscard]] std::vector<Said> how_much() const;
    [[nodiscard]] std::vector<Said> cofunding() const;
    [[nodiscard]] std::vector<Said> paid() const;
    [[nodiscard]] std::vector<Said> not_paid() const;
    [[nodiscard]] std::vector<Said> documents() const;
    [[nodiscard]] std::vector<Said> dates() const;
    [[nodiscard]] std::vector<Said> chosen() const;
    [[nodiscard]] std::vector<Said> payment() const;
    // The question of a section of which nothing is known; empty otherwise.
    [[nodiscard]] std::string question(std::string_view section) const;

  private:
    using Args = std::initializer_list<std::pair<std::string_view, std::string>>;

    [[nodiscard]] std::string t(std::string_view key) const { return std::string(text_(key)); }
    [[nodiscard]] std::string t(std::string_view key, Args args) const;
    [[nodiscard]] std::string word(std::string_view area, std::string_view name) const;
    [[nodiscard]] const std::string& in(const scheme::Bilingual& text) const { return text.in(text_.language()); }
    [[nodiscard]] std::string joined(const std::vector<std::string>& parts) const;
    [[nodiscard]] std::string condition(const scheme::When& when) const;
    [[nodiscard]] std::string shown(base::Cents value) const;
    [[nodiscard]] std::string shown(base::Rate value) const;
    [[nodiscard]] std::string shown(std::int64_t value) const;
    [[nodiscard]] std::string shown(base::Date value) const;
    [[nodiscard]] std::string shown(base::Timestamp value) const;
    [[nodiscard]] Said rate(const scheme::RateRow& row) const;
    [[nodiscard]] std::vector<Said> expenses(bool eligible) const;
    void population(std::vector<Said>& out) const;
    void history(std::vector<Said>& out) const;

    // Adds what the value says as `sentence` makes it from the value; nothing when it is not in the file.
    template <typename T, typename Sentence>
    void add(std::vector<Said>& out, const scheme::Value<T>& value, const scheme::Refs& refs,
             Sentence&& sentence) const;

    [[nodiscard]] std::string region(std::string_view code) const;
    [[nodiscard]] std::string department(std::string_view code) const;

    const scheme::Model& model_;
    const territory::Directory& directory_;
    base::Text text_;
    base::Date at_;
};

}  // namespace beffroi::aides::pages::open
