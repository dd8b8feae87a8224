#include "db/migrate.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "db/test_support.hpp"

namespace beffroi::db {

namespace {

using base::Code;

void put(const ScratchFolder& folder, std::string_view name, std::string_view sql) {
    std::ofstream(folder.file(name), std::ios::binary) << sql;
}

std::unique_ptr<Database> empty_database() {
    Options options;
    options.path = ":memory:";
    return base::value_or_throw(Database::open(options));
}

std::int64_t number(Database& database, std::string_view sql) {
    return database.read([&](Reader& reader) { return reader.number({"test", sql}); });
}

}  // namespace

TEST_CASE("migrations run once each, in the order of their numbers") {
    ScratchFolder folder;
    put(folder, "0002_more.sql", "INSERT INTO a VALUES (2);");
    put(folder, "0001_first.sql", "CREATE TABLE a (n BIGINT); INSERT INTO a VALUES (1);");
    put(folder, "README.md", "not a migration");
    put(folder, "0003_draft.sql.bak", "DROP TABLE a;");
    auto database = empty_database();
    CHECK(migrate(*database, folder.path(), base::Timestamp{7}).value() == 2);
    CHECK(migrate(*database, folder.path(), base::Timestamp{8}).value() == 0);
    put(folder, "0003_last.sql", "INSERT INTO a VALUES (3);");
    CHECK(migrate(*database, folder.path(), base::Timestamp{9}).value() == 1);
    CHECK(number(*database, "SELECT sum(n) FROM a") == 6);
    CHECK(number(*database, "SELECT max(applied_ms) FROM schema_migration") == 9);
}

TEST_CASE("a migration that fails half way leaves nothing and says which") {
    ScratchFolder folder;
    put(folder, "0001_first.sql", "CREATE TABLE a (n BIGINT);");
    put(folder, "0002_wrong.sql", "CREATE TABLE b (n BIGINT); INSERT INTO nowhere VALUES (1);");
    auto database = empty_database();
    auto result = migrate(*database, folder.path(), base::Timestamp{});
    REQUIRE(!result);
    CHECK(result.error().detail.find("0002_wrong.sql") != std::string::npos);
    CHECK(number(*database, "SELECT count(*) FROM sqlite_master WHERE name = 'b'") == 0);
    put(folder, "0002_wrong.sql", "CREATE TABLE b (n BIGINT);");
    CHECK(migrate(*database, folder.path(), base::Timestamp{}).value() == 1);
}

TEST_CASE("a migration changed after it ran, two of one number, and a database from a newer version are refused") {
    ScratchFolder folder;
    put(folder, "0001_first.sql", "CREATE TABLE a (n BIGINT);");
    put(folder, "0002_second.sql", "CREATE TABLE b (n BIGINT);");
    auto database = empty_database();
    REQUIRE(migrate(*database, folder.path(), base::Timestamp{}));

    put(folder, "0001_first.sql", "CREATE TABLE a (n BIGINT, m BIGINT);");
    CHECK(migrate(*database, folder.path(), base::Timestamp{}).error().code == Code::Conflict);
    put(folder, "0001_first.sql", "CREATE TABLE a (n BIGINT);");
    CHECK(migrate(*database, folder.path(), base::Timestamp{}));

    std::filesystem::remove(folder.file("0002_second.sql"));
    auto newer = migrate(*database, folder.path(), base::Timestamp{});
    CHECK(newer.error().code == Code::Conflict);
    CHECK(newer.error().detail.find("0002_second.sql") != std::string::npos);

    put(folder, "0002_second.sql", "CREATE TABLE b (n BIGINT);");
    put(folder, "0002_other.sql", "");
    CHECK(migrate(*database, folder.path(), base::Timestamp{}).error().code == Code::Invalid);
    CHECK(migrate(*database, folder.file("absent"), base::Timestamp{}).error().code == Code::NotFound);
}

TEST_CASE("an engine can have its own form of a migration") {
    ScratchFolder folder;
    put(folder, "0001_first.sql", "CREATE TABLE shared (n BIGINT);");
    put(folder, "0001_first.sqlite.sql", "CREATE TABLE own (n BIGINT);");
    put(folder, "0002_second.sql", "CREATE TABLE b (n BIGINT);");
    put(folder, "0002_second.postgres.sql", "not for us");
    auto database = empty_database();
    CHECK(migrate(*database, folder.path(), base::Timestamp{}).value() == 2);
    CHECK(number(*database, "SELECT count(*) FROM sqlite_master WHERE name IN ('own', 'b')") == 2);
}

}  // namespace beffroi::db
