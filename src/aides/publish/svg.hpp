// Parts that the charts and the map share; private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aides/publish/chart.hpp"

namespace beffroi::aides::publish {

// A number for SVG with at most two decimals, the same on every machine.
[[nodiscard]] std::string svg_number(double value);

enum class Holds { NoLinks, Links };

// <svg …><title>…</title><desc>…</desc>, to be closed by "</svg>\n".
[[nodiscard]] std::string svg_open(const ChartFrame& frame, std::string_view css_class, std::string_view view_box,
                                   Holds holds);

[[nodiscard]] std::string shown_value(const ChartFrame& frame, std::int64_t value);
// "Nord : 1 000 €", for those who hear the page.
[[nodiscard]] std::string spoken_value(const ChartFrame& frame, std::string_view label, std::int64_t value);
// For an axis: 2 500 000 € is "2,5 M€", 930 000 "930 000".
[[nodiscard]] std::string short_value(const ChartFrame& frame, std::int64_t value);

void svg_text(std::string& out, std::string_view css_class, double x, double y, std::string_view text);
void svg_rect(std::string& out, std::string_view css_class, double x, double y, double width, double height);
void svg_line(std::string& out, std::string_view css_class, double x1, double y1, double x2, double y2);

// Only addresses of the web and of this site: anything else ("javascript:") gives an empty text.
[[nodiscard]] std::string safe_href(std::string_view href);

}  // namespace beffroi::aides::publish
