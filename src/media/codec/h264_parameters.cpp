#include "media/codec/bits.hpp"
#include "media/codec/parameters.hpp"

namespace beffroi::codec {

namespace {

// §7.3.2.1.1.1: only walked over.
void skip_scaling_list(BitReader& in, int size) {
    std::int32_t last = 8;
    std::int32_t next = 8;
    for (int i = 0; i < size && in.ok(); ++i) {
        if (next != 0)
            next = static_cast<std::int32_t>((static_cast<std::uint32_t>(last) + static_cast<std::uint32_t>(in.se())) &
                                             0xFFU);
        last = next == 0 ? last : next;
    }
}

bool has_chroma_fields(std::uint8_t profile) {
    switch (profile) {
        case 100:
        case 110:
        case 122:
        case 244:
        case 44:
        case 83:
        case 86:
        case 118:
        case 128:
        case 138:
        case 139:
        case 134:
        case 135:
            return true;
        default:
            return false;
    }
}

void read_chroma(BitReader& in, H264Sps& sps) {
    sps.chroma_format = in.ue();
    if (sps.chroma_format == 3) sps.separate_planes = in.flag();
    sps.bit_depth_luma = 8 + in.ue();
    sps.bit_depth_chroma = 8 + in.ue();
    in.skip(1);  // qpprime_y_zero_transform_bypass_flag
    if (!in.flag()) return;
    const int lists = sps.chroma_format == 3 ? 12 : 8;
    for (int i = 0; i < lists && in.ok(); ++i)
        if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
}

void read_order(BitReader& in, H264Sps& sps) {
    sps.poc_type = in.ue();
    if (sps.poc_type == 0) {
        in.ue();
    } else if (sps.poc_type == 1) {
        in.skip(1);
        in.se();
        in.se();
        const std::uint32_t cycle = in.ue();
        for (std::uint32_t i = 0; i < cycle && i < 256 && in.ok(); ++i) in.se();
    }
}

void skip_hrd(BitReader& in) {
    const std::uint32_t count = in.ue() + 1;
    in.skip(8);
    for (std::uint32_t i = 0; i < count && i < 32 && in.ok(); ++i) {
        in.ue();
        in.ue();
        in.skip(1);
    }
    in.skip(20);
}

// Annex E.1.1
void read_vui(BitReader& in, H264Sps& sps) {
    if (in.flag() && in.bits(8) == 255) in.skip(32);  // aspect ratio
    if (in.flag()) in.skip(1);                        // overscan
    if (in.flag()) {                                  // video signal type
        in.skip(4);
        if (in.flag()) in.skip(24);
    }
    if (in.flag()) {  // chroma location
        in.ue();
        in.ue();
    }
    if (in.flag()) {
        const std::uint32_t units = in.bits(32);
        const std::uint32_t scale = in.bits(32);
        in.skip(1);
        if (in.ok() && units != 0) sps.rate = static_cast<double>(scale) / (2.0 * units);
    }
    const bool nal_hrd = in.flag();
    if (nal_hrd) skip_hrd(in);
    const bool vcl_hrd = in.flag();
    if (vcl_hrd) skip_hrd(in);
    if (nal_hrd || vcl_hrd) in.skip(1);
    in.skip(1);  // pic_struct_present_flag
    if (!in.flag()) return;
    in.skip(1);
    in.ue();
    in.ue();
    in.ue();
    in.ue();
    const std::uint32_t reorder = in.ue();
    in.ue();
    if (in.ok() && reorder <= 16) sps.reorder_frames = reorder;
}

void read_size(BitReader& in, H264Sps& sps) {
    const std::uint64_t width = (std::uint64_t{in.ue()} + 1) * 16;
    const std::uint64_t units = std::uint64_t{in.ue()} + 1;
    sps.frames_only = in.flag();
    if (!sps.frames_only) in.skip(1);
    in.skip(1);  // direct_8x8_inference_flag
    const std::uint64_t height = units * 16 * (sps.frames_only ? 1 : 2);
    std::uint64_t crop_x = 0;
    std::uint64_t crop_y = 0;
    if (in.flag()) {
        const std::uint64_t unit_x = sps.separate_planes || sps.chroma_format == 0 || sps.chroma_format == 3 ? 1 : 2;
        const std::uint64_t unit_y =
            (sps.separate_planes || sps.chroma_format != 1 ? 1 : 2) * (sps.frames_only ? 1U : 2U);
        crop_x = std::uint64_t{in.ue()} * unit_x;
        crop_x += std::uint64_t{in.ue()} * unit_x;
        crop_y = std::uint64_t{in.ue()} * unit_y;
        crop_y += std::uint64_t{in.ue()} * unit_y;
    }
    if (!in.ok() || width > 65'535 || height > 65'535) return;
    sps.width = static_cast<std::uint32_t>(crop_x < width ? width - crop_x : width);
    sps.height = static_cast<std::uint32_t>(crop_y < height ? height - crop_y : height);
}

}  // namespace

std::optional<H264Sps> parse_h264_sps(Bytes nal) {
    if (nal.size() < 4) return std::nullopt;
    H264Sps sps;
    sps.profile = nal[1];
    sps.constraints = nal[2];
    sps.level = nal[3];
    BitReader in(nal.subspan(4));
    sps.id = in.ue();
    if (has_chroma_fields(sps.profile)) read_chroma(in, sps);
    sps.frame_num_bits = in.ue() + 4;
    if (sps.frame_num_bits > 16) sps.frame_num_bits = 16;
    read_order(in, sps);
    in.ue();     // max_num_ref_frames
    in.skip(1);  // gaps_in_frame_num_value_allowed_flag
    read_size(in, sps);
    if (in.ok() && in.flag()) read_vui(in, sps);
    if (!sps.reorder_frames && sps.width != 0) {
        const bool intra_only = (sps.constraints & 0x10U) != 0 && sps.profile >= 100;
        if (sps.poc_type == 2 || sps.profile == 66 || intra_only) sps.reorder_frames = 0;  // §7.4.2.1.1, A.2.1, E.2.1
    }
    return sps;
}

int h264_field(Bytes nal, const H264Sps& sps) {
    if (sps.frames_only || nal.size() < 2) return 0;
    BitReader in(nal.subspan(1));
    in.ue();  // first_mb_in_slice
    in.ue();  // slice_type
    in.ue();  // pic_parameter_set_id
    if (sps.separate_planes) in.skip(2);
    in.skip(sps.frame_num_bits);
    if (!in.flag() || !in.ok()) return 0;
    return in.flag() ? 2 : 1;
}

}  // namespace beffroi::codec
