#include "crypto/md5.hpp"

#include <doctest/doctest.h>

TEST_CASE("MD5 gives the values of RFC 1321") {
    CHECK(beffroi::crypto::md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(beffroi::crypto::md5_hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
}
