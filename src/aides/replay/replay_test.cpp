// The demonstration itself, on the real communes (BEFFROI_NPM_DATA, set by ./test).
#include "aides/replay/replay.hpp"

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "aides/application/editions.hpp"
#include "aides/envelope/ledger.hpp"
#include "aides/replay/years.hpp"
#include "crypto/password.hpp"
#include "db/test_support.hpp"
#include "journal/journal.hpp"
#include "territory/import.hpp"

namespace beffroi::aides::replay {

namespace {

using base::Cents;

// Reading the packages takes as long as a year of files: once for all the cases.
struct Communes {
    explicit Communes(const std::filesystem::path& packages) : db(db::migrated_database(folder.file("communes.db"))) {
        base::value_or_throw(territory::import_packages(*db, packages, {}));
    }
    db::ScratchFolder folder;
    std::unique_ptr<db::Database> db;

    std::unique_ptr<db::Database> copy(const std::string& to) {
        base::value_or_throw(db->backup(to));
        return base::value_or_throw(db::Database::open({.path = to, .durable = false}));
    }
};

// Nothing when there are no packages to read.
Communes* communes() {
    const char* npm = std::getenv("BEFFROI_NPM_DATA");  // NOLINT(concurrency-mt-unsafe): no thread yet
    if (npm == nullptr) {
        MESSAGE("skipped: no data (set BEFFROI_NPM_DATA to the node_modules of tools/npm)");
        return nullptr;
    }
    static Communes all(npm);
    return &all;
}

// A portal's parts, on a folder that goes with the test.
struct Theatre {
    explicit Theatre(Communes& communes)
        : db(communes.copy(folder.file("replay.db"))),
          territory(base::value_or_throw(territory::Directory::load(*db))) {}

    db::ScratchFolder folder;
    base::ManualClock clock{base::from_paris(base::make_date(2022, 1, 3), 8, 0)};
    base::Log log{stderr, clock, base::Level::Error};
    base::Catalogue catalogue = base::value_or_throw(base::Catalogue::load("locale"));
    std::unique_ptr<db::Database> db;
    std::shared_ptr<const territory::Directory> territory;
    documents::BlobStore blobs = base::value_or_throw(documents::BlobStore::open(folder.path() / "documents"));
    documents::LetterTemplates templates = base::value_or_throw(documents::LetterTemplates::load("templates/fr"));
    correspondence::Office office{templates,
                                  blobs,
                                  {.lines = {"Région (essai)", "Adresse (essai)"},
                                   .place = "Lille",
                                   .signatory_function = "Président (essai)",
                                   .signatory_name = "Signataire (essai)",
                                   .service = "Service (essai)",
                                   .email = "service@example.org",
                                   .phone = "03 00 00 00 00",
                                   .contact = "service@example.org",
                                   .court = "Tribunal administratif (essai)",
                                   .mail_name = "Région (essai)",
                                   .mail_address = "region@example.org",
                                   .portal = "http://127.0.0.1"}};
    documents::Inspector inspector;
    documents::Scanner scanner = base::value_or_throw(documents::Scanner::make({}));
    scheme::SchemeLibrary schemes = base::value_or_throw(scheme::SchemeLibrary::load("schemes"));
    application::Editions editions;
    crypto::PasswordHasher hasher{crypto::cheap_for_tests()};
    accounts::Sessions sessions{*db, clock, {.region_needs_second_factor = false}};
    accounts::Accounts accounts{*db, clock, log, hasher, sessions, {}};
    application::Desk desk{*db, *territory, editions, office, inspector, scanner, catalogue, clock};
    Stage stage{desk, accounts, schemes, clock, 2022, {}};

    // One line for each row.
    std::string lines(const char* sql) {
        std::string all;
        db->read([&](db::Reader& reader) {
            reader.query(db::Query{"replay_test", sql}, {}, [&](const db::Row& row) { all += row.string(0) + "\n"; });
        });
        return all;
    }
};

}  // namespace

TEST_CASE("the demonstration holds files in every state, all of them brought there by acts, at the published figures") {
    Communes* real = communes();
    if (real == nullptr) return;
    Theatre theatre(*real);
    auto replayed = replay(theatre.stage);
    REQUIRE_MESSAGE(replayed, replayed.error().detail);

    // Sources: docs/replay-2022.md, [2] and [4].
    CHECK(replayed->communes_2022 == 233);
    CHECK(replayed->communes_november == 56);
    CHECK(replayed->granted_2022 == Cents{449'570'630});
    CHECK(replayed->granted_november == Cents{93'592'430});
    CHECK(theatre.lines("SELECT authorised_cents FROM envelope ORDER BY id") == "450000000\n30000000\n");

    std::map<std::string, int, std::less<>> held;
    theatre.db->read([&](db::Reader& reader) {
        reader.query({"replay_states", "SELECT state, COUNT(*) FROM application GROUP BY state"}, {},
                     [&](const db::Row& row) { held[row.string(0)] = static_cast<int>(row.integer(1)); });
    });
    std::string table;
    for (application::State state : application::all_states()) {
        auto found = held.find(application::name(state));
        table += fmt::format("  {:<20} {}\n", application::name(state), found == held.end() ? 0 : found->second);
        CHECK_MESSAGE(found != held.end(), "no file is ", application::name(state));
    }
    MESSAGE("files of the demonstration by state:\n", table);

    // Each state is where the last act of its journal left the file, and what the acts took is what the envelopes say.
    CHECK(theatre.lines("SELECT number FROM application a WHERE state <> 'draft' AND state <> (SELECT json_extract("
                        "j.detail, '$.to') FROM journal j WHERE j.subject_kind = 'application' AND j.subject_id = a.id "
                        "AND json_extract(j.detail, '$.to') IS NOT NULL ORDER BY j.seq DESC LIMIT 1)") == "");
    theatre.db->read([](db::Reader& reader) {
        CHECK(base::value_or_throw(journal::verify(reader)).whole());
        CHECK(envelope::verify(reader).empty());
    });
    CHECK(theatre.lines("SELECT provenance || ' ' || COUNT(*) FROM application GROUP BY provenance") ==
          "real 4\nsimulated 256\n");
    CHECK(theatre.lines("SELECT provenance || ' ' || COUNT(*) FROM sitting GROUP BY provenance") ==
          "real 1\nsimulated 6\n");
}

TEST_CASE("the same seed and communes give the same files of 2023, acts and instants") {
    Communes* real = communes();
    if (real == nullptr) return;
    auto told = [&] {
        Theatre theatre(*real);
        Random random(theatre.stage.seed);
        Replayed result;
        auto status = [&]() -> base::Status {
            Cast cast = TRY(make_cast(theatre.stage));
            auto plan = TRY(plan_2022(*theatre.territory, random));
            return tell_2023(theatre.stage, cast, plan, random, result);
        }();
        REQUIRE_MESSAGE(status, status.error().detail);
        return theatre.lines(
                   "SELECT number || ' ' || siren || ' ' || state || ' ' || proposed_cents FROM application "
                   "ORDER BY id") +
               theatre.lines("SELECT at_ms || ' ' || kind || ' ' || subject_id FROM journal ORDER BY seq");
    };
    CHECK(told() == told());
}

}  // namespace beffroi::aides::replay
