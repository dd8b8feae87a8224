#include "http/rate_limit.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace beffroi::http {

RateLimiter::RateLimiter(RateLimit limit, const base::Clock& clock, std::size_t max_keys)
    : limit_(limit), clock_(clock), max_keys_(max_keys) {
    ASSERT(limit.burst > 0 && limit.refill.count() > 0 && max_keys > 0);
}

std::chrono::milliseconds RateLimiter::take(std::string_view key) {
    const base::Timestamp now = clock_.now();
    const std::int64_t token = limit_.refill.count();
    const std::int64_t full = token * limit_.burst;
    return state_.with([&](State& state) {
        auto found = state.by_key.find(key);
        if (found == state.by_key.end()) {
            if (state.by_key.size() >= max_keys_) {
                state.by_key.erase(state.recent.back().key);
                state.recent.pop_back();
            }
            state.recent.push_front({.key = std::string(key), .level_ms = full, .at = now});
            found = state.by_key.emplace(state.recent.front().key, state.recent.begin()).first;
        } else {
            state.recent.splice(state.recent.begin(), state.recent, found->second);
        }
        Bucket& bucket = *found->second;
        // A clock that is set back gives nothing and takes nothing.
        bucket.level_ms = std::min(full, bucket.level_ms + std::max<std::int64_t>(0, now.ms - bucket.at.ms));
        bucket.at = now;
        if (bucket.level_ms < token) return std::chrono::milliseconds(token - bucket.level_ms);
        bucket.level_ms -= token;
        return std::chrono::milliseconds(0);
    });
}

void RateLimiter::reset(std::string_view key) {
    state_.with([&](State& state) {
        const auto found = state.by_key.find(key);
        if (found == state.by_key.end()) return;
        const auto bucket = found->second;
        state.by_key.erase(found);
        state.recent.erase(bucket);
    });
}

std::size_t RateLimiter::keys() {
    return state_.with([](State& state) { return state.by_key.size(); });
}

}  // namespace beffroi::http
