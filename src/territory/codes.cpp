#include "territory/codes.hpp"

#include <charconv>

#include <fmt/format.h>

namespace beffroi::territory {

namespace {

using base::Code;
using base::fail;

constexpr std::string_view kNoBreakSpace = "\u00A0";

// Without spaces (also no-break ones), dots and hyphens, in capitals: how people write codes on forms and letterheads.
std::string compact(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("\u00A0")) {
            i += 1;
        } else if (text.substr(i).starts_with("\u202F")) {
            i += 2;
        } else if (char c = text[i]; c != ' ' && c != '\t' && c != '.' && c != '-') {
            out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        }
        if (out.size() > 20) break;  // longer than any code: it will be refused, whatever follows
    }
    return out;
}

bool digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Two characters that begin the code of a commune on the continent or in Corsica.
bool mainland(std::string_view two) {
    if (two == "2A" || two == "2B") return true;
    return digits(two) && two >= "01" && two <= "95";
}

bool overseas(std::string_view three) {
    return digits(three) && (three.starts_with("97") || three.starts_with("98"));
}

template <std::size_t N>
detail::ShortText<N> pack(std::string_view text) {
    detail::ShortText<N> out;
    for (std::size_t i = 0; i < text.size() && i < N; ++i) out.chars[i] = text[i];
    return out;
}

std::unexpected<base::Error> wrong(std::string_view kind, std::string_view expected, std::string_view key,
                                   std::string_view value) {
    std::string shown(value.substr(0, 40));
    return fail(Code::Invalid, fmt::format("\"{}\" is not {}: expected {}", shown, kind, expected),
                {std::string(key), {{"value", shown}}});
}

// Digits from the right, every second one doubled and its digits added: the sum that must be a multiple of ten.
int luhn_sum(std::string_view number) {
    int sum = 0;
    bool twice = false;
    for (std::size_t i = number.size(); i-- > 0; twice = !twice) {
        int digit = number[i] - '0';
        if (twice) digit = digit < 5 ? digit * 2 : digit * 2 - 9;
        sum += digit;
    }
    return sum;
}

int plain_sum(std::string_view number) {
    int sum = 0;
    for (char c : number) sum += c - '0';
    return sum;
}

std::string pad(std::uint64_t number, int width) {
    return fmt::format("{:0{}}", number, width);
}

}  // namespace

base::Result<DepartementCode> DepartementCode::parse(std::string_view text) {
    std::string code = compact(text);
    bool known = (code.size() == 2 && mainland(code) && code != "20") || (code.size() == 3 && overseas(code));
    if (!known) return wrong("a département", "01 to 95, 2A, 2B, 971 to 989", "territory.code.departement", text);
    DepartementCode out;
    out.text_ = pack<3>(code);
    return out;
}

base::Result<RegionCode> RegionCode::parse(std::string_view text) {
    std::string code = compact(text);
    bool known = (code.size() == 2 && digits(code) && code != "00") || (code.size() == 3 && overseas(code));
    if (!known) return wrong("a region", "two digits, or three overseas", "territory.code.region", text);
    RegionCode out;
    out.text_ = pack<3>(code);
    return out;
}

base::Result<InseeCode> InseeCode::parse(std::string_view text) {
    std::string code = compact(text);
    bool known = code.size() == 5 && digits(std::string_view(code).substr(2)) &&
                 (mainland(std::string_view(code).substr(0, 2)) || overseas(std::string_view(code).substr(0, 3)));
    if (!known)
        return wrong("the INSEE code of a commune", "5 characters, like 59172 or 2A004", "territory.code.insee", text);
    InseeCode out;
    out.text_ = pack<5>(code);
    return out;
}

DepartementCode InseeCode::departement() const {
    DepartementCode out;
    out.text_ = pack<3>(text_.view().substr(0, overseas(text_.view().substr(0, 3)) ? 3 : 2));
    return out;
}

base::Result<Siren> Siren::parse(std::string_view text) {
    std::string number = compact(text);
    if (number.size() != 9 || !digits(number) || number == "000000000")
        return wrong("a SIREN", "9 digits", "territory.code.siren", text);
    if (luhn_sum(number) % 10 != 0)
        return wrong("a SIREN", "a number whose check digit is right", "territory.code.siren_check", text);
    Siren out;
    std::from_chars(number.data(), number.data() + number.size(), out.number_);
    return out;
}

std::string Siren::str() const {
    return number_ == 0 ? std::string() : pad(number_, 9);
}

std::string Siren::spaced() const {
    std::string plain = str();
    if (plain.empty()) return plain;
    return fmt::format("{1}{0}{2}{0}{3}", kNoBreakSpace, plain.substr(0, 3), plain.substr(3, 3), plain.substr(6));
}

base::Result<Siret> Siret::parse(std::string_view text) {
    std::string number = compact(text);
    if (number.size() != 14 || !digits(number)) return wrong("a SIRET", "14 digits", "territory.code.siret", text);
    if (!Siren::parse(std::string_view(number).substr(0, 9)))
        return wrong("a SIRET", "a right SIREN in its first 9 digits", "territory.code.siret_check", text);
    bool post_office = number.starts_with("356000000") && plain_sum(number) % 5 == 0;
    if (luhn_sum(number) % 10 != 0 && !post_office)
        return wrong("a SIRET", "a number whose check digit is right", "territory.code.siret_check", text);
    Siret out;
    std::from_chars(number.data(), number.data() + number.size(), out.number_);
    return out;
}

std::string Siret::str() const {
    return number_ == 0 ? std::string() : pad(number_, 14);
}

std::string Siret::spaced() const {
    return number_ == 0 ? std::string() : siren().spaced() + std::string(kNoBreakSpace) + str().substr(9);
}

Siren Siret::siren() const {
    Siren out;
    out.number_ = static_cast<std::uint32_t>(number_ / 100'000);
    return out;
}

}  // namespace beffroi::territory
