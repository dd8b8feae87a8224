// The Region's desk, as its people use it.
#include "aides/pages/review/review.hpp"

#include <regex>

#include <doctest/doctest.h>

#include "aides/application/export.hpp"
#include "aides/pages/site/test_support.hpp"
#include "documents/csv.hpp"

namespace beffroi::aides::pages {

using application::Action;
using application::ApplicationId;
using application::State;

namespace {

struct Portal : SiteFixture {
    Portal() { add_review_pages(routes, site); }
};

std::string file(ApplicationId id, std::string_view tab = {}) {
    return "/instruction/dossiers/" + std::to_string(id.value) + (tab.empty() ? "" : "/" + std::string(tab));
}

std::string text(ApplicationId id) {
    return std::to_string(id.value);
}

}  // namespace

TEST_CASE("the work list shows filed applications with their département, and filters them") {
    Portal p;
    auto station = p.filed("Caméras de la gare");
    auto park = p.filed("Caméras du parc");
    auto writing = p.ready("Brouillon secret");
    auto page = p.get("/instruction", p.officer);
    CHECK(page.status == 200);
    CHECK(page.has("Denain"));
    CHECK(page.has("Nord (59)"));
    CHECK(page.has("Caméras du parc"));
    CHECK_FALSE(page.has("Brouillon secret"));
    CHECK(p.state_of(writing) == State::Draft);

    CHECK_FALSE(p.get("/instruction?q=parc", p.officer).has("Caméras de la gare"));
    CHECK(p.get("/instruction?q=parc", p.officer).has("Caméras du parc"));
    CHECK_FALSE(p.get("/instruction?etat=complete", p.officer).has("Caméras du parc"));
    CHECK(p.get("/instruction?departement=62", p.officer).has("Aucun dossier ne correspond"));
    CHECK_FALSE(p.get("/instruction?qui=moi", p.officer).has("Caméras du parc"));
    CHECK(p.get("/instruction?suite=nimporte", p.officer).status == 400);

    auto given = p.post("/instruction/lot",
                        {{"dossier", text(station)}, {"dossier", text(park)}, {"operation", "prendre"}}, p.officer);
    CHECK(given.status == 200);
    CHECK(given.has("2 dossiers traités"));
    CHECK(p.get("/instruction?qui=moi", p.officer).has("Caméras du parc"));
    CHECK_FALSE(p.get("/instruction?qui=personne", p.officer).has("Caméras du parc"));
}

TEST_CASE("a page kept for an officer is theirs alone, and shows every act at once") {
    Portal p;
    auto id = p.filed("Caméras du parc");
    auto first = p.get(file(id), p.officer);
    CHECK(p.get(file(id), p.officer).body == first.body);
    // Another session: other rights, another token in the forms.
    auto of_auditor = p.get(file(id), p.auditor);
    CHECK(of_auditor.body != first.body);
    CHECK_FALSE(of_auditor.has("name=\"csrf\""));

    CHECK_FALSE(p.get("/instruction?qui=moi", p.officer).has("Caméras du parc"));
    REQUIRE(p.post("/instruction/lot", {{"dossier", text(id)}, {"operation", "prendre"}}, p.officer).status == 200);
    CHECK(p.get("/instruction?qui=moi", p.officer).has("Caméras du parc"));
    CHECK(p.get(file(id), p.officer).body != first.body);
    // The language is part of it.
    CHECK(p.get(file(id) + "?lang=en", p.officer).has("Expenses"));
    CHECK(p.get(file(id), p.officer).has("Dépenses"));
}

TEST_CASE("who may read and who may act") {
    Portal p;
    auto id = p.filed();
    for (const auto* who : {&p.officer, &p.head, &p.finance, &p.secretary, &p.elected, &p.auditor}) {
        CHECK(p.get("/instruction", *who).status == 200);
        CHECK(p.get(file(id), *who).status == 200);
        CHECK(p.get("/enveloppes", *who).status == 200);
    }
    for (const auto* who : {&p.applicant, &p.cosigner, &p.admin, &p.newcomer}) {
        CHECK(p.get("/instruction", *who).status == 403);
        CHECK(p.get(file(id), *who).status == 403);
        CHECK(p.get("/instruction/export.csv", *who).status == 403);
    }
    CHECK(p.get("/instruction", p.nobody()).status == 303);
    CHECK(p.post(file(id, "action"), {{"action", "declare_complete"}}, p.elected).status == 403);
    CHECK(p.post(file(id, "priorite"), {{"priorite", "1"}, {"reason", "x"}}, p.officer).status == 403);
    CHECK(p.post("/enveloppes", {{"edition", "1"}}, p.officer).status == 403);
    // Reads only: no button to act.
    CHECK_FALSE(p.get("/instruction", p.elected).has("/instruction/lot"));
    CHECK(p.get(file(ApplicationId{999}), p.officer).status == 404);
    CHECK(p.get(file(p.ready()), p.officer).status == 404);
}

TEST_CASE("a bulk act says for each file what happened") {
    Portal p;
    auto filed = p.filed("Premier");
    auto reviewed = p.reviewed("Second");
    auto page =
        p.post("/instruction/lot",
               {{"dossier", text(filed)}, {"dossier", text(reviewed)}, {"operation", "declare_complete"}}, p.officer);
    CHECK(page.status == 200);
    CHECK(page.has("1 dossier traité"));
    CHECK(page.has("a changé d’état"));
    CHECK(p.state_of(filed) == State::Complete);
    CHECK(p.state_of(reviewed) == State::UnderReview);
    CHECK(p.post("/instruction/lot", {{"operation", "declare_complete"}}, p.officer).status == 400);
    CHECK(p.post("/instruction/lot", {{"dossier", text(filed)}, {"operation", "grant"}}, p.officer).status == 400);
}

TEST_CASE("every check of a file is on one page, with what can be done and why the rest cannot") {
    Portal p;
    auto id = p.filed();
    auto page = p.get(file(id), p.officer);
    CHECK(page.has("Éligible"));
    CHECK(page.has("19\u202f877"));  // the population in force
    CHECK(page.has("Part du demandeur"));
    CHECK(page.has("Déclarer complet"));
    CHECK(page.has("Aucune enveloppe n’est ouverte"));
    for (const auto* tab : {"depenses", "financement", "pieces", "avis", "messages", "historique"}) {
        INFO(tab);
        CHECK(p.get(file(id, tab), p.officer).status == 200);
        CHECK(p.get(file(id, tab), p.auditor).status == 200);
    }
    auto english = p.get(file(id) + "?lang=en", p.officer);
    CHECK(english.has("What you can do"));
    auto reviewed = p.reviewed();
    CHECK(p.get(file(reviewed), p.officer).has("Pas encore possible"));  // no envelope: no proposal
}

TEST_CASE("from the filing to the proposal by the forms") {
    Portal p;
    p.open_envelope(base::Cents{200'000'000});
    auto id = p.filed();
    auto ask = p.get(file(id, "action?nom=declare_complete"), p.officer);
    CHECK(ask.status == 200);
    auto letter = p.post(file(id, "apercu"), {{"action", "declare_complete"}}, p.officer);
    CHECK(letter.content_type == "application/pdf");
    CHECK(letter.body.starts_with("%PDF"));
    CHECK(p.state_of(id) == State::Filed);
    auto done = p.post(file(id, "action"), {{"action", "declare_complete"}}, p.officer);
    CHECK(done.location == file(id));
    CHECK(p.follow(done, p.officer).has("Le dossier est déclaré complet."));
    CHECK(p.post(file(id, "action"), {{"action", "start_review"}}, p.officer).status == 303);

    auto lines = p.get(file(id, "depenses"), p.officer);
    CHECK(lines.has("ligne-1-retenu"));
    CHECK(lines.has("10\u202f000,00"));  // prefilled as the rules retain it
    auto wrong =
        p.post(file(id, "lignes"), {{"version", "1"}, {"ligne-1-retenu", "9 000"}, {"ligne-1-motif", ""}}, p.officer);
    CHECK(wrong.status == 422);
    CHECK(wrong.has("indiquez pourquoi"));
    CHECK(wrong.has("9 000"));
    CHECK(p.post(file(id, "lignes"), {{"version", "1"}, {"ligne-1-retenu", "12 000"}}, p.officer).status == 422);
    CHECK(p.post(file(id, "lignes"), {{"version", "7"}, {"ligne-1-retenu", "9 000"}}, p.officer).status == 409);
    auto saved =
        p.post(file(id, "lignes"),
               {{"version", "1"}, {"ligne-1-retenu", "9 000"}, {"ligne-1-motif", "Une caméra en trop"}}, p.officer);
    CHECK(saved.status == 303);
    CHECK(p.get(file(id, "depenses"), p.officer).has("Une caméra en trop"));

    CHECK(p.post(file(id, "action"), {{"action", "propose"}}, p.officer).status == 303);
    CHECK(p.state_of(id) == State::Proposed);
    CHECK(p.get(file(id, "historique"), p.auditor).has("Aide proposée"));
    CHECK(p.get("/enveloppes/1", p.finance).has("Réservation"));

    auto again = p.post(file(id, "action"), {{"action", "propose"}}, p.officer);
    CHECK(again.status == 409);
    auto no_reason = p.post(file(id, "action"), {{"action", "send_back_to_review"}, {"reason", " "}}, p.officer);
    CHECK(no_reason.status == 422);
    CHECK(no_reason.has("Indiquez la raison."));
    CHECK(p.post(file(id, "action"), {{"action", "put_on_agenda"}}, p.head).status == 400);
    CHECK(p.post(file(id, "action"), {{"action", "sing"}}, p.head).status == 404);
}

TEST_CASE("documents are asked for with a reason and a date") {
    Portal p;
    auto id = p.filed();
    auto page = p.get(file(id, "action?nom=ask_pieces"), p.officer);
    CHECK(page.has("Dernier jour pour répondre"));
    CHECK(page.has("01/07/2022"));
    auto none = p.post(file(id, "action"), {{"action", "ask_pieces"}, {"due_on", "01/07/2022"}}, p.officer);
    CHECK(none.status == 422);
    auto bad_date =
        p.post(file(id, "action"), {{"action", "ask_pieces"}, {"piece-quotes", "1"}, {"due_on", "demain"}}, p.officer);
    CHECK(bad_date.status == 422);
    CHECK(bad_date.has("demain"));
    auto done = p.post(file(id, "action"),
                       {{"action", "ask_pieces"},
                        {"piece-quotes", "1"},
                        {"piece-quotes-reason", "outdated"},
                        {"piece-quotes-note", "Le devis date de 2020."},
                        {"due_on", "01/07/2022"}},
                       p.officer);
    CHECK(done.status == 303);
    CHECK(p.state_of(id) == State::Incomplete);
    auto papers = p.get(file(id, "pieces"), p.officer);
    CHECK(papers.has("Le devis date de 2020."));
    CHECK(papers.has("pièce périmée"));
    CHECK(papers.has("Demande de pièces"));
}

TEST_CASE("an outside expert sees what was shared, and answers once") {
    Portal p;
    auto id = p.reviewed();
    auto asked = p.post(file(id, "action"),
                        {{"action", "ask_opinion"},
                         {"opinion-0-asked_of", "Gendarmerie du Nord"},
                         {"opinion-0-who", "outside"},
                         {"opinion-0-email", "expert@example.org"},
                         {"opinion-0-question", "Le dispositif est-il proportionné ?"},
                         {"opinion-0-shared", "project"}},
                        p.officer);
    REQUIRE(asked.status == 200);
    std::smatch found;
    REQUIRE(std::regex_search(asked.body, found, std::regex("/avis/([A-Za-z0-9_-]+)")));
    const std::string link = "/avis/" + found[1].str();
    CHECK_FALSE(p.get(file(id, "avis"), p.officer).has(found[1].str()));

    auto page = p.get(link, p.nobody());
    CHECK(page.status == 200);
    CHECK(page.has("Le dispositif est-il proportionné"));
    CHECK(page.has("Place de la gare"));
    CHECK_FALSE(page.has("Vidéo du Nord"));
    CHECK_FALSE(page.has("quotes.pdf"));
    CHECK(p.get(link + "/pieces/1", p.nobody()).status == 404);
    CHECK(p.get("/avis/inconnu", p.nobody()).status == 404);

    CHECK(p.post(link, {{"answer", "favourable"}}, p.nobody()).status == 422);
    auto sent =
        p.post(link, {{"answer", "favourable"}, {"note", "Rien à redire."}, {"name", "Major Lefèvre"}}, p.nobody());
    CHECK(sent.has("Votre avis est reçu."));
    CHECK(p.get(link, p.nobody()).status == 404);
    CHECK(p.get(file(id, "avis"), p.officer).has("Major Lefèvre"));
    CHECK(p.post(file(id, "action"), {{"action", "receive_opinions"}}, p.officer).status == 303);
}

TEST_CASE("an opinion given inside is recorded, only on its own file") {
    Portal p;
    auto id = p.reviewed();
    auto other = p.filed();
    auto missing =
        p.post(file(id, "action"), {{"action", "ask_opinion"}, {"opinion-0-asked_of", "Juriste"}}, p.officer);
    CHECK(missing.status == 422);
    CHECK(missing.has("Écrivez votre question."));
    CHECK(p.post(file(id, "action"),
                 {{"action", "ask_opinion"},
                  {"opinion-0-asked_of", "Juriste"},
                  {"opinion-0-who", "inside"},
                  {"opinion-0-question", "Est-ce possible ?"}},
                 p.officer)
              .location == file(id));
    CHECK(p.post(file(other, "avis/1"), {{"answer", "reserved"}, {"answered_by", "X"}}, p.officer).status == 404);
    CHECK(p.post(file(id, "avis/1"), {{"answered_by", "X"}}, p.officer).status == 422);
    CHECK(
        p.post(file(id, "avis/1"), {{"answer", "reserved"}, {"answered_by", "Service juridique"}}, p.officer).status ==
        303);
    CHECK(p.get(file(id, "avis"), p.officer).has("Favorable avec réserves"));
}

TEST_CASE("messages, labels, priority, case officer") {
    Portal p;
    auto id = p.filed();
    CHECK(p.post(file(id, "messages"), {{"body", ""}, {"to", "applicant"}}, p.officer).status == 422);
    CHECK(p.post(file(id, "messages"), {{"body", "Bonjour"}, {"to", "applicant"}}, p.officer).notice() ==
          "review.notice.message");
    CHECK(p.post(file(id, "messages"), {{"body", "Entre nous"}}, p.officer).notice() == "review.notice.note");
    CHECK(p.get(file(id, "messages"), p.officer).has("Entre nous"));
    CHECK(p.view(id, p.applicant).messages.size() == 1);

    CHECK(p.post(file(id, "etiquettes"), {{"etiquette", "Urgent <b>"}}, p.officer).status == 303);
    CHECK(p.get(file(id), p.officer).has("Urgent &lt;b&gt;"));
    CHECK(p.get("/instruction?etiquette=1", p.officer).has("Caméras de la gare"));
    CHECK(p.post(file(id, "etiquettes"), {{"retirer", "1"}}, p.officer).status == 303);
    CHECK_FALSE(p.get("/instruction?etiquette=1", p.officer).has("Caméras de la gare"));

    CHECK(p.post(file(id, "priorite"), {{"priorite", "3"}, {"reason", "Sinistre"}}, p.head).status == 303);
    CHECK(p.post(file(id, "priorite"), {{"priorite", "abc"}, {"reason", "Sinistre"}}, p.head).status == 400);
    CHECK(p.post(file(id, "officier"), {{"personne", std::to_string(p.officer.id.value)}}, p.head).status == 303);
    CHECK(p.post(file(id, "officier"), {{"personne", std::to_string(p.finance.id.value)}}, p.head).status == 400);
    auto history = p.get(file(id, "historique"), p.officer);
    CHECK(history.has("Luc Moreau"));
    CHECK(history.has("Sinistre"));
}

TEST_CASE("exports hold every column, and no formula") {
    Portal p;
    auto id = p.filed("=HYPERLINK(1)");
    CHECK(p.state_of(id) == State::Filed);
    auto other = p.filed("Autre");
    CHECK(p.state_of(other) == State::Filed);
    auto csv = p.get("/instruction/export.csv", p.auditor);
    CHECK(csv.status == 200);
    CHECK(csv.disposition.find("dossiers-2022-06-01.csv") != std::string::npos);
    auto table = documents::read_csv(csv.body);
    REQUIRE(table);
    CHECK(table->header.size() == 33);
    CHECK(table->rows.size() == 2);
    CHECK(csv.has("'=HYPERLINK(1)"));
    CHECK(p.get("/instruction/export.csv?q=autre", p.auditor).body.find("HYPERLINK") == std::string::npos);
    auto ods = p.get("/instruction/export.ods", p.auditor);
    CHECK(ods.status == 200);
    CHECK(ods.body.starts_with("PK"));
}

TEST_CASE("a batch of the export begins after the last row given") {
    Portal p;
    auto first = p.filed("Un");
    auto second = p.filed("Deux");
    REQUIRE(application::add_label(p.desk, second, "Suivi", p.principal(p.officer)));
    auto rows = p.db->read([&](db::Reader& r) { return application::export_batch(r, {}, {}, 1); });
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].id == first);
    rows = p.db->read([&](db::Reader& r) { return application::export_batch(r, {}, first, 10); });
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].title == "Deux");
    CHECK(rows[0].labels == std::vector<std::string>{"Suivi"});
}

TEST_CASE("finance opens, tops up and reduces an envelope, and the journal keeps it") {
    Portal p;
    auto wrong = p.post("/enveloppes", {{"edition", "1"}, {"name", ""}, {"amount", "deux"}}, p.finance);
    CHECK(wrong.status == 422);
    CHECK(wrong.has("Donnez un nom"));
    auto opened = p.post(
        "/enveloppes",
        {{"edition", "1"}, {"name", "Vidéo 2022"}, {"amount", "2 000 000"}, {"act", "2022.1"}, {"reason", "Budget"}},
        p.finance);
    CHECK(opened.location == "/enveloppes/1");
    CHECK(p.follow(opened, p.finance).has("L’enveloppe est ouverte."));
    CHECK(p.post("/enveloppes/1/abondement", {{"amount", "500 000"}, {"act", "2022.2"}, {"reason", "DM"}}, p.head)
              .status == 303);
    auto too_much = p.post("/enveloppes/1/diminution",
                           {{"amount", "9 000 000"}, {"act", "2022.3"}, {"reason", "Erreur"}}, p.finance);
    CHECK(too_much.status == 422);
    CHECK(p.post("/enveloppes/1/diminution", {{"amount", "100 000"}, {"act", "2022.3"}, {"reason", "Gel"}}, p.finance)
              .status == 303);
    auto book = p.get("/enveloppes/1", p.elected);
    CHECK(book.has("2\u202f400\u202f000,00"));
    CHECK(book.has("Abondement"));
    CHECK_FALSE(book.has("/enveloppes/1/abondement"));
    CHECK(p.get("/enveloppes/1/diminution", p.finance).status == 200);
    CHECK(p.get("/enveloppes/9", p.finance).status == 404);
    auto noted = p.db->read([](db::Reader& r) {
        return r.number({"test_journal", "SELECT count(*) FROM journal WHERE kind LIKE 'envelope.%'"});
    });
    CHECK(noted == 3);
}

TEST_CASE("when the envelope is short, the ranking says who waits and why, and the head calls after a top-up") {
    Portal p;
    p.open_envelope(base::Cents{100'000});
    auto id = p.reviewed();
    auto page = p.get("/enveloppes/1/selection", p.officer);
    CHECK(page.status == 200);
    CHECK(page.has("attend"));
    CHECK(p.post(file(id, "action"), {{"action", "propose"}}, p.officer).status == 422);
    CHECK(p.post(file(id, "action"), {{"action", "put_on_waiting_list"}}, p.officer).status == 303);
    CHECK(p.state_of(id) == State::WaitingList);
    CHECK(p.post("/enveloppes/1/abondement", {{"amount", "1 000 000"}, {"act", "2022.9"}, {"reason", "DM"}}, p.finance)
              .status == 303);
    CHECK(p.get("/enveloppes/1/selection", p.head).has("Appeler les dossiers choisis"));
    CHECK(p.post("/enveloppes/1/selection/appeler", {{"dossier", text(id)}}, p.officer).status == 403);
    auto called = p.post("/enveloppes/1/selection/appeler", {{"dossier", text(id)}}, p.head);
    CHECK(called.has("1 dossier traité"));
    CHECK(p.state_of(id) == State::Proposed);
}

}  // namespace beffroi::aides::pages
