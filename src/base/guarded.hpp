// A value and its lock in one object: the value can only be reached while the lock is held.
#pragma once

#include <mutex>
#include <utility>

namespace beffroi::base {

template <typename T>
class Guarded {
  public:
    template <typename... Args>
    explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

    // Runs `use` with the value under the lock, and gives back what it gives. Keep it short, never call out from it.
    template <typename Use>
    decltype(auto) with(Use&& use) {
        std::lock_guard lock(mutex_);
        return std::forward<Use>(use)(value_);
    }

  private:
    std::mutex mutex_;
    T value_;
};

}  // namespace beffroi::base
