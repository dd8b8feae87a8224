#include "aides/publish/chart.hpp"

#include <algorithm>
#include <numeric>

#include "aides/publish/svg.hpp"

namespace beffroi::aides::publish {

namespace {

constexpr double kRow = 46;  // a bar with its label above
constexpr double kBar = 18;
constexpr double kValueRoom = 120;  // to the right of the longest bar
constexpr double kPlotTop = 24;
constexpr double kPlotHeight = 240;
constexpr double kAxisRoom = 96;  // left of the columns
constexpr std::size_t kMaxSeries = 6;

double ratio(std::int64_t value, std::int64_t top) {
    if (top <= 0 || value <= 0) return 0;
    return std::min(1.0, static_cast<double>(value) / static_cast<double>(top));
}

std::string box(int width, double height) {
    return "0 0 " + std::to_string(width) + " " + svg_number(height);
}

// <a> around what is inside when there is somewhere to go; says the value to those who hear the page.
void open_link(std::string& out, const std::string& href, const std::string& spoken) {
    if (href.empty()) return;
    out += "<a class=\"chart-link\" href=\"" + xml_escaped(href) + "\" aria-label=\"" + xml_escaped(spoken) + "\">";
}

void close_link(std::string& out, const std::string& href) {
    if (!href.empty()) out += "</a>";
}

void tooltip(std::string& out, const std::string& text) {
    out += "<title>" + xml_escaped(text) + "</title>";
}

// The horizontal lines behind columns, with their values.
void grid(std::string& out, const ChartFrame& frame, std::int64_t top) {
    constexpr int kTicks = 4;
    for (int i = 0; i <= kTicks; ++i) {
        const double y = kPlotTop + kPlotHeight * (kTicks - i) / kTicks;
        svg_line(out, i == 0 ? "chart-axis" : "chart-grid", kAxisRoom, y, frame.width, y);
        svg_text(out, "chart-tick chart-end", kAxisRoom - 8, y + 4, short_value(frame, top / kTicks * i));
    }
}

enum class Gaps { Between, None };

std::string columns_drawn(const ChartFrame& frame, std::span<const Datum> data, std::string_view css_class, Gaps gaps) {
    const bool links = std::any_of(data.begin(), data.end(), [](const Datum& d) { return !safe_href(d.href).empty(); });
    std::int64_t most = 0;
    for (const Datum& one : data) most = std::max(most, one.value);
    const std::int64_t top = round_top(most, 4);
    // Labels under columns that are too narrow are turned by the style sheet (chart-crowded).
    const double room = data.empty() ? 0 : (frame.width - kAxisRoom) / static_cast<double>(data.size());
    const bool crowded = room < 70;
    const double height = kPlotTop + kPlotHeight + (crowded ? 90 : 32);
    std::string out = svg_open(frame, crowded ? "chart chart-crowded" : "chart", box(frame.width, height),
                               links ? Holds::Links : Holds::NoLinks);
    grid(out, frame, top);
    double x = kAxisRoom;
    for (const Datum& one : data) {
        const double width = gaps == Gaps::Between ? room * 0.7 : std::max(0.0, room - 1);
        const double left = gaps == Gaps::Between ? x + room * 0.15 : x;
        const double tall = kPlotHeight * ratio(one.value, top);
        const std::string href = safe_href(one.href);
        const std::string spoken = spoken_value(frame, one.label, one.value);
        open_link(out, href, spoken);
        out += "<g>";
        tooltip(out, spoken);
        svg_rect(out, css_class, left, kPlotTop + kPlotHeight - tall, width, tall);
        if (!crowded)
            svg_text(out, "chart-value chart-middle", x + room / 2, kPlotTop + kPlotHeight - tall - 6,
                     short_value(frame, one.value));
        if (crowded) {
            const std::string at = svg_number(x + room / 2) + " " + svg_number(kPlotTop + kPlotHeight + 14);
            out += "<g transform=\"translate(" + at + ") rotate(-45)\">";
            svg_text(out, "chart-label chart-end", 0, 0, one.label);
            out += "</g>";
        } else {
            svg_text(out, "chart-label chart-middle", x + room / 2, kPlotTop + kPlotHeight + 20, one.label);
        }
        out += "</g>";
        close_link(out, href);
        x += room;
    }
    return out + "</svg>\n";
}

std::string series_class(std::size_t index) {
    return "chart-s" + std::to_string(index + 1);
}

double draw_key(std::string& out, const ChartFrame& frame, std::span<const std::string> series) {
    double x = 0;
    double y = 14;
    out += "<g class=\"chart-key\">";
    for (std::size_t i = 0; i < series.size(); ++i) {
        const double room = 28 + 8.5 * static_cast<double>(series[i].size());
        if (x > 0 && x + room > frame.width) {
            x = 0;
            y += 22;
        }
        svg_rect(out, series_class(i), x, y - 11, 14, 14);
        svg_text(out, "chart-label", x + 20, y + 1, series[i]);
        x += room;
    }
    out += "</g>";
    return y + 22;
}

}  // namespace

std::int64_t round_top(std::int64_t value, int ticks) {
    if (value <= 0 || ticks <= 0) return std::max(1, ticks);
    const std::int64_t wanted = value / ticks + (value % ticks != 0 ? 1 : 0);
    std::int64_t power = 1;
    while (power <= wanted / 10) power *= 10;
    for (const std::int64_t tenths : {10, 20, 25, 50, 100}) {
        // 2.5 × 1 is no whole number: skip it there.
        if (power % 10 != 0 && tenths % 10 != 0) continue;
        const std::int64_t step = power >= 10 ? power / 10 * tenths : power * (tenths / 10);
        if (step >= wanted) return step * ticks;
    }
    return wanted * ticks;
}

std::string bar_chart(const ChartFrame& frame, std::span<const Datum> data) {
    const bool links = std::any_of(data.begin(), data.end(), [](const Datum& d) { return !safe_href(d.href).empty(); });
    std::int64_t most = 0;
    for (const Datum& one : data) most = std::max(most, one.value);
    std::string out = svg_open(frame, "chart", box(frame.width, kRow * static_cast<double>(data.size()) + 4),
                               links ? Holds::Links : Holds::NoLinks);
    double y = 0;
    for (const Datum& one : data) {
        const std::string shown = shown_value(frame, one.value);
        const double width = (frame.width - kValueRoom) * ratio(one.value, most);
        const std::string href = safe_href(one.href);
        open_link(out, href, spoken_value(frame, one.label, one.value));
        svg_text(out, "chart-label", 0, y + 16, one.label);
        svg_rect(out, "chart-bar", 0, y + 22, width, kBar);
        svg_text(out, "chart-value", width + 8, y + 36, shown);
        close_link(out, href);
        y += kRow;
    }
    return out + "</svg>\n";
}

std::string column_chart(const ChartFrame& frame, std::span<const Datum> data) {
    return columns_drawn(frame, data, "chart-column", Gaps::Between);
}

std::string histogram(const ChartFrame& frame, std::span<const Datum> steps) {
    return columns_drawn(frame, steps, "chart-step", Gaps::None);
}

std::string stacked_chart(const ChartFrame& frame, std::span<const std::string> series, std::span<const Stack> stacks) {
    ASSERT(series.size() <= kMaxSeries);
    const bool links =
        std::any_of(stacks.begin(), stacks.end(), [](const Stack& s) { return !safe_href(s.href).empty(); });
    std::int64_t most = 0;
    for (const Stack& stack : stacks) {
        ASSERT(stack.parts.size() == series.size());
        most = std::max(most, std::accumulate(stack.parts.begin(), stack.parts.end(), std::int64_t{0}));
    }
    std::string inside;
    double y = draw_key(inside, frame, series);
    for (const Stack& stack : stacks) {
        const std::int64_t total = std::accumulate(stack.parts.begin(), stack.parts.end(), std::int64_t{0});
        const std::string href = safe_href(stack.href);
        open_link(inside, href, spoken_value(frame, stack.label, total));
        svg_text(inside, "chart-label", 0, y + 16, stack.label);
        double x = 0;
        for (std::size_t i = 0; i < series.size(); ++i) {
            const double width = (frame.width - kValueRoom) * ratio(stack.parts[i], most);
            if (width <= 0) continue;
            inside += "<g>";
            tooltip(inside, spoken_value(frame, series[i], stack.parts[i]));
            svg_rect(inside, series_class(i), x, y + 22, width, kBar);
            inside += "</g>";
            x += width;
        }
        svg_text(inside, "chart-value", x + 8, y + 36, shown_value(frame, total));
        close_link(inside, href);
        y += kRow;
    }
    return svg_open(frame, "chart", box(frame.width, y + 4), links ? Holds::Links : Holds::NoLinks) + inside +
           "</svg>\n";
}

}  // namespace beffroi::aides::publish
