// NAL units into access units, in the sink's own buffer.
//
// An access unit ends where the next one begins: at another timestamp, at a slice that is the first of a picture, at
// parameter sets, delimiters or SEI behind a picture when a new picture follows them. The marker bit only makes it end
// earlier, and only once the camera has shown that its markers tell the truth (Q38). What lies before a picture goes
// with that picture, whatever its own timestamp (Q39).
//
// Sources: H.264 §7.4.1.2.3 and .4; H.265 §7.4.2.4.4; RFC 6184 §5.1; RFC 7798 §4.1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/codec/format.hpp"
#include "media/codec/nal.hpp"
#include "media/rtp/depacketiser.hpp"

namespace beffroi::rtp {

class AccessUnits {
  public:
    AccessUnits(codec::Codec codec, FrameSink& sink, Remarks& remarks, ReceiverStats& stats)
        : codec_(codec), remarks_(remarks), writer_(sink, remarks, stats), sets_(codec) {}

    // Parameter sets from a session description, as NAL units (or Annex B by mistake).
    void describe(Bytes set);

    void begin_packet(const PacketTime& time) { time_ = time; }
    void end_packet(bool marker);

    void whole_nal(Bytes nal);
    // A piece of a NAL unit with that header, as FU-A (RFC 6184 §5.8) and FU (RFC 7798 §4.4.3) bring them. Start and
    // end bits may be wrong or missing (Q36). Behind a loss, pieces without their beginning are left out: they are no
    // NAL unit.
    void fragment(Bytes header, Bytes piece, bool start, bool end);

    void lost(std::uint32_t count);
    void discontinuity();
    void flush();

  private:
    enum class Trust : std::uint8_t { Learning, Trusted, Never };
    // Of the access unit under way; copied before each NAL unit, so that one may be taken back.
    struct Unit {
        Frame frame;
        bool has_slice = false;
        bool complete = false;                // the marker said so
        int field = 0;                        // H.264: of the first slice
        std::optional<std::size_t> boundary;  // in the buffer: what lies behind may belong to the next one
        PacketTime boundary_time;
    };

    void begin_nal(Bytes header, Bytes first);
    void end_nal();
    void headless();
    void place(Bytes head);
    void judge_marker(codec::NalRole role, bool first);
    [[nodiscard]] bool begins_another(Bytes head, bool first) const;
    void join(codec::NalRole role, Bytes head, bool first);
    void start();
    void finish();
    void append(Bytes piece);
    void split();
    void choose_format();
    void oversize();

    codec::Codec codec_;
    Remarks& remarks_;
    FrameWriter writer_;
    codec::ParameterSets sets_;
    codec::FormatPtr format_;
    bool sets_changed_ = false;
    PacketTime time_;

    Unit unit_;
    Unit before_nal_;
    bool nal_open_ = false;
    bool splitting_ = false;
    bool start_code_ = false;             // somewhere in the open NAL unit
    std::size_t nal_at_ = 0;              // of its length in the buffer
    std::array<std::uint8_t, 2> seam_{};  // the last two bytes of the open NAL unit: a start code may lie across
    std::int64_t nal_time_ = 0;
    std::array<std::uint8_t, 2> nal_header_{};
    bool swallowing_ = true;                // until a NAL unit begins: pieces without a beginning are left out
    std::optional<std::int64_t> headless_;  // the time of a frame whose beginning is missing

    std::uint32_t lost_after_ = 0;  // packets missing behind a frame whose marker is not trusted yet

    Trust trust_ = Trust::Learning;
    int honest_ = 0;                      // markers that told the truth, in a row
    int unmarked_ = 0;                    // frames that ended without one
    std::optional<std::int64_t> marked_;  // the time of the frame that the last packet's marker ended
    std::vector<std::uint8_t> tail_;      // moved from behind one frame to the next
    std::vector<std::uint8_t> scratch_;
};

}  // namespace beffroi::rtp
