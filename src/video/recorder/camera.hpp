// One camera at work: its stream feeds its track of the archive and, for those who watch, its live line.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.hpp"
#include "base/log.hpp"
#include "media/rtsp/stream.hpp"
#include "net/poller.hpp"
#include "video/archive/archive.hpp"
#include "video/recorder/config.hpp"
#include "video/recorder/live_only.hpp"

namespace beffroi::recorder {

// What the camera's images are worth against the norm of its function (arrêté of 3 August 2007, art. 2).
enum class Norm { Unknown, Met, TooSmall, TooSlow };

struct CameraStatus {
    archive::CameraId id;
    std::string name;
    std::string place;
    std::string address;  // without credentials
    Function function = Function::Wide;
    bool enabled = true;
    bool has_sub = false;
    rtsp::StreamStats stats;
    codec::FormatPtr format;  // none: nothing was understood yet
    Norm norm = Norm::Unknown;
    double bits_per_second = 0;             // over the last seconds between two questions
    std::vector<rtsp::StreamEvent> events;  // the latest, oldest first
};

// "camera_lost": in the log, the API and the timeline.
[[nodiscard]] std::string_view event_name(rtsp::StreamEvent::Kind kind);
[[nodiscard]] Norm norm_of(Function function, const codec::VideoFormat& format, double rate);

// Where live frames of a camera go; called on the camera's own thread.
struct LiveLine {
    std::function<void(const archive::Track::LiveFrame&)> on_frame;
    std::function<void(const std::string& reason)> on_gap;  // nothing comes for now
};

// Made, stopped and asked from the engine's thread or any other; its stream and track live on the poller's thread.
class Camera final : public rtsp::StreamWatcher, private rtp::FrameSink {
  public:
    // `track` none: a stream that is only watched (the smaller one of a grid), never recorded.
    Camera(CameraConfig config, bool sub, net::Poller& poller, const base::Clock& clock, base::Log& log,
           std::unique_ptr<archive::Track> track, LiveLine live);
    ~Camera() override;

    [[nodiscard]] base::Status start();
    void stop();
    // Whether anybody looks: a stream that is not recorded only runs meanwhile.
    void watch(bool watched);
    // Takes what does not touch the stream (names, place, function); false when the stream must start again.
    [[nodiscard]] bool adopt(const CameraConfig& config);
    [[nodiscard]] CameraStatus status() const;
    [[nodiscard]] const CameraConfig& config() const { return config_; }

  private:
    void on_event(const rtsp::StreamEvent& event) override;
    rtp::FrameBuffer& buffer() override;
    void on_format(const codec::FormatPtr& format) override;
    void on_frame(const rtp::Frame& frame) override;
    void on_sender_report(const rtp::SenderReport& report) override;

    struct Known {  // what other threads ask
        CameraConfig config;
        codec::FormatPtr format;
        std::deque<rtsp::StreamEvent> events;
        // Of the last reckoning of the bit rate.
        std::int64_t reckoned_ms = 0;
        std::uint64_t reckoned_bytes = 0;
        double bits_per_second = 0;
    };
    [[nodiscard]] double bit_rate(std::uint64_t bytes) const;

    CameraConfig config_;
    bool sub_;
    net::Poller& poller_;
    const base::Clock& clock_;
    base::Log& log_;
    std::unique_ptr<archive::Track> track_;
    std::unique_ptr<LiveOnly> watched_only_;
    std::function<void(const std::string&)> on_gap_;
    rtp::FrameSink* sink_ = nullptr;  // one of the two above
    mutable base::Guarded<Known> known_;
    mutable base::Guarded<std::shared_ptr<rtsp::Stream>>
        stream_;  // asked for its figures while another thread stops it
};

}  // namespace beffroi::recorder
