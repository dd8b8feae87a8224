#include "crypto/totp.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace beffroi::crypto {

namespace {

const std::string kSecret = "12345678901234567890";  // RFC 6238 appendix B

base::Timestamp at_second(std::int64_t seconds) {
    return {seconds * 1000};
}

}  // namespace

TEST_CASE("codes are those of RFC 6238 appendix B, last six digits") {
    struct {
        std::int64_t second;
        const char* code;
    } const kVectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                          {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (const auto& vector : kVectors) CHECK(totp_code(kSecret, at_second(vector.second)) == vector.code);
}

TEST_CASE("a clock half a minute off is forgiven, more is not") {
    auto now = at_second(1234567890);
    std::int64_t step = 1234567890 / 30;
    CHECK(totp_step(kSecret, "005924", now, 0) == step);
    CHECK(totp_step(kSecret, "005 924", now, 0) == step);
    CHECK(totp_step(kSecret, totp_code(kSecret, at_second(1234567860)), now, 0) == step - 1);
    CHECK(totp_step(kSecret, totp_code(kSecret, at_second(1234567920)), now, 0) == step + 1);
    CHECK(!totp_step(kSecret, totp_code(kSecret, at_second(1234567830)), now, 0));
    CHECK(!totp_step(kSecret, totp_code(kSecret, at_second(1234567950)), now, 0));
    for (const char* bad : {"", "00592", "0059244", "abcdef", "٠٠٥٩٢٤", "-05924"})
        CHECK_MESSAGE(!totp_step(kSecret, bad, now, 0), bad);
    CHECK(!totp_step("", "005924", now, 0));
}

TEST_CASE("a code that was taken is not taken again, nor an older one") {
    auto now = at_second(1234567890);
    std::int64_t step = totp_step(kSecret, "005924", now, 0).value();
    CHECK(!totp_step(kSecret, "005924", now, step));
    CHECK(!totp_step(kSecret, totp_code(kSecret, at_second(1234567860)), now, step));
    CHECK(totp_step(kSecret, totp_code(kSecret, at_second(1234567920)), now, step) == step + 1);
}

TEST_CASE("base32 is that of RFC 4648 section 10, without padding") {
    struct {
        const char* plain;
        const char* encoded;
    } const kVectors[] = {{"", ""},
                          {"f", "MY"},
                          {"fo", "MZXQ"},
                          {"foo", "MZXW6"},
                          {"foob", "MZXW6YQ"},
                          {"fooba", "MZXW6YTB"},
                          {"foobar", "MZXW6YTBOI"}};
    for (const auto& vector : kVectors) {
        CHECK(base32(vector.plain) == vector.encoded);
        CHECK(from_base32(vector.encoded).value() == vector.plain);
    }
    CHECK(from_base32("mzxw 6ytb oi======").value() == "foobar");
    for (const char* bad : {"M", "MZX", "MZXW6Y", "M1", "é"}) CHECK_MESSAGE(!from_base32(bad), bad);
    CHECK(
        rc::check("both ways", [](const std::string& data) { RC_ASSERT(from_base32(base32(data)).value() == data); }));
}

TEST_CASE("an authenticator app is given the address it expects") {
    CHECK(new_totp_secret().size() == 20);
    CHECK(otpauth_uri("Beffroi Région", "maire@denain.fr", "foobar") ==
          "otpauth://totp/Beffroi%20R%C3%A9gion:maire%40denain.fr?secret=MZXW6YTBOI&issuer=Beffroi%20R%C3%A9gion");
}

}  // namespace beffroi::crypto
