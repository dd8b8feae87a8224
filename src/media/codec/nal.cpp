#include "media/codec/nal.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace beffroi::codec {

const char* name_of(Codec codec) {
    switch (codec) {
        case Codec::H264:
            return "H.264";
        case Codec::H265:
            return "H.265";
        case Codec::Jpeg:
            return "MJPEG";
    }
    return "";
}

namespace {

NalRole role_h264(std::uint8_t type) {
    if (type == h264::kIdr) return NalRole::KeySlice;
    if (type >= 1 && type <= 4) return NalRole::Slice;
    if (type == h264::kSps || type == h264::kPps) return NalRole::Parameters;
    if (type == h264::kSei || type == h264::kAud || (type >= 13 && type <= 18)) return NalRole::Prefix;
    return NalRole::Suffix;
}

NalRole role_h265(std::uint8_t type) {
    if (type >= 16 && type <= 23) return NalRole::KeySlice;
    if (type < 32) return NalRole::Slice;
    if (type <= h265::kPps) return NalRole::Parameters;
    if (type == h265::kAud || type == h265::kPrefixSei || (type >= 41 && type <= 44) || (type >= 48 && type <= 55))
        return NalRole::Prefix;
    return NalRole::Suffix;
}

constexpr std::size_t kBlock = 128;

// Sixteen bytes at once, in the notation both our compilers take.
using Sixteen = std::uint8_t __attribute__((vector_size(16)));

Sixteen load(const std::uint8_t* bytes) {
    Sixteen out;
    std::memcpy(&out, bytes, sizeof out);
    return out;
}

Sixteen least(Sixteen a, Sixteen b) {
    return a < b ? a : b;
}

// Two zeros side by side in kBlock + 1 bytes? Every byte of a recording passes here once: about a tenth of the cost of
// copying it.
bool block_has_two_zeros(const std::uint8_t* bytes) {
    Sixteen all = load(bytes) | load(bytes + 1);
    for (std::size_t row = 16; row < kBlock; row += 16) all = least(all, load(bytes + row) | load(bytes + row + 1));
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), &all, sizeof all);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    const auto has_zero = [](std::uint64_t word) { return ((word - kOnes) & ~word & (kOnes << 7U)) != 0; };
    return has_zero(words[0]) || has_zero(words[1]);
}

}  // namespace

NalRole role_of(Codec codec, std::uint8_t type) {
    return codec == Codec::H265 ? role_h265(type) : role_h264(type);
}

bool plausible_header(Codec codec, Bytes nal) {
    if (nal.size() < header_size(codec) || (nal[0] & 0x80U) != 0) return false;
    const std::uint8_t type = nal_type(codec, nal[0]);
    if (codec == Codec::H264) {
        if (type == h264::kIdr || type == h264::kSps || type == h264::kPps)
            return (nal[0] & 0x60U) != 0;  // §7.4.1: never 0
        if (type == h264::kSei || (type >= h264::kAud && type <= h264::kFiller)) return (nal[0] & 0x60U) == 0;
        return type >= 1 && type <= 20;
    }
    const bool base_layer = (nal[0] & 1U) == 0 && (nal[1] & 0xF8U) == 0 && (nal[1] & 7U) != 0;
    return base_layer && (type <= 9 || (type >= 16 && type <= 21) || (type >= 32 && type <= 40));
}

std::optional<std::size_t> find_start_code(Bytes bytes, std::size_t from) {
    const std::uint8_t* data = bytes.data();
    const std::size_t size = bytes.size();
    std::size_t i = from;
    while (i + 2 < size) {
        std::size_t stop = size - 2;
        if (size - i >= kBlock + 2) {
            stop = i + kBlock;
            if (!block_has_two_zeros(data + i)) {
                i = stop;
                continue;
            }
        } else if (size - from >= kBlock + 2 && !block_has_two_zeros(data + size - kBlock - 2)) {
            return std::nullopt;  // the rest is shorter than a block: looked at with bytes already seen
        }
        for (; i < stop; ++i)
            if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1) return i;
    }
    return std::nullopt;
}

}  // namespace beffroi::codec
