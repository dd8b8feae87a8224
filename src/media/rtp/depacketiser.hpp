// From the payloads of one sender, in order, to frames. One per codec; the receiver drives it.
#pragma once

#include <cstdint>
#include <memory>

#include "media/rtp/frame_writer.hpp"
#include "media/rtp/packet.hpp"

namespace beffroi::rtp {

struct PacketTime {
    std::int64_t rtp_time = 0;    // unwrapped
    std::int64_t arrival_us = 0;  // UTC
};

class Depacketiser {
  public:
    Depacketiser() = default;
    Depacketiser(const Depacketiser&) = delete;
    Depacketiser& operator=(const Depacketiser&) = delete;
    virtual ~Depacketiser() = default;

    virtual void packet(const Packet& packet, const PacketTime& time) = 0;
    // Before the packet behind the gap.
    virtual void lost(std::uint32_t count) = 0;
    // The frame under way is over, and the next one joins nothing.
    virtual void discontinuity() = 0;
    // Nothing more will come: gives the frame under way.
    virtual void flush() = 0;
};

}  // namespace beffroi::rtp
