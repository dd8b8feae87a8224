#include "media/rtp/h264.hpp"

#include <algorithm>
#include <array>

namespace beffroi::rtp {

namespace {
constexpr std::uint8_t kStapA = 24, kStapB = 25, kMtap16 = 26, kMtap24 = 27, kFuA = 28, kFuB = 29;
}

void H264Depacketiser::packet(const Packet& packet, const PacketTime& time) {
    const Bytes payload = packet.payload;
    units_.begin_packet(time);
    if (!payload.empty()) {
        if ((payload[0] & 0x80U) != 0) remarks_.quirk("Q36", "forbidden_zero_bit is set");
        switch (const std::uint8_t type = payload[0] & 0x1FU) {
            case kStapA:
                aggregate(payload.subspan(1), 0);
                break;
            case kStapB:
                aggregate(payload.subspan(std::min<std::size_t>(3, payload.size())), 0);
                break;
            case kMtap16:
                aggregate(payload.subspan(std::min<std::size_t>(3, payload.size())), 3);
                break;
            case kMtap24:
                aggregate(payload.subspan(std::min<std::size_t>(3, payload.size())), 4);
                break;
            case kFuA:
                fragment(payload, 0);
                break;
            case kFuB:
                fragment(payload, 2);
                break;
            default:
                if (type >= 30) {
                    remarks_.quirk("Q36", "payloads of a reserved type");
                } else {
                    units_.whole_nal(payload);
                }
        }
    }
    units_.end_packet(packet.marker);
}

// §5.7: a size of two bytes before each NAL unit; MTAPs have more between.
void H264Depacketiser::aggregate(Bytes units, std::size_t offset_bytes) {
    while (units.size() >= 2) {
        const std::size_t size = read_u16(units, 0);
        const std::size_t begin = std::min(2 + offset_bytes, units.size());
        if (size > units.size() - begin) remarks_.quirk("Q51", "aggregation packets that end early");
        const Bytes nal = units.subspan(begin, std::min(size, units.size() - begin));
        if (!nal.empty()) units_.whole_nal(nal);
        units = units.subspan(begin + nal.size());
    }
}

// §5.8. The decoding order number of FU-B stands in the first fragment.
void H264Depacketiser::fragment(Bytes payload, std::size_t number_bytes) {
    if (payload.size() < 2) {
        remarks_.quirk("Q36", "empty fragments");
        return;
    }
    const std::uint8_t fu = payload[1];
    if ((fu & 0x20U) != 0) remarks_.quirk("Q36", "the reserved bit of fragments is set");
    const std::array<std::uint8_t, 1> header{static_cast<std::uint8_t>((payload[0] & 0xE0U) | (fu & 0x1FU))};
    units_.fragment(header, payload.subspan(std::min(2 + number_bytes, payload.size())), (fu & 0x80U) != 0,
                    (fu & 0x40U) != 0);
}

}  // namespace beffroi::rtp
