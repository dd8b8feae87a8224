// Decode times from the times a camera sends, which are those of showing.
//
// Without B-frames both are the same. With them the n-th decode time is the n-th smallest showing time, `reorder`
// frames late, so that no frame is shown before it is decoded (ISO/IEC 14496-12 §8.6.1.3). The camera's own time is
// never changed: decode + composition is always the time it sent.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace beffroi::mp4 {

class DecodeClock {
  public:
    struct Times {
        std::int64_t decode = 0;       // strictly growing
        std::int32_t composition = 0;  // may be negative once, when the depth was said too small
    };

    // Frames earlier in the stream that are shown later, at most; images a second, 0: not known. Grows by itself when
    // the stream shows that the depth was said too small.
    void configure(unsigned reorder_frames, double declared_rate);
    // A new line of time begins with the next frame.
    void restart();
    // `rtp_time` is unwrapped, of the frame that comes next in the stream.
    [[nodiscard]] Times next(std::int64_t rtp_time);
    [[nodiscard]] unsigned depth() const { return depth_; }

  private:
    std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> waiting_;
    unsigned depth_ = 0;
    std::int64_t tick_ = 3600;  // guessed distance of two frames, 90 kHz, for the first `depth_` ones only
    std::int64_t said_ = 0;     // depth at the first frame of this line of time
    std::int64_t first_ = 0;
    std::int64_t count_ = 0;
    std::int64_t last_ = 0;
    std::int64_t latest_ = 0;  // showing time
};

}  // namespace beffroi::mp4
