// NAL units: what kind one is, where one begins, how several lie behind each other.
//
// Sources: H.264 table 7-1 and §7.4.1.2.3 (first NAL unit of an access unit); H.265 table 7-1 and §7.4.2.4.4; Annex B
// of both (start codes); ISO/IEC 14496-15 (length before each unit).
#pragma once

#include <cstdint>
#include <optional>

#include "media/codec/video.hpp"

namespace beffroi::codec {

namespace h264 {
inline constexpr std::uint8_t kSlice = 1, kIdr = 5, kSei = 6, kSps = 7, kPps = 8, kAud = 9, kEndOfSequence = 10,
                              kEndOfStream = 11, kFiller = 12;
}
namespace h265 {
inline constexpr std::uint8_t kBlaWithLeading = 16, kIdr = 19, kIdrNoLeading = 20, kCra = 21, kVps = 32, kSps = 33,
                              kPps = 34, kAud = 35, kPrefixSei = 39, kSuffixSei = 40;
}

// H.264 has a header of one byte, H.265 of two.
[[nodiscard]] constexpr std::size_t header_size(Codec codec) {
    return codec == Codec::H265 ? 2 : 1;
}

[[nodiscard]] constexpr std::uint8_t nal_type(Codec codec, std::uint8_t first_byte) {
    return codec == Codec::H265 ? static_cast<std::uint8_t>((first_byte >> 1U) & 0x3FU)
                                : static_cast<std::uint8_t>(first_byte & 0x1FU);
}

// What a NAL unit is to an access unit.
enum class NalRole : std::uint8_t {
    Slice,       // a piece of the picture
    KeySlice,    // the same, and decoding can begin here: IDR; CRA, BLA, IDR for H.265
    Parameters,  // VPS, SPS, PPS: begins an access unit when a picture lies before
    Prefix,      // SEI, delimiter…: begins an access unit when a picture lies before
    Suffix,      // belongs to the picture before it: end of sequence, filler, suffix SEI
};
[[nodiscard]] NalRole role_of(Codec codec, std::uint8_t type);

// Is this slice the first of its picture? first_mb_in_slice == 0 (H.264 §7.4.3), first_slice_segment_in_pic_flag (H.265
// §7.4.7.1). `nal` may be the beginning only (four bytes are enough).
[[nodiscard]] inline bool first_in_picture(Codec codec, Bytes nal) {
    const std::size_t at = header_size(codec);
    return nal.size() > at && (nal[at] & 0x80U) != 0;  // ue(v) of 0 is the single bit 1
}

// Can these two bytes be the header of a NAL unit as it is sent by a camera? Used to tell a start code from chance.
[[nodiscard]] bool plausible_header(Codec codec, Bytes nal);

// Where the next 00 00 01 lies at or behind `from`; nothing: none.
[[nodiscard]] std::optional<std::size_t> find_start_code(Bytes bytes, std::size_t from = 0);

// The NAL units of Annex B, without start codes, without the zeros before the next one. What lies before the first
// start code counts as a unit of its own.
template <typename F>
void for_each_annex_b(Bytes bytes, F&& each) {
    std::size_t begin = 0;
    while (begin < bytes.size()) {
        const std::optional<std::size_t> code = find_start_code(bytes, begin);
        std::size_t end = code.value_or(bytes.size());
        while (end > begin && code && bytes[end - 1] == 0) --end;
        if (end > begin) each(bytes.subspan(begin, end - begin));
        if (!code) return;
        begin = *code + 3;
    }
}

// The NAL units of a frame with a big-endian length of four bytes before each. False when a length leads behind the
// end.
template <typename F>
bool for_each_nal(Bytes frame, F&& each) {
    while (!frame.empty()) {
        if (frame.size() < 4) return false;
        const std::size_t size = (static_cast<std::size_t>(frame[0]) << 24U) |
                                 (static_cast<std::size_t>(frame[1]) << 16U) |
                                 (static_cast<std::size_t>(frame[2]) << 8U) | frame[3];
        if (size > frame.size() - 4) return false;
        each(frame.subspan(4, size));
        frame = frame.subspan(4 + size);
    }
    return true;
}

}  // namespace beffroi::codec
