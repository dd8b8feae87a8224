// Replays 2022 and opens 2023, on an empty database with the communes loaded. Repeatable: the same seed and communes
// give the same files, amounts and dates.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/accounts.hpp"
#include "aides/application/desk.hpp"
#include "aides/scheme/library.hpp"
#include "base/time.hpp"

namespace beffroi::aides::replay {

struct Stage {
    const application::Desk& desk;  // its clock is `clock`
    accounts::Accounts& accounts;
    const scheme::SchemeLibrary& schemes;
    base::ManualClock& clock;
    std::uint64_t seed = 2022;
    // Told now and then: what is being done, how far.
    std::function<void(std::string_view step, int done, int total)> progress;
};

// An account that a visitor can use.
struct DemoAccount {
    std::string role;  // applicant, cosigner, officer, head, finance, secretary, elected, auditor, admin
    std::string name;
    std::string email;
    std::string password;  // random, told once
    std::string place;     // commune
};

struct Replayed {
    std::vector<DemoAccount> accounts;
    int communes_2022 = 0;
    base::Cents granted_2022;
    int communes_november = 0;  // 22 November 2022
    base::Cents granted_november;
    int files_2023 = 0;
    base::Timestamp now;  // where the clock stands: a day of the 2023 window
};

[[nodiscard]] base::Result<Replayed> replay(Stage& stage);

}  // namespace beffroi::aides::replay
