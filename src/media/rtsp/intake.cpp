#include "media/rtsp/intake.hpp"

#include "crypto/random.hpp"
#include "media/rtsp/fmtp.hpp"

namespace beffroi::rtsp {

namespace {

// Seconds from 1900 (NTP) to 1970 (RFC 868).
constexpr std::uint64_t kNtpToUnix = 2'208'988'800;

std::int64_t ntp_us(std::uint64_t ntp) {
    const auto seconds = static_cast<std::int64_t>(ntp >> 32U) - static_cast<std::int64_t>(kNtpToUnix);
    const auto fraction = static_cast<std::int64_t>(((ntp & 0xFFFF'FFFFU) * 1'000'000U) >> 32U);
    return seconds * 1'000'000 + fraction;
}

}  // namespace

void Intake::open(const VideoTrack& track, Transport lower) {
    auto options = receiver_options(track.format);
    options.reorder = lower == Transport::Udp;
    options.width = track.width;
    options.height = track.height;
    options.own_ssrc = crypto::random_below(0xFFFF'FFFFU);
    rtp::FrameSink& measured = *this;
    receiver_ =
        std::make_unique<rtp::Receiver>(options, measured, [this](const rtp::Remark& remark) { on_remark(remark); });
    rate_ = RateMeter(track.format.clock_rate);
    own_.transport = lower;
    publish();
}

void Intake::playing() {
    own_.playing = true;
    publish();
}

void Intake::close() {
    if (receiver_) receiver_->flush();
    publish();
    receiver_.reset();
    before_ = own_;
    own_.playing = false;
    own_.rate = 0;
    tick();
    publish();
}

std::int64_t Intake::now_us() {
    if (now_us_ == 0) now_us_ = clock_.now().ms * 1000;
    return now_us_;
}

void Intake::packet(bool control, std::span<const std::uint8_t> bytes) {
    if (!receiver_) return;
    // Some cameras mix the two on one port or channel (RFC 5761 §4).
    if (control || rtp::looks_like_rtcp(bytes)) {
        if (rtp::looks_like_rtcp(bytes)) return receiver_->rtcp(bytes, now_us());
    }
    ++own_.packets;
    receiver_->packet(bytes, now_us());
}

void Intake::round() {
    now_us_ = 0;
    publish();
}

void Intake::publish() {
    if (receiver_) {
        const auto& now = receiver_->stats();
        own_.bytes = before_.bytes + now.bytes;
        own_.lost = before_.lost + now.lost;
        own_.reordered = before_.reordered + now.reordered;
        own_.duplicates = before_.duplicates + now.duplicates;
        own_.damaged = before_.damaged + now.damaged;
    }
    shown_.with([&](StreamStats& shown) { shown = own_; });
}

StreamStats Intake::stats() const {
    return shown_.with([](const StreamStats& shown) { return shown; });
}

void Intake::tick() {
    if (own_.playing) own_.rate = rate_.rate();
    if (lost_untold_ > 0) {
        happened_(StreamEvent::Kind::PacketsLost, std::to_string(lost_untold_) + " packets are missing", {});
        lost_untold_ = 0;
    }
    publish();
}

std::vector<std::uint8_t> Intake::report() {
    if (!receiver_) return {};
    const auto report = receiver_->receiver_report(clock_.now().ms * 1000);
    return {report.begin(), report.end()};
}

void Intake::on_frame(const rtp::Frame& frame) {
    ++own_.frames;
    if (frame.key) ++own_.key_frames;
    own_.last_frame_us = frame.arrival_us;
    if (frame.discontinuity) rate_.restart();
    rate_.frame(frame.rtp_time);
    sink_.on_frame(frame);
}

void Intake::on_sender_report(const rtp::SenderReport& report) {
    own_.clock_known = true;
    own_.clock_offset_us = ntp_us(report.ntp) - report.arrival_us;
    sink_.on_sender_report(report);
}

void Intake::on_remark(const rtp::Remark& remark) {
    using Remark = rtp::Remark::Kind;
    using Kind = StreamEvent::Kind;
    const std::string detail(remark.detail);
    const std::string quirk(remark.quirk);
    switch (remark.kind) {
        case Remark::Quirk:
        case Remark::SenderChanged:
        case Remark::Oversize:
            return happened_(Kind::Quirk, detail, quirk);
        case Remark::PacketsLost:
            lost_untold_ += remark.count;
            return;
        case Remark::ClockJump:
            return happened_(Kind::ClockJump, detail + " (" + std::to_string(remark.count) + " ms)", quirk);
        case Remark::NoKeyFrame:
            return happened_(Kind::NoKeyFrame, detail, quirk);
        case Remark::ParameterSetsMissing:
            return happened_(Kind::ParameterSetsMissing, detail, quirk);
        case Remark::WaitingForKeyFrame:
        case Remark::KeyFrameFound:
            return;
    }
}

}  // namespace beffroi::rtsp
