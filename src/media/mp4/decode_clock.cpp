#include "media/mp4/decode_clock.hpp"

#include <algorithm>

namespace beffroi::mp4 {

namespace {
constexpr unsigned kDeepest = 16;  // H.264 §A.3.1, H.265 §A.4.2: MaxDpbFrames
}

void DecodeClock::configure(unsigned reorder_frames, double declared_rate) {
    depth_ = std::min(reorder_frames, kDeepest);
    if (count_ == 0) said_ = depth_;
    tick_ = declared_rate >= 1 && declared_rate <= 1000 ? static_cast<std::int64_t>(90'000 / declared_rate) : 3600;
}

void DecodeClock::restart() {
    waiting_ = {};
    count_ = 0;
    said_ = depth_;
}

DecodeClock::Times DecodeClock::next(std::int64_t rtp_time) {
    if (count_ == 0) first_ = rtp_time;
    waiting_.push(rtp_time);
    std::int64_t decode = 0;
    if (waiting_.size() > depth_) {
        decode = waiting_.top();
        waiting_.pop();
    } else if (count_ < said_) {
        decode = first_ - (said_ - count_) * tick_;
    } else {
        decode = last_ + 1;  // the depth just grew: this frame takes no time from those that wait
    }
    if (count_ > 0) decode = std::max(decode, last_ + 1);
    ++count_;
    last_ = decode;
    std::int64_t composition = rtp_time - decode;
    // Shown before it is decoded, and before one that came earlier (not just at the same time twice): the depth was
    // said too small.
    if (composition < 0 && rtp_time < latest_ && depth_ < kDeepest) ++depth_;
    latest_ = count_ == 1 ? rtp_time : std::max(latest_, rtp_time);
    return {decode, static_cast<std::int32_t>(std::clamp<std::int64_t>(composition, INT32_MIN, INT32_MAX))};
}

}  // namespace beffroi::mp4
