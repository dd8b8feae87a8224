// Sessions: the token of the cookie on one side, the person and their rights of this moment on the other.
//
// resolve() is called on every request: it answers from memory (a hash, a lock of one shard in 16, a look-up). What
// changes here or in Accounts is forgotten at once; what another process changes (a command beside the server) is seen
// within Options::trust_ms.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "accounts/principal.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/hash.hpp"
#include "db/db.hpp"

namespace beffroi::accounts {

// What still stands between the session and the rights of its person.
enum class Awaiting {
    Nothing,
    Code,       // the second factor
    Enrolment,  // the role asks for a second factor and there is none yet
};

struct Session {
    PersonId person;
    std::string name;
    std::string email;
    std::string csrf_token;  // goes into every form; see csrf_matches
    base::Timestamp created;
    base::Timestamp expires;
    Awaiting awaiting = Awaiting::Nothing;
};

struct Resolved {
    Session session;
    Principal principal;  // nobody while the session is awaiting something: no page can forget to look
};

struct NewSession {
    std::string token;  // for the cookie: HttpOnly, Secure, SameSite=Lax; never logged
    std::string csrf_token;
    base::Timestamp expires;
};

enum class SecondFactor { NotGiven, Given };

// Safe from any thread.
class Sessions {
  public:
    struct Options {
        std::int64_t lifetime_ms = 12LL * 3600 * 1000;  // a working day, whatever happens in it
        std::int64_t idle_ms = 2LL * 3600 * 1000;       // without a request
        std::int64_t trust_ms = 5'000;                  // how old an answer from memory may be
        std::size_t kept = 20'000;                      // sessions kept in memory
        bool region_needs_second_factor = true;         // Awaiting::Enrolment for roles of the Region without one
    };

    Sessions(db::Database& database, const base::Clock& clock, Options options);
    ~Sessions();

    // Who this cookie is, or nothing (unknown, expired, ended, disabled person).
    [[nodiscard]] std::shared_ptr<const Resolved> resolve(std::string_view token);

    // A fresh token, always: the one that the browser brought (`replaced`, may be empty) ends, so that nobody can fix
    // it beforehand.
    [[nodiscard]] base::Result<NewSession> start(PersonId person, SecondFactor second_factor,
                                                 std::string_view replaced);

    void end(std::string_view token);
    // Everywhere this person is signed in, but for the session of `except` (may be empty).
    void end_all(PersonId person, std::string_view except = {});

    // The same inside a change that someone else commits: call forget() once it is committed.
    static void end_all_in(db::Writer& writer, PersonId person, std::string_view except = {});
    // Rights have changed: the next request of that person reads them again.
    void forget(PersonId person);

    // Writes when sessions were last seen, all in one transaction; nothing when there is nothing new. Call it once a
    // minute, and at the end of the program.
    void write_seen();
    // Removes what has expired; gives how many.
    std::int64_t purge();
    [[nodiscard]] std::size_t kept_in_memory();

  private:
    struct Shard;
    struct Kept;
    [[nodiscard]] Shard& shard_of(const crypto::Digest& key);
    [[nodiscard]] bool alive(const Session& session, std::int64_t seen_ms, std::int64_t now_ms) const;
    [[nodiscard]] std::shared_ptr<const Resolved> load(Shard& shard, const crypto::Digest& key, std::int64_t now,
                                                       std::int64_t seen);
    void forget_key(const crypto::Digest& key);

    db::Database& database_;
    const base::Clock& clock_;
    Options options_;
    std::unique_ptr<Shard[]> shards_;
    std::atomic<std::uint64_t> generation_ = 0;
};

// In constant time.
[[nodiscard]] bool csrf_matches(const Session& session, std::string_view given);

}  // namespace beffroi::accounts
