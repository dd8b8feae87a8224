// The way back: frames to RTP packets, for the test camera and for tests (RFC 6184 mode 1, RFC 7798, RFC 2435).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "media/codec/jpeg.hpp"
#include "media/codec/video.hpp"

namespace beffroi::rtp {

using codec::Bytes;

struct PacketiserOptions {
    codec::Codec codec = codec::Codec::H264;
    std::uint8_t payload_type = 96;
    std::uint32_t ssrc = 0x11223344;
    std::uint16_t first_sequence = 1;
    std::size_t most_payload = 1400;  // bytes behind the RTP header; at least 16
    bool aggregate = true;            // small NAL units together: STAP-A, AP
    bool order_numbers = false;       // H.265: with DONL and DOND
};

// Remembers the sequence number. Packets are lent to `emit` until it returns.
class Packetiser {
  public:
    using Emit = std::function<void(Bytes packet)>;
    explicit Packetiser(const PacketiserOptions& options) : options_(options), sequence_(options.first_sequence) {}

    // One access unit, its NAL units without lengths or start codes. The last packet carries the marker.
    void frame(std::span<const Bytes> nals, std::uint32_t timestamp, const Emit& emit);
    // One JPEG file with three components, baseline, 4:2:0 or 4:2:2 (others can't be sent so: false). Its tables go
    // in-band (Q 255), or not at all when `q` is 1…99 and the file was made with those of that Q. A restart interval is
    // sent as such.
    bool jpeg(Bytes file, std::uint32_t timestamp, const Emit& emit, std::uint8_t q = 255);

    [[nodiscard]] std::uint16_t next_sequence() const { return sequence_; }
    void skip_sequence(std::uint16_t count) { sequence_ = static_cast<std::uint16_t>(sequence_ + count); }
    void restart(std::uint32_t ssrc, std::uint16_t sequence) {
        options_.ssrc = ssrc;
        sequence_ = sequence;
    }

  private:
    void begin(std::uint32_t timestamp, bool marker);
    void put(Bytes bytes) { packet_.insert(packet_.end(), bytes.begin(), bytes.end()); }
    void put_u8(std::uint32_t value) { packet_.push_back(static_cast<std::uint8_t>(value)); }
    void put_u16(std::size_t value);
    void single(Bytes nal, std::uint32_t timestamp, bool last, const Emit& emit);
    void together(std::span<const Bytes> nals, std::uint32_t timestamp, bool last, const Emit& emit);
    void fragments(Bytes nal, std::uint32_t timestamp, bool last, const Emit& emit);
    [[nodiscard]] std::size_t fit(std::span<const Bytes> nals) const;

    PacketiserOptions options_;
    std::uint16_t sequence_;
    std::uint16_t order_ = 0;
    std::vector<std::uint8_t> packet_;
};

}  // namespace beffroi::rtp
