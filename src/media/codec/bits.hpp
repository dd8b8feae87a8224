// Reads the bits of a NAL unit's payload, leaving out emulation prevention bytes on the way (H.264 §7.4.1, H.265
// §7.4.2: in 00 00 03 the 03 is no data). Never fails: behind the end it gives zeros, and ok() says that it went there.
#pragma once

#include <cstdint>

#include "media/codec/video.hpp"

namespace beffroi::codec {

class BitReader {
  public:
    explicit BitReader(Bytes bytes) : bytes_(bytes) {}

    // The next `count` bits (at most 32), most significant first.
    std::uint32_t bits(unsigned count);
    bool flag() { return bits(1) != 0; }
    void skip(unsigned count);
    std::uint32_t ue();  // Exp-Golomb, unsigned (§9.1); codes longer than 32 bits end the reading
    std::int32_t se();
    [[nodiscard]] bool ok() const { return ok_; }

  private:
    bool next();
    Bytes bytes_;
    std::size_t at_ = 0;  // of the byte behind the current one
    unsigned left_ = 0;   // unread bits of the current byte
    unsigned zeros_ = 0;  // zero bytes in a row that lie before
    std::uint8_t byte_ = 0;
    bool ok_ = true;
};

}  // namespace beffroi::codec
