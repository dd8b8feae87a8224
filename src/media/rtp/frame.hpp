// A frame as it leaves RTP: one access unit (or one JPEG), whole, with the times it came with. Nothing is decoded, no
// time is rewritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "media/codec/video.hpp"

namespace beffroi::rtp {

using codec::Bytes;

// Contiguous memory into which frames are put together, so that a byte is copied once between the socket and the disk.
// The owner (a fragment of the archive, or a plain vector in tests) gives the memory; only the owner's thread touches
// it.
class FrameBuffer {
  public:
    FrameBuffer() = default;
    FrameBuffer(const FrameBuffer&) = delete;
    FrameBuffer& operator=(const FrameBuffer&) = delete;
    virtual ~FrameBuffer() = default;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::uint8_t* data() { return data_; }
    void append(Bytes bytes) {
        if (bytes.empty()) return;
        ensure(bytes.size());
        std::memcpy(data_ + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    // Big-endian: NAL units are stored with a length of four bytes (ISO/IEC 14496-15), patched once it is known.
    void append_u32(std::uint32_t value) {
        ensure(4);
        put_u32(size_, value);
        size_ += 4;
    }
    void put_u32(std::size_t at, std::uint32_t value) {
        data_[at] = static_cast<std::uint8_t>(value >> 24U);
        data_[at + 1] = static_cast<std::uint8_t>(value >> 16U);
        data_[at + 2] = static_cast<std::uint8_t>(value >> 8U);
        data_[at + 3] = static_cast<std::uint8_t>(value);
    }
    void truncate(std::size_t size) { size_ = size; }  // forgets what lies beyond

  protected:
    // Makes room for `more` bytes behind the size: may move everything (offsets stay, pointers don't).
    virtual void grow(std::size_t more) = 0;
    void ensure(std::size_t more) {
        if (capacity_ - size_ < more) grow(more);
    }
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

struct Frame {
    std::size_t offset = 0;  // in the buffer
    std::size_t size = 0;    // bytes; H.264 and H.265: NAL units with their length in four bytes
    std::int64_t rtp_time =
        0;  // ticks of the stream's clock, unwrapped from 32 bits, otherwise as the camera sent them
    std::int64_t arrival_us = 0;     // UTC, microseconds, when the first packet of the frame was read
    std::uint32_t lost_packets = 0;  // sequence numbers missing since the frame before
    bool key = false;                // IDR, or CRA/BLA/IDR for H.265: decoding can begin here
    bool damaged = false;            // a part is missing, or was put together against the rules
    bool discontinuity =
        false;  // the line of time or the sender is a new one (SSRC changed, jump, restart): never join across
};

// The clock of the sender as its reports tell it (RFC 3550 §6.4.1), kept as evidence, never applied.
struct SenderReport {
    std::uint64_t ntp = 0;  // 32.32 fixed point since 1900
    std::uint32_t rtp_time = 0;
    std::int64_t arrival_us = 0;  // UTC
};

// Who takes the frames. Called on the stream's own thread.
class FrameSink {
  public:
    FrameSink() = default;
    FrameSink(const FrameSink&) = delete;
    FrameSink& operator=(const FrameSink&) = delete;
    virtual ~FrameSink() = default;

    // Where the next frame goes. Asked again after each on_frame, so that the sink may change it there.
    virtual FrameBuffer& buffer() = 0;
    // Before the first frame of that format, and at each change.
    virtual void on_format(const codec::FormatPtr& format) = 0;
    // The frame lies in buffer() at its offset. The sink may move it, or truncate it away.
    virtual void on_frame(const Frame& frame) = 0;
    virtual void on_sender_report(const SenderReport& report) = 0;
};

}  // namespace beffroi::rtp
