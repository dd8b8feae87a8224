#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "aides/application/test_support.hpp"
#include "aides/correspondence/mail_queue.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::application::testing {
namespace {

using base::Cents;

std::string refusal(const base::Result<Done>& done) {
    return done ? std::string("done") : key_of(done.error());
}

TEST_CASE("from the draft to the notified grant, to the cent, with every letter and every entry of the journal") {
    World world;
    const auto id = world.reviewed();
    CHECK(world.row(id).number == "VP-2022-00001");
    CHECK(world.row(id).total == Cents{5'796'100});
    CHECK(world.row(id).implicit_rejection == base::make_date(2022, 7, 2));

    auto proposed = perform(world.desk, id, Action::Propose, world.officer);
    REQUIRE_MESSAGE(proposed, refusal(proposed));
    CHECK(proposed->amount == Cents{1'708'830});
    CHECK(world.balance().reserved == Cents{1'708'830});
    CHECK(world.row(id).base == Cents{5'696'100});
    CHECK(world.row(id).rate == base::Rate{3000});
    const auto explained = world.db->read([&](db::Reader& reader) { return proposal_evaluation(reader, id); });
    CHECK(explained.find("1708830") != std::string::npos);

    const auto sitting = world.sitting();
    auto listed = perform(world.desk, id, Action::PutOnAgenda, world.assembly, {.sitting = sitting});
    REQUIRE_MESSAGE(listed, refusal(listed));
    world.clock.set(base::from_paris(base::make_date(2022, 11, 23), 9, 0));
    world.vote(sitting, id, "grant", 90, 10);
    auto granted = perform(world.desk, id, Action::Grant, world.assembly);
    REQUIRE_MESSAGE(granted, refusal(granted));
    CHECK(world.balance() == envelope::Balance{Cents{200'000'000}, Cents{}, Cents{1'708'830}});
    CHECK(world.row(id).decided_on == base::make_date(2022, 11, 22));
    auto notified = perform(world.desk, id, Action::Notify, world.assembly);
    REQUIRE_MESSAGE(notified, refusal(notified));
    CHECK(notified->issued.size() == 2);

    auto view = world.db->read([&](db::Reader& r) { return load(world.desk, r, id, world.secretary_of_town); });
    REQUIRE(view);
    std::vector<std::string> kinds;
    for (const auto& act : view->acts) kinds.push_back(act.kind);
    CHECK(kinds == std::vector<std::string>{"arrete_attributif", "notification_attribution", "dossier_complet",
                                            "accuse_reception"});
    CHECK(correspondence::bytes(world.office, view->acts.front())->starts_with("%PDF-"));
    world.db->read([&](db::Reader& r) {
        const auto entries = journal::history(r, {.kind = "application", .id = id.value});
        std::set<std::string> acts;
        for (const auto& entry : entries) acts.insert(entry.entry.kind);
        for (const char* kind :
             {"application.created", "application.request_signature", "application.file",
              "application.declare_complete", "application.start_review", "application.lines_reviewed",
              "application.propose", "application.put_on_agenda", "application.grant", "application.notify"})
            CHECK_MESSAGE(acts.contains(kind), kind);
        CHECK(journal::verify(r)->whole());
        CHECK(envelope::verify(r).empty());
        // One mail per address and letter: the town clerk (contact) and the mayor (who signed).
        CHECK(correspondence::mails_of(r, id).size() == 8);
    });
}

// --- every row of the table, both ways ---

envelope::Stamp act_of(const World& world) {
    return {.actor = {}, .at = world.clock.now(), .act = "2022.00009", .reason = "essai"};
}

Params params_for(const World& world, const Transition& transition, SittingId sitting) {
    Params params;
    params.reason = "parce que";
    params.pieces = {{.kind = "resolution", .reason = PieceReason::Incorrect, .note = "sans visa"}};
    params.due_on = base::add_days(base::paris_date(world.clock.now()), 30);
    params.opinions = {{.asked_of = "Gendarmerie", .question = "Utile ?"}};
    if (transition.action == Action::PutOnAgenda) params.sitting = sitting;
    return params;
}

// Brings a file where the guard of the transition holds, then into its state.
ApplicationId ready_for(World& world, const Transition& transition, SittingId& sitting) {
    ApplicationId id;
    switch (transition.from) {
        case State::Draft:
        case State::AwaitingSignature:
            id = world.draft();
            world.attach_all(id);
            if (transition.from == State::AwaitingSignature)
                REQUIRE(perform(world.desk, id, Action::RequestSignature, world.secretary_of_town));
            return id;
        default:
            break;
    }
    id = world.reviewed();
    const bool full = transition.action == Action::PutOnWaitingList;
    if (full) {
        const auto most = world.balance().free() - Cents{100};
        auto shrunk =
            world.db->write([&](db::Writer& w) { return envelope::reduce(w, world.envelope, most, act_of(world)); });
        REQUIRE(shrunk);
    }
    const auto on_ledger = transition.from == State::Proposed ||
                           (transition.from == State::OnAgenda && transition.action != Action::Refuse);
    if (on_ledger) REQUIRE(perform(world.desk, id, Action::Propose, world.other_officer));
    if (transition.from == State::WaitingList)
        world.sql(fmt::format("UPDATE application SET proposed_cents = 1708830, proposed_by = {} WHERE id = {}",
                              world.other_officer.id.value, id.value));
    sitting = world.sitting();
    if (transition.from == State::OnAgenda)
        world.vote(sitting, id, transition.action == Action::Refuse ? "refusal" : "grant", 60, 10);
    if (transition.from == State::Granted || transition.from == State::Refused) {
        world.vote(sitting, id, "grant", 60, 10);
        world.clock.set(base::from_paris(base::make_date(2022, 11, 23), 9, 0));
        world.sql(
            fmt::format("UPDATE application SET decision = '{}', granted_cents = 1708830, refusal_reason = 'non' "
                        "WHERE id = {}",
                        name(transition.from), id.value));
    }
    world.sql(fmt::format("UPDATE application SET state = '{}' WHERE id = {}", name(transition.from), id.value));
    return id;
}

constexpr Party kParties[] = {Party::Applicant, Party::Cosigner, Party::Officer, Party::Head, Party::Secretary};

TEST_CASE("every transition of the table: who may passes, everyone else is refused and nothing changes") {
    World world(100'000'000'00);
    for (const auto& transition : transitions()) {
        CAPTURE(name(transition.from));
        CAPTURE(name(transition.action));
        world.clock.set(base::from_paris(base::make_date(2022, 5, 2), 10, 0));
        if (world.balance().free() < Cents{1'000'000'00}) {
            REQUIRE(world.db->write([&](db::Writer& w) {
                return envelope::top_up(w, world.envelope, Cents{100'000'000'00}, act_of(world));
            }));
        }
        SittingId sitting;
        const auto id = ready_for(world, transition, sitting);
        const auto params = params_for(world, transition, sitting);
        for (const auto party : kParties) {
            // The mayor may also write: both parties are one person's.
            const bool may = (parties_of(world.as(party), kLestrem).bits & transition.who.bits) != 0;
            if (may) continue;
            auto refused = perform(world.desk, id, transition.action, world.as(party), params);
            CHECK_MESSAGE(!refused, static_cast<int>(party));
            CHECK(world.row(id).state == transition.from);
        }
        for (const auto* nobody : {&world.stranger, &world.auditor, &world.admin}) {
            CHECK(!perform(world.desk, id, transition.action, *nobody, params));
            CHECK(world.row(id).state == transition.from);
        }
        // The last of the parties: the co-signer where both applicant and co-signer may.
        Party allowed = Party::Applicant;
        for (const auto party : kParties)
            if (transition.who.has(party)) allowed = party;
        auto done = perform(world.desk, id, transition.action, world.as(allowed), params);
        CHECK_MESSAGE(done, refusal(done));
        CHECK(world.row(id).state == transition.to);
        world.db->read([&](db::Reader& r) { CHECK(envelope::verify(r).empty()); });
    }
}

TEST_CASE("an action that the state does not know is a conflict, whoever asks") {
    World world;
    const auto id = world.filed();
    for (const auto& state : all_states()) {
        if (!visible_to_region(state)) continue;
        world.sql(fmt::format("UPDATE application SET state = '{}' WHERE id = {}", name(state), id.value));
        for (const auto& other : transitions()) {
            if (find_transition(state, other.action)) continue;
            for (const auto party : kParties)
                CHECK(refusal(perform(world.desk, id, other.action, world.as(party))) == "application.not_possible");
        }
    }
}

// --- guard by guard ---

TEST_CASE("what is not filled in, or not attached, keeps a draft from being signed, with the reason") {
    World world;
    const auto id = world.draft();
    CHECK(refusal(perform(world.desk, id, Action::RequestSignature, world.secretary_of_town)) ==
          "application.guard.documents");
    world.attach_all(id);
    auto saved = autosave(world.desk, id, 1, {.set = {{"expense.1.ht", "beaucoup"}}, .remove_rows = {}},
                          world.secretary_of_town);
    REQUIRE(saved);
    CHECK(saved->faults.contains("expense.1.ht"));
    CHECK(refusal(perform(world.desk, id, Action::RequestSignature, world.secretary_of_town)) ==
          "application.guard.form_valid");
}

TEST_CASE("the one who asked for the signature cannot sign, even when that person may sign") {
    World world;
    const auto id = world.draft();
    world.attach_all(id);
    REQUIRE(perform(world.desk, id, Action::RequestSignature, world.mayor));
    CHECK(refusal(perform(world.desk, id, Action::File, world.mayor)) == "application.guard.second_person");
}

TEST_CASE("nothing is filed once the window is closed, or the edition suspended") {
    World world;
    const auto id = world.draft();
    world.attach_all(id);
    REQUIRE(perform(world.desk, id, Action::RequestSignature, world.secretary_of_town));
    world.clock.set(base::from_paris(base::make_date(2022, 11, 1), 0, 0));
    CHECK(refusal(perform(world.desk, id, Action::File, world.mayor)) == "application.guard.window_open");
    world.clock.set(base::from_paris(base::make_date(2022, 5, 3), 0, 0));
    REQUIRE(world.db->write([&](db::Writer& w) {
        return set_status(w, world.edition, EditionStatus::Suspended, "recours", world.head.id, world.clock.now());
    }));
    CHECK(refusal(perform(world.desk, id, Action::File, world.mayor)) == "application.edition_suspended");
}

TEST_CASE("pieces are asked for with a date, answered one by one, and the delay of rejection is suspended meanwhile") {
    World world;
    const auto id = world.filed();
    CHECK(refusal(perform(world.desk, id, Action::AskPieces, world.officer)) == "application.guard.pieces_listed");
    Params ask{.pieces = {{.kind = "resolution", .reason = PieceReason::Incorrect, .note = "cachet absent"}},
               .due_on = base::make_date(2022, 6, 2)};
    auto asked = perform(world.desk, id, Action::AskPieces, world.officer, ask);
    REQUIRE_MESSAGE(asked, refusal(asked));
    CHECK(asked->issued.size() == 1);
    CHECK(refusal(perform(world.desk, id, Action::AnswerPieces, world.secretary_of_town)) ==
          "application.guard.pieces_answered");
    world.later(10);
    auto made = attach(world.desk, id, {.kind = "resolution", .file_name = "d.pdf", .bytes = world.pdf, .replaces = {}},
                       world.secretary_of_town);
    REQUIRE(made);
    auto answered = perform(world.desk, id, Action::AnswerPieces, world.secretary_of_town);
    REQUIRE_MESSAGE(answered, refusal(answered));
    CHECK(world.row(id).version == 2);
    CHECK(world.row(id).implicit_rejection == base::make_date(2022, 7, 12));
}

TEST_CASE("no proposal before each line is reviewed, and a rejected line needs its reason") {
    World world;
    const auto id = world.filed();
    REQUIRE(perform(world.desk, id, Action::DeclareComplete, world.officer));
    REQUIRE(perform(world.desk, id, Action::StartReview, world.officer));
    CHECK(refusal(perform(world.desk, id, Action::Propose, world.officer)) == "application.guard.lines_reviewed");
    auto lines = world.db->read([&](db::Reader& r) { return proposed_review(world.desk, r, id); });
    REQUIRE(lines);
    REQUIRE(lines->size() == 2);
    CHECK((*lines)[0].retained == Cents{5'696'100});
    CHECK((*lines)[1].retained == Cents{});
    CHECK(!(*lines)[1].reason.empty());
    auto without = *lines;
    without[1].reason.clear();
    CHECK(!review_lines(world.desk, id, without, world.officer));
    without = *lines;
    without[0].retained = Cents{5'696'101};
    CHECK(!review_lines(world.desk, id, without, world.officer));
    CHECK(review_lines(world.desk, id, *lines, world.officer));
    CHECK(perform(world.desk, id, Action::Propose, world.officer));
}

TEST_CASE("when the envelope is short the file waits, a top-up reopens the list in its order, by another person") {
    World world(2'000'000);
    const auto first = world.reviewed(kLestrem);
    world.later(1);
    const auto second = world.reviewed(kSaintJans, "47320.00");
    world.later(1);
    const auto small = world.reviewed(kSachin, "2000.00");
    REQUIRE(perform(world.desk, first, Action::Propose, world.officer));
    CHECK(refusal(perform(world.desk, second, Action::Propose, world.officer)) == "application.guard.proposal_holds");
    auto waits = perform(world.desk, second, Action::PutOnWaitingList, world.officer);
    REQUIRE_MESSAGE(waits, refusal(waits));
    // 600 € would fit, but a file waits before it.
    CHECK(refusal(perform(world.desk, small, Action::Propose, world.officer)) == "application.guard.envelope_queue");
    REQUIRE(perform(world.desk, small, Action::PutOnWaitingList, world.officer));
    CHECK(refusal(perform(world.desk, second, Action::CallFromWaitingList, world.head)) ==
          "application.guard.room_in_envelope");
    REQUIRE(world.db->write([&](db::Writer& w) {
        return envelope::top_up(w, world.envelope, Cents{250'000'000},
                                {.actor = {}, .at = world.clock.now(), .act = "2022.00002", .reason = "abondement"});
    }));
    auto list = world.db->read([&](db::Reader& r) { return waiting_list(world.desk, r, world.edition); });
    REQUIRE(list);
    REQUIRE(list->choices.size() == 2);
    CHECK(list->choices[0].application == second);
    CHECK(list->choices[0].outcome == envelope::Outcome::Proposed);
    CHECK(refusal(perform(world.desk, second, Action::CallFromWaitingList, world.officer)) == "application.not_yours");
    auto called = perform(world.desk, second, Action::CallFromWaitingList, world.head);
    REQUIRE_MESSAGE(called, refusal(called));
    CHECK(called->amount == Cents{1'419'600});
}

TEST_CASE("two officers who propose at once cannot spend the same money twice") {
    World world(2'000'000);
    const auto a = world.reviewed(kLestrem);
    const auto b = world.reviewed(kSaintJans, "56961.00");
    std::vector<std::string> results(2);
    {
        std::jthread one([&] { results[0] = refusal(perform(world.desk, a, Action::Propose, world.officer)); });
        std::jthread two([&] { results[1] = refusal(perform(world.desk, b, Action::Propose, world.other_officer)); });
    }
    CHECK(std::count(results.begin(), results.end(), "done") == 1);
    CHECK(world.balance().reserved == Cents{1'708'830});
    world.db->read([&](db::Reader& r) { CHECK(envelope::verify(r).empty()); });
}

TEST_CASE("a vote that says otherwise, or none, decides nothing") {
    World world;
    const auto id = world.reviewed();
    REQUIRE(perform(world.desk, id, Action::Propose, world.officer));
    const auto sitting = world.sitting();
    REQUIRE(perform(world.desk, id, Action::PutOnAgenda, world.assembly, {.sitting = sitting}));
    CHECK(refusal(perform(world.desk, id, Action::Grant, world.assembly)) == "application.guard.vote_recorded");
    world.vote(sitting, id, "grant", 10, 60);
    CHECK(refusal(perform(world.desk, id, Action::Grant, world.assembly)) == "application.guard.vote_says_otherwise");
    auto refused = perform(world.desk, id, Action::Refuse, world.assembly, {.reason = "non adopté"});
    REQUIRE_MESSAGE(refused, refusal(refused));
    CHECK(world.balance().reserved == Cents{});
    world.sql("UPDATE sitting SET transmitted_ms = NULL");
    CHECK(refusal(perform(world.desk, id, Action::Notify, world.assembly)) == "application.guard.decision_enforceable");
}

TEST_CASE("the preview is what goes, byte for byte, and changes nothing") {
    World world;
    const auto id = world.draft();
    world.attach_all(id);
    REQUIRE(perform(world.desk, id, Action::RequestSignature, world.secretary_of_town));
    auto shown = preview(world.desk, id, Action::File, world.mayor);
    REQUIRE(shown);
    REQUIRE(shown->size() == 1);
    CHECK(world.row(id).state == State::AwaitingSignature);
    auto done = perform(world.desk, id, Action::File, world.mayor);
    REQUIRE(done);
    auto act = world.db->read([&](db::Reader& r) { return correspondence::find(r, done->issued.front()); });
    REQUIRE(act);
    CHECK(*correspondence::bytes(world.office, *act) == shown->front().pdf);
}

TEST_CASE("a page knows what is possible, and why the rest is not") {
    World world;
    const auto id = world.filed();
    auto actions = world.db->read([&](db::Reader& r) { return available_actions(world.desk, r, id, world.officer); });
    REQUIRE(actions.size() == 2);
    CHECK(actions[0].action == Action::AskPieces);
    CHECK(actions[0].needs_pieces);
    CHECK(!actions[0].refusal);
    world.sql("UPDATE document SET withdrawn_ms = 1 WHERE kind = 'quotes'");
    actions = world.db->read([&](db::Reader& r) { return available_actions(world.desk, r, id, world.officer); });
    REQUIRE(actions[1].refusal);
    CHECK(actions[1].refusal->key == "application.guard.nothing_missing");
    CHECK(world.db->read([&](db::Reader& r) { return available_actions(world.desk, r, id, world.admin); }).empty());
}

TEST_CASE("an outside expert sees the shared parts by a link that works once") {
    World world;
    const auto id = world.reviewed();
    auto asked = perform(world.desk, id, Action::AskOpinion, world.officer,
                         {.opinions = {{.asked_of = "Groupement de gendarmerie",
                                        .email = "expert@gendarmerie.example.org",
                                        .outside = true,
                                        .question = "L’implantation convient-elle ?",
                                        .shared = {"identity", "project", "documents"}}}});
    REQUIRE_MESSAGE(asked, refusal(asked));
    REQUIRE(asked->links.size() == 1);
    const auto token = asked->links[0].second;
    auto shared = world.db->read([&](db::Reader& r) { return shared_file(r, token); });
    REQUIRE(shared);
    CHECK(shared->documents.size() == 2);
    CHECK(refusal(perform(world.desk, id, Action::ReceiveOpinions, world.officer)) ==
          "application.guard.opinions_closed");
    CHECK(answer_by_link(world.desk, token, OpinionAnswer::Favourable, "Oui.", "Cne Durand"));
    CHECK(!answer_by_link(world.desk, token, OpinionAnswer::Unfavourable, "Non.", "Cne Durand"));
    CHECK(!world.db->read([&](db::Reader& r) { return shared_file(r, token); }));
    CHECK(!world.db->read([&](db::Reader& r) { return shared_file(r, ""); }));
    CHECK(perform(world.desk, id, Action::ReceiveOpinions, world.officer));
}

TEST_CASE("many files at once: what is refused does not stop the others, and each says why") {
    World world;
    const auto good = world.filed();
    const auto bad = world.filed(kSachin, "2000.00");
    world.sql(fmt::format("UPDATE document SET withdrawn_ms = 1 WHERE application_id = {}", bad.value));
    const auto lines = perform_all(world.desk, {bad, good, ApplicationId{999}}, Action::DeclareComplete, world.officer);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].refusal->message.key == "application.guard.nothing_missing");
    CHECK(!lines[1].refusal);
    CHECK(lines[2].refusal->code == base::Code::NotFound);
    CHECK(world.row(good).state == State::Complete);
}

}  // namespace
}  // namespace beffroi::aides::application::testing
