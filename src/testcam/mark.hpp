// The mark that each access unit carries, so that a test can say which frames were recorded, without decoding anything.
//
// A user_data_unregistered SEI message (H.264 §D.1.7, H.265 §D.2.7) whose payload is text of fixed width: it never
// needs emulation prevention and can be patched where it lies, also inside packets that are ready to send.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "testcam/bits.hpp"

namespace beffroi::testcam {

struct Mark {
    std::uint32_t camera = 0;  // index in the server
    std::uint32_t boot = 0;    // how often the camera was started: frame numbers begin again at 0 with each
    std::uint64_t frame = 0;   // in order of display
    std::int64_t utc_us = 0;   // when the camera says that the picture was taken, by its own clock
    bool operator==(const Mark&) const = default;
};

inline constexpr std::size_t kMarkUuidSize = 16;
inline constexpr std::size_t kMarkTextSize = 56;
extern const std::array<std::uint8_t, kMarkUuidSize> kMarkUuid;

// "frame=0000001234 utc=1764110000123456 cam=00007 boot=0001", kMarkTextSize signs.
[[nodiscard]] std::string mark_text(const Mark& mark);
// The same over kMarkTextSize bytes that hold another mark.
void patch_mark(std::uint8_t* text, const Mark& mark);
// The SEI message without NAL header: payload type, size, UUID, text, trailing bits.
[[nodiscard]] Buffer mark_sei(const Mark& mark);

// The first mark in the bytes of an access unit, whatever frames its NAL units (start codes, lengths, RTP). None: not
// one of ours.
[[nodiscard]] std::optional<Mark> read_mark(Bytes access_unit);
// Where the text of the first mark begins.
[[nodiscard]] std::optional<std::size_t> find_mark(Bytes bytes);

}  // namespace beffroi::testcam
