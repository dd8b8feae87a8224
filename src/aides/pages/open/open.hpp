// What anyone can open: the schemes and their estimator, the grants, the sittings, open data, the territory, the notes
// of the site.
#pragma once

#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages {

// `site` must outlive the router.
void add_open_pages(Routes& routes, const Site& site);

}  // namespace beffroi::aides::pages
