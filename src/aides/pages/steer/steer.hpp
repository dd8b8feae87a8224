// Pages for those who steer: simulation, editions, journal, mails.
#pragma once

#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages {

void add_steer_pages(Routes& routes, const Site& site);

}  // namespace beffroi::aides::pages
