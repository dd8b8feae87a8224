#include "video/recorder/camera.hpp"

namespace beffroi::recorder {

namespace {

constexpr std::size_t kKeptEvents = 50;

// Nothing is recorded from then on, until frames come again.
bool ends_recording(rtsp::StreamEvent::Kind kind) {
    using Kind = rtsp::StreamEvent::Kind;
    return kind == Kind::Lost || kind == Kind::Refused || kind == Kind::Unauthorized || kind == Kind::NotFound ||
           kind == Kind::NoVideo || kind == Kind::Stopped;
}

}  // namespace

std::string_view event_name(rtsp::StreamEvent::Kind kind) {
    using Kind = rtsp::StreamEvent::Kind;
    switch (kind) {
        case Kind::Connecting:
            return "connecting";
        case Kind::Connected:
            return "connected";
        case Kind::Playing:
            return "playing";
        case Kind::Lost:
            return "camera_lost";
        case Kind::Refused:
            return "refused";
        case Kind::Unauthorized:
            return "unauthorized";
        case Kind::NotFound:
            return "not_found";
        case Kind::NoVideo:
            return "no_video";
        case Kind::Redirected:
            return "redirected";
        case Kind::FellBack:
            return "fell_back";
        case Kind::SoundIgnored:
            return "sound_ignored";
        case Kind::PacketsLost:
            return "packets_lost";
        case Kind::Resynchronised:
            return "resynchronised";
        case Kind::ClockJump:
            return "clock_jump";
        case Kind::ParameterSetsMissing:
            return "parameter_sets_missing";
        case Kind::NoKeyFrame:
            return "no_key_frame";
        case Kind::Quirk:
            return "quirk";
        case Kind::TeardownUnanswered:
            return "teardown_unanswered";
        case Kind::Stopped:
            return "stopped";
    }
    return "";
}

Camera::Camera(CameraConfig config, bool sub, net::Poller& poller, const base::Clock& clock, base::Log& log,
               std::unique_ptr<archive::Track> track, LiveLine live)
    : config_(std::move(config)),
      sub_(sub),
      poller_(poller),
      clock_(clock),
      log_(log),
      track_(std::move(track)),
      on_gap_(std::move(live.on_gap)) {
    known_.with([&](Known& known) { known.config = config_; });
    if (track_) {
        sink_ = track_.get();
        track_->set_live(std::move(live.on_frame));
    } else {
        watched_only_ = std::make_unique<LiveOnly>(std::move(live.on_frame));
        sink_ = watched_only_.get();
    }
}

Camera::~Camera() {
    stop();
    // The track is closed on the thread that fed it.
    poller_.run([this] { track_.reset(); });
}

base::Status Camera::start() {
    if (stream_.with([](auto& stream) { return stream != nullptr; })) return {};
    rtp::FrameSink& sink = *this;
    rtsp::StreamWatcher& watcher = *this;
    auto stream = std::make_shared<rtsp::Stream>(poller_, clock_, TRY(stream_options(config_, sub_)), sink, watcher);
    stream->start();
    stream_.with([&](auto& held) { held = std::move(stream); });
    return {};
}

void Camera::stop() {
    std::shared_ptr<rtsp::Stream> stream;
    stream_.with([&](auto& held) { stream.swap(held); });
    if (stream) stream->stop();
}

void Camera::watch(bool watched) {
    if (track_) return;
    if (!watched)
        stop();
    else if (auto started = start(); !started)
        log_.warn("stream_not_started", {{"camera", config_.id}, {"detail", started.error().detail}});
}

bool Camera::adopt(const CameraConfig& config) {
    CameraConfig same = config;
    same.name = config_.name;
    same.place = config_.place;
    same.function = config_.function;
    same.sub_url = config_.sub_url;
    if (same != config_) return false;
    config_ = config;
    known_.with([&](Known& known) { known.config = config; });
    return true;
}

CameraStatus Camera::status() const {
    CameraStatus out;
    known_.with([&](Known& known) {
        out.id = known.config.id;
        out.name = known.config.name;
        out.place = known.config.place;
        out.address = without_credentials(sub_ ? known.config.sub_url : known.config.url);
        out.function = known.config.function;
        out.enabled = known.config.enabled;
        out.has_sub = !known.config.sub_url.empty();
        out.format = known.format;
        out.events.assign(known.events.begin(), known.events.end());
    });
    auto stream = stream_.with([](auto& held) { return held; });
    if (stream) out.stats = stream->stats();
    out.bits_per_second = out.stats.playing ? bit_rate(out.stats.bytes) : 0;
    if (out.format) out.norm = norm_of(out.function, *out.format, out.stats.rate);
    return out;
}

// Between two questions at least two seconds apart; in between, what the last one found.
double Camera::bit_rate(std::uint64_t bytes) const {
    std::int64_t now = clock_.now().ms;
    return known_.with([&](Known& known) {
        std::int64_t elapsed = now - known.reckoned_ms;
        if (elapsed < 2'000 && elapsed >= 0) return known.bits_per_second;
        bool first = known.reckoned_ms == 0 || elapsed < 0 || bytes < known.reckoned_bytes;
        if (!first)
            known.bits_per_second =
                static_cast<double>(bytes - known.reckoned_bytes) * 8'000 / static_cast<double>(elapsed);
        known.reckoned_ms = now;
        known.reckoned_bytes = bytes;
        return known.bits_per_second;
    });
}

void Camera::on_event(const rtsp::StreamEvent& event) {
    std::string_view name = event_name(event.kind);
    log_.info("stream_" + std::string(name),
              {{"camera", config_.id}, {"detail", event.detail}, {"quirk", event.quirk}});
    known_.with([&](Known& known) {
        known.events.push_back(event);
        if (known.events.size() > kKeptEvents) known.events.pop_front();
    });
    if (!ends_recording(event.kind)) return;
    std::string reason = event.kind == rtsp::StreamEvent::Kind::Stopped ? "recorder_stopped" : std::string(name);
    if (track_) track_->gap(reason);
    if (on_gap_) on_gap_(reason);
}

rtp::FrameBuffer& Camera::buffer() {
    return sink_->buffer();
}

void Camera::on_format(const codec::FormatPtr& format) {
    known_.with([&](Known& known) { known.format = format; });
    sink_->on_format(format);
}

void Camera::on_frame(const rtp::Frame& frame) {
    sink_->on_frame(frame);
}

void Camera::on_sender_report(const rtp::SenderReport& report) {
    sink_->on_sender_report(report);
}

}  // namespace beffroi::recorder
