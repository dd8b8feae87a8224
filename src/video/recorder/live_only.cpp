#include "video/recorder/live_only.hpp"

#include <algorithm>

namespace beffroi::recorder {

namespace {
constexpr std::size_t kExpectedFrame = 16U * 1024U;
}

void LiveOnly::Memory::grow(std::size_t more) {
    bytes_.resize(std::max(size_ + more, bytes_.size() * 2));
    data_ = bytes_.data();
    capacity_ = bytes_.size();
}

LiveOnly::LiveOnly(OnLive on_live) : on_live_(std::move(on_live)), memory_(std::make_shared<Memory>(kExpectedFrame)) {}

void LiveOnly::on_frame(const rtp::Frame& frame) {
    if (!begun_ || frame.discontinuity) {
        // The line of time goes on where it was: a viewer's player knows nothing of the camera's clock.
        first_rtp_ = frame.rtp_time - (last_decode_ + 1);
        begun_ = true;
    }
    archive::Track::LiveFrame out;
    out.memory = memory_;
    out.data = memory_->data() + frame.offset;
    out.frame = frame;
    std::int64_t shown = frame.rtp_time - first_rtp_;
    out.decode_time = std::max(shown, last_decode_ + 1);
    out.composition = static_cast<std::int32_t>(shown - out.decode_time);
    out.format = format_;
    last_decode_ = out.decode_time;
    std::size_t size = memory_->size();
    memory_ = std::make_shared<Memory>(std::max(size, kExpectedFrame));
    if (on_live_) on_live_(out);
}

}  // namespace beffroi::recorder
