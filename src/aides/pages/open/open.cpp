#include "aides/pages/open/open.hpp"

#include "aides/pages/open/parts.hpp"

namespace beffroi::aides::pages {

void add_open_pages(Routes& routes, const Site& site) {
    auto shelf = std::make_shared<open::Shelf>(site);
    open::add_home(routes, shelf);
    open::add_schemes(routes, shelf);
    open::add_grants(routes, shelf);
    open::add_drawings(routes, shelf);
    open::add_sittings(routes, shelf);
    open::add_data(routes, shelf);
    open::add_territory(routes, shelf);
    open::add_notes(routes, shelf);
}

}  // namespace beffroi::aides::pages
