// The two years that the replay tells.
#pragma once

#include "aides/replay/actors.hpp"
#include "aides/replay/files.hpp"
#include "aides/sitting/sitting.hpp"

namespace beffroi::aides::replay {

[[nodiscard]] base::Status tell_2022(Stage& stage, Cast& cast, const std::vector<PlannedSitting>& plan, Random& random,
                                     Replayed& result);
[[nodiscard]] base::Status tell_2023(Stage& stage, Cast& cast, const std::vector<PlannedSitting>& before,
                                     Random& random, Replayed& result);

// Reads an edition of the library and publishes it, by the head of unit.
[[nodiscard]] base::Result<application::EditionId> open_edition(Stage& stage, const Cast& cast, std::string_view id);
// A working hour of that day in Paris.
void at(Stage& stage, base::Date day, int hour, int minute = 0);
// The days from one to the other in as many equal steps, never on a Saturday or a Sunday.
[[nodiscard]] base::Date day_between(base::Date from, base::Date to, std::size_t index, std::size_t count);
// The counts are simulated, also those of the sitting of 22 November 2022: the real ones were not read. Always carried.
[[nodiscard]] sitting::Counts draw_counts(Random& random);

}  // namespace beffroi::aides::replay
