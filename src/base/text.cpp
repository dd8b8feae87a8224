#include "base/text.hpp"

#include <cstdint>

namespace beffroi::base {

namespace {

constexpr char32_t kBad = 0xFFFFFFFF;

// The next code point of `text`, which is shortened by it; kBad (and one byte consumed) where the bytes are not UTF-8.
char32_t next_code_point(std::string_view& text) {
    auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    std::uint8_t lead = byte(0);
    std::size_t size = lead < 0x80                     ? 1
                       : (lead >= 0xC2 && lead < 0xE0) ? 2
                       : (lead & 0xF0) == 0xE0         ? 3
                       : (lead >= 0xF0 && lead < 0xF5) ? 4
                                                       : 0;
    if (size == 0 || size > text.size()) {
        text.remove_prefix(1);
        return kBad;
    }
    constexpr std::uint8_t kLeadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t code = lead & kLeadMask[size];
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            text.remove_prefix(1);
            return kBad;
        }
        code = (code << 6) | (byte(i) & 0x3Fu);
    }
    bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        text.remove_prefix(1);
        return kBad;
    }
    text.remove_prefix(size);
    return code;
}

// The plain letters that a letter of French (and neighbouring) names stands for; empty: a sign; nullptr: not ours to
// fold.
const char* plain_letters(char32_t c) {
    switch (c) {
        case U'À':
        case U'Á':
        case U'Â':
        case U'Ã':
        case U'Ä':
        case U'Å':
        case U'à':
        case U'á':
        case U'â':
        case U'ã':
        case U'ä':
        case U'å':
            return "a";
        case U'Ç':
        case U'ç':
            return "c";
        case U'È':
        case U'É':
        case U'Ê':
        case U'Ë':
        case U'è':
        case U'é':
        case U'ê':
        case U'ë':
            return "e";
        case U'Ì':
        case U'Í':
        case U'Î':
        case U'Ï':
        case U'ì':
        case U'í':
        case U'î':
        case U'ï':
            return "i";
        case U'Ñ':
        case U'ñ':
            return "n";
        case U'Ò':
        case U'Ó':
        case U'Ô':
        case U'Õ':
        case U'Ö':
        case U'ò':
        case U'ó':
        case U'ô':
        case U'õ':
        case U'ö':
            return "o";
        case U'Ù':
        case U'Ú':
        case U'Û':
        case U'Ü':
        case U'ù':
        case U'ú':
        case U'û':
        case U'ü':
            return "u";
        case U'Ý':
        case U'ý':
        case U'ÿ':
        case U'Ÿ':
            return "y";
        case U'Œ':
        case U'œ':
            return "oe";
        case U'Æ':
        case U'æ':
            return "ae";
        case U'ß':
            return "ss";
        case U'ᵗ':
            return "t";
        default:
            break;
    }
    if (c >= 0x300 && c <= 0x36F) return "";  // combining accents of decomposed text
    return nullptr;
}

void append_utf8(std::string& out, char32_t c) {
    auto put = [&](char32_t v) { out += static_cast<char>(static_cast<unsigned char>(v)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

bool is_sign(char32_t c) {
    return c < 0x30 || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) || (c >= 0x7B && c <= 0xBF) || c == U'×' ||
           c == U'÷' || (c >= 0x2000 && c <= 0x206F);
}

}  // namespace

bool valid_utf8(std::string_view text) {
    while (!text.empty())
        if (next_code_point(text) == kBad) return false;
    return true;
}

std::string fold(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 8);
    std::size_t word_start = 0;
    auto end_word = [&] {
        std::string_view word = std::string_view(out).substr(word_start);
        if (word == "st")
            out.replace(word_start, 2, "saint");
        else if (word == "ste")
            out.replace(word_start, 3, "sainte");
    };
    while (!text.empty()) {
        char32_t c = next_code_point(text);
        if (c == kBad || is_sign(c)) {
            if (out.size() > word_start) {
                end_word();
                out += ' ';
                word_start = out.size();
            }
        } else if (c < 0x80) {
            out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        } else if (const char* letters = plain_letters(c)) {
            out += letters;
        } else {
            append_utf8(out, c);
        }
    }
    if (out.size() > word_start)
        end_word();
    else if (!out.empty())
        out.pop_back();
    return out;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r\n";
    std::size_t first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string slug(std::string_view text) {
    std::string out;
    for (char c : fold(text)) {
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain)
            out += c;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (out.ends_with('-')) out.pop_back();
    return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string json_string(std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string out = "\"";
    while (!text.empty()) {
        std::string_view before = text;
        char32_t c = next_code_point(text);
        if (c == kBad)
            out += "\xEF\xBF\xBD";
        else if (c == '"')
            out += "\\\"";
        else if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c < 0x20 || c == 0x7F) {
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
        } else {
            out += before.substr(0, before.size() - text.size());
        }
    }
    out += '"';
    return out;
}

}  // namespace beffroi::base
