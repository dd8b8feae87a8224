// For tests: a camera on loopback whose part the test plays itself, word by word and packet by packet, and a recording
// of what the stream on the other side made of it. Every wait is for a condition and has an end (kDeadline), nothing
// sleeps.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/rtp/packetise.hpp"
#include "media/rtp/test_support.hpp"
#include "media/rtsp/message.hpp"
#include "media/rtsp/stream.hpp"

namespace beffroi::rtsp::testing {

constexpr std::chrono::seconds kDeadline{20};

// What the camera sends: H.264, parameter sets in band before each key frame.
[[nodiscard]] std::string usual_sdp();
class Pictures {
  public:
    explicit Pictures(std::uint8_t payload_type = 96, std::uint32_t ssrc = 0x1234'5678)
        : packetiser_({.payload_type = payload_type, .ssrc = ssrc}) {}
    // Packets of the next frame, 3 600 ticks (25 images a second) after the one before.
    [[nodiscard]] std::vector<std::vector<std::uint8_t>> next(bool key, std::size_t size = 600);
    [[nodiscard]] rtp::Packetiser& packetiser() { return packetiser_; }
    std::uint32_t time = 90'000;

  private:
    rtp::Packetiser packetiser_;
};
[[nodiscard]] std::vector<std::uint8_t> sender_report(std::uint32_t ssrc, std::uint64_t ntp, std::uint32_t rtp_time);

// The camera's end of one connection. Blocking, on the test's thread.
class Peer {
  public:
    explicit Peer(int descriptor) : descriptor_(descriptor) {}
    Peer(Peer&& other) noexcept;
    Peer& operator=(Peer&&) = delete;
    ~Peer() { close(); }

    // The next request; receiver reports on the way are kept in `interleaved`.
    [[nodiscard]] Message request();
    [[nodiscard]] Message request(std::string_view method);  // fails the test when it is another
    [[nodiscard]] Message answer_from_client();              // to a request of ours
    void send(std::string_view bytes);
    // CSeq as asked.
    void answer(const Message& request, std::string_view status, std::vector<Header> headers = {},
                std::string_view body = {});
    void packet(int channel, std::span<const std::uint8_t> bytes);
    void packets(int channel, const std::vector<std::vector<std::uint8_t>>& packets);
    [[nodiscard]] bool closed_by_client();  // waits for it
    void close();
    void reset();  // as a camera that lost its power and came back: RST

    std::vector<std::vector<std::uint8_t>> interleaved;  // from the client, without the four bytes

  private:
    [[nodiscard]] Message message();
    bool fill();

    int descriptor_;
    std::string bytes_;
};

// How the usual conversation differs from the usual.
struct Usual {
    std::string sdp = usual_sdp();
    std::vector<Header> describe{{"Content-Type", "application/sdp"}};
    std::string content_base;  // "": the request's address and "/"; "-": no header
    std::string transport;     // "": what was asked for is granted
    std::string session = "4711;timeout=60";
    std::vector<Header> play;
    std::string server = "Scripted";
};

// What the client asked in it.
struct Asked {
    Message describe, setup, play;
};

class Camera {
  public:
    Camera();
    ~Camera();
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(std::string_view target = "/live", std::string_view credentials = {}) const;
    [[nodiscard]] Peer accept();
    [[nodiscard]] bool nobody_connects(std::chrono::milliseconds meanwhile);

  private:
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
};

Asked usual_conversation(Peer& peer, const Usual& usual = {});

// UDP from a port of the camera's.
class Datagrams {
  public:
    explicit Datagrams(const char* address = "127.0.0.1");
    ~Datagrams();
    Datagrams(const Datagrams&) = delete;
    Datagrams& operator=(const Datagrams&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    void send(std::uint16_t to, std::span<const std::uint8_t> bytes);
    void send(std::uint16_t to, const std::vector<std::vector<std::uint8_t>>& packets) {
        for (const auto& packet : packets) send(to, std::span<const std::uint8_t>(packet));
    }
    [[nodiscard]] std::vector<std::uint8_t> receive();

  private:
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
};
[[nodiscard]] std::uint16_t client_port(const Message& setup);  // of the Transport asked for; RTCP: the next

// The other side: a stream with short time-outs, and what came of it.
[[nodiscard]] StreamOptions quick(std::string url);

class Recording final : public rtp::CapturingSink, public StreamWatcher {
  public:
    explicit Recording(StreamOptions options, bool start = true);
    ~Recording() override;

    void on_frame(const rtp::Frame& frame) override;
    void on_format(const codec::FormatPtr& format) override;
    void on_sender_report(const rtp::SenderReport& report) override;
    void on_event(const StreamEvent& event) override;

    // Under the lock. Once it holds, the stream's figures are those of what was waited for as well.
    [[nodiscard]] bool wait_for(const std::function<bool()>& condition);
    [[nodiscard]] bool wait_for_frames(std::size_t count);
    [[nodiscard]] bool wait_for_event(StreamEvent::Kind kind, std::size_t count = 1);
    [[nodiscard]] bool wait_for_quirk(std::string_view quirk);
    // Copies, while more may come.
    [[nodiscard]] std::vector<Captured> kept();
    [[nodiscard]] std::vector<rtp::SenderReport> sender_reports();
    [[nodiscard]] std::vector<StreamEvent> told();
    [[nodiscard]] std::size_t count(StreamEvent::Kind kind);
    [[nodiscard]] std::string all_details();
    void stop();
    [[nodiscard]] Stream& stream() { return stream_; }
    [[nodiscard]] net::Poller& poller() { return poller_; }

  private:
    std::recursive_mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<StreamEvent> events_;
    base::SystemClock clock_;
    net::Poller poller_{"test-rtsp"};
    Stream stream_;
};

}  // namespace beffroi::rtsp::testing
