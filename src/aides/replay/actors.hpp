// The people of the replay: the Region's, and two for each commune. None has a password but the few that visitors use.
#pragma once

#include <map>
#include <string>

#include "aides/replay/plan.hpp"
#include "aides/replay/replay.hpp"

namespace beffroi::aides::replay {

struct Cast {
    accounts::Principal head;
    accounts::Principal officers[3];
    accounts::Principal secretary;
    accounts::Principal finance;
    std::vector<DemoAccount> accounts;
};
[[nodiscard]] base::Result<Cast> make_cast(Stage& stage);

struct TownHall {
    accounts::Principal writer;  // secretary of the town hall
    accounts::Principal signer;  // mayor
};
// With passwords for visitors when `visitors` is given.
[[nodiscard]] base::Result<TownHall> make_town_hall(Stage& stage, const Planned& planned,
                                                    std::vector<DemoAccount>* visitors = nullptr);

}  // namespace beffroi::aides::replay
