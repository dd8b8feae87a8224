// Every component on one page: what the browser tests look at, and what a page author copies from. The samples are in
// French, the components in the language of the writer.
#pragma once

#include "html/writer.hpp"

namespace beffroi::html {

void gallery(Writer& w);
// What the sliders of the gallery fetch: the piece that app.js puts into the page.
void gallery_simulation(Writer& w, int population, int rate);

}  // namespace beffroi::html
