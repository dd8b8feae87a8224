// CSV, RFC 4180: a strict streaming writer and a reader that says where a file is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "documents/sheet.hpp"

namespace beffroi::documents {

enum class CsvProfile {
    OpenData,     // comma, no BOM, "1234.50", ISO dates: what SCDL and programs expect
    Spreadsheet,  // semicolon, BOM, "1234,50", 22/11/2022: what opens well by a double click in a French Excel or
                  // LibreOffice
};

// Appends rows to `out`, which the caller may empty (send, write) between rows. Not shared between threads.
//
// A text cell that a spreadsheet could take for a formula (it starts with = + - @ tab or CR, after spaces too) gets an
// apostrophe in front. Numbers, money and dates are never touched: they are written by number(), money()…, not by
// text().
class CsvWriter {
  public:
    CsvWriter(std::string& out, CsvProfile profile);

    void header(std::span<const std::string_view> titles);
    CsvWriter& text(std::string_view value);
    CsvWriter& number(std::int64_t value);
    CsvWriter& money(base::Cents value);
    CsvWriter& percent(base::Rate value);  // 30 → "30": in percent, at most two decimals
    CsvWriter& date(base::Date value);
    CsvWriter& empty();
    // For codes of machines in a closed alphabet that start with a sign (none of ours does): not neutralised, still
    // quoted.
    CsvWriter& verbatim(std::string_view value);
    CsvWriter& cell(const Cell& value);
    // Ends the row. The number of cells must be that of the header: our own mistake otherwise.
    void end_row();
    [[nodiscard]] std::size_t rows() const { return rows_; }

  private:
    void separate();
    void quoted(std::string_view value);

    std::string& out_;
    CsvProfile profile_;
    std::size_t columns_ = 0;
    std::size_t column_ = 0;
    std::size_t rows_ = 0;
};

[[nodiscard]] std::string write_csv(const Sheet& sheet, CsvProfile profile);

struct CsvLimits {
    std::size_t max_bytes = 50U << 20U;
    std::size_t max_rows = 1'000'000;
    std::size_t max_columns = 200;
    std::size_t max_field_bytes = 100'000;
};

struct CsvOptions {
    std::optional<char> separator;  // none: found from the first line among , ; tab |
    bool same_length = true;        // each row must have as many fields as the first
    CsvLimits limits;
};

struct CsvRow {
    std::size_t line = 0;  // where it starts in the file, from 1
    std::vector<std::string> fields;
};

struct CsvTable {
    char separator = ',';
    bool bom = false;
    std::vector<std::string> header;
    std::vector<CsvRow> rows;
};

// The whole file. Accepts a BOM, LF and CRLF, a missing last line end; empty lines are skipped.
// Invalid, with the line: bytes that are not UTF-8 (Latin-1 and UTF-16 are named), a quote in the wrong place, a quote
// never closed, a row of the wrong length, NUL. TooLarge beyond the limits.
[[nodiscard]] base::Result<CsvTable> read_csv(std::string_view bytes, const CsvOptions& options = {});

}  // namespace beffroi::documents
