#include "http/fields.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/encoding.hpp"
#include "http/form_text.hpp"

namespace beffroi::http {

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (const auto& field : fields_) {
        if (field.name == name) return field.value;
    }
    return std::nullopt;
}

std::vector<std::string_view> Fields::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& field : fields_) {
        if (field.name == name) values.emplace_back(field.value);
    }
    return values;
}

base::Status check_form_text(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return base::fail(base::Code::Invalid, "NUL in a form field");
    if (!base::valid_utf8(text)) return base::fail(base::Code::Invalid, "a form field is not UTF-8");
    return {};
}

void normalise_line_ends(std::string& text) {
    if (text.find('\r') == std::string::npos) return;
    std::size_t to = 0;
    for (std::size_t from = 0; from < text.size(); ++from) {
        if (text[from] != '\r') {
            text[to++] = text[from];
            continue;
        }
        text[to++] = '\n';
        if (from + 1 < text.size() && text[from + 1] == '\n') ++from;
    }
    text.resize(to);
}

namespace {

base::Result<std::string> decode_part(std::string_view raw, std::size_t limit) {
    std::string spaced(raw);
    std::ranges::replace(spaced, '+', ' ');
    auto text = TRY(percent_decode(spaced));
    if (text.size() > limit) return base::fail(base::Code::TooLarge, "a form field is longer than its limit");
    TRY(check_form_text(text));
    normalise_line_ends(text);
    return text;
}

}  // namespace

base::Result<Fields> parse_urlencoded(std::string_view text, const FieldLimits& limits) {
    Fields fields;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        if (fields.size() == limits.count) return base::fail(base::Code::TooLarge, "too many form fields");
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = TRY(decode_part(pair.substr(0, equals), limits.name_bytes));
        auto value = TRY(decode_part(pair.substr(std::min(equals + 1, pair.size())), limits.value_bytes));
        fields.add(std::move(name), std::move(value));
    }
    return fields;
}

}  // namespace beffroi::http
