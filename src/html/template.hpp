// HTML literals that the compiler reads: `Template` parses the literal while compiling, finds the holes `{}` and knows
// for each one where it stands, hence how what fills it must be escaped. What could inject or break the page does not
// compile: a hole outside quotes, in a tag name, in a script; an element left open or closed twice; inline handlers and
// styles (which the content security policy forbids anyway); a number of holes that is not the number of values; a
// value of a kind that does not fit there.
//
// Quotes of attributes may be ' or ": templates in C++ use ' so that nothing needs a backslash.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace beffroi::html {

// Where a hole stands.
enum class Spot : std::uint8_t {
    Text,       // between tags
    Attribute,  // inside the quotes of an attribute
    Url,        // at the start of href, src, action…: relative, http(s) or mailto, or else it becomes "#"
    UrlPart,    // further on in such an attribute: percent-encoded whole, slashes too
    Tag,        // between the attributes: takes Attr and Attrs only
};

// What may fill a hole.
enum class Fill : std::uint8_t {
    Plain,       // strings, integers, identifiers: anywhere but in Tag
    Real,        // floating point: coordinates of drawings, so attributes only
    Human,       // amounts, rates, dates: written for people, so text only (say the format you want in an attribute)
    Attributes,  // Attr, Attrs: in Tag only
    Content,     // functions, fragments, components: text only
};

struct Hole {
    std::uint16_t at = 0;  // offset of "{}" in the literal
    Spot spot = Spot::Text;
};

namespace detail {

// Never defined: the name of the one called is the compiler's error message.
void the_literal_is_too_long();
void a_brace_must_be_a_hole_written_as_an_empty_pair();
void more_holes_than_values();
void more_values_than_holes();
void an_amount_or_a_date_in_an_attribute_must_say_its_format();
void attributes_go_between_the_attributes_of_a_tag();
void only_attr_goes_between_the_attributes_of_a_tag();
void content_goes_between_tags();
void a_floating_point_number_in_text_must_say_its_format();
void an_element_is_closed_that_was_not_open();
void an_element_is_left_open();
void elements_are_nested_too_deep();
void the_tag_is_malformed();
void the_attribute_is_malformed();
void an_attribute_must_be_in_quotes();
void inline_handlers_styles_and_documents_are_forbidden();
void a_hole_is_not_possible_in_this_attribute();
void an_address_hole_must_be_followed_by_a_slash_question_mark_hash_or_the_end();
void a_script_must_be_empty_and_come_from_a_file();
void style_elements_comments_and_base_are_forbidden();
void only_void_elements_and_shapes_close_themselves();
void a_url_template_starts_with_a_slash();

constexpr bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ':' ||
           c == '_';
}
constexpr bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

constexpr bool is_any_of(std::string_view word, std::initializer_list<std::string_view> list) {
    for (std::string_view each : list)
        if (each == word) return true;
    return false;
}
constexpr bool is_void_element(std::string_view name) {
    return is_any_of(name, {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"});
}
// A drawing is often written by several literals, so these may close themselves wherever they stand.
constexpr bool is_shape(std::string_view name) {
    return is_any_of(name, {"circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "stop", "use"});
}
constexpr bool is_url_attribute(std::string_view name) {
    return is_any_of(name, {"href", "src", "action", "formaction", "cite", "poster", "data", "background", "manifest",
                            "xlink:href"});
}
constexpr bool is_forbidden_attribute(std::string_view name) {
    return name == "style" || name == "srcdoc" ||
           (name.size() > 2 && (name[0] | 0x20) == 'o' && (name[1] | 0x20) == 'n');
}

class Checker {
  public:
    constexpr Checker(std::string_view text, std::span<const Fill> fills, std::span<Hole> holes)
        : text_(text), fills_(fills), holes_(holes) {}

    constexpr void run() {
        if (text_.size() > 0xffff) the_literal_is_too_long();
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '<')
                markup();
            else if (c == '{' || c == '}')
                hole(Spot::Text);
            else
                ++at_;
        }
        if (depth_ != 0) an_element_is_left_open();
        if (found_ != fills_.size()) more_values_than_holes();
    }

  private:
    [[nodiscard]] constexpr char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] constexpr bool starts(std::string_view word) const { return text_.substr(at_).starts_with(word); }
    constexpr std::string_view name() {
        const std::size_t start = at_;
        while (is_name_char(peek())) ++at_;
        return text_.substr(start, at_ - start);
    }

    constexpr void hole(Spot spot) {
        if (peek() != '{' || peek(1) != '}') a_brace_must_be_a_hole_written_as_an_empty_pair();
        if (found_ == fills_.size()) more_holes_than_values();
        const Fill fill = fills_[found_];
        if (fill == Fill::Attributes && spot != Spot::Tag) attributes_go_between_the_attributes_of_a_tag();
        if (fill != Fill::Attributes && spot == Spot::Tag) only_attr_goes_between_the_attributes_of_a_tag();
        if (fill == Fill::Human && spot != Spot::Text) an_amount_or_a_date_in_an_attribute_must_say_its_format();
        if (fill == Fill::Content && spot != Spot::Text) content_goes_between_tags();
        if (fill == Fill::Real && spot != Spot::Attribute) a_floating_point_number_in_text_must_say_its_format();
        holes_[found_].at = static_cast<std::uint16_t>(at_);
        holes_[found_].spot = spot;
        ++found_;
        at_ += 2;
    }

    constexpr void markup() {
        if (starts("<!doctype html>")) {
            at_ += 15;
        } else if (peek(1) == '!') {
            style_elements_comments_and_base_are_forbidden();
        } else if (peek(1) == '/') {
            at_ += 2;
            if (depth_ == 0 || name() != open_[depth_ - 1]) an_element_is_closed_that_was_not_open();
            if (peek() != '>') the_tag_is_malformed();
            ++at_;
            --depth_;
        } else {
            ++at_;
            opening();
        }
    }

    constexpr void opening() {
        const std::string_view element = name();
        if (element.empty()) the_tag_is_malformed();
        if (is_any_of(element, {"style", "base", "object", "embed"})) style_elements_comments_and_base_are_forbidden();
        attributes();
        if (starts("/>")) {
            if (!is_void_element(element) && !is_shape(element)) only_void_elements_and_shapes_close_themselves();
            at_ += 2;
            return;
        }
        ++at_;
        if (is_void_element(element)) return;
        if (element == "script") {
            if (!starts("</script>")) a_script_must_be_empty_and_come_from_a_file();
            at_ += 9;
            return;
        }
        if (depth_ == open_.size()) elements_are_nested_too_deep();
        open_[depth_++] = element;
    }

    // Stops on the '>' or the '/>' of the tag.
    constexpr void attributes() {
        while (true) {
            while (is_space(peek())) ++at_;
            if (peek() == '>' || starts("/>")) return;
            if (peek() == '{')
                hole(Spot::Tag);
            else
                attribute();
        }
    }

    constexpr void attribute() {
        const std::string_view attribute_name = name();
        if (attribute_name.empty()) the_attribute_is_malformed();
        if (is_forbidden_attribute(attribute_name)) inline_handlers_styles_and_documents_are_forbidden();
        if (peek() != '=') return;
        ++at_;
        const char quote = peek();
        if (quote != '\'' && quote != '"') an_attribute_must_be_in_quotes();
        const std::size_t start = ++at_;
        const bool url = is_url_attribute(attribute_name);
        while (peek() != quote) {
            if (at_ >= text_.size() || peek() == '<') the_attribute_is_malformed();
            if (peek() != '{' && peek() != '}') {
                ++at_;
                continue;
            }
            if (attribute_name == "srcset" || attribute_name == "ping") a_hole_is_not_possible_in_this_attribute();
            const bool first = at_ == start;
            hole(!url ? Spot::Attribute : first ? Spot::Url : Spot::UrlPart);
            if (url && first && peek() != quote && peek() != '/' && peek() != '?' && peek() != '#')
                an_address_hole_must_be_followed_by_a_slash_question_mark_hash_or_the_end();
        }
        ++at_;
    }

    std::string_view text_;
    std::span<const Fill> fills_;
    std::span<Hole> holes_;
    std::size_t at_ = 0;
    std::size_t found_ = 0;
    std::array<std::string_view, 40> open_{};
    std::size_t depth_ = 0;
};

template <typename T>
consteval Fill fill_of();  // value.hpp

}  // namespace detail

// A checked literal for values of these types. Made by the compiler from the first argument of Writer's call; never by
// hand.
template <typename... Args>
class Template {
  public:
    template <std::size_t N>
    consteval Template(const char (&literal)[N]) : text_(literal, N - 1) {
        const std::array<Fill, sizeof...(Args)> fills{detail::fill_of<Args>()...};
        detail::Checker(text_, fills, holes_).run();
    }
    [[nodiscard]] constexpr std::string_view text() const { return text_; }
    [[nodiscard]] constexpr std::span<const Hole> holes() const { return holes_; }

  private:
    std::string_view text_;
    std::array<Hole, sizeof...(Args)> holes_{};
};

// A checked address of our own: "/dossiers/{}?q={}". It starts with a slash; what fills it is percent-encoded.
template <typename... Args>
class UrlTemplate {
  public:
    template <std::size_t N>
    consteval UrlTemplate(const char (&literal)[N]) : text_(literal, N - 1) {
        if (N < 2 || literal[0] != '/') detail::a_url_template_starts_with_a_slash();
        std::size_t found = 0;
        for (std::size_t at = 0; at + 1 < N; ++at) {
            if (literal[at] != '{') continue;
            if (literal[at + 1] != '}') detail::a_brace_must_be_a_hole_written_as_an_empty_pair();
            ++found;
        }
        if (found > sizeof...(Args)) detail::more_holes_than_values();
        if (found < sizeof...(Args)) detail::more_values_than_holes();
    }
    [[nodiscard]] constexpr std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

// The name of an attribute, a literal: never a handler, a style or a document.
class AttrName {
  public:
    template <std::size_t N>
    consteval AttrName(const char (&name)[N]) : name_(name, N - 1), url_(detail::is_url_attribute(name_)) {
        for (char c : name_)
            if (!detail::is_name_char(c)) detail::the_attribute_is_malformed();
        if (detail::is_forbidden_attribute(name_)) detail::inline_handlers_styles_and_documents_are_forbidden();
        if (name_ == "srcset" || name_ == "ping") detail::a_hole_is_not_possible_in_this_attribute();
    }
    [[nodiscard]] constexpr std::string_view view() const { return name_; }
    [[nodiscard]] constexpr bool is_url() const { return url_; }

  private:
    std::string_view name_;
    bool url_;
};

}  // namespace beffroi::html
