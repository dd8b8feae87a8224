#include "testcam/bits.hpp"

#include <bit>

#include "base/result.hpp"

namespace beffroi::testcam {

void BitWriter::put(unsigned count, std::uint32_t value) {
    while (count > 0) {
        const unsigned take = count < 8 - bits_ ? count : 8 - bits_;
        const std::uint32_t part = (value >> (count - take)) & ((1U << take) - 1U);
        waiting_ = (waiting_ << take) | part;
        bits_ += take;
        count -= take;
        if (bits_ == 8) {
            out_.push_back(static_cast<std::uint8_t>(waiting_));
            waiting_ = 0;
            bits_ = 0;
        }
    }
}

void BitWriter::ue(std::uint32_t value) {
    const std::uint32_t code = value + 1;
    const unsigned length = static_cast<unsigned>(std::bit_width(code));
    put(length - 1, 0);
    put(length, code);
}

void BitWriter::se(std::int32_t value) {
    ue(value > 0 ? static_cast<std::uint32_t>(value) * 2 - 1 : static_cast<std::uint32_t>(-value) * 2);
}

void BitWriter::align_zero() {
    if (bits_ != 0) put(8 - bits_, 0);
}

void BitWriter::append(Bytes bytes) {
    ASSERT(aligned());
    out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void BitWriter::finish() {
    put(1, 1);
    align_zero();
}

void append_nal(Buffer& out, Bytes header, Bytes payload) {
    out.insert(out.end(), header.begin(), header.end());
    std::size_t zeros = 0;
    std::size_t copied = 0;  // payload before this is in `out`
    for (std::size_t i = 0; i < payload.size(); ++i) {
        if (zeros >= 2 && payload[i] <= 3) {
            out.insert(out.end(), payload.begin() + static_cast<std::ptrdiff_t>(copied),
                       payload.begin() + static_cast<std::ptrdiff_t>(i));
            out.push_back(3);
            copied = i;
            zeros = 0;
        }
        zeros = payload[i] == 0 ? zeros + 1 : 0;
    }
    out.insert(out.end(), payload.begin() + static_cast<std::ptrdiff_t>(copied), payload.end());
}

namespace {
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string base64(Bytes bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t rest = bytes.size() - i;
        const std::uint32_t group = (std::uint32_t{bytes[i]} << 16U) |
                                    (rest > 1 ? std::uint32_t{bytes[i + 1]} << 8U : 0U) |
                                    (rest > 2 ? std::uint32_t{bytes[i + 2]} : 0U);
        out += kAlphabet[(group >> 18U) & 63U];
        out += kAlphabet[(group >> 12U) & 63U];
        out += rest > 1 ? kAlphabet[(group >> 6U) & 63U] : '=';
        out += rest > 2 ? kAlphabet[group & 63U] : '=';
    }
    return out;
}

std::string from_base64(std::string_view text) {
    std::string out;
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (char sign : text) {
        if (sign == '=') break;
        const std::size_t value = kAlphabet.find(sign);
        if (value == std::string_view::npos) return {};
        group = (group << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>((group >> bits) & 0xFFU);
        }
    }
    return out;
}

}  // namespace beffroi::testcam
