// Bits as the two standards write them, and the NAL units that carry them.
//
// Sources: Rec. ITU-T H.264 §7.3.1, §9.1 and H.265 §7.3.1, §9.2: Exp-Golomb codes, emulation prevention.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beffroi::testcam {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

// Most significant bit first.
class BitWriter {
  public:
    void put(unsigned count, std::uint32_t value);  // the low `count` bits, at most 32
    void ue(std::uint32_t value);                   // unsigned Exp-Golomb
    void se(std::int32_t value);                    // signed Exp-Golomb
    void flag(bool value) { put(1, value ? 1U : 0U); }
    void align_zero();         // zero bits up to the next byte
    void append(Bytes bytes);  // on a byte boundary only
    void finish();             // rbsp_trailing_bits: a one, then zeros
    [[nodiscard]] bool aligned() const { return bits_ == 0; }
    [[nodiscard]] const Buffer& bytes() const { return out_; }  // whole bytes so far
    [[nodiscard]] std::size_t size() const { return out_.size(); }

  private:
    Buffer out_;
    std::uint32_t waiting_ = 0;
    unsigned bits_ = 0;  // waiting, fewer than 8
};

// Appends header and payload to `out` as one NAL unit without start code, with emulation prevention in the payload.
void append_nal(Buffer& out, Bytes header, Bytes payload);

// RFC 4648 section 4, with padding; decoding skips nothing: an empty result for what is not base64.
[[nodiscard]] std::string base64(Bytes bytes);
[[nodiscard]] std::string from_base64(std::string_view text);

}  // namespace beffroi::testcam
