// The amount estimator of a scheme's page: what was typed, and what the edition's own computation says of it. Kept
// nowhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/application/estimate.hpp"
#include "aides/pages/site/context.hpp"

namespace beffroi::aides::pages::open {

struct EstimateForm {
    std::string place;  // as typed
    std::string code;   // INSEE, or SIREN of a grouping
    std::string nature;
    struct Line {
        std::string what;  // category, or funder
        std::string amount;
        std::string quantity;
    };
    std::vector<Line> lines;
    std::vector<Line> funding;
    std::vector<std::pair<std::string, std::string>> tags;  // tag, "yes" or "no"
    bool searching = false;                                 // the button beside the place
    bool asked = false;                                     // a result is wanted
};
// From the query of the page; a row more or less when its buttons were used.
[[nodiscard]] EstimateForm read_estimate_form(const http::Request& request, const scheme::Edition& edition);

struct Estimated {
    std::string applicant;  // "Denain (Nord, 59)"
    base::Date filed{};     // as if filed that day
    application::Estimate estimate;
};
// The result, or what is to be corrected in `errors`. Requests of others that are not decided are no one's business
// here: they do not count.
[[nodiscard]] std::optional<Estimated> compute(const Context& c, const scheme::Edition& edition,
                                               const EstimateForm& form, html::Errors& errors);

void write_estimator(html::Writer& w, const Context& c, const scheme::Edition& edition, const EstimateForm& form,
                     const std::optional<Estimated>& result, const html::Errors& errors);

// The reasons kept with an award, as they were written on that day; empty when there are none.
[[nodiscard]] std::vector<html::Reason> reasons_of_json(std::string_view evaluation, base::Language language);

}  // namespace beffroi::aides::pages::open
