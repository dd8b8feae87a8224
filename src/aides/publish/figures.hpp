// Sums, medians and groups of published grants, in exact cents.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aides/publish/published.hpp"
#include "base/money.hpp"

namespace beffroi::aides::publish {

struct Figures {
    std::size_t grants = 0;
    std::size_t beneficiaries = 0;  // distinct, by SIREN, else INSEE code, else name
    std::size_t cameras = 0;        // where known
    base::Cents asked;
    base::Cents eligible_base;
    base::Cents awarded;
    base::Cents smallest;
    base::Cents largest;
    base::Cents mean;            // to the cent, ties to even
    base::Cents median;          // of an even number of grants: the mean of the middle two, ties to even
    std::size_t not_actual = 0;  // rows that are reconstructed or simulated
};

[[nodiscard]] Figures figures(std::span<const PublishedGrant> grants);

enum class GroupBy { Sitting, Departement, Year, Edition, ProjectNature, Origin };

struct Group {
    std::string key;    // sitting id, département code, "2022"…
    std::string label;  // as people read it; the key where the rows hold nothing better
    Figures figures;
};

// In the order of the keys; sittings by date. Amounts of grants shared between beneficiaries count for the share of
// each.
[[nodiscard]] std::vector<Group> group(std::span<const PublishedGrant> grants, GroupBy by);

// How many grants fall in [from, to): the last step has no upper end.
struct Step {
    base::Cents from;
    std::optional<base::Cents> to;
    std::size_t grants = 0;
};

// `bounds` ascending, the first is where counting starts (what lies below counts in the first step).
[[nodiscard]] std::vector<Step> spread(std::span<const PublishedGrant> grants, std::span<const base::Cents> bounds);

// What the beneficiary of this row receives: awarded × share, to the cent, downwards.
[[nodiscard]] base::Cents awarded_to_beneficiary(const PublishedGrant& grant);

}  // namespace beffroi::aides::publish
