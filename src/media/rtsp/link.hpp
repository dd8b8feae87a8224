// One TCP connection to a camera, plain or TLS: connects without waiting, sends what it is given, hands out what comes.
//
// Lives on the poller's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "media/rtsp/address.hpp"
#include "media/rtsp/tls_client.hpp"
#include "net/poller.hpp"

namespace beffroi::rtsp {

class LinkUser {
  public:
    LinkUser() = default;
    LinkUser(const LinkUser&) = delete;
    LinkUser& operator=(const LinkUser&) = delete;
    virtual ~LinkUser() = default;
    virtual void on_connected() = 0;
    // Everything not taken yet, oldest first; gives back how many bytes of it are done with. What is left comes again
    // with more.
    [[nodiscard]] virtual std::size_t on_bytes(std::span<const std::uint8_t> bytes) = 0;
    virtual void on_read() = 0;  // the end of a round of on_bytes
    // Not called after close(). `connected`: whether it had been.
    virtual void on_broken(const std::string& why, bool connected) = 0;
};

class Link : net::Poller::Handler {
  public:
    // `user` outlives the link, and keeps it alive during calls.
    Link(net::Poller& poller, LinkUser& user) : poller_(poller), user_(user) {}
    ~Link() override { close(); }

    struct Patience {
        std::chrono::milliseconds connect;    // with each address
        std::chrono::milliseconds handshake;  // of TLS: a weak camera reckons for seconds
    };
    // The addresses are tried one after the other. `authorities`: TLS when given.
    void connect(std::vector<Address> addresses, Patience patience, std::uint32_t receive_buffer,
                 std::shared_ptr<TlsAuthorities> authorities, std::string host);
    void send(std::string_view bytes);
    void close();
    [[nodiscard]] bool open() const { return descriptor_ >= 0 && state_ == State::Open; }
    [[nodiscard]] const Address& peer() const { return addresses_[current_]; }
    [[nodiscard]] Address local() const;

  private:
    enum class State { Idle, Connecting, Handshake, Open };
    void on_ready(bool readable, bool writable, bool broken) override;
    void try_address();
    void next_address(std::string why);
    void connected();
    void handshake();
    void read();
    [[nodiscard]] bool read_once(std::vector<std::uint8_t>& buffer, std::size_t kept, std::size_t& got);
    void flush();
    void watch();
    void broken(std::string why);  // by value: the reason may belong to what closes
    void close_descriptor();

    net::Poller& poller_;
    LinkUser& user_;
    State state_ = State::Idle;
    int descriptor_ = -1;
    std::vector<Address> addresses_;
    std::size_t current_ = 0;
    Patience patience_{};
    net::Poller::TimerId timer_ = 0;
    std::uint32_t receive_buffer_ = 0;
    std::shared_ptr<TlsAuthorities> authorities_;
    std::string host_;
    std::unique_ptr<TlsSession> tls_;
    std::string out_;
    bool write_waits_ = false;  // for the socket to take more
    bool tls_wants_write_ = false;
    std::vector<std::uint8_t> rest_;  // of an unfinished packet or message
};

}  // namespace beffroi::rtsp
