// A checker of CSV files against a Table Schema (https://specs.frictionlessdata.io/table-schema/), with the checks that
// the French schemas add: SIRET, SIREN, one of two columns required.
//
// Reads bytes from outside (schemas and files): every limit is announced, patterns run in linear time (see
// pattern.hpp), nothing recurses on the input.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/catalogue.hpp"
#include "base/result.hpp"

namespace beffroi::aides::publish {

enum class FaultCode {
    File,             // not a CSV file: encoding, quotes, size
    MissingColumn,    //
    ExtraColumn,      //
    ColumnOrder,      // right name, wrong place
    DuplicateColumn,  //
    RowLength,        //
    Required,         //
    Type,             //
    Format,           // uri, email, uuid, a date that does not exist inside a period
    MinLength,
    MaxLength,
    Pattern,
    Enumeration,
    Minimum,
    Maximum,
    Unique,
    Siret,
    Siren,
    OneOfRequired,
};

[[nodiscard]] std::string_view fault_name(FaultCode code);  // "missing-column"…

struct Fault {
    std::size_t line = 0;  // in the file, from 1; 0 when the file as a whole is meant
    std::size_t row = 0;   // data row from 1; 0 for the header
    std::string column;    // empty when the row as a whole is meant
    FaultCode code = FaultCode::File;
    std::string value;      // what was found, shortened to 80 characters
    base::Message message;  // names line, column, what was expected
};

// How severe the reading is.
//
// Schema: exactly what the schema demands, so that its own valid examples pass, among them SCDL's, which holds
// "2017-30-05" in a period and periods that end before they begin: its pattern only counts digits. Strict: also what
// the schema means: real dates inside periods, in order. Our own files must pass this one.
enum class Severity { Schema, Strict };

struct CheckOptions {
    Severity severity = Severity::Strict;
    std::size_t max_faults = 1000;  // the check stops there and says so
};

struct CheckResult {
    std::vector<Fault> faults;
    std::size_t rows = 0;
    bool complete = true;  // false: stopped at max_faults
    [[nodiscard]] bool ok() const { return faults.empty() && complete; }
};

// Unchanging after load, safe to read from any thread.
class TableSchema {
  public:
    // A Table Schema, or a Data Package whose first resource holds one. At most 1 MiB, 500 fields.
    // Invalid: not JSON, no fields, a field without name, an unknown type, a pattern that cannot be run in linear time
    // (it says which field); nothing in a schema is ignored silently, except descriptive properties.
    [[nodiscard]] static base::Result<TableSchema> load(std::string_view json);

    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] const std::string& version() const;
    [[nodiscard]] std::vector<std::string> field_names() const;

    [[nodiscard]] CheckResult check(std::string_view csv, const CheckOptions& options = {}) const;

    // Complete type, private to this folder.
    struct Rules;

  private:
    explicit TableSchema(std::shared_ptr<const Rules> rules);
    std::shared_ptr<const Rules> rules_;
};

// SIREN and SIRET by their digits and their key (Luhn; for the establishments of La Poste, SIREN 356000000, the sum of
// the digits is a multiple of 5). An all-zero number is refused.
[[nodiscard]] bool valid_siren(std::string_view digits);
[[nodiscard]] bool valid_siret(std::string_view digits);

}  // namespace beffroi::aides::publish
