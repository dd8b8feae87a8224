// A loaded Table Schema; private to this folder.
#pragma once

#include <string>
#include <vector>

#include "aides/publish/field_rules.hpp"
#include "aides/publish/table_schema.hpp"

namespace beffroi::aides::publish {

// Data Package 2.0, fieldsMatch.
enum class ColumnMatch {
    Exact,     // the fields of the schema, all of them, in that order
    Equal,     // all of them, in any order
    Subset,    // all of them, others are allowed
    Superset,  // some of them, no other
    Partial,   // at least one of them
};

enum class CheckKind { Siret, Siren, OneOfRequired, YearInterval, ActsMatter };

struct RowCheck {
    CheckKind kind = CheckKind::Siret;
    std::size_t column = 0;
    std::size_t other = 0;  // OneOfRequired
    bool year_alone = false;
};

struct TableSchema::Rules {
    std::string name;
    std::string version;
    std::vector<FieldRules> fields;
    std::vector<std::string> missing_values{""};
    ColumnMatch match = ColumnMatch::Exact;
    std::vector<RowCheck> checks;
    std::vector<std::size_t> primary_key;
};

}  // namespace beffroi::aides::publish
