// An edition as it is announced to those who list aids: read from its data, so that the page, the feed and the rules
// cannot differ. Pure.
#pragma once

#include "aides/application/editions.hpp"
#include "aides/publish/published.hpp"
#include "aides/scheme/edition.hpp"
#include "aides/sitting/grants.hpp"

namespace beffroi::aides::sitting {

// `contact` is the address of the service; `demonstration` marks the row as simulated. In French, as the formats ask.
[[nodiscard]] publish::PublishedScheme published_scheme(const scheme::Edition& edition,
                                                        const application::EditionRow& row, const Publisher& publisher,
                                                        std::string_view contact, bool demonstration,
                                                        const base::Catalogue& catalogue);

}  // namespace beffroi::aides::sitting
