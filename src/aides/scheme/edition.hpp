// One edition, loaded and compiled: unchanging, safe to share between threads.
//
//   auto loaded = load_edition_file("schemes/hdf-videoprotection/2022.toml");
//   if (!loaded.edition) for (const Fault& fault : loaded.faults) …
//   Outcome quick = evaluate_fast(*loaded.edition, facts);
//   Evaluation explained = evaluate(*loaded.edition, facts);
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/scheme/evaluation.hpp"
#include "aides/scheme/model.hpp"
#include "base/result.hpp"

namespace beffroi::scheme {

// One thing wrong in a file. All of them are reported, not only the first.
struct Fault {
    std::string file;
    int line = 0;
    int column = 0;
    std::string key;                                               // "rate.rows[0].percent"
    base::Message message;                                         // for the person
    std::string expected;                                          // in English, for the log
    [[nodiscard]] std::string text(const base::Text& text) const;  // file:line: sentence
    [[nodiscard]] std::string detail() const;                      // file:line: key: expected…
};

struct Program;

class Edition {
  public:
    explicit Edition(Model model);
    Edition(const Edition&) = delete;
    Edition& operator=(const Edition&) = delete;
    ~Edition();

    [[nodiscard]] const Model& model() const { return model_; }
    [[nodiscard]] std::string id() const { return model_.id(); }
    // The rules in force on that date.
    [[nodiscard]] const Program& program(base::Date date) const;
    // What prevents opening: the values it needs and nobody knows, with their questions.
    [[nodiscard]] std::vector<Doubt> missing_to_open() const;
    [[nodiscard]] std::vector<Doubt> assumptions() const;
    // Which population a caller must supply for an application judged at these dates; nothing when there is no test or
    // the value is unknown.
    [[nodiscard]] std::optional<std::pair<PopulationFigure, int>> population_needed(base::Date date) const;
    // The instant lies in one of the windows of filing.
    [[nodiscard]] bool open_at(base::Timestamp at) const;
    // The envelope on that date; nothing when unknown.
    [[nodiscard]] std::optional<base::Cents> envelope_at(base::Date date) const;
    // The date at which values are read for these facts (judged_at; 1 January of the edition's year when the facts lack
    // it, or its first day of effect).
    [[nodiscard]] base::Date judgement_date(const Facts& facts) const;

  private:
    Model model_;
    base::Date default_date_;
    std::vector<std::pair<base::Date, std::unique_ptr<const Program>>> programs_;  // by date from which they hold
};

using EditionPtr = std::shared_ptr<const Edition>;

struct Loaded {
    EditionPtr edition;                       // none when there is a fault
    std::vector<Fault> faults;                // by line
    [[nodiscard]] base::Error error() const;  // all faults as one error
};

inline constexpr std::size_t kLargestFile = 1 << 20;

// `file` is only named in faults; when it looks like <scheme>/<edition>.toml both are checked against the text.
[[nodiscard]] Loaded load_edition(std::string_view text, std::string_view file);
[[nodiscard]] Loaded load_edition_file(const std::filesystem::path& file);

// Pure: the same edition and facts give the same answer. No clock, no file, no database.
[[nodiscard]] Evaluation evaluate(const Edition& edition, const Facts& facts);
// The same computation without explanation and without allocation.
[[nodiscard]] Outcome evaluate_fast(const Edition& edition, const Facts& facts);
// The same when the program is at hand (batches).
[[nodiscard]] Outcome evaluate_fast(const Edition& edition, const Program& program, const Facts& facts);

}  // namespace beffroi::scheme
