// A connection that its owner fills at their own pace: live pictures, events. Over WebSocket (websocket.hpp) or as an
// endless body.
//
// What goes out waits in a queue with a bound. When it is full the owner is told, and decides what to leave out: memory
// never grows with the slowness of a reader. Bytes are shared, not copied.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/response.hpp"

namespace beffroi::http {

struct OutletOptions {
    std::size_t queue_bytes = std::size_t{4} << 20U;  // that may wait
    std::chrono::milliseconds stall{10'000};          // not one byte taken for so long: closed
    std::chrono::milliseconds ping_after{
        20'000};  // WebSocket: nothing heard for so long: ping; three times that: closed
    std::size_t message_bytes = std::size_t{16} << 10U;  // WebSocket: the longest message taken from the client
};

// Any thread. Lives as long as somebody holds it; once the connection is gone it says Closed.
class Outlet {
  public:
    explicit Outlet(const OutletOptions& options);
    ~Outlet();
    Outlet(const Outlet&) = delete;
    Outlet& operator=(const Outlet&) = delete;

    enum class Put { Taken, Full, Closed };
    // Ignore: what must go out whole, such as the first burst. Keep: that, and drop_waiting() leaves it.
    enum class Bound { Respect, Ignore, Keep };
    // `head` then `body`: one binary message over WebSocket. `head` is copied (keep it short), `body` is shared. Full:
    // not taken.
    [[nodiscard]] Put put(std::string_view head, SharedBytes body, Bound bound = Bound::Respect);
    // A text message over WebSocket; short ones are always taken.
    Put put_text(std::string_view text);
    // Forgets what is not yet on its way. Gives how many messages put() had taken (texts are kept).
    std::size_t drop_waiting();
    [[nodiscard]] std::size_t waiting_bytes() const;
    // Nothing more is taken; what waits goes out first. `code` and `reason` are for WebSocket (RFC 6455 §7.4).
    void close(std::uint16_t code = 1000, std::string_view reason = {});

    struct State;  // link.hpp, for src/http only
    [[nodiscard]] const std::shared_ptr<State>& state() const { return state_; }

  private:
    std::shared_ptr<State> state_;
};

// What the owner hears. On the network thread: quick. Must not hold the connection's session; may hold the outlet.
class OutletUser {
  public:
    OutletUser() = default;
    OutletUser(const OutletUser&) = delete;
    OutletUser& operator=(const OutletUser&) = delete;
    virtual ~OutletUser() = default;
    // The answer's head is out: the first call.
    virtual void on_open() = 0;
    // From the client, over WebSocket: valid UTF-8, or bytes.
    virtual void on_text(std::string_view text) = 0;
    virtual void on_binary(std::string_view bytes) = 0;
    // After put() said Full (or drop_waiting): half of the queue is free again.
    virtual void on_room() = 0;
    // The last call. `code` is that of WebSocket; 1006 when the connection just ended.
    virtual void on_closed(std::uint16_t code) = 0;
};

// An endless body (until the outlet is closed or the client goes), ended by the end of the connection.
[[nodiscard]] Response feed(std::string_view content_type, std::shared_ptr<Outlet> outlet,
                            std::shared_ptr<OutletUser> user);

}  // namespace beffroi::http
