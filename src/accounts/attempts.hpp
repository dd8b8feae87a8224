// Inside accounts only: how many times a door was tried in vain, by what was typed, whether or not it leads anywhere.
//
// A try is counted before it is judged and wiped when it was right: many tries at once cannot pass together.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "db/db.hpp"

namespace beffroi::accounts {

struct AttemptRules {
    int failures_before_lock = 5;
    std::int64_t first_lock_ms = 60'000;
    std::int64_t longest_lock_ms = 3'600'000;
};

struct Attempt {
    std::optional<std::int64_t> wait_ms;  // the door is closed: this try was not counted, come back then
    bool closes = false;                  // if this one is wrong, the door closes
};

// `door` names what is tried, `key` by whom: ("sign_in", "maire@denain.fr").
[[nodiscard]] Attempt count_attempt(db::Writer& writer, const AttemptRules& rules, std::string_view door,
                                    std::string_view key, base::Timestamp now);
void wipe_attempts(db::Writer& writer, std::string_view door, std::string_view key);
std::int64_t purge_attempts(db::Writer& writer, base::Timestamp now);

}  // namespace beffroi::accounts
