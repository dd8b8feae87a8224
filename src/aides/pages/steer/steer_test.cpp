// What those who steer see and do: the simulation, the editions, the journal, the mails.
#include "aides/pages/steer/steer.hpp"

#include <doctest/doctest.h>

#include "aides/correspondence/mail_queue.hpp"
#include "aides/pages/site/test_support.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::pages {

namespace {

struct Portal : SiteFixture {
    Portal() { add_steer_pages(routes, site); }
};

}  // namespace

TEST_CASE("elected members, finance and the head of unit simulate; others do not") {
    Portal p;
    for (const Someone* who : {&p.elected, &p.finance, &p.head}) CHECK(p.get("/simulation", *who).status == 200);
    for (const Someone* who : {&p.officer, &p.applicant, &p.admin}) CHECK(p.get("/simulation", *who).status == 403);
}

TEST_CASE("the simulation begins with the rules of the edition, and another threshold changes who is eligible") {
    Portal p;
    auto page = p.get("/simulation?edition=hdf-videoprotection%2F2022", p.elected);
    CHECK(page.has("name='threshold' value='20000'"));
    CHECK(page.has("name='rate' value='30'"));
    CHECK(page.has("id='resultats'"));
    CHECK(page.has("<svg"));
    CHECK(page.has("Simulation sur un modèle de projet"));
    CHECK(page.has("0 de plus, 0 de moins"));
    page = p.get("/simulation?edition=hdf-videoprotection%2F2022&threshold=5%20000&rate=40", p.elected);
    CHECK(page.has("name='threshold' value='5 000'"));
    CHECK_FALSE(page.has("0 de plus, 0 de moins"));
}

TEST_CASE("a live form receives the piece of page only") {
    Portal p;
    const auto piece = p.get("/simulation?threshold=50000", p.elected, "X-Partial: 1\r\n");
    CHECK(piece.status == 200);
    CHECK(piece.has("data-announce"));
    CHECK_FALSE(piece.has("<html"));
    CHECK_FALSE(piece.has("<form"));
}

TEST_CASE("what is no number is said beside its field, and kept") {
    Portal p;
    const auto page = p.get("/simulation?threshold=beaucoup&rate=400&envelope=-3", p.elected);
    CHECK(page.status == 422);
    CHECK(page.has("beaucoup"));
    CHECK(page.has("Écrivez un nombre entier d’habitants"));
    CHECK(page.has("Écrivez un pourcentage de 0 à 100."));
}

TEST_CASE("the editions say whether they can be opened, and the head of unit closes one with a reason") {
    Portal p;
    auto page = p.get("/editions", p.officer);
    CHECK(page.status == 200);
    CHECK(page.has("/editions/hdf-videoprotection/2022"));
    CHECK(page.has("ouverte"));
    CHECK(p.get("/editions", p.applicant).status == 403);
    const std::string here = "/editions/hdf-videoprotection/2022";
    page = p.get(here, p.officer);
    CHECK(page.status == 200);
    CHECK(page.has("Hypothèses retenues"));
    CHECK(page.has("passe"));
    CHECK_FALSE(page.has("name='reason'"));
    CHECK(p.get("/editions/hdf-videoprotection/1789", p.head).status == 404);

    CHECK(p.post(here + "/etat", {{"status", "closed"}, {"reason", "x"}}, p.officer).status == 403);
    page = p.post(here + "/etat", {{"status", "closed"}, {"reason", " "}}, p.head);
    CHECK(page.status == 422);
    CHECK(page.has("Indiquez le motif."));
    CHECK(p.follow(p.post(here + "/etat", {{"status", "closed"}, {"reason", "Fin de l’année"}}, p.head), p.head)
              .has("close"));
    CHECK(p.post(here + "/etat", {{"status", "open"}, {"reason", "Abondement"}}, p.head).status == 303);
}

TEST_CASE("the auditor reads the journal in words, filters it and verifies its chain") {
    Portal p;
    const auto file = p.filed();
    const auto number = p.view(file, p.officer).application.number;
    CHECK(p.get("/journal", p.head).status == 403);
    auto page = p.get("/journal", p.auditor);
    CHECK(page.status == 200);
    CHECK(page.has("Signer et déposer"));
    CHECK(page.has("Édition publiée"));
    page = p.get("/journal?numero=" + number, p.auditor);
    CHECK(page.has("Signer et déposer"));
    CHECK_FALSE(page.has("Édition publiée"));
    CHECK(p.get("/journal?numero=VP-1999-1", p.auditor).has("Aucun dossier ne porte ce numéro."));

    CHECK(p.post("/journal/verifier", {}, p.auditor).has("Le journal est intact"));
    const auto head = journal::to_text(p.db->read([](db::Reader& reader) { return journal::head(reader); }));
    CHECK(p.get("/journal", p.auditor).has(head));
    CHECK(p.post("/journal/verifier", {{"expected", head}}, p.auditor).has("La tête que vous aviez gardée"));
    CHECK(p.post("/journal/verifier", {{"expected", "999999:" + std::string(64, 'a')}}, p.auditor)
              .has("Le journal s’arrête avant la tête attendue."));
    CHECK(p.post("/journal/verifier", {{"expected", "n’importe quoi"}}, p.auditor).status == 422);
}

TEST_CASE("the head of unit sees how many mails wait, and can send a failed one again") {
    Portal p;
    CHECK(p.get("/courriels", p.officer).status == 403);
    const auto page = p.get("/courriels", p.head);
    CHECK(page.status == 200);
    CHECK(page.has("Tous les courriels sont partis ou vont partir."));
    CHECK(p.post("/courriels/99/renvoyer", {}, p.head).status != 303);
    CHECK(p.follow(p.post("/courriels/renvoyer", {}, p.head), p.head).has("Remis en file d’envoi."));
}

}  // namespace beffroi::aides::pages
