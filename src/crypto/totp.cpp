#include "crypto/totp.hpp"

#include <cstdlib>
#include <ctime>
#include <memory>

#include <liboath/oath.h>

#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace beffroi::crypto {

namespace {

constexpr unsigned kStep = OATH_TOTP_DEFAULT_TIME_STEP_SIZE;
constexpr unsigned kDigits = 6;
static_assert(kStep == 30);

void ensure_oath() {
    static const int ready = oath_init();
    ASSERT(ready == OATH_OK);
}

std::string code_of_step(std::string_view secret, std::int64_t step) {
    ensure_oath();
    char out[kDigits + 1];
    int code = oath_totp_generate(secret.data(), secret.size(), static_cast<std::time_t>(step * kStep), kStep, 0,
                                  kDigits, out);
    ASSERT(code == OATH_OK);
    return {out, kDigits};
}

std::int64_t step_of(base::Timestamp at) {
    return at.ms / 1000 / kStep;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (char c : text) {
        if (kPlain.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        out += '%';
        for (char digit : hex(as_bytes(std::string_view(&c, 1))))
            out += static_cast<char>(digit >= 'a' ? digit - 32 : digit);
    }
    return out;
}

struct FreeC {
    void operator()(char* text) const { std::free(text); }
};

}  // namespace

std::string new_totp_secret() {
    return random_bytes(20);
}

std::string totp_code(std::string_view secret, base::Timestamp at) {
    return code_of_step(secret, step_of(at));
}

std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, base::Timestamp at,
                                      std::int64_t after) {
    std::string digits;
    for (char c : code) {
        if (c == ' ') continue;
        if (c < '0' || c > '9' || digits.size() == kDigits) return std::nullopt;
        digits += c;
    }
    if (digits.size() != kDigits || secret.empty()) return std::nullopt;
    // All three are computed whatever the first says. The earliest step that fits is taken, so that the next code still
    // counts.
    std::optional<std::int64_t> found;
    for (std::int64_t step = step_of(at) + 1; step >= step_of(at) - 1; --step)
        if (equal_constant_time(code_of_step(secret, step), digits) && step > after) found = step;
    return found;
}

std::string otpauth_uri(std::string_view issuer, std::string_view account, std::string_view secret) {
    // https://github.com/google/google-authenticator/wiki/Key-Uri-Format: the colon is the separator, so neither name
    // may hold one.
    return "otpauth://totp/" + percent_encoded(issuer) + ":" + percent_encoded(account) + "?secret=" + base32(secret) +
           "&issuer=" + percent_encoded(issuer);
}

std::string base32(std::string_view data) {
    if (data.empty()) return {};
    ensure_oath();
    char* raw = nullptr;
    std::size_t size = 0;
    ASSERT(oath_base32_encode(data.data(), data.size(), &raw, &size) == OATH_OK);
    std::unique_ptr<char, FreeC> owned(raw);
    std::string out(raw, size);
    while (!out.empty() && out.back() == '=') out.pop_back();
    return out;
}

base::Result<std::string> from_base32(std::string_view text) {
    std::string kept;
    for (char c : text) {
        if (c == ' ' || c == '=') continue;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
        if (!((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'))) return base::fail(base::Code::Invalid, "not base32");
        kept += c;
    }
    if (kept.empty()) return std::string();
    // 1, 3 and 6 signs are the length of no bytes.
    if (std::size_t rest = kept.size() % 8; rest == 1 || rest == 3 || rest == 6)
        return base::fail(base::Code::Invalid, "base32 cut short");
    ensure_oath();
    char* raw = nullptr;
    std::size_t size = 0;
    if (oath_base32_decode(kept.data(), kept.size(), &raw, &size) != OATH_OK)
        return base::fail(base::Code::Invalid, "not base32");
    std::unique_ptr<char, FreeC> owned(raw);
    return std::string(raw, size);
}

}  // namespace beffroi::crypto
