#include "media/rtp/sequence.hpp"

namespace beffroi::rtp {

SequenceTracker::Verdict SequenceTracker::judge(std::uint16_t sequence) const {
    if (!started_) return Verdict::First;
    const auto off = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(highest_));
    if (off == 1) return Verdict::Next;
    if (off > 1) return off <= kMostAhead ? Verdict::Gap : Verdict::Far;
    const std::int32_t behind = -std::int32_t{off};
    if (behind >= kMostBehind || static_cast<std::uint64_t>(behind) > highest_) return Verdict::Far;
    if (((seen_ >> static_cast<unsigned>(behind)) & 1U) != 0) return Verdict::Duplicate;
    // Before the first one nothing was missing: it came late all the same.
    return Verdict::Late;
}

void SequenceTracker::take(std::uint16_t sequence) {
    ++received_;
    if (!started_) {
        before_ += highest_ == 0 && first_ == 0 && seen_ == 0 ? 0 : highest_ - first_ + 1;
        started_ = true;
        highest_ = first_ = 0x10000U + sequence;  // one wrap ahead, so that late ones don't go below 0
        seen_ = 1;
        return;
    }
    const auto off = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(highest_));
    if (off > 0) {
        highest_ += static_cast<std::uint64_t>(off);
        seen_ = off >= kMostBehind ? 1 : (seen_ << static_cast<unsigned>(off)) | 1U;
    } else if (-off < kMostBehind) {
        seen_ |= std::uint64_t{1} << static_cast<unsigned>(-off);
        if (highest_ - static_cast<std::uint64_t>(-off) < first_) first_ = highest_ - static_cast<std::uint64_t>(-off);
    }
}

}  // namespace beffroi::rtp
