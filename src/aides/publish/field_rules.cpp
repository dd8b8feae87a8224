#include "aides/publish/field_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "aides/publish/utf8.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace beffroi::aides::publish {

namespace {

constexpr std::array<std::pair<std::string_view, FieldType>, 15> kTypes{{
    {"string", FieldType::String},
    {"number", FieldType::Number},
    {"integer", FieldType::Integer},
    {"boolean", FieldType::Boolean},
    {"date", FieldType::Date},
    {"time", FieldType::Time},
    {"datetime", FieldType::Datetime},
    {"year", FieldType::Year},
    {"yearmonth", FieldType::YearMonth},
    {"duration", FieldType::Duration},
    {"geopoint", FieldType::GeoPoint},
    {"object", FieldType::Object},
    {"array", FieldType::Array},
    {"geojson", FieldType::Object},
    {"any", FieldType::Any},
}};

bool digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), digit);
}

// Reads exactly `count` digits at the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count || !all_digits(text.substr(0, count))) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(0, count)) value = value * 10 + (c - '0');
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

bool day_exists(int year, int month, int day) {
    return year >= 1 && month >= 1 && day >= 1 &&
           base::make_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day)).ok();
}

bool take_date(std::string_view& text) {
    const auto year = take_digits(text, 4U);
    if (!year || !take(text, '-')) return false;
    const auto month = take_digits(text, 2U);
    if (!month || !take(text, '-')) return false;
    const auto day = take_digits(text, 2U);
    return day && day_exists(*year, *month, *day);
}

bool take_time(std::string_view& text) {
    const auto hour = take_digits(text, 2U);
    if (!hour || *hour > 23 || !take(text, ':')) return false;
    const auto minute = take_digits(text, 2U);
    if (!minute || *minute > 59 || !take(text, ':')) return false;
    const auto second = take_digits(text, 2U);
    if (!second || *second > 59) return false;
    if (!take(text, '.')) return true;
    std::size_t digits = 0;
    while (!text.empty() && digit(text.front())) {
        text.remove_prefix(1);
        ++digits;
    }
    return digits > 0;
}

// Z, or +02:00.
bool take_zone(std::string_view& text) {
    if (take(text, 'Z') || text.empty()) return true;
    if (!take(text, '+') && !take(text, '-')) return false;
    const auto hour = take_digits(text, 2U);
    take(text, ':');
    const auto minute = take_digits(text, 2U);
    return hour && minute && *hour <= 14 && *minute <= 59;
}

bool iso_time(std::string_view text) {
    return take_time(text) && take_zone(text) && text.empty();
}

bool iso_datetime(std::string_view text) {
    if (!take_date(text)) return false;
    return take(text, 'T') && take_time(text) && take_zone(text) && text.empty();
}

// The subset of strptime that schemas use: %Y %m %d %y %H %M %S and plain characters.
bool by_pattern(std::string_view format, std::string_view text) {
    int year = 2000;
    int month = 1;
    int day = 1;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%' || i + 1 >= format.size()) {
            if (!take(text, format[i])) return false;
            continue;
        }
        const char what = format[++i];
        if (what == '%') {
            if (!take(text, '%')) return false;
            continue;
        }
        const std::optional<int> value = take_digits(text, what == 'Y' ? 4U : 2U);
        if (!value) return false;
        switch (what) {
            case 'Y':
                year = *value;
                break;
            case 'y':
                year = 2000 + *value;
                break;
            case 'm':
                month = *value;
                break;
            case 'd':
                day = *value;
                break;
            case 'H':
                if (*value > 23) return false;
                break;
            case 'M':
            case 'S':
                if (*value > 59) return false;
                break;
            default:
                return false;
        }
    }
    return text.empty() && day_exists(year, month, day);
}

// The number in its plain writing ("-1234.5"), or nothing.
std::optional<std::string> plain_number(const FieldRules& field, std::string_view value) {
    std::string out(value);
    if (!field.bare_number)
        std::erase_if(out,
                      [](char c) { return !digit(c) && std::string_view("+-.,eE").find(c) == std::string_view::npos; });
    if (!field.group_sign.empty())
        for (std::size_t at = out.find(field.group_sign); at != std::string::npos; at = out.find(field.group_sign, at))
            out.erase(at, field.group_sign.size());
    if (field.decimal_sign != '.') {
        if (out.find('.') != std::string::npos) return std::nullopt;
        std::replace(out.begin(), out.end(), field.decimal_sign, '.');
    }
    std::string_view rest = out;
    if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
    if (rest == "NaN" || rest == "INF") return out;
    std::size_t digits = 0;
    const auto skip = [&] {
        while (!rest.empty() && digit(rest.front())) {
            rest.remove_prefix(1);
            ++digits;
        }
    };
    skip();
    if (take(rest, '.')) skip();
    if (digits == 0) return std::nullopt;
    if (!rest.empty() && (rest.front() == 'e' || rest.front() == 'E')) {
        rest.remove_prefix(1);
        if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
        if (!all_digits(rest)) return std::nullopt;
        rest = {};
    }
    if (!rest.empty()) return std::nullopt;
    return out;
}

bool integer(const FieldRules& field, std::string_view value) {
    std::string text(value);
    if (!field.bare_number) std::erase_if(text, [](char c) { return !digit(c) && c != '-' && c != '+'; });
    std::string_view rest = text;
    if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
    return all_digits(rest);
}

double as_double(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) {
        const bool small = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
        return small ? 0.0 : (text.starts_with('-') ? -HUGE_VAL : HUGE_VAL);
    }
    return error == std::errc() ? value : std::nan("");
}

bool one_of(const std::vector<std::string>& values, std::string_view value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

std::string joined(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& one : values) out += (out.empty() ? "" : " | ") + one;
    return shortened(out, 200);
}

bool email(std::string_view value) {
    const std::size_t at = value.find('@');
    return at != std::string_view::npos && at > 0 && value.find('@', at + 1) == std::string_view::npos &&
           value.find('.', at) != std::string_view::npos && value.back() != '.' &&
           value.find_first_of(" \t\r\n") == std::string_view::npos;
}

// A scheme and something behind it, without spaces: what validators mean by "uri" (RFC 3986 §3).
bool uri(std::string_view value) {
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == value.size()) return false;
    for (std::size_t i = 0; i < colon; ++i) {
        const char c = value[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || (!digit(c) && c != '+' && c != '-' && c != '.'))) return false;
    }
    if (value.substr(colon).starts_with("://") && value.size() == colon + 3) return false;
    return std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == '<' || c == '>' || c == '"' || c == '\x7F';
    });
}

bool uuid(std::string_view value) {
    if (value.size() != 36) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool hex = digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? c != '-' : !hex) return false;
    }
    return true;
}

bool base64(std::string_view value) {
    while (!value.empty() && value.back() == '=') value.remove_suffix(1);
    return std::all_of(value.begin(), value.end(), [](char c) {
        return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
    });
}

bool string_format(std::string_view format, std::string_view value) {
    if (format == "email") return email(value);
    if (format == "uri") return uri(value);
    if (format == "uuid") return uuid(value);
    if (format == "binary") return base64(value);
    return true;
}

bool geopoint(std::string_view value) {
    const std::size_t comma = value.find(',');
    if (comma == std::string_view::npos) return false;
    const FieldRules plain;
    const auto longitude = plain_number(plain, base::trim(value.substr(0, comma)));
    const auto latitude = plain_number(plain, base::trim(value.substr(comma + 1)));
    return longitude && latitude && std::abs(as_double(*longitude)) <= 180 && std::abs(as_double(*latitude)) <= 90;
}

bool json_of(std::string_view value, bool object) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse({value.data(), value.size()}, error);
    return !error && (object ? parsed.is_object() : parsed.is_array());
}

bool duration(std::string_view value) {
    static const Pattern form = base::value_or_throw(
        Pattern::compile("-?P(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?)?"));
    return form.matches(value) && value.find_first_of("0123456789") != std::string_view::npos && value.back() != 'T';
}

bool of_type(const FieldRules& field, std::string_view value) {
    const bool usual = field.format == "default" || field.format == "any";
    switch (field.type) {
        case FieldType::String:
            return true;
        case FieldType::Any:
            return true;
        case FieldType::Number:
            return plain_number(field, value).has_value();
        case FieldType::Integer:
            return integer(field, value);
        case FieldType::Boolean:
            return one_of(field.true_values, value) || one_of(field.false_values, value);
        case FieldType::Date:
            return usual ? real_date(value) : by_pattern(field.format, value);
        case FieldType::Time:
            return usual ? iso_time(value) : by_pattern(field.format, value);
        case FieldType::Datetime:
            return usual ? iso_datetime(value) : by_pattern(field.format, value);
        case FieldType::Year:
            return value.size() == 4 && all_digits(value);
        case FieldType::YearMonth:
            return value.size() == 7 && real_date(std::string(value) + "-01");
        case FieldType::Duration:
            return duration(value);
        case FieldType::GeoPoint:
            return geopoint(value);
        case FieldType::Object:
            return json_of(value, true);
        case FieldType::Array:
            return json_of(value, false);
    }
    return false;
}

std::string expected_of(const FieldRules& field) {
    std::string out(field_type_name(field.type));
    if (field.type == FieldType::Boolean) {
        std::vector<std::string> both = field.true_values;
        both.insert(both.end(), field.false_values.begin(), field.false_values.end());
        return joined(both);
    }
    if (field.type == FieldType::Date && field.format == "default") return "AAAA-MM-JJ";
    if (field.type == FieldType::Datetime && field.format == "default") return "AAAA-MM-JJThh:mm:ssZ";
    if (field.format != "default") out += " (" + field.format + ")";
    return out;
}

// Negative, zero, positive as a < b, a = b, a > b; dates and years compare as their text.
int compared(const FieldRules& field, std::string_view value, std::string_view limit) {
    if (field.type != FieldType::Number && field.type != FieldType::Integer) return value.compare(limit);
    const double left = as_double(plain_number(field, value).value_or("NaN"));
    const double right = as_double(limit);
    if (std::isnan(left)) return 2;
    return left < right ? -1 : (left > right ? 1 : 0);
}

}  // namespace

std::optional<FieldType> field_type(std::string_view name) {
    for (const auto& [known, type] : kTypes)
        if (known == name) return type;
    return std::nullopt;
}

std::string_view field_type_name(FieldType type) {
    for (const auto& [name, known] : kTypes)
        if (known == type) return name;
    return "any";
}

std::optional<ValueFault> type_fault(const FieldRules& field, std::string_view value) {
    if (!of_type(field, value)) return ValueFault{FaultCode::Type, expected_of(field)};
    if (field.type == FieldType::String && !string_format(field.format, value))
        return ValueFault{FaultCode::Format, field.format};
    return std::nullopt;
}

std::optional<ValueFault> constraint_fault(const FieldRules& field, std::string_view value) {
    if (field.min_length || field.max_length) {
        const std::size_t length = code_points(value);
        if (field.min_length && length < *field.min_length)
            return ValueFault{FaultCode::MinLength, std::to_string(*field.min_length)};
        if (field.max_length && length > *field.max_length)
            return ValueFault{FaultCode::MaxLength, std::to_string(*field.max_length)};
    }
    if (!field.allowed.empty() && !one_of(field.allowed, value))
        return ValueFault{FaultCode::Enumeration, joined(field.allowed)};
    if (field.pattern && !field.pattern->matches(value)) return ValueFault{FaultCode::Pattern, field.pattern_text};
    if (field.minimum) {
        const int order = compared(field, value, *field.minimum);
        if (order < 0 || order == 2) return ValueFault{FaultCode::Minimum, *field.minimum};
    }
    if (field.maximum && compared(field, value, *field.maximum) > 0)
        return ValueFault{FaultCode::Maximum, *field.maximum};
    return std::nullopt;
}

bool real_date(std::string_view iso) {
    return take_date(iso) && iso.empty();
}

std::optional<ValueFault> period_fault(std::string_view value) {
    const auto shape = [](std::string_view text) {
        return text.size() == 10 && text[4] == '-' && text[7] == '-' && all_digits(text.substr(0, 4)) &&
               all_digits(text.substr(5, 2)) && all_digits(text.substr(8, 2));
    };
    if (!shape(value.substr(0, std::min<std::size_t>(10, value.size())))) return std::nullopt;
    if (value.size() == 10) {
        if (!real_date(value)) return ValueFault{FaultCode::Format, "AAAA-MM-JJ"};
        return std::nullopt;
    }
    if (value.size() != 21 || (value[10] != '/' && value[10] != '_') || !shape(value.substr(11))) return std::nullopt;
    const std::string_view from = value.substr(0, 10);
    const std::string_view to = value.substr(11);
    if (!real_date(from) || !real_date(to) || to < from)
        return ValueFault{FaultCode::Format, std::string("AAAA-MM-JJ") + value[10] + "AAAA-MM-JJ"};
    return std::nullopt;
}

bool year_interval(std::string_view value, bool year_alone) {
    if (value.size() == 4) return year_alone && all_digits(value);
    return value.size() == 9 && value[4] == '/' && all_digits(value.substr(0, 4)) && all_digits(value.substr(5)) &&
           value.substr(0, 4) < value.substr(5);
}

bool acts_matter(std::string_view value) {
    constexpr std::array<std::string_view, 9> kFirst{
        "commande publique",
        "urbanisme",
        "domaine et patrimoine",
        "fonction publique",
        "institutions et vie politique",
        "libertes publiques et pouvoirs de police",
        "finances locales",
        "domaines de competences par themes",
        "autres domaines de competences",
    };
    const std::size_t slash = value.find('/');
    if (slash == std::string_view::npos || slash + 1 == value.size() || slash == 0) return false;
    if (value[slash - 1] == ' ' || value[slash + 1] == ' ') return false;
    const std::string first = base::fold(value.substr(0, slash));
    return std::find(kFirst.begin(), kFirst.end(), first) != kFirst.end();
}

namespace {

int luhn(std::string_view digits) {
    int sum = 0;
    bool twice = false;
    for (auto it = digits.rbegin(); it != digits.rend(); ++it) {
        int n = *it - '0';
        if (twice) n = n * 2 > 9 ? n * 2 - 9 : n * 2;
        sum += n;
        twice = !twice;
    }
    return sum % 10;
}

bool only_zeros(std::string_view digits) {
    return digits.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

bool valid_siren(std::string_view digits) {
    return digits.size() == 9 && all_digits(digits) && !only_zeros(digits) && luhn(digits) == 0;
}

bool valid_siret(std::string_view digits) {
    constexpr std::string_view kLaPoste = "356000000";
    if (digits.size() != 14 || !all_digits(digits) || only_zeros(digits)) return false;
    if (luhn(digits) == 0 && valid_siren(digits.substr(0, 9))) return true;
    if (!digits.starts_with(kLaPoste)) return false;
    int sum = 0;
    for (const char c : digits) sum += c - '0';
    return sum % 5 == 0;
}

}  // namespace beffroi::aides::publish
