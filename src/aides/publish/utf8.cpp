#include "aides/publish/utf8.hpp"

#include "base/text.hpp"

namespace beffroi::aides::publish {

char32_t next_code_point(std::string_view text, std::size_t& at) {
    constexpr char32_t kReplacement = 0xFFFD;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    std::size_t length = 1;
    char32_t value = first;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
        value = first & 0x1FU;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        value = first & 0x0FU;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        value = first & 0x07U;
    } else if (first >= 0x80) {
        ++at;
        return kReplacement;
    }
    if (at + length > text.size()) {
        ++at;
        return kReplacement;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) {
            ++at;
            return kReplacement;
        }
        value = (value << 6U) | (byte(at + i) & 0x3FU);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool outside = value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF);
    if (overlong || outside) {
        ++at;
        return kReplacement;
    }
    at += length;
    return value;
}

std::size_t code_points(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) (void)next_code_point(text, at);
    return count;
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    std::size_t at = 0;
    std::size_t cut = 0;
    for (std::size_t count = 0; at < text.size(); ++count) {
        if (count == most) return std::string(text.substr(0, cut)) + "…";
        (void)next_code_point(text, at);
        if (count + 1 < most) cut = at;
    }
    return std::string(text);
}

namespace {

// Nearly all text: nothing to change. Told without decoding, since files of 100,000 rows hold a million cells.
bool already_one_line(std::string_view text) {
    if (text.empty()) return true;
    if (text.front() == ' ' || text.back() == ' ') return false;
    bool ascii = true;
    char before = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F || (c == ' ' && before == ' ')) return false;
        // C1 begins with C2 and its second byte is below A0; U+2028 and U+2029 are E2 80 A8 and A9.
        if (static_cast<unsigned char>(before) == 0xC2 && byte < 0xA0) return false;
        if (static_cast<unsigned char>(before) == 0x80 && (byte == 0xA8 || byte == 0xA9)) return false;
        ascii = ascii && byte < 0x80;
        before = c;
    }
    return ascii || base::valid_utf8(text);
}

}  // namespace

std::string one_line(std::string_view text) {
    if (already_one_line(text)) return std::string(text);
    std::string out;
    out.reserve(text.size());
    bool space = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        const char32_t c = next_code_point(text, at);
        // C0, DEL, C1, and the two separators of Unicode that some readers take for line ends.
        if (c <= U' ' || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029) {
            space = !out.empty();
            continue;
        }
        if (space) out += ' ';
        space = false;
        if (c == 0xFFFD) {
            out += "\xEF\xBF\xBD";
        } else {
            out += text.substr(from, at - from);
        }
    }
    return out;
}

}  // namespace beffroi::aides::publish
