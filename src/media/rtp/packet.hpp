// One RTP packet, seen in the bytes it came in (RFC 3550 §5.1). Nothing is copied.
#pragma once

#include <cstdint>
#include <optional>

#include "media/codec/video.hpp"

namespace beffroi::rtp {

using codec::Bytes;

struct Packet {
    std::uint8_t payload_type = 0;
    bool marker = false;
    bool odd = false;  // its padding can't be true: taken as if there were none (Q51)
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    std::uint16_t extension_profile = 0;
    Bytes extension;  // content of the header extension, if any
    Bytes payload;    // without contributing sources, extension and padding
};

// Nothing: not RTP (version, length).
[[nodiscard]] std::optional<Packet> parse_packet(Bytes bytes);

// RTP and RTCP may come on the same port or channel (RFC 5761 §4): is it RTCP?
[[nodiscard]] inline bool looks_like_rtcp(Bytes bytes) {
    return bytes.size() >= 2 && bytes[1] >= 192 && bytes[1] <= 223;
}

[[nodiscard]] inline std::uint16_t read_u16(Bytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>((static_cast<unsigned>(bytes[at]) << 8U) | bytes[at + 1]);
}
[[nodiscard]] inline std::uint32_t read_u32(Bytes bytes, std::size_t at) {
    return (static_cast<std::uint32_t>(bytes[at]) << 24U) | (static_cast<std::uint32_t>(bytes[at + 1]) << 16U) |
           (static_cast<std::uint32_t>(bytes[at + 2]) << 8U) | bytes[at + 3];
}

}  // namespace beffroi::rtp
