// Readiness of many sockets on one thread (epoll), for streams that only read: wake-ups are batched when nobody needs
// the latest frame at once, because a thousand small streams otherwise cost a wake-up a packet.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace beffroi::net {

class Poller {
  public:
    // What happens to a descriptor. Both are called on the poller's thread.
    class Handler {
      public:
        Handler() = default;
        Handler(const Handler&) = delete;
        Handler& operator=(const Handler&) = delete;
        virtual ~Handler() = default;
        virtual void on_ready(bool readable, bool writable, bool broken) = 0;
    };
    using TimerId = std::uint64_t;

    explicit Poller(const std::string& name);  // starts the thread; at most 15 characters
    ~Poller();                                 // stops and joins
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    // On the poller's thread only, from here …
    void watch(int descriptor, Handler& handler, bool read, bool write);  // adds, or changes what is waited for
    void forget(int descriptor);                                          // no call for it after this returns
    TimerId after(std::chrono::milliseconds delay, std::function<void()> task);
    void cancel(TimerId timer);
    // … to here.

    void post(std::function<void()> task);  // any thread; runs soon, in order
    void run(std::function<void()> task);   // any thread but its own: posts and waits for the end of it
    [[nodiscard]] bool on_this_thread() const;
    // How long ready sockets may wait to be read together; zero: at once. Any thread. Someone watching live sets zero.
    void set_batch(std::chrono::milliseconds batch);

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace beffroi::net
