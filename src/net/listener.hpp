// A listening socket that deals its connections out to the loops in turn.
//
// One socket with hand-off rather than SO_REUSEPORT: a second server started by mistake gets "address in use", and the
// loops stay even.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/connection.hpp"
#include "net/tls.hpp"

namespace beffroi::net {

struct ListenOptions {
    std::string address = "127.0.0.1";   // an IP address, v4 or v6
    std::uint16_t port = 0;              // 0: any free one
    std::shared_ptr<TlsContext> tls;     // none: plain
    std::size_t max_connections = 4096;  // above it new ones wait in the kernel's queue
};

class Listener {
  public:
    // Runs on the loop that the connection belongs to.
    using OnAccept = std::function<void(std::unique_ptr<Connection>)>;

    // Errors: Invalid (address), Conflict (port in use), Refused (port not allowed). The loops must outlive the
    // listener.
    [[nodiscard]] static base::Result<std::unique_ptr<Listener>> open(const ListenOptions& options,
                                                                      std::vector<Loop*> loops, OnAccept on_accept);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    // No further connection is accepted once this returns. Any thread but a loop's own.
    void stop();
    [[nodiscard]] std::size_t connections() const;  // open now
    [[nodiscard]] std::uint64_t accepted() const;   // since the start
    [[nodiscard]] bool full() const;                // at max_connections: users should let go of idle ones

    struct State;

  private:
    explicit Listener(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace beffroi::net
