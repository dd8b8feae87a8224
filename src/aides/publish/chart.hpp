// Charts as SVG text: no script, no inline style, same input same bytes. The caller shows the same data as a table
// beside it.
//
// Accessible: role="img" named by its <title> and <desc>; colours come from CSS classes only:
//   svg.chart, .chart-bar .chart-column .chart-step (shapes), .chart-s1 … .chart-s6 (series), .chart-label .chart-value
//   .chart-tick (text), .chart-axis .chart-grid (lines), .chart-key (legend). Links are a.chart-link.
// A chart with links is role="group" instead, since an image may not hold focusable parts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/money.hpp"

namespace beffroi::aides::publish {

enum class Unit { Euros, Count };  // values of Euros are cents

struct ChartFrame {
    std::string id;  // unique in the page: letters, digits, hyphens; ids of the parts begin with it
    std::string title;
    std::string description;
    Unit unit = Unit::Count;
    base::Language language = base::Language::Fr;
    int width = 640;  // of the view box; the page decides of the real size
};

struct Datum {
    std::string label;
    std::int64_t value = 0;  // below zero is drawn as zero and written as it is
    std::string href;        // may be empty
};

struct Stack {
    std::string label;
    std::vector<std::int64_t> parts;  // one per series, none negative
    std::string href;
};

// One bar per datum, label above, value at its end. For rankings and départements.
[[nodiscard]] std::string bar_chart(const ChartFrame& frame, std::span<const Datum> data);
// Columns side by side over time, in the order given.
[[nodiscard]] std::string column_chart(const ChartFrame& frame, std::span<const Datum> data);
// Columns that touch: how values spread over steps. The label is that of the step ("2 000 à 5 000 €").
[[nodiscard]] std::string histogram(const ChartFrame& frame, std::span<const Datum> steps);
// One bar per stack cut into series, with a key. At most 6 series.
[[nodiscard]] std::string stacked_chart(const ChartFrame& frame, std::span<const std::string> series,
                                        std::span<const Stack> stacks);

// Text made safe for XML content and attributes; control characters that XML forbids and bytes that are not UTF-8
// become U+FFFD.
[[nodiscard]] std::string xml_escaped(std::string_view text);

// A round number at or above `value` that divides well into `ticks` steps: 1, 2, 2.5 or 5 times a power of ten each.
[[nodiscard]] std::int64_t round_top(std::int64_t value, int ticks);

}  // namespace beffroi::aides::publish
