// A table of typed values, written to ODS (ods.hpp) or CSV (csv.hpp). Money stays exact: cents become a decimal text,
// never a double.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace beffroi::documents {

struct Empty {};

// One value. Text is never a formula, whatever it starts with.
using Cell = std::variant<Empty, std::string, std::int64_t, base::Cents, base::Rate, base::Date>;

struct SheetColumn {
    std::string title;
    double width_cm = 3;
};

enum class SheetRowKind { Body, Group, Subtotal, Total };

struct SheetRow {
    std::vector<Cell> cells;
    SheetRowKind kind = SheetRowKind::Body;
};

struct Sheet {
    std::string name;   // the tab; at most 31 characters are kept, without []*?:/\'
    std::string title;  // written above the header row when not empty
    std::vector<SheetColumn> columns;
    std::vector<SheetRow> rows;
    // Columns (from 0) whose Subtotal and Total rows are written as SUBTOTAL formulas over the Body rows above; the
    // given cell is kept as the cached value, so that a reader which does not compute shows the same figure.
    std::vector<std::size_t> summed_columns;
};

// ODS (OpenDocument 1.3 spreadsheet) with header row frozen and French or English number formats. The same input gives
// the same bytes.
[[nodiscard]] base::Result<std::string> write_ods(const std::vector<Sheet>& sheets, base::Language language,
                                                  std::string_view title, base::Date date);

}  // namespace beffroi::documents
