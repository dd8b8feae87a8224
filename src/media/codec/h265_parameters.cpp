#include <algorithm>
#include <vector>

#include "media/codec/bits.hpp"
#include "media/codec/nal.hpp"
#include "media/codec/parameters.hpp"

namespace beffroi::codec {

namespace {

// §7.3.3
void read_profile_tier_level(BitReader& in, H265Sps& sps) {
    sps.profile_space = static_cast<std::uint8_t>(in.bits(2));
    sps.tier = static_cast<std::uint8_t>(in.bits(1));
    sps.profile = static_cast<std::uint8_t>(in.bits(5));
    sps.compatibility = in.bits(32);
    for (std::uint8_t& byte : sps.constraints) byte = static_cast<std::uint8_t>(in.bits(8));
    sps.level = static_cast<std::uint8_t>(in.bits(8));
    const unsigned sub_layers = sps.sub_layers - 1U;
    std::array<bool, 8> profile_present{};
    std::array<bool, 8> level_present{};
    for (unsigned i = 0; i < sub_layers; ++i) {
        profile_present.at(i) = in.flag();
        level_present.at(i) = in.flag();
    }
    if (sub_layers > 0) in.skip(2 * (8 - sub_layers));
    for (unsigned i = 0; i < sub_layers; ++i) {
        if (profile_present.at(i)) in.skip(88);
        if (level_present.at(i)) in.skip(8);
    }
}

// §7.3.4
void skip_scaling_lists(BitReader& in) {
    for (unsigned size = 0; size < 4; ++size) {
        for (unsigned matrix = 0; matrix < 6 && in.ok(); matrix += size == 3 ? 3 : 1) {
            if (!in.flag()) {
                in.ue();
                continue;
            }
            if (size > 1) in.se();
            const unsigned coefficients = std::min(64U, 1U << (4 + (size << 1U)));
            for (unsigned i = 0; i < coefficients && in.ok(); ++i) in.se();
        }
    }
}

// §7.3.7: only the number of pictures of each set is kept, since a predicted set is as long as the one it is predicted
// from allows.
bool skip_short_term_sets(BitReader& in) {
    const std::uint32_t count = in.ue();
    if (count > 64) return false;
    std::vector<std::uint32_t> pictures(count, 0);
    for (std::uint32_t set = 0; set < count && in.ok(); ++set) {
        if (set > 0 && in.flag()) {  // inter_ref_pic_set_prediction_flag; in an SPS it builds on the set before
            in.skip(1);
            in.ue();
            std::uint32_t used = 0;
            for (std::uint32_t i = 0; i <= pictures[set - 1] && in.ok(); ++i)
                if (in.flag() || in.flag()) ++used;  // used_by_curr_pic_flag, else use_delta_flag
            pictures[set] = used;
            continue;
        }
        const std::uint32_t before = in.ue();
        const std::uint32_t behind = in.ue();
        if (before > 16 || behind > 16) return false;
        pictures[set] = before + behind;
        for (std::uint32_t i = 0; i < before + behind && in.ok(); ++i) {
            in.ue();
            in.skip(1);
        }
    }
    return in.ok();
}

// Annex E.2.2
void skip_sub_layer_hrd(BitReader& in, std::uint32_t count, bool sub_pictures) {
    for (std::uint32_t i = 0; i < count && i < 32 && in.ok(); ++i) {
        in.ue();
        in.ue();
        if (sub_pictures) {
            in.ue();
            in.ue();
        }
        in.skip(1);
    }
}

void skip_hrd(BitReader& in, unsigned sub_layers) {
    const bool nal = in.flag();
    const bool vcl = in.flag();
    bool sub_pictures = false;
    if (nal || vcl) {
        sub_pictures = in.flag();
        if (sub_pictures) in.skip(19);
        in.skip(8);
        if (sub_pictures) in.skip(4);
        in.skip(15);
    }
    for (unsigned i = 0; i < sub_layers && in.ok(); ++i) {
        const bool fixed_general = in.flag();
        const bool fixed_within = fixed_general || in.flag();
        bool low_delay = false;
        std::uint32_t count = 1;
        if (fixed_within) {
            in.ue();
        } else {
            low_delay = in.flag();
        }
        if (!low_delay) count = in.ue() + 1;
        if (nal) skip_sub_layer_hrd(in, count, sub_pictures);
        if (vcl) skip_sub_layer_hrd(in, count, sub_pictures);
    }
}

double read_rate(BitReader& in) {
    const std::uint32_t units = in.bits(32);
    const std::uint32_t scale = in.bits(32);
    return in.ok() && units != 0 ? static_cast<double>(scale) / units : 0;
}

// Annex E.2.1
void read_vui(BitReader& in, H265Sps& sps) {
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
    in.skip(3);       // neutral chroma, fields, frame fields information
    if (in.flag()) {  // default display window: a wish, not the size
        for (int i = 0; i < 4; ++i) in.ue();
    }
    if (in.flag()) {
        sps.rate = read_rate(in);
        if (in.flag()) in.ue();
        if (in.flag()) skip_hrd(in, sps.sub_layers);
    }
    if (!in.flag()) return;
    in.skip(3);
    const std::uint32_t segmentation = in.ue();
    if (in.ok()) sps.min_spatial_segmentation = std::min(segmentation, 4095U);
}

void read_size(BitReader& in, H265Sps& sps) {
    sps.chroma_format = in.ue();
    const bool separate = sps.chroma_format == 3 && in.flag();
    const std::uint64_t width = in.ue();
    const std::uint64_t height = in.ue();
    std::uint64_t crop_x = 0;
    std::uint64_t crop_y = 0;
    if (in.flag()) {
        const std::uint64_t unit_x = !separate && (sps.chroma_format == 1 || sps.chroma_format == 2) ? 2 : 1;
        const std::uint64_t unit_y = !separate && sps.chroma_format == 1 ? 2 : 1;
        crop_x = std::uint64_t{in.ue()} * unit_x;
        crop_x += std::uint64_t{in.ue()} * unit_x;
        crop_y = std::uint64_t{in.ue()} * unit_y;
        crop_y += std::uint64_t{in.ue()} * unit_y;
    }
    if (!in.ok() || width > 65'535 || height > 65'535) return;
    sps.width = static_cast<std::uint32_t>(crop_x < width ? width - crop_x : width);
    sps.height = static_cast<std::uint32_t>(crop_y < height ? height - crop_y : height);
}

void read_reordering(BitReader& in, H265Sps& sps) {
    const bool each = in.flag();
    for (unsigned i = each ? 0 : sps.sub_layers - 1U; i < sps.sub_layers; ++i) {
        in.ue();
        const std::uint32_t reorder = in.ue();
        in.ue();
        if (!in.ok() || reorder > 16) continue;
        sps.reorder_frames = reorder;  // the highest sub-layer comes last
        sps.reorder_known = true;
    }
}

}  // namespace

std::optional<H265Sps> parse_h265_sps(Bytes nal) {
    if (nal.size() < 15) return std::nullopt;  // header, one byte, profile_tier_level
    H265Sps sps;
    BitReader in(nal.subspan(2));
    sps.vps_id = in.bits(4);
    sps.sub_layers = static_cast<std::uint8_t>(std::min(in.bits(3) + 1, 7U));
    sps.temporal_nesting = in.flag();
    read_profile_tier_level(in, sps);
    sps.id = in.ue();
    read_size(in, sps);
    sps.bit_depth_luma = 8 + in.ue();
    sps.bit_depth_chroma = 8 + in.ue();
    const std::uint32_t poc_bits = in.ue() + 4;
    read_reordering(in, sps);
    for (int i = 0; i < 6; ++i) in.ue();  // sizes of blocks and transforms
    if (in.flag() && in.flag()) skip_scaling_lists(in);
    in.skip(2);       // amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if (in.flag()) {  // pcm
        in.skip(8);
        in.ue();
        in.ue();
        in.skip(1);
    }
    if (!in.ok() || !skip_short_term_sets(in)) return sps;
    if (in.flag()) {
        const std::uint32_t count = in.ue();
        for (std::uint32_t i = 0; i < count && i < 33 && in.ok(); ++i) in.skip(std::min(poc_bits, 16U) + 1);
    }
    in.skip(2);
    if (in.ok() && in.flag()) read_vui(in, sps);
    return sps;
}

double parse_h265_vps_rate(Bytes nal) {
    if (nal.size() < 18) return 0;
    BitReader in(nal.subspan(2));
    in.skip(4 + 2 + 6);
    H265Sps like;
    like.sub_layers = static_cast<std::uint8_t>(std::min(in.bits(3) + 1, 7U));
    in.skip(1 + 16);
    read_profile_tier_level(in, like);
    const bool each = in.flag();
    for (unsigned i = each ? 0 : like.sub_layers - 1U; i < like.sub_layers; ++i) {
        in.ue();
        in.ue();
        in.ue();
    }
    const unsigned highest_layer = in.bits(6);
    const std::uint32_t sets = in.ue();
    if (sets > 1023) return 0;
    for (std::uint32_t i = 0; i < sets && in.ok(); ++i) in.skip(highest_layer + 1);
    return in.ok() && in.flag() ? read_rate(in) : 0;
}

std::optional<PpsIds> parse_pps_ids(Codec codec, Bytes nal) {
    if (nal.size() <= header_size(codec)) return std::nullopt;
    BitReader in(nal.subspan(header_size(codec)));
    PpsIds ids;
    ids.id = in.ue();
    ids.sps_id = in.ue();
    if (!in.ok()) return std::nullopt;
    return ids;
}

}  // namespace beffroi::codec
