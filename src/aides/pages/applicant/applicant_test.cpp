#include "aides/pages/applicant/applicant.hpp"

#include <doctest/doctest.h>

#include "aides/application/acts.hpp"
#include "aides/pages/site/test_support.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages {

using application::Action;
using application::ApplicationId;
using application::State;

namespace {

constexpr std::string_view kAutosave = "X-Autosave: 1\r\n";

struct Portal : SiteFixture {
    Portal() { add_applicant_pages(routes, site); }

    static std::string at(ApplicationId id, std::string_view part = {}) {
        return "/dossiers/" + std::to_string(id.value) + (part.empty() ? "" : "/" + std::string(part));
    }
    std::string version(ApplicationId id) { return std::to_string(view(id, applicant).application.form_version); }
    std::string stored(ApplicationId id, std::string_view field) {
        auto fields = view(id, applicant).fields;
        auto found = fields.find(field);
        return found == fields.end() ? "(none)" : found->second;
    }
    Answer save(ApplicationId id, std::string_view step, FormFields fields, const Someone& who,
                std::string_view from = {}) {
        fields.emplace_back("etape", step);
        fields.emplace_back("version", from.empty() ? version(id) : std::string(from));
        return post(at(id, "enregistrer"), fields, who, kAutosave);
    }
};

}  // namespace

TEST_CASE("a draft that exists comes before the offer of another one") {
    Portal p;
    auto id = p.draft(p.applicant);
    p.type(id, {{"title", "Caméras <gare>"}}, p.applicant);
    const Answer list = p.get("/mes-dossiers", p.applicant);
    CHECK(list.status == 200);
    CHECK(list.body.find(p.at(id)) < list.body.find("/dossiers/nouveau"));
    CHECK(list.has("Caméras &lt;gare&gt;"));
    CHECK(list.has("Nord (59)"));
    CHECK(!p.get("/mes-dossiers", p.neighbour).has(p.at(id)));

    const Answer open = p.get("/dossiers/nouveau?edition=hdf-videoprotection/2022", p.applicant);
    CHECK(open.status == 200);
    CHECK(open.has("VP-2022-00001"));
    CHECK(p.post("/dossiers/nouveau",
                 {{"edition", "hdf-videoprotection/2022"}, {"demandeur", std::string(kDenainSiren)}}, p.applicant)
              .status == 409);
    const Answer another =
        p.post("/dossiers/nouveau",
               {{"edition", "hdf-videoprotection/2022"}, {"demandeur", std::string(kDenainSiren)}, {"autre", "1"}},
               p.applicant);
    CHECK(another.status == 303);
    CHECK(another.notice() == "applicant.notice.opened");
}

TEST_CASE("who qualifies, and for how much, is said before anything is filled in") {
    Portal p;
    Answer page = p.get("/dossiers/nouveau?edition=hdf-videoprotection/2022&montant=56961", p.neighbour);
    CHECK(page.status == 200);
    CHECK(page.has("17\u202f088,30"));
    CHECK(page.has("4\u202f595"));
    const Someone lille = p.add_member("Lise Lille", kLilleSiren);
    page = p.get("/dossiers/nouveau?edition=hdf-videoprotection/2022", lille);
    CHECK(page.has("ne remplit pas les conditions"));
    CHECK(
        p.get("/dossiers/nouveau?edition=hdf-videoprotection/2022&montant=beaucoup", p.applicant).has("error-summary"));
    CHECK(p.get("/dossiers/nouveau?edition=hdf-videoprotection/1999", p.applicant).status == 404);
    CHECK(p.get("/dossiers/nouveau?edition=hdf-videoprotection/2022&demandeur=" + std::string(kLilleSiren), p.applicant)
              .status == 404);
    CHECK(p.get("/mes-dossiers", p.newcomer).has("/compte/rattachements"));
}

TEST_CASE("nobody sees the file of another commune; the Region does not see a draft here") {
    Portal p;
    auto id = p.ready();
    for (std::string part : {"", "projet", "depenses", "financement", "calendrier", "contacts", "pieces", "verifier",
                             "signature", "retrait", "messages", "demandes", "historique-saisie"}) {
        CAPTURE(part);
        CHECK(p.get(p.at(id, part), p.neighbour).status == 404);
        CHECK(p.get(p.at(id, part), p.officer).status == 403);
        CHECK(p.get(p.at(id, part), p.nobody()).status == 303);
        const int mine = p.get(p.at(id, part), p.colleague).status;
        CHECK((mine == 200 || mine == 303));
    }
    CHECK(p.save(id, "projet", {{"title", "pirate"}}, p.neighbour, "1").status == 404);
}

TEST_CASE("what is typed is saved at once, with faults, live amounts and the next version") {
    Portal p;
    auto id = p.draft(p.applicant);
    Answer saved = p.save(id, "depenses",
                          {{"expense-0-label", "Caméras"},
                           {"expense-0-category", "cameras"},
                           {"expense-0-ht", "56 961,00"},
                           {"expense-0-vat", "vingt"},
                           {"expense-1-label", "Entretien"},
                           {"expense-1-category", "maintenance"},
                           {"expense-1-ht", "100"},
                           {"expense-1-vat", "20"}},
                          p.applicant);
    CHECK(saved.status == 200);
    CHECK(saved.content_type.starts_with("application/json"));
    CHECK(saved.has(R"("saved":true)"));
    CHECK(saved.has(R"("expense-0-vat":)"));
    CHECK(!saved.has(R"("expense-0-ht":)"));
    CHECK(saved.has("live-line-1"));
    CHECK(saved.has("fonctionnement"));
    CHECK(p.stored(id, "expense.1.ht") == "56 961,00");

    p.type(id, {{"nature", "extension"}}, p.applicant);
    saved = p.save(id, "calendrier", {{"start_on", "32/13/2022"}}, p.applicant);
    CHECK(saved.has(R"("start_on":)"));
    CHECK(saved.has("17\u202f088,30"));
    CHECK(p.stored(id, "start_on") == "32/13/2022");  // wrong, and kept
    CHECK(p.get(p.at(id, "calendrier"), p.applicant).has("error-summary"));
}

TEST_CASE("two people in the same field: both values are shown, and either can be taken") {
    Portal p;
    auto id = p.draft(p.applicant);
    p.type(id, {{"title", "Départ"}}, p.applicant);
    const std::string version = p.version(id);
    CHECK(p.save(id, "projet", {{"title", "Version de Karim"}}, p.colleague, version).status == 200);
    // The same page, made before Karim saved: another field is merged, the same one is not lost.
    CHECK(p.save(id, "projet", {{"title", "Départ"}, {"places", "Gare"}}, p.applicant, version).status == 200);
    CHECK(p.stored(id, "title") == "Version de Karim");
    CHECK(p.stored(id, "places") == "Gare");
    const Answer clash =
        p.save(id, "projet", {{"title", "Version de Claire"}, {"places", "Gare"}}, p.applicant, version);
    CHECK(clash.status == 409);
    CHECK(clash.has("Karim Benali"));
    Answer page = p.get(p.at(id, "projet"), p.applicant);
    CHECK(page.has("Version de Karim"));
    CHECK(page.has("Version de Claire"));
    CHECK(p.get(p.at(id, "historique-saisie"), p.applicant).has("Version de Claire"));

    const auto history = p.db->read([&](db::Reader& r) { return application::form_history(r, id, "title"); });
    const Answer taken = p.post(p.at(id, "historique-saisie"),
                                {{"champ", "title"},
                                 {"version", std::to_string(history.front().version)},
                                 {"le", std::to_string(history.front().at.ms)},
                                 {"ecarte", "1"}},
                                p.applicant);
    CHECK(taken.notice() == "applicant.notice.brought_back");
    CHECK(p.stored(id, "title") == "Version de Claire");
}

TEST_CASE("without script each step has its button, rows are added and taken away, and errors keep what was typed") {
    Portal p;
    auto id = p.draft(p.applicant);
    auto with = [&](FormFields fields) {
        fields.emplace_back("version", p.version(id));
        fields.emplace_back("etape", "depenses");
        return p.post(p.at(id, "depenses"), fields, p.applicant);
    };
    Answer answer = with({{"expense-0-label", "Caméras"}, {"expense-0-ht", "1000"}, {"add", "expense"}});
    CHECK(answer.status == 303);
    CHECK(answer.location.find("?ajouter=expense#f-expense-1-label") != std::string::npos);
    CHECK(p.follow(answer, p.applicant).has("expense-1-label"));
    answer = with({{"expense-0-label", "Caméras"},
                   {"expense-0-ht", "1000"},
                   {"expense-1-label", "Mâts"},
                   {"expense-1-ht", "1.234,56"}});
    CHECK(answer.status == 422);
    CHECK(answer.has("error-summary"));
    CHECK(answer.has("1.234,56"));
    CHECK(answer.has("href='#f-expense-1-ht'"));
    answer = with({{"expense-0-label", "Caméras"}, {"expense-1-label", "Mâts"}, {"remove", "expense-0"}});
    CHECK(answer.notice() == "applicant.notice.row_removed");
    CHECK(p.stored(id, "expense.1.label") == "(none)");
    CHECK(p.stored(id, "expense.2.label") == "Mâts");
    answer = with({{"expense-1-label", "Mâts"}, {"expense-1-ht", "1234,56"}, {"suite", "1"}});
    CHECK(answer.location == p.at(id, "financement"));
    answer = with({{"expense-1-label", std::string(30'000, 'x')}});
    CHECK(answer.status == 413);
    CHECK(answer.has("xxxxxxxxxx"));
    CHECK(p.stored(id, "expense.2.label") == "Mâts");
}

TEST_CASE("without script too, what is sent after the session ended is kept, and sent again after signing in") {
    Portal p;
    auto id = p.draft(p.applicant);
    const FormFields typed = {{"title", "Caméras & <mâts>"}, {"version", p.version(id)}, {"suite", "1"}};
    Answer page = p.post(p.at(id, "projet"), typed, p.nobody());
    CHECK(page.status == 403);
    CHECK(page.has("name='title' value='Caméras &amp; &lt;mâts&gt;'"));
    CHECK(page.has("/connexion"));
    // From the new session: its token is not in the form, so the person confirms; another site cannot.
    Someone again = p.sign_in_again(p.applicant);
    const std::string token = again.csrf;
    again.csrf = "-";
    page = p.post(p.at(id, "projet"), typed, again);
    CHECK(page.status == 403);
    CHECK(page.has(token));
    CHECK(page.has("Caméras &amp; &lt;mâts&gt;"));
    CHECK(!p.post(p.at(id, "projet"), typed, again, "Sec-Fetch-Site: cross-site\r\n").has("Renvoyer"));
    CHECK(p.stored(id, "title") == "(none)");
    again.csrf = token;
    CHECK(p.post(p.at(id, "projet"), typed, again).status == 303);
    CHECK(p.stored(id, "title") == "Caméras & <mâts>");
}

TEST_CASE("documents say what they must be before they are chosen, and what was done with them") {
    Portal p;
    auto id = p.draft(p.applicant);
    Answer page = p.get(p.at(id, "pieces"), p.applicant);
    CHECK(page.has("PDF, PNG, JPG"));
    CHECK(page.has("data-max-bytes"));
    CHECK(page.has("ne sont pas vérifiés par un antivirus"));
    const std::string pdf = p.small_pdf();
    Answer sent =
        p.upload(p.at(id, "pieces/resolution"), {}, {"fichier-resolution", "Délibération.pdf", pdf}, p.applicant);
    CHECK(sent.status == 303);
    page = p.follow(sent, p.applicant);
    CHECK(page.has("Délibération.pdf"));
    CHECK(page.has("non vérifié par un antivirus"));
    sent = p.upload(p.at(id, "pieces/quotes"), {}, {"fichier-quotes", "devis.pdf", "MZ not a pdf"}, p.applicant);
    CHECK(sent.status == 422);
    CHECK(sent.has("error-summary"));
    sent = p.upload(p.at(id, "pieces/quotes"), {}, {"fichier-quotes", "devis.pdf", "MZ not a pdf"}, p.applicant,
                    "X-Upload: 1\r\n");
    CHECK(sent.status == 422);
    CHECK(sent.has(R"("errors":{"fichier-quotes")"));
    CHECK(p.upload(p.at(id, "pieces/quotes"), {}, {}, p.applicant).status == 422);
    CHECK(p.upload(p.at(id, "pieces/resolution"), {}, {"fichier-resolution", "a.pdf", pdf}, p.neighbour).status == 404);

    const auto first = p.view(id, p.applicant).documents.front().id;
    const std::string number = std::to_string(first.value);
    const Answer file = p.get("/documents/" + number, p.applicant);
    CHECK(file.body == pdf);
    CHECK(file.content_type == "application/pdf");
    CHECK(file.disposition.starts_with("attachment"));
    CHECK(p.get("/documents/" + number, p.neighbour).status == 404);
    CHECK(p.get("/documents/" + number, p.officer).status == 404);  // a draft
    CHECK(p.get("/documents/" + number, p.admin).status == 403);

    sent = p.upload(p.at(id, "pieces/resolution"), {{"remplace", number}},
                    {"remplace-" + number, "v2.pdf", p.small_pdf("v2")}, p.applicant);
    CHECK(sent.status == 303);
    CHECK(!p.view(id, p.applicant).documents.front().current());
    const auto second = p.view(id, p.applicant).documents.back().id;
    CHECK(p.post("/documents/" + std::to_string(second.value) + "/retirer", {}, p.neighbour).status == 404);
    CHECK(p.post("/documents/" + std::to_string(second.value) + "/retirer", {}, p.applicant).status == 303);
    CHECK(!p.view(id, p.applicant).documents.back().current());
}

TEST_CASE("the check leads to every fault, and the signature needs a second person") {
    Portal p;
    auto id = p.draft(p.applicant);
    p.type(id, {{"title", "Gare"}, {"start_on", "demain"}}, p.applicant);
    Answer page = p.get(p.at(id, "verifier"), p.applicant);
    CHECK(page.status == 200);
    CHECK(page.has(p.at(id, "calendrier") + "#f-start_on"));
    CHECK(page.has(p.at(id, "depenses") + "#f-expense"));
    CHECK(page.has(p.at(id, "pieces") + "#piece-resolution"));
    CHECK(p.post(p.at(id, "verifier"), {{"demander", "1"}, {"version", p.version(id)}}, p.applicant).status == 422);
    CHECK(p.state_of(id) == State::Draft);

    id = p.ready();
    FormFields boxes = {{"demander", "1"}, {"version", p.version(id)}};
    Answer asked = p.post(p.at(id, "verifier"), boxes, p.applicant);  // boxes sent empty: they are taken back
    CHECK(asked.status == 422);
    CHECK(asked.has("href='#f-undertaking-accurate'"));
    boxes[1].second = p.version(id);
    for (const char* name : {"accurate", "authorisation", "own_share", "publicity"})
        boxes.emplace_back("undertaking." + std::string(name), "1");
    asked = p.post(p.at(id, "verifier"), boxes, p.applicant);
    CHECK(asked.location == p.at(id, "signature"));
    CHECK(p.follow(asked, p.applicant).has("une autre personne doit la donner"));
    CHECK(p.state_of(id) == State::AwaitingSignature);

    CHECK(p.post(p.at(id, "signature"), {{"action", "signer"}, {"lu", "1"}}, p.applicant).status == 403);
    CHECK(p.post(p.at(id, "signature"), {{"action", "signer"}, {"lu", "1"}}, p.colleague).status == 403);
    CHECK(p.get(p.at(id, "signature"), p.cosigner).has("name='lu'"));
    CHECK(!p.get(p.at(id, "signature"), p.colleague).has("name='lu'"));
    CHECK(p.post(p.at(id, "signature"), {{"action", "signer"}, {"version", p.version(id)}}, p.cosigner).status == 422);
    CHECK(p.post(p.at(id, "signature"), {{"action", "reprendre"}}, p.colleague).status == 303);
    CHECK(p.state_of(id) == State::Draft);
}

TEST_CASE("a co-signer who asked for the signature hears that another person must give it") {
    Portal p;
    auto id = p.ready();
    p.act(id, Action::RequestSignature, p.cosigner);
    CHECK(p.get(p.at(id, "signature"), p.cosigner).has("une autre personne doit la donner"));
    const Answer refused = p.post(p.at(id, "signature"), {{"action", "signer"}, {"lu", "1"}}, p.cosigner);
    CHECK(refused.status == 403);
    CHECK(refused.has("Vous ne pouvez pas signer vous-même"));
    CHECK(p.state_of(id) == State::AwaitingSignature);
}

TEST_CASE(
    "once signed: receipt, appeal, date of implicit rejection; the form is read only and nothing typed late is lost") {
    Portal p;
    auto id = p.ready();
    const std::string version = p.version(id);
    p.act(id, Action::RequestSignature, p.applicant);
    Answer late = p.save(id, "projet", {{"title", "Trop tard"}}, p.colleague, version);
    CHECK(late.status == 409);
    CHECK(late.has("message"));
    CHECK(p.get(p.at(id, "historique-saisie"), p.colleague).has("Trop tard"));
    CHECK(p.get(p.at(id, "projet"), p.colleague).has("Trop tard"));

    const Answer signed_ =
        p.post(p.at(id, "signature"), {{"action", "signer"}, {"lu", "1"}, {"version", p.version(id)}}, p.cosigner);
    CHECK(signed_.location == p.at(id));
    const Answer page = p.follow(signed_, p.cosigner);
    CHECK(page.has("signée et déposée"));
    CHECK(page.has("1er août 2022"));
    CHECK(page.has("Tribunal administratif de Lille"));
    CHECK(page.has("/actes/"));
    const auto receipt = p.view(id, p.applicant).acts.front().id;
    const std::string letter = "/actes/" + std::to_string(receipt.value);
    CHECK(p.get(letter, p.applicant).body.starts_with("%PDF"));
    CHECK(p.get(letter, p.officer).status == 200);
    CHECK(p.get(letter, p.neighbour).status == 404);
    CHECK(p.get(letter, p.admin).status == 403);
    CHECK(p.get("/mes-dossiers/" + std::to_string(id.value), p.applicant).location == p.at(id));
}

TEST_CASE("messages go both ways, and the Region's internal notes stay there") {
    Portal p;
    auto id = p.filed();
    CHECK(p.post(p.at(id, "messages"), {{"texte", ""}}, p.applicant).status == 422);
    CHECK(p.post(p.at(id, "messages"), {{"texte", "Bonjour\nun point"}}, p.applicant).status == 303);
    CHECK(application::post_message(p.desk, id, "Note interne", true, p.principal(p.officer)));
    CHECK(application::post_message(p.desk, id, "Réponse", false, p.principal(p.officer)));
    CHECK(p.get(p.at(id), p.applicant).has("non lus"));
    const Answer page = p.get(p.at(id, "messages"), p.colleague);
    CHECK(page.has("un point"));
    CHECK(page.has("Réponse"));
    CHECK(!page.has("Note interne"));
    CHECK(!p.get(p.at(id), p.applicant).has("non lus"));
}

TEST_CASE("the Region asks for pieces, the applicant answers each one and sends the file back") {
    Portal p;
    auto id = p.filed();
    p.act(id, Action::AskPieces, p.officer,
          {.pieces = {{.kind = "quotes", .reason = application::PieceReason::Outdated, .note = "Devis de 2019"},
                      {.kind = "form", .reason = application::PieceReason::Incomplete, .note = "Préciser les lieux"}},
           .due_on = base::make_date(2022, 7, 1)});
    CHECK(p.get(p.at(id), p.applicant).has("/demandes"));
    Answer page = p.get(p.at(id, "demandes"), p.applicant);
    CHECK(page.has("Devis de 2019"));
    CHECK(page.has("1er juillet 2022"));
    CHECK(p.post(p.at(id, "demandes/renvoyer"), {}, p.applicant).status == 422);
    const auto pieces = p.view(id, p.applicant).pieces;
    auto number = [&](std::size_t i) { return std::to_string(pieces[i].id.value); };
    CHECK(p.upload(p.at(id, "demandes"), {{"demande", number(0)}}, {}, p.applicant).status == 422);
    CHECK(p.upload(p.at(id, "demandes"), {{"demande", number(0)}},
                   {"fichier-" + number(0), "devis.pdf", p.small_pdf("2022")}, p.applicant)
              .status == 303);
    CHECK(p.upload(p.at(id, "demandes"), {{"demande", number(1)}, {"note-" + number(1), "Fait"}}, {}, p.applicant)
              .status == 303);
    const Answer back = p.post(p.at(id, "demandes/renvoyer"), {}, p.applicant);
    CHECK(back.notice() == "applicant.notice.sent_back");
    CHECK(p.state_of(id) == State::Filed);
}

TEST_CASE("a request is withdrawn on purpose only, and stays readable") {
    Portal p;
    auto id = p.filed();
    CHECK(p.get(p.at(id, "retrait"), p.applicant).has("Jeanne Martin"));  // once filed, only who signs withdraws
    CHECK(p.post(p.at(id, "retrait"), {{"sur", "1"}}, p.applicant).status == 403);
    CHECK(p.post(p.at(id, "retrait"), {{"raison", "Projet abandonné"}}, p.cosigner).has("Projet abandonné"));
    CHECK(p.state_of(id) == State::Filed);
    CHECK(p.post(p.at(id, "retrait"), {{"raison", "Projet abandonné"}, {"sur", "1"}}, p.cosigner).status == 303);
    CHECK(p.state_of(id) == State::Withdrawn);
    CHECK(p.get(p.at(id), p.applicant).status == 200);
    CHECK(p.get(p.at(id, "retrait"), p.cosigner).status == 409);
}

}  // namespace beffroi::aides::pages
