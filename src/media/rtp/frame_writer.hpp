// What all kinds of frames have in common on their way to the sink: where they lie, from which one on they count, what
// was lost before.
#pragma once

#include <cstdint>

#include "media/rtp/frame.hpp"
#include "media/rtp/remark.hpp"

namespace beffroi::rtp {

// Since the receiver began.
struct ReceiverStats {
    std::uint64_t bytes = 0;  // of RTP packets of our payload type, headers included
    std::uint64_t packets = 0;
    std::uint64_t lost = 0;       // missing, and not come late
    std::uint64_t reordered = 0;  // came late and were still put in their place
    std::uint64_t duplicates = 0;
    std::uint64_t ignored = 0;  // not RTP, another payload type, too late
    std::uint64_t frames = 0;   // given to the sink
    std::uint64_t key_frames = 0;
    std::uint64_t damaged = 0;
    std::uint64_t dropped = 0;  // leading frames nobody could decode
};

class FrameWriter {
  public:
    static constexpr std::size_t kMostBytes = 32U << 20U;  // a frame without end is no frame

    FrameWriter(FrameSink& sink, Remarks& remarks, ReceiverStats& stats)
        : sink_(sink), remarks_(remarks), stats_(stats) {}

    // A frame begins at the end of the sink's buffer.
    void begin() {
        buffer_ = &sink_.buffer();
        offset_ = buffer_->size();
    }
    [[nodiscard]] bool open() const { return buffer_ != nullptr; }
    [[nodiscard]] FrameBuffer& buffer() { return *buffer_; }
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::size_t size() const { return buffer_->size() - offset_; }

    // Everything from offset() to the end of the buffer is the frame. Gives it to the sink, or drops it while there was
    // no key frame. `frame` brings times, key and damaged; null `format`: there is nothing to decode with.
    void end(Frame frame, const codec::FormatPtr& format);
    // Forgets what was put together.
    void drop();

    void lost(std::uint32_t count) { lost_ += count; }
    void discontinuity() { discontinuity_ = true; }

  private:
    [[nodiscard]] bool may_be_given(const Frame& frame, const codec::FormatPtr& format);

    FrameSink& sink_;
    Remarks& remarks_;
    ReceiverStats& stats_;
    FrameBuffer* buffer_ = nullptr;  // the sink's, while a frame is open
    std::size_t offset_ = 0;
    std::uint32_t lost_ = 0;
    bool discontinuity_ = true;  // the first frame joins nothing
    codec::FormatPtr given_;
    bool key_found_ = false;
    bool no_key_told_ = false;
    std::uint64_t waiting_ = 0;       // frames dropped so far
    std::int64_t waiting_since_ = 0;  // arrival
};

}  // namespace beffroi::rtp
