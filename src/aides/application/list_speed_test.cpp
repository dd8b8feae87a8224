// What a first page costs on 100,000 files. Skipped in ./test, which proves behaviour; run it with --no-skip
// -tc="*100,000*".
#include <chrono>
#include <cstdio>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "aides/application/internal.hpp"
#include "aides/application/test_support.hpp"

namespace beffroi::aides::application::testing {
namespace {

void fill(World& world, int files) {
    const auto states = all_states();
    world.sql(fmt::format(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        "INSERT INTO application (number, edition_id, siren, insee, applicant_name, department, state, provenance, "
        "title, "
        "created_ms, created_by, updated_ms, filed_ms, officer_id) SELECT 'VP-2099-' || i, {}, printf('%09d', i % "
        "3800), "
        "'62502', 'Commune ' || (i % 3800), CASE i % 5 WHEN 0 THEN '59' WHEN 1 THEN '62' WHEN 2 THEN '80' WHEN 3 THEN "
        "'60' "
        "ELSE '02' END, CASE i % 6 WHEN 0 THEN 'filed' WHEN 1 THEN 'complete' WHEN 2 THEN 'under_review' WHEN 3 THEN "
        "'proposed' WHEN 4 THEN 'granted' ELSE 'notified' END, 'simulated', 'Vidéoprotection ' || i, i * 1000, 1, i, "
        "i * 1000, i % 40 FROM n",
        files, world.edition.value));
    world.sql(
        "INSERT INTO application_word SELECT 'videoprotection', id FROM application; "
        "INSERT INTO application_word SELECT 'commune' || (id % 3800), id FROM application; "
        "INSERT INTO application_word SELECT lower(number), id FROM application WHERE number LIKE 'VP-2099%'");
    REQUIRE(states.size() == 16);
}

TEST_CASE("a first page on 100,000 files" * doctest::skip()) {
    World world;
    fill(world, 100'000);
    struct Case {
        const char* what;
        Filter filter;
        Sort sort;
    };
    const Case cases[] = {
        {"everything, newest first", {}, Sort::NewestFirst},
        {"one state of an edition", {.edition = world.edition, .states = {State::Filed}}, Sort::OldestFirst},
        {"three states", {.states = {State::Filed, State::Complete, State::UnderReview}}, Sort::OldestFirst},
        {"an edition, all states", {.edition = world.edition}, Sort::NewestFirst},
        {"my work list", {.states = {State::UnderReview}, .officer = PersonId{8}}, Sort::OldestFirst},
        {"edition and department", {.edition = world.edition, .department = "59"}, Sort::OldestFirst},
        {"a rare word", {.words = "commune77 video"}, Sort::NewestFirst},
        {"a common word", {.words = "videoprotection"}, Sort::NewestFirst},
        {"a number", {.words = "VP-2099-4242"}, Sort::NewestFirst},
        {"the files of a commune", {.sirens = {"000000123"}}, Sort::NewestFirst}};
    for (const auto& one : cases) {
        world.db->read([&](db::Reader& reader) {
            REQUIRE(!base::value_or_throw(list(reader, one.filter, one.sort, {}, 25)).rows.empty());
            constexpr int kRounds = 200;
            const auto start = std::chrono::steady_clock::now();
            for (int i = 0; i < kRounds; ++i) (void)list(reader, one.filter, one.sort, {}, 25);
            const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
            std::printf("%-28s %8.1f us\n", one.what, spent.count() / kRounds);
        });
    }
    world.db->read([&](db::Reader& reader) {
        const auto start = std::chrono::steady_clock::now();
        (void)counts(reader, world.edition);
        const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
        std::printf("%-28s %8.1f us\n", "counts of an edition", spent.count());
    });
    const auto id = world.reviewed();
    world.db->read([&](db::Reader& reader) {
        const auto start = std::chrono::steady_clock::now();
        REQUIRE(load(world.desk, reader, id, world.officer));
        for (int i = 0; i < 100; ++i) (void)load(world.desk, reader, id, world.officer);
        const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
        std::printf("%-28s %8.1f us\n", "a whole file", spent.count() / 100);
    });
}

}  // namespace
}  // namespace beffroi::aides::application::testing
