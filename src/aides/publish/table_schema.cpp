#include "aides/publish/table_schema.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "aides/publish/schema_rules.hpp"

namespace beffroi::aides::publish {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBytes = 1U << 20U;
constexpr std::size_t kMaxFields = 500;

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

const json::value* member(const json::object& object, std::string_view name) {
    return object.if_contains({name.data(), name.size()});
}

std::string text_or(const json::object& object, std::string_view name, std::string_view otherwise) {
    const json::value* found = member(object, name);
    return found != nullptr && found->is_string() ? std::string(view(found->get_string())) : std::string(otherwise);
}

std::unexpected<base::Error> refuse(std::string what) {
    return base::fail(base::Code::Invalid, "table schema: " + what, {"publish.schema.invalid", {{"detail", what}}});
}

// A scalar as it would be written in a cell. Doubles through 15 digits: the parser of Boost 1.81 may be one unit off in
// the last.
std::string cell_text(const json::value& value) {
    if (value.is_string()) return std::string(view(value.get_string()));
    if (value.is_double()) {
        std::array<char, 40> buffer{};
        const int size = std::snprintf(buffer.data(), buffer.size(), "%.15g", value.get_double());
        return {buffer.data(), static_cast<std::size_t>(size)};
    }
    return json::serialize(value);
}

base::Result<std::vector<std::string>> texts(const json::value& value, const std::string& what) {
    std::vector<std::string> out;
    if (!value.is_array()) return refuse(what + " must be a list");
    for (const json::value& one : value.get_array()) {
        if (one.is_object() || one.is_array()) return refuse(what + " must hold plain values");
        out.push_back(cell_text(one));
    }
    return out;
}

base::Result<std::size_t> length(const json::value& value, const std::string& what) {
    if (!value.is_int64() || value.get_int64() < 0) return refuse(what + " must be a whole number");
    return static_cast<std::size_t>(value.get_int64());
}

base::Result<bool> truth(const json::value& value, const std::string& what) {
    if (!value.is_bool()) return refuse(what + " must be true or false");
    return value.get_bool();
}

base::Status set_pattern(FieldRules& field, const json::value& value) {
    if (!value.is_string()) return refuse("field " + field.name + ": pattern must be text");
    field.pattern_text = std::string(view(value.get_string()));
    if (field.pattern_text.empty()) return {};  // early SCDL schemas hold empty patterns that mean none
    auto compiled = Pattern::compile(field.pattern_text);
    if (!compiled) return refuse("field " + field.name + ": " + compiled.error().detail);
    field.pattern = std::move(*compiled);
    return {};
}

base::Status constraint(FieldRules& field, std::string_view name, const json::value& value) {
    const std::string what = "field " + field.name + ": " + std::string(name);
    if (name == "required") {
        field.required = TRY(truth(value, what));
    } else if (name == "unique") {
        field.unique = TRY(truth(value, what));
    } else if (name == "minLength") {
        field.min_length = TRY(length(value, what));
    } else if (name == "maxLength") {
        field.max_length = TRY(length(value, what));
    } else if (name == "pattern") {
        TRY(set_pattern(field, value));
    } else if (name == "enum") {
        field.allowed = TRY(texts(value, what));
    } else if (name == "minimum" || name == "maximum") {
        if (value.is_object() || value.is_array()) return refuse(what + " must be a plain value");
        (name == "minimum" ? field.minimum : field.maximum) = cell_text(value);
    } else {
        return refuse(what + " is not a constraint that can be checked");
    }
    return {};
}

base::Status check_format(const FieldRules& field) {
    constexpr std::array<std::string_view, 5> kStrings{"default", "email", "uri", "uuid", "binary"};
    const std::string what = "field " + field.name + ": format " + field.format;
    switch (field.type) {
        case FieldType::String:
            if (std::find(kStrings.begin(), kStrings.end(), field.format) == kStrings.end())
                return refuse(what + " is not known for text");
            return {};
        case FieldType::Date:
        case FieldType::Time:
        case FieldType::Datetime: {
            if (field.format == "default" || field.format == "any") return {};
            std::string_view rest = field.format;
            while (true) {
                const std::size_t at = rest.find('%');
                if (at == std::string_view::npos) return {};
                constexpr std::string_view kRead = "YmdyHMS%";
                if (at + 1 >= rest.size() || kRead.find(rest[at + 1]) == std::string_view::npos)
                    return refuse(what + " holds a part that is not read");
                rest.remove_prefix(at + 2);
            }
        }
        default:
            if (field.format != "default" && field.format != "any") return refuse(what + " is not known for this type");
            return {};
    }
}

base::Result<FieldRules> read_field(const json::value& value, std::size_t number) {
    if (!value.is_object()) return refuse("field " + std::to_string(number) + " is not an object");
    const json::object& object = value.get_object();
    FieldRules field;
    field.name = text_or(object, "name", "");
    if (field.name.empty()) return refuse("field " + std::to_string(number) + " has no name");
    const std::string type = text_or(object, "type", "string");
    const auto known = field_type(type);
    if (!known) return refuse("field " + field.name + ": type " + type + " is not known");
    field.type = *known;
    field.format = text_or(object, "format", "default");
    if (type == "geojson") field.format = "default";
    TRY(check_format(field));
    field.true_values = {"true", "True", "TRUE", "1"};
    field.false_values = {"false", "False", "FALSE", "0"};
    if (const auto* list = member(object, "trueValues"))
        field.true_values = TRY(texts(*list, field.name + ": trueValues"));
    if (const auto* list = member(object, "falseValues"))
        field.false_values = TRY(texts(*list, field.name + ": falseValues"));
    const std::string decimal = text_or(object, "decimalChar", ".");
    if (decimal.size() != 1) return refuse("field " + field.name + ": decimalChar must be one character");
    field.decimal_sign = decimal.front();
    field.group_sign = text_or(object, "groupChar", "");
    if (const auto* bare = member(object, "bareNumber"))
        field.bare_number = TRY(truth(*bare, field.name + ": bareNumber"));
    if (const auto* constraints = member(object, "constraints")) {
        if (!constraints->is_object()) return refuse("field " + field.name + ": constraints must be an object");
        for (const auto& one : constraints->get_object())
            TRY(constraint(field, {one.key().data(), one.key().size()}, one.value()));
    }
    return field;
}

base::Result<ColumnMatch> read_match(const json::object& object) {
    const json::value* found = member(object, "fieldsMatch");
    if (found == nullptr) return ColumnMatch::Exact;
    // Written as text or as a list of one text (Data Package 2.0 shows both).
    const json::value* one = found->is_array() && found->get_array().size() == 1 ? &found->get_array()[0] : found;
    const std::string name = one->is_string() ? std::string(view(one->get_string())) : std::string();
    if (name == "exact") return ColumnMatch::Exact;
    if (name == "equal") return ColumnMatch::Equal;
    if (name == "subset") return ColumnMatch::Subset;
    if (name == "superset") return ColumnMatch::Superset;
    if (name == "partial") return ColumnMatch::Partial;
    return refuse("fieldsMatch must be exact, equal, subset, superset or partial");
}

base::Result<std::size_t> column_of(const TableSchema::Rules& rules, const std::string& name,
                                    const std::string& check) {
    const auto found = std::find_if(rules.fields.begin(), rules.fields.end(),
                                    [&](const FieldRules& field) { return field.name == name; });
    if (found == rules.fields.end())
        return refuse("check " + check + " names the column " + name + ", which is no field");
    return static_cast<std::size_t>(found - rules.fields.begin());
}

// The checks that Validata adds to Table Schema; only those of the schemas we keep.
base::Status read_check(TableSchema::Rules& rules, const json::value& value) {
    if (!value.is_object()) return refuse("custom_checks must hold objects");
    const std::string name = text_or(value.get_object(), "name", "");
    const json::value* found = member(value.get_object(), "params");
    if (found == nullptr || !found->is_object()) return refuse("check " + name + " has no params");
    const json::object& params = found->get_object();
    RowCheck check;
    if (name == "one-of-required") {
        check.kind = CheckKind::OneOfRequired;
        check.column = TRY(column_of(rules, text_or(params, "column1", ""), name));
        check.other = TRY(column_of(rules, text_or(params, "column2", ""), name));
    } else {
        if (name == "french-siret-value") {
            check.kind = CheckKind::Siret;
        } else if (name == "french-siren-value") {
            check.kind = CheckKind::Siren;
        } else if (name == "year-interval-value") {
            check.kind = CheckKind::YearInterval;
        } else if (name == "nomenclature-actes-value") {
            check.kind = CheckKind::ActsMatter;
        } else {
            return refuse("check " + name + " is not known");
        }
        check.column = TRY(column_of(rules, text_or(params, "column", ""), name));
        if (const auto* alone = member(params, "allow-year-only"))
            check.year_alone = alone->is_bool() && alone->get_bool();
    }
    rules.checks.push_back(check);
    return {};
}

base::Status read_key(TableSchema::Rules& rules, const json::value& value) {
    std::vector<std::string> names;
    if (value.is_string()) {
        names.emplace_back(view(value.get_string()));
    } else {
        names = TRY(texts(value, "primaryKey"));
    }
    for (const std::string& name : names) {
        const std::size_t column = TRY(column_of(rules, name, "primaryKey"));
        rules.fields[column].required = true;
        rules.primary_key.push_back(column);
    }
    return {};
}

// The schema itself, or that of the first resource of a Data Package.
const json::object* schema_object(const json::value& root) {
    if (!root.is_object()) return nullptr;
    const json::object& object = root.get_object();
    if (member(object, "fields") != nullptr) return &object;
    const json::value* resources = member(object, "resources");
    if (resources == nullptr || !resources->is_array() || resources->get_array().empty()) return nullptr;
    const json::value& first = resources->get_array()[0];
    if (!first.is_object()) return nullptr;
    const json::value* schema = member(first.get_object(), "schema");
    return schema != nullptr && schema->is_object() ? &schema->get_object() : nullptr;
}

}  // namespace

TableSchema::TableSchema(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

base::Result<TableSchema> TableSchema::load(std::string_view text) {
    if (text.size() > kMaxBytes) return base::fail(base::Code::TooLarge, "table schema: more than 1 MiB");
    boost::system::error_code error;
    const json::value root = json::parse({text.data(), text.size()}, error);
    if (error) return refuse("not JSON: " + error.message());
    const json::object* schema = schema_object(root);
    if (schema == nullptr) return refuse("no list of fields");
    const json::value* fields = member(*schema, "fields");
    if (fields == nullptr || !fields->is_array() || fields->get_array().empty()) return refuse("no list of fields");
    if (fields->get_array().size() > kMaxFields) return refuse("more than 500 fields");
    auto rules = std::make_shared<Rules>();
    rules->name = text_or(root.get_object(), "name", "");
    rules->version = text_or(root.get_object(), "version", "");
    for (const json::value& one : fields->get_array()) {
        FieldRules field = TRY(read_field(one, rules->fields.size() + 1));
        for (const FieldRules& before : rules->fields)
            if (before.name == field.name) return refuse("two fields are called " + field.name);
        rules->fields.push_back(std::move(field));
    }
    if (const auto* missing = member(*schema, "missingValues"))
        rules->missing_values = TRY(texts(*missing, "missingValues"));
    rules->match = TRY(read_match(*schema));
    if (const auto* checks = member(*schema, "custom_checks")) {
        if (!checks->is_array()) return refuse("custom_checks must be a list");
        for (const json::value& one : checks->get_array()) TRY(read_check(*rules, one));
    }
    if (const auto* key = member(*schema, "primaryKey")) TRY(read_key(*rules, *key));
    if (const auto* foreign = member(*schema, "foreignKeys");
        foreign != nullptr && !(foreign->is_array() && foreign->get_array().empty()))
        return refuse("foreignKeys need another table and cannot be checked");
    return TableSchema(std::move(rules));
}

const std::string& TableSchema::name() const {
    return rules_->name;
}
const std::string& TableSchema::version() const {
    return rules_->version;
}

std::vector<std::string> TableSchema::field_names() const {
    std::vector<std::string> out;
    for (const FieldRules& field : rules_->fields) out.push_back(field.name);
    return out;
}

}  // namespace beffroi::aides::publish
