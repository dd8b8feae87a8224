#include "media/rtp/h265.hpp"

#include <algorithm>
#include <array>

namespace beffroi::rtp {

namespace {
constexpr std::uint8_t kAggregate = 48, kFragment = 49, kPaci = 50;
}

void H265Depacketiser::packet(const Packet& packet, const PacketTime& time) {
    const Bytes payload = packet.payload;
    units_.begin_packet(time);
    if (payload.size() >= 2) {
        if ((payload[0] & 0x80U) != 0) remarks_.quirk("Q36", "forbidden_zero_bit is set");
        switch (const std::uint8_t type = codec::nal_type(codec::Codec::H265, payload[0])) {
            case kAggregate:
                aggregate(payload.subspan(2));
                break;
            case kFragment:
                fragment(payload);
                break;
            default:
                // A payload that begins with a start code looks like type 0 (TRAIL_N) without temporal id: Annex B,
                // taken apart later.
                if (type >= kPaci) {
                    remarks_.quirk("Q36", "payloads of a reserved type");
                } else {
                    single(payload);
                }
        }
    } else if (!payload.empty()) {
        remarks_.quirk("Q36", "empty fragments");
    }
    units_.end_packet(packet.marker);
}

// §4.4.1
void H265Depacketiser::single(Bytes payload) {
    if (!order_numbers_ || payload.size() < 4) {
        units_.whole_nal(payload);
        return;
    }
    scratch_.assign(payload.begin(), payload.begin() + 2);
    scratch_.insert(scratch_.end(), payload.begin() + 4, payload.end());
    units_.whole_nal(scratch_);
}

// §4.4.2: the first unit has a whole order number, each further one a difference.
void H265Depacketiser::aggregate(Bytes units) {
    std::size_t number_bytes = order_numbers_ ? 2 : 0;
    while (units.size() >= number_bytes + 2) {
        const std::size_t size = read_u16(units, number_bytes);
        units = units.subspan(number_bytes + 2);
        if (size > units.size()) remarks_.quirk("Q51", "aggregation packets that end early");
        const Bytes nal = units.first(std::min(size, units.size()));
        if (!nal.empty()) units_.whole_nal(nal);
        units = units.subspan(nal.size());
        number_bytes = order_numbers_ ? 1 : 0;
    }
}

// §4.4.3
void H265Depacketiser::fragment(Bytes payload) {
    if (payload.size() < 3) {
        remarks_.quirk("Q36", "empty fragments");
        return;
    }
    const std::uint8_t fu = payload[2];
    const bool start = (fu & 0x80U) != 0;
    const std::array<std::uint8_t, 2> header{
        static_cast<std::uint8_t>((payload[0] & 0x81U) | (static_cast<unsigned>(fu & 0x3FU) << 1U)), payload[1]};
    const std::size_t begin = start && order_numbers_ ? 5 : 3;
    units_.fragment(header, payload.subspan(std::min(begin, payload.size())), start, (fu & 0x40U) != 0);
}

}  // namespace beffroi::rtp
