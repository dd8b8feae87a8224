// MD5 (RFC 1321), for RTSP and HTTP digest authentication (RFC 2617) only: most cameras know nothing else. Never for
// anything that must be secure.
#pragma once

#include <string>
#include <string_view>

namespace beffroi::crypto {

[[nodiscard]] std::string md5_hex(std::string_view text);  // lower case, 32 digits

}  // namespace beffroi::crypto
