#include "testcam/packets.hpp"

#include <algorithm>
#include <array>

namespace beffroi::testcam {

void put16(std::uint8_t* at, std::uint32_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8U);
    at[1] = static_cast<std::uint8_t>(value);
}

void put32(std::uint8_t* at, std::uint32_t value) {
    put16(at, value >> 16U);
    put16(at + 2, value);
}

void stamp(std::uint8_t* packet, const Stamp& stamp) {
    packet[1] = stamp.channel;
    std::uint8_t* rtp = packet + kFraming;
    put16(rtp + 2, stamp.sequence);
    put32(rtp + 4, stamp.time);
    put32(rtp + 8, stamp.ssrc);
}

void append_packet(PacketBatch& batch, std::uint8_t payload_type, Bytes head, Bytes body) {
    const std::size_t at = batch.bytes.size();
    const std::size_t length = kRtpHeader + head.size() + body.size();
    batch.bytes.resize(at + kFraming + kRtpHeader);
    std::uint8_t* packet = batch.bytes.data() + at;
    packet[0] = '$';
    put16(packet + 2, static_cast<std::uint32_t>(length));
    packet[kFraming] = 0x80;  // version 2
    packet[kFraming + 1] = payload_type;
    batch.bytes.insert(batch.bytes.end(), head.begin(), head.end());
    batch.bytes.insert(batch.bytes.end(), body.begin(), body.end());
    batch.packets.push_back({at, kFraming + length});
}

void set_marker(PacketBatch& batch) {
    if (!batch.packets.empty()) batch.bytes[batch.packets.back().at + kFraming + 1] |= 0x80U;
}

namespace {

// Fragmentation units: FU-A of RFC 6184 §5.8, FU of RFC 7798 §4.4.3.
void fragment(PacketBatch& batch, VideoCodec codec, Bytes nal, const PacketOptions& options) {
    const bool h265 = codec == VideoCodec::H265;
    const std::size_t header = h265 ? 2 : 1;
    std::array<std::uint8_t, 3> head{};
    std::uint8_t type = 0;
    if (h265) {
        type = (nal[0] >> 1U) & 0x3FU;
        head = {static_cast<std::uint8_t>((nal[0] & 0x81U) | (49U << 1U)), nal[1], 0};
    } else {
        type = nal[0] & 0x1FU;
        head = {static_cast<std::uint8_t>((nal[0] & 0xE0U) | 28U), 0, 0};
    }
    std::uint8_t& unit = head[header];
    Bytes rest = nal.subspan(header);
    const std::size_t most = options.payload_most - header - 1;
    bool first = true;
    while (!rest.empty()) {
        const Bytes part = rest.first(std::min(most, rest.size()));
        rest = rest.subspan(part.size());
        unit = static_cast<std::uint8_t>(type | (first ? 0x80U : 0U) | (rest.empty() ? 0x40U : 0U));
        append_packet(batch, options.payload_type, Bytes(head).first(header + 1), part);
        first = false;
    }
}

}  // namespace

void packetise(PacketBatch& batch, VideoCodec codec, const std::vector<Buffer>& nals, const PacketOptions& options) {
    for (const Buffer& nal : nals) {
        if (nal.size() <= options.payload_most) {
            append_packet(batch, options.payload_type, {}, nal);
            if (batch.mark == kNoMark) {
                const PacketPlace& last = batch.packets.back();
                if (const auto at = find_mark(Bytes(batch.bytes).subspan(last.at))) batch.mark = last.at + *at;
            }
        } else {
            fragment(batch, codec, nal, options);
        }
        batch.payload += nal.size();
    }
    set_marker(batch);
}

void packetise_jpeg(PacketBatch& batch, Bytes scan, std::uint32_t width, std::uint32_t height,
                    const PacketOptions& options) {
    constexpr std::uint8_t kHalvedChroma = 1;
    constexpr std::uint8_t kQuality = 50;
    std::array<std::uint8_t, 8> head{};
    head[4] = kHalvedChroma;
    head[5] = kQuality;
    head[6] = static_cast<std::uint8_t>((width + 7) / 8);
    head[7] = static_cast<std::uint8_t>((height + 7) / 8);
    const std::size_t most = options.payload_most - head.size();
    for (std::size_t at = 0; at < scan.size(); at += most) {
        put32(head.data(), static_cast<std::uint32_t>(at));  // 24 bits of offset behind the type-specific byte
        append_packet(batch, options.payload_type, head, scan.subspan(at, std::min(most, scan.size() - at)));
    }
    batch.payload = scan.size();
    set_marker(batch);
}

}  // namespace beffroi::testcam
