// Exact money: integer cents, rates in ten-thousandths, and the only place where a product of the two is rounded.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::base {

enum class Language { Fr, En };

// An amount in euro cents. Arithmetic that would overflow is our own mistake and stops the program.
struct Cents {
    std::int64_t value = 0;

    auto operator<=>(const Cents&) const = default;
    friend Cents operator+(Cents a, Cents b);
    friend Cents operator-(Cents a, Cents b);
    friend Cents operator-(Cents a) { return Cents{} - a; }
    friend Cents operator*(Cents a, std::int64_t n);
    Cents& operator+=(Cents b) { return *this = *this + b; }
    Cents& operator-=(Cents b) { return *this = *this - b; }
};

// A share, in ten-thousandths: 30 % is Rate{3000}.
struct Rate {
    std::int32_t per_10000 = 0;
    auto operator<=>(const Rate&) const = default;
};

enum class Rounding {
    Down,      // towards zero: never more than the rule allows (the default of the schemes)
    HalfEven,  // to the nearest cent, ties to even
    HalfUp,    // to the nearest cent, ties away from zero
};

[[nodiscard]] Cents apply(Rate rate, Cents amount, Rounding rounding);

// "56961", "56961.00", "56 961,00 €", "-1,5": at most two decimals, no exponent; spaces (also no-break ones) may group
// thousands. Both signs of decimals are read since people paste from spreadsheets; "1.234,56" and "1,234" are refused
// as ambiguous.
[[nodiscard]] Result<Cents> parse_euros(std::string_view text);
// "30", "30 %", "33,33": percent with at most two decimals.
[[nodiscard]] Result<Rate> parse_percent(std::string_view text);

// Fr: 17 088,30 € (narrow no-break space between thousands, no-break space before the sign). En: €17,088.30.
[[nodiscard]] std::string format_euros(Cents amount, Language language);
// Without the sign of the euro: 17 088,30 / 17,088.30.
[[nodiscard]] std::string format_amount(Cents amount, Language language);
// For machines: 17088.30.
[[nodiscard]] std::string plain_euros(Cents amount);
// Fr: 30 % / 33,33 %. En: 30% / 33.33%.
[[nodiscard]] std::string format_percent(Rate rate, Language language);
// Fr: 19 877. En: 19,877.
[[nodiscard]] std::string format_count(std::int64_t count, Language language);

}  // namespace beffroi::base
