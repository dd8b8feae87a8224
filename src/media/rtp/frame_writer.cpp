#include "media/rtp/frame_writer.hpp"

#include <utility>

namespace beffroi::rtp {

namespace {
constexpr std::int64_t kLongWait = 10'000'000;  // microseconds without a key frame
}

void FrameWriter::drop() {
    if (buffer_ != nullptr) buffer_->truncate(offset_);
    buffer_ = nullptr;
}

bool FrameWriter::may_be_given(const Frame& frame, const codec::FormatPtr& format) {
    if (key_found_) return true;
    if (frame.key && format != nullptr) {
        key_found_ = true;
        if (waiting_ > 0) remarks_.tell({Remark::Kind::KeyFrameFound, "Q45", "first key frame", waiting_});
        return true;
    }
    if (waiting_++ == 0) {
        waiting_since_ = frame.arrival_us;
        if (!frame.key)
            remarks_.tell({Remark::Kind::WaitingForKeyFrame, "Q45", "the stream does not begin with a key frame", 0});
    }
    if (frame.key && !no_key_told_) {
        no_key_told_ = true;
        remarks_.tell(
            {Remark::Kind::ParameterSetsMissing, "Q10", "a key frame, but no parameter sets to decode it with", 0});
    } else if (!no_key_told_ && frame.arrival_us - waiting_since_ > kLongWait) {
        no_key_told_ = true;
        remarks_.tell({Remark::Kind::NoKeyFrame, "Q45", "no key frame for ten seconds", waiting_});
    }
    return false;
}

void FrameWriter::end(Frame frame, const codec::FormatPtr& format) {
    if (!may_be_given(frame, format)) {
        ++stats_.dropped;
        drop();
        return;
    }
    frame.offset = offset_;
    frame.size = size();
    frame.lost_packets = std::exchange(lost_, 0);
    frame.discontinuity = std::exchange(discontinuity_, false);
    ++stats_.frames;
    if (frame.key) ++stats_.key_frames;
    if (frame.damaged) ++stats_.damaged;
    buffer_ = nullptr;
    if (given_ != format && format != nullptr) {
        given_ = format;
        sink_.on_format(format);
    }
    sink_.on_frame(frame);
}

}  // namespace beffroi::rtp
