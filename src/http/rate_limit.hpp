// So many attempts per key and time: log-in attempts, mails, exports (a bucket of tokens per key).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/guarded.hpp"
#include "base/time.hpp"

namespace beffroi::http {

struct RateLimit {
    std::uint32_t burst = 10;                 // so many at once
    std::chrono::milliseconds refill{6'000};  // then one more each time this has passed
};

// Any thread. Memory is bounded: above `max_keys` the key unused for longest is forgotten.
class RateLimiter {
  public:
    RateLimiter(RateLimit limit, const base::Clock& clock, std::size_t max_keys = 100'000);

    // Takes one token of `key`. Nothing to wait: allowed. Otherwise how long until the next attempt may pass (for
    // Retry-After).
    [[nodiscard]] std::chrono::milliseconds take(std::string_view key);
    // Gives the key its whole burst back (after a success, say).
    void reset(std::string_view key);
    [[nodiscard]] std::size_t keys();

  private:
    struct Bucket {
        std::string key;
        std::int64_t level_ms = 0;  // time owed: full at burst × refill
        base::Timestamp at;
    };
    struct State {
        std::list<Bucket> recent;                                                  // most recently used first
        std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key;  // keys view into the buckets
    };

    RateLimit limit_;
    const base::Clock& clock_;
    std::size_t max_keys_;
    base::Guarded<State> state_;
};

}  // namespace beffroi::http
