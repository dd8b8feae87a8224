#include "media/codec/bits.hpp"

#include <algorithm>

namespace beffroi::codec {

bool BitReader::next() {
    if (at_ >= bytes_.size()) {
        ok_ = false;
        byte_ = 0;
        return false;
    }
    if (zeros_ >= 2 && bytes_[at_] == 3) {
        ++at_;
        zeros_ = 0;
        return next();
    }
    byte_ = bytes_[at_++];
    zeros_ = byte_ == 0 ? zeros_ + 1 : 0;
    left_ = 8;
    return true;
}

std::uint32_t BitReader::bits(unsigned count) {
    std::uint32_t value = 0;
    while (count > 0) {
        if (left_ == 0 && !next()) return count >= 32 ? 0 : value << count;
        const unsigned take = std::min(count, left_);
        const unsigned part = (static_cast<unsigned>(byte_) >> (left_ - take)) & ((1U << take) - 1U);
        value = (value << take) | part;
        left_ -= take;
        count -= take;
    }
    return value;
}

void BitReader::skip(unsigned count) {
    for (; count > 32 && ok_; count -= 32) bits(32);
    bits(std::min(count, 32U));
}

std::uint32_t BitReader::ue() {
    unsigned zeros = 0;
    while (ok_ && zeros < 32 && bits(1) == 0) ++zeros;
    if (!ok_ || zeros >= 32) {
        ok_ = false;
        return 0;
    }
    return (1U << zeros) - 1U + bits(zeros);
}

std::int32_t BitReader::se() {
    const std::uint32_t code = ue();
    const auto half = static_cast<std::int32_t>(code >> 1U);
    return (code & 1U) != 0 ? half + 1 : -half;
}

}  // namespace beffroi::codec
