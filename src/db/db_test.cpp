// One suite for every engine: a new driver adds itself to engines() and must pass all of it.
#include "db/db.hpp"

#include <atomic>
#include <barrier>
#include <thread>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "db/test_support.hpp"

namespace beffroi::db {

namespace {

using base::Code;

struct Engine {
    std::string name;
    bool many_connections;  // readers beside the writer
    std::function<std::unique_ptr<Database>(const ScratchFolder&)> open;
};

std::vector<Engine> engines() {
    auto sqlite = [](std::string path) {
        Options options;
        options.path = std::move(path);
        options.durable = false;
        return base::value_or_throw(Database::open(options));
    };
    return {{"sqlite file", true, [=](const ScratchFolder& scratch) { return sqlite(scratch.file("test.db")); }},
            {"sqlite memory", false, [=](const ScratchFolder&) { return sqlite(":memory:"); }}};
}

constexpr std::string_view kSchema =
    "CREATE TABLE town (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cents BIGINT NOT NULL DEFAULT 0 CHECK "
    "(cents >= 0));"
    "CREATE TABLE camera (id INTEGER PRIMARY KEY, town BIGINT NOT NULL REFERENCES town (id), note TEXT, picture BLOB, "
    "height REAL);";
constexpr Query kAddTown{"add_town", "INSERT INTO town (name, cents) VALUES ($1, $2) RETURNING id"};
constexpr Query kSetCents{"set_cents", "UPDATE town SET cents = $2 WHERE name = $1"};
constexpr Query kCents{"cents", "SELECT cents FROM town WHERE name = $1"};
constexpr Query kCount{"count", "SELECT count(*) FROM town"};
constexpr Query kNames{"names", "SELECT id, name FROM town ORDER BY name"};
constexpr Query kAddCamera{"add_camera",
                           "INSERT INTO camera (town, note, picture, height) VALUES ($1, $2, $3, $4) RETURNING id"};
constexpr Query kCamera{"camera", "SELECT note, picture, height FROM camera WHERE id = $1"};

struct TownTag {};
using TownId = base::Id<TownTag>;

// Runs `test` on an empty database of every engine.
void on_every_engine(const std::function<void(Database&, const Engine&)>& test) {
    for (const Engine& engine : engines()) {
        CAPTURE(engine.name);
        ScratchFolder scratch;
        auto database = engine.open(scratch);
        REQUIRE(database->write([](Writer& writer) -> base::Status {
            writer.script(kSchema);
            return {};
        }));
        test(*database, engine);
    }
}

TownId add_town(Database& database, std::string_view name, std::int64_t cents = 0) {
    return base::value_or_throw(database.write(
        [&](Writer& writer) -> base::Result<TownId> { return writer.insert<TownId>(kAddTown, {name, cents}); }));
}

std::int64_t count(Database& database) {
    return database.read([](Reader& reader) { return reader.number(kCount); });
}

template <typename Use>
base::Error failure_of(Use&& use) {
    try {
        use();
    } catch (const base::Failure& failure) {
        return failure.error();
    }
    return {Code::Internal, "nothing failed", {}};
}

}  // namespace

TEST_CASE("what was written is read back, each kind of value as it was") {
    on_every_engine([](Database& database, const Engine&) {
        TownId denain = add_town(database, "Denain", 1708830);
        std::string odd("a\0b « é »", 12);
        std::vector<std::byte> picture{std::byte{0}, std::byte{255}, std::byte{0}};
        auto ids = base::value_or_throw(database.write([&](Writer& writer) -> base::Result<std::vector<std::int64_t>> {
            return std::vector{writer.number(kAddCamera, {denain, odd, Bytes(picture), 4.25}),
                               writer.number(kAddCamera, {denain, "", Bytes(), nullptr}),
                               writer.number(kAddCamera, {denain, std::optional<std::string>(), nullptr, 1e300})};
        }));
        database.read([&](Reader& reader) {
            CHECK(reader.first(kCents, {"Denain"}, [](const Row& row) { return row.cents(0); }) ==
                  base::Cents{1708830});
            CHECK(!reader.first(kCents, {"Nulle-Part"}, [](const Row& row) { return row.cents(0); }));
            reader.query(kCamera, {ids[0]}, [&](const Row& row) {
                CHECK(row.text(0) == odd);
                CHECK(std::ranges::equal(row.bytes(1), picture));
                CHECK(row.real(2) == 4.25);
            });
            reader.query(kCamera, {ids[1]}, [&](const Row& row) {
                CHECK(!row.is_null(0));
                CHECK(row.text(0).empty());
                CHECK(!row.is_null(1));
                CHECK(row.bytes(1).empty());
                CHECK(row.is_null(2));
                CHECK(!row.optional_integer(2));
            });
            reader.query(kCamera, {ids[2]}, [&](const Row& row) {
                CHECK(row.is_null(0));
                CHECK(row.is_null(1));
            });
        });
        CHECK(rc::check("any text and any number come back", [&](std::string text, std::int64_t number) {
            RC_PRE(number >= 0);
            std::string name = "x" + text;
            auto back = database.write([&](Writer& writer) -> base::Result<std::int64_t> {
                writer.execute({"wipe", "DELETE FROM town WHERE name = $1"}, {name});
                (void)writer.number(kAddTown, {name, number});
                return writer.number(kCents, {name});
            });
            RC_ASSERT(back.value() == number);
        }));
    });
}

TEST_CASE("nothing of a refused change is kept, whether it ends by an error or by an exception") {
    on_every_engine([](Database& database, const Engine&) {
        add_town(database, "Denain", 1);
        auto refused = database.write([](Writer& writer) -> base::Status {
            writer.execute(kSetCents, {"Denain", 2});
            return base::fail(Code::Refused, "no");
        });
        CHECK(refused.error().code == Code::Refused);
        CHECK_THROWS_AS(database.write([](Writer& writer) -> base::Status {
            writer.execute(kSetCents, {"Denain", 3});
            throw base::Failure({Code::Unavailable, "gone", {}});
        }),
                        base::Failure);
        CHECK(database.read([](Reader& reader) { return reader.number(kCents, {"Denain"}); }) == 1);
        // And the door still opens afterwards.
        add_town(database, "Lens");
        CHECK(count(database) == 2);
    });
}

TEST_CASE("a broken rule of the schema is a conflict that names the rule") {
    on_every_engine([](Database& database, const Engine&) {
        TownId denain = add_town(database, "Denain");
        base::Error twice = failure_of([&] { add_town(database, "Denain"); });
        CHECK(twice.code == Code::Conflict);
        CHECK(twice.detail.find("name") != std::string::npos);
        CHECK(failure_of([&] { add_town(database, "Lens", -1); }).code == Code::Conflict);
        base::Error orphan = failure_of([&] {
            (void)database.write([&](Writer& writer) -> base::Status {
                (void)writer.number(kAddCamera, {denain.value + 1, "", nullptr, nullptr});
                return {};
            });
        });
        CHECK(orphan.code == Code::Conflict);
        CHECK(count(database) == 1);
    });
}

TEST_CASE("the number of changed rows is told, and a row may be asked for inside another") {
    on_every_engine([](Database& database, const Engine&) {
        for (const char* name : {"Arras", "Béthune", "Calais"}) add_town(database, name, 5);
        auto changed = database.write([](Writer& writer) -> base::Result<std::int64_t> {
            CHECK(writer.execute(kSetCents, {"Nulle-Part", 1}) == 0);
            return writer.execute({"all", "UPDATE town SET cents = cents + $1"}, {1});
        });
        CHECK(changed.value() == 3);
        int pairs = 0;
        database.read([&](Reader& reader) {
            reader.query(kNames, {}, [&](const Row& outer) {
                std::string name = outer.string(1);
                reader.query(kNames, {}, [&](const Row&) { ++pairs; });
                CHECK(outer.text(1) == name);
            });
        });
        CHECK(pairs == 9);
        int seen = 0;
        database.read([&](Reader& reader) { reader.query(kNames, {}, [&](const Row&) { return ++seen < 2; }); });
        CHECK(seen == 2);
    });
}

TEST_CASE("mistakes in a statement are said, not guessed at") {
    on_every_engine([](Database& database, const Engine&) {
        auto code_of = [&](Query query, std::initializer_list<Param> params) {
            return failure_of(
                       [&] { database.read([&](Reader& reader) { reader.query(query, params, [](const Row&) {}); }); })
                .code;
        };
        CHECK(code_of({"few", "SELECT $1, $2"}, {1}) == Code::Internal);
        CHECK(code_of({"many", "SELECT $1"}, {1, 2}) == Code::Internal);
        CHECK(code_of({"gap", "SELECT $1, $3"}, {1, 2}) == Code::Internal);
        CHECK(code_of({"two", "SELECT 1; SELECT 2"}, {}) == Code::Internal);
        CHECK(code_of({"nothing", "  "}, {}) == Code::Internal);
        CHECK(code_of({"wrong", "SELEC 1"}, {}) == Code::Internal);
        CHECK(database.read([&](Reader& reader) { return reader.number({"swap", "SELECT $2 - $1 + $2"}, {1, 10}); }) ==
              19);
    });
}

TEST_CASE("a reader keeps the picture it started with while others write") {
    on_every_engine([](Database& database, const Engine& engine) {
        if (!engine.many_connections) return;
        add_town(database, "Denain", 1);
        database.read([&](Reader& reader) {
            CHECK(reader.number(kCents, {"Denain"}) == 1);
            std::thread([&] {
                CHECK(database.write([](Writer& writer) -> base::Status {
                    writer.execute(kSetCents, {"Denain", 2});
                    return {};
                }));
            }).join();
            CHECK(reader.number(kCents, {"Denain"}) == 1);
            // A second look is a new picture, also from the same thread.
            CHECK(database.read([](Reader& other) { return other.number(kCents, {"Denain"}); }) == 2);
        });
        CHECK(database.read([](Reader& reader) { return reader.number(kCents, {"Denain"}); }) == 2);
    });
}

TEST_CASE("reading from the database inside a change does not lock up, and the writer sees its own change") {
    on_every_engine([](Database& database, const Engine& engine) {
        add_town(database, "Denain", 1);
        CHECK(database.write([&](Writer& writer) -> base::Status {
            writer.execute(kSetCents, {"Denain", 2});
            CHECK(writer.number(kCents, {"Denain"}) == 2);
            std::int64_t outside = database.read([](Reader& reader) { return reader.number(kCents, {"Denain"}); });
            if (engine.many_connections) CHECK(outside == 1);
            return {};
        }));
    });
}

TEST_CASE("a reader cannot write") {
    on_every_engine([](Database& database, const Engine& engine) {
        if (!engine.many_connections) return;
        CHECK_THROWS_AS(database.read([](Reader& reader) { return reader.number(kAddTown, {"Denain", 1}); }),
                        base::Failure);
        CHECK(count(database) == 0);
    });
}

TEST_CASE("many threads read and write at once and no change is lost or seen half done") {
    on_every_engine([](Database& database, const Engine&) {
        // Money moves between two towns: whoever looks must always count the same total.
        add_town(database, "Arras", 1000);
        add_town(database, "Lens", 1000);
        constexpr int kThreads = 4;
        constexpr int kRounds = 50;
        std::barrier start(kThreads * 2);
        std::atomic<int> torn = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                for (int i = 0; i < kRounds; ++i) {
                    (void)database.write([](Writer& writer) -> base::Status {
                        std::int64_t arras = writer.number(kCents, {"Arras"});
                        std::int64_t lens = writer.number(kCents, {"Lens"});
                        writer.execute(kSetCents, {"Arras", arras - 1});
                        writer.execute(kSetCents, {"Lens", lens + 1});
                        return {};
                    });
                }
            });
            threads.emplace_back([&] {
                start.arrive_and_wait();
                for (int i = 0; i < kRounds; ++i)
                    database.read([&](Reader& reader) {
                        if (reader.number(kCents, {"Arras"}) + reader.number(kCents, {"Lens"}) != 2000) ++torn;
                    });
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(torn == 0);
        CHECK(database.read([](Reader& reader) { return reader.number(kCents, {"Lens"}); }) ==
              1000 + kThreads * kRounds);
        CHECK(database.check());
    });
}

TEST_CASE("more different statements than are kept prepared still all work") {
    on_every_engine([](Database& database, const Engine&) {
        for (int round = 0; round < 2; ++round)
            for (int i = 0; i < 700; ++i) {
                std::string sql = "SELECT $1 + " + std::to_string(i);
                CHECK(database.read([&](Reader& reader) { return reader.number({"made", sql}, {1}); }) == i + 1);
            }
    });
}

TEST_CASE("a backup taken while someone writes is whole and consistent, and never replaces a file") {
    on_every_engine([](Database& database, const Engine& engine) {
        ScratchFolder elsewhere;
        for (int i = 0; i < 200; ++i) add_town(database, "town " + std::to_string(i), i);
        std::atomic<bool> stop = false;
        std::thread writing([&] {
            for (int i = 200; !stop && i < 5000; ++i) add_town(database, "town " + std::to_string(i), i);
        });
        base::Status done = database.backup(elsewhere.file("copy.db"));
        stop = true;
        writing.join();
        CHECK_MESSAGE(done, (done ? "" : done.error().detail));
        CHECK(database.backup(elsewhere.file("copy.db")).error().code == Code::Conflict);
        CHECK(std::distance(std::filesystem::directory_iterator(elsewhere.path()), {}) == 1);
        if (engine.name.rfind("sqlite", 0) != 0) return;
        Options options;
        options.path = elsewhere.file("copy.db");
        auto copy = base::value_or_throw(Database::open(options));
        CHECK(copy->check());
        std::int64_t towns = count(*copy);
        CHECK(towns >= 200);
        CHECK(copy->read([](Reader& reader) { return reader.number({"sum", "SELECT sum(cents) FROM town"}); }) ==
              towns * (towns - 1) / 2);
    });
}

}  // namespace beffroi::db
