// The network thread's side of an Outlet: takes from its queue what goes out next, understands what comes in. For
// src/http only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/outlet.hpp"
#include "http/websocket_frames.hpp"

namespace beffroi::http {

enum class Framing { Plain, WebSocket };

// Shared by the owner (any thread) and the link (its network thread).
struct Outlet::State {
    explicit State(const OutletOptions& its_options) : options(its_options) {}

    struct Entry {
        std::string head;  // with the frame's head
        SharedBytes body;
        bool keep = false;  // drop_waiting() leaves it
        [[nodiscard]] std::size_t size() const { return head.size() + body.size; }
    };

    const OutletOptions options;
    std::mutex mutex;
    // All below under the mutex.
    std::deque<Entry> queue;
    std::size_t bytes = 0;       // in the queue
    std::function<void()> wake;  // posts to the network thread; none: not yet open, or gone
    Framing framing = Framing::Plain;
    bool open = true;              // takes more
    bool gone = false;             // the connection is
    bool woken = false;            // a wake-up is on its way
    bool wants_room = false;       // on_room is owed
    std::uint16_t close_code = 0;  // not 0: to be closed once the queue is empty
    std::string close_reason;

    void wake_up();  // under the mutex
};

// On the connection's network thread only.
class Link {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    Link(LinkBody body, Framing framing);
    ~Link();  // says on_closed if nobody did
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void open(std::function<void()> wake, SteadyTime now);
    // What to write next; false: nothing for now. The views live until wrote() has been told all of it.
    [[nodiscard]] bool next(std::string_view& first, std::string_view& second, SteadyTime now);
    void wrote(std::size_t bytes, SteadyTime now);
    void received(std::string_view bytes, SteadyTime now);
    // A wake-up has arrived: the next put() sends another.
    void awake();
    // Everything is out and both sides have said goodbye, or there is no waiting for the other: close the connection.
    [[nodiscard]] bool done() const { return done_; }
    // Time limits. False: over one of them.
    [[nodiscard]] bool check(SteadyTime now);
    // The server stops.
    void go_away();
    // The connection is gone: tells the owner. Once.
    void closed();

  private:
    void take_next();
    void maybe_room();
    void begin_close(std::uint16_t code, std::string_view reason);
    void understand(FrameReader::Event event);

    LinkBody body_;
    std::shared_ptr<Outlet::State> state_;
    Framing framing_;
    FrameReader reader_;
    Outlet::State::Entry current_;
    std::size_t sent_ = 0;  // of current_
    bool writing_ = false;  // current_ is on its way
    std::string control_;   // pong or ping to go out before the next message
    bool close_sent_ = false;
    bool close_received_ = false;
    bool closing_ = false;  // a close frame is to be sent
    std::string close_frame_;
    std::uint16_t code_ = 1006;
    bool done_ = false;
    bool told_ = false;
    SteadyTime heard_;     // last bytes from the client
    SteadyTime progress_;  // last bytes that it took
    SteadyTime closed_at_;
    bool pinged_ = false;
};

}  // namespace beffroi::http
