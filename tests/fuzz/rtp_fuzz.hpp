// What the three RTP fuzzers share: packets out of bytes, and a sink that holds every frame to its rules.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "media/rtp/receiver.hpp"
#include "media/rtp/test_support.hpp"

namespace beffroi::fuzz {

class CheckingSink final : public rtp::FrameSink {
  public:
    explicit CheckingSink(codec::Codec codec) : codec_(codec) {}
    rtp::FrameBuffer& buffer() override { return buffer_; }
    void on_format(const codec::FormatPtr& format) override {
        if (format == nullptr || format->codec != codec_) std::abort();
        format_ = format;
    }
    void on_frame(const rtp::Frame& frame) override {
        if (format_ == nullptr) std::abort();
        if (frame.offset + frame.size != buffer_.size() || frame.size == 0) std::abort();
        if (frames_++ == 0 && (!frame.key || !frame.discontinuity)) std::abort();
        const codec::Bytes bytes = codec::Bytes(buffer_.data(), buffer_.size()).subspan(frame.offset);
        if (codec_ == codec::Codec::Jpeg) {
            if (bytes[0] != 0xFF || bytes[1] != 0xD8 || bytes[bytes.size() - 2] != 0xFF || bytes.back() != 0xD9)
                std::abort();
        } else if (!codec::for_each_nal(bytes, [](codec::Bytes) {})) {
            std::abort();
        }
        if (buffer_.size() > 10'000) buffer_.truncate(0);
    }
    void on_sender_report(const rtp::SenderReport&) override {}

  private:
    codec::Codec codec_;
    rtp::VectorBuffer buffer_;
    codec::FormatPtr format_;
    std::uint64_t frames_ = 0;
};

// The first byte: options. Then for each packet a length of two bytes and its bytes (a byte of milliseconds goes before
// them).
inline int receive(codec::Codec codec, const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    CheckingSink sink(codec);
    rtp::ReceiverOptions options;
    options.codec = codec;
    options.reorder = (data[0] & 1U) != 0;
    options.order_numbers = (data[0] & 2U) != 0;
    if ((data[0] & 4U) != 0) options.width = options.height = 2560;
    rtp::Receiver receiver(options, sink, [](const rtp::Remark&) {});
    codec::Bytes bytes(data + 1, size - 1);
    std::int64_t now_us = 1'700'000'000'000'000;
    while (bytes.size() >= 3) {
        const std::size_t length =
            std::min<std::size_t>((static_cast<std::size_t>(bytes[0]) << 8U) | bytes[1], bytes.size() - 3);
        now_us += bytes[2] * 1000;
        receiver.packet(bytes.subspan(3, length), now_us);
        bytes = bytes.subspan(3 + length);
    }
    static_cast<void>(receiver.receiver_report(now_us));
    receiver.flush();
    return 0;
}

}  // namespace beffroi::fuzz
