// The pair of UDP ports, even for RTP and odd for RTCP (RFC 3550 §11), that a camera sends one stream to. Poller's
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "media/rtsp/address.hpp"
#include "net/poller.hpp"

namespace beffroi::rtsp {

class UdpUser {
  public:
    UdpUser() = default;
    UdpUser(const UdpUser&) = delete;
    UdpUser& operator=(const UdpUser&) = delete;
    virtual ~UdpUser() = default;
    virtual void on_datagram(bool control, std::span<const std::uint8_t> bytes, const Address& from) = 0;
    virtual void on_datagrams_read() = 0;  // the end of a round
};

class UdpPair {
  public:
    // On the address that the camera is reached from. `receive_buffer` in bytes, 0: 4 MiB, as far as the system allows.
    [[nodiscard]] static base::Result<std::unique_ptr<UdpPair>> open(net::Poller& poller, Address local,
                                                                     std::uint32_t receive_buffer, UdpUser& user);
    ~UdpPair();
    UdpPair(const UdpPair&) = delete;
    UdpPair& operator=(const UdpPair&) = delete;

    [[nodiscard]] std::uint16_t rtp_port() const { return port_; }  // RTCP: the next one
    void send(bool control, std::span<const std::uint8_t> bytes, const Address& to);

  private:
    struct Side;
    UdpPair(net::Poller& poller, UdpUser& user);

    std::unique_ptr<Side> rtp_, rtcp_;
    std::uint16_t port_ = 0;
};

}  // namespace beffroi::rtsp
