// One RTSP session with a camera, from the connection to the TEARDOWN: DESCRIBE, SETUP of one video, PLAY, keeping it
// alive.
//
// It tries once and ends once; trying again is the stream's business. Lives on the poller's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "media/rtsp/auth.hpp"
#include "media/rtsp/demux.hpp"
#include "media/rtsp/headers.hpp"
#include "media/rtsp/link.hpp"
#include "media/rtsp/sdp.hpp"
#include "media/rtsp/stream.hpp"
#include "media/rtsp/udp.hpp"
#include "media/rtsp/url.hpp"

namespace beffroi::rtsp {

// Why a conversation is over.
struct Ending {
    enum class Why {
        Stopped,      // by us
        Unreachable,  // no connection, or no answer at all
        Lost,         // it was there and is no more, or makes no sense
        Refused,      // an answer of 4xx or 5xx
        Unauthorized,
        NotFound,
        NoVideo,
        NoTransport,  // neither over TCP nor over UDP
        Silent,       // over UDP nothing arrived
        Redirected,
    };
    Why why = Why::Lost;
    int status = 0;      // of the answer that ended it, 0: none
    std::string detail;  // English, no secret
    std::optional<Url> location;
    std::chrono::seconds retry_after{0};
    bool stale_session = false;  // the camera may go on sending into the connection that is closed now (Q30)
};

// What was set up.
struct VideoTrack {
    SdpFormat format;
    std::uint16_t width = 0, height = 0;  // as the description says; 0: it does not
    std::string server, sdp;
    bool sound_offered = false;
};

class ConversationUser {
  public:
    ConversationUser() = default;
    ConversationUser(const ConversationUser&) = delete;
    ConversationUser& operator=(const ConversationUser&) = delete;
    virtual ~ConversationUser() = default;
    virtual void on_happening(StreamEvent::Kind kind, std::string detail, std::string quirk) = 0;
    virtual void on_described(const VideoTrack& track) = 0;  // `format` is empty when there is no video to record
    virtual void on_set_up(const VideoTrack& track, Transport lower) = 0;  // before any packet
    virtual void on_playing(Transport lower) = 0;
    virtual void on_packet(bool control, std::span<const std::uint8_t> packet) = 0;
    virtual void on_round() = 0;  // everything that had come was handed out
    // A receiver report to send (RFC 3550 §6.4.2); empty: nothing to report on yet.
    virtual std::vector<std::uint8_t> report() = 0;
    virtual void on_ended(const Ending& ending) = 0;  // last; must not destroy the conversation
};

// Kept by the stream from one conversation to the next: reading the files of authorities takes long.
struct TlsCache {
    std::shared_ptr<TlsAuthorities> authorities;
};

class Conversation : LinkUser, UdpUser, Demux::Handler {
  public:
    // `url` with the credentials to use. `lower`: Tcp or Udp, what to ask for first; `options.transport` Auto allows
    // the other. `foreign`: the camera sent us here, nobody else named that host.
    Conversation(net::Poller& poller, const StreamOptions& options, Url url, Transport lower, bool foreign,
                 TlsCache& tls, ConversationUser& user);
    ~Conversation() override;

    void start();
    void end(Ending ending);  // with TEARDOWN where there is a session; on_ended follows, possibly at once
    [[nodiscard]] Transport lower() const { return lower_; }

  private:
    enum class State { Idle, Connecting, Asking, Starting, Playing, Closing, Closed };
    enum class Retry { Never, Once };
    using Answered = std::function<void(const Message&)>;
    struct Pending {
        std::string method, uri;
        std::vector<Header> headers;
        std::uint32_t cseq = 0;
        Answered answered;
    };

    // LinkUser
    void on_connected() override;
    std::size_t on_bytes(std::span<const std::uint8_t> bytes) override;
    void on_read() override;
    void on_broken(const std::string& why, bool connected) override;
    // UdpUser
    void on_datagram(bool control, std::span<const std::uint8_t> bytes, const Address& from) override;
    void on_datagrams_read() override;
    // Demux::Handler
    void on_packet(std::uint8_t channel, std::span<const std::uint8_t> packet) override;
    void on_message(Message&& message) override;
    void on_resynchronised(std::size_t skipped) override;
    void on_unknown_channel(std::uint8_t channel) override;

    void connect(std::vector<Address> addresses);
    void request(std::string method, std::string uri, std::vector<Header> headers, Answered answered);
    void transmit();
    void unanswered(const std::string& method);
    void on_answer(const Message& answer);
    void on_request(const Message& message);
    [[nodiscard]] bool unauthorized(const Message& answer);
    [[nodiscard]] bool redirected(const Message& answer);
    void refused(const Message& answer, const std::string& method);

    void describe();
    void described(const Message& answer);
    void setup();
    void set_up(const Message& answer);
    [[nodiscard]] bool other_transport(const std::string& why);
    [[nodiscard]] bool take_transport(const Message& answer);
    void play(bool with_range);
    void playing();

    void keep_alive();
    void kept_alive(const Message& answer);
    void send_report();
    void punch_hole();
    void packet_arrived(bool control, std::span<const std::uint8_t> packet);
    void finish();
    void quirk(const char* id, std::string detail);
    net::Poller::TimerId timer(std::chrono::milliseconds delay, std::function<void()> task);
    void cancel(net::Poller::TimerId& id);
    [[nodiscard]] std::vector<Header> session_header() const;

    net::Poller& poller_;
    const StreamOptions& options_;
    Url url_;           // asked for
    Url base_, track_;  // from the description
    Transport lower_;
    TlsCache& tls_;
    ConversationUser& user_;
    State state_ = State::Idle;
    Authenticator auth_;
    Demux demux_;
    Link link_;
    std::unique_ptr<Errand> errand_;
    std::unique_ptr<UdpPair> udp_;

    std::optional<Pending> pending_;
    std::uint32_t cseq_ = 0;
    std::string server_;
    VideoTrack video_;
    SessionAnswer session_;
    TransportAnswer transport_;
    std::optional<Address> source_;  // that packets may come from besides the camera's own
    bool switched_ = false;          // to the other transport already
    std::uint64_t packets_ = 0;
    std::vector<std::string> told_;  // quirks

    enum class KeepAlive { Options, GetParameter };
    KeepAlive keep_alive_method_ = KeepAlive::Options;
    bool get_parameter_declared_ = false, get_parameter_failed_ = false;
    bool foreign_told_ = false;

    Ending ending_;
    net::Poller::TimerId answer_timer_ = 0, alive_timer_ = 0, report_timer_ = 0, silence_timer_ = 0, closing_timer_ = 0;
};

}  // namespace beffroi::rtsp
