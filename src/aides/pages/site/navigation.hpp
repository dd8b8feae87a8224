// The frame that every page shares: who is here, where one can go, what is simulated.
#pragma once

#include "aides/pages/site/access.hpp"
#include "aides/pages/site/context.hpp"

namespace beffroi::aides::pages {

// Fills what the page leaves open.
void frame(const Context& context, html::Page& page);

// "59" → "Nord (59)".
[[nodiscard]] std::string department_label(const Site& site, std::string_view code);

}  // namespace beffroi::aides::pages
