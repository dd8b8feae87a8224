#include "http/worker_pool.hpp"

#include <csignal>
#include <string>
#include <utility>

#include <pthread.h>

namespace beffroi::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this, name = "worker-" + std::to_string(i)] {
            pthread_setname_np(pthread_self(), name.c_str());
            // sendfile(2) into a connection that the client has closed raises it, and has no flag against that.
            sigset_t pipe;
            sigemptyset(&pipe);
            sigaddset(&pipe, SIGPIPE);
            pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
            run();
        });
    }
}

WorkerPool::~WorkerPool() {
    stop();
}

bool WorkerPool::try_submit(Job job) {
    {
        std::lock_guard lock(mutex_);
        if (stopping_ || jobs_.size() >= queue_limit_) return false;
        jobs_.push_back(std::move(job));
        queued_ = jobs_.size();
    }
    ready_.notify_one();
    return true;
}

void WorkerPool::submit(Job job) {
    {
        std::lock_guard lock(mutex_);
        if (stopping_) return;
        jobs_.push_back(std::move(job));
        queued_ = jobs_.size();
    }
    ready_.notify_one();
}

void WorkerPool::stop() {
    std::deque<Job> dropped;  // destroyed without the lock: a job may hold the last reference to much
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(jobs_);
        queued_ = 0;
    }
    ready_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void WorkerPool::run() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (stopping_) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
            queued_ = jobs_.size();
        }
        job();
    }
}

}  // namespace beffroi::http
