// Pages of people's accounts.
#pragma once

#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages {

void add_account_pages(Routes& routes, const Site& site);

}  // namespace beffroi::aides::pages
