// Time-based one-time codes (RFC 6238: SHA-1, 30 seconds, 6 digits, which every authenticator app reads), and base32
// (RFC 4648).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace beffroi::crypto {

// 160 random bits, raw: what is kept.
[[nodiscard]] std::string new_totp_secret();

[[nodiscard]] std::string totp_code(std::string_view secret, base::Timestamp at);
// The 30-second step that `code` belongs to, if it is the one of now or of one step before or after, and later than
// `after`: the caller keeps the step it accepted and gives it here next time, so that a code is never taken twice (RFC
// 6238 section 5.2). Spaces in the code are passed over, since apps show "123 456".
[[nodiscard]] std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, base::Timestamp at,
                                                    std::int64_t after);

// For the QR code or the link that enrols an app: otpauth://totp/Issuer:account?secret=…&issuer=Issuer
[[nodiscard]] std::string otpauth_uri(std::string_view issuer, std::string_view account, std::string_view secret);

// Upper case, without padding.
[[nodiscard]] std::string base32(std::string_view data);
// Either case; spaces and padding are passed over.
[[nodiscard]] base::Result<std::string> from_base32(std::string_view text);

}  // namespace beffroi::crypto
