// For tests: writes the bits of a parameter set, with emulation prevention, so that sets no encoder at hand makes can
// be tried.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace beffroi::codec {

class BitWriter {
  public:
    BitWriter& bits(std::uint32_t value, unsigned count) {
        for (unsigned i = count; i > 0; --i) bits_.push_back(((value >> (i - 1)) & 1U) != 0);
        return *this;
    }
    BitWriter& ue(std::uint32_t value) {
        unsigned length = 0;
        while (((value + 1) >> (length + 1)) != 0) ++length;
        bits(0, length);
        return bits(value + 1, length + 1);
    }
    BitWriter& se(std::int32_t value) {
        return ue(value > 0 ? 2 * static_cast<std::uint32_t>(value) - 1 : 2 * static_cast<std::uint32_t>(-value));
    }
    // `header` and the bits with their stop bit.
    [[nodiscard]] std::vector<std::uint8_t> nal(std::vector<std::uint8_t> header) const {
        std::vector<bool> all = bits_;
        all.push_back(true);
        while (all.size() % 8 != 0) all.push_back(false);
        unsigned zeros = 0;
        for (std::size_t i = 0; i < all.size(); i += 8) {
            unsigned byte = 0;
            for (std::size_t bit = 0; bit < 8; ++bit) byte = (byte << 1U) | (all[i + bit] ? 1U : 0U);
            if (zeros >= 2 && byte <= 3) {
                header.push_back(3);
                zeros = 0;
            }
            header.push_back(static_cast<std::uint8_t>(byte));
            zeros = byte == 0 ? zeros + 1 : 0;
        }
        return header;
    }

  private:
    std::vector<bool> bits_;
};

inline std::vector<std::uint8_t> from_hex(std::string_view text) {
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>((digit(text[i]) << 4U) | digit(text[i + 1])));
    return bytes;
}

// Made by x264 and x265 from a test picture.
namespace sample {
inline const std::vector<std::uint8_t> kSps1080 = from_hex("674d4028eca03c0113f2e022000003000200000300641e30632c");
inline const std::vector<std::uint8_t> kSps576 = from_hex("6742c01eda02c049b011000003000100000300320f162ea0");
inline const std::vector<std::uint8_t> kPps = from_hex("68ce0fc8");
inline const std::vector<std::uint8_t> kVps265 = from_hex("40010c01ffff01600000030090000003000003005dba0240");
inline const std::vector<std::uint8_t> kSps265 =
    from_hex("42010101600000030090000003000003005da00280802d165ba4a4c2f0168080000003008000000c84");
inline const std::vector<std::uint8_t> kPps265 = from_hex("4401c073c189");
inline const std::vector<std::uint8_t> kSps265WithB =
    from_hex("420101016000000300900000030000030078a003c0801107cb965654a4c2f0168080000003008000000c84");
}  // namespace sample

}  // namespace beffroi::codec
