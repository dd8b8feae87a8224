// A choropleth map as SVG text, from outlines already projected.
//
// Classes: svg.map, path.map-area with map-c0 (no value) … map-c6, .map-link with its texts .map-said (.map-sum,
// .map-low, .chart-middle, .chart-end), path.map-outline. Areas without a value are shapes without link, so that the
// keyboard walks over what matters; the caller gives the same data as a table, and the key as text of the page: in a
// drawing scaled down to a phone it could not be read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aides/publish/chart.hpp"

namespace beffroi::aides::publish {

struct Area {
    std::string code;   // INSEE
    std::string label;  // "Lestrem (Pas-de-Calais)"
    std::string path;   // SVG path data; anything but path commands and numbers is refused and the area is left out
    std::optional<std::int64_t> value;
    std::string href;
    // Written beside the area while the keyboard is on it: whoever sees has no other way to know where the focus is.
    std::string name;
    double x = 0;  // of the area's middle
    double y = 0;
};

struct MapBox {
    double x = 0;
    double y = 0;
    double width = 1000;
    double height = 1000;
};

// Outlines drawn over the areas, without value: départements.
struct MapOutline {
    std::string path;
};

// `breaks` ascending: a value below breaks[0] is class 1, and so on; at most 5 breaks (6 classes).
[[nodiscard]] std::string choropleth(const ChartFrame& frame, const MapBox& box, std::span<const Area> areas,
                                     std::span<const std::int64_t> breaks, std::span<const MapOutline> outlines = {});

struct KeyLine {
    int number = 0;  // of the class: map-c<number>
    std::string label;
};
// The classes that these breaks make, then the areas without a value.
[[nodiscard]] std::vector<KeyLine> map_key(const ChartFrame& frame, std::span<const std::int64_t> breaks);

// At most `classes - 1` distinct breaks so that each class holds about as many values, rounded to two significant
// digits.
[[nodiscard]] std::vector<std::int64_t> quantile_breaks(std::span<const Area> areas, int classes);

}  // namespace beffroi::aides::publish
