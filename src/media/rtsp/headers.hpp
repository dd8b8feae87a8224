// The headers of RTSP answers that steer a session (RFC 2326 §12), read with what cameras do to them in mind. Values;
// any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beffroi::rtsp {

struct TransportAnswer {
    enum class Lower { Unsaid, Tcp, Udp };
    Lower lower = Lower::Unsaid;
    std::optional<std::uint8_t> rtp_channel, rtcp_channel;  // interleaved
    std::uint16_t rtp_port = 0, rtcp_port = 0;              // server_port; 0: not said, or nonsense
    std::optional<std::uint32_t> ssrc;
    std::string source;  // address that packets come from, when said
    bool multicast = false;
    bool odd = false;  // a part of it had to be guessed or left out (Q20, Q21, Q34)
};
[[nodiscard]] TransportAnswer parse_transport(std::string_view value);

struct SessionAnswer {
    std::string id;
    std::chrono::seconds timeout{60};  // RFC 2326 §12.37: 60 when not said; 0 and nonsense too
    bool odd = false;
};
[[nodiscard]] SessionAnswer parse_session(std::string_view value);

// Whether a list such as that of Public names this method.
[[nodiscard]] bool lists_method(std::string_view value, std::string_view method);

// live555 before 2017-06-04 keeps sending to sockets of sessions that ended (Q30). From "LIVE555 Streaming Media
// v2013.02.11".
[[nodiscard]] bool leaves_stale_sessions(std::string_view server);

}  // namespace beffroi::rtsp
