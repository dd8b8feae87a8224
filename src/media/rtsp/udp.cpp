#include "media/rtsp/udp.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <unistd.h>

namespace beffroi::rtsp {

namespace {

constexpr std::size_t kAtOnce = 64;            // datagrams a system call
constexpr std::size_t kMostDatagram = 65'536;  // cameras send up to the limit of IP, not of the wire
constexpr int kMostRounds = 16;                // then others have their turn
constexpr std::uint32_t kDefaultBuffer = 4U * 1024 * 1024;

// One for all sockets of a thread. Only the pages that datagrams really fill are ever touched.
struct Batch {
    Batch() {
        for (std::size_t i = 0; i < kAtOnce; ++i) {
            vectors[i] = {memory.get() + i * kMostDatagram, kMostDatagram};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
            messages[i].msg_hdr.msg_name = &from[i].storage;
        }
    }
    std::unique_ptr<std::uint8_t[]> memory = std::make_unique_for_overwrite<std::uint8_t[]>(kAtOnce * kMostDatagram);
    std::array<iovec, kAtOnce> vectors{};
    std::array<Address, kAtOnce> from{};
    std::array<mmsghdr, kAtOnce> messages{};
};

Batch& shared_batch() {
    thread_local const auto batch = std::make_unique<Batch>();
    return *batch;
}

}  // namespace

struct UdpPair::Side : net::Poller::Handler {
    Side(net::Poller& its_poller, UdpUser& its_user, bool is_control)
        : poller(its_poller), user(its_user), control(is_control) {}
    ~Side() override {
        if (descriptor < 0) return;
        poller.forget(descriptor);
        ::close(descriptor);
    }

    bool bind(Address local, std::uint16_t port, std::uint32_t buffer) {
        descriptor = ::socket(local.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
        if (descriptor < 0) return false;
        const int size = static_cast<int>(std::min<std::uint32_t>(buffer != 0 ? buffer : kDefaultBuffer, 1U << 30U));
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        local.set_port(port);
        return ::bind(descriptor, local.raw(), local.length) == 0;
    }

    [[nodiscard]] std::uint16_t bound_port() const {
        Address address;
        address.length = sizeof address.storage;
        return ::getsockname(descriptor, address.raw(), &address.length) == 0 ? address.port() : std::uint16_t{0};
    }

    void on_ready(bool /*readable*/, bool /*writable*/, bool /*broken*/) override {
        Batch& batch = shared_batch();
        for (int round = 0; round < kMostRounds; ++round) {
            for (auto& message : batch.messages) message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
            // An error here is an ICMP answer to what we sent: it tells nothing that silence will not.
            const int count = ::recvmmsg(descriptor, batch.messages.data(), kAtOnce, 0, nullptr);
            for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
                batch.from[i].length = batch.messages[i].msg_hdr.msg_namelen;
                user.on_datagram(control, {batch.memory.get() + i * kMostDatagram, batch.messages[i].msg_len},
                                 batch.from[i]);
            }
            if (count < static_cast<int>(kAtOnce)) break;
        }
        user.on_datagrams_read();
    }

    net::Poller& poller;
    UdpUser& user;
    bool control;
    int descriptor = -1;
};

UdpPair::UdpPair(net::Poller& poller, UdpUser& user)
    : rtp_(std::make_unique<Side>(poller, user, false)), rtcp_(std::make_unique<Side>(poller, user, true)) {}

UdpPair::~UdpPair() = default;

base::Result<std::unique_ptr<UdpPair>> UdpPair::open(net::Poller& poller, Address local, std::uint32_t receive_buffer,
                                                     UdpUser& user) {
    // The system picks a free port; its neighbour is usually free as well.
    for (int attempt = 0; attempt < 64; ++attempt) {
        std::unique_ptr<UdpPair> pair(new UdpPair(poller, user));
        if (!pair->rtp_->bind(local, 0, receive_buffer)) break;
        const auto port = pair->rtp_->bound_port();
        if (port == 0) break;
        const bool even = port % 2 == 0;
        const auto neighbour = static_cast<std::uint16_t>(even ? port + 1 : port - 1);
        if (!pair->rtcp_->bind(local, neighbour, 64 * 1024)) continue;
        if (!even) {
            std::swap(pair->rtp_->descriptor, pair->rtcp_->descriptor);
            const int size = static_cast<int>(receive_buffer != 0 ? receive_buffer : kDefaultBuffer);
            ::setsockopt(pair->rtp_->descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        }
        pair->port_ = std::min(port, neighbour);
        poller.watch(pair->rtp_->descriptor, *pair->rtp_, true, false);
        poller.watch(pair->rtcp_->descriptor, *pair->rtcp_, true, false);
        return pair;
    }
    return base::fail(base::Code::Unavailable, std::string("no pair of UDP ports: ") + std::strerror(errno));
}

void UdpPair::send(bool control, std::span<const std::uint8_t> bytes, const Address& to) {
    const auto& side = control ? rtcp_ : rtp_;
    // Best effort, as everything over UDP.
    [[maybe_unused]] const auto sent =
        ::sendto(side->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL, to.raw(), to.length);
}

}  // namespace beffroi::rtsp
