// Why an amount is what it is, and where a figure comes from: said the same way on every page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aides/application/drafting.hpp"
#include "aides/pages/site/site.hpp"
#include "aides/scheme/edition.hpp"
#include "html/components.hpp"

namespace beffroi::aides::pages {

// For html::explanation. Rules that decide say yes, no or "to check"; steps of the computation only tell. Assumptions
// and open questions of the edition stand under the rule that rests on them.
[[nodiscard]] std::vector<html::Reason> reasons_of(const std::vector<scheme::Node>& nodes,
                                                   const scheme::Edition& edition, const base::Text& t);
[[nodiscard]] inline std::vector<html::Reason> reasons_of(const scheme::Evaluation& evaluation,
                                                          const scheme::Edition& edition, const base::Text& t) {
    return reasons_of(evaluation.reasons, edition, t);
}

// "réel", "simulé", "demande en ligne".
[[nodiscard]] html::Tag provenance_tag(application::Provenance provenance, const base::Text& t);
// "Denain (Nord, 59)", by SIREN; `otherwise` when the directory does not know it.
[[nodiscard]] std::string place_label(const Site& site, std::string_view siren, std::string_view otherwise = {});

}  // namespace beffroi::aides::pages
