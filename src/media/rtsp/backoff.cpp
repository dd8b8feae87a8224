#include "media/rtsp/backoff.hpp"

#include <algorithm>

namespace beffroi::rtsp {

std::chrono::milliseconds Backoff::next(const Ending& ending, std::chrono::milliseconds stale_session_wait,
                                        double random) {
    using enum Ending::Why;
    const bool refusal = ending.why == Refused || ending.why == Unauthorized || ending.why == NotFound ||
                         ending.why == NoVideo || ending.why == NoTransport || ending.why == Redirected;
    const auto start = refusal ? std::min(first_ * 10, most_) : first_;
    const auto most = refusal ? most_ : std::min(most_, kUnreachableMost);
    auto wait = std::min<std::chrono::milliseconds>(start * (1 << std::min(failures_, 16)), most);
    failures_ = std::min(failures_ + 1, 16);
    wait += std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * 0.25 * random));
    wait = std::max<std::chrono::milliseconds>(wait, ending.retry_after);
    return ending.stale_session ? std::max(wait, stale_session_wait) : wait;
}

}  // namespace beffroi::rtsp
