// Who asks for what: drawn once, before anything is done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/application/drafting.hpp"
#include "aides/application/form.hpp"
#include "aides/replay/random.hpp"
#include "base/money.hpp"
#include "territory/directory.hpp"

namespace beffroi::aides::replay {

struct Planned {
    std::string siren;
    std::string insee;
    std::string commune;
    std::string department;
    std::int64_t population = 0;
    base::Cents base;   // eligible, HT
    base::Cents grant;  // what the rule gives of it
    int cameras = 1;
    std::string nature = "installation";
    bool real = false;  // beneficiary and amount published
};

// A sitting of 2022 and what it grants.
struct PlannedSitting {
    std::string name;
    base::Date held_on{};
    base::Date filed_from{};  // its files come in between these days
    base::Date filed_to{};
    bool real = false;  // date and number of communes published
    std::string report;
    std::string resolution;
    std::vector<Planned> granted;
    std::vector<Planned> waiting;  // reviewed for it, no money left: granted by a later one
};

// The sittings of 2022 in order: 233 communes, 4.5 M€ at most, 56 on 22 November for more than 930,000 €.
[[nodiscard]] base::Result<std::vector<PlannedSitting>> plan_2022(const territory::Directory& directory,
                                                                  Random& random);

// Communes of the region below 20,000 in 2023 that got nothing in 2022, for the files of 2023.
[[nodiscard]] std::vector<Planned> plan_2023(const territory::Directory& directory,
                                             const std::vector<PlannedSitting>& year, int count, Random& random);

// The project as its commune would type it: quotes, lines that add up to the base (and sometimes one that is not
// eligible), a financing plan that leaves at least a fifth to the commune.
[[nodiscard]] application::Project project_of(const Planned& planned, base::Date start, Random& random);

}  // namespace beffroi::aides::replay
