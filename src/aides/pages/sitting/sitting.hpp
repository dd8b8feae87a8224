// Pages of the sittings, for their secretary.
#pragma once

#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages {

void add_sitting_pages(Routes& routes, const Site& site);

}  // namespace beffroi::aides::pages
