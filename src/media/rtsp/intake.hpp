// What happens to the packets of one session: to the receiver, the frames to the sink, and figures on the way.
//
// Poller's thread, except stats().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/guarded.hpp"
#include "base/time.hpp"
#include "media/rtp/frame.hpp"
#include "media/rtp/receiver.hpp"
#include "media/rtsp/conversation.hpp"
#include "media/rtsp/rate_meter.hpp"
#include "media/rtsp/stream.hpp"

namespace beffroi::rtsp {

class Intake : rtp::FrameSink {
  public:
    using Happened = std::function<void(StreamEvent::Kind, std::string detail, std::string quirk)>;

    Intake(const base::Clock& clock, rtp::FrameSink& sink, Happened happened)
        : clock_(clock), sink_(sink), happened_(std::move(happened)) {}

    void open(const VideoTrack& track, Transport lower);
    void playing();
    void close();  // what is whole is given to the sink
    void packet(bool control, std::span<const std::uint8_t> bytes);
    void round();  // the end of what came together: figures are published
    void tick();   // now and then: tells what came too often to be told each time
    [[nodiscard]] std::vector<std::uint8_t> report();

    [[nodiscard]] std::uint64_t frames() const { return own_.frames; }
    [[nodiscard]] std::uint64_t key_frames() const { return own_.key_frames; }
    [[nodiscard]] std::uint64_t packets() const { return own_.packets; }
    void count_connect() { ++own_.connects; }
    void publish();
    [[nodiscard]] StreamStats stats() const;

  private:
    rtp::FrameBuffer& buffer() override { return sink_.buffer(); }
    void on_format(const codec::FormatPtr& format) override { sink_.on_format(format); }
    void on_frame(const rtp::Frame& frame) override;
    void on_sender_report(const rtp::SenderReport& report) override;
    void on_remark(const rtp::Remark& remark);
    [[nodiscard]] std::int64_t now_us();

    const base::Clock& clock_;
    rtp::FrameSink& sink_;
    Happened happened_;
    std::unique_ptr<rtp::Receiver> receiver_;
    RateMeter rate_;
    std::int64_t now_us_ = 0;  // of this round; 0: to be read
    std::uint64_t lost_untold_ = 0;
    StreamStats own_;     // frames and packets of this session as well
    StreamStats before_;  // of the sessions before
    mutable base::Guarded<StreamStats> shown_;
};

}  // namespace beffroi::rtsp
