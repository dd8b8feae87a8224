#include <pthread.h>

#include "video/recorder/engine.hpp"

namespace beffroi::recorder {

Errands::Errands() : thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), "errands");
}

Errands::~Errands() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Errands::add(std::function<void()> errand) {
    {
        std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(errand));
    }
    wake_.notify_one();
}

void Errands::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        auto errand = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        errand();
        lock.lock();
    }
}

}  // namespace beffroi::recorder
