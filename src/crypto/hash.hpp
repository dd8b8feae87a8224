// SHA-256 (FIPS 180-4), HMAC-SHA256 (RFC 2104), and what goes with them.
//
// Threads: functions may be called from any; a Sha256 belongs to one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct evp_md_ctx_st;

namespace beffroi::crypto {

using Bytes = std::span<const std::byte>;
using Digest = std::array<std::byte, 32>;

[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] Digest sha256(Bytes data);
[[nodiscard]] Digest sha256(std::string_view text);

// For what does not fit in memory: add() as often as needed, then finish() once; reset() starts over.
class Sha256 {
  public:
    Sha256();
    void add(Bytes data);
    void add(std::string_view text) { add(as_bytes(text)); }
    [[nodiscard]] Digest finish();
    void reset();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] Digest hmac_sha256(Bytes key, Bytes message);

// Lower case.
[[nodiscard]] std::string hex(Bytes data);
// Either case, an even number of digits; Invalid otherwise.
[[nodiscard]] base::Result<std::string> from_hex(std::string_view text);

// Takes as long whatever the place of the first difference. The lengths themselves are not secret.
[[nodiscard]] bool equal_constant_time(Bytes a, Bytes b);
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace beffroi::crypto
