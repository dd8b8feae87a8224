// When images must go. Civil time of Paris: the law counts in months, an authorisation in days (CSI L252-5, R253-4).
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::archive {

// The instant from which an image recorded at `recorded` may no longer be kept: the same wall time a calendar month
// later (31 January: the last day of February), or that many days later, whichever comes first. Never later than the
// law has it: in the hour that repeats in October the first one counts, seconds are dropped.
[[nodiscard]] base::Timestamp term_of(base::Timestamp recorded, Retention retention);

// Whether a clock can be believed enough to erase by: a machine that starts without a battery believes to be in 1970.
[[nodiscard]] bool plausible(base::Timestamp now);

// From when the term of a file runs after the clock was found to be wrong by `step_us`: by the corrected time when the
// old one is absurd, otherwise by the earlier of both.
[[nodiscard]] std::int64_t kept_after_step(std::int64_t from_us, std::int64_t step_us);

}  // namespace beffroi::archive
