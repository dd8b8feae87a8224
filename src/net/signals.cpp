#include "net/signals.hpp"

#include <cerrno>

#include <pthread.h>

namespace beffroi::net {

StopSignals::StopSignals(std::initializer_list<int> more) {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    for (int signal : more) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    (void)std::signal(SIGPIPE, SIG_IGN);
}

int StopSignals::wait() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    return signal;
}

std::optional<int> StopSignals::wait_for(std::chrono::milliseconds patience) {
    auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        auto left =
            std::chrono::duration_cast<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now()).count();
        if (left <= 0) return std::nullopt;
        timespec time{};
        time.tv_sec = left / 1'000'000'000;
        time.tv_nsec = left % 1'000'000'000;
        int signal = sigtimedwait(&set_, nullptr, &time);
        if (signal > 0) return signal;
        if (errno == EAGAIN) return std::nullopt;
    }
}

}  // namespace beffroi::net
