// Access units cut into RTP packets with their interleaved framing (RFC 2326 §10.12) in front, ready to send: per
// session only the channel, the sequence number, the timestamp, the SSRC and the text of the mark are written over.
//
// Sources: RFC 3550 §5.1; RFC 6184 §5 (H.264), RFC 7798 §4.4 (H.265), RFC 2435 (JPEG).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "testcam/bits.hpp"
#include "testcam/encoder.hpp"

namespace beffroi::testcam {

inline constexpr std::size_t kFraming = 4;  // '$', channel, length
inline constexpr std::size_t kRtpHeader = 12;
inline constexpr std::size_t kNoMark = static_cast<std::size_t>(-1);

struct PacketPlace {
    std::size_t at = 0;    // of the framing, in the batch
    std::size_t size = 0;  // framing included
};

struct PacketBatch {
    Buffer bytes;
    std::vector<PacketPlace> packets;
    std::size_t mark = kNoMark;  // where the text of the mark lies in `bytes`
    std::size_t payload = 0;     // bytes of the access unit
    bool key = false;
};

struct PacketOptions {
    std::size_t payload_most = 1400;  // bytes behind the RTP header
    std::uint8_t payload_type = 96;
};

// The packets of these NAL units, the RTP marker on the last one.
void packetise(PacketBatch& batch, VideoCodec codec, const std::vector<Buffer>& nals, const PacketOptions& options);

// A JPEG scan as jpeg.cpp makes them: type 1, Q = 50; sizes up to 2040 pixels (RFC 2435 §3.1).
void packetise_jpeg(PacketBatch& batch, Bytes scan, std::uint32_t width, std::uint32_t height,
                    const PacketOptions& options);

// One packet more: framing and header with zeros, then the parts of the payload.
void append_packet(PacketBatch& batch, std::uint8_t payload_type, Bytes head, Bytes body);
void set_marker(PacketBatch& batch);  // on the last packet

struct Stamp {
    std::uint8_t channel = 0;
    std::uint16_t sequence = 0;
    std::uint32_t time = 0;
    std::uint32_t ssrc = 0;
};
// `packet` begins with its framing.
void stamp(std::uint8_t* packet, const Stamp& stamp);

void put16(std::uint8_t* at, std::uint32_t value);
void put32(std::uint8_t* at, std::uint32_t value);

}  // namespace beffroi::testcam
