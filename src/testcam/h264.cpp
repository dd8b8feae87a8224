// H.264: baseline, or main with B pictures, CAVLC, one slice a picture, deblocking off (Rec. ITU-T H.264 §7.3).
//
// Everything is an Intra 16x16 macroblock with DC coefficients only, a skipped one, or I_PCM (texture). At QP 51 a
// coefficient moves all pixels by 14; a cell is pushed so far beyond black or white that clipping makes it exact
// whatever was predicted.
#include <array>
#include <cmath>
#include <optional>

#include "testcam/cavlc.hpp"
#include "testcam/encoder.hpp"

namespace beffroi::testcam {

namespace {

constexpr std::uint8_t kNonReference = 0x00;
constexpr std::uint8_t kReference = 0x60;  // nal_ref_idc 3
enum NalType : std::uint8_t { kSlice = 1, kKeySlice = 5, kSei = 6, kSequence = 7, kPicture = 8, kFillerData = 12 };

enum SliceType : std::uint32_t { kP = 5, kB = 6, kI = 7 };  // all slices of the picture are of that type
constexpr std::array<std::uint32_t, 3> kIntraOffset = {
    5, 23, 0};  // of an I macroblock's mb_type in P, B and I slices (§7.4.5)

enum Prediction : std::uint32_t { kVertical = 0, kHorizontal = 1, kDc = 2 };

constexpr int kPush = 24;               // 24 * 14 = 336 > 255
constexpr std::size_t kPcmBytes = 384;  // 16 x 16 luma, 2 x 8 x 8 chroma
constexpr unsigned kFrameNumBits = 16;
constexpr unsigned kOrderBits = 16;

struct Tint {
    int luma;  // times 14 from grey
    int cb;    // times 7 from neutral
    int cr;
};
constexpr std::array<Tint, 8> kTints = {
    {{-3, 4, -3}, {-3, -3, 4}, {-4, -4, -3}, {-3, 5, 3}, {-3, 0, 0}, {-4, 3, -4}, {-4, -3, 2}, {-4, 2, 4}}};

// Zigzag order of a 4 x 4 block (Table 8-13, frame scan), as row * 4 + column.
constexpr std::array<std::size_t, 16> kZigzag = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};

// The coefficients that give cells of +kPush and -kPush: the Hadamard transform is its own inverse, times 16.
std::array<int, 16> levels_of(std::uint16_t cells) {
    std::array<int, 16> f{};
    for (std::size_t i = 0; i < 16; ++i) f[i] = ((cells >> i) & 1U) != 0 ? 1 : -1;
    const auto butterfly = [&f](std::size_t at, std::size_t step) {
        const int a = f[at];
        const int b = f[at + step];
        const int c = f[at + 2 * step];
        const int d = f[at + 3 * step];
        f[at] = a + b + c + d;
        f[at + step] = a + b - c - d;
        f[at + 2 * step] = a - b - c + d;
        f[at + 3 * step] = a - b + c - d;
    };
    for (std::size_t row = 0; row < 4; ++row) butterfly(row * 4, 1);
    for (std::size_t column = 0; column < 4; ++column) butterfly(column, 4);
    std::array<int, 16> levels{};
    for (std::size_t i = 0; i < 16; ++i) levels[i] = f[kZigzag[i]] * kPush / 16;
    return levels;
}

class H264Encoder final : public PictureEncoder {
  public:
    explicit H264Encoder(const VideoShape& shape)
        : shape_(shape), size_(scene_size(shape.width, shape.height)), tint_(kTints[shape.tint % kTints.size()]) {}

    [[nodiscard]] std::vector<Buffer> parameter_sets() const override { return {sequence(), picture()}; }
    [[nodiscard]] Buffer slice(const PictureJob& job) const override;
    [[nodiscard]] Buffer mark(const Mark& mark) const override {
        Buffer out{kSei};
        const Buffer message = mark_sei(mark);
        out.insert(out.end(), message.begin(), message.end());
        return out;
    }
    [[nodiscard]] Buffer filler(std::size_t size) const override {
        Buffer out(size < 2 ? 2 : size, 0xFF);
        out.front() = kFillerData;
        out.back() = 0x80;
        return out;
    }

  private:
    [[nodiscard]] Buffer sequence() const;
    [[nodiscard]] Buffer picture() const;
    [[nodiscard]] std::uint32_t level() const;
    void header(BitWriter& out, const PictureJob& job, SliceType type) const;
    void drawn(BitWriter& out, std::uint32_t offset, std::uint32_t index, std::uint16_t cells) const;
    void ground(BitWriter& out, std::uint32_t offset, std::uint32_t index, const Scene& scene) const;
    void intra(BitWriter& out, std::uint32_t offset, std::uint32_t index, Prediction prediction,
               const std::array<int, 16>& levels) const;
    void texture(BitWriter& out, std::uint32_t offset, std::size_t seed) const;
    [[nodiscard]] std::uint32_t texture_blocks(const PictureJob& job) const;

    VideoShape shape_;
    SceneSize size_;
    Tint tint_;
};

std::uint32_t H264Encoder::level() const {
    struct Limit {
        std::uint32_t level;
        std::uint32_t frame;   // macroblocks (Table A-1)
        std::uint32_t second;  // macroblocks a second
    };
    constexpr std::array<Limit, 9> kLimits = {{{12, 396, 6000},
                                               {21, 792, 19800},
                                               {30, 1620, 40500},
                                               {31, 3600, 108000},
                                               {40, 8192, 245760},
                                               {42, 8704, 522240},
                                               {50, 22080, 589824},
                                               {51, 36864, 983040},
                                               {52, 36864, 2073600}}};
    const std::uint32_t frame = size_.columns * size_.rows;
    for (const Limit& limit : kLimits) {
        if (frame <= limit.frame && frame * shape_.rate <= limit.second) return limit.level;
    }
    return 52;
}

Buffer H264Encoder::sequence() const {
    BitWriter out;
    out.put(8, shape_.b_frames ? 77 : 66);      // profile_idc: Main, Baseline
    out.put(8, shape_.b_frames ? 0x40 : 0xC0);  // constraint_set flags: decodable by Main; by Baseline too
    out.put(8, level());
    out.ue(0);  // seq_parameter_set_id
    out.ue(kFrameNumBits - 4);
    out.ue(shape_.b_frames ? 0 : 2);  // pic_order_cnt_type; 2: order of output is order of decoding
    if (shape_.b_frames) out.ue(kOrderBits - 4);
    out.ue(shape_.b_frames ? 2 : 1);  // max_num_ref_frames
    out.flag(false);                  // gaps_in_frame_num_value_allowed_flag
    out.ue(size_.columns - 1);
    out.ue(size_.rows - 1);
    out.flag(true);  // frame_mbs_only_flag
    out.flag(true);  // direct_8x8_inference_flag
    const std::uint32_t right = size_.columns * kBlock - shape_.width;
    const std::uint32_t below = size_.rows * kBlock - shape_.height;
    out.flag(right + below > 0);
    if (right + below > 0) {
        out.ue(0);
        out.ue(right / 2);
        out.ue(0);
        out.ue(below / 2);
    }
    out.flag(true);   // vui_parameters_present_flag (§E.1.1)
    out.flag(false);  // aspect_ratio_info
    out.flag(false);  // overscan_info
    out.flag(false);  // video_signal_type
    out.flag(false);  // chroma_loc_info
    out.flag(true);   // timing_info
    out.put(32, 1000);
    out.put(32, static_cast<std::uint32_t>(std::lround(shape_.rate * 2000)));  // fields a second
    out.flag(true);                                                            // fixed_frame_rate
    out.flag(false);                                                           // nal_hrd
    out.flag(false);                                                           // vcl_hrd
    out.flag(false);                                                           // pic_struct_present
    out.flag(true);                                                            // bitstream_restriction
    out.flag(true);                                                            // motion_vectors_over_pic_boundaries
    out.ue(0);                                                                 // max_bytes_per_pic_denom
    out.ue(0);                                                                 // max_bits_per_mb_denom
    out.ue(10);                                                                // log2_max_mv_length
    out.ue(10);
    out.ue(shape_.b_frames ? 1 : 0);  // max_num_reorder_frames
    out.ue(shape_.b_frames ? 2 : 1);  // max_dec_frame_buffering
    out.finish();
    Buffer nal;
    const std::uint8_t head = kReference | kSequence;
    append_nal(nal, {&head, 1}, out.bytes());
    return nal;
}

Buffer H264Encoder::picture() const {
    BitWriter out;
    out.ue(0);        // pic_parameter_set_id
    out.ue(0);        // seq_parameter_set_id
    out.flag(false);  // entropy_coding_mode: CAVLC
    out.flag(false);  // bottom_field_pic_order_in_frame_present
    out.ue(0);        // num_slice_groups_minus1
    out.ue(0);        // num_ref_idx_l0_default_active_minus1
    out.ue(0);
    out.flag(false);  // weighted_pred
    out.put(2, 0);    // weighted_bipred_idc
    out.se(25);       // pic_init_qp_minus26: QP 51
    out.se(0);
    out.se(0);        // chroma_qp_index_offset
    out.flag(true);   // deblocking_filter_control_present
    out.flag(false);  // constrained_intra_pred
    out.flag(false);  // redundant_pic_cnt_present
    out.finish();
    Buffer nal;
    const std::uint8_t head = kReference | kPicture;
    append_nal(nal, {&head, 1}, out.bytes());
    return nal;
}

void H264Encoder::header(BitWriter& out, const PictureJob& job, SliceType type) const {
    const bool key = job.type == PictureType::Key;
    out.ue(0);  // first_mb_in_slice
    out.ue(type);
    out.ue(0);
    out.put(kFrameNumBits, job.references & ((1U << kFrameNumBits) - 1U));
    if (key) out.ue(job.key_id & 0xFFFFU);
    if (shape_.b_frames) out.put(kOrderBits, (job.order * 2) & ((1U << kOrderBits) - 1U));
    if (type == kB) out.flag(true);   // direct_spatial_mv_pred
    if (type != kI) out.flag(false);  // num_ref_idx_active_override
    if (type != kI) out.flag(false);  // ref_pic_list_modification_flag_l0
    if (type == kB) out.flag(false);
    if (key) out.put(2, 0);                   // no_output_of_prior_pics, long_term_reference
    if (!key && type != kB) out.flag(false);  // adaptive_ref_pic_marking_mode
    out.se(0);                                // slice_qp_delta
    out.ue(1);                                // disable_deblocking_filter_idc
}

void H264Encoder::intra(BitWriter& out, std::uint32_t offset, std::uint32_t index, Prediction prediction,
                        const std::array<int, 16>& levels) const {
    // The first macroblock has nothing to predict its colour from; the others have neighbours of the same colour.
    const bool colour = index == 0 && (tint_.cb != 0 || tint_.cr != 0);
    out.ue(offset + 1 + prediction + (colour ? 4U : 0U));  // mb_type (Table 7-11)
    out.ue(0);                                             // intra_chroma_pred_mode: DC
    out.se(0);                                             // mb_qp_delta
    put_luma_dc(out, levels);
    if (colour) {
        put_chroma_dc(out, tint_.cb);
        put_chroma_dc(out, tint_.cr);
    }
}

void H264Encoder::drawn(BitWriter& out, std::uint32_t offset, std::uint32_t index, std::uint16_t cells) const {
    intra(out, offset, index, kDc, levels_of(cells));
}

// From the neighbour that is ground too: scenes leave one, above or to the left.
void H264Encoder::ground(BitWriter& out, std::uint32_t offset, std::uint32_t index, const Scene& scene) const {
    std::array<int, 16> levels{};
    if (index >= size_.columns && !is_drawn(scene, index - size_.columns)) {
        intra(out, offset, index, kVertical, levels);
    } else if (index % size_.columns != 0 && !is_drawn(scene, index - 1)) {
        intra(out, offset, index, kHorizontal, levels);
    } else {
        levels[0] = index == 0 ? tint_.luma : 0;
        intra(out, offset, index, kDc, levels);
    }
}

void H264Encoder::texture(BitWriter& out, std::uint32_t offset, std::size_t seed) const {
    out.ue(offset + 25);  // I_PCM
    out.align_zero();
    out.append(noise(seed, kPcmBytes));
}

std::uint32_t H264Encoder::texture_blocks(const PictureJob& job) const {
    const std::size_t room = std::size_t{free_rows(size_)} * size_.columns;
    const std::size_t wanted = job.texture / (kPcmBytes + 2);
    return static_cast<std::uint32_t>(wanted < room ? wanted : room);
}

Buffer H264Encoder::slice(const PictureJob& job) const {
    const SliceType type = job.type == PictureType::Key || job.half_key ? kI
                           : job.type == PictureType::Forward           ? kP
                                                                        : kB;
    const std::uint32_t offset = kIntraOffset[type - kP];
    const std::uint32_t total = size_.columns * size_.rows;
    const std::uint32_t noisy = total - texture_blocks(job);  // from here on
    BitWriter out;
    header(out, job, type);
    if (type == kI) {
        auto next = job.scene->begin();
        for (std::uint32_t index = 0; index < noisy; ++index) {
            if (next != job.scene->end() && next->index == index) {
                drawn(out, offset, index, next->cells);
                ++next;
            } else {
                ground(out, offset, index, *job.scene);
            }
        }
        for (std::uint32_t index = noisy; index < total; ++index) texture(out, offset, job.seed + index);
    } else {
        std::uint32_t done = 0;  // macroblocks
        for (const Change& change : changes(job)) {
            out.ue(change.index - done);  // mb_skip_run
            if (change.ground) {
                ground(out, offset, change.index, *job.scene);
            } else {
                drawn(out, offset, change.index, change.cells);
            }
            done = change.index + 1;
        }
        for (std::uint32_t index = noisy; index < total; ++index) {
            out.ue(index - done);
            texture(out, offset, job.seed + index);
            done = index + 1;
        }
        if (done < total) out.ue(total - done);
    }
    out.finish();
    Buffer nal;
    nal.reserve(out.size() + 16);
    const std::uint8_t head = job.type == PictureType::Key ? kReference | kKeySlice
                              : type != kB                 ? kReference | kSlice
                                                           : kNonReference | kSlice;
    append_nal(nal, {&head, 1}, out.bytes());
    return nal;
}

}  // namespace

std::unique_ptr<PictureEncoder> make_h264(const VideoShape& shape) {
    return std::make_unique<H264Encoder>(shape);
}

}  // namespace beffroi::testcam
