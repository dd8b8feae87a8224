// A drawing made elsewhere as SVG text (charts, maps), put into a page.
//
// The one place where markup comes in as text, so it is read before it is written: only shapes, groups, texts, titles
// and links to our own pages or to http(s), with the attributes that they need; no style, no script, no reference to
// anything. A text that holds anything else, or does not close what it opens, is our own mistake and stops the program.
#pragma once

#include <string_view>

#include "html/writer.hpp"

namespace beffroi::html {

// True when the text is one <svg> element that may be put into a page.
[[nodiscard]] bool is_safe_drawing(std::string_view svg);
void drawing(Writer& w, std::string_view svg);

}  // namespace beffroi::html
