#include "accounts/sessions.hpp"

#include <algorithm>
#include <limits>
#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "accounts/rows.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace beffroi::accounts {

namespace {

using crypto::Digest;

constexpr std::size_t kShards = 16;
constexpr std::size_t kTokenLength = 43;  // crypto::random_token

constexpr db::Query kLoad{
    "session_load",
    "SELECT s.person_id, s.csrf_token, s.created_ms, s.seen_ms, s.expires_ms, s.second_factor, p.name, p.email, "
    "p.language, CASE WHEN p.totp_secret IS NULL THEN 0 ELSE 1 END FROM session s JOIN person p ON p.id = "
    "s.person_id WHERE s.token_hash = $1 AND p.disabled_ms IS NULL"};
constexpr db::Query kAdd{
    "session_add",
    "INSERT INTO session (token_hash, person_id, csrf_token, created_ms, seen_ms, expires_ms, second_factor) "
    "VALUES ($1, $2, $3, $4, $4, $5, $6)"};
constexpr db::Query kEnd{"session_end", "DELETE FROM session WHERE token_hash = $1"};
constexpr db::Query kEndAll{"session_end_all", "DELETE FROM session WHERE person_id = $1 AND token_hash <> $2"};
constexpr db::Query kSeen{"session_seen", "UPDATE session SET seen_ms = $2 WHERE token_hash = $1 AND seen_ms < $2"};
constexpr db::Query kPurge{"session_purge", "DELETE FROM session WHERE expires_ms <= $1 OR seen_ms <= $2"};

struct DigestHash {
    std::size_t operator()(const Digest& digest) const {
        std::size_t start = 0;
        std::copy_n(digest.begin(), sizeof start, reinterpret_cast<std::byte*>(&start));
        return start;
    }
};

// What the database says of a session.
struct Loaded {
    std::shared_ptr<const Resolved> resolved;
    std::int64_t seen_ms = 0;
};

Awaiting awaiting(const RoleSet& roles, bool has_secret, bool code_given, bool region_needs_one) {
    if (has_secret) return code_given ? Awaiting::Nothing : Awaiting::Code;
    bool of_region = std::ranges::any_of(kAllRoles, [&](Role role) { return is_region_role(role) && roles.has(role); });
    return of_region && region_needs_one ? Awaiting::Enrolment : Awaiting::Nothing;
}

std::optional<Loaded> load_session(db::Reader& reader, const Digest& key, bool region_needs_one) {
    auto resolved = std::make_shared<Resolved>();
    Loaded loaded;
    bool code_given = false;
    bool has_secret = false;
    base::Language language = base::Language::Fr;
    Session& session = resolved->session;
    reader.query(kLoad, {db::Bytes(key)}, [&](const db::Row& row) {
        session.person = row.id<PersonId>(0);
        session.csrf_token = row.string(1);
        session.created = row.timestamp(2);
        loaded.seen_ms = row.integer(3);
        session.expires = row.timestamp(4);
        code_given = row.flag(5);
        session.name = row.string(6);
        session.email = row.string(7);
        language = language_named(row.text(8));
        has_secret = row.flag(9);
    });
    if (!session.person) return std::nullopt;
    Principal principal = principal_with_rights(reader, session.person, session.name, session.email, language);
    session.awaiting = awaiting(principal.roles, has_secret, code_given, region_needs_one);
    resolved->principal = session.awaiting == Awaiting::Nothing ? std::move(principal) : Principal::nobody(language);
    loaded.resolved = std::move(resolved);
    return loaded;
}

}  // namespace

// A session in memory.
struct Sessions::Kept {
    Digest key;
    std::shared_ptr<const Resolved> resolved;
    std::int64_t loaded_ms = 0;
    std::int64_t seen_ms = 0;
    std::int64_t written_ms = 0;  // what the database knows of seen_ms
};

struct Sessions::Shard {
    std::mutex mutex;
    std::list<Kept> kept;  // the last used first
    std::unordered_map<Digest, std::list<Kept>::iterator, DigestHash> by_key;

    void drop(std::list<Kept>::iterator one) {
        by_key.erase(one->key);
        kept.erase(one);
    }
};

Sessions::Sessions(db::Database& database, const base::Clock& clock, Options options)
    : database_(database), clock_(clock), options_(options), shards_(std::make_unique<Shard[]>(kShards)) {}

Sessions::~Sessions() = default;

Sessions::Shard& Sessions::shard_of(const Digest& key) {
    return shards_[std::to_integer<std::size_t>(key.back()) % kShards];
}

bool Sessions::alive(const Session& session, std::int64_t seen_ms, std::int64_t now_ms) const {
    return session.expires.ms > now_ms && seen_ms + options_.idle_ms > now_ms;
}

std::shared_ptr<const Resolved> Sessions::resolve(std::string_view token) {
    if (token.size() != kTokenLength) return nullptr;
    Digest key = crypto::sha256(token);
    std::int64_t now = clock_.now().ms;
    std::int64_t seen = 0;
    Shard& shard = shard_of(key);
    {
        std::lock_guard lock(shard.mutex);
        auto found = shard.by_key.find(key);
        if (found != shard.by_key.end()) {
            Kept& kept = *found->second;
            if (!alive(kept.resolved->session, kept.seen_ms, now)) {
                shard.drop(found->second);
                return nullptr;
            }
            seen = kept.seen_ms = std::max(kept.seen_ms, now);
            if (now - kept.loaded_ms < options_.trust_ms) {
                shard.kept.splice(shard.kept.begin(), shard.kept, found->second);
                return kept.resolved;
            }
        }
    }
    return load(shard, key, now, seen);
}

std::shared_ptr<const Resolved> Sessions::load(Shard& shard, const Digest& key, std::int64_t now, std::int64_t seen) {
    // Read before the database: a change committed meanwhile raises it, and then what was read is not kept.
    std::uint64_t generation = generation_.load();
    auto loaded = database_.read(
        [&](db::Reader& reader) { return load_session(reader, key, options_.region_needs_second_factor); });
    std::lock_guard lock(shard.mutex);
    auto found = shard.by_key.find(key);
    if (found != shard.by_key.end()) {
        seen = std::max(seen, found->second->seen_ms);
        shard.drop(found->second);
    }
    if (!loaded || !alive(loaded->resolved->session, std::max(seen, loaded->seen_ms), now)) return nullptr;
    if (generation != generation_.load()) return loaded->resolved;
    shard.kept.push_front({key, loaded->resolved, now, std::max({seen, loaded->seen_ms, now}), loaded->seen_ms});
    shard.by_key.emplace(key, shard.kept.begin());
    if (shard.kept.size() > std::max<std::size_t>(1, options_.kept / kShards)) shard.drop(std::prev(shard.kept.end()));
    return loaded->resolved;
}

base::Result<NewSession> Sessions::start(PersonId person, SecondFactor second_factor, std::string_view replaced) {
    base::Timestamp now = clock_.now();
    NewSession session{crypto::random_token(), crypto::random_token(), {now.ms + options_.lifetime_ms}};
    Digest key = crypto::sha256(session.token);
    Digest old = crypto::sha256(replaced);
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        writer.execute(kEnd, {db::Bytes(old)});
        writer.execute(kAdd, {db::Bytes(key), person, session.csrf_token, now, session.expires,
                              second_factor == SecondFactor::Given});
        return {};
    }));
    forget_key(old);
    return session;
}

void Sessions::end(std::string_view token) {
    Digest key = crypto::sha256(token);
    base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Status {
        writer.execute(kEnd, {db::Bytes(key)});
        return {};
    }));
    forget_key(key);
}

void Sessions::end_all(PersonId person, std::string_view except) {
    base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Status {
        end_all_in(writer, person, except);
        return {};
    }));
    forget(person);
}

void Sessions::end_all_in(db::Writer& writer, PersonId person, std::string_view except) {
    Digest kept = crypto::sha256(except);
    writer.execute(kEndAll, {person, db::Bytes(kept)});
}

void Sessions::forget_key(const Digest& key) {
    ++generation_;
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    if (auto found = shard.by_key.find(key); found != shard.by_key.end()) shard.drop(found->second);
}

void Sessions::forget(PersonId person) {
    ++generation_;
    for (std::size_t i = 0; i < kShards; ++i) {
        std::lock_guard lock(shards_[i].mutex);
        auto& kept = shards_[i].kept;
        for (auto one = kept.begin(); one != kept.end();) {
            auto next = std::next(one);
            // Only what was read goes; when it was last seen is still to be written.
            if (one->resolved->session.person == person) one->loaded_ms = std::numeric_limits<std::int64_t>::min() / 2;
            one = next;
        }
    }
}

void Sessions::write_seen() {
    struct Seen {
        Digest key;
        std::int64_t at;
    };
    std::vector<Seen> fresh;
    for (std::size_t i = 0; i < kShards; ++i) {
        std::lock_guard lock(shards_[i].mutex);
        for (Kept& kept : shards_[i].kept)
            if (kept.seen_ms > kept.written_ms) {
                fresh.push_back({kept.key, kept.seen_ms});
                kept.written_ms = kept.seen_ms;
            }
    }
    if (fresh.empty()) return;
    base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Status {
        for (const Seen& seen : fresh) writer.execute(kSeen, {db::Bytes(seen.key), seen.at});
        return {};
    }));
}

std::int64_t Sessions::purge() {
    write_seen();
    std::int64_t now = clock_.now().ms;
    return base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Result<std::int64_t> {
        return writer.execute(kPurge, {now, now - options_.idle_ms});
    }));
}

std::size_t Sessions::kept_in_memory() {
    std::size_t count = 0;
    for (std::size_t i = 0; i < kShards; ++i) {
        std::lock_guard lock(shards_[i].mutex);
        count += shards_[i].kept.size();
    }
    return count;
}

bool csrf_matches(const Session& session, std::string_view given) {
    return !session.csrf_token.empty() && crypto::equal_constant_time(session.csrf_token, given);
}

}  // namespace beffroi::accounts
