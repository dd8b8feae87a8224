#include "crypto/md5.hpp"

#include <array>
#include <span>

#include <openssl/evp.h>

#include "base/result.hpp"
#include "crypto/hash.hpp"

namespace beffroi::crypto {

std::string md5_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) == 1);
    return hex(std::as_bytes(std::span(digest.data(), size)));
}

}  // namespace beffroi::crypto
