// How long to leave a camera alone before trying again. Values only; any thread.
#pragma once

#include <chrono>

#include "media/rtsp/conversation.hpp"

namespace beffroi::rtsp {

class Backoff {
  public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most) : first_(first), most_(most) {}

    // A camera that is away or fell silent is asked again within kUnreachableMost, so that it is recorded soon after it
    // comes back: a SYN costs nobody anything. One that answers and refuses (401, 453, 503, no video, …) is left alone
    // from ten times `first` on, since each attempt costs it a session and may lock an account. `random`: 0 … 1,
    // spreads a thousand cameras that come back together; it only ever lengthens.
    [[nodiscard]] std::chrono::milliseconds next(const Ending& ending, std::chrono::milliseconds stale_session_wait,
                                                 double random);
    // It played for a while: the next failure is a first one.
    void succeeded() { failures_ = 0; }

    static constexpr std::chrono::milliseconds kUnreachableMost{3'000};

  private:
    std::chrono::milliseconds first_, most_;
    int failures_ = 0;
};

}  // namespace beffroi::rtsp
