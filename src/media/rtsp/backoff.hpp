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
    // from ten times `first` on, since each attempt costs it a session and may lock an account. But a camera that was
    // away and now refuses may be starting up: for kStartUpRefusals answers it is asked as often as one that is away,
    // unless it is the password that it refuses. `random`: 0 … 1, spreads a thousand cameras that come back together;
    // it only ever lengthens.
    [[nodiscard]] std::chrono::milliseconds next(const Ending& ending, std::chrono::milliseconds stale_session_wait,
                                                 double random);
    // It played for a while: the next failure is a first one.
    void succeeded() { absences_ = refusals_ = start_up_refusals_ = 0; }

    // With a quarter of jitter and the seconds between two SYN of one attempt (StreamOptions::connect_timeout): an
    // image at the latest five seconds after the camera is back.
    static constexpr std::chrono::milliseconds kUnreachableMost{2'000};
    static constexpr int kStartUpRefusals = 20;

  private:
    std::chrono::milliseconds first_, most_;
    int absences_ = 0, refusals_ = 0;
    int start_up_refusals_ = 0;  // still to be taken for a start
};

}  // namespace beffroi::rtsp
