// One camera's stream over RTSP, kept alive for ever: connects, falls back between transports, reads, reconnects with
// patience.
//
// Sound is never set up (CSI R253-1): only media of type video are asked for, whatever the camera offers.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "media/rtp/frame.hpp"
#include "net/poller.hpp"

namespace beffroi::rtsp {

enum class Transport { Auto, Tcp, Udp };  // Auto: TCP interleaved first, UDP when the camera refuses it, and back

struct StreamOptions {
    std::string url;       // rtsp:// or rtsps://; credentials may stand in it, percent-encoded
    std::string user;      // win over those of the URL
    std::string password;  // never logged, never in an error
    Transport transport = Transport::Auto;
    std::filesystem::path ca_file;  // for rtsps; empty: the system's authorities
    bool tls_verify = true;
    // Believe hosts in Content-Base and control attributes. Cameras behind address translation get them wrong.
    bool follow_control_host = false;
    // Of TCP alone. The kernel asks at once, after 1 s and after 3 s: waiting for the third would only delay the next
    // attempt, and with it a camera that has just come back.
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds silence_timeout{5'000};  // no frame for so long: reconnect
    std::chrono::milliseconds backoff_first{500};  // doubled to backoff_most, with jitter; never less after 401/453/503
    std::chrono::milliseconds backoff_most{30'000};
    std::uint32_t receive_buffer = 0;  // SO_RCVBUF in bytes; 0: the system's, 4 MiB over UDP
    // The rest is for tests, and for cameras that need it.
    std::chrono::milliseconds answer_timeout{5'000};  // of one request, one look-up, one TLS handshake
    std::chrono::milliseconds teardown_timeout{1'000};
    std::chrono::milliseconds udp_silence{3'000};          // nothing at all over UDP: TCP is tried
    std::chrono::milliseconds report_interval{5'000};      // receiver reports
    std::chrono::milliseconds keep_alive{0};               // 0: half of the session's time-out, 1 s to 30 s
    std::chrono::milliseconds stale_session_wait{65'000};  // until old live555 has forgotten a session (Q30)
};

// What happened, for the log, the API and the timeline. Plain words come from the catalogue: `kind` names the sentence.
struct StreamEvent {
    enum class Kind {
        Connecting,
        Connected,
        Playing,
        Lost,
        Refused,
        Unauthorized,
        NotFound,
        NoVideo,
        Redirected,
        FellBack,
        SoundIgnored,
        PacketsLost,
        Resynchronised,
        ClockJump,
        ParameterSetsMissing,
        NoKeyFrame,
        Quirk,
        TeardownUnanswered,
        Stopped,
    };
    Kind kind = Kind::Connecting;
    std::int64_t at_us = 0;  // UTC
    std::string detail;      // English, for the log; no secret
    std::string quirk;       // "Q17": which line of the table of quirks was met, when one was
};

class StreamWatcher {
  public:
    StreamWatcher() = default;
    StreamWatcher(const StreamWatcher&) = delete;
    StreamWatcher& operator=(const StreamWatcher&) = delete;
    virtual ~StreamWatcher() = default;
    virtual void on_event(const StreamEvent& event) = 0;  // on the poller's thread
};

struct StreamStats {  // since the start; readable from any thread
    std::uint64_t bytes = 0, packets = 0, lost = 0, reordered = 0, duplicates = 0, frames = 0, key_frames = 0,
                  damaged = 0, connects = 0;
    double rate = 0;  // images a second, measured from RTP over the last seconds
    std::int64_t last_frame_us = 0;
    std::int64_t clock_offset_us = 0;  // camera's clock (sender reports) minus ours; 0 when it never said
    bool clock_known = false;
    bool playing = false;
    Transport transport = Transport::Auto;
};

// What a camera said of itself.
struct Offer {
    std::string server;  // as it names itself
    std::string sdp;
    bool sound_offered = false;
};

// Belongs to one poller thread; start, stop and destruction from any other thread (they wait for it).
class Stream {
  public:
    // `sink` and `watcher` are called on the poller's thread, and must outlive the stream.
    Stream(net::Poller& poller, const base::Clock& clock, StreamOptions options, rtp::FrameSink& sink,
           StreamWatcher& watcher);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void start();
    // TEARDOWN, answered or not within a second, then closed.
    void stop();
    [[nodiscard]] StreamStats stats() const;
    [[nodiscard]] Offer offer() const;  // of the last description; any thread

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

// What a camera offers, asked once (DESCRIBE, SETUP, PLAY for `listen` seconds): for `camera test`.
struct Probe {
    std::string server;  // as the camera names itself
    std::string sdp;
    codec::FormatPtr format;  // none: no video was understood
    Transport transport = Transport::Auto;
    double rate = 0, bits_per_second = 0, key_interval_s = 0;
    bool sound_offered = false;
    std::int64_t clock_offset_us = 0;
    bool clock_known = false;
    std::vector<StreamEvent> events;  // quirks met on the way
};
// Blocks. Fails when nothing could be played: Refused (user, password), NotFound, Unavailable (the rest); a camera that
// offers no video we understand gives a Probe without a format.
[[nodiscard]] base::Result<Probe> probe(const StreamOptions& options, const base::Clock& clock,
                                        std::chrono::milliseconds listen);

}  // namespace beffroi::rtsp
