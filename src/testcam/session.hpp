// One connection of a client and the RTSP session on it (RFC 2326). Belongs to the server's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <netinet/in.h>

#include "testcam/camera.hpp"
#include "testcam/request.hpp"

namespace beffroi::testcam {

// Something to send, whole: a packet with its framing, or raw bytes (TCP only).
struct Outgoing {
    Buffer bytes;
    bool raw = false;
};

class Session {
  public:
    Session(World& world, std::unique_ptr<Channel> channel, const sockaddr_in& peer);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // False: over, to be destroyed.
    [[nodiscard]] bool on_readable();
    [[nodiscard]] bool on_writable();
    [[nodiscard]] bool wants_write() const { return sent_ < out_.size(); }
    bool watched_for_write = false;  // by the server's epoll
    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] int descriptor() const { return channel_->descriptor(); }
    void end() { over_ = true; }  // closed at the next occasion
    void check_timeouts();

    void send_unit(const Unit& unit);
    void on_report() { last_seen_us_ = last_report_us_ = world_.now_us; }
    [[nodiscard]] bool owns(const sockaddr_in& from) const;  // an RTCP packet that came over UDP
    [[nodiscard]] Camera* camera() const { return camera_; }
    void restart_sequence() { video_.sequence = static_cast<std::uint16_t>(world_.number()); }
    void skip_sequence(std::uint32_t count) { video_.sequence = static_cast<std::uint16_t>(video_.sequence + count); }
    void change_ssrc() { video_.ssrc = world_.number(); }

  private:
    struct Track {
        bool set_up = false;
        bool udp = false;
        std::uint8_t channel = 0;  // RTP; RTCP is the next
        sockaddr_in rtp{};
        sockaddr_in rtcp{};
        std::uint32_t ssrc = 0;
        std::uint16_t sequence = 0;
        std::uint32_t packets = 0;
        std::uint32_t bytes = 0;
    };
    struct Answer {
        int code = 200;
        std::vector<std::pair<std::string, std::string>> headers;
        std::string body;
        bool silent = false;  // no answer at all
    };

    // answers.cpp
    void handle(const Request& request);
    [[nodiscard]] Answer answer_to(const Request& request, std::int64_t before);
    [[nodiscard]] std::optional<Answer> refusal(const Request& request);
    [[nodiscard]] Answer describe(const Request& request);
    [[nodiscard]] Answer setup(const Request& request);
    [[nodiscard]] Answer play(const Request& request);
    // `before`: when the client was last heard, before this request.
    [[nodiscard]] Answer keep_alive(const Request& request, std::int64_t before);
    [[nodiscard]] std::string session_header();
    [[nodiscard]] std::string transport_header(const Track& track, std::string_view asked) const;
    [[nodiscard]] std::string content_base(const Request& request) const;
    void write_answer(const Request& request, const Answer& answer);
    [[nodiscard]] static Camera* camera_named(World& world, std::string_view url);
    [[nodiscard]] bool has(FaultKind kind) const { return camera_ != nullptr && camera_->has(kind); }

    // session.cpp
    void send_straight(const Unit& unit);
    void send_reports(const Unit& unit);
    void send_sound();
    void send_rtcp(const Track& track, Buffer report);
    void queue(Bytes bytes);
    void send_udp(const Track& track, Bytes packet, bool rtcp);
    [[nodiscard]] bool flush();

    // bend.cpp
    void send_bent(const Unit& unit);
    [[nodiscard]] std::vector<Outgoing> bend(const Unit& unit);
    void bend_link(std::vector<Outgoing>& packets);
    void deliver(std::vector<Outgoing> packets);
    [[nodiscard]] Buffer sender_report(const Unit& unit);

    World& world_;
    std::unique_ptr<Channel> channel_;
    sockaddr_in peer_{};
    RequestReader reader_;
    Buffer out_;
    std::size_t sent_ = 0;
    Buffer held_;  // while the fault Backlog lasts
    bool over_ = false;

    Camera* camera_ = nullptr;
    std::string nonce_;
    std::string id_;  // of the session
    Track video_;
    Track sound_;
    bool playing_ = false;
    bool torn_down_ = false;
    bool wait_key_ = true;
    std::int64_t last_seen_us_ = 0;
    std::int64_t last_report_us_ = 0;
    std::int64_t play_us_ = 0;
    std::int64_t next_report_us_ = 0;
    std::uint64_t sound_sent_ = 0;
    std::uint64_t units_ = 0;
    std::uint32_t own_cseq_ = 1;
    std::string late_answer_;       // to PLAY, that pictures overtake
    std::optional<Outgoing> late_;  // a packet that is overtaken
};

}  // namespace beffroi::testcam
