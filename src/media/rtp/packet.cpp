#include "media/rtp/packet.hpp"

namespace beffroi::rtp {

std::optional<Packet> parse_packet(Bytes bytes) {
    if (bytes.size() < 12 || (bytes[0] & 0xC0U) != 0x80U) return std::nullopt;
    Packet packet;
    packet.marker = (bytes[1] & 0x80U) != 0;
    packet.payload_type = bytes[1] & 0x7FU;
    packet.sequence = read_u16(bytes, 2);
    packet.timestamp = read_u32(bytes, 4);
    packet.ssrc = read_u32(bytes, 8);
    std::size_t at = 12 + std::size_t{4} * (bytes[0] & 0x0FU);
    if (at > bytes.size()) return std::nullopt;
    if ((bytes[0] & 0x10U) != 0) {
        if (at + 4 > bytes.size()) return std::nullopt;
        const std::size_t words = read_u16(bytes, at + 2);
        if (at + 4 + 4 * words > bytes.size()) return std::nullopt;
        packet.extension_profile = read_u16(bytes, at);
        packet.extension = bytes.subspan(at + 4, 4 * words);
        at += 4 + 4 * words;
    }
    std::size_t end = bytes.size();
    if ((bytes[0] & 0x20U) != 0 && end > at) {
        const std::size_t padding = bytes[end - 1];
        if (padding == 0 || padding > end - at) {
            packet.odd = true;
        } else {
            end -= padding;
        }
    }
    packet.payload = bytes.subspan(at, end - at);
    return packet;
}

}  // namespace beffroi::rtp
