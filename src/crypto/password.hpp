// Passwords, kept as argon2id (RFC 9106) with their own salt and cost: "$argon2id$v=19$m=65536,t=3,p=1$…".
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::crypto {

struct PasswordCost {
    unsigned passes = 3;
    std::size_t memory_kib = 65'536;  // some 70 ms of one core with three passes
    int at_once = 2;                  // hashes computed together: each takes memory_kib and a core
    int waiting = 32;  // callers that may wait for their turn; the next one is told to come back (Unavailable)
};
// As cheap as argon2 allows: tests only.
[[nodiscard]] constexpr PasswordCost cheap_for_tests() {
    return {1, 8, 8, 1000};
}

// One for the whole program, since it is what bounds the memory that sign-ins may take. Safe from any thread; calls
// wait for their turn.
class PasswordHasher {
  public:
    explicit PasswordHasher(PasswordCost cost);

    [[nodiscard]] base::Result<std::string> hash(std::string_view password);
    // Whether it is the password of that hash. An empty or broken hash takes as long as any other and is never right:
    // this is how a sign-in of nobody does the same work as one of somebody.
    [[nodiscard]] base::Result<bool> verify(std::string_view hash, std::string_view password);
    // Whether that hash was made at another cost: hash again at the next sign-in.
    [[nodiscard]] bool outdated(std::string_view hash) const;

  private:
    class Turn;
    [[nodiscard]] base::Status enter();
    void leave();
    [[nodiscard]] base::Result<std::string> compute(std::string_view password) const;

    PasswordCost cost_;
    std::string nobody_;  // the hash that stands in for a missing one
    std::mutex mutex_;
    std::condition_variable free_;
    int running_ = 0;
    int waiting_ = 0;
};

}  // namespace beffroi::crypto
