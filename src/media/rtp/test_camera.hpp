// For the tests of this folder: a camera of which each packet is said by the test.
#pragma once

#include <initializer_list>
#include <vector>

#include "media/codec/test_bits.hpp"
#include "media/rtp/packetise.hpp"
#include "media/rtp/receiver.hpp"
#include "media/rtp/test_support.hpp"

namespace beffroi::rtp {

using Buffer = std::vector<std::uint8_t>;

inline Buffer operator+(Buffer a, const Buffer& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

struct TestCamera {
    explicit TestCamera(ReceiverOptions options = {}) : receiver(options, sink, sink.listener()) {}

    Buffer packet(const Buffer& payload, bool marker) const {
        Buffer bytes{0x80, static_cast<std::uint8_t>((marker ? 0x80U : 0U) | payload_type)};
        for (const unsigned shift : {8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(sequence >> shift));
        for (const std::uint32_t value : {time, ssrc})
            for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
        return bytes + payload;
    }
    void receive(const Buffer& bytes) { receiver.packet(bytes, arrival_us); }
    void send(const Buffer& payload, bool marker) {
        receive(packet(payload, marker));
        ++sequence;
        arrival_us += 100;
    }
    void lose(int packets = 1) { sequence = static_cast<std::uint16_t>(sequence + packets); }
    void tick(std::uint32_t ticks = 3600) {
        time += ticks;
        arrival_us += std::int64_t{ticks} * 1000 / 90;
    }
    // A frame as a well-behaved camera sends it, in one packet each.
    void key() {
        send(codec::sample::kSps1080, false);
        send(codec::sample::kPps, false);
        send({0x65, 0x88, 1, 2, 3}, true);
        tick();
    }
    void other(std::uint8_t mark = 0xAA) {
        send({0x41, 0x9A, mark}, true);
        tick();
    }
    const std::vector<CapturingSink::Captured>& end() {
        receiver.flush();
        return sink.frames;
    }

    CapturingSink sink;
    Receiver receiver;
    std::uint8_t payload_type = 96;
    std::uint16_t sequence = 65'530;  // wraps soon
    std::uint32_t time = 4'294'960'000;
    std::uint32_t ssrc = 7;
    std::int64_t arrival_us = 1'700'000'000'000'000;
};

}  // namespace beffroi::rtp
