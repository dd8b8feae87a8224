// The headers of a JFIF file as RFC 2435 leaves them to the receiver (appendices A and B), with the tables of ITU-T
// T.81 Annex K.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "media/rtp/frame.hpp"

namespace beffroi::rtp {

struct JpegShape {
    std::uint8_t type = 1;  // 0: 4:2:2, 1: 4:2:0
    std::uint16_t width = 0, height = 0;
    std::uint16_t restart_interval = 0;  // 0: none
    Bytes tables;                        // one to four, each 64 values in zigzag order
    std::uint8_t precision = 0;          // a bit for each table, the first lowest: its values have 16 bits
};

// The two tables for Q 1…99, 128 bytes (appendix A).
[[nodiscard]] std::array<std::uint8_t, 128> quantisation_tables(std::uint8_t q);

// SOI, APP0, DQT, DRI, SOF0, DHT, SOS: everything before the scan.
void append_jpeg_headers(FrameBuffer& out, const JpegShape& shape);

}  // namespace beffroi::rtp
