#include "journal/journal.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "db/test_support.hpp"

namespace beffroi::journal {

namespace {

using base::Code;

Entry example() {
    return {.at = {1669105800000},
            .actor = 7,
            .actor_name = "Zoé",
            .role = "officer",
            .kind = "application.filed",
            .subject = {"application", 421},
            .detail = details({{"amount_cents", base::Cents{1708830}}})};
}

std::int64_t add(db::Database& database, const Entry& entry) {
    return database.write([&](db::Writer& writer) -> base::Result<std::int64_t> { return append(writer, entry); })
        .value();
}

void add_many(db::Database& database, int count) {
    Entry entry = example();
    for (int i = 0; i < count; ++i) {
        entry.subject.id = i % 3;
        entry.detail = details({{"n", i}});
        add(database, entry);
    }
}

Head head_of(db::Database& database) {
    return database.read([](db::Reader& reader) { return head(reader); });
}

Report look(db::Database& database, std::optional<Head> expected = std::nullopt) {
    return database.read([&](db::Reader& reader) { return verify(reader, expected); }).value();
}

// Someone with the file and a tool for SQL: the triggers do not stop them.
void tamper(db::Database& database, std::string_view sql) {
    auto done = database.write([&](db::Writer& writer) -> base::Status {
        writer.script(
            "DROP TRIGGER IF EXISTS journal_no_update; DROP TRIGGER IF EXISTS journal_no_delete;"
            "DROP TRIGGER IF EXISTS journal_in_order;");
        writer.script(sql);
        return {};
    });
    REQUIRE(done);
}

// Someone who also knows how to hash: everything from `from` on is made again.
void rewrite_chain(db::Database& database, std::int64_t from) {
    auto records = database.read([](db::Reader& reader) { return browse(reader, {.limit = 10'000}); });
    std::ranges::reverse(records);
    tamper(database, "DELETE FROM journal WHERE seq >= " + std::to_string(from));
    for (const Record& record : records)
        if (record.seq >= from) add(database, record.entry);
}

}  // namespace

TEST_CASE("an entry hashes to what docs/formats/journal.md says") {
    auto database = db::migrated_database();
    CHECK(add(*database, example()) == 1);
    CHECK(to_text(head_of(*database)) == "1:5521cedb89dee582d45174f7583dfa2e86cd51809f9372889bc2be1e11b92dc3");
}

TEST_CASE("the history of one thing is told in order, whole, with who did it and in which role") {
    auto database = db::migrated_database();
    add_many(*database, 9);
    auto records = database->read([](db::Reader& reader) { return history(reader, {"application", 1}); });
    REQUIRE(records.size() == 3);
    CHECK(records[0].seq == 2);
    CHECK(records[2].seq == 8);
    CHECK(records[2].entry.detail == R"({"n":7})");
    CHECK(records[2].entry.actor_name == "Zoé");
    CHECK(records[2].entry.role == "officer");
    CHECK(records[2].entry.at.ms == 1669105800000);
    CHECK(database->read([](db::Reader& reader) { return history(reader, {"envelope", 1}); }).empty());
}

TEST_CASE("an act and its entry are kept together or not at all") {
    auto database = db::migrated_database();
    auto refused = database->write([](db::Writer& writer) -> base::Status {
        append(writer, example());
        return base::fail(Code::Refused, "the act is refused after all");
    });
    CHECK(!refused);
    CHECK(head_of(*database) == Head{});
    CHECK(add(*database, example()) == 1);
    CHECK(look(*database).whole());
}

TEST_CASE("the database itself refuses to change, remove or slip in an entry") {
    auto database = db::migrated_database();
    add_many(*database, 3);
    for (const char* sql :
         {"UPDATE journal SET detail = '{}' WHERE seq = 2", "DELETE FROM journal WHERE seq = 3", "DELETE FROM journal",
          "INSERT INTO journal SELECT 7, at_ms, actor, actor_name, role, kind, subject_kind, subject_id, detail, "
          "prev_hash, hash FROM journal WHERE seq = 1",
          "INSERT OR REPLACE INTO journal SELECT 1, at_ms, actor, 'x', role, kind, subject_kind, subject_id, detail, "
          "prev_hash, hash FROM journal WHERE seq = 1"}) {
        CAPTURE(sql);
        CHECK_THROWS_AS((void)database->write([&](db::Writer& writer) -> base::Status {
            writer.execute({"tamper", sql});
            return {};
        }),
                        base::Failure);
    }
    CHECK(look(*database).entries == 3);
}

TEST_CASE("whoever gets round that is found, at the right entry") {
    constexpr std::string_view kColumns =
        "at_ms, actor, actor_name, role, kind, subject_kind, subject_id, detail, prev_hash, hash";
    struct {
        const char* what;
        std::string sql;
        std::int64_t seq;
        Fault fault;
    } const kCases[] = {
        {"a detail changed", "UPDATE journal SET detail = '{\"n\":99}' WHERE seq = 4", 4, Fault::Altered},
        {"another instant", "UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 1", 1, Fault::Altered},
        {"another person", "UPDATE journal SET actor = 8 WHERE seq = 10", 10, Fault::Altered},
        {"another name", "UPDATE journal SET actor_name = 'Zoe' WHERE seq = 2", 2, Fault::Altered},
        {"another role", "UPDATE journal SET role = 'head' WHERE seq = 2", 2, Fault::Altered},
        {"another kind", "UPDATE journal SET kind = 'application.refused' WHERE seq = 3", 3, Fault::Altered},
        {"another thing", "UPDATE journal SET subject_id = 77 WHERE seq = 3", 3, Fault::Altered},
        {"letters moved between fields",
         "UPDATE journal SET role = 'office', kind = 'rapplication.filed' WHERE seq = 6", 6, Fault::Altered},
        {"a hash changed", "UPDATE journal SET hash = zeroblob(32) WHERE seq = 5", 5, Fault::Altered},
        {"a hash cut", "UPDATE journal SET hash = x'00' WHERE seq = 5", 5, Fault::Altered},
        {"a link changed", "UPDATE journal SET prev_hash = zeroblob(32) WHERE seq = 5", 5, Fault::BrokenLink},
        {"a row removed", "DELETE FROM journal WHERE seq = 5", 5, Fault::Missing},
        {"the first row removed", "DELETE FROM journal WHERE seq = 1", 1, Fault::Missing},
        {"a row removed and the rest renumbered",
         "DELETE FROM journal WHERE seq = 5; UPDATE journal SET seq = -seq WHERE seq > 5; UPDATE journal SET seq = "
         "-seq - 1 WHERE seq < 0",
         5, Fault::BrokenLink},
        {"two rows exchanged",
         "UPDATE journal SET seq = -1 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = 7; UPDATE journal SET seq "
         "= 7 WHERE seq = -1",
         3, Fault::BrokenLink},
        {"two neighbours exchanged, with their links",
         "UPDATE journal SET seq = -1 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = 4; UPDATE journal SET seq "
         "= 4 WHERE seq = -1;"
         "UPDATE journal SET prev_hash = (SELECT hash FROM journal WHERE seq = 2) WHERE seq = 3;"
         "UPDATE journal SET prev_hash = (SELECT hash FROM journal WHERE seq = 3) WHERE seq = 4",
         3, Fault::Altered},
        {"a row put in between",
         "UPDATE journal SET seq = -seq WHERE seq >= 5; UPDATE journal SET seq = -seq + 1 WHERE seq < 0;"
         "INSERT INTO journal SELECT 5, " +
             std::string(kColumns) + " FROM journal WHERE seq = 4",
         5, Fault::BrokenLink},
        {"a row put before the first",
         "INSERT INTO journal SELECT 0, " + std::string(kColumns) + " FROM journal WHERE seq = 1", 0,
         Fault::BrokenLink},
        {"a row put after the last",
         "INSERT INTO journal SELECT 11, " + std::string(kColumns) + " FROM journal WHERE seq = 10", 11,
         Fault::BrokenLink},
    };
    for (const auto& one : kCases) {
        CAPTURE(one.what);
        auto database = db::migrated_database();
        add_many(*database, 10);
        REQUIRE(look(*database).whole());
        tamper(*database, one.sql);
        Report report = look(*database);
        REQUIRE(!report.whole());
        CHECK(report.first_break->seq == one.seq);
        CHECK_MESSAGE(report.first_break->fault == one.fault, fault_name(report.first_break->fault));
    }
}

TEST_CASE("a head kept elsewhere shows that the end was cut off, or that all was rewritten") {
    auto database = db::migrated_database();
    add_many(*database, 10);
    Head kept = head_of(*database);
    CHECK(kept.seq == 10);
    CHECK(look(*database, kept).whole());
    CHECK(look(*database, Head{}).whole());

    tamper(*database, "DELETE FROM journal WHERE seq > 7");
    CHECK(look(*database).whole());  // nothing inside shows it
    Report cut = look(*database, kept);
    REQUIRE(!cut.whole());
    CHECK(cut.first_break->seq == 8);
    CHECK(cut.first_break->fault == Fault::Truncated);
    CHECK(cut.entries == 7);

    auto other = db::migrated_database();
    add_many(*other, 10);
    tamper(*other, "UPDATE journal SET detail = '{\"n\":99}' WHERE seq = 4");
    rewrite_chain(*other, 4);
    CHECK(look(*other).whole());
    CHECK(look(*other, kept).first_break->fault == Fault::HeadDiffers);
    CHECK(look(*other, kept).first_break->seq == 10);

    // What is added after the head is no fault.
    auto third = db::migrated_database();
    add_many(*third, 10);
    add_many(*third, 5);
    CHECK(look(*third, kept).whole());
    CHECK(look(*third, kept).entries == 15);
}

TEST_CASE("a head is written down and read back") {
    auto database = db::migrated_database();
    add_many(*database, 2);
    Head kept = head_of(*database);
    CHECK(parse_head(to_text(kept)).value() == kept);
    CHECK(parse_head(to_text(Head{})).value() == Head{});
    for (const char* bad : {"", ":", "1", "1:", "1:00", "-1:00", "x:00", "1;00"}) CHECK_MESSAGE(!parse_head(bad), bad);
}

TEST_CASE("facts have one form whatever the order they were told in") {
    CHECK(details({}) == "{}");
    CHECK(details({{"b", "x"}, {"a", 1}, {"é", nullptr}, {"c", true}, {"d", base::make_date(2022, 11, 22)}}) ==
          R"({"a":1,"b":"x","c":true,"d":"2022-11-22","é":null})");
    CHECK(details({{"a", "\"\\\n\x01\x7f/é"}}) == "{\"a\":\"\\\"\\\\\\n\\u0001\x7f/é\"}");
    CHECK(details({{"a", "\xff"}}) == "{\"a\":\"\xEF\xBF\xBD\"}");
    CHECK(canonical_json(R"( { "b" : [1, {"z":null,"y":"\u00e9\/"}], "a" : -0 } )").value() ==
          R"({"a":0,"b":[1,{"y":"é/","z":null}]})");
    for (const char* bad :
         {"", "{", "[1]", "1", R"({"a":1.5})", R"({"a":1e3})", R"({"a":99999999999999999999})", "{} {}"})
        CHECK_MESSAGE(!canonical_json(bad), bad);
    CHECK(rc::check("the canonical form is its own canonical form", [](const std::string& text, std::int64_t number) {
        std::string made = details({{"text", text}, {"number", number}, {"end", text + "x"}});
        RC_ASSERT(canonical_json(made).value() == made);
    }));
}

TEST_CASE("the auditor's page shows the newest first and can be narrowed") {
    auto database = db::migrated_database();
    add_many(*database, 9);
    Entry other = example();
    other.kind = "application";
    other.actor = 0;
    add(*database, other);
    auto sequence = [&](const Filter& filter) {
        std::vector<std::int64_t> found;
        for (const Record& record : database->read([&](db::Reader& reader) { return browse(reader, filter); }))
            found.push_back(record.seq);
        return found;
    };
    CHECK(sequence({.limit = 3}) == std::vector<std::int64_t>{10, 9, 8});
    CHECK(sequence({.before = 8, .limit = 2}) == std::vector<std::int64_t>{7, 6});
    CHECK(sequence({.subject_kind = "application", .subject_id = 2}) == std::vector<std::int64_t>{9, 6, 3});
    CHECK(sequence({.actor = 0}) == std::vector<std::int64_t>{10});
    CHECK(sequence({.kind = "application."}).size() == 9);
    CHECK(sequence({.kind = "application"}) == std::vector<std::int64_t>{10});
    CHECK(sequence({.actor = 7, .kind = "application.filed", .limit = 1}) == std::vector<std::int64_t>{9});
}

TEST_CASE("whatever is written is found whole, and any one change to it is found") {
    CHECK(rc::check("append, tamper, verify", [](const std::vector<std::pair<std::string, std::int64_t>>& acts,
                                                 std::uint32_t pick) {
        RC_PRE(!acts.empty());
        auto database = db::migrated_database();
        for (const auto& [text, number] : acts) {
            Entry entry = example();
            entry.actor_name = text;
            entry.subject.id = number;
            entry.at.ms = number;
            entry.detail = details({{"text", text}});
            add(*database, entry);
        }
        RC_ASSERT(look(*database).whole());
        RC_ASSERT(look(*database).entries == static_cast<std::int64_t>(acts.size()));
        std::int64_t seq = 1 + static_cast<std::int64_t>(pick % acts.size());
        tamper(*database,
               "UPDATE journal SET subject_id = subject_id + 1, actor_name = actor_name || 'x' WHERE seq = " +
                   std::to_string(seq));
        Report report = look(*database);
        RC_ASSERT(report.first_break.has_value());
        RC_ASSERT(report.first_break->seq == seq);
    }));
}

}  // namespace beffroi::journal
