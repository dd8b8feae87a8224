#include "testcam/scene.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/time.hpp"

namespace beffroi::testcam {

namespace {

// Three columns by seven rows, from the top; four cells wide with the gap, so one block wide and two high.
struct Glyph {
    char sign;
    std::array<std::string_view, 7> rows;
};
constexpr std::array<Glyph, 17> kFont = {{
    {'0', {"###", "#.#", "#.#", "#.#", "#.#", "#.#", "###"}},
    {'1', {".#.", "##.", ".#.", ".#.", ".#.", ".#.", "###"}},
    {'2', {"###", "..#", "..#", "###", "#..", "#..", "###"}},
    {'3', {"###", "..#", "..#", "###", "..#", "..#", "###"}},
    {'4', {"#.#", "#.#", "#.#", "###", "..#", "..#", "..#"}},
    {'5', {"###", "#..", "#..", "###", "..#", "..#", "###"}},
    {'6', {"###", "#..", "#..", "###", "#.#", "#.#", "###"}},
    {'7', {"###", "..#", "..#", ".#.", ".#.", ".#.", ".#."}},
    {'8', {"###", "#.#", "#.#", "###", "#.#", "#.#", "###"}},
    {'9', {"###", "#.#", "#.#", "###", "..#", "..#", "###"}},
    {':', {"...", ".#.", "...", "...", "...", ".#.", "..."}},
    {'.', {"...", "...", "...", "...", "...", "...", ".#."}},
    {'-', {"...", "...", "...", "###", "...", "...", "..."}},
    {'C', {"###", "#..", "#..", "#..", "#..", "#..", "###"}},
    {'A', {".#.", "#.#", "#.#", "###", "#.#", "#.#", "#.#"}},
    {'M', {"#.#", "###", "###", "#.#", "#.#", "#.#", "#.#"}},
    {' ', {"...", "...", "...", "...", "...", "...", "..."}},
}};

// The upper and the lower block of a sign.
struct GlyphBlocks {
    std::uint16_t upper;
    std::uint16_t lower;
    bool operator==(const GlyphBlocks&) const = default;
};

constexpr GlyphBlocks blocks_of(const Glyph& glyph) {
    std::uint32_t all = 0;  // 8 rows of 4 cells, the first row empty
    for (std::size_t row = 0; row < 7; ++row) {
        for (std::size_t column = 0; column < 3; ++column) {
            if (glyph.rows[row][column] == '#') all |= 1U << ((row + 1) * 4 + column);
        }
    }
    return {static_cast<std::uint16_t>(all), static_cast<std::uint16_t>(all >> 16U)};
}

constexpr auto kBlocks = [] {
    std::array<GlyphBlocks, kFont.size()> out{};
    for (std::size_t i = 0; i < kFont.size(); ++i) out[i] = blocks_of(kFont[i]);
    return out;
}();

GlyphBlocks blocks_of(char sign) {
    for (std::size_t i = 0; i < kFont.size(); ++i) {
        if (kFont[i].sign == sign) return kBlocks[i];
    }
    return kBlocks.back();
}

// Rows of blocks, from the top.
constexpr std::uint32_t kMachineRow = 1;
constexpr std::uint32_t kMachineBlocks = 10;
constexpr std::uint32_t kNumberRow = 3;
constexpr std::uint32_t kDateRow = 6;
constexpr std::uint32_t kTimeRow = 9;
constexpr std::uint32_t kCameraRow = 12;
constexpr std::uint32_t kSquareRow = 15;  // with ground above, for the sake of the encoder
constexpr std::size_t kNumberDigits = 8;

std::uint32_t margin(std::uint32_t columns) {
    return columns > kMachineBlocks ? 1 : 0;
}

// 32 bits of number and 8 of check, as two lines of twenty squares of 8 x 8 pixels.
std::uint8_t check_of(std::uint32_t number) {
    return static_cast<std::uint8_t>(0xA5U ^ number ^ (number >> 8U) ^ (number >> 16U) ^ (number >> 24U));
}

void draw_machine(Scene& scene, SceneSize size, std::uint32_t number) {
    const std::uint64_t bits = (std::uint64_t{number} << 8U) | check_of(number);
    const std::uint32_t row = size.rows > kMachineRow ? kMachineRow : 0;
    for (std::uint32_t block = 0; block < kMachineBlocks; ++block) {
        std::uint32_t cells = 0;
        for (std::uint32_t quarter = 0; quarter < 4; ++quarter) {
            const std::uint32_t bit = (quarter / 2) * 20 + block * 2 + quarter % 2;
            if ((bits >> (39U - bit)) & 1U) cells |= 0x33U << ((quarter / 2) * 8 + (quarter % 2) * 2);
        }
        scene.push_back({row * size.columns + margin(size.columns) + block, static_cast<std::uint16_t>(cells)});
    }
}

void draw_text(Scene& scene, SceneSize size, std::uint32_t row, std::string_view text) {
    const std::uint32_t left = margin(size.columns);
    if (row + 2 > size.rows || left + text.size() > size.columns) return;
    std::uint32_t column = left;
    for (char sign : text) {
        const GlyphBlocks blocks = blocks_of(sign);
        scene.push_back({row * size.columns + column, blocks.upper});
        scene.push_back({(row + 1) * size.columns + column, blocks.lower});
        ++column;
    }
}

std::string number_text(std::uint64_t value, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
    return text;
}

// Whether the middle of a cell or square is white.
bool white(Bytes luma, std::size_t stride, std::size_t x, std::size_t y) {
    return luma[y * stride + x] >= 128;
}

}  // namespace

Scene draw(SceneSize size, const SceneContent& content) {
    Scene scene;
    scene.reserve(96);
    if (size.rows > kSquareRow && size.columns > 1) {
        const auto column = 1 + static_cast<std::uint32_t>(content.frame % (size.columns - 1));
        scene.push_back({kSquareRow * size.columns + column, 0xFFFF});
    }
    if (size.columns >= kMachineBlocks) draw_machine(scene, size, static_cast<std::uint32_t>(content.frame));
    draw_text(scene, size, kNumberRow, number_text(content.frame, kNumberDigits));
    const std::string clock = base::iso(base::Timestamp{content.utc_us / 1000});
    draw_text(scene, size, kDateRow, std::string_view(clock).substr(0, 10));
    draw_text(scene, size, kTimeRow, std::string_view(clock).substr(11, 11));
    if (content.camera) draw_text(scene, size, kCameraRow, "CAM " + number_text(*content.camera, 4));
    std::sort(scene.begin(), scene.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    return scene;
}

std::uint32_t free_rows(SceneSize size) {
    constexpr std::uint32_t kUsed = kSquareRow + 2;
    return size.rows > kUsed ? size.rows - kUsed : 0;
}

std::optional<std::uint32_t> read_number(Bytes luma, std::size_t stride) {
    const auto rows = static_cast<std::uint32_t>(luma.size() / stride / kBlock);
    const auto columns = static_cast<std::uint32_t>((stride + kBlock - 1) / kBlock);
    if (columns < kMachineBlocks || luma.size() / stride < kBlock) return std::nullopt;
    const std::size_t top = (rows > kMachineRow ? kMachineRow : 0) * kBlock;
    const std::size_t left = margin(columns) * kBlock;
    std::uint64_t bits = 0;
    for (std::size_t bit = 0; bit < 40; ++bit) {
        const std::size_t x = left + (bit % 20) * 8 + 4;
        const std::size_t y = top + (bit / 20) * 8 + 4;
        bits = (bits << 1U) | (white(luma, stride, x, y) ? 1U : 0U);
    }
    const auto number = static_cast<std::uint32_t>(bits >> 8U);
    if (check_of(number) != (bits & 0xFFU)) return std::nullopt;
    return number;
}

std::optional<std::string> read_digits(Bytes luma, std::size_t stride) {
    const auto columns = static_cast<std::uint32_t>((stride + kBlock - 1) / kBlock);
    const std::size_t left = margin(columns) * kBlock;
    if (left + kNumberDigits * kBlock > stride || luma.size() / stride < (kNumberRow + 2) * kBlock) return std::nullopt;
    std::string text;
    for (std::size_t digit = 0; digit < kNumberDigits; ++digit) {
        std::uint32_t all = 0;
        for (std::size_t cell = 0; cell < 32; ++cell) {
            const std::size_t x = left + digit * kBlock + (cell % 4) * 4 + 2;
            const std::size_t y = kNumberRow * kBlock + (cell / 4) * 4 + 2;
            if (white(luma, stride, x, y)) all |= 1U << cell;
        }
        const GlyphBlocks seen{static_cast<std::uint16_t>(all), static_cast<std::uint16_t>(all >> 16U)};
        const auto* found = std::find(kBlocks.begin(), kBlocks.end(), seen);
        if (found == kBlocks.end()) return std::nullopt;
        text += kFont[static_cast<std::size_t>(found - kBlocks.begin())].sign;
    }
    return text;
}

}  // namespace beffroi::testcam
