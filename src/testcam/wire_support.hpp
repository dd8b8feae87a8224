// For tests only: a client that sees every byte a camera sends, and judges none of them.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "testcam/channel.hpp"
#include "testcam/packets.hpp"
#include "testcam/server.hpp"

namespace beffroi::testcam::test {

struct RtpPacket {
    std::uint8_t channel = 0;
    Buffer bytes;  // RTP or RTCP, without framing
    [[nodiscard]] bool marker() const { return (bytes[1] & 0x80U) != 0; }
    [[nodiscard]] unsigned type() const { return bytes[1] & 0x7FU; }
    [[nodiscard]] std::uint16_t sequence() const { return static_cast<std::uint16_t>((bytes[2] << 8) | bytes[3]); }
    [[nodiscard]] std::uint32_t word(std::size_t at) const {
        return (std::uint32_t{bytes[at]} << 24U) | (std::uint32_t{bytes[at + 1]} << 16U) |
               (std::uint32_t{bytes[at + 2]} << 8U) | bytes[at + 3];
    }
    [[nodiscard]] std::uint32_t time() const { return word(4); }
    [[nodiscard]] std::uint32_t ssrc() const { return word(8); }
    [[nodiscard]] Bytes payload() const { return Bytes(bytes).subspan(12); }
    [[nodiscard]] unsigned nal() const { return bytes[12] & 0x1FU; }
};

class Client {
  public:
    explicit Client(const Server& server, std::uint32_t camera = 0) : url_(server.url(camera)) {
        socket_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const timeval patience{10, 0};
        ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.port());
        ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        connected_ = ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] const std::string& url() const { return url_; }
    void send(const std::string& text) { (void)!::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL); }

    // The whole answer, head and body; packets that come first are kept. Empty: closed, or nothing for ten seconds.
    std::string ask(const std::string& method, const std::string& headers = "", const std::string& path = "") {
        send(method + " " + url_ + path + " RTSP/1.0\r\nCSeq: " + std::to_string(++cseq_) + "\r\n" + headers + "\r\n");
        return answer();
    }
    std::string answer() {
        for (;;) {
            while (!waiting_.empty() && waiting_.front() == '$') {
                if (!take_packet() && !more()) return {};
            }
            const std::size_t end = waiting_.find("\r\n\r\n");
            if (end != std::string::npos) {
                const std::size_t length = waiting_.find("Content-Length: ");
                const std::size_t body = length < end ? std::stoul(waiting_.substr(length + 16)) : 0;
                if (waiting_.size() >= end + 4 + body) {
                    const std::string out = waiting_.substr(0, end + 4 + body);
                    waiting_.erase(0, end + 4 + body);
                    return out;
                }
            }
            if (!more()) return {};
        }
    }
    // SETUP of the video over TCP and PLAY: the answers.
    std::string play() {
        const std::string setup = ask("SETUP", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n", "/trackID=0");
        return setup + ask("PLAY", "Session: 1\r\n");
    }
    // The next packet of a channel; none: closed, or something that is no packet.
    std::optional<RtpPacket> packet(std::optional<std::uint8_t> channel = 0) {
        for (;;) {
            for (auto at = packets_.begin(); at != packets_.end(); ++at) {
                if (channel && at->channel != *channel) continue;
                RtpPacket out = std::move(*at);
                packets_.erase(at);
                return out;
            }
            if (!waiting_.empty() && waiting_.front() != '$') return std::nullopt;
            if (!take_packet() && !more()) return std::nullopt;
        }
    }
    // The packets of whole pictures, cut where the RTP time changes.
    std::vector<std::vector<RtpPacket>> pictures(std::size_t count) {
        std::vector<std::vector<RtpPacket>> out;
        while (auto next = packet()) {
            if (out.empty() || out.back().back().time() != next->time()) {
                if (out.size() == count) break;
                out.emplace_back();
            }
            out.back().push_back(std::move(*next));
        }
        return out;
    }
    // Packets of a channel that came and were not asked for.
    [[nodiscard]] std::size_t kept(std::uint8_t channel) const {
        return static_cast<std::size_t>(
            std::count_if(packets_.begin(), packets_.end(), [channel](const auto& p) { return p.channel == channel; }));
    }
    // Everything that came and is not yet looked at, at least `size` bytes unless the camera stops.
    std::string raw(std::size_t size) {
        while (waiting_.size() < size && more()) {
        }
        return waiting_;
    }
    bool closed() {  // reads until the end
        while (more()) waiting_.clear();
        return ended_;
    }

  private:
    bool more() {
        char buffer[65536];
        const ssize_t got = ::recv(socket_.number(), buffer, sizeof buffer, 0);
        ended_ = got == 0 || (got < 0 && errno == ECONNRESET);
        if (got <= 0) return false;
        waiting_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }
    bool take_packet() {
        if (waiting_.size() < 4 || waiting_.front() != '$') return false;
        const auto byte = [this](std::size_t at) { return static_cast<std::uint8_t>(waiting_[at]); };
        const std::size_t length = (std::size_t{byte(2)} << 8U) | byte(3);
        if (waiting_.size() < 4 + length) return false;
        packets_.push_back(
            {byte(1), {waiting_.begin() + 4, waiting_.begin() + 4 + static_cast<std::ptrdiff_t>(length)}});
        waiting_.erase(0, 4 + length);
        return true;
    }

    Descriptor socket_;
    std::string url_;
    std::string waiting_;
    std::vector<RtpPacket> packets_;
    int cseq_ = 0;
    bool connected_ = false;
    bool ended_ = false;
};

// A UDP socket of the client's.
class UdpPort {
  public:
    UdpPort() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        const timeval patience{10, 0};
        ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        (void)::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        socklen_t size = sizeof address;
        ::getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size);
        number_ = ntohs(address.sin_port);
    }
    [[nodiscard]] int number() const { return number_; }
    // A packet and the port it came from; empty after ten seconds.
    [[nodiscard]] std::pair<Buffer, int> receive() const {
        Buffer buffer(65'536);
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const ssize_t got =
            ::recvfrom(socket_.number(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return {buffer, ntohs(from.sin_port)};
    }

  private:
    Descriptor socket_;
    int number_ = 0;
};

inline const base::ManualClock& noon() {
    static const base::ManualClock clock(base::Timestamp{1'669'118'400'000});  // 2022-11-22T12:00:00Z
    return clock;
}

// A server that is fast and small, so that tests take no time.
inline std::unique_ptr<Server> quick(CameraSettings camera = {}, ServerSettings settings = {}) {
    if (camera.width == 1280) {
        camera.width = 352;
        camera.height = 288;
    }
    if (settings.pace == 1) settings.pace = 10;
    settings.patience_s = 3600;  // every picture, however busy the machine
    settings.cameras.insert(settings.cameras.begin(), camera);
    return base::value_or_throw(Server::start(std::move(settings), noon()));
}

inline std::unique_ptr<Server> with_fault(const Fault& fault, CameraSettings camera = {}) {
    camera.faults.push_back(fault);
    return quick(std::move(camera));
}

}  // namespace beffroi::testcam::test
