// A fixed number of threads for what may wait (database, disk, hashes), and a queue that does not grow without end. For
// src/http only.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace beffroi::http {

// Any thread. A job must not throw.
class WorkerPool {
  public:
    using Job = std::function<void()>;

    WorkerPool(std::size_t threads, std::size_t queue_limit);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // False: the queue is full, the job was not taken.
    [[nodiscard]] bool try_submit(Job job);
    // Takes the job however long the queue is: for the next step of what was let in.
    void submit(Job job);
    [[nodiscard]] std::size_t queued() const { return queued_.load(std::memory_order_relaxed); }
    // Waits for the jobs that run, drops those that wait. May be called again.
    void stop();

  private:
    void run();

    std::size_t queue_limit_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Job> jobs_;
    bool stopping_ = false;
    std::atomic<std::size_t> queued_{0};
    std::vector<std::thread> threads_;
};

}  // namespace beffroi::http
