// "What if it were 25,000 inhabitants and 40 %?": the effect of a rule on every commune, and what it would cost.
//
// A model, and said to be one: each commune is given the same kind of project, whose size depends on its population
// (CostModel).
#pragma once

#include <span>

#include "aides/scheme/edition.hpp"

namespace beffroi::scheme {

// Columns of equal length, one row per commune, filled by the caller.
struct CommuneColumns {
    std::span<const std::string> code;        // INSEE
    std::span<const std::string> department;  // "59"
    std::span<const std::string> region;      // "32"
    // In the figure and year that Edition::population_needed() names; < 0 when not known.
    std::span<const std::int64_t> population;
    // The same for the edition compared with, when it looks at another figure or year; empty: `population`.
    std::span<const std::int64_t> population_against;
};

// Cameras per commune by population, and cost per camera. The defaults come from the awards published for
// Hauts-de-France: 1,200 to 6,000 euros of base per camera, about 13.5 cameras and 3,750 euros of base per camera on
// average (606 communes, 9.18 M, 8,168 cameras at 30 %).
struct CostModel {
    struct Class {
        std::int64_t below = 0;  // inhabitants
        std::int64_t cameras = 0;
    };
    std::vector<Class> classes = {{500, 4}, {2'000, 10}, {5'000, 20}, {10'000, 35}, {20'000, 50}, {kNoHigh, 90}};
    base::Cents per_camera{375'000};
    // Projects differ: each commune's cost lies between (100 - spread) % and (100 + spread) % of the model's, by a
    // fixed hash of its code.
    int spread_percent = 60;
    std::string category;  // empty: "cameras", or the first eligible category
    Nature nature = Nature::Installation;
};

struct Variation {
    std::optional<std::int64_t> population_below;  // replaces the bound of every population test
    std::optional<base::Rate> rate;                // replaces every percentage
    std::optional<base::Cents> ceiling;            // replaces every ceiling of a file
    std::optional<base::Cents> envelope;
};
// The same edition with those values, marked as assumptions.
[[nodiscard]] EditionPtr vary(const Edition& edition, const Variation& variation);

struct SimulationOptions {
    CostModel cost;
    base::Rate participation{620};  // share of the eligible communes that apply in a year: 233 of about 3,750 in 2022
};

struct Spread {
    base::Cents min, q1, median, q3, max;
};

struct DepartmentEffect {
    std::string department;
    std::int64_t communes = 0, eligible = 0, eligible_against = 0, gained = 0, lost = 0;
    base::Cents need, need_against;  // with the participation
};

struct SideEffect {
    std::int64_t eligible = 0;
    std::int64_t undetermined = 0;  // population or rule unknown
    std::int64_t at_ceiling = 0;    // amount bound by a ceiling
    base::Cents if_all_apply;
    base::Cents need;  // with the participation
    std::optional<base::Cents> envelope;
    Spread amounts;  // of the eligible communes
};

struct Simulation {
    std::string edition, against;  // `against` may be empty
    std::int64_t communes = 0;
    SideEffect now, before;
    std::vector<std::uint32_t> gained, lost;    // rows of the columns
    std::vector<DepartmentEffect> departments;  // by code
};

[[nodiscard]] Simulation simulate(const Edition& edition, const Edition* against, const CommuneColumns& communes,
                                  const SimulationOptions& options);

}  // namespace beffroi::scheme
