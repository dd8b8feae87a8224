// The second half of TableSchema: a file against the rules.
#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

#include "aides/publish/schema_rules.hpp"
#include "aides/publish/utf8.hpp"
#include "base/text.hpp"
#include "documents/csv.hpp"

namespace beffroi::aides::publish {

namespace {

constexpr std::size_t kShownValue = 80;

constexpr std::array<std::string_view, 19> kNames{
    "file",    "missing-column", "extra-column", "column-order", "duplicate-column", "row-length", "required",
    "type",    "format",         "min-length",   "max-length",   "pattern",          "enum",       "minimum",
    "maximum", "unique",         "siret",        "siren",        "one-of-required",
};

class Check {
  public:
    Check(const TableSchema::Rules& rules, const CheckOptions& options) : rules_(rules), options_(options) {
        seen_.resize(rules.fields.size());
        place_.resize(rules.fields.size());
    }

    CheckResult run(std::string_view bytes) {
        auto table = documents::read_csv(bytes, {.same_length = false});
        if (!table) {
            Fault made{.code = FaultCode::File};
            made.message = table.error().message;
            result_.faults.push_back(std::move(made));
            return std::move(result_);
        }
        // Table Schema says nothing of separators; SCDL and the regulatory format ask for the comma.
        if (table->separator != ',' && table->header.size() > 1 && options_.severity == Severity::Strict) {
            fault(1, 0, "", FaultCode::File, std::string(1, table->separator), ",");
            if (!result_.faults.empty()) result_.faults.back().message.key = "publish.fault.separator";
        }
        columns(table->header);
        std::size_t number = 0;
        for (const documents::CsvRow& row : table->rows) {
            if (full_) break;
            ++number;
            check_row(row, number, table->header.size());
        }
        result_.rows = number;
        result_.complete = !full_;
        return std::move(result_);
    }

  private:
    void fault(std::size_t line, std::size_t row, std::string_view column, FaultCode code, std::string_view value,
               std::string expected) {
        if (result_.faults.size() >= options_.max_faults) {
            full_ = true;
            return;
        }
        Fault made{.line = line, .row = row, .column = std::string(column), .code = code};
        made.value = shortened(value, kShownValue);
        made.message.key = "publish.fault." + std::string(fault_name(code));
        std::replace(made.message.key.begin(), made.message.key.end(), '-', '_');
        made.message.args = {{"line", std::to_string(line)},
                             {"column", made.column},
                             {"value", made.value},
                             {"expected", std::move(expected)}};
        result_.faults.push_back(std::move(made));
    }

    void header_fault(std::string_view column, FaultCode code, std::string expected) {
        fault(1, 0, column, code, column, std::move(expected));
    }

    void columns(const std::vector<std::string>& header) {
        duplicates(header);
        std::vector<bool> used(header.size(), false);
        std::size_t found = 0;
        for (std::size_t i = 0; i < rules_.fields.size(); ++i) {
            const auto at = std::find(header.begin(), header.end(), rules_.fields[i].name);
            if (at == header.end()) continue;
            place_[i] = static_cast<std::size_t>(at - header.begin());
            used[*place_[i]] = true;
            ++found;
        }
        missing(found);
        const bool others = rules_.match == ColumnMatch::Subset || rules_.match == ColumnMatch::Partial;
        for (std::size_t i = 0; i < header.size() && !others; ++i)
            if (!used[i]) header_fault(header[i], FaultCode::ExtraColumn, nearest(header[i]));
        if (rules_.match == ColumnMatch::Exact && found == rules_.fields.size()) order(header);
    }

    void duplicates(const std::vector<std::string>& header) {
        std::unordered_set<std::string_view> seen;
        for (const std::string& name : header)
            if (!seen.insert(name).second) header_fault(name, FaultCode::DuplicateColumn, "");
    }

    void missing(std::size_t found) {
        const bool some = rules_.match == ColumnMatch::Superset || rules_.match == ColumnMatch::Partial;
        if (rules_.match == ColumnMatch::Partial && found == 0)
            header_fault("", FaultCode::MissingColumn, rules_.fields.front().name);
        for (std::size_t i = 0; i < rules_.fields.size(); ++i) {
            const FieldRules& field = rules_.fields[i];
            if (!place_[i] && (!some || field.required)) header_fault(field.name, FaultCode::MissingColumn, field.name);
        }
    }

    // Only the first column out of place: the others follow from it.
    void order(const std::vector<std::string>& header) {
        std::size_t next = 0;
        for (const std::string& name : header) {
            if (next < rules_.fields.size() && name == rules_.fields[next].name) {
                ++next;
                continue;
            }
            const bool known = std::any_of(rules_.fields.begin(), rules_.fields.end(),
                                           [&](const FieldRules& field) { return field.name == name; });
            if (!known || next >= rules_.fields.size()) continue;
            header_fault(name, FaultCode::ColumnOrder, rules_.fields[next].name);
            return;
        }
    }

    // The field that a wrong title was probably meant to be: same letters whatever case and signs.
    [[nodiscard]] std::string nearest(std::string_view title) const {
        const auto letters = [](std::string_view text) {
            std::string out = base::fold(text.substr(0, 100));
            std::erase(out, ' ');
            return out;
        };
        const std::string wanted = letters(title);
        for (std::size_t i = 0; i < rules_.fields.size(); ++i)
            if (!place_[i] && letters(rules_.fields[i].name) == wanted) return rules_.fields[i].name;
        return "–";
    }

    [[nodiscard]] bool is_missing(std::string_view value) const {
        return std::find(rules_.missing_values.begin(), rules_.missing_values.end(), value) !=
               rules_.missing_values.end();
    }

    void check_row(const documents::CsvRow& row, std::size_t number, std::size_t width) {
        if (row.fields.size() != width)
            fault(row.line, number, "", FaultCode::RowLength, std::to_string(row.fields.size()), std::to_string(width));
        values_.assign(rules_.fields.size(), std::nullopt);
        for (std::size_t i = 0; i < rules_.fields.size() && !full_; ++i) {
            if (!place_[i] || *place_[i] >= row.fields.size()) continue;
            check_value(row, number, i, row.fields[*place_[i]]);
        }
        for (const RowCheck& check : rules_.checks) check_more(row, number, check);
        if (!rules_.primary_key.empty()) check_key(row, number);
    }

    void check_value(const documents::CsvRow& row, std::size_t number, std::size_t index, const std::string& value) {
        const FieldRules& field = rules_.fields[index];
        if (is_missing(value)) {
            if (field.required) fault(row.line, number, field.name, FaultCode::Required, value, "");
            return;
        }
        values_[index] = value;
        std::optional<ValueFault> found = type_fault(field, value);
        if (!found) found = constraint_fault(field, value);
        if (!found && options_.severity == Severity::Strict && field.type == FieldType::String && field.pattern)
            found = period_fault(value);
        if (found) fault(row.line, number, field.name, found->code, value, std::move(found->expected));
        if (field.unique && !seen_[index].insert(value).second)
            fault(row.line, number, field.name, FaultCode::Unique, value, "");
    }

    void check_more(const documents::CsvRow& row, std::size_t number, const RowCheck& check) {
        const FieldRules& field = rules_.fields[check.column];
        const std::optional<std::string_view>& value = values_[check.column];
        if (check.kind == CheckKind::OneOfRequired) {
            const FieldRules& other = rules_.fields[check.other];
            if (!value && !values_[check.other])
                fault(row.line, number, field.name, FaultCode::OneOfRequired, "", field.name + ", " + other.name);
            return;
        }
        // A value that already broke the pattern of its field is told once.
        if (!value || (field.pattern && !field.pattern->matches(*value))) return;
        switch (check.kind) {
            case CheckKind::Siret:
                if (!valid_siret(*value)) fault(row.line, number, field.name, FaultCode::Siret, *value, "");
                break;
            case CheckKind::Siren:
                if (!valid_siren(*value)) fault(row.line, number, field.name, FaultCode::Siren, *value, "");
                break;
            case CheckKind::YearInterval:
                if (!year_interval(*value, check.year_alone))
                    fault(row.line, number, field.name, FaultCode::Format, *value,
                          check.year_alone ? "AAAA, AAAA/AAAA" : "AAAA/AAAA");
                break;
            case CheckKind::ActsMatter:
                if (!acts_matter(*value))
                    fault(row.line, number, field.name, FaultCode::Format, *value, "finances locales/subventions");
                break;
            case CheckKind::OneOfRequired:
                break;
        }
    }

    void check_key(const documents::CsvRow& row, std::size_t number) {
        std::string key;
        for (const std::size_t column : rules_.primary_key) {
            const std::string_view value = values_[column].value_or(std::string_view());
            key.append(std::to_string(value.size())).append(":").append(value);
        }
        if (!keys_.insert(std::move(key)).second)
            fault(row.line, number, rules_.fields[rules_.primary_key.front()].name, FaultCode::Unique,
                  values_[rules_.primary_key.front()].value_or(std::string_view()), "");
    }

    const TableSchema::Rules& rules_;
    const CheckOptions& options_;
    CheckResult result_;
    bool full_ = false;
    std::vector<std::optional<std::size_t>> place_;           // of each field in the file
    std::vector<std::optional<std::string_view>> values_;     // of the row, none when missing
    std::vector<std::unordered_set<std::string_view>> seen_;  // into the table, which outlives the check
    std::unordered_set<std::string> keys_;
};

}  // namespace

std::string_view fault_name(FaultCode code) {
    return kNames.at(static_cast<std::size_t>(code));
}

CheckResult TableSchema::check(std::string_view csv, const CheckOptions& options) const {
    return Check(*rules_, options).run(csv);
}

}  // namespace beffroi::aides::publish
