#include "base/money.hpp"

#include <fmt/format.h>

namespace beffroi::base {

namespace {

constexpr std::string_view kNarrowNoBreakSpace = "\u202f";
constexpr std::string_view kNoBreakSpace = "\u00a0";

struct Decimal {
    std::int64_t hundredths = 0;
};

bool skip_space(std::string_view& text) {
    for (std::string_view space : {std::string_view(" "), kNarrowNoBreakSpace, kNoBreakSpace}) {
        if (text.starts_with(space)) {
            text.remove_prefix(space.size());
            return true;
        }
    }
    return false;
}

std::unexpected<Error> bad_number(std::string_view original) {
    return fail(Code::Invalid, fmt::format("'{}' is not a number with at most two decimals", original),
                {"error.number", {{"value", std::string(original)}}});
}

// Digits in groups, then at most two decimals; what is left of the text after the number stays in `text`.
Result<Decimal> parse_decimal(std::string_view& text, std::string_view original) {
    while (skip_space(text)) {
    }
    bool negative = false;
    if (text.starts_with("-")) {
        negative = true;
        text.remove_prefix(1);
    }
    std::int64_t whole = 0;
    int digits = 0;
    bool grouped = false;
    int in_group = 0;
    while (!text.empty()) {
        if (text[0] >= '0' && text[0] <= '9') {
            if (++digits > 15) return bad_number(original);
            whole = whole * 10 + (text[0] - '0');
            ++in_group;
            text.remove_prefix(1);
            continue;
        }
        std::string_view after = text;
        if (digits > 0 && skip_space(after) && !after.empty() && after[0] >= '0' && after[0] <= '9') {
            if ((grouped && in_group != 3) || in_group > 3) return bad_number(original);
            grouped = true;
            in_group = 0;
            text = after;
            continue;
        }
        break;
    }
    if (digits == 0 || (grouped && in_group != 3)) return bad_number(original);
    std::int64_t decimals = 0;
    if (text.starts_with(".") || text.starts_with(",")) {
        text.remove_prefix(1);
        int count = 0;
        while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
            if (++count > 2) return bad_number(original);
            decimals = decimals * 10 + (text[0] - '0');
            text.remove_prefix(1);
        }
        if (count == 0) return bad_number(original);
        if (count == 1) decimals *= 10;
    }
    while (skip_space(text)) {
    }
    std::int64_t value = whole * 100 + decimals;
    return Decimal{negative ? -value : value};
}

std::string grouped_digits(std::uint64_t value, std::string_view separator) {
    std::string digits = fmt::format("{}", value);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) out += separator;
        out += digits[i];
    }
    return out;
}

std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

}  // namespace

Cents operator+(Cents a, Cents b) {
    Cents sum;
    ASSERT(!__builtin_add_overflow(a.value, b.value, &sum.value));
    return sum;
}

Cents operator-(Cents a, Cents b) {
    Cents difference;
    ASSERT(!__builtin_sub_overflow(a.value, b.value, &difference.value));
    return difference;
}

Cents operator*(Cents a, std::int64_t n) {
    Cents product;
    ASSERT(!__builtin_mul_overflow(a.value, n, &product.value));
    return product;
}

namespace {

constexpr std::int64_t kScale = 10000;

template <typename Number>
Number rounded_quotient(Number product, Rounding rounding) {
    Number quotient = product / kScale;
    Number remainder = product % kScale;
    Number absolute = remainder < 0 ? -remainder : remainder;
    bool away = false;
    switch (rounding) {
        case Rounding::Down:
            break;
        case Rounding::HalfEven:
            away = absolute * 2 > kScale || (absolute * 2 == kScale && quotient % 2 != 0);
            break;
        case Rounding::HalfUp:
            away = absolute * 2 >= kScale;
            break;
    }
    if (away) quotient += product < 0 ? -1 : 1;
    return quotient;
}

}  // namespace

Cents apply(Rate rate, Cents amount, Rounding rounding) {
    // Nearly every amount fits in 64 bits; a division in 128 bits is a call that costs more than the rest of a rule.
    std::int64_t narrow = 0;
    if (!__builtin_mul_overflow(amount.value, std::int64_t{rate.per_10000}, &narrow))
        return Cents{rounded_quotient(narrow, rounding)};
    // |amount| ≤ 9.2e18 and |rate| ≤ 2.1e9 fit in 128 bits with room to spare.
    __extension__ using Wide = __int128;
    Wide quotient = rounded_quotient<Wide>(static_cast<Wide>(amount.value) * rate.per_10000, rounding);
    ASSERT(quotient <= INT64_MAX && quotient >= INT64_MIN);
    return Cents{static_cast<std::int64_t>(quotient)};
}

Result<Cents> parse_euros(std::string_view text) {
    std::string_view rest = text;
    Decimal number = TRY(parse_decimal(rest, text));
    if (rest.starts_with("€")) rest.remove_prefix(std::string_view("€").size());
    while (skip_space(rest)) {
    }
    if (!rest.empty()) return bad_number(text);
    return Cents{number.hundredths};
}

Result<Rate> parse_percent(std::string_view text) {
    std::string_view rest = text;
    Decimal number = TRY(parse_decimal(rest, text));
    if (rest.starts_with("%")) rest.remove_prefix(1);
    while (skip_space(rest)) {
    }
    if (!rest.empty() || number.hundredths < 0 || number.hundredths > 10000) return bad_number(text);
    return Rate{static_cast<std::int32_t>(number.hundredths)};
}

std::string format_amount(Cents amount, Language language) {
    std::uint64_t cents = magnitude(amount.value);
    bool french = language == Language::Fr;
    return fmt::format("{}{}{}{:02}", amount.value < 0 ? "-" : "",
                       grouped_digits(cents / 100, french ? kNarrowNoBreakSpace : ","), french ? "," : ".",
                       cents % 100);
}

std::string format_euros(Cents amount, Language language) {
    if (language == Language::Fr) return format_amount(amount, language) + std::string(kNoBreakSpace) + "€";
    std::string positive = format_amount(amount.value < 0 ? -amount : amount, language);
    return std::string(amount.value < 0 ? "-€" : "€") + positive;
}

std::string plain_euros(Cents amount) {
    std::uint64_t cents = magnitude(amount.value);
    return fmt::format("{}{}.{:02}", amount.value < 0 ? "-" : "", cents / 100, cents % 100);
}

std::string format_percent(Rate rate, Language language) {
    std::string number = fmt::format("{}", rate.per_10000 / 100);
    int decimals = rate.per_10000 % 100;
    if (decimals != 0) {
        std::string tail = fmt::format("{:02}", decimals);
        if (tail.back() == '0') tail.pop_back();
        number += (language == Language::Fr ? "," : ".") + tail;
    }
    return number + (language == Language::Fr ? std::string(kNoBreakSpace) + "%" : "%");
}

std::string format_count(std::int64_t count, Language language) {
    return (count < 0 ? "-" : "") +
           grouped_digits(magnitude(count), language == Language::Fr ? kNarrowNoBreakSpace : ",");
}

}  // namespace beffroi::base
