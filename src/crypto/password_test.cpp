#include "crypto/password.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace beffroi::crypto {

TEST_CASE("a password is recognised, another is not, and two hashes of one password differ") {
    PasswordHasher hasher(cheap_for_tests());
    std::string hash = hasher.hash("correct horse battery staple").value();
    CHECK(hash.substr(0, 10) == "$argon2id$");
    CHECK(hasher.verify(hash, "correct horse battery staple").value());
    CHECK(!hasher.verify(hash, "correct horse battery stapl").value());
    CHECK(!hasher.verify(hash, "").value());
    CHECK(hash != hasher.hash("correct horse battery staple").value());
}

TEST_CASE("a hash made by the reference program is read") {
    // The test of the reference argon2 (P-H-C/phc-winner-argon2, src/test.c, version 0x13, argon2id, t=2, m=65536,
    // p=1).
    PasswordHasher hasher(cheap_for_tests());
    std::string known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    CHECK(hasher.verify(known, "password").value());
    CHECK(!hasher.verify(known, "Password").value());
}

TEST_CASE("nobody's password is never right") {
    PasswordHasher hasher(cheap_for_tests());
    for (const char* broken : {"", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$", "$2y$10$abcdefghijklmnopqrstuv"})
        CHECK_MESSAGE(!hasher.verify(broken, "password").value(), broken);
    CHECK(!hasher.verify(std::string(500, 'a'), "password").value());
}

TEST_CASE("a hash of another cost is to be made again") {
    PasswordHasher cheap(cheap_for_tests());
    PasswordCost dearer = cheap_for_tests();
    dearer.memory_kib = 16;
    PasswordHasher dear(dearer);
    std::string hash = cheap.hash("a password").value();
    CHECK(!cheap.outdated(hash));
    CHECK(dear.outdated(hash));
    CHECK(dear.outdated(""));
    CHECK(dear.verify(hash, "a password").value());
}

TEST_CASE("a crowd at the door waits its turn, and beyond a crowd is told to come back") {
    PasswordCost cost = cheap_for_tests();
    cost.at_once = 1;
    cost.waiting = 2;
    cost.memory_kib = 1024;
    PasswordHasher hasher(cost);
    std::atomic<int> served = 0;
    std::atomic<int> sent_away = 0;
    std::vector<std::thread> crowd;
    for (int i = 0; i < 12; ++i)
        crowd.emplace_back([&] {
            auto done = hasher.hash("a password");
            if (done)
                ++served;
            else if (done.error().code == base::Code::Unavailable)
                ++sent_away;
        });
    for (auto& one : crowd) one.join();
    CHECK(served >= 1);
    CHECK(served + sent_away == 12);
    CHECK(hasher.hash("afterwards"));
}

}  // namespace beffroi::crypto
