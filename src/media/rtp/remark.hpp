// What a stream does that somebody should be told: each kind and quirk once, not once per packet.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>

namespace beffroi::rtp {

struct Remark {
    enum class Kind : std::uint8_t {
        Quirk,                 // `quirk` says which line of the table of quirks
        PacketsLost,           // each gap; `count` packets
        SenderChanged,         // another SSRC, or a restart of its numbering
        ClockJump,             // the line of time jumped; `count`: milliseconds, either way
        WaitingForKeyFrame,    // leading frames are dropped until one can be decoded from
        NoKeyFrame,            // still none after ten seconds
        KeyFrameFound,         // the end of the wait; `count` frames were dropped
        ParameterSetsMissing,  // a key frame came, but nothing to decode it with
        Oversize,              // a frame without end was thrown away
    };
    Kind kind = Kind::Quirk;
    std::string_view quirk;   // "Q36"; literals
    std::string_view detail;  // English, for the log; literals
    std::uint64_t count = 0;
};

using RemarkListener = std::function<void(const Remark&)>;

// Tells each quirk once.
class Remarks {
  public:
    explicit Remarks(RemarkListener listener) : listener_(std::move(listener)) {}
    void quirk(std::string_view quirk, std::string_view detail) {
        if (told_.size() < 100 && told_.insert(detail).second) tell({Remark::Kind::Quirk, quirk, detail, 0});
    }
    void tell(const Remark& remark) const {
        if (listener_) listener_(remark);
    }

  private:
    RemarkListener listener_;
    std::set<std::string_view> told_;  // by detail: one quirk may have several faces
};

}  // namespace beffroi::rtp
