// What anyone sees: before anything is published, and after a sitting.
#include "aides/pages/open/open.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "aides/pages/site/answer_cache.hpp"
#include "aides/pages/site/test_support.hpp"
#include "aides/publish/table_schema.hpp"
#include "aides/sitting/grants.hpp"
#include "aides/sitting/session.hpp"
#include "territory/import.hpp"
#include "territory/map.hpp"
#include "territory/test_support.hpp"

using namespace beffroi;
using namespace beffroi::aides;
using namespace beffroi::aides::pages;

namespace {

template <typename T>
T done(base::Result<T> result) {
    if (!result) FAIL(result.error().detail << " " << result.error().message.key);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Public : SiteFixture {
    Public() { add_open_pages(routes, site); }

    Answer see(std::string_view target, std::string_view headers = {}) { return get(target, nobody(), headers); }

    // One proposal voted; published unless told otherwise.
    sitting::SittingId vote(application::ApplicationId id, bool publish = true) {
        const auto by = principal(secretary);
        auto sitting =
            done(sitting::create(desk, {"Commission permanente du 6 juillet 2022", base::make_date(2022, 7, 6)}, by));
        auto item = done(sitting::put_on_agenda(desk, sitting, id, by));
        done(sitting::close_agenda(desk, sitting, "2022-R-1", by));
        clock.set(base::from_paris(base::make_date(2022, 7, 6), 12, 0));
        done(sitting::record_vote(desk, sitting, "Vote sur l’ensemble", {170, 150, 140, 4, 6}, {item}, by));
        done(sitting::decide(desk, sitting, {"2022.00100", "Aides à la vidéoprotection"}, by));
        clock.set(base::from_paris(base::make_date(2022, 7, 8), 12, 0));
        done(sitting::transmit(desk, sitting, "ACTES 1", clock.now(), by));
        if (publish) done(sitting::publish(desk, sitting, by));
        return sitting;
    }
};

std::string number_in(Public& p, application::ApplicationId id) {
    return p.view(id, p.officer).application.number;
}

}  // namespace

TEST_CASE("every public page opens for anyone, in both languages, before anything is published") {
    Public p;
    for (const char* target :
         {"/", "/dispositifs", "/dispositifs/hdf-videoprotection/2022", "/aides-accordees", "/aides-accordees/carte",
          "/aides-accordees/chiffres", "/seances", "/donnees", "/territoire/recherche?q=denain", "/territoire/59172",
          "/territoire/247600588", "/accessibilite", "/mentions-legales", "/donnees-personnelles", "/aide"}) {
        CAPTURE(target);
        for (const char* language : {"Accept-Language: fr\r\n", "Accept-Language: en\r\n"}) {
            Answer page = p.see(target, language);
            CHECK(page.status == 200);
            CHECK(page.has("<h1"));
            CHECK_FALSE(page.has("open."));  // a sentence that no catalogue has shows its key
        }
    }
    CHECK(p.see("/aides-accordees").has("Aucune aide n’est encore publiée."));
}

TEST_CASE("a scheme is told in plain words, what is assumed and what is unknown included") {
    Public p;
    Answer page = p.see("/dispositifs/hdf-videoprotection/2022");
    CHECK(page.has("Moins de 20\u202f000 habitants"));
    CHECK(page.has("30\u00a0% des dépenses prises en compte"));
    CHECK(page.has("30\u202f000,00\u00a0€ au plus par projet"));
    CHECK(page.has("La maintenance est une dépense de fonctionnement"));
    CHECK(page.has("hypothèse"));
    CHECK(page.has("Aucune source ne dit quel millésime de population s’applique"));
    CHECK(page.has("Quelles sont les règles de versement"));
    CHECK(page.has("contestée"));
    CHECK(page.has("id='source-TA-MARSEILLE'"));
    CHECK(p.see("/dispositifs/hdf-videoprotection/1999").status == 404);
}

TEST_CASE("every edition described here has its page, also those of others, in both languages") {
    Public p;
    CHECK(p.schemes.entries().size() > 10);
    for (const auto& entry : p.schemes.entries()) {
        REQUIRE(entry.edition);
        CAPTURE(entry.edition->id());
        for (const char* language : {"Accept-Language: fr\r\n", "Accept-Language: en\r\n"}) {
            Answer page = p.see("/dispositifs/" + entry.edition->id(), language);
            CHECK(page.status == 200);
            CHECK_FALSE(page.has("open.scheme."));
            CHECK_FALSE(page.has("open.kinds."));
            CHECK_FALSE(page.has(">scheme."));
        }
    }
}

TEST_CASE("the estimator gives the known award of Lestrem to the cent, and says why") {
    Public p;
    Answer page = p.see(
        "/dispositifs/hdf-videoprotection/2022?place=Lestrem&code=62502&nature=extension&lines-0-what=cameras&"
        "lines-0-amount=56961,00&estimer=1");
    CHECK(page.status == 200);
    CHECK(page.has("17\u202f088,30\u00a0€"));
    CHECK(page.has("Oui"));
    CHECK(page.has("en vigueur en 2022"));
}

TEST_CASE("the estimator says no to a commune that is too large, and finds a place typed by its name alone") {
    Public p;
    Answer page = p.see(
        "/dispositifs/hdf-videoprotection/"
        "2022?place=Lille&nature=installation&lines-0-what=cameras&lines-0-amount=1000&"
        "estimer=1");
    CHECK(page.status == 200);
    CHECK(page.has("Non, ce projet ne peut pas être aidé"));
}

TEST_CASE("what is missing or wrong in the estimator is said field by field, and what was typed stays") {
    Public p;
    Answer page =
        p.see("/dispositifs/hdf-videoprotection/2022?place=&nature=&lines-0-what=&lines-0-amount=beaucoup&estimer=1");
    CHECK(page.status == 422);
    CHECK(page.has("Indiquez une commune ou un groupement"));
    CHECK(page.has("name='nature' value='extension'"));
    CHECK(page.has("Choisissez la nature du projet"));
    CHECK(page.has("value='beaucoup'"));
    page = p.see("/dispositifs/hdf-videoprotection/2022?lines-0-amount=5&lines-1-amount=7&remove=lines-0");
    CHECK(page.status == 200);
    CHECK(page.has("name='lines-0-amount' value='7'"));
    page = p.see("/dispositifs/hdf-videoprotection/2022?funding-0-amount=3&add=funding");
    CHECK(page.has("funding-1-amount"));
}

TEST_CASE("without script the place is searched, then chosen among those found; a closed edition still answers") {
    Public p;
    Answer page = p.see("/dispositifs/hdf-videoprotection/2022?place=les&place-search=1");
    CHECK(page.has("name='code' value='62502'"));
    p.clock.set(base::from_paris(base::make_date(2024, 3, 1), 10, 0));
    page = p.see(
        "/dispositifs/hdf-videoprotection/2022?code=62502&nature=extension&lines-0-what=cameras&lines-0-amount=56961&"
        "estimer=1");
    CHECK(page.has("17\u202f088,30\u00a0€"));
    CHECK(page.has("3 février 2022"));
}

TEST_CASE("the estimator does not tell that someone has a request under way") {
    Public p;
    (void)p.filed();
    Answer page = p.see(
        "/dispositifs/hdf-videoprotection/2022?code=59172&nature=installation&lines-0-what=cameras&lines-0-amount=1000&"
        "estimer=1");
    CHECK(page.has("Oui, ce projet peut être aidé"));
}

TEST_CASE("a vote is public once published, not before: list, page, commune, sitting, files") {
    Public p;
    p.open_envelope(base::Cents{100'000'000});
    auto id = p.proposed("Caméras de la gare", "10000");
    auto sitting = p.vote(id, false);
    const std::string number = number_in(p, id);
    const std::string sitting_page = "/seances/" + std::to_string(sitting.value);
    CHECK_FALSE(p.see("/aides-accordees").has(number));
    CHECK(p.see("/aides-accordees/" + number).status == 404);
    for (const char* tail : {"", "/communique", "/communique.pdf", "/annexe.pdf", "/annexe.ods", "/annexe.csv"})
        CHECK(p.see(sitting_page + tail).status == 404);

    done(sitting::publish(p.desk, sitting, p.principal(p.secretary)));
    Answer list = p.see("/aides-accordees");
    CHECK(list.has(number));
    CHECK(list.has("Nord (59)"));
    CHECK(list.has("3\u202f000,00\u00a0€"));
    CHECK(p.see("/aides-accordees?q=gare").has(number));
    CHECK(p.see("/aides-accordees?departement=59&annee=2022").has(number));
    CHECK_FALSE(p.see("/aides-accordees?departement=62").has(number));
    CHECK_FALSE(p.see("/aides-accordees?q=introuvable").has(number));
    CHECK(p.see("/aides-accordees?page=2").status == 404);

    Answer page = p.see("/aides-accordees/" + number);
    CHECK(page.status == 200);
    CHECK(page.has("Denain"));
    CHECK(page.has("Comment le montant a été calculé"));
    CHECK(page.has("19\u202f877"));
    CHECK(page.has("8 juillet 2022"));
    CHECK(p.see("/territoire/59172").has(number));
    CHECK(p.see("/").has(number));

    CHECK(p.see(sitting_page).has("2022.00100"));
    CHECK(p.see(sitting_page + "/communique").has("Denain"));
    CHECK(p.see(sitting_page + "/communique.pdf").body.starts_with("%PDF"));
    CHECK(p.see(sitting_page + "/annexe.pdf").content_type == "application/pdf");
    CHECK(p.see(sitting_page + "/annexe.ods").body.starts_with("PK"));
    CHECK(p.see(sitting_page + "/annexe.csv").has("Denain"));
    CHECK(p.see("/aides-accordees/chiffres").has("Montant par département"));
    CHECK(p.see("/aides-accordees/carte").has("contours"));
}

TEST_CASE("with contours, the map links what was granted, says its key in the page and names what the keyboard is on") {
    Public p;
    p.open_envelope(base::Cents{100'000'000});
    p.vote(p.proposed());
    const auto file = p.folder.path() / "communes.geojson";
    const auto square = [](std::string_view code, double lon) {
        return fmt::format(
            R"({{"type":"Feature","properties":{{"code":"{0}"}},"geometry":{{"type":"Polygon","coordinates":[[[{1},50.3],[{2},50.3],[{2},50.4],[{1},50.4],[{1},50.3]]]}}}})",
            code, lon, lon + 0.1);
    };
    territory::write_file(file, fmt::format(R"({{"type":"FeatureCollection","features":[{},{}]}})",
                                            square("59172", 3.3), square("59350", 3.4)));
    done(territory::import_contours(*p.db, file, p.clock.now()));
    const Answer page = p.see("/aides-accordees/carte");
    CHECK(page.status == 200);
    CHECK_FALSE(page.has("La carte n’est pas disponible"));
    CHECK(page.has("href=\"/territoire/59172#aides\" aria-label=\"Denain (Nord, 59)\u00a0: 3\u202f000\u00a0€\""));
    CHECK_FALSE(page.has("/territoire/59350#aides"));
    CHECK(page.has(">Denain</text>"));
    // Lille has no grant on the map of communes; on that of départements nothing is without one.
    const auto key = page.body.find("Aucune aide");
    CHECK(key != std::string::npos);
    CHECK(page.body.find("Aucune aide", key + 1) == std::string::npos);
}

TEST_CASE("an award is found under the commune that absorbed its beneficiary, and in no other's name") {
    Public p;
    p.open_envelope(base::Cents{100'000'000});
    p.vote(p.proposed());
    // In 2024 Denain joins Lille.
    auto later = db::migrated_database(p.folder.file("later.db"));
    auto year = [&](std::string_view version, int cog, bool merged) {
        territory::FakePackage package;
        if (!merged) package.town({"59172", "Denain", 19877, std::string(kDenainSiren)});
        package.town({"59350", "Lille", 234475, std::string(kLilleSiren), merged ? "59172" : ""});
        package.town({"62502", "Lestrem", 4600, std::string(kLestremSiren)});
        return package.write(p.folder.path() / "later" / version, version, cog, cog, cog);
    };
    base::value_or_throw(
        territory::import_packages(*later, {year("2.0.0", 2022, false), year("4.0.0", 2024, true)}, base::Timestamp{}));
    auto directory = base::value_or_throw(territory::Directory::load(*later));
    auto under = [&](const char* code) {
        return p.db->read([&](db::Reader& reader) {
            sitting::GrantFilter filter;
            filter.code = code;
            auto found = sitting::grants(reader, *directory, p.editions, {}, filter);
            CHECK(sitting::count_grants(reader, *directory, filter).rows == static_cast<std::int64_t>(found.size()));
            return found.size();
        });
    };
    CHECK(under("59350") == 1);
    CHECK(under("59172") == 1);  // the page of the commune as it was
    CHECK(under("62502") == 0);
}

TEST_CASE("files written in pieces hold the same rows as those written at once, in the order of the votes") {
    Public p;
    p.open_envelope(base::Cents{100'000'000});
    p.vote(p.proposed());
    p.db->read([&](db::Reader& reader) {
        sitting::ItemId after;
        CHECK(sitting::grants_after(reader, *p.territory, p.editions, {}, {}, after, 1).size() == 1);
        CHECK(after);
        CHECK(sitting::grants_after(reader, *p.territory, p.editions, {}, {}, after, 1).empty());
        CHECK(sitting::publication(reader).version > 0);
        CHECK(sitting::grant_years(reader) == std::vector<int>{2022});
        CHECK(sitting::grant_editions(reader) == std::vector<std::string>{"hdf-videoprotection/2022"});
    });
}

TEST_CASE("the open data files hold the award, and what can be checked passes our own checker") {
    Public p;
    p.open_envelope(base::Cents{100'000'000});
    auto id = p.proposed();
    p.vote(id);
    const std::string number = number_in(p, id);
    for (const char* file : {"/donnees/subventions-scdl.csv", "/donnees/subventions-14-colonnes.csv",
                             "/donnees/aides.csv", "/donnees/aides.json", "/donnees/atom.xml"}) {
        CAPTURE(file);
        Answer answer = p.see(file);
        CHECK(answer.status == 200);
        CHECK(answer.has("Denain"));
    }
    CHECK(p.see("/donnees/aides.csv").has(number));
    CHECK_FALSE(p.see("/donnees/aides.csv?departement=62").has(number));
    CHECK(boost::json::parse(p.see("/donnees/aides.json").body).at("grants").as_array().size() == 1);
    CHECK(boost::json::parse(p.see("/donnees/aides-territoires.json").body).is_array());
    CHECK(boost::json::parse(p.see("/donnees/dispositifs.json").body).is_array());
    CHECK(p.see("/donnees/catalogue.jsonld").has("http://127.0.0.1:8080/donnees/aides.csv"));
    CHECK(p.see("/donnees/LISEZMOI.md").has("SIRET"));
    Answer documentation = p.see("/donnees");
    CHECK(documentation.has("nomAttribuant"));
    CHECK(documentation.has("Licence Ouverte 2.0"));
    CHECK(documentation.has("conforme"));
}

TEST_CASE("a page made for a stranger is kept until something is published; whoever is signed in gets their own") {
    Public p;
    const std::string before = p.see("/aides-accordees").body;
    CHECK(p.see("/aides-accordees").body == before);
    CHECK(p.get("/aides-accordees", p.officer).has("Luc Moreau"));
    CHECK_FALSE(p.see("/aides-accordees").has("Luc Moreau"));
    p.open_envelope(base::Cents{100'000'000});
    auto id = p.proposed();
    p.vote(id);
    CHECK(p.see("/aides-accordees").has(number_in(p, id)));
}

TEST_CASE("suggestions are JSON with the département, and a search without script leads to the commune") {
    Public p;
    auto json = boost::json::parse(p.see("/territoire/suggestions?q=den").body);
    CHECK(json.at("results").at(0).at("code").as_string() == "59172");
    CHECK(std::string(json.at("results").at(0).at("label").as_string()).find("Nord") != std::string::npos);
    CHECK(boost::json::parse(p.see("/territoire/suggestions?q=%22%5C").body).at("results").is_array());
    CHECK(p.see("/territoire/recherche?q=Denain&code=59172").location == "/territoire/59172");
    CHECK(p.see("/territoire/recherche?q=zzzz").has("Aucun résultat"));
    CHECK(p.see("/territoire/215901729").location == "/territoire/59172");
    CHECK(p.see("/territoire/00000").status == 404);
}

TEST_CASE("the cache forgets what is old, what is used least, and never keeps what is too large") {
    AnswerCache cache(20'000);
    auto answer = [](std::size_t size) { return http::html(std::string(size, 'a')).compressed(); };
    (void)cache.put("a", 1, answer(3'000));
    CHECK(cache.find("a", 1));
    CHECK_FALSE(cache.find("a", 2));
    CHECK_FALSE(cache.find("a", 1));  // a newer version was asked for: gone
    (void)cache.put("a", 2, answer(3'000));
    CHECK_FALSE(cache.find("a", 1));  // a slow request of the past does not chase the new one
    CHECK(cache.find("a", 2));
    (void)cache.put("big", 2, answer(10'000));
    CHECK_FALSE(cache.find("big", 2));
    for (int i = 0; i < 20; ++i) (void)cache.put("k" + std::to_string(i), 2, answer(3'000));
    CHECK(cache.use().bytes <= 20'000);
    CHECK_FALSE(cache.find("k0", 2));
    CHECK(cache.find("k19", 2));
    CHECK_FALSE(cache.find("k19", 2)->find_header("ETag").empty());
    CHECK(std::get<http::SharedBody>(cache.find("k19", 2)->body).gzip);
}
