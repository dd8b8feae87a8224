// H.265: main profile, CABAC, one slice a picture, no in-loop filters (Rec. ITU-T H.265 §7.3).
//
// Coding tree blocks and coding blocks are 16 x 16. Cells, their surroundings and texture are PCM with two bits a
// sample (exact, and a sixth of the bytes of eight bits); ground is intra DC from its neighbours, or a skipped block.
#include <array>
#include <cmath>

#include "testcam/cabac.hpp"
#include "testcam/encoder.hpp"

namespace beffroi::testcam {

namespace {

enum NalType : std::uint8_t {
    kTrailing = 1,
    kKey = 19,
    kVideo = 32,
    kSequence = 33,
    kPicture = 34,
    kFillerData = 38,
    kSei = 39
};
enum SliceType : std::uint32_t { kP = 1, kI = 2 };

constexpr int kQuantiser = 26;
constexpr unsigned kOrderBits = 16;
// PCM samples: two bits, so 0, 64, 128, 192.
constexpr std::uint8_t kBlack = 0;
constexpr std::uint8_t kGround = 1;
constexpr std::uint8_t kWhite = 3;
constexpr std::size_t kLumaBytes = 64;
constexpr std::size_t kChromaBytes = 16;  // each

struct Tint {
    std::uint8_t cb;
    std::uint8_t cr;
};
constexpr std::array<Tint, 8> kTints = {{{2, 2}, {3, 2}, {2, 3}, {2, 1}, {1, 2}, {3, 1}, {1, 1}, {1, 3}}};

std::array<std::uint8_t, 2> head(NalType type) {
    return {static_cast<std::uint8_t>(type << 1U), 1};
}

// Four samples a byte.
constexpr std::uint8_t four(std::uint8_t level) {
    return static_cast<std::uint8_t>(level * 0x55U);
}

class H265Encoder final : public PictureEncoder {
  public:
    explicit H265Encoder(const VideoShape& shape)
        : shape_(shape), size_(scene_size(shape.width, shape.height)), tint_(kTints[shape.tint % kTints.size()]) {}

    [[nodiscard]] std::vector<Buffer> parameter_sets() const override { return {video(), sequence(), picture()}; }
    [[nodiscard]] Buffer slice(const PictureJob& job) const override;
    [[nodiscard]] Buffer mark(const Mark& mark) const override {
        const auto header = head(kSei);
        Buffer out(header.begin(), header.end());
        const Buffer message = mark_sei(mark);
        out.insert(out.end(), message.begin(), message.end());
        return out;
    }
    [[nodiscard]] Buffer filler(std::size_t size) const override {
        Buffer out(size < 3 ? 3 : size, 0xFF);
        const auto header = head(kFillerData);
        out[0] = header[0];
        out[1] = header[1];
        out.back() = 0x80;
        return out;
    }

  private:
    struct Contexts {
        CabacEncoder::Context part_mode, previous_intra, chroma_mode, cbf_luma, cbf_chroma, prediction_mode;
        std::array<CabacEncoder::Context, 3> skip;
    };
    struct Coder {
        BitWriter bits;
        CabacEncoder cabac{bits};
        Contexts contexts;
        bool inter = false;
        std::vector<bool> skipped;  // blocks of the row above and of this one, by index
    };

    [[nodiscard]] Buffer video() const;
    [[nodiscard]] Buffer sequence() const;
    [[nodiscard]] static Buffer picture();
    void profile(BitWriter& out) const;
    void timing(BitWriter& out) const;
    [[nodiscard]] std::uint32_t level() const;
    static void header(BitWriter& out, const PictureJob& job, SliceType type);
    [[nodiscard]] static Contexts contexts(SliceType type);
    void skip_flag(Coder& coder, std::uint32_t index, bool skipped) const;
    void begin_intra(Coder& coder, std::uint32_t index) const;
    void pcm(Coder& coder, std::uint32_t index, const Buffer& samples) const;
    void ground(Coder& coder, std::uint32_t index) const;
    [[nodiscard]] Buffer drawn_samples(std::uint16_t cells) const;
    [[nodiscard]] Buffer ground_samples() const;
    [[nodiscard]] bool near_drawn(const Scene& scene, std::uint32_t index) const;

    VideoShape shape_;
    SceneSize size_;
    Tint tint_;
};

std::uint32_t H265Encoder::level() const {
    struct Limit {
        std::uint32_t level;
        std::uint64_t picture;  // luma samples (Table A.8)
        std::uint64_t second;   // luma samples a second (Table A.9)
    };
    constexpr std::array<Limit, 11> kLimits = {{{30, 36'864, 552'960},
                                                {60, 122'880, 3'686'400},
                                                {63, 245'760, 7'372'800},
                                                {90, 552'960, 16'588'800},
                                                {93, 983'040, 33'177'600},
                                                {120, 2'228'224, 66'846'720},
                                                {123, 2'228'224, 133'693'440},
                                                {150, 8'912'896, 267'386'880},
                                                {153, 8'912'896, 534'773'760},
                                                {156, 8'912'896, 1'069'547'520},
                                                {180, 35'651'584, 1'069'547'520}}};
    const std::uint64_t samples = std::uint64_t{size_.columns} * size_.rows * kBlock * kBlock;
    for (const Limit& limit : kLimits) {
        if (samples <= limit.picture &&
            static_cast<double>(samples) * shape_.rate <= static_cast<double>(limit.second)) {
            return limit.level;
        }
    }
    return 186;
}

// profile_tier_level without sub-layers (§7.3.3).
void H265Encoder::profile(BitWriter& out) const {
    out.put(2, 0);            // general_profile_space
    out.flag(false);          // main tier
    out.put(5, 1);            // Main
    out.put(32, 0x60000000);  // compatible with Main and Main 10
    out.flag(true);           // progressive_source
    out.flag(false);          // interlaced_source
    out.flag(true);           // non_packed_constraint
    out.flag(true);           // frame_only_constraint
    out.put(32, 0);
    out.put(12, 0);
    out.put(8, level());
}

void H265Encoder::timing(BitWriter& out) const {
    out.put(32, 1000);
    out.put(32, static_cast<std::uint32_t>(std::lround(shape_.rate * 1000)));
}

Buffer H265Encoder::video() const {
    BitWriter out;
    out.put(4, 0);   // vps_video_parameter_set_id
    out.put(2, 3);   // base layer internal and available
    out.put(6, 0);   // vps_max_layers_minus1
    out.put(3, 0);   // vps_max_sub_layers_minus1
    out.flag(true);  // vps_temporal_id_nesting
    out.put(16, 0xFFFF);
    profile(out);
    out.flag(true);  // sub_layer_ordering_info_present
    out.ue(1);       // max_dec_pic_buffering_minus1
    out.ue(0);       // max_num_reorder_pics
    out.ue(0);       // max_latency_increase_plus1
    out.put(6, 0);   // vps_max_layer_id
    out.ue(0);       // vps_num_layer_sets_minus1
    out.flag(true);  // vps_timing_info_present
    timing(out);
    out.flag(false);  // vps_poc_proportional_to_timing
    out.ue(0);        // vps_num_hrd_parameters
    out.flag(false);  // vps_extension
    out.finish();
    Buffer nal;
    append_nal(nal, head(kVideo), out.bytes());
    return nal;
}

Buffer H265Encoder::sequence() const {
    BitWriter out;
    out.put(4, 0);   // sps_video_parameter_set_id
    out.put(3, 0);   // sps_max_sub_layers_minus1
    out.flag(true);  // sps_temporal_id_nesting
    profile(out);
    out.ue(0);  // sps_seq_parameter_set_id
    out.ue(1);  // chroma_format_idc: 4:2:0
    out.ue(size_.columns * kBlock);
    out.ue(size_.rows * kBlock);
    const std::uint32_t right = size_.columns * kBlock - shape_.width;
    const std::uint32_t below = size_.rows * kBlock - shape_.height;
    out.flag(right + below > 0);  // conformance_window
    if (right + below > 0) {
        out.ue(0);
        out.ue(right / 2);
        out.ue(0);
        out.ue(below / 2);
    }
    out.ue(0);  // bit_depth_luma_minus8
    out.ue(0);
    out.ue(kOrderBits - 4);
    out.flag(true);  // sub_layer_ordering_info_present
    out.ue(1);
    out.ue(0);
    out.ue(0);
    out.ue(1);        // log2_min_luma_coding_block_size_minus3: 16
    out.ue(0);        // log2_diff_max_min_luma_coding_block_size
    out.ue(0);        // log2_min_luma_transform_block_size_minus2: 4
    out.ue(2);        // log2_diff_max_min_luma_transform_block_size: 16
    out.ue(0);        // max_transform_hierarchy_depth_inter
    out.ue(0);        // max_transform_hierarchy_depth_intra
    out.flag(false);  // scaling_list_enabled
    out.flag(false);  // amp_enabled
    out.flag(false);  // sample_adaptive_offset_enabled
    out.flag(true);   // pcm_enabled
    out.put(4, 1);    // pcm_sample_bit_depth_luma_minus1
    out.put(4, 1);
    out.ue(1);  // log2_min_pcm_luma_coding_block_size_minus3: 16
    out.ue(0);
    out.flag(true);   // pcm_loop_filter_disabled
    out.ue(1);        // num_short_term_ref_pic_sets: the picture before
    out.ue(1);        // num_negative_pics
    out.ue(0);        // num_positive_pics
    out.ue(0);        // delta_poc_s0_minus1
    out.flag(true);   // used_by_curr_pic_s0
    out.flag(false);  // long_term_ref_pics_present
    out.flag(false);  // sps_temporal_mvp_enabled
    out.flag(false);  // strong_intra_smoothing_enabled
    out.flag(true);   // vui_parameters_present (§E.2.1)
    out.flag(false);  // aspect_ratio_info
    out.flag(false);  // overscan_info
    out.flag(false);  // video_signal_type
    out.flag(false);  // chroma_loc_info
    out.put(3, 0);    // neutral_chroma, field_seq, frame_field_info
    out.flag(false);  // default_display_window
    out.flag(true);   // vui_timing_info
    timing(out);
    out.flag(false);  // vui_poc_proportional_to_timing
    out.flag(false);  // vui_hrd_parameters
    out.flag(false);  // bitstream_restriction
    out.flag(false);  // sps_extension
    out.finish();
    Buffer nal;
    append_nal(nal, head(kSequence), out.bytes());
    return nal;
}

Buffer H265Encoder::picture() {
    BitWriter out;
    out.ue(0);        // pps_pic_parameter_set_id
    out.ue(0);        // pps_seq_parameter_set_id
    out.flag(false);  // dependent_slice_segments_enabled
    out.flag(false);  // output_flag_present
    out.put(3, 0);    // num_extra_slice_header_bits
    out.flag(false);  // sign_data_hiding_enabled
    out.flag(false);  // cabac_init_present
    out.ue(0);        // num_ref_idx_l0_default_active_minus1
    out.ue(0);
    out.se(0);        // init_qp_minus26
    out.flag(false);  // constrained_intra_pred
    out.flag(false);  // transform_skip_enabled
    out.flag(false);  // cu_qp_delta_enabled
    out.se(0);
    out.se(0);
    out.flag(false);  // slice_chroma_qp_offsets_present
    out.flag(false);  // weighted_pred
    out.flag(false);  // weighted_bipred
    out.flag(false);  // transquant_bypass_enabled
    out.flag(false);  // tiles_enabled
    out.flag(false);  // entropy_coding_sync_enabled
    out.flag(false);  // loop_filter_across_slices_enabled
    out.flag(true);   // deblocking_filter_control_present
    out.flag(false);  // deblocking_filter_override_enabled
    out.flag(true);   // pps_deblocking_filter_disabled
    out.flag(false);  // scaling_list_data_present
    out.flag(false);  // lists_modification_present
    out.ue(0);        // log2_parallel_merge_level_minus2
    out.flag(false);  // slice_segment_header_extension_present
    out.flag(false);  // pps_extension
    out.finish();
    Buffer nal;
    append_nal(nal, head(kPicture), out.bytes());
    return nal;
}

void H265Encoder::header(BitWriter& out, const PictureJob& job, SliceType type) {
    const bool key = job.type == PictureType::Key;
    out.flag(true);            // first_slice_segment_in_pic
    if (key) out.flag(false);  // no_output_of_prior_pics
    out.ue(0);                 // slice_pic_parameter_set_id
    out.ue(type);
    if (!key) {
        out.put(kOrderBits, job.references & ((1U << kOrderBits) - 1U));  // slice_pic_order_cnt_lsb
        out.flag(true);                                                   // short_term_ref_pic_set_sps
    }
    if (type == kP) {
        out.flag(false);  // num_ref_idx_active_override
        out.ue(4);        // five_minus_max_num_merge_cand
    }
    out.se(kQuantiser - 26);  // slice_qp_delta
    out.finish();             // byte_alignment()
}

// Tables 9-5 ff.: initial values for I slices, and for P slices.
H265Encoder::Contexts H265Encoder::contexts(SliceType type) {
    const auto context = [](int value) { return CabacEncoder::initial(value, kQuantiser); };
    const bool intra = type == kI;
    Contexts out;
    out.part_mode = context(intra ? 184 : 154);
    out.previous_intra = context(intra ? 184 : 154);
    out.chroma_mode = context(intra ? 63 : 152);
    out.cbf_luma = context(intra ? 141 : 111);
    out.cbf_chroma = context(intra ? 94 : 149);
    out.prediction_mode = context(149);
    out.skip = {context(197), context(185), context(201)};
    return out;
}

void H265Encoder::skip_flag(Coder& coder, std::uint32_t index, bool skipped) const {
    std::size_t neighbours = 0;
    if (index % size_.columns != 0 && coder.skipped[index - 1]) ++neighbours;
    if (index >= size_.columns && coder.skipped[index - size_.columns]) ++neighbours;
    coder.cabac.encode(coder.contexts.skip[neighbours], skipped);
    coder.skipped[index] = skipped;
}

void H265Encoder::begin_intra(Coder& coder, std::uint32_t index) const {
    if (coder.inter) {
        skip_flag(coder, index, false);
        coder.cabac.encode(coder.contexts.prediction_mode, true);
    }
    coder.cabac.encode(coder.contexts.part_mode, true);  // one part
}

void H265Encoder::pcm(Coder& coder, std::uint32_t index, const Buffer& samples) const {
    begin_intra(coder, index);
    coder.cabac.terminate(true);  // pcm_flag
    coder.cabac.finish();
    coder.bits.align_zero();
    coder.bits.append(samples);
    coder.cabac.start();
}

// DC from the neighbours: candidate 1 of the most probable modes, since all the others here are DC or PCM (§8.4.2).
void H265Encoder::ground(Coder& coder, std::uint32_t index) const {
    begin_intra(coder, index);
    coder.cabac.terminate(false);                             // pcm_flag
    coder.cabac.encode(coder.contexts.previous_intra, true);  // prev_intra_luma_pred_flag
    coder.cabac.bypass(2, 2);                                 // mpm_idx 1
    coder.cabac.encode(coder.contexts.chroma_mode, false);    // as luma
    coder.cabac.encode(coder.contexts.cbf_chroma, false);
    coder.cabac.encode(coder.contexts.cbf_chroma, false);
    coder.cabac.encode(coder.contexts.cbf_luma, false);
}

Buffer H265Encoder::ground_samples() const {
    Buffer out(kLumaBytes, four(kGround));
    out.insert(out.end(), kChromaBytes, four(tint_.cb));
    out.insert(out.end(), kChromaBytes, four(tint_.cr));
    return out;
}

Buffer H265Encoder::drawn_samples(std::uint16_t cells) const {
    Buffer out = ground_samples();
    for (std::size_t row = 0; row < kBlock; ++row) {
        for (std::size_t column = 0; column < 4; ++column) {
            const bool white = ((cells >> ((row / 4) * 4 + column)) & 1U) != 0;
            out[row * 4 + column] = four(white ? kWhite : kBlack);
        }
    }
    return out;
}

// Blocks that would be predicted from cells: those around them, to the right and below.
bool H265Encoder::near_drawn(const Scene& scene, std::uint32_t index) const {
    const std::uint32_t column = index % size_.columns;
    const auto drawn = [&](std::int64_t at) { return at >= 0 && is_drawn(scene, static_cast<std::uint32_t>(at)); };
    const auto here = static_cast<std::int64_t>(index);
    const auto above = here - size_.columns;
    if (column > 0 && (drawn(here - 1) || drawn(above - 1) || drawn(here + size_.columns - 1))) return true;
    return drawn(above) || (column + 1 < size_.columns && drawn(above + 1));
}

Buffer H265Encoder::slice(const PictureJob& job) const {
    const SliceType type = job.type == PictureType::Key || job.half_key ? kI : kP;
    const std::uint32_t total = size_.columns * size_.rows;
    const std::size_t room = std::size_t{free_rows(size_)} * size_.columns;
    constexpr std::size_t kPcmBytes = kLumaBytes + 2 * kChromaBytes;
    const auto noisy = total - static_cast<std::uint32_t>(std::min(room, job.texture / (kPcmBytes + 2)));

    Coder coder;
    header(coder.bits, job, type);
    coder.contexts = contexts(type);
    coder.inter = type == kP;
    coder.skipped.assign(total, false);
    std::vector<Change> changed;
    if (coder.inter) changed = changes(job);
    auto change = changed.begin();
    auto drawn = job.scene->begin();
    for (std::uint32_t index = 0; index < total; ++index) {
        const bool is_change = change != changed.end() && change->index == index;
        while (drawn != job.scene->end() && drawn->index < index) ++drawn;
        const bool shows = drawn != job.scene->end() && drawn->index == index;
        if (index >= noisy) {
            const Bytes bytes = noise(job.seed + index, kPcmBytes);
            pcm(coder, index, {bytes.begin(), bytes.end()});
        } else if (coder.inter && !is_change) {
            skip_flag(coder, index, true);
        } else if (shows) {
            pcm(coder, index, drawn_samples(drawn->cells));
        } else if (coder.inter || index == 0 || near_drawn(*job.scene, index)) {
            pcm(coder, index, ground_samples());
        } else {
            ground(coder, index);
        }
        if (is_change) ++change;
        coder.cabac.terminate(index + 1 == total);  // end_of_slice_segment_flag
    }
    coder.cabac.finish();
    coder.bits.align_zero();
    Buffer nal;
    nal.reserve(coder.bits.size() + 16);
    append_nal(nal, head(job.type == PictureType::Key ? kKey : kTrailing), coder.bits.bytes());
    return nal;
}

}  // namespace

std::unique_ptr<PictureEncoder> make_h265(const VideoShape& shape) {
    return std::make_unique<H265Encoder>(shape);
}

}  // namespace beffroi::testcam
