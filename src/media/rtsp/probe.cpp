// Asks a camera once what it offers and listens for a while: a stream, whose frames are looked at and thrown away.
#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <vector>

#include "media/rtsp/stream.hpp"

namespace beffroi::rtsp {

namespace {

class Scratch final : public rtp::FrameBuffer {
  protected:
    void grow(std::size_t more) override {
        bytes_.resize(std::max(bytes_.size() * 2, size_ + more));
        data_ = bytes_.data();
        capacity_ = bytes_.size();
    }

  private:
    std::vector<std::uint8_t> bytes_;
};

// Called on the poller's thread, read by the caller of probe().
class Listener final : public rtp::FrameSink, public StreamWatcher {
  public:
    rtp::FrameBuffer& buffer() override { return scratch_; }
    void on_format(const codec::FormatPtr& format) override {
        const std::lock_guard lock(mutex_);
        format_ = format;
    }
    void on_frame(const rtp::Frame& frame) override {
        scratch_.truncate(0);
        const std::lock_guard lock(mutex_);
        if (frames_++ == 0) {
            first_us_ = frame.arrival_us;
            first_bytes_ = frame.size;
        }
        last_us_ = frame.arrival_us;
        bytes_ += frame.size;
        if (!frame.key) return;
        if (keys_++ == 0) first_key_ = frame.rtp_time;
        last_key_ = frame.rtp_time;
    }
    void on_sender_report(const rtp::SenderReport& /*report*/) override {}
    void on_event(const StreamEvent& event) override {
        const std::lock_guard lock(mutex_);
        if (events_.size() < 200) events_.push_back(event);
        using Kind = StreamEvent::Kind;
        if (event.kind == Kind::Playing) playing_ = true;
        const bool end = event.kind == Kind::Lost || event.kind == Kind::Refused || event.kind == Kind::Unauthorized ||
                         event.kind == Kind::NotFound || event.kind == Kind::NoVideo;
        if (end) failed_ = event;
        // A fall-back to the other transport follows a loss at once.
        if (event.kind == Kind::FellBack) failed_.reset();
        if (playing_ || failed_) changed_.notify_all();
    }

    // Until it plays, or can't.
    void wait_for_playing() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return playing_ || failed_; });
    }
    void listen(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, time, [&] { return failed_.has_value(); });
    }
    [[nodiscard]] bool playing() const {
        const std::lock_guard lock(mutex_);
        return playing_;
    }

    // Once the stream is stopped.
    [[nodiscard]] const std::optional<StreamEvent>& failed() const { return failed_; }
    void fill(Probe& probe) const {
        probe.format = format_;
        probe.events = events_;
        if (last_us_ > first_us_)
            probe.bits_per_second =
                static_cast<double>(bytes_ - first_bytes_) * 8e6 / static_cast<double>(last_us_ - first_us_);
        if (keys_ > 1)
            probe.key_interval_s = std::abs(static_cast<double>(last_key_ - first_key_)) / 90'000 / (keys_ - 1);
    }

  private:
    Scratch scratch_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool playing_ = false;
    std::optional<StreamEvent> failed_;
    codec::FormatPtr format_;
    std::uint64_t frames_ = 0, bytes_ = 0, first_bytes_ = 0;
    int keys_ = 0;
    std::int64_t first_us_ = 0, last_us_ = 0, first_key_ = 0, last_key_ = 0;
    std::vector<StreamEvent> events_;
};

base::Code code_of(StreamEvent::Kind kind) {
    if (kind == StreamEvent::Kind::Unauthorized) return base::Code::Refused;
    if (kind == StreamEvent::Kind::NotFound) return base::Code::NotFound;
    return base::Code::Unavailable;
}

}  // namespace

base::Result<Probe> probe(const StreamOptions& options, const base::Clock& clock, std::chrono::milliseconds listen) {
    net::Poller poller("rtsp-probe");
    Listener listener;
    Stream stream(poller, clock, options, listener, listener);
    stream.start();
    listener.wait_for_playing();
    if (listener.playing()) listener.listen(listen);
    Probe probe;
    const StreamStats stats = stream.stats();
    stream.stop();
    const Offer offer = stream.offer();
    listener.fill(probe);
    const auto& failed = listener.failed();
    if (!listener.playing() && failed && failed->kind != StreamEvent::Kind::NoVideo)
        return base::fail(code_of(failed->kind), failed->detail);
    probe.server = offer.server;
    probe.sdp = offer.sdp;
    probe.sound_offered = offer.sound_offered;
    probe.transport = stats.transport;
    probe.rate = stats.rate;
    probe.clock_offset_us = stats.clock_offset_us;
    probe.clock_known = stats.clock_known;
    return probe;
}

}  // namespace beffroi::rtsp
