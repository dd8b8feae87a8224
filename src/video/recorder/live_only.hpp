// A stream that is watched and never stored: the smaller one of a camera, for grids.
#pragma once

#include <memory>
#include <vector>

#include "media/rtp/frame.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::recorder {

class LiveOnly final : public rtp::FrameSink {
  public:
    using OnLive = archive::Track::OnLive;
    explicit LiveOnly(OnLive on_live);

    rtp::FrameBuffer& buffer() override { return *memory_; }
    void on_format(const codec::FormatPtr& format) override { format_ = format; }
    void on_frame(const rtp::Frame& frame) override;
    void on_sender_report(const rtp::SenderReport&) override {}

  private:
    // One frame; shared with those who watch once it is whole.
    class Memory final : public rtp::FrameBuffer {
      public:
        explicit Memory(std::size_t expected) { grow(expected); }

      private:
        void grow(std::size_t more) override;
        std::vector<std::uint8_t> bytes_;
    };

    OnLive on_live_;
    codec::FormatPtr format_;
    std::shared_ptr<Memory> memory_;
    std::int64_t first_rtp_ = 0;
    std::int64_t last_decode_ = -1;
    bool begun_ = false;
};

}  // namespace beffroi::recorder
