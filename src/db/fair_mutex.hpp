// A lock that is given in the order of arrival: no request waits for ever because others are quicker to ask again.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

namespace beffroi::db {

class FairMutex {
  public:
    void lock() {
        std::unique_lock guard(mutex_);
        if (!taken_) {
            taken_ = true;
            return;
        }
        Waiter self;
        waiting_.push_back(&self);
        self.turn.wait(guard, [&] { return self.called; });
    }

    void unlock() {
        std::lock_guard guard(mutex_);
        if (waiting_.empty()) {
            taken_ = false;
            return;
        }
        // Stays taken: it passes from hand to hand, so nobody can jump in. Notified under the lock, for the waiter may
        // vanish after it.
        Waiter* next = waiting_.front();
        waiting_.pop_front();
        next->called = true;
        next->turn.notify_one();
    }

    [[nodiscard]] std::size_t waiting() {
        std::lock_guard guard(mutex_);
        return waiting_.size();
    }

  private:
    struct Waiter {
        std::condition_variable turn;
        bool called = false;
    };
    std::mutex mutex_;
    bool taken_ = false;
    std::deque<Waiter*> waiting_;
};

}  // namespace beffroi::db
