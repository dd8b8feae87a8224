// One field of a Table Schema and what it demands of a value; private to this folder.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "aides/publish/pattern.hpp"
#include "aides/publish/table_schema.hpp"

namespace beffroi::aides::publish {

enum class FieldType {
    String,
    Number,
    Integer,
    Boolean,
    Date,
    Time,
    Datetime,
    Year,
    YearMonth,
    Duration,
    GeoPoint,
    Object,
    Array,
    Any,
};

[[nodiscard]] std::optional<FieldType> field_type(std::string_view name);
[[nodiscard]] std::string_view field_type_name(FieldType type);

struct FieldRules {
    std::string name;
    FieldType type = FieldType::String;
    std::string format = "default";
    bool required = false;
    bool unique = false;
    std::optional<std::size_t> min_length;
    std::optional<std::size_t> max_length;
    std::optional<Pattern> pattern;
    std::string pattern_text;
    std::vector<std::string> allowed;
    std::optional<std::string> minimum;  // in the writing of the type, as are dates
    std::optional<std::string> maximum;
    std::vector<std::string> true_values;
    std::vector<std::string> false_values;
    char decimal_sign = '.';
    std::string group_sign;
    bool bare_number = true;
};

// What is wrong with a value that is not missing, and what was expected; none when all is well.
struct ValueFault {
    FaultCode code = FaultCode::Type;
    std::string expected;
};

[[nodiscard]] std::optional<ValueFault> type_fault(const FieldRules& field, std::string_view value);
[[nodiscard]] std::optional<ValueFault> constraint_fault(const FieldRules& field, std::string_view value);
// Strict only: a day, or two days joined by / or _, must exist and be in order. Anything else is none of its business.
[[nodiscard]] std::optional<ValueFault> period_fault(std::string_view value);

[[nodiscard]] bool real_date(std::string_view iso);
// "2017/2018" in order; "2017" alone when allowed.
[[nodiscard]] bool year_interval(std::string_view value, bool year_alone);
// "finances locales/subventions": the first level is one of the nine of the nomenclature ACTES.
[[nodiscard]] bool acts_matter(std::string_view value);

}  // namespace beffroi::aides::publish
