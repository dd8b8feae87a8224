#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "aides/application/test_support.hpp"
#include "aides/correspondence/mail_queue.hpp"

namespace beffroi::aides::application::testing {
namespace {

FormChange typed(Fields fields) {
    return {.set = std::move(fields), .remove_rows = {}};
}

Fields stored(World& world, ApplicationId id) {
    auto view = world.db->read([&](db::Reader& r) { return load(world.desk, r, id, world.secretary_of_town); });
    REQUIRE(view);
    return view->fields;
}

TEST_CASE("a second draft of the same commune points to the first, unless it is asked for") {
    World world;
    auto first =
        create_draft(world.desk, {.edition = world.edition, .siren = std::string(kLestrem)}, world.secretary_of_town);
    REQUIRE(first);
    auto second = create_draft(world.desk, {.edition = world.edition, .siren = std::string(kLestrem)}, world.mayor);
    REQUIRE(!second);
    CHECK(second.error().message.key == "application.draft_exists");
    CHECK(second.error().message.args[0].second == "VP-2022-00001");
    auto asked = create_draft(world.desk, {.edition = world.edition, .siren = std::string(kLestrem), .another = true},
                              world.mayor);
    REQUIRE(asked);
    CHECK(asked->number == "VP-2022-00002");
    CHECK(!create_draft(world.desk, {.edition = world.edition, .siren = std::string(kLestrem)}, world.stranger));
    CHECK(!create_draft(world.desk, {.edition = world.edition, .siren = std::string(kLestrem)}, world.officer));
}

TEST_CASE("nothing typed is lost, valid or not, and each former value can be found again") {
    World world;
    const auto id = world.draft();
    auto saved = autosave(world.desk, id, 1, typed({{"cameras", "beaucoup"}, {"expense.1.ht", "12,345,6"}}),
                          world.secretary_of_town);
    REQUIRE(saved);
    CHECK(saved->version == 2);
    CHECK(saved->faults.size() == 2);
    CHECK(stored(world, id).at("cameras") == "beaucoup");
    saved = autosave(world.desk, id, 2, typed({{"cameras", "47"}, {"expense.1.ht", "56961"}}), world.secretary_of_town);
    REQUIRE(saved);
    CHECK(saved->faults.empty());
    CHECK(saved->estimate.evaluation.amount() == base::Cents{1'708'830});
    const auto history = world.db->read([&](db::Reader& r) { return form_history(r, id, "cameras"); });
    REQUIRE(history.size() == 3);
    CHECK(history[0].before == "beaucoup");
    CHECK(history[1].before == "47");
    CHECK(!history[2].before);
}

TEST_CASE("two people who write at once: what only one touched is merged, what both changed is shown and kept") {
    World world;
    const auto id = world.draft();
    auto a = autosave(world.desk, id, 1, typed({{"title", "Caméras A"}}), world.secretary_of_town);
    REQUIRE(a);
    // The mayor's page was made from version 1 too and sends its whole section.
    auto b = autosave(world.desk, id, 1, typed({{"title", "Vidéoprotection du centre-bourg"}, {"places", "La gare"}}),
                      world.mayor);
    REQUIRE(b);
    CHECK(b->clashes.empty());
    CHECK(stored(world, id).at("title") == "Caméras A");
    CHECK(stored(world, id).at("places") == "La gare");
    auto c = autosave(world.desk, id, 1, typed({{"title", "Caméras C"}, {"purpose", "Protéger"}}), world.mayor);
    REQUIRE(c);
    REQUIRE(c->clashes.size() == 1);
    CHECK(c->clashes[0].field == "title");
    CHECK(c->clashes[0].stored == "Caméras A");
    CHECK(c->clashes[0].typed == "Caméras C");
    CHECK(c->clashes[0].changed_by == "Claire Dubois");
    CHECK(stored(world, id).at("purpose") == "Protéger");
    const auto history = world.db->read([&](db::Reader& r) { return form_history(r, id, "title", 1); });
    CHECK(history[0].clash);
    CHECK(history[0].before == "Caméras C");
    // The same save sent twice (the answer was lost on the way) changes nothing.
    const auto version = c->version;
    auto again = autosave(world.desk, id, 1, typed({{"purpose", "Protéger"}}), world.mayor);
    REQUIRE(again);
    CHECK(again->version == version);
    CHECK(again->clashes.empty());
}

TEST_CASE("nobody clashes with themselves: when the answer to a save is lost, what is typed next is stored") {
    World world;
    const auto id = world.draft();
    REQUIRE(autosave(world.desk, id, 1, typed({{"title", "Caméras du"}}), world.secretary_of_town));
    auto next = autosave(world.desk, id, 1, typed({{"title", "Caméras du bourg"}}), world.secretary_of_town);
    REQUIRE(next);
    CHECK(next->clashes.empty());
    CHECK(stored(world, id).at("title") == "Caméras du bourg");
}

TEST_CASE("what arrives after the signature was asked for is kept, not applied") {
    World world;
    const auto id = world.draft();
    world.attach_all(id);
    REQUIRE(perform(world.desk, id, Action::RequestSignature, world.secretary_of_town));
    auto late = autosave(world.desk, id, 1, typed({{"title", "Trop tard"}}), world.secretary_of_town);
    REQUIRE(late);
    CHECK(!late->held);
    REQUIRE(late->clashes.size() == 1);
    CHECK(late->clashes[0].typed == "Trop tard");
    CHECK(stored(world, id).at("title") == "Vidéoprotection du centre-bourg");
    CHECK(!autosave(world.desk, id, 99, typed({{"title", "x"}}), world.secretary_of_town));
    CHECK(!autosave(world.desk, id, 1, typed({{"title", "x"}}), world.stranger));
    CHECK(!autosave(world.desk, id, 1, typed({{"title", "x"}}), world.officer));
}

TEST_CASE("taking a row away leaves the others where they are") {
    World world;
    const auto id = world.draft();
    auto saved =
        autosave(world.desk, id, 1, {.set = {}, .remove_rows = {"expense.1", "nothing", "expense.77"}}, world.mayor);
    REQUIRE(saved);
    const auto fields = stored(world, id);
    CHECK(rows(fields, "expense") == std::vector<int>{2});
    CHECK(next_row(fields, "expense") == 3);
}

TEST_CASE("a document is what its bytes say, is replaced but never lost, and cannot be added out of turn") {
    World world;
    const auto id = world.draft();
    auto made =
        attach(world.desk, id, {.kind = "resolution", .file_name = "délib.pdf", .bytes = world.pdf, .replaces = {}},
               world.secretary_of_town);
    REQUIRE(made);
    CHECK(!attach(world.desk, id,
                  {.kind = "resolution", .file_name = "delib.pdf", .bytes = "MZ not a PDF", .replaces = {}},
                  world.secretary_of_town));
    CHECK(!attach(world.desk, id, {.kind = "drone", .file_name = "a.pdf", .bytes = world.pdf, .replaces = {}},
                  world.secretary_of_town));
    CHECK(!attach(world.desk, id, {.kind = "other", .file_name = "a.pdf", .bytes = world.pdf, .replaces = {}},
                  world.officer));
    auto newer =
        attach(world.desk, id, {.kind = "resolution", .file_name = "délib2.pdf", .bytes = world.pdf, .replaces = *made},
               world.mayor);
    REQUIRE(newer);
    const auto all = world.db->read([&](db::Reader& r) { return document_rows(r, id); });
    REQUIRE(all.size() == 2);
    CHECK(all[0].replaced_by == *newer);
    CHECK(!all[0].current());
    CHECK(withdraw_document(world.desk, *newer, world.mayor));
    auto sheet = world.db->read([&](db::Reader& r) { return check_sheet(world.desk, r, id); });
    REQUIRE(sheet);
    CHECK(sheet->front().kind == "resolution");
    CHECK(sheet->front().state == PieceState::Missing);
}

TEST_CASE("a security diagnosis is for the applicant and the case officers, not for every reader") {
    World world;
    const auto id = world.draft();
    auto plan = attach(world.desk, id, {.kind = "diagnosis", .file_name = "d.pdf", .bytes = world.pdf, .replaces = {}},
                       world.secretary_of_town);
    REQUIRE(plan);
    world.attach_all(id);
    REQUIRE(perform(world.desk, id, Action::RequestSignature, world.secretary_of_town));
    REQUIRE(perform(world.desk, id, Action::File, world.mayor));
    world.db->read([&](db::Reader& r) {
        const auto row = find_document(r, *plan);
        REQUIRE(row);
        CHECK(may_open(world.desk, r, *row, world.mayor));
        CHECK(may_open(world.desk, r, *row, world.officer));
        CHECK(!may_open(world.desk, r, *row, world.auditor));
        CHECK(!may_open(world.desk, r, *row, world.stranger));
        CHECK(!may_open(world.desk, r, *row, world.admin));
    });
    CHECK(!withdraw_document(world.desk, *plan, world.mayor));
}

TEST_CASE("a commune above the threshold and one already aided learn it before writing a line") {
    World world;
    Project project;
    project.nature = "installation";
    auto estimate =
        world.db->read([&](db::Reader& r) { return first_estimate(world.desk, r, world.edition, kDenain, project); });
    REQUIRE(estimate);
    CHECK(estimate->evaluation.population->value == 19877);
    world.db->read([&](db::Reader& r) {
        CHECK(awards(r, *world.directory, kLestrem).empty());
        CHECK(!identify(*world.directory, "200000001"));
    });
    REQUIRE(world.db->write([&](db::Writer& w) -> base::Status {
        add_past_award(w, "hdf-videoprotection", "2021", kLestrem, "62502", base::make_date(2021, 6, 1),
                       base::Cents{100}, "test");
        return {};
    }));
    const auto found = world.db->read([&](db::Reader& r) { return awards(r, *world.directory, kLestrem); });
    REQUIRE(found.size() == 1);
    CHECK(found[0].edition == "2021");
}

TEST_CASE("messages are read by the other side; internal ones stay inside; ten of them make one mail") {
    World world;
    const auto id = world.filed();
    const auto mails = [&] {
        return world.db->read([&](db::Reader& r) { return correspondence::mails_of(r, id).size(); });
    };
    const auto before = mails();
    REQUIRE(post_message(world.desk, id, "Bonjour", false, world.officer));
    const auto after_one = mails();
    CHECK(after_one > before);
    REQUIRE(post_message(world.desk, id, "Encore", false, world.officer));
    REQUIRE(post_message(world.desk, id, "Entre nous", true, world.officer));
    CHECK(mails() == after_one);
    CHECK(!post_message(world.desk, id, "secret", true, world.mayor));
    CHECK(!post_message(world.desk, id, "   ", false, world.mayor));
    CHECK(!post_message(world.desk, id, "je lis", false, world.auditor));
    auto mine = world.db->read([&](db::Reader& r) { return load(world.desk, r, id, world.mayor); });
    REQUIRE(mine);
    CHECK(mine->messages.size() == 2);
    mark_read(world.desk, id, world.mayor);
    auto theirs = world.db->read([&](db::Reader& r) { return load(world.desk, r, id, world.officer); });
    CHECK(theirs->messages.size() == 3);
    CHECK(theirs->messages[0].read);
}

TEST_CASE("lists: an officer finds files by state, words and department, page by page, and never a draft") {
    World world;
    world.draft(kSachin);
    std::vector<ApplicationId> ids;
    for (int i = 0; i < 7; ++i) {
        world.later(1);
        ids.push_back(world.filed(i % 2 == 0 ? kLestrem : kSaintJans, "2000.00"));
    }
    REQUIRE(assign(world.desk, ids[0], world.officer.id, world.head));
    REQUIRE(add_label(world.desk, ids[1], "urgent", world.officer));
    REQUIRE(perform(world.desk, ids[2], Action::DeclareComplete, world.officer));
    const auto page = [&](const Filter& filter, Sort sort = Sort::OldestFirst, const std::string& cursor = {},
                          int limit = 50) {
        return world.db->read(
            [&](db::Reader& r) { return base::value_or_throw(list(r, filter, sort, cursor, limit)); });
    };
    CHECK(page({}).rows.size() == 7);
    CHECK(page({.edition = world.edition}).rows.size() == 7);
    CHECK(page({.states = {State::Filed, State::Complete}}).rows.front().id == ids[0]);
    CHECK(page({.states = {State::Complete}}).rows.size() == 1);
    CHECK(page({.edition = world.edition, .department = "59"}).rows.size() == 3);
    CHECK(page({.words = "saint jans"}).rows.size() == 3);
    CHECK(page({.words = "SAINT-JANS centre"}).rows.size() == 3);
    CHECK(page({.words = "VP-2022-00003"}).rows.size() == 1);
    CHECK(page({.words = "introuvable"}).rows.empty());
    CHECK(page({.officer = world.officer.id}).rows.size() == 2);
    CHECK(page({.officer = PersonId{}}).rows.size() == 5);
    const auto all = world.db->read([&](db::Reader& r) { return labels(r); });
    REQUIRE(all.size() == 1);
    CHECK(page({.label = all[0].id}).rows.size() == 1);
    CHECK(page({.sirens = {std::string(kSachin)}}).rows.size() == 1);
    CHECK(page({.sirens = {std::string(kSachin), std::string(kLestrem)}}).rows.size() == 5);

    for (const auto& filter : {Filter{}, Filter{.edition = world.edition}, Filter{.words = "video"}}) {
        for (const auto sort : {Sort::OldestFirst, Sort::NewestFirst}) {
            std::vector<std::int64_t> seen;
            std::string cursor;
            ListPage last;
            do {
                last = page(filter, sort, cursor, 3);
                for (const auto& row : last.rows) seen.push_back(row.id.value);
                cursor = last.next;
            } while (!cursor.empty());
            CHECK(seen.size() == 7);
            CHECK(std::is_sorted(seen.begin(), seen.end()) == (sort == Sort::OldestFirst));
            const auto back = page(filter, sort, last.previous, 3);
            REQUIRE(back.rows.size() == 3);
            CHECK(back.rows.back().id.value == seen[5]);
            CHECK(!back.next.empty());
        }
    }
    for (const char* bad : {"x", "a1", "a1-", "a-1", "c1-1", "a1-1;", "a99999999999999999999-1"})
        CHECK(!world.db->read([&](db::Reader& r) { return list(r, {}, Sort::OldestFirst, bad, 3).has_value(); }));
    const auto counted = world.db->read([&](db::Reader& r) { return counts(r, world.edition); });
    CHECK(std::find_if(counted.begin(), counted.end(), [](const auto& c) { return c.state == State::Filed; })->count ==
          6);
}

}  // namespace
}  // namespace beffroi::aides::application::testing
