#include "media/rtsp/backoff.hpp"

#include <algorithm>

namespace beffroi::rtsp {

std::chrono::milliseconds Backoff::next(const Ending& ending, std::chrono::milliseconds stale_session_wait,
                                        double random) {
    using enum Ending::Why;
    using std::chrono::milliseconds;
    auto grown = [](milliseconds start, int& failures, milliseconds most) {
        const auto wait = std::min<milliseconds>(start * (1 << failures), most);
        failures = std::min(failures + 1, 16);
        return wait;
    };
    const bool may_start_up = ending.why == Refused || ending.why == NotFound || ending.why == NoVideo;
    const bool refusal =
        may_start_up || ending.why == Unauthorized || ending.why == NoTransport || ending.why == Redirected;
    milliseconds wait{};
    if (!refusal) {
        wait = grown(first_, absences_, std::min(most_, kUnreachableMost));
        start_up_refusals_ = kStartUpRefusals;
    } else if (may_start_up && start_up_refusals_ > 0) {
        --start_up_refusals_;
        wait = std::min(most_, kUnreachableMost);
    } else {
        wait = grown(std::min(first_ * 10, most_), refusals_, most_);
    }
    wait += milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * 0.25 * random));
    wait = std::max<milliseconds>(wait, ending.retry_after);
    return ending.stale_session ? std::max(wait, stale_session_wait) : wait;
}

}  // namespace beffroi::rtsp
