#include "video/live/fragmenter.hpp"

#include <algorithm>
#include <utility>

#include "media/mp4/fragment.hpp"

namespace beffroi::live {

namespace {

// Frames that follow at more than this are not joined: the camera was away.
constexpr std::int64_t kLongest = 10 * kTicks;
constexpr std::uint32_t kMdatHeader = 8;

}  // namespace

FragmentPtr Fragmenter::push(const archive::Track::LiveFrame& frame) {
    FragmentPtr out;
    std::int64_t time = 0;
    bool gap = false;
    if (held_) {
        const std::int64_t apart = frame.decode_time - held_->decode_time;
        gap = frame.frame.discontinuity || apart > kLongest;
        // A file of the archive begins its line of time anew: no break for those who watch.
        const std::uint32_t duration = gap || apart <= 0 ? last_duration_ : static_cast<std::uint32_t>(apart);
        time = held_time_ + duration;
        if (gap) {
            const std::int64_t waited = (frame.frame.arrival_us - held_->frame.arrival_us) * kTicks / 1'000'000;
            time = held_time_ + std::max<std::int64_t>(duration, waited);
        }
        out = make(duration);
    } else if (flushed_arrival_ != 0) {
        const std::int64_t waited = (frame.frame.arrival_us - flushed_arrival_) * kTicks / 1'000'000;
        time = next_time_ + std::max<std::int64_t>(0, waited - last_duration_);
        gap = true;
    }
    held_ = frame;
    held_time_ = time;
    held_gap_ = gap;
    return out;
}

FragmentPtr Fragmenter::flush() {
    if (!held_) return nullptr;
    next_time_ = held_time_ + last_duration_;
    flushed_arrival_ = held_->frame.arrival_us;
    return make(last_duration_);
}

FragmentPtr Fragmenter::make(std::uint32_t duration) {
    last_duration_ = duration;
    const archive::Track::LiveFrame frame = *std::exchange(held_, std::nullopt);
    auto out = std::make_shared<Fragment>();
    out->media = {.memory = frame.memory, .data = reinterpret_cast<const char*>(frame.data), .size = frame.frame.size};
    out->sequence = ++sequence_;
    out->decode_time = held_time_;
    out->duration = duration;
    out->composition = frame.composition;
    out->arrival_us = frame.frame.arrival_us;
    out->key = frame.frame.key;
    out->gap_before = held_gap_;
    return out;
}

std::string Fragment::head() const {
    mp4::Sample sample;
    sample.size = static_cast<std::uint32_t>(media.size);
    sample.duration = duration;
    sample.composition = composition;
    sample.key = key;
    mp4::BoxWriter boxes;
    mp4::write_moof(boxes, sequence, decode_time, std::span(&sample, 1),
                    static_cast<std::uint32_t>(mp4::moof_bytes(1)) + kMdatHeader);
    boxes.u32(sample.size + kMdatHeader);
    boxes.u32(mp4::four("mdat"));
    return {boxes.data().begin(), boxes.data().end()};
}

std::size_t Fragment::size() const {
    return mp4::moof_bytes(1) + kMdatHeader + media.size;
}

}  // namespace beffroi::live
