// Spans of a camera's recording from the rows of the index. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "video/archive/archive.hpp"
#include "video/archive/index.hpp"

namespace beffroi::archive {

struct TimelineFacts {
    std::vector<std::pair<std::int64_t, std::int64_t>> recorded;  // files, by their beginning
    std::vector<GapRow> gaps;
    std::int64_t erased_us = 0;  // what lies before was erased
    std::int64_t now_us = 0;
    std::string gap_now;  // why nothing is being recorded; empty: it is
};

// Recorded spans and gaps one behind the other. Nothing is said of the time before the first recording (unless it was
// erased) and of the future.
[[nodiscard]] std::vector<Span> make_timeline(TimelineFacts facts, std::int64_t from_us, std::int64_t to_us);

}  // namespace beffroi::archive
