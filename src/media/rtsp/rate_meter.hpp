// The real rate of a stream, from the RTP times of its frames: what a camera declares is often wrong. Values only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace beffroi::rtsp {

class RateMeter {
  public:
    explicit RateMeter(std::uint32_t clock_rate = 90'000) : clock_rate_(clock_rate) {}

    void frame(std::int64_t rtp_time) {
        times_[next_] = rtp_time;
        next_ = (next_ + 1) % times_.size();
        count_ = std::min(count_ + 1, times_.size());
    }
    void restart() { count_ = next_ = 0; }

    // Images a second over the last frames, at most kWindow of them and kSeconds; 0 until there are two. Frames may
    // come out of the order of their times (B-frames): only the ends count.
    [[nodiscard]] double rate() const {
        if (count_ < 2) return 0;
        const std::int64_t window = static_cast<std::int64_t>(clock_rate_) * kSeconds;
        const auto newest = *std::max_element(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(count_));
        std::int64_t oldest = newest;
        std::int64_t frames = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            if (newest - times_[i] > window) continue;
            oldest = std::min(oldest, times_[i]);
            ++frames;
        }
        return newest > oldest ? static_cast<double>(frames - 1) * clock_rate_ / static_cast<double>(newest - oldest)
                               : 0;
    }

    static constexpr std::size_t kWindow = 256;
    static constexpr std::int64_t kSeconds = 5;

  private:
    std::uint32_t clock_rate_;
    std::array<std::int64_t, kWindow> times_{};
    std::size_t next_ = 0, count_ = 0;
};

}  // namespace beffroi::rtsp
