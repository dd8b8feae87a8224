#include "html/url.hpp"

#include <array>

namespace beffroi::html {

namespace {

constexpr bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if ((a[i] | 0x20) != b[i]) return false;
    return true;
}

}  // namespace

bool safe_url(std::string_view url) {
    // Browsers drop tabs and line ends anywhere and spaces in front before they look for a scheme: none is let through.
    for (char c : url)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
    const std::size_t at = url.find_first_of(":/?#\\");
    if (at == std::string_view::npos || url[at] != ':') return true;
    const std::string_view scheme = url.substr(0, at);
    return same_ignoring_case(scheme, "http") || same_ignoring_case(scheme, "https") ||
           same_ignoring_case(scheme, "mailto");
}

std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 2);
    append_encoded(out, text);
    return out;
}

std::string with_param(std::string_view url, std::string_view name, std::string_view value) {
    const std::size_t hash = url.find('#');
    const std::string_view fragment = hash == std::string_view::npos ? std::string_view{} : url.substr(hash);
    url = url.substr(0, hash);
    const std::size_t question = url.find('?');
    std::string out(url.substr(0, question));
    char separator = '?';
    bool placed = value.empty();
    const auto add = [&](std::string_view pair) {
        out += separator;
        out += pair;
        separator = '&';
    };
    const std::string key = percent_encode(name);
    std::string_view rest = question == std::string_view::npos ? std::string_view{} : url.substr(question + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        if (pair.substr(0, pair.find('=')) != key) {
            if (!pair.empty()) add(pair);
        } else if (!placed) {
            add(key + "=" + percent_encode(value));
            placed = true;
        }
    }
    if (!placed) add(key + "=" + percent_encode(value));
    out += fragment;
    return out;
}

namespace detail {

std::string fill_url(std::string_view literal, std::initializer_list<std::string_view> values) {
    std::string out;
    out.reserve(literal.size() + 32);
    const auto* value = values.begin();
    for (std::size_t at = 0; at < literal.size(); ++at) {
        if (literal[at] != '{') {
            out += literal[at];
            continue;
        }
        append_encoded(out, *value++);
        ++at;
    }
    return out;
}

}  // namespace detail

}  // namespace beffroi::html
