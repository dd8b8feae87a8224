// A sitting from its creation to its publication, as the secretary does it in the browser.
#include "aides/pages/sitting/sitting.hpp"

#include <doctest/doctest.h>

#include "aides/pages/site/test_support.hpp"
#include "aides/sitting/sitting.hpp"

namespace beffroi::aides::pages {

using application::State;

namespace {

struct Portal : SiteFixture {
    Portal() { add_sitting_pages(routes, site); }

    std::string new_sitting(std::string_view held_on = "01/06/2022") {
        const auto made =
            post("/gestion/seances", {{"name", "Commission permanente de juin"}, {"held_on", std::string(held_on)}},
                 secretary);
        REQUIRE(made.status == 303);
        return made.location;
    }
    std::string item_of(application::ApplicationId file) {
        return db->read([&](db::Reader& reader) {
            std::string found;
            for (const auto& listed : sitting::list(reader)) {
                const auto view = sitting::load(reader, listed.sitting.id);
                for (const auto& item : view->items)
                    if (item.application == file) found = std::to_string(item.id.value);
            }
            REQUIRE(!found.empty());
            return found;
        });
    }
};

std::string text(application::ApplicationId id) {
    return std::to_string(id.value);
}

}  // namespace

TEST_CASE("readers see the sittings, only the secretary and the head of unit prepare them, applicants see none") {
    Portal p;
    CHECK(p.get("/gestion/seances", p.applicant).status == 403);
    CHECK(p.get("/gestion/seances", p.admin).status == 403);
    CHECK(p.get("/gestion/seances", p.nobody()).status == 303);
    const auto elected = p.get("/gestion/seances", p.elected);
    CHECK(elected.status == 200);
    CHECK_FALSE(elected.has("name='held_on'"));
    CHECK(p.get("/gestion/seances", p.secretary).has("name='held_on'"));
    CHECK(p.post("/gestion/seances", {{"name", "x"}, {"held_on", "01/06/2022"}}, p.elected).status == 403);
    CHECK(p.get("/gestion/seances/99", p.secretary).status == 404);
}

TEST_CASE("a sitting needs a name and a date that reads") {
    Portal p;
    const auto answer = p.post("/gestion/seances", {{"name", " "}, {"held_on", "bientôt"}}, p.secretary);
    CHECK(answer.status == 422);
    CHECK(answer.has("Donnez un nom à la séance."));
    CHECK(answer.has("Écrivez une date comme 22/11/2022."));
    CHECK(answer.has("bientôt"));
}

TEST_CASE("from the candidates to the published resolution, letters read before they go") {
    Portal p;
    const auto first = p.proposed("Caméras de la gare");
    const auto second = p.proposed("Caméras du stade");
    const auto third = p.proposed("Caméras du port");
    const std::string here = p.new_sitting();

    auto page = p.get(here, p.secretary);
    CHECK(page.has("Caméras du port"));
    CHECK(page.has("3 dossiers prêts"));
    CHECK(page.has("Nord (59)"));
    CHECK(p.post(here + "/ajouter", {}, p.secretary).has("Cochez au moins un dossier."));
    page = p.post(here + "/ajouter", {{"file", text(first)}, {"file", "999"}}, p.secretary);
    CHECK(page.status == 200);
    CHECK(page.has("Faits\u00a0: 1. Non faits\u00a0: 1."));
    CHECK(p.post(here + "/ajouter", {{"all", "1"}}, p.secretary).status == 303);
    CHECK(p.state_of(third) == State::OnAgenda);

    // One leaves before the session, with its reason.
    const std::string row = here + "/lignes/" + p.item_of(third);
    CHECK(p.get(row, p.secretary).has("Retirer de l’ordre du jour"));
    page = p.post(row + "/retirer", {{"remove_reason", ""}}, p.secretary);
    CHECK(page.status == 422);
    CHECK(page.has("Indiquez le motif"));
    CHECK(p.post(row + "/retirer", {{"remove_reason", "Devis à revoir"}}, p.secretary).status == 303);
    CHECK(p.state_of(third) == State::UnderReview);

    page = p.post(here + "/arreter", {{"report_number", ""}}, p.secretary);
    CHECK(page.status == 422);
    CHECK(p.get(here + "/rapport.pdf", p.secretary).body.starts_with("%PDF"));
    CHECK(p.follow(p.post(here + "/arreter", {{"report_number", "2022-117"}}, p.secretary), p.secretary)
              .has("L’ordre du jour est arrêté"));
    // What was issued is what is given, the same each time.
    CHECK(p.get(here + "/rapport.pdf", p.elected).body == p.get(here + "/rapport.pdf", p.secretary).body);
    for (std::string_view paper : {"/annexe.pdf", "/ordre-du-jour.pdf", "/deliberation.pdf"})
        CHECK(p.get(here + std::string(paper), p.secretary).body.starts_with("%PDF"));
    for (std::string_view paper : {"/rapport.odt", "/annexe.odt", "/annexe.ods", "/deliberation.odt"})
        CHECK(p.get(here + std::string(paper), p.secretary).body.starts_with("PK"));

    // In session: one amended, one recusal, two votes.
    const std::string one = here + "/lignes/" + p.item_of(first);
    const std::string two = here + "/lignes/" + p.item_of(second);
    page = p.post(one + "/amender", {{"amount", "999 999"}, {"amend_reason", "trop"}}, p.secretary);
    CHECK(page.status == 422);
    CHECK(page.has("ne peut être que diminuée"));
    CHECK(p.post(one + "/amender", {{"amount", "1 000"}, {"amend_reason", "Devis moins cher"}}, p.secretary).status ==
          303);
    CHECK(
        p.post(two + "/deport", {{"member", "Mme Durand"}, {"recuse_reason", "Élue de Denain"}}, p.secretary).status ==
        303);
    page = p.get(here, p.secretary);
    CHECK(page.has("Mme Durand"));
    CHECK(page.has("au lieu de"));
    page = p.get(here + "/decider", p.secretary);
    CHECK(page.has("2 dossiers n’ont pas encore de vote."));
    CHECK_FALSE(page.has("name='number'"));
    CHECK(p.post(here + "/decider", {{"number", "2022.01968"}, {"title", "Aides"}}, p.secretary).status == 422);

    page = p.post(here + "/votes",
                  {{"vote_title", "Vote n° 1"},
                   {"members", "40"},
                   {"in_favour", "39"},
                   {"against", "1"},
                   {"abstaining", "douze"},
                   {"item", p.item_of(first)}},
                  p.secretary);
    CHECK(page.status == 422);
    CHECK(page.has("douze"));
    const auto vote = [&](std::string_view favour, const std::string& item) {
        return p.post(here + "/votes",
                      {{"vote_title", "Vote"},
                       {"members", "40"},
                       {"in_favour", std::string(favour)},
                       {"against", "1"},
                       {"abstaining", "0"},
                       {"item", item}},
                      p.secretary);
    };
    CHECK(vote("39", p.item_of(first)).status == 303);
    CHECK(vote("39", p.item_of(second)).has("le nombre de votants doit en tenir compte"));
    CHECK(vote("38", p.item_of(second)).status == 303);

    page = p.get(here + "/decider", p.secretary);
    CHECK(page.has("2 aides accordées"));
    CHECK(page.has("name='number'"));
    page = p.post(here + "/decider", {{"number", ""}, {"title", "Aides"}}, p.secretary);
    CHECK(page.status == 422);
    CHECK(page.has("Indiquez le numéro de la délibération."));
    CHECK(p.post(here + "/decider", {{"number", "2022.01968"}, {"title", "Aides"}}, p.secretary).status == 303);
    CHECK(p.state_of(first) == State::Granted);

    // Letters only once the resolution is transmitted.
    CHECK(p.get(here + "/lettres", p.secretary).has("n’a pas encore été transmise"));
    CHECK(p.get(here + "/lettres.pdf", p.secretary).status == 403);
    CHECK(p.post(here + "/publier", {}, p.secretary).status == 422);
    page = p.post(here + "/transmettre", {{"acknowledgement", "059-1"}, {"transmitted_on", "01/01/2030"}}, p.secretary);
    CHECK(page.status == 422);
    CHECK(p.post(here + "/transmettre", {{"acknowledgement", "059-1"}, {"transmitted_on", "01/06/2022"}}, p.secretary)
              .status == 303);
    CHECK(p.get(here + "/lettres", p.secretary).has("/lettres/" + text(first) + ".pdf"));
    const auto before = p.get(here + "/lettres/" + text(second) + ".pdf", p.secretary);
    CHECK(before.body.starts_with("%PDF"));
    const auto all = p.get(here + "/lettres.pdf", p.secretary);
    CHECK(all.body.starts_with("%PDF"));
    CHECK(p.state_of(first) == State::Granted);
    CHECK(p.get(here + "/lettres/" + text(third) + ".pdf", p.secretary).status == 404);

    CHECK(p.follow(p.post(here + "/notifier", {}, p.secretary), p.secretary).has("Tous les demandeurs sont informés"));
    CHECK(p.state_of(second) == State::Notified);
    // The letters that went are those that were shown.
    CHECK(p.get(here + "/lettres/" + text(second) + ".pdf", p.secretary).body == before.body);
    CHECK(p.get(here + "/lettres.pdf", p.auditor).body == all.body);

    CHECK(p.follow(p.post(here + "/publier", {}, p.secretary), p.secretary).has("La séance est publiée."));
    CHECK(p.get("/gestion/seances", p.elected).has("2022.01968"));
}

TEST_CASE("no vote is recorded and nothing is decided before the day of the sitting") {
    Portal p;
    const auto file = p.proposed("Caméras de la gare");
    const std::string here = p.new_sitting("02/06/2022");
    CHECK(p.post(here + "/ajouter", {{"all", "1"}}, p.secretary).status == 303);
    CHECK(p.post(here + "/arreter", {{"report_number", "2022-119"}}, p.secretary).status == 303);
    const std::string early = "La séance se tient le 02/06/2022";
    auto page = p.get(here, p.secretary);
    CHECK(page.has(early));
    CHECK_FALSE(page.has("name='in_favour'"));
    CHECK(page.has("Caméras de la gare"));
    CHECK(page.has("name='reopen_reason'"));
    CHECK(p.get(here + "/decider", p.secretary).has(early));

    const auto vote = [&] {
        return p.post(here + "/votes",
                      {{"vote_title", "Vote"},
                       {"members", "40"},
                       {"in_favour", "38"},
                       {"against", "1"},
                       {"abstaining", "0"},
                       {"item", p.item_of(file)}},
                      p.secretary);
    };
    page = vote();
    CHECK(page.status == 422);
    CHECK(page.has(early));
    // A row pulled needs no vote: its decision waits for the day all the same.
    CHECK(p.post(here + "/lignes/" + p.item_of(file) + "/ecarter",
                 {{"outcome", "adjourned"}, {"pull_reason", "Avis attendu"}}, p.secretary)
              .status == 303);
    const auto decide = [&](const Someone& who) {
        return p.post(here + "/decider", {{"number", "2022.2"}, {"title", "Aides"}}, who);
    };
    page = decide(p.secretary);
    CHECK(page.status == 422);
    CHECK(page.has(early));
    CHECK(p.state_of(file) == State::OnAgenda);

    // From midnight in Paris on.
    p.clock.set(base::from_paris(base::make_date(2022, 6, 2), 0, 0));
    const auto next_day = p.sign_in_again(p.secretary);
    CHECK(p.get(here, next_day).has("name='in_favour'"));
    CHECK(decide(next_day).status == 303);
    CHECK(p.state_of(file) == State::Adjourned);
}

TEST_CASE("a row pulled in session goes back to review, and an agenda can be reopened before any vote") {
    Portal p;
    const auto file = p.proposed("Caméras de la gare");
    const std::string here = p.new_sitting();
    CHECK(p.post(here + "/ajouter", {{"all", "1"}}, p.head).status == 303);
    CHECK(p.post(here + "/arreter", {{"report_number", "2022-118"}}, p.head).status == 303);
    CHECK(p.post(here + "/rouvrir", {{"reopen_reason", ""}}, p.head).status == 422);
    CHECK(p.post(here + "/rouvrir", {{"reopen_reason", "Un dossier de plus"}}, p.head).status == 303);
    CHECK(p.post(here + "/arreter", {{"report_number", "2022-118"}}, p.head).status == 303);
    const std::string row = here + "/lignes/" + p.item_of(file);
    CHECK(p.post(row + "/ecarter", {{"pull_reason", "x"}}, p.head).status == 422);
    CHECK(p.post(row + "/ecarter", {{"outcome", "adjourned"}, {"pull_reason", "Avis attendu"}}, p.head).status == 303);
    CHECK(p.get(here + "/decider", p.head).has("Ajournés"));
    const auto decided = p.post(here + "/decider", {{"number", "2022.1"}, {"title", "Aides"}}, p.head);
    INFO(decided.body.substr(decided.body.find("<main"), 1500));
    CHECK(decided.status == 303);
    CHECK(p.state_of(file) == State::Adjourned);
}

}  // namespace beffroi::aides::pages
