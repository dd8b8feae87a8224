// Addresses of cameras as people and cameras write them (RFC 3986, RFC 2326 §3.2), and how relative ones are joined.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::rtsp {

struct Url {
    bool secure = false;     // rtsps
    std::string user;        // decoded; empty when none stands in the address
    std::string password;    // decoded, secret
    std::string host;        // without the brackets of IPv6
    std::uint16_t port = 0;  // 554, or 322 for rtsps, unless said
    std::string target;      // path and query as written, "/" or "?" first; may be empty

    // As sent to the camera and shown in logs: never with credentials.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string origin() const;  // "rtsp://host:port"
};

// rtsp:// and rtsps://. Credentials may hold any sign, percent-encoded or not: they end with the last "@" of the
// authority. Errors: Invalid, with a text that never holds a part of the credentials.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

// Where a DESCRIBE answer's Content-Base (or Content-Location) leads: absolute, relative, without scheme, with the
// scheme twice; unusable ones give the request's own address. Credentials are kept from `request`. `follow_host`:
// believe a host other than the request's, which cameras behind address translation get wrong.
[[nodiscard]] Url repair_base(const Url& request, std::string_view content_base, bool follow_host);

// A control attribute joined to the base (RFC 2326 §C.1.1, and what cameras made of it): "*" and nothing are the base
// itself,
// "?query" and "trackID=1" are appended, an absolute address replaces it.
[[nodiscard]] Url join_control(const Url& base, std::string_view control, bool follow_host);

// Where a redirect leads; credentials only when the new address has some of its own. Invalid when it can't be followed;
// Refused when it would leave TLS.
[[nodiscard]] base::Result<Url> follow_redirect(const Url& from, std::string_view location);

}  // namespace beffroi::rtsp
