// SIGINT and SIGTERM as something that main() waits for.
#pragma once

#include <csignal>

namespace beffroi::net {

// Made first thing in main, before any thread: from then on the signals are held back in every thread and given by
// wait().
class StopSignals {
  public:
    StopSignals();
    // The number of the signal that came.
    [[nodiscard]] int wait();

  private:
    sigset_t set_{};
};

}  // namespace beffroi::net
