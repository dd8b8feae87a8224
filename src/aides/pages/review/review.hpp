// The Region's desk.
#pragma once

#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages {

void add_review_pages(Routes& routes, const Site& site);

}  // namespace beffroi::aides::pages
