// Randomness of the kernel (through libsodium), and the text forms in which it leaves the program. Safe from any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::crypto {

void random_fill(std::span<std::byte> out);
[[nodiscard]] std::string random_bytes(std::size_t count);
// Even over 0 … limit-1; limit is at least 1.
[[nodiscard]] std::uint32_t random_below(std::uint32_t limit);

// What goes in cookies and links: 256 random bits as 43 characters of base64url.
[[nodiscard]] std::string random_token();
// For people who have to copy it once: four groups of five signs, none of which looks like another ("m7rk4-…"), 99
// bits.
[[nodiscard]] std::string random_password();

// RFC 4648 section 5, without padding.
[[nodiscard]] std::string base64url(std::span<const std::byte> data);
[[nodiscard]] base::Result<std::string> from_base64url(std::string_view text);

}  // namespace beffroi::crypto
