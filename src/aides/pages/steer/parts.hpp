// Shared by the pages of this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "aides/application/commune_columns.hpp"
#include "aides/application/editions.hpp"
#include "aides/pages/site/explain.hpp"
#include "aides/pages/site/navigation.hpp"
#include "aides/pages/site/routes.hpp"
#include "aides/scheme/simulate.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::steer {

// Who may move the sliders.
inline constexpr Access kSteering{Access::Who::Roles, {Role::Elected, Role::Head, Role::Finance}};

// What the simulation found, as a piece of page.
struct Result {
    scheme::Simulation simulation;
    std::shared_ptr<const application::CommuneColumns> columns;
    base::Rate participation;
};
void results(html::Writer& w, const Context& c, const Result& result);

[[nodiscard]] html::Tag edition_tag(const base::Text& t, application::EditionStatus status);

void add_simulation(Routes& routes);
void add_editions(Routes& routes);
void add_edition(Routes& routes);
void add_journal(Routes& routes);
void add_mails(Routes& routes);

}  // namespace beffroi::aides::pages::steer
