// What a video format's parameters (a=fmtp) mean to the RTP receiver: RFC 6184 §8.1, RFC 7798 §7.1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "media/rtp/receiver.hpp"
#include "media/rtsp/sdp.hpp"

namespace beffroi::rtsp {

// Base64 as cameras write it: signs that don't belong there are passed over, padding may be missing (RFC 4648 §4).
[[nodiscard]] std::vector<std::uint8_t> lenient_base64(std::string_view text);

// The value of a parameter, whatever the case of its name; empty when there is none. Values may hold "=".
[[nodiscard]] std::string_view parameter(std::string_view parameters, std::string_view name);

// `format.encoding` is one of those choose_video() gives.
[[nodiscard]] rtp::ReceiverOptions receiver_options(const SdpFormat& format);

}  // namespace beffroi::rtsp
