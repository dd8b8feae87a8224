// Writes one page. Literals go out as they are, values escaped for the place they stand in, and the compiler checks
// both.
//
//   html::Writer w(text);                                   // text: base::Text, the language of the page
//   w("<h1>{}</h1>", w.t("aides.list.title"));
//   w("<ul>{}</ul>", [&] {
//       for (const auto& grant : grants)
//           w("<li><a href='/aides/{}'>{}</a> {}</li>", grant.id, grant.commune, grant.amount);
//   });
//
// See template.hpp for what the compiler checks, value.hpp for what may fill a hole, components.hpp for the components.
// One writer belongs to one request and one thread.
#pragma once

#include <string>
#include <string_view>

#include "base/catalogue.hpp"
#include "html/template.hpp"
#include "html/value.hpp"

namespace beffroi::html {

class Rows;
struct Table;

class Writer {
  public:
    explicit Writer(const base::Text& text) : text_(text) { out_.reserve(kFirstReserve); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Writes the literal with its holes filled in order.
    template <typename... Args>
    void operator()(const Template<std::type_identity_t<Args>...>& literal, const Args&... values) {
        if constexpr (sizeof...(Args) == 0) {
            out_.append(literal.text());
        } else {
            const Value filled[] = {Value(values)...};
            fill(literal.text(), literal.holes(), filled);
        }
    }

    // Writes one value as text: what w("{}", value) does.
    void put(const Value& value) { write(value, Spot::Text); }

    // The sentences of the page's language.
    [[nodiscard]] const base::Text& text() const { return text_; }
    [[nodiscard]] base::Language language() const { return text_.language(); }
    [[nodiscard]] std::string_view t(std::string_view key) const { return text_(key); }
    [[nodiscard]] std::string t(std::string_view key, base::TextArgs args) const { return text_(key, args); }

    // A piece to be kept, or to be put into another page.
    template <std::invocable<Writer&> Use>
    [[nodiscard]] static Html fragment(const base::Text& text, const Use& use) {
        Writer w(text);
        use(w);
        return Html(std::move(w.out_));
    }

    [[nodiscard]] std::string_view view() const { return out_; }
    // The page; the writer is then empty.
    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    // The rows of a table begin and end in different calls: the one component that writes unbalanced tags, of its own.
    friend class Rows;
    friend void table(Writer& w, const struct Table& table, const std::function<void(Rows&)>& body);
    // Reads the text before it lets it pass (drawing.hpp).
    friend void drawing(Writer& w, std::string_view svg);
    void append(std::string_view markup) { out_.append(markup); }

    static constexpr std::size_t kFirstReserve = std::size_t{24} * 1024;

    void fill(std::string_view literal, std::span<const Hole> holes, const Value* values);
    void write(const Value& value, Spot spot);
    void write_string(std::string_view text, Spot spot);
    void write_attribute(const Attr& attribute);
    void write_human(const Value& value);
    void escape(std::string_view text);

    base::Text text_;
    std::string out_;
};

}  // namespace beffroi::html
