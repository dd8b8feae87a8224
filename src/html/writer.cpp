#include "html/writer.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include "base/result.hpp"
#include "html/url.hpp"

namespace beffroi::html {

namespace {

// What a byte becomes in text and in both kinds of quotes; empty: itself. One table for all places keeps the rule
// simple.
constexpr auto kEscapes = [] {
    std::array<std::string_view, 256> table{};
    table['&'] = "&amp;";
    table['<'] = "&lt;";
    table['>'] = "&gt;";
    table['"'] = "&quot;";
    table['\''] = "&#39;";
    table[0] = "\xEF\xBF\xBD";
    return table;
}();

constexpr auto kSpecial = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = !kEscapes[i].empty();
    return table;
}();

void append_integer(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end.ptr);
}

// Coordinates: two decimals are below what an eye or a printer sees.
void append_real(std::string& out, double value) {
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 2);
    if (end.ec != std::errc()) {
        out += '0';
        return;
    }
    std::string_view text(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
    if (text.find('.') != std::string_view::npos) {
        while (text.ends_with('0')) text.remove_suffix(1);
        if (text.ends_with('.')) text.remove_suffix(1);
    }
    out.append(text);
}

}  // namespace

void Writer::escape(std::string_view text) {
    const char* run = text.data();
    const char* const end = run + text.size();
    for (const char* at = run; at != end; ++at) {
        const auto byte = static_cast<unsigned char>(*at);
        if (!kSpecial[byte]) continue;
        out_.append(run, at);
        out_.append(kEscapes[byte]);
        run = at + 1;
    }
    out_.append(run, end);
}

void Writer::fill(std::string_view literal, std::span<const Hole> holes, const Value* values) {
    std::size_t from = 0;
    for (const Hole& hole : holes) {
        out_.append(literal.data() + from, hole.at - from);
        write(*values++, hole.spot);
        from = hole.at + std::size_t{2};
    }
    out_.append(literal.data() + from, literal.size() - from);
}

void Writer::write(const Value& value, Spot spot) {
    switch (value.kind_) {
        case Value::Kind::Text:
            write_string(std::string_view(value.text_, static_cast<std::size_t>(value.integer_)), spot);
            break;
        case Value::Kind::Integer:
            append_integer(out_, value.integer_);
            break;
        case Value::Kind::Real:
            append_real(out_, value.real_);
            break;
        case Value::Kind::Cents:
        case Value::Kind::Rate:
        case Value::Kind::Date:
        case Value::Kind::Timestamp:
            write_human(value);
            break;
        case Value::Kind::OneAttr:
            write_attribute(*static_cast<const Attr*>(value.object_));
            break;
        case Value::Kind::ManyAttrs:
            for (const Attr& attribute : *static_cast<const Attrs*>(value.object_)) write_attribute(attribute);
            break;
        case Value::Kind::Raw:
            out_.append(value.text_, static_cast<std::size_t>(value.integer_));
            break;
        case Value::Kind::Call:
            value.call_(*this, value.object_);
            break;
    }
}

void Writer::write_string(std::string_view text, Spot spot) {
    switch (spot) {
        case Spot::Text:
        case Spot::Attribute:
            escape(text);
            break;
        case Spot::Url:
            escape(safe_url(text) ? text : std::string_view("#"));
            break;
        case Spot::UrlPart:
            out_.append(percent_encode(text));
            break;
        case Spot::Tag:
            ASSERT(false);
            break;
    }
}

void Writer::write_attribute(const Attr& attribute) {
    if (!attribute.present()) return;
    out_ += ' ';
    out_.append(attribute.name().view());
    if (!attribute.has_value()) return;
    out_.append("=\"");
    write_string(attribute.value(), attribute.name().is_url() ? Spot::Url : Spot::Attribute);
    out_ += '"';
}

void Writer::write_human(const Value& value) {
    switch (value.kind_) {
        case Value::Kind::Cents:
            escape(base::format_euros(base::Cents{value.integer_}, language()));
            break;
        case Value::Kind::Rate:
            escape(base::format_percent(base::Rate{static_cast<std::int32_t>(value.integer_)}, language()));
            break;
        case Value::Kind::Date:
            escape(base::format_date(*static_cast<const base::Date*>(value.object_), language()));
            break;
        case Value::Kind::Timestamp:
            escape(base::format_instant(base::Timestamp{value.integer_}, language()));
            break;
        default:
            ASSERT(false);
    }
}

}  // namespace beffroi::html
