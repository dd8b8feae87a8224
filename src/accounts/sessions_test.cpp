#include "accounts/sessions.hpp"

#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "accounts/accounts.hpp"
#include "crypto/random.hpp"
#include "db/test_support.hpp"

namespace beffroi::accounts {

namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;

// Sessions on a file, so that another process can come beside.
struct World {
    explicit World(Sessions::Options options = {}) : sessions(*database, clock, options) {}

    db::ScratchFolder scratch;
    std::unique_ptr<db::Database> database = db::migrated_database(scratch.file("test.db"));
    base::ManualClock clock{base::Timestamp{1'669'105'800'000}};
    Sessions sessions;

    void wait(std::int64_t ms) { clock.set({clock.now().ms + ms}); }
    static PersonId add_to(db::Database& database, std::string_view name) {
        return database
            .write([&](db::Writer& writer) -> base::Result<PersonId> {
                return writer.insert<PersonId>({"add",
                                                "INSERT INTO person (email, email_key, name, name_key, created_ms) "
                                                "VALUES ($1, $1, $1, $1, 0) RETURNING id"},
                                               {name});
            })
            .value();
    }
    PersonId add(std::string_view name) { return add_to(*database, name); }
    std::string start(PersonId person) { return sessions.start(person, SecondFactor::NotGiven, {}).value().token; }
    bool in(std::string_view token) { return sessions.resolve(token) != nullptr; }
    void change(db::Database& where, std::string_view sql) {
        REQUIRE(where.write([&](db::Writer& writer) -> base::Status {
            writer.execute({"change", sql});
            return {};
        }));
    }
    std::int64_t number(std::string_view sql) {
        return database->read([&](db::Reader& reader) { return reader.number({"number", sql}); });
    }
};

}  // namespace

TEST_CASE("a session lasts a working day, and two hours without a click") {
    World world;
    PersonId zoe = world.add("zoe");
    std::string token = world.start(zoe);
    for (int i = 0; i < 11; ++i) {
        CHECK(world.in(token));
        world.wait(kHour);
    }
    CHECK(world.in(token));
    world.wait(kHour);
    CHECK(!world.in(token));

    token = world.start(zoe);
    world.wait(2 * kHour - 1);
    CHECK(world.in(token));
    world.wait(2 * kHour);
    CHECK(!world.in(token));
    CHECK(!world.in(token));
}

TEST_CASE("what is no token is nobody") {
    World world;
    std::string token = world.start(world.add("zoe"));
    for (const std::string& bad : {std::string(), std::string("x"), token + "=", token.substr(1), std::string(43, 'A'),
                                   std::string(1'000'000, 'A')})
        CHECK(!world.in(bad));
    CHECK(world.in(token));
}

TEST_CASE("signing out ends this session, signing out everywhere ends all but one") {
    World world;
    PersonId zoe = world.add("zoe");
    PersonId max = world.add("max");
    std::string a = world.start(zoe), b = world.start(zoe), c = world.start(zoe), other = world.start(max);
    for (const auto& token : {a, b, c, other}) CHECK(world.in(token));
    world.sessions.end(a);
    CHECK(!world.in(a));
    world.sessions.end_all(zoe, b);
    CHECK(world.in(b));
    CHECK(!world.in(c));
    CHECK(world.in(other));
    world.sessions.end_all(zoe);
    CHECK(!world.in(b));
    CHECK(world.number("SELECT count(*) FROM session") == 1);
}

TEST_CASE("the form token is the session's own") {
    World world;
    auto resolved = world.sessions.resolve(world.start(world.add("zoe")));
    auto other = world.sessions.resolve(world.start(world.add("max")));
    CHECK(csrf_matches(resolved->session, resolved->session.csrf_token));
    CHECK(!csrf_matches(resolved->session, other->session.csrf_token));
    CHECK(!csrf_matches(resolved->session, ""));
    CHECK(!csrf_matches(Session{}, ""));
}

TEST_CASE("only fingerprints of the tokens are stored") {
    World world;
    std::string token = world.start(world.add("zoe"));
    CHECK(world.number("SELECT count(*) FROM session WHERE length(token_hash) = 32") == 1);
    CHECK(world.database->read([&](db::Reader& reader) {
        return reader.number({"look", "SELECT count(*) FROM session WHERE CAST(token_hash AS TEXT) = $1"}, {token});
    }) == 0);
}

TEST_CASE("what a command beside the server changes is seen within seconds, what the server changes at once") {
    World world;
    PersonId zoe = world.add("zoe");
    std::string token = world.start(zoe);
    CHECK(world.in(token));
    db::Options options;
    options.path = world.scratch.file("test.db");
    auto beside = base::value_or_throw(db::Database::open(options));
    world.change(*beside, "UPDATE person SET disabled_ms = 1");
    world.wait(5'000);
    CHECK(!world.in(token));
    world.change(*beside, "UPDATE person SET disabled_ms = NULL");
    CHECK(world.in(token));
    world.change(*beside, "UPDATE person SET disabled_ms = 1");
    world.sessions.forget(zoe);
    CHECK(!world.in(token));
}

TEST_CASE("when someone was last seen is written aside, and keeps a session alive over a restart") {
    World world;
    PersonId zoe = world.add("zoe");
    std::string token = world.start(zoe);
    CHECK(world.in(token));
    world.wait(kHour);
    CHECK(world.in(token));
    std::int64_t before = world.number("SELECT max(seen_ms) FROM session");
    world.sessions.write_seen();
    CHECK(world.number("SELECT max(seen_ms) FROM session") == before + kHour);
    world.sessions.write_seen();

    Sessions restarted(*world.database, world.clock, Sessions::Options{});
    world.wait(kHour + kMinute);
    CHECK(restarted.resolve(token) != nullptr);
}

TEST_CASE("memory is bounded, and what does not fit is read again") {
    Sessions::Options options;
    options.kept = 64;
    World world(options);
    PersonId zoe = world.add("zoe");
    std::vector<std::string> tokens;
    for (int i = 0; i < 400; ++i) tokens.push_back(world.start(zoe));
    for (const auto& token : tokens) CHECK(world.in(token));
    CHECK(world.sessions.kept_in_memory() <= 64);
    for (const auto& token : tokens) CHECK(world.in(token));
}

TEST_CASE("what has expired is removed") {
    World world;
    PersonId zoe = world.add("zoe");
    world.start(zoe);
    world.wait(kHour);
    std::string later = world.start(zoe);
    world.wait(kHour);
    CHECK(world.sessions.purge() == 1);
    CHECK(world.in(later));
    CHECK(world.number("SELECT count(*) FROM session") == 1);
}

TEST_CASE("rights that end while many requests are under way do not come back from memory") {
    World world;
    PersonId zoe = world.add("zoe");
    world.change(
        *world.database,
        "INSERT INTO membership (person_id, siren, role, status, requested_ms) VALUES (1, '215901729', 'applicant', "
        "'active', 0)");
    std::string token = world.start(zoe);
    std::atomic<bool> stop = false;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            while (!stop) (void)world.sessions.resolve(token);
        });
    for (int round = 0; round < 50; ++round) {
        bool active = round % 2 == 0;
        world.change(*world.database,
                     active ? "UPDATE membership SET status = 'active'" : "UPDATE membership SET status = 'ended'");
        world.sessions.forget(zoe);
        for (int i = 0; i < 3; ++i) CHECK(world.sessions.resolve(token)->principal.acts_for("215901729") == active);
    }
    stop = true;
    for (auto& reader : readers) reader.join();
}

}  // namespace beffroi::accounts
