// What the test camera films: a plain ground, the frame number (once for people, once for machines), the clock, the
// camera's number, and a square that moves. A picture is a sparse list of drawn blocks, so that encoding a frame costs
// what changed and no more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "testcam/bits.hpp"

namespace beffroi::testcam {

inline constexpr int kBlock = 16;  // pixels: the macroblock of H.264, our coding block of H.265

// A block of 16 x 16 pixels made of 4 x 4 cells that are black or white. Bit (row * 4 + column) set: white.
struct DrawnBlock {
    std::uint32_t index = 0;  // row * columns + column
    std::uint16_t cells = 0;
    bool operator==(const DrawnBlock&) const = default;
};

// In order of index; every other block is ground.
using Scene = std::vector<DrawnBlock>;

struct SceneSize {
    std::uint32_t columns = 0;  // blocks
    std::uint32_t rows = 0;
};
[[nodiscard]] constexpr SceneSize scene_size(std::uint32_t width, std::uint32_t height) {
    return {(width + kBlock - 1) / kBlock, (height + kBlock - 1) / kBlock};
}

struct SceneContent {
    std::uint64_t frame = 0;
    std::int64_t utc_us = 0;
    std::optional<std::uint32_t> camera;  // none: not drawn
};

// What does not fit is left out, last the machine-readable number: it fits from 160 x 16 pixels.
[[nodiscard]] Scene draw(SceneSize size, const SceneContent& content);

// The rows at the bottom that no scene draws into: room for texture.
[[nodiscard]] std::uint32_t free_rows(SceneSize size);

// Reads the machine-readable number back from the luma of a decoded picture (`stride` bytes a row). None: no such
// number there.
[[nodiscard]] std::optional<std::uint32_t> read_number(Bytes luma, std::size_t stride);
// Reads the line of digits that people see; none when a sign is not one of the font's.
[[nodiscard]] std::optional<std::string> read_digits(Bytes luma, std::size_t stride);

}  // namespace beffroi::testcam
