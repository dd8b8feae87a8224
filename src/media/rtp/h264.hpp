// Payloads of H.264 (RFC 6184): single NAL units, STAP-A and -B, MTAP16 and 24, FU-A and -B, in whatever
// packetization-mode was announced (Q41).
#pragma once

#include "media/rtp/access_unit.hpp"

namespace beffroi::rtp {

class H264Depacketiser final : public Depacketiser {
  public:
    H264Depacketiser(FrameSink& sink, Remarks& remarks, ReceiverStats& stats)
        : remarks_(remarks), units_(codec::Codec::H264, sink, remarks, stats) {}
    [[nodiscard]] AccessUnits& units() { return units_; }

    void packet(const Packet& packet, const PacketTime& time) override;
    void lost(std::uint32_t count) override { units_.lost(count); }
    void discontinuity() override { units_.discontinuity(); }
    void flush() override { units_.flush(); }

  private:
    void aggregate(Bytes units, std::size_t offset_bytes);
    void fragment(Bytes payload, std::size_t number_bytes);
    Remarks& remarks_;
    AccessUnits units_;
};

}  // namespace beffroi::rtp
