// An IPv4 or IPv6 address with a port, and finding those of a host name without keeping the poller's thread waiting.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "net/poller.hpp"

namespace beffroi::rtsp {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    [[nodiscard]] int family() const { return storage.ss_family; }
    [[nodiscard]] std::uint16_t port() const;
    void set_port(std::uint16_t port);
    [[nodiscard]] bool same_host(const Address& other) const;  // whatever the port
    [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

// "192.0.2.1", "2001:db8::1", "fe80::1%eth0"; none for names.
[[nodiscard]] std::optional<Address> literal_address(const std::string& host, std::uint16_t port);

// Work that may block (names, files of authorities), done on a thread of its own; `done` is called on the poller's
// thread, or never once this object is gone: the thread then ends by itself, whenever the resolver lets it. Poller's
// thread only.
class Errand : net::Poller::Handler {
  public:
    Errand(net::Poller& poller, std::function<void()> work, std::function<void()> done);
    ~Errand() override;

  private:
    struct Shared;
    void on_ready(bool readable, bool writable, bool broken) override;

    net::Poller& poller_;
    std::function<void()> done_;
    std::shared_ptr<Shared> shared_;
};

// Blocks. Empty when the name has no address; `error` says why.
[[nodiscard]] std::vector<Address> look_up(const std::string& host, std::uint16_t port, std::string& error);

}  // namespace beffroi::rtsp
