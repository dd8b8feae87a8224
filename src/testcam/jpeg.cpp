// Baseline JPEG (ITU-T T.81), 4:2:0, with the quantisation of RFC 2435 at Q = 50 and the Huffman tables of Annex K: the
// scan only, as RTP carries it. A block of 8 x 8 samples is ground, or two by two cells: seventeen kinds in all,
// transformed once.
#include <array>
#include <cmath>
#include <numbers>

#include "testcam/encoder.hpp"

namespace beffroi::testcam {

namespace {

constexpr std::array<std::uint8_t, 64> kZigzag = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                                  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                                  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                                  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};
// Table K.1, in rows.
constexpr std::array<std::uint8_t, 64> kLumaSteps = {
    16, 11,  10,  16, 24, 40, 51, 61, 12,  12,  14,  19,  26, 58, 60, 55,  14,  13,  16,  24, 40, 57,
    69, 56,  14,  17, 22, 29, 51, 87, 80,  62,  18,  22,  37, 56, 68, 109, 103, 77,  24,  35, 55, 64,
    81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,  112, 100, 103, 99};
constexpr int kChromaDcStep = 17;

// Tables K.3 to K.5: how many codes of each length, and their symbols in order.
constexpr std::array<std::uint8_t, 16> kLumaDcLengths = {0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0};
constexpr std::array<std::uint8_t, 16> kChromaDcLengths = {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
constexpr std::array<std::uint8_t, 12> kDcSymbols = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
constexpr std::array<std::uint8_t, 16> kLumaAcLengths = {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125};
constexpr std::array<std::uint8_t, 162> kLumaAcSymbols = {
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
    0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72,
    0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37,
    0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
    0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83,
    0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3,
    0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
    0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
    0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa};

struct Code {
    std::uint16_t bits = 0;
    std::uint8_t length = 0;
};
using Codes = std::array<Code, 256>;

// Annex C: codes in order of length.
template <std::size_t N>
Codes codes_of(const std::array<std::uint8_t, 16>& lengths, const std::array<std::uint8_t, N>& symbols) {
    Codes out{};
    std::uint16_t code = 0;
    std::size_t next = 0;
    for (std::size_t length = 0; length < 16; ++length, code = static_cast<std::uint16_t>(code << 1U)) {
        for (std::size_t i = 0; i < lengths[length]; ++i) {
            out[symbols[next++]] = {code++, static_cast<std::uint8_t>(length + 1)};
        }
    }
    return out;
}

using Coefficients = std::array<int, 64>;  // quantised, in zigzag order

// The transform of a block whose quadrants are flat (§A.3.3).
Coefficients transform(const std::array<int, 4>& quadrants) {
    Coefficients out{};
    for (std::size_t v = 0; v < 8; ++v) {
        for (std::size_t u = 0; u < 8; ++u) {
            double sum = 0;
            for (std::size_t y = 0; y < 8; ++y) {
                for (std::size_t x = 0; x < 8; ++x) {
                    const double sample = quadrants[(y / 4) * 2 + x / 4] - 128;
                    const auto wave = [](std::size_t at, std::size_t frequency) {
                        return std::cos(static_cast<double>((2 * at + 1) * frequency) * std::numbers::pi / 16);
                    };
                    sum += sample * wave(x, u) * wave(y, v);
                }
            }
            const double scale = (u == 0 ? std::numbers::sqrt2 / 2 : 1) * (v == 0 ? std::numbers::sqrt2 / 2 : 1) / 4;
            const std::size_t at = v * 8 + u;
            for (std::size_t i = 0; i < 64; ++i) {
                if (kZigzag[i] == at) out[i] = static_cast<int>(std::lround(sum * scale / kLumaSteps[at]));
            }
        }
    }
    return out;
}

// How many bits a value takes, and which (§F.1.2.1).
unsigned category(int value) {
    unsigned bits = 0;
    for (int rest = std::abs(value); rest != 0; rest >>= 1) ++bits;
    return bits;
}
void put_value(BitWriter& out, int value, unsigned bits) {
    out.put(bits, static_cast<std::uint32_t>(value > 0 ? value : value - 1) & ((1U << bits) - 1U));
}

class JpegEncoder final : public PictureEncoder {
  public:
    explicit JpegEncoder(const VideoShape& shape) : size_(scene_size(shape.width, shape.height)), tint_(shape.tint) {
        for (std::uint32_t kind = 0; kind < 16; ++kind) {
            std::array<int, 4> quadrants{};
            for (std::size_t i = 0; i < 4; ++i) quadrants[i] = ((kind >> i) & 1U) != 0 ? 240 : 16;
            cells_[kind] = transform(quadrants);
        }
        ground_ = transform({80, 80, 80, 80});
    }
    [[nodiscard]] std::vector<Buffer> parameter_sets() const override { return {}; }
    [[nodiscard]] Buffer mark(const Mark& /*mark*/) const override { return {}; }  // RTP carries no comment
    [[nodiscard]] Buffer filler(std::size_t /*size*/) const override { return {}; }
    [[nodiscard]] Buffer slice(const PictureJob& job) const override;

  private:
    void luma(BitWriter& out, int& before, const Coefficients& block) const;
    void chroma(BitWriter& out, int& before, int value) const;

    SceneSize size_;
    std::uint32_t tint_;
    std::array<Coefficients, 16> cells_{};
    Coefficients ground_{};
    Codes luma_dc_ = codes_of(kLumaDcLengths, kDcSymbols);
    Codes luma_ac_ = codes_of(kLumaAcLengths, kLumaAcSymbols);
    Codes chroma_dc_ = codes_of(kChromaDcLengths, kDcSymbols);
};

void JpegEncoder::luma(BitWriter& out, int& before, const Coefficients& block) const {
    const int difference = block[0] - before;
    before = block[0];
    const unsigned bits = category(difference);
    out.put(luma_dc_[bits].length, luma_dc_[bits].bits);
    if (bits != 0) put_value(out, difference, bits);
    std::size_t run = 0;
    for (std::size_t i = 1; i < 64; ++i) {
        if (block[i] == 0) {
            ++run;
            continue;
        }
        for (; run > 15; run -= 16) out.put(luma_ac_[0xF0].length, luma_ac_[0xF0].bits);
        const unsigned size = category(block[i]);
        const Code& code = luma_ac_[run * 16 + size];
        out.put(code.length, code.bits);
        put_value(out, block[i], size);
        run = 0;
    }
    if (run > 0) out.put(luma_ac_[0].length, luma_ac_[0].bits);
}

void JpegEncoder::chroma(BitWriter& out, int& before, int value) const {
    const int difference = value - before;
    before = value;
    const unsigned bits = category(difference);
    out.put(chroma_dc_[bits].length, chroma_dc_[bits].bits);
    if (bits != 0) put_value(out, difference, bits);
    out.put(2, 0);  // end of block (Table K.6)
}

Buffer JpegEncoder::slice(const PictureJob& job) const {
    BitWriter out;
    int luma_before = 0;
    int cb_before = 0;
    int cr_before = 0;
    // A DC coefficient is eight times the sample's distance from grey.
    const int cb = (static_cast<int>(tint_ % 3) - 1) * 24 * 8 / kChromaDcStep;
    const int cr = (static_cast<int>(tint_ / 3 % 3) - 1) * 24 * 8 / kChromaDcStep;
    auto next = job.scene->begin();
    for (std::uint32_t index = 0; index < size_.columns * size_.rows; ++index) {
        const bool drawn = next != job.scene->end() && next->index == index;
        for (std::uint32_t block = 0; block < 4; ++block) {
            if (!drawn) {
                luma(out, luma_before, ground_);
                continue;
            }
            const std::uint32_t corner = (block / 2) * 8 + (block % 2) * 2;
            const std::uint32_t cells = next->cells;
            const std::uint32_t kind = ((cells >> corner) & 3U) | (((cells >> (corner + 4)) & 3U) << 2U);
            luma(out, luma_before, cells_[kind]);
        }
        chroma(out, cb_before, cb);
        chroma(out, cr_before, cr);
        if (drawn) ++next;
    }
    while (!out.aligned()) out.flag(true);
    Buffer scan;
    scan.reserve(out.size() + out.size() / 64);
    for (const std::uint8_t byte : out.bytes()) {
        scan.push_back(byte);
        if (byte == 0xFF) scan.push_back(0);
    }
    return scan;
}

}  // namespace

std::unique_ptr<PictureEncoder> make_jpeg(const VideoShape& shape) {
    return std::make_unique<JpegEncoder>(shape);
}

}  // namespace beffroi::testcam
