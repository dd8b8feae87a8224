#include "video/archive/retention.hpp"

#include <algorithm>
#include <chrono>

namespace beffroi::archive {

namespace {

constexpr std::int64_t kFirstPlausibleMs = 1'704'067'200'000;  // 2024-01-01: older than this program
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

// Wall time of Paris in minutes of the day, from two known points: midnight may be 23, 24 or 25 hours away from the
// next one, so the distance to it does not tell.
int minute_of_day(base::Timestamp at, base::Date day) {
    for (int hour = 23; hour >= 0; --hour) {
        base::Timestamp begins = base::from_paris(day, hour, 0);
        if (begins.ms > at.ms) continue;
        // In the hour that repeats, the second time is taken for the first.
        return hour * 60 + static_cast<int>((at.ms - begins.ms) / kMinuteMs % 60);
    }
    return 0;
}

}  // namespace

base::Timestamp term_of(base::Timestamp recorded, Retention retention) {
    base::Date day = base::paris_date(recorded);
    int minute = minute_of_day(recorded, day);
    base::Date last = base::add_months(day, 1);
    if (retention.days && *retention.days >= 0) {
        base::Date asked = base::add_days(day, *retention.days);
        if (base::days_between(asked, last) > 0) last = asked;
    }
    base::Timestamp term = base::from_paris(last, minute / 60, minute % 60);
    // Thirty-one days are the longest month there is, an hour more in October.
    return {std::min(term.ms, recorded.ms + 31 * kDayMs + kDayMs / 24)};
}

bool plausible(base::Timestamp now) {
    return now.ms >= kFirstPlausibleMs;
}

std::int64_t kept_after_step(std::int64_t from_us, std::int64_t step_us) {
    if (!plausible({from_us / 1000})) return from_us + step_us;
    return std::min(from_us, from_us + step_us);
}

}  // namespace beffroi::archive
