#include "testcam/cavlc.hpp"

#include <cstdlib>
#include <span>

namespace beffroi::testcam {

namespace {

using Row = std::array<std::uint8_t, 4>;

// Table 9-5, 0 <= nC < 2: [total coefficients][trailing ones].
constexpr std::array<Row, 17> kTokenLength = {{{1, 0, 0, 0},
                                               {6, 2, 0, 0},
                                               {8, 6, 3, 0},
                                               {9, 8, 7, 5},
                                               {10, 9, 8, 6},
                                               {11, 10, 9, 7},
                                               {13, 11, 10, 8},
                                               {13, 13, 11, 9},
                                               {13, 13, 13, 10},
                                               {14, 14, 13, 11},
                                               {14, 14, 14, 13},
                                               {15, 15, 14, 14},
                                               {15, 15, 15, 14},
                                               {16, 15, 15, 15},
                                               {16, 16, 16, 15},
                                               {16, 16, 16, 16},
                                               {16, 16, 16, 16}}};
constexpr std::array<Row, 17> kTokenBits = {{{1, 0, 0, 0},
                                             {5, 1, 0, 0},
                                             {7, 4, 1, 0},
                                             {7, 6, 5, 3},
                                             {7, 6, 5, 3},
                                             {7, 6, 5, 4},
                                             {15, 6, 5, 4},
                                             {11, 14, 5, 4},
                                             {8, 10, 13, 4},
                                             {15, 14, 9, 4},
                                             {11, 10, 13, 12},
                                             {15, 14, 9, 12},
                                             {11, 10, 13, 8},
                                             {15, 1, 9, 12},
                                             {11, 14, 13, 8},
                                             {7, 10, 9, 12},
                                             {4, 6, 5, 8}}};

// Tables 9-7 and 9-8: [total coefficients - 1][total zeros].
constexpr std::array<std::array<std::uint8_t, 16>, 15> kZerosLength = {
    {{1, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 9},
     {3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 6, 6, 6},
     {4, 3, 3, 3, 4, 4, 3, 3, 4, 5, 5, 6, 5, 6},
     {5, 3, 4, 4, 3, 3, 3, 4, 3, 4, 5, 5, 5},
     {4, 4, 4, 3, 3, 3, 3, 3, 4, 5, 4, 5},
     {6, 5, 3, 3, 3, 3, 3, 3, 4, 3, 6},
     {6, 5, 3, 3, 3, 2, 3, 4, 3, 6},
     {6, 4, 5, 3, 2, 2, 3, 3, 6},
     {6, 6, 4, 2, 2, 3, 2, 5},
     {5, 5, 3, 2, 2, 2, 4},
     {4, 4, 3, 3, 1, 3},
     {4, 4, 2, 1, 3},
     {3, 3, 1, 2},
     {2, 2, 1},
     {1, 1}}};
constexpr std::array<std::array<std::uint8_t, 16>, 15> kZerosBits = {{{1, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 1},
                                                                      {7, 6, 5, 4, 3, 5, 4, 3, 2, 3, 2, 3, 2, 1, 0},
                                                                      {5, 7, 6, 5, 4, 3, 4, 3, 2, 3, 2, 1, 1, 0},
                                                                      {3, 7, 5, 4, 6, 5, 4, 3, 3, 2, 2, 1, 0},
                                                                      {5, 4, 3, 7, 6, 5, 4, 3, 2, 1, 1, 0},
                                                                      {1, 1, 7, 6, 5, 4, 3, 2, 1, 1, 0},
                                                                      {1, 1, 5, 4, 3, 3, 2, 1, 1, 0},
                                                                      {1, 1, 1, 3, 3, 2, 2, 1, 0},
                                                                      {1, 0, 1, 3, 2, 1, 1, 1},
                                                                      {1, 0, 1, 3, 2, 1, 1},
                                                                      {0, 1, 1, 2, 1, 3},
                                                                      {0, 1, 1, 1, 1},
                                                                      {0, 1, 1, 1},
                                                                      {0, 1, 1},
                                                                      {0, 1}}};

// Table 9-10: [zeros left - 1, at most 6][run before].
constexpr std::array<std::array<std::uint8_t, 15>, 7> kRunLength = {{{1, 1},
                                                                     {1, 2, 2},
                                                                     {2, 2, 2, 2},
                                                                     {2, 2, 2, 3, 3},
                                                                     {2, 2, 3, 3, 3, 3},
                                                                     {2, 3, 3, 3, 3, 3, 3},
                                                                     {3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11}}};
constexpr std::array<std::array<std::uint8_t, 15>, 7> kRunBits = {{{1, 0},
                                                                   {1, 1, 0},
                                                                   {3, 2, 1, 0},
                                                                   {3, 2, 1, 1, 0},
                                                                   {3, 2, 3, 2, 1, 0},
                                                                   {3, 0, 1, 3, 2, 5, 4},
                                                                   {7, 6, 5, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1}}};

// The coefficients that are not zero, from the highest frequency down, and how many zeros stand before each.
struct Block {
    std::array<int, 16> levels{};
    std::array<std::size_t, 16> runs{};
    std::size_t total = 0;
    std::size_t zeros = 0;  // before the last coefficient
    std::size_t trailing_ones = 0;
};

Block analyse(std::span<const int> coefficients) {
    Block block;
    std::size_t run = 0;
    for (std::size_t i = 0; i < coefficients.size(); ++i) {
        if (coefficients[i] == 0) {
            ++run;
            continue;
        }
        block.levels[block.total] = coefficients[i];
        block.runs[block.total] = run;
        block.zeros += run;
        ++block.total;
        run = 0;
    }
    for (std::size_t i = 0; i < block.total / 2; ++i) {
        std::swap(block.levels[i], block.levels[block.total - 1 - i]);
        std::swap(block.runs[i], block.runs[block.total - 1 - i]);
    }
    while (block.trailing_ones < 3 && block.trailing_ones < block.total &&
           std::abs(block.levels[block.trailing_ones]) == 1) {
        ++block.trailing_ones;
    }
    return block;
}

// §9.2.2, written backwards.
void put_levels(BitWriter& out, const Block& block) {
    for (std::size_t i = 0; i < block.trailing_ones; ++i) out.flag(block.levels[i] < 0);
    unsigned suffix_length = block.total > 10 && block.trailing_ones < 3 ? 1 : 0;
    for (std::size_t i = block.trailing_ones; i < block.total; ++i) {
        const int level = block.levels[i];
        auto code = static_cast<std::uint32_t>(level > 0 ? 2 * level - 2 : -2 * level - 1);
        if (i == block.trailing_ones && block.trailing_ones < 3) code -= 2;
        if (suffix_length == 0) {
            if (code < 14) {
                out.put(code + 1, 1);
            } else if (code < 30) {
                out.put(15, 1);
                out.put(4, code - 14);
            } else {
                out.put(16, 1);
                out.put(12, code - 30);
            }
            suffix_length = 1;
        } else if (code < (15U << suffix_length)) {
            out.put((code >> suffix_length) + 1, 1);
            out.put(suffix_length, code & ((1U << suffix_length) - 1U));
        } else {
            out.put(16, 1);
            out.put(12, code - (15U << suffix_length));
        }
        if (std::abs(level) > (3 << (suffix_length - 1)) && suffix_length < 6) ++suffix_length;
    }
}

}  // namespace

void put_luma_dc(BitWriter& out, const std::array<int, 16>& levels) {
    const Block block = analyse(levels);
    out.put(kTokenLength[block.total][block.trailing_ones], kTokenBits[block.total][block.trailing_ones]);
    if (block.total == 0) return;
    put_levels(out, block);
    if (block.total < 16) out.put(kZerosLength[block.total - 1][block.zeros], kZerosBits[block.total - 1][block.zeros]);
    std::size_t left = block.zeros;
    for (std::size_t i = 0; i + 1 < block.total && left > 0; ++i) {
        const std::size_t table = (left < 7 ? left : 7) - 1;
        out.put(kRunLength[table][block.runs[i]], kRunBits[table][block.runs[i]]);
        left -= block.runs[i];
    }
}

void put_chroma_dc(BitWriter& out, int level) {
    // Table 9-5, nC = -1, and Table 9-9.
    if (level == 0) {
        out.put(2, 1);
        return;
    }
    Block block;
    block.levels[0] = level;
    block.total = 1;
    block.trailing_ones = std::abs(level) == 1 ? 1 : 0;
    if (block.trailing_ones == 1) {
        out.put(1, 1);
    } else {
        out.put(6, 7);
    }
    put_levels(out, block);
    out.put(1, 1);  // no zeros before it
}

}  // namespace beffroi::testcam
