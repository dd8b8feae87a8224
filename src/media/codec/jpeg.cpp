#include "media/codec/jpeg.hpp"

#include <algorithm>

namespace beffroi::codec {

namespace {

constexpr std::uint8_t kSoi = 0xD8, kEoi = 0xD9, kSos = 0xDA, kDqt = 0xDB, kDri = 0xDD;

std::uint16_t u16(Bytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>((static_cast<unsigned>(bytes[at]) << 8U) | bytes[at + 1]);
}

// SOF0…SOF15 but DHT (C4), JPG (C8), DAC (CC)
bool is_frame_header(std::uint8_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

void read_tables(JpegHeader& header, Bytes segment) {
    while (segment.size() >= 65 && (segment[0] & 0xF0U) == 0) {
        const std::size_t at = std::size_t{64} * (segment[0] & 3U);
        if (header.tables.size() < at + 64) header.tables.resize(at + 64);
        std::ranges::copy(segment.subspan(1, 64), header.tables.begin() + static_cast<std::ptrdiff_t>(at));
        segment = segment.subspan(65);
    }
}

void read_segment(JpegHeader& header, std::uint8_t marker, Bytes segment) {
    if (is_frame_header(marker) && segment.size() >= 6) {
        header.baseline = marker == 0xC0;
        header.height = u16(segment, 1);
        header.width = u16(segment, 3);
        header.components = segment[5];
        if (segment.size() >= 9) header.luma_sampling = segment[7];
        if (segment.size() >= 15 && segment[10] == segment[13]) header.chroma_sampling = segment[10];
    } else if (marker == kDri && segment.size() >= 2) {
        header.restart_interval = u16(segment, 0);
    } else if (marker == kDqt) {
        read_tables(header, segment);
    }
}

}  // namespace

std::optional<JpegHeader> parse_jpeg(Bytes bytes) {
    JpegHeader header;
    std::size_t at = 0;
    while (at + 2 <= bytes.size()) {
        if (bytes[at] != 0xFF) break;
        const std::uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) {  // fill byte
            ++at;
            continue;
        }
        at += 2;
        if (marker == kSoi || (marker >= 0xD0 && marker <= 0xD7) || marker == 0x01) continue;
        if (marker == kEoi || at + 2 > bytes.size()) break;
        const std::size_t length = u16(bytes, at);
        if (length < 2 || length > bytes.size() - at) break;
        read_segment(header, marker, bytes.subspan(at + 2, length - 2));
        at += length;
        if (marker == kSos) {
            header.scan = at;
            break;
        }
    }
    if (header.width == 0 || header.height == 0) return std::nullopt;
    return header;
}

}  // namespace beffroi::codec
