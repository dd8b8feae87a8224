// The few facts of a JPEG that stand in its headers (ITU-T T.81 Annex B).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/codec/video.hpp"

namespace beffroi::codec {

struct JpegHeader {
    std::uint16_t width = 0, height = 0;
    std::uint8_t components = 0;
    std::uint8_t luma_sampling = 0;      // H in the high four bits, V in the low ones, of the first component
    std::uint8_t chroma_sampling = 0;    // of the second and third; 0: they differ, or there are none
    bool baseline = false;               // SOF0
    std::uint16_t restart_interval = 0;  // DRI; 0: none
    std::size_t scan = 0;                // where the entropy-coded data begin; 0: there is no SOS
    std::vector<std::uint8_t>
        tables;  // quantisation tables of eight bits a value, 64 each, in the order of their numbers
};

// Reads segments until the scan or the end of the bytes. Nothing when there is no frame header (SOF) with a size.
[[nodiscard]] std::optional<JpegHeader> parse_jpeg(Bytes bytes);

}  // namespace beffroi::codec
