#include "net/poller.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "base/result.hpp"

namespace beffroi::net {

namespace {

using SteadyClock = std::chrono::steady_clock;

class Descriptor {
  public:
    Descriptor(int value, const char* what) : value_(value) {
        if (value < 0) throw std::system_error(errno, std::generic_category(), what);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(value_); }
    [[nodiscard]] int value() const { return value_; }

  private:
    int value_;
};

// Rounded up: waking a little late is right, waking early would spin until the time has come.
int milliseconds_until(SteadyClock::time_point at) {
    const auto left = at - SteadyClock::now();
    if (left <= SteadyClock::duration::zero()) return 0;
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::min<std::int64_t>(ms, 60'000));
}

}  // namespace

struct Poller::Impl {
    struct Watched {
        Handler* handler = nullptr;
        std::uint32_t generation = 0;  // tells an event of the descriptor's former life from one of its present one
    };
    struct Timer {
        TimerId id = 0;
        std::function<void()> task;
    };

    void loop();
    void dispatch(const epoll_event& event);
    void wait_for_more();
    void run_posts();
    void run_timers();
    void drain_wake();
    void wake() const;
    [[nodiscard]] int timeout() const;

    Descriptor epoll{::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"};
    Descriptor wake_up{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"};
    Descriptor wake_only{::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"};  // hears posts, not sockets
    std::vector<Watched> watched;                                           // by descriptor
    std::uint32_t generation = 0;
    std::multimap<SteadyClock::time_point, Timer> timers;
    std::unordered_map<TimerId, std::multimap<SteadyClock::time_point, Timer>::iterator> timers_by_id;
    TimerId next_timer = 1;
    base::Guarded<std::vector<std::function<void()>>> posts;
    std::atomic<std::int64_t> batch_ms{0};
    std::atomic<bool> stopping{false};
    std::thread thread;
};

void Poller::Impl::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_up.value(), &one, sizeof one);
}

void Poller::Impl::drain_wake() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_up.value(), &count, sizeof count);
}

int Poller::Impl::timeout() const {
    return timers.empty() ? 60'000 : milliseconds_until(timers.begin()->first);
}

void Poller::Impl::dispatch(const epoll_event& event) {
    const auto descriptor = static_cast<std::uint32_t>(event.data.u64);
    if (static_cast<int>(descriptor) == wake_up.value()) return drain_wake();
    // A handler called earlier in this batch may have forgotten this descriptor, and opened another under its number.
    if (descriptor >= watched.size()) return;
    const Watched entry = watched[descriptor];
    if (entry.handler == nullptr || entry.generation != static_cast<std::uint32_t>(event.data.u64 >> 32U)) return;
    entry.handler->on_ready((event.events & (EPOLLIN | EPOLLRDHUP)) != 0, (event.events & EPOLLOUT) != 0,
                            (event.events & (EPOLLERR | EPOLLHUP)) != 0);
}

void Poller::Impl::run_posts() {
    std::vector<std::function<void()>> now;
    posts.with([&](auto& waiting) { now.swap(waiting); });
    for (const auto& task : now) task();
}

void Poller::Impl::run_timers() {
    const auto now = SteadyClock::now();
    while (!timers.empty() && timers.begin()->first <= now) {
        auto node = timers.extract(timers.begin());
        timers_by_id.erase(node.mapped().id);
        node.mapped().task();
    }
}

// Lets packets of many streams come together before they are read. Posts and timers are not kept waiting.
void Poller::Impl::wait_for_more() {
    const auto until = SteadyClock::now() + std::chrono::milliseconds(batch_ms.load(std::memory_order_relaxed));
    while (!stopping.load(std::memory_order_relaxed) && batch_ms.load(std::memory_order_relaxed) > 0) {
        const int left = milliseconds_until(until);
        if (left == 0) return;
        epoll_event event{};
        if (::epoll_wait(wake_only.value(), &event, 1, std::min(left, timeout())) > 0) drain_wake();
        run_posts();
        run_timers();
    }
}

void Poller::Impl::loop() {
    std::array<epoll_event, 512> events{};
    while (!stopping.load(std::memory_order_relaxed)) {
        const int count = ::epoll_wait(epoll.value(), events.data(), static_cast<int>(events.size()), timeout());
        bool sockets = false;
        for (int i = 0; i < count; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            sockets = sockets || static_cast<int>(event.data.u64 & 0xFFFF'FFFFU) != wake_up.value();
            dispatch(event);
        }
        run_posts();
        run_timers();
        // A full array means that others are ready already: they are read first.
        if (sockets && count < static_cast<int>(events.size())) wait_for_more();
    }
    run_posts();  // nobody who waits in run() is left behind
}

Poller::Poller(const std::string& name) : impl_(std::make_unique<Impl>()) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint32_t>(impl_->wake_up.value());
    for (const int set : {impl_->epoll.value(), impl_->wake_only.value()}) {
        if (::epoll_ctl(set, EPOLL_CTL_ADD, impl_->wake_up.value(), &event) != 0)
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    impl_->thread = std::thread([impl = impl_.get(), name = name.substr(0, 15)] {
        pthread_setname_np(pthread_self(), name.c_str());
        // Signals belong to the main thread; a peer that closes must not raise SIGPIPE here either (TLS writes with
        // write()).
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        impl->loop();
    });
}

Poller::~Poller() {
    impl_->stopping = true;
    impl_->wake();
    if (impl_->thread.joinable()) impl_->thread.join();
}

void Poller::watch(int descriptor, Handler& handler, bool read, bool write) {
    ASSERT(on_this_thread() && descriptor >= 0);
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= impl_->watched.size()) impl_->watched.resize(index + 64);
    auto& entry = impl_->watched[index];
    const bool known = entry.handler != nullptr;
    if (!known) entry.generation = ++impl_->generation;
    entry.handler = &handler;
    epoll_event event{};
    event.events = (read ? EPOLLIN : 0U) | (write ? EPOLLOUT : 0U);
    event.data.u64 = (static_cast<std::uint64_t>(entry.generation) << 32U) | static_cast<std::uint32_t>(descriptor);
    if (::epoll_ctl(impl_->epoll.value(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void Poller::forget(int descriptor) {
    ASSERT(on_this_thread());
    const auto index = static_cast<std::size_t>(descriptor);
    if (descriptor < 0 || index >= impl_->watched.size() || impl_->watched[index].handler == nullptr) return;
    impl_->watched[index] = {};
    ::epoll_ctl(impl_->epoll.value(), EPOLL_CTL_DEL, descriptor, nullptr);
}

Poller::TimerId Poller::after(std::chrono::milliseconds delay, std::function<void()> task) {
    ASSERT(on_this_thread());
    const TimerId id = impl_->next_timer++;
    const auto place = impl_->timers.emplace(SteadyClock::now() + delay, Impl::Timer{id, std::move(task)});
    impl_->timers_by_id.emplace(id, place);
    return id;
}

void Poller::cancel(TimerId timer) {
    ASSERT(on_this_thread());
    const auto found = impl_->timers_by_id.find(timer);
    if (found == impl_->timers_by_id.end()) return;
    impl_->timers.erase(found->second);
    impl_->timers_by_id.erase(found);
}

void Poller::post(std::function<void()> task) {
    const bool first = impl_->posts.with([&](auto& waiting) {
        waiting.push_back(std::move(task));
        return waiting.size() == 1;
    });
    if (first) impl_->wake();
}

void Poller::run(std::function<void()> task) {
    ASSERT(!on_this_thread());
    std::mutex mutex;
    std::condition_variable done;
    bool ran = false;
    post([&] {
        task();
        const std::lock_guard lock(mutex);
        ran = true;
        done.notify_one();  // under the lock: the waiter owns both and leaves as soon as it can
    });
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return ran; });
}

bool Poller::on_this_thread() const {
    return std::this_thread::get_id() == impl_->thread.get_id();
}

void Poller::set_batch(std::chrono::milliseconds batch) {
    impl_->batch_ms = batch.count();
    impl_->wake();
}

}  // namespace beffroi::net
