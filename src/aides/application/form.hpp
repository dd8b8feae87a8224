// The application form: what was typed, field by field, and what it says.
//
// A form is a flat map from field names to the text exactly as typed, valid or not. It is kept as JSON, merged field by
// field, and read into a Project with the faults beside it. Reading is total: whatever bytes stand in a field, there is
// a Project and a list of faults. Pure: no database, no clock.
//
// Names of the fields (stable; pages, imports and the database use them):
//   title, description, nature, cameras, places, purpose, start_on, end_on
//   vat_recovered              yes | no
//   contact.name, contact.role, contact.phone, contact.email          who writes
//   signatory.name, signatory.role                                    who signs for the applicant (mayor, president)
//   expense.N.quote, .supplier, .label, .category, .quantity, .ht, .vat, .date
//   funding.N.source, .name, .amount, .status (asked | obtained)
//   undertaking.ID             yes
//   other_aids.N.scheme        another scheme asked for the same project
//   field.KEY                  a question of the edition (its [[fields]])
// N is the number of the row, from 1 to 9999, given once (next_row) and never given again to another row: taking a row
// away moves no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aides/scheme/edition.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace beffroi::aides::application {

// Announced on the pages. Beyond them nothing is saved and the person is told at once.
struct FormLimits {
    std::size_t field_bytes = 20'000;
    std::size_t form_bytes = 600'000;
    std::size_t rows = 300;  // expense lines; the same for funding lines
};
inline constexpr FormLimits kFormLimits{};

using Fields = std::map<std::string, std::string, std::less<>>;
// What is wrong, by field. The empty name is for the form as a whole.
using Faults = std::map<std::string, base::Message, std::less<>>;

// JSON object of strings, keys sorted.
[[nodiscard]] std::string to_json(const Fields& fields);
// Corrupt when it is not such an object.
[[nodiscard]] base::Result<Fields> from_json(std::string_view json);

// True for a name of the list above. Other names are not of the form and are never kept.
[[nodiscard]] bool is_field(std::string_view name);
// "expense.3.label" → {"expense", 3, "label"}.
struct RowField {
    std::string_view block;
    int row = 0;
    std::string_view column;
};
[[nodiscard]] std::optional<RowField> row_field(std::string_view name);
// Rows of a block ("expense", "funding") that have at least one field, in order.
[[nodiscard]] std::vector<int> rows(const Fields& fields, std::string_view block);
// The number for a new row: above every number in use.
[[nodiscard]] int next_row(const Fields& fields, std::string_view block);

// What one save brings. Names that are not fields are left aside.
struct FormChange {
    Fields set;
    std::vector<std::string> remove_rows;  // "expense.3"
};
// TooLarge (field or form), Invalid (not UTF-8): nothing is changed then. Control characters other than line ends and
// tabs are Invalid.
[[nodiscard]] base::Status check(const FormChange& change, const Fields& current);

// --- what it says ---

struct ExpenseLine {
    int row = 0;
    std::string quote;
    std::string supplier;
    std::string label;
    std::string category;  // a key of the edition's categories, or what was typed
    std::int64_t quantity = 1;
    base::Cents ht;
    base::Rate vat;
    std::optional<base::Date> date;
    [[nodiscard]] base::Cents ttc() const;
    bool operator==(const ExpenseLine&) const = default;
};

struct FundingLine {
    int row = 0;
    std::string source;  // state, detr, department, own …: a name of the scheme format's vocabulary
    std::string name;
    base::Cents cents;
    bool obtained = false;
    bool operator==(const FundingLine&) const = default;
};

struct Contact {
    std::string name;
    std::string role;
    std::string phone;
    std::string email;
    bool operator==(const Contact&) const = default;
};

struct Project {
    std::string title;
    std::string description;
    std::string nature;  // installation, extension, renewal, improvement
    std::int64_t cameras = 0;
    std::string places;
    std::string purpose;
    std::optional<base::Date> start_on;
    std::optional<base::Date> end_on;
    bool vat_recovered = true;
    Contact contact;
    std::string signatory_name;
    std::string signatory_role;
    std::vector<ExpenseLine> expenses;
    std::vector<FundingLine> funding;
    std::set<std::string, std::less<>> undertakings;
    std::vector<std::string> other_aids;
    std::map<std::string, std::string, std::less<>> answers;  // field.KEY → as typed

    [[nodiscard]] base::Cents total_ht() const;
    [[nodiscard]] base::Cents total_ttc() const;
    bool operator==(const Project&) const = default;
};

// What every applicant undertakes before filing; keys application.undertaking.<id>.
[[nodiscard]] const std::vector<std::string_view>& undertakings();
// Sources that the form proposes, in order; keys application.funding_source.<id>.
[[nodiscard]] const std::vector<std::string_view>& funding_sources();

struct Reading {
    Project project;
    Faults faults;  // everything that keeps it from being filed, documents aside
    // What is not typed yet rather than wrong: while a draft is being written these are not shown as errors.
    std::set<std::string, std::less<>> missing;
};
[[nodiscard]] Reading read(const Fields& fields, const scheme::Edition& edition);
// The way back, for imports, replays and tests: read(write(p)).project == p for a valid project.
[[nodiscard]] Fields write(const Project& project);

}  // namespace beffroi::aides::application
