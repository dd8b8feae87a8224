#include "crypto/hash.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "crypto/random.hpp"

namespace beffroi::crypto {

TEST_CASE("SHA-256 gives the published values") {
    // https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
    CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex(sha256(std::string(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("HMAC-SHA256 gives the values of RFC 4231") {
    CHECK(hex(hmac_sha256(as_bytes(std::string(20, '\x0b')), as_bytes("Hi There"))) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hex(hmac_sha256(as_bytes(std::string(131, '\xaa')),
                          as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(hex(hmac_sha256({}, {})) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("a hash does not depend on how the bytes come in") {
    CHECK(rc::check("pieces and the whole meet", [](const std::vector<std::string>& pieces) {
        Sha256 hasher;
        std::string whole;
        for (const auto& piece : pieces) {
            hasher.add(piece);
            whole += piece;
        }
        RC_ASSERT(hasher.finish() == sha256(whole));
        hasher.reset();
        RC_ASSERT(hasher.finish() == sha256(""));
    }));
}

TEST_CASE("hexadecimal and base64url come back, and what is neither is refused") {
    CHECK(rc::check("both ways", [](const std::string& data) {
        RC_ASSERT(from_hex(hex(as_bytes(data))).value() == data);
        RC_ASSERT(from_base64url(base64url(as_bytes(data))).value() == data);
    }));
    CHECK(from_hex("00fFA0").value() == std::string("\0\xff\xa0", 3));
    for (const char* bad : {"0", "0g", "é0", "0x10"}) CHECK_MESSAGE(!from_hex(bad), bad);
    for (const char* bad : {"a", "a+bc", "a/bc", "ab==", "a b"}) CHECK_MESSAGE(!from_base64url(bad), bad);
}

TEST_CASE("comparing in constant time is still comparing") {
    CHECK(equal_constant_time("", ""));
    CHECK(equal_constant_time("abc", "abc"));
    CHECK(!equal_constant_time("abc", "abd"));
    CHECK(!equal_constant_time("abc", "ab"));
}

TEST_CASE("tokens and passwords are made of what they may hold, and never twice the same") {
    CHECK(random_token().size() == 43);
    CHECK(random_token() != random_token());
    CHECK(random_token().find_first_of("+/=") == std::string::npos);
    std::string password = random_password();
    CHECK(password.size() == 23);
    CHECK(password.find_first_of("01oil") == std::string::npos);
    CHECK(password != random_password());
    for (int i = 0; i < 100; ++i) CHECK(random_below(3) < 3);
    CHECK(random_bytes(0).empty());
}

}  // namespace beffroi::crypto
