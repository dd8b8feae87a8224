// What a recorder needs from parameter sets, read tolerantly: a set that ends early or holds the unknown gives what was
// read before.
//
// Sources: H.264 §7.3.2.1 and Annex E; H.265 §7.3.2.2, §7.3.3 and Annex E.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/codec/video.hpp"

namespace beffroi::codec {

struct H264Sps {
    std::uint8_t profile = 0, constraints = 0, level = 0;  // as the three bytes behind the header
    std::uint32_t id = 0;
    std::uint32_t chroma_format = 1;
    std::uint32_t bit_depth_luma = 8, bit_depth_chroma = 8;
    bool separate_planes = false;
    unsigned frame_num_bits = 4;
    std::uint32_t poc_type = 0;
    bool frames_only = true;                      // frame_mbs_only_flag: no fields
    std::uint32_t width = 0, height = 0;          // after cropping; 0: could not be read
    double rate = 0;                              // images a second by the VUI
    std::optional<std::uint32_t> reorder_frames;  // said, or implied by the profile or the order type
};
// `nal` with its header. Nothing: too short to hold even profile and level.
[[nodiscard]] std::optional<H264Sps> parse_h264_sps(Bytes nal);

struct H265Sps {
    std::uint8_t profile_space = 0, tier = 0, profile = 0, level = 0;
    std::uint32_t compatibility = 0;            // general_profile_compatibility_flag[0] is the highest bit
    std::array<std::uint8_t, 6> constraints{};  // the 48 bits behind
    std::uint32_t id = 0, vps_id = 0;
    std::uint8_t sub_layers = 1;
    bool temporal_nesting = false;
    std::uint32_t chroma_format = 1;
    std::uint32_t bit_depth_luma = 8, bit_depth_chroma = 8;
    std::uint32_t width = 0, height = 0;
    double rate = 0;
    std::uint32_t reorder_frames = 0;
    bool reorder_known = false;
    std::uint32_t min_spatial_segmentation = 0;
};
[[nodiscard]] std::optional<H265Sps> parse_h265_sps(Bytes nal);

// Images a second as the VPS says it; 0: it doesn't.
[[nodiscard]] double parse_h265_vps_rate(Bytes nal);

// Which set it is and which it builds upon; nothing when not even that can be read.
struct PpsIds {
    std::uint32_t id = 0, sps_id = 0;
};
[[nodiscard]] std::optional<PpsIds> parse_pps_ids(Codec codec, Bytes nal);

// The field of a slice of H.264: 0 a frame, 1 top, 2 bottom.
[[nodiscard]] int h264_field(Bytes nal, const H264Sps& sps);

}  // namespace beffroi::codec
