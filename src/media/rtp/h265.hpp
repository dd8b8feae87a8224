// Payloads of H.265 (RFC 7798): single NAL units, aggregation packets, fragmentation units, with or without decoding
// order numbers.
#pragma once

#include "media/rtp/access_unit.hpp"

namespace beffroi::rtp {

class H265Depacketiser final : public Depacketiser {
  public:
    // `order_numbers`: sprop-max-don-diff > 0, each payload carries its place in the decoding order (§4.4); it is read
    // over.
    H265Depacketiser(bool order_numbers, FrameSink& sink, Remarks& remarks, ReceiverStats& stats)
        : order_numbers_(order_numbers), remarks_(remarks), units_(codec::Codec::H265, sink, remarks, stats) {}
    [[nodiscard]] AccessUnits& units() { return units_; }

    void packet(const Packet& packet, const PacketTime& time) override;
    void lost(std::uint32_t count) override { units_.lost(count); }
    void discontinuity() override { units_.discontinuity(); }
    void flush() override { units_.flush(); }

  private:
    void single(Bytes payload);
    void aggregate(Bytes units);
    void fragment(Bytes payload);
    bool order_numbers_;
    Remarks& remarks_;
    AccessUnits units_;
    std::vector<std::uint8_t> scratch_;
};

}  // namespace beffroi::rtp
