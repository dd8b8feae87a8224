// One accepted stream, plain or TLS, behind the same few calls: what is above does not know which.
//
// All calls and all events happen on the connection's loop. One read and one write may be under way at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/loop.hpp"

namespace beffroi::net {

enum class IoStatus {
    Ok,
    Closed,  // the peer ended its side in good order
    Failed,  // reset, broken TLS, or closed by us
};

// What a connection tells its user. The user is kept alive while an operation is under way.
class ConnectionUser {
  public:
    ConnectionUser() = default;
    ConnectionUser(const ConnectionUser&) = delete;
    ConnectionUser& operator=(const ConnectionUser&) = delete;
    virtual ~ConnectionUser() = default;
    virtual void on_handshake(IoStatus status) = 0;
    virtual void on_read(IoStatus status, std::size_t bytes) = 0;
    virtual void on_written(IoStatus status, std::size_t bytes) = 0;
    // The end of shutdown(): the connection may be dropped.
    virtual void on_shutdown() = 0;
};

class Connection {
  public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    // TLS handshake; on a plain connection on_handshake(Ok) comes at once, before the call returns.
    virtual void handshake(std::shared_ptr<ConnectionUser> user) = 0;
    // Reads at least one byte into `into`, which must live until on_read.
    virtual void read_some(std::span<char> into, std::shared_ptr<ConnectionUser> user) = 0;
    // Writes some of the two pieces, in order, in as few system calls or TLS records as it can; they must live until
    // on_written, which says how many bytes went. `second` may be empty.
    virtual void write_some(std::string_view first, std::string_view second, std::shared_ptr<ConnectionUser> user) = 0;
    // Another descriptor of the same socket, non-blocking, for sendfile(2) by whoever may wait for a disk: any thread,
    // while no write is under way here. The caller closes it. -1 on TLS, where bytes are ciphered on their way.
    [[nodiscard]] virtual int duplicate() = 0;
    // on_written(Ok, 0) once the socket takes bytes again.
    virtual void wait_writable(std::shared_ptr<ConnectionUser> user) = 0;
    // Says to the peer that no more will be written (TLS close_notify, then FIN). Reading goes on being possible on a
    // plain one.
    virtual void shutdown(std::shared_ptr<ConnectionUser> user) = 0;
    // Drops the connection now; operations under way end with Failed.
    virtual void close() = 0;

    [[nodiscard]] virtual bool is_tls() const = 0;
    // "192.0.2.7" or "2001:db8::1"; IPv4 mapped in IPv6 is written as IPv4.
    [[nodiscard]] virtual const std::string& remote_address() const = 0;
    [[nodiscard]] virtual Loop& loop() = 0;
};

}  // namespace beffroi::net
