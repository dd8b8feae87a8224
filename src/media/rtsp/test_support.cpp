#include "media/rtsp/test_support.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/codec/test_bits.hpp"
#include "media/rtsp/text.hpp"

namespace beffroi::rtsp::testing {

namespace {

bool readable(int descriptor, std::chrono::milliseconds patience) {
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, static_cast<int>(patience.count())) > 0;
}

sockaddr_in loopback(const char* address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &out.sin_addr);
    return out;
}

std::uint16_t port_of(int descriptor) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
}

void put_u32(std::vector<std::uint8_t>& out, std::uint64_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
}

}  // namespace

std::string usual_sdp() {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Live\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n"
           "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 "
           "packetization-mode=1\r\na=control:trackID=1\r\n";
}

std::vector<std::vector<std::uint8_t>> Pictures::next(bool key, std::size_t size) {
    std::vector<std::uint8_t> slice(std::max<std::size_t>(size, 8), 0x55);
    slice[0] = key ? 0x65 : 0x41;
    slice[1] = key ? 0x88 : 0x9a;  // first_mb_in_slice 0: a new access unit
    std::vector<rtp::Bytes> nals;
    if (key) nals = {codec::sample::kSps1080, codec::sample::kPps};
    nals.emplace_back(slice);
    std::vector<std::vector<std::uint8_t>> packets;
    packetiser_.frame(nals, time, [&](rtp::Bytes packet) { packets.emplace_back(packet.begin(), packet.end()); });
    time += 3'600;
    return packets;
}

std::vector<std::uint8_t> sender_report(std::uint32_t ssrc, std::uint64_t ntp, std::uint32_t rtp_time) {
    std::vector<std::uint8_t> out = {0x80, 200, 0, 6};
    put_u32(out, ssrc);
    put_u32(out, ntp >> 32U);
    put_u32(out, ntp & 0xFFFF'FFFFU);
    put_u32(out, rtp_time);
    put_u32(out, 0);
    put_u32(out, 0);
    return out;
}

// ---- the camera's end

Peer::Peer(Peer&& other) noexcept
    : interleaved(std::move(other.interleaved)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(std::move(other.bytes_)) {}

bool Peer::fill() {
    REQUIRE_MESSAGE(readable(descriptor_, kDeadline), "nothing came from the client");
    std::array<char, 16'384> chunk{};
    const auto got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return false;
    bytes_.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
}

Message Peer::message() {
    while (true) {
        if (bytes_.size() >= 4 && bytes_[0] == '$') {
            const auto at = [&](std::size_t i) {
                return static_cast<std::size_t>(static_cast<unsigned char>(bytes_[i]));
            };
            const auto size = at(2) << 8U | at(3);
            if (bytes_.size() >= 4 + size) {
                interleaved.emplace_back(bytes_.begin() + 4, bytes_.begin() + 4 + static_cast<std::ptrdiff_t>(size));
                bytes_.erase(0, 4 + size);
                continue;
            }
        } else if (!bytes_.empty()) {
            auto parsed = parse_message(bytes_);
            REQUIRE(parsed.state != ParsedMessage::State::Bad);
            if (parsed.state == ParsedMessage::State::Done) {
                bytes_.erase(0, parsed.used);
                return std::move(parsed.message);
            }
        }
        REQUIRE_MESSAGE(fill(), "the client closed the connection");
    }
}

Message Peer::request() {
    auto got = message();
    REQUIRE(got.request);
    return got;
}

Message Peer::request(std::string_view method) {
    auto got = request();
    REQUIRE(got.method == method);
    return got;
}

Message Peer::answer_from_client() {
    auto got = message();
    REQUIRE_FALSE(got.request);
    return got;
}

void Peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // gone: the test will see
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Peer::answer(const Message& request, std::string_view status, std::vector<Header> headers, std::string_view body) {
    std::string out = "RTSP/1.0 " + std::string(status) + "\r\nCSeq: " + std::string(request.header("CSeq")) + "\r\n";
    for (const auto& header : headers) out += header.name + ": " + header.value + "\r\n";
    if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(out + "\r\n" + std::string(body));
}

void Peer::packet(int channel, std::span<const std::uint8_t> bytes) {
    std::string out = {'$', static_cast<char>(channel), static_cast<char>(bytes.size() >> 8U),
                       static_cast<char>(bytes.size() & 0xFFU)};
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    send(out);
}

void Peer::packets(int channel, const std::vector<std::vector<std::uint8_t>>& packets) {
    for (const auto& one : packets) packet(channel, one);
}

bool Peer::closed_by_client() {
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    std::array<char, 16'384> chunk{};
    while (std::chrono::steady_clock::now() < until) {
        if (!readable(descriptor_, std::chrono::milliseconds(100))) continue;
        if (::recv(descriptor_, chunk.data(), chunk.size(), 0) <= 0) return true;
    }
    return false;
}

void Peer::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Peer::reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

Camera::Camera() {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback("127.0.0.1", 0);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(descriptor_, 16) == 0);
    port_ = port_of(descriptor_);
}

Camera::~Camera() {
    ::close(descriptor_);
}

std::string Camera::url(std::string_view target, std::string_view credentials) const {
    return "rtsp://" + std::string(credentials) + (credentials.empty() ? "" : "@") +
           "127.0.0.1:" + std::to_string(port_) + std::string(target);
}

Peer Camera::accept() {
    REQUIRE_MESSAGE(readable(descriptor_, kDeadline), "the client does not connect");
    const int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    REQUIRE(accepted >= 0);
    return Peer(accepted);
}

bool Camera::nobody_connects(std::chrono::milliseconds meanwhile) {
    return !readable(descriptor_, meanwhile);
}

Asked usual_conversation(Peer& peer, const Usual& usual) {
    Asked asked;
    asked.describe = peer.request("DESCRIBE");
    auto headers = usual.describe;
    headers.push_back({"Server", usual.server});
    if (usual.content_base.empty()) {
        headers.push_back({"Content-Base", asked.describe.uri + "/"});
    } else if (usual.content_base != "-") {
        headers.push_back({"Content-Base", usual.content_base});
    }
    peer.answer(asked.describe, "200 OK", headers, usual.sdp);
    asked.setup = peer.request("SETUP");
    std::string transport = usual.transport.empty() ? std::string(asked.setup.header("Transport")) : usual.transport;
    std::vector<Header> setup;
    if (transport != "-") setup.push_back({"Transport", transport});
    if (usual.session != "-") setup.push_back({"Session", usual.session});
    peer.answer(asked.setup, "200 OK", setup);
    asked.play = peer.request("PLAY");
    peer.answer(asked.play, "200 OK", usual.play);
    return asked;
}

Datagrams::Datagrams(const char* address) {
    descriptor_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto own = loopback(address, 0);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
    port_ = port_of(descriptor_);
}

Datagrams::~Datagrams() {
    ::close(descriptor_);
}

void Datagrams::send(std::uint16_t to, std::span<const std::uint8_t> bytes) {
    const auto address = loopback("127.0.0.1", to);
    REQUIRE(::sendto(descriptor_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                     sizeof address) == static_cast<ssize_t>(bytes.size()));
}

std::vector<std::uint8_t> Datagrams::receive() {
    REQUIRE_MESSAGE(readable(descriptor_, kDeadline), "no datagram from the client");
    std::vector<std::uint8_t> bytes(2048);
    const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return bytes;
}

std::uint16_t client_port(const Message& setup) {
    const auto transport = setup.header("Transport");
    const auto at = transport.find("client_port=");
    REQUIRE(at != std::string_view::npos);
    return leading_number<std::uint16_t>(transport.substr(at + std::strlen("client_port="))).value_or(0);
}

// ---- the recording

StreamOptions quick(std::string url) {
    using namespace std::chrono_literals;
    StreamOptions options;
    options.url = std::move(url);
    // Long where a test does not wait for it, so that a slow machine makes no difference.
    options.silence_timeout = 60s;
    options.answer_timeout = 60s;
    options.connect_timeout = 20s;
    options.backoff_first = 1ms;
    options.backoff_most = 20ms;
    options.teardown_timeout = 20ms;
    options.udp_silence = 60s;
    options.report_interval = 60s;
    options.stale_session_wait = 20ms;
    return options;
}

Recording::Recording(StreamOptions options, bool start) : stream_(poller_, clock_, std::move(options), *this, *this) {
    if (start) stream_.start();
}

Recording::~Recording() {
    stream_.stop();
}

void Recording::stop() {
    stream_.stop();
}

void Recording::on_frame(const rtp::Frame& frame) {
    const std::lock_guard lock(mutex_);
    rtp::CapturingSink::on_frame(frame);
    changed_.notify_all();
}

void Recording::on_format(const codec::FormatPtr& format) {
    const std::lock_guard lock(mutex_);
    rtp::CapturingSink::on_format(format);
    changed_.notify_all();
}

void Recording::on_sender_report(const rtp::SenderReport& report) {
    const std::lock_guard lock(mutex_);
    rtp::CapturingSink::on_sender_report(report);
    changed_.notify_all();
}

void Recording::on_event(const StreamEvent& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    changed_.notify_all();
}

bool Recording::wait_for(const std::function<bool()>& condition) {
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, kDeadline, condition)) return false;
    }
    poller_.run([] {});  // the round that brought it is over
    return true;
}

std::vector<rtp::CapturingSink::Captured> Recording::kept() {
    const std::lock_guard lock(mutex_);
    return frames;
}

std::vector<rtp::SenderReport> Recording::sender_reports() {
    const std::lock_guard lock(mutex_);
    return reports;
}

std::vector<StreamEvent> Recording::told() {
    const std::lock_guard lock(mutex_);
    return events_;
}

bool Recording::wait_for_frames(std::size_t wanted) {
    return wait_for([&] { return frames.size() >= wanted; });
}

std::size_t Recording::count(StreamEvent::Kind kind) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(events_, kind, &StreamEvent::kind));
}

bool Recording::wait_for_event(StreamEvent::Kind kind, std::size_t wanted) {
    return wait_for([&] { return count(kind) >= wanted; });
}

bool Recording::wait_for_quirk(std::string_view quirk) {
    return wait_for([&] { return std::ranges::find(events_, quirk, &StreamEvent::quirk) != events_.end(); });
}

std::string Recording::all_details() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& event : events_) all += event.quirk + " " + event.detail + "\n";
    return all;
}

}  // namespace beffroi::rtsp::testing
