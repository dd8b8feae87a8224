// Order, loss and time of one sender's packets.
//
// Sources: RFC 3550 appendix A.1 (sequence numbers), A.3 (loss), A.8 (jitter).
#pragma once

#include <cstdint>

namespace beffroi::rtp {

// 16 bits, unwrapped; counts gaps and repeats.
class SequenceTracker {
  public:
    enum class Verdict : std::uint8_t {
        First,      // of this sender
        Next,       // the one expected
        Gap,        // ahead of the one expected: gap() are missing
        Late,       // behind, and not seen before
        Duplicate,  // seen before
        Far,        // so far off that it must be a restart, or is no packet of this stream
    };
    static constexpr std::int32_t kMostAhead = 3000;  // MAX_DROPOUT
    static constexpr std::int32_t kMostBehind = 64;

    // Only looks.
    [[nodiscard]] Verdict judge(std::uint16_t sequence) const;
    // How many are missing before it, when the verdict is Gap.
    [[nodiscard]] std::uint32_t gap(std::uint16_t sequence) const {
        return static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(highest_) - 1U);
    }
    // Takes it as received. Gap: those between are counted as lost until they come late.
    void take(std::uint16_t sequence);
    void restart() { started_ = false; }

    [[nodiscard]] bool started() const { return started_; }
    [[nodiscard]] std::uint64_t highest() const { return highest_; }  // unwrapped
    [[nodiscard]] std::uint64_t expected() const { return started_ ? before_ + highest_ - first_ + 1 : before_; }
    [[nodiscard]] std::uint64_t received() const { return received_; }

  private:
    std::uint64_t highest_ = 0;
    std::uint64_t first_ = 0;
    std::uint64_t seen_ = 0;  // bit n: highest - n was received
    std::uint64_t received_ = 0;
    std::uint64_t before_ = 0;  // expected of earlier senders
    bool started_ = false;
};

// 32 bits, unwrapped: the first value as it is, then the shortest way forth or back (RFC 3550 §5.1).
class TimeUnwrapper {
  public:
    std::int64_t unwrap(std::uint32_t timestamp) {
        if (!started_) {
            started_ = true;
            last_ = timestamp;
        } else {
            last_ += static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(last_));
        }
        return last_;
    }
    [[nodiscard]] std::int64_t peek(std::uint32_t timestamp) const {
        return started_ ? last_ + static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(last_)) : timestamp;
    }
    void restart() { started_ = false; }

  private:
    std::int64_t last_ = 0;
    bool started_ = false;
};

}  // namespace beffroi::rtp
