// One network thread and its event loop. Connections belong to one loop for life and are only touched from its thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace beffroi::net {

class Loop {
  public:
    // Starts the thread; `name` (at most 15 characters) is what `top -H` shows.
    explicit Loop(const std::string& name);
    // Stops and joins.
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Runs `task` on the loop's thread, later. Any thread. Dropped (destroyed, not run) once the loop has stopped.
    void post(std::function<void()> task);
    // Runs `tick` on the loop's thread every `period`, until the loop stops.
    void every(std::chrono::milliseconds period, std::function<void()> tick);
    // No further task runs after this returns; what was posted is destroyed with the loop. Any thread but the loop's
    // own.
    void stop();
    [[nodiscard]] bool on_this_thread() const;

    struct Impl;  // asio_loop.hpp, for the files of src/net only
    [[nodiscard]] Impl& impl() { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace beffroi::net
