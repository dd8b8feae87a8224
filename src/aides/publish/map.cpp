#include "aides/publish/map.hpp"

#include <algorithm>

#include "aides/publish/svg.hpp"

namespace beffroi::aides::publish {

namespace {

constexpr std::size_t kMaxClasses = 6;

// Path data is drawn as it is given, so it may hold commands and numbers and nothing else.
bool safe_path(std::string_view path) {
    constexpr std::string_view kAllowed = "MmLlHhVvZzCcSsQqTtAa0123456789.,-+eE \n";
    return !path.empty() && (path.front() == 'M' || path.front() == 'm') &&
           path.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::size_t class_of(std::int64_t value, std::span<const std::int64_t> breaks) {
    return 1 + static_cast<std::size_t>(std::upper_bound(breaks.begin(), breaks.end(), value) - breaks.begin());
}

// Name and value, one above the other. Each third of the width writes towards the middle, so that they stay within; the
// style lifts them above the area, or lowers them at the upper edge.
void draw_name(std::string& out, const ChartFrame& frame, const MapBox& place, const Area& area) {
    const double third = place.width / 3;
    std::string kind = area.x < place.x + third       ? "map-said"
                       : area.x < place.x + 2 * third ? "map-said chart-middle"
                                                      : "map-said chart-end";
    if (area.y < place.y + place.height / 8) kind += " map-low";
    svg_text(out, kind, area.x, area.y, area.name);
    svg_text(out, kind + " map-sum", area.x, area.y, shown_value(frame, *area.value));
}

void draw_area(std::string& out, const ChartFrame& frame, const MapBox& place, const Area& area,
               std::span<const std::int64_t> breaks) {
    const std::string shown = area.value ? spoken_value(frame, area.label, *area.value) : area.label;
    const std::string href = area.value ? safe_href(area.href) : std::string();
    if (!href.empty())
        out += "<a class=\"map-link\" href=\"" + xml_escaped(href) + "\" aria-label=\"" + xml_escaped(shown) + "\">";
    out += "<path class=\"map-area map-c" + std::to_string(area.value ? class_of(*area.value, breaks) : 0);
    // Without a value there is nothing to say, and 3,700 tooltips weigh as much as the outlines.
    out += "\" d=\"" + area.path + (area.value ? "\"><title>" + xml_escaped(shown) + "</title></path>" : "\"/>");
    if (href.empty()) return;
    if (!area.name.empty()) draw_name(out, frame, place, area);
    out += "</a>";
}

std::string class_label(const ChartFrame& frame, std::span<const std::int64_t> breaks, std::size_t index) {
    const bool french = frame.language == base::Language::Fr;
    if (breaks.empty()) return french ? "Avec une valeur" : "With a value";
    if (index == 0) return (french ? "Moins de " : "Below ") + shown_value(frame, breaks.front());
    if (index == breaks.size()) return shown_value(frame, breaks.back()) + (french ? " et plus" : " and above");
    return (french ? "De " : "") + shown_value(frame, breaks[index - 1]) + (french ? " à moins de " : " to below ") +
           shown_value(frame, breaks[index]);
}

std::int64_t two_digits(std::int64_t value) {
    std::int64_t power = 1;
    while (value / power >= 100) power *= 10;
    return value / power * power;
}

}  // namespace

std::string choropleth(const ChartFrame& frame, const MapBox& place, std::span<const Area> areas,
                       std::span<const std::int64_t> breaks, std::span<const MapOutline> outlines) {
    ASSERT(breaks.size() < kMaxClasses && std::is_sorted(breaks.begin(), breaks.end()));
    const bool links = std::any_of(areas.begin(), areas.end(),
                                   [](const Area& area) { return area.value && !safe_href(area.href).empty(); });
    std::string out = svg_open(frame, "map",
                               svg_number(place.x) + " " + svg_number(place.y) + " " + svg_number(place.width) + " " +
                                   svg_number(place.height),
                               links ? Holds::Links : Holds::NoLinks);
    std::size_t bytes = out.size();
    for (const Area& area : areas) bytes += area.path.size() + 160;
    out.reserve(bytes);
    // Those with a value last: their edges are drawn over their neighbours'.
    for (const bool valued : {false, true})
        for (const Area& area : areas)
            if (area.value.has_value() == valued && safe_path(area.path)) draw_area(out, frame, place, area, breaks);
    for (const MapOutline& outline : outlines)
        if (safe_path(outline.path)) out += "<path class=\"map-outline\" d=\"" + outline.path + "\"/>";
    return out + "</svg>\n";
}

std::vector<KeyLine> map_key(const ChartFrame& frame, std::span<const std::int64_t> breaks) {
    std::vector<KeyLine> lines;
    for (std::size_t i = 0; i <= breaks.size(); ++i)
        lines.push_back({static_cast<int>(i) + 1, class_label(frame, breaks, i)});
    lines.push_back({0, frame.language == base::Language::Fr ? "Aucune aide" : "No grant"});
    return lines;
}

std::vector<std::int64_t> quantile_breaks(std::span<const Area> areas, int classes) {
    std::vector<std::int64_t> values;
    for (const Area& area : areas)
        if (area.value) values.push_back(*area.value);
    std::sort(values.begin(), values.end());
    std::vector<std::int64_t> breaks;
    const int count = std::clamp(classes, 1, static_cast<int>(kMaxClasses));
    if (values.empty()) return breaks;
    for (int i = 1; i < count; ++i) {
        const std::size_t at = values.size() * static_cast<std::size_t>(i) / static_cast<std::size_t>(count);
        const std::int64_t limit = two_digits(values[at]);
        // A break at or below the smallest value would open an empty class.
        if (limit > values.front() && (breaks.empty() || limit > breaks.back())) breaks.push_back(limit);
    }
    return breaks;
}

}  // namespace beffroi::aides::publish
