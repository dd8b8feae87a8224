#include "crypto/random.hpp"

#include <array>

#include <sodium.h>

#include "crypto/sodium_init.hpp"

namespace beffroi::crypto {

void ensure_sodium() {
    // Safe to ask from any thread and more than once: 0 the first time, 1 afterwards.
    static const int ready = sodium_init();
    ASSERT(ready >= 0);
}

void random_fill(std::span<std::byte> out) {
    ensure_sodium();
    randombytes_buf(out.data(), out.size());
}

std::string random_bytes(std::size_t count) {
    std::string out(count, '\0');
    random_fill(std::as_writable_bytes(std::span(out)));
    return out;
}

std::uint32_t random_below(std::uint32_t limit) {
    ASSERT(limit >= 1);
    ensure_sodium();
    return randombytes_uniform(limit);
}

std::string random_token() {
    std::array<std::byte, 32> bytes;
    random_fill(bytes);
    return base64url(bytes);
}

std::string random_password() {
    // Neither 0 and o, 1 and l and i: 31 signs.
    constexpr std::string_view kSigns = "23456789abcdefghjkmnpqrstuvwxyz";
    std::string out;
    for (int i = 0; i < 20; ++i) {
        if (i != 0 && i % 5 == 0) out += '-';
        out += kSigns[random_below(kSigns.size())];
    }
    return out;
}

std::string base64url(std::span<const std::byte> data) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string out(sodium_base64_ENCODED_LEN(data.size(), kVariant), '\0');
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                      kVariant);
    out.pop_back();  // its final zero
    return out;
}

base::Result<std::string> from_base64url(std::string_view text) {
    std::string out(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    int code = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                                 nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (code != 0) return base::fail(base::Code::Invalid, "not base64url");
    out.resize(size);
    return out;
}

}  // namespace beffroi::crypto
