// A WebSocket client for tests: sends frames right or wrong, reads whole frames.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/test_client.hpp"
#include "http/websocket_frames.hpp"

namespace beffroi::http::testing {

struct WsFrame {
    Opcode opcode = Opcode::Continuation;
    bool final = false;
    std::string payload;
    bool whole = false;  // false: the connection ended
    [[nodiscard]] unsigned close_code() const {
        if (payload.size() < 2) return 0;
        return static_cast<std::uint8_t>(payload[0]) * 256U + static_cast<std::uint8_t>(payload[1]);
    }
};

// The bytes of a client's frame; `first` overrides the first byte (bits and opcode).
inline std::string client_frame(unsigned first, std::string_view payload, bool masked = true) {
    std::string out(1, static_cast<char>(first));
    const unsigned mask_bit = masked ? 0x80U : 0U;
    if (payload.size() < 126) {
        out += static_cast<char>(mask_bit | payload.size());
    } else if (payload.size() < 65536) {
        out += static_cast<char>(mask_bit | 126U);
        out += static_cast<char>(payload.size() >> 8U);
        out += static_cast<char>(payload.size() & 0xffU);
    } else {
        out += static_cast<char>(mask_bit | 127U);
        for (int i = 7; i >= 0; --i)
            out += static_cast<char>((payload.size() >> (8 * static_cast<unsigned>(i))) & 0xffU);
    }
    constexpr std::string_view kMask = "\x12\x34\x56\x78";
    if (masked) out += kMask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += masked ? static_cast<char>(payload[i] ^ kMask[i % 4]) : payload[i];
    return out;
}

class WsClient {
  public:
    explicit WsClient(std::uint16_t port, Wire wire = Wire::Plain) : client(port, wire) {}

    Answer open(std::string_view target, std::string_view more = {}) {
        return client.ask(
            "GET " + std::string(target) +
                " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                std::string(more) + "\r\n",
            true);
    }
    bool send(unsigned first, std::string_view payload, bool masked = true) {
        return client.send(client_frame(first, payload, masked));
    }
    WsFrame read() {
        WsFrame frame;
        const std::string head = client.take(2);
        if (head.size() < 2) return frame;
        frame.final = (static_cast<std::uint8_t>(head[0]) & 0x80U) != 0;
        frame.opcode = static_cast<Opcode>(static_cast<std::uint8_t>(head[0]) & 15U);
        std::uint64_t length = static_cast<std::uint8_t>(head[1]);  // a server never masks
        const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
        if (more > 0) {
            length = 0;
            for (const char c : client.take(more)) length = length << 8U | static_cast<std::uint8_t>(c);
        }
        frame.payload = client.take(length);
        frame.whole = frame.payload.size() == length;
        return frame;
    }

    Client client;
};

}  // namespace beffroi::http::testing
