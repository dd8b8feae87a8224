// Payloads of JPEG (RFC 2435) to whole JFIF files: their headers are not sent, they are made anew from type, size and Q
// of the payload header.
//
// Also images beyond 2040 pixels (size 0 in the payload header): their size stands in the header extension of ONVIF
// (Streaming Specification, "RTP/JPEG"), or in the session description.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "media/rtp/depacketiser.hpp"

namespace beffroi::rtp {

class JpegDepacketiser final : public Depacketiser {
  public:
    // `width` and `height` as the session description says them, for images that don't say theirs; 0: not said.
    JpegDepacketiser(std::uint16_t width, std::uint16_t height, FrameSink& sink, Remarks& remarks, ReceiverStats& stats)
        : described_width_(width), described_height_(height), remarks_(remarks), writer_(sink, remarks, stats) {}

    void packet(const Packet& packet, const PacketTime& time) override;
    void lost(std::uint32_t count) override {
        writer_.lost(count);
        if (writer_.open()) frame_.damaged = true;
    }
    void discontinuity() override;
    void flush() override;

  private:
    struct Header {  // §3.1
        std::uint32_t offset = 0;
        std::uint8_t type = 0, q = 0;
        std::uint16_t width = 0, height = 0;
        std::uint16_t restart_interval = 0;  // §3.1.7; 0: none
    };
    void begin(Header header, const Packet& packet, const PacketTime& time, Bytes data);
    bool take_tables(std::uint8_t q, Bytes& data);
    void finish();

    std::uint16_t described_width_, described_height_;
    Remarks& remarks_;
    FrameWriter writer_;
    codec::FormatPtr format_;
    Frame frame_;
    std::uint32_t expected_ = 0;  // offset of the next piece
    bool broken_ = false;         // a piece is missing: what follows is left out
    bool whole_file_ = false;     // the camera sends JFIF files as they are
    bool markers_lie_ = false;
    std::optional<std::int64_t> ended_;  // the time of the frame that a marker ended
    std::uint16_t width_ = 0, height_ = 0;
    std::uint8_t tables_q_ = 0;          // whose tables these are
    std::uint8_t tables_precision_ = 0;  // a bit for each table: 16 bits a value
    std::vector<std::uint8_t> tables_;
};

}  // namespace beffroi::rtp
