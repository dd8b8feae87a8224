// SIGINT and SIGTERM as something that main() waits for.
#pragma once

#include <chrono>
#include <csignal>
#include <initializer_list>
#include <optional>

namespace beffroi::net {

// Made first thing in main, before any thread: from then on the signals are held back in every thread and given by
// wait(). SIGPIPE is ignored: a peer that is gone is an error of the write, not the end of the program.
class StopSignals {
  public:
    // `more`: others to wait for, such as SIGHUP.
    explicit StopSignals(std::initializer_list<int> more = {});
    // The number of the signal that came.
    [[nodiscard]] int wait();
    // None: time is up.
    [[nodiscard]] std::optional<int> wait_for(std::chrono::milliseconds patience);

  private:
    sigset_t set_{};
};

}  // namespace beffroi::net
