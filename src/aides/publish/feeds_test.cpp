#include <fstream>
#include <iterator>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <doctest/doctest.h>
#include <pugixml.hpp>

#include "aides/publish/atom.hpp"
#include "aides/publish/dcat.hpp"
#include "aides/publish/scheme_files.hpp"
#include "aides/publish/table_schema.hpp"
#include "aides/publish/test_rows.hpp"

using namespace beffroi;
using namespace beffroi::aides::publish;

namespace {

std::string text_of(const boost::json::value& value) {
    return {value.as_string().data(), value.as_string().size()};
}

}  // namespace

TEST_CASE("a scheme keeps its universal number for ever") {
    // Written down on 23 November 2026: a change here breaks every link made with it.
    CHECK(scheme_uuid("hdf-videoprotection/2022") == scheme_uuid("hdf-videoprotection/2022"));
    CHECK(scheme_uuid("hdf-videoprotection/2022") != scheme_uuid("hdf-videoprotection/2023"));
    const std::string uuid = scheme_uuid("hdf-videoprotection/2022");
    CHECK(uuid == "23181810-e755-8073-9042-fc70d822e843");
    CHECK(uuid.size() == 36);
    CHECK(uuid[14] == '8');
    CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
}

TEST_CASE("Aides-territoires finds the names that its importers read") {
    const PublishedScheme row = test::scheme();
    const auto feed = boost::json::parse(write_aides_territoires(std::span(&row, 1)));
    REQUIRE(feed.as_array().size() == 1);
    const auto& one = feed.at(0);
    CHECK(text_of(one.at("id_article")) == scheme_uuid("hdf-videoprotection/2022"));
    CHECK(text_of(one.at("titre")) == "Vidéoprotection des communes 2022");
    CHECK(text_of(one.at("introduction")) ==
          "<p>La Région paie 30 % des dépenses.</p><p>Plafond : 30 000 € &lt;par commune&gt;.</p>");
    CHECK(text_of(one.at("thematiques")) == "Sûreté - Sécurité");
    CHECK(text_of(one.at("aidconditions")) ==
          "<ul><li>Moins de 20 000 habitants</li><li>Communes des Hauts-de-France</li></ul>");
    CHECK(text_of(one.at("date_de_debut")) == "2022-02-03");
    CHECK(text_of(one.at("date_de_fin")) == "2022-12-31");
    CHECK(text_of(one.at("temporalite")) == "Temporaire");
    CHECK(text_of(one.at("aid_benef")) == "Collectivités - Institutions - GIP");
    CHECK(write_aides_territoires({}) == "[]\n");
}

TEST_CASE("the dispositif-aide file passes its schema") {
    std::vector<PublishedScheme> rows{test::scheme(), test::scheme()};
    rows[1].edition = "2023";
    rows[1].title = "=1+1";
    rows[1].opens_at.reset();
    rows[1].provenance.origin = Origin::Simulated;
    std::ifstream file("assets/schemas/dispositif-aide-secteur-public-0.1.0.json", std::ios::binary);
    const auto schema = TableSchema::load(std::string(std::istreambuf_iterator<char>(file), {}));
    REQUIRE(schema);
    const std::string csv = write_scheme_csv(rows);
    const CheckResult result = schema->check(csv);
    for (const Fault& fault : result.faults)
        MESSAGE(fault.column << " " << fault_name(fault.code) << " " << fault.value);
    CHECK(result.ok());
    CHECK(csv.find("REG-32") != std::string::npos);
    CHECK(csv.find("\"[{\"\"nom\"\":\"\"Région Hauts-de-France\"\",\"\"siren\"\":\"\"200053742\"\"") !=
          std::string::npos);
    const auto json = boost::json::parse(write_scheme_json(rows));
    CHECK(text_of(json.at(0).at("porteurs").at(0).at("siren")) == "200053742");
    CHECK(json.at(0).at("taille_population_maximum").as_int64() == 19999);
    CHECK(text_of(json.at(1).at("titre")) == "[Donnée simulée] =1+1 2023");
}

TEST_CASE("the DCAT catalogue says what data.gouv.fr harvests") {
    DataCatalogue catalogue;
    catalogue.url = "https://aides.example.fr/catalog.jsonld";
    catalogue.title = "Données ouvertes";
    catalogue.publisher_name = "Région Hauts-de-France";
    catalogue.publisher_siret = "20005374200017";
    catalogue.contact_mail = "donnees@example.fr";
    Dataset dataset;
    dataset.id = "subventions-2022";
    dataset.title = "Subventions 2022";
    dataset.keywords = {"subvention", "vidéoprotection"};
    dataset.covers_from = base::make_date(2022, 1, 1);
    dataset.covers_to = base::make_date(2022, 12, 31);
    dataset.frequency = Frequency::Irregular;
    dataset.area_geojson = R"({"type":"Polygon","coordinates":[[[1.3,48.8],[4.3,48.8],[4.3,51.1],[1.3,48.8]]]})";
    dataset.provenance.origin = Origin::Simulated;
    dataset.distributions.push_back({.title = "SCDL",
                                     .url = "https://aides.example.fr/donnees/scdl.csv",
                                     .media_type = "text/csv",
                                     .format = "CSV",
                                     .conforms_to = "https://schema.data.gouv.fr/scdl/subventions/2.1.1",
                                     .bytes = 1234});
    catalogue.datasets.push_back(dataset);
    const auto json = boost::json::parse(write_dcat(catalogue));
    CHECK(text_of(json.at("@type")) == "dcat:Catalog");
    const auto& one = json.at("dcat:dataset").at(0);
    CHECK(text_of(one.at("dct:title")) == "[Donnée simulée] Subventions 2022");
    CHECK(text_of(one.at("dct:temporal").at("dcat:startDate").at("@value")) == "2022-01-01");
    CHECK(text_of(one.at("dct:accrualPeriodicity").at("@id")).ends_with("/IRREG"));
    CHECK(text_of(one.at("dct:license").at("@id")) == "https://www.etalab.gouv.fr/licence-ouverte-open-licence");
    CHECK(one.at("dct:spatial").at("locn:geometry").at("@value").as_string() == dataset.area_geojson);
    const auto& file = one.at("dcat:distribution").at(0);
    CHECK(text_of(file.at("dcat:downloadURL").at("@id")) == "https://aides.example.fr/donnees/scdl.csv");
    CHECK(text_of(file.at("dcat:byteSize").at("@value")) == "1234");
}

TEST_CASE("the Atom feed is well formed, complete and quiet about hostile text") {
    PublishedGrant grant = test::lestrem();
    grant.object = "<script>alert(1)</script> & \x01";
    Feed feed;
    feed.id = "https://aides.example.fr/subventions.atom";
    feed.title = "Subventions & séances";
    feed.self_url = "https://aides.example.fr/subventions.atom";
    feed.page_url = "https://aides.example.fr/subventions?a=1&b=2";
    feed.author = "Région Hauts-de-France";
    feed.updated = base::Timestamp{0};
    feed.entries = {entry_of(grant), entry_of(test::sitting()), entry_of(test::scheme())};
    const std::string xml = write_atom(feed);
    pugi::xml_document document;
    REQUIRE(document.load_string(xml.c_str()));
    const auto root = document.child("feed");
    // RFC 4287 §4.1.1 and §4.1.2: id, title, updated and an author are required.
    for (const char* name : {"id", "title", "updated", "author"}) CHECK(root.child(name));
    CHECK(std::string(root.child("updated").text().get()) == "2022-11-22T11:00:00Z");
    int entries = 0;
    CHECK(feed.entries[0].id.starts_with("urn:uuid:"));
    PublishedSitting second = test::sitting();
    second.id = "2022-CP-0124";
    CHECK(entry_of(second).id != feed.entries[1].id);
    for (const auto& entry : root.children("entry")) {
        ++entries;
        for (const char* name : {"id", "title", "updated", "link", "summary"}) CHECK(entry.child(name));
    }
    CHECK(entries == 3);
    CHECK(std::string(root.child("entry").child("summary").text().get())
              .starts_with("<script>alert(1)</script> & \uFFFD"));
    CHECK(std::string(root.child("entry").child("title").text().get()).find("17 088,30") ==
          std::string::npos);  // narrow spaces
    CHECK(xml.find("<script") == std::string::npos);
}
