#include "accounts/attempts.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace beffroi::accounts {

namespace {

// A day without a failure and all is forgotten.
constexpr std::int64_t kForgottenAfterMs = 24LL * 3600 * 1000;

constexpr db::Query kFind{"attempt_find",
                          "SELECT failures, last_ms, locked_until_ms FROM sign_in_attempt WHERE key_hash = $1"};
constexpr db::Query kPut{
    "attempt_put",
    "INSERT INTO sign_in_attempt (key_hash, failures, last_ms, locked_until_ms) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (key_hash) DO UPDATE SET failures = excluded.failures, last_ms = excluded.last_ms, "
    "locked_until_ms = excluded.locked_until_ms"};
constexpr db::Query kWipe{"attempt_wipe", "DELETE FROM sign_in_attempt WHERE key_hash = $1"};
constexpr db::Query kPurge{"attempt_purge", "DELETE FROM sign_in_attempt WHERE last_ms < $1 AND locked_until_ms < $2"};

// Hashed: what people typed in the wrong field is sometimes a password.
crypto::Digest hashed(std::string_view door, std::string_view key) {
    crypto::Sha256 hasher;
    hasher.add(door);
    hasher.add(std::string_view("\0", 1));
    hasher.add(key);
    return hasher.finish();
}

}  // namespace

Attempt count_attempt(db::Writer& writer, const AttemptRules& rules, std::string_view door, std::string_view key,
                      base::Timestamp now) {
    crypto::Digest hash = hashed(door, key);
    struct Row {
        std::int64_t failures, last_ms, locked_until_ms;
    };
    auto known = writer
                     .first(kFind, {db::Bytes(hash)},
                            [](const db::Row& row) { return Row{row.integer(0), row.integer(1), row.integer(2)}; })
                     .value_or(Row{0, now.ms, 0});
    if (known.locked_until_ms > now.ms) return {known.locked_until_ms - now.ms, true};
    if (now.ms - known.last_ms > kForgottenAfterMs) known.failures = 0;
    std::int64_t failures = known.failures + 1;
    std::int64_t beyond = failures - rules.failures_before_lock;
    std::int64_t lock =
        beyond < 0 ? 0 : std::min(rules.longest_lock_ms, rules.first_lock_ms << std::min<std::int64_t>(beyond, 20));
    writer.execute(kPut, {db::Bytes(hash), failures, now.ms, lock == 0 ? 0 : now.ms + lock});
    return {std::nullopt, lock != 0};
}

void wipe_attempts(db::Writer& writer, std::string_view door, std::string_view key) {
    crypto::Digest hash = hashed(door, key);
    writer.execute(kWipe, {db::Bytes(hash)});
}

std::int64_t purge_attempts(db::Writer& writer, base::Timestamp now) {
    return writer.execute(kPurge, {now.ms - kForgottenAfterMs, now.ms});
}

}  // namespace beffroi::accounts
