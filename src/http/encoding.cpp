#include "http/encoding.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace beffroi::http {

namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

bool control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Every segment is named, but the last may be empty; none climbs.
bool segments_are_safe(std::string_view path) {
    std::size_t start = 1;
    while (true) {
        const std::size_t slash = path.find('/', start);
        const bool last = slash == std::string_view::npos;
        const std::string_view segment = path.substr(start, last ? std::string_view::npos : slash - start);
        if (segment == "." || segment == ".." || (segment.empty() && !last)) return false;
        if (last) return true;
        start = slash + 1;
    }
}

}  // namespace

std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4U];
        out += kHex[byte & 15U];
    }
    return out;
}

base::Result<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) return base::fail(base::Code::Invalid, "broken % sequence");
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string build_query(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    std::string out;
    for (const auto& [name, value] : pairs) {
        if (!out.empty()) out += '&';
        out += percent_encode(name);
        out += '=';
        out += percent_encode(value);
    }
    return out;
}

base::Status decode_path_into(std::string_view raw, std::string& out) {
    out.clear();
    if (raw.empty() || raw.front() != '/') return base::fail(base::Code::Invalid, "the path does not start with /");
    if (raw.find('%') == std::string_view::npos) {
        out.assign(raw);
    } else {
        out = TRY(percent_decode(raw));
        if (std::ranges::count(out, '/') != std::ranges::count(raw, '/')) {
            return base::fail(base::Code::Invalid, "encoded slash in the path");
        }
    }
    if (std::ranges::any_of(out, [](char c) { return control(c) || c == '\\'; })) {
        return base::fail(base::Code::Invalid, "control character or backslash in the path");
    }
    if (!base::valid_utf8(out)) return base::fail(base::Code::Invalid, "the path is not UTF-8");
    if (!segments_are_safe(out)) return base::fail(base::Code::Invalid, "empty, . or .. segment in the path");
    return {};
}

base::Result<std::string> decode_path(std::string_view raw) {
    std::string out;
    TRY(decode_path_into(raw, out));
    return out;
}

std::string local_target_or(std::string_view target, std::string_view fallback) {
    const std::size_t mark = target.find('?');
    const std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark);
    const bool plain = std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '#'; });
    if (!plain || !decode_path(target.substr(0, target.size() - query.size()))) return std::string(fallback);
    return std::string(target);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace beffroi::http
