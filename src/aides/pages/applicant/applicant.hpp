// Pages of the applicant: from "my files" to the decision.
#pragma once

#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages {

void add_applicant_pages(Routes& routes, const Site& site);

}  // namespace beffroi::aides::pages
