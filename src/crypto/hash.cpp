#include "crypto/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace beffroi::crypto {

namespace {

// Fetched once: OpenSSL 3 looks the algorithm up in its providers on every EVP_sha256() otherwise, which costs more
// than hashing a line.
const EVP_MD* algorithm() {
    static const std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> md(EVP_MD_fetch(nullptr, "SHA2-256", nullptr),
                                                               &EVP_MD_free);
    ASSERT(md != nullptr);
    return md.get();
}

const unsigned char* raw(Bytes data) {
    return reinterpret_cast<const unsigned char*>(data.data());
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    ASSERT(context_ != nullptr);
    reset();
}

void Sha256::reset() {
    ASSERT(EVP_DigestInit_ex(context_.get(), algorithm(), nullptr) == 1);
}

void Sha256::add(Bytes data) {
    ASSERT(EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1);
}

Digest Sha256::finish() {
    Digest digest;
    unsigned int size = 0;
    ASSERT(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) == 1);
    ASSERT(size == digest.size());
    return digest;
}

Digest sha256(Bytes data) {
    // One context per thread: making one costs as much as hashing a token.
    thread_local Sha256 hasher;
    hasher.reset();
    hasher.add(data);
    return hasher.finish();
}

Digest sha256(std::string_view text) {
    return sha256(as_bytes(text));
}

Digest hmac_sha256(Bytes key, Bytes message) {
    Digest digest;
    unsigned int size = 0;
    // OpenSSL takes a null key for "the one of before": an empty one still needs an address.
    const void* key_data = key.empty() ? "" : static_cast<const void*>(key.data());
    ASSERT(HMAC(algorithm(), key_data, static_cast<int>(key.size()), raw(message), message.size(),
                reinterpret_cast<unsigned char*>(digest.data()), &size) != nullptr);
    ASSERT(size == digest.size());
    return digest;
}

std::string hex(Bytes data) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(data.size() * 2);
    for (std::byte b : data) {
        out += kDigits[std::to_integer<unsigned>(b) >> 4];
        out += kDigits[std::to_integer<unsigned>(b) & 15u];
    }
    return out;
}

base::Result<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return base::fail(base::Code::Invalid, "an odd number of hexadecimal digits");
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        int high = digit(text[i]);
        int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return base::fail(base::Code::Invalid, "not hexadecimal");
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

bool equal_constant_time(Bytes a, Bytes b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return equal_constant_time(as_bytes(a), as_bytes(b));
}

}  // namespace beffroi::crypto
