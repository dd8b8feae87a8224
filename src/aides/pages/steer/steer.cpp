#include "aides/pages/steer/steer.hpp"

#include "aides/pages/steer/parts.hpp"

namespace beffroi::aides::pages {

void add_steer_pages(Routes& routes, const Site& /*site*/) {
    steer::add_simulation(routes);
    steer::add_editions(routes);
    steer::add_edition(routes);
    steer::add_journal(routes);
    steer::add_mails(routes);
}

}  // namespace beffroi::aides::pages
