#include "aides/publish/grant_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "aides/publish/notes.hpp"
#include "aides/publish/sitting_files.hpp"
#include "aides/publish/table_schema.hpp"
#include "aides/publish/test_rows.hpp"
#include "aides/publish/utf8.hpp"
#include "documents/csv.hpp"

using namespace beffroi;
using namespace beffroi::aides::publish;

namespace {

TableSchema schema(const std::string& name) {
    std::ifstream file("assets/schemas/" + name, std::ios::binary);
    REQUIRE(file);
    auto loaded = TableSchema::load(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!loaded) FAIL(loaded.error().detail);
    return *loaded;
}

std::string first_fault(const CheckResult& result) {
    if (result.faults.empty()) return {};
    const Fault& fault = result.faults.front();
    return std::to_string(fault.line) + " " + fault.column + " " + std::string(fault_name(fault.code)) + " " +
           fault.value;
}

std::string line(const std::string& csv, int number) {
    std::size_t from = 0;
    for (int i = 0; i < number; ++i) from = csv.find("\r\n", from) + 2;
    return csv.substr(from, csv.find("\r\n", from) - from);
}

}  // namespace

TEST_CASE("SCDL subventions 2.1.1, to the byte") {
    PublishedGrant grant = test::lestrem();
    grant.beneficiary_siret = "21620502100014";
    const std::string csv = write_grants(GrantFormat::ScdlSubventions, std::span(&grant, 1));
    CHECK(
        csv ==
        "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,rnaBeneficiaire,"
        "objet,montant,"
        "nature,conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention,dispositifAide\r\n"
        "Région Hauts-de-France,20005374200017,2022-11-22,2022-CP-0123,Commune de Lestrem,21620502100014,,\"[Montant "
        "réel, dossier "
        "reconstitué] Vidéoprotection : 47 caméras\",17088.30,aide en "
        "numéraire,échelonné,2022-12-01/2024-11-22,,non,1," +
            grant.scheme_uuid + "\r\n");
}

TEST_CASE("the regulatory file has its 14 columns and its own sign inside a period") {
    PublishedGrant grant = test::lestrem();
    grant.provenance = {};
    grant.nature = AidNature::CashAndInKind;
    grant.terms = PaymentTerms::Single;
    const std::string csv = write_grants(GrantFormat::Regulatory, std::span(&grant, 1));
    CHECK(line(csv, 0) ==
          "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,objet,montant,"
          "nature,"
          "conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention");
    CHECK(line(csv, 1) ==
          "Région Hauts-de-France,20005374200017,2022-11-22,2022-CP-0123,Commune de Lestrem,,Vidéoprotection : 47 "
          "caméras,17088.30,\"aide en numéraire;aide en nature\",unique,2022-12-01_2024-11-22,,non,1");
}

TEST_CASE("a SIRET that is not known stays empty, and is told beside the file") {
    const PublishedGrant grant = test::lestrem();
    std::string out;
    GrantFile file(out, GrantFormat::ScdlSubventions);
    file.add(grant);
    file.finish();
    REQUIRE(file.gaps().size() == 1);
    CHECK(file.gaps()[0] == Gap{"VP-2022-0042", "Commune de Lestrem", "idBeneficiaire", "publish.gap.siret"});
    // The checker says the same of the file: no one may believe that it is complete.
    CHECK(first_fault(schema("scdl-subventions-2.1.1.json").check(out)) == "2 idBeneficiaire one-of-required ");

    const base::Catalogue catalogue = base::value_or_throw(base::Catalogue::load("locale"));
    const base::Text text(catalogue, base::Language::Fr);
    const std::string notes = write_notes(text,
                                          {.title = "Subventions 2022",
                                           .publisher = "Région Hauts-de-France",
                                           .url = "https://aides.example.fr/donnees",
                                           .written = {1669104000000},
                                           .files = {"subventions.csv"}},
                                          std::span(&grant, 1), file.gaps());
    CHECK(notes.find("### `idBeneficiaire` : SIRET du bénéficiaire inconnu") != std::string::npos);
    CHECK(notes.find("- VP\\-2022\\-0042, Commune de Lestrem") != std::string::npos);
    CHECK(notes.find("tirés d’une source publique, le reste du dossier étant reconstitué : 1") != std::string::npos);
    CHECK(notes.find("publish.") == std::string::npos);
}

TEST_CASE("what is not real is marked in every file, by row and by name") {
    PublishedGrant grant = test::simulated("VP-1", "62001", "62", 100);
    const auto span = std::span<const PublishedGrant>(&grant, 1);
    CHECK(write_grants(GrantFormat::ScdlSubventions, span).find("[Donnée simulée] ") != std::string::npos);
    CHECK(write_grants(GrantFormat::Regulatory, span).find("[Donnée simulée] ") != std::string::npos);
    CHECK(write_grants(GrantFormat::RichCsv, span).find(",simulated,") != std::string::npos);
    CHECK(write_grants(GrantFormat::RichJson, span).find("\"origin\":\"simulated\"") != std::string::npos);
    CHECK(file_name(GrantFormat::ScdlSubventions, "hdf-videoprotection", "2022", span) ==
          "subventions-hdf-videoprotection-2022-scdl-simulation.csv");
    grant.provenance = {};
    CHECK(file_name(GrantFormat::RichJson, "hdf-videoprotection", "2022", span) ==
          "subventions-hdf-videoprotection-2022-complet.json");
}

TEST_CASE("the complete CSV and JSON hold what SCDL has no column for") {
    const PublishedGrant grant = test::lestrem();
    const auto span = std::span<const PublishedGrant>(&grant, 1);
    const std::string csv = write_grants(GrantFormat::RichCsv, span);
    CHECK(line(csv, 1) ==
          "VP-2022-0042,hdf-videoprotection,2022," + grant.scheme_uuid +
              ",Vidéoprotection des communes,cp-2022-11-22,Commission permanente du 22 novembre "
              "2022,2022-CP-0123,2022-11-22,,"
              "Région Hauts-de-France,20005374200017,Commune de "
              "Lestrem,commune,216205021,,,62502,62,Pas-de-Calais,4552,municipale,"
              "2022,Vidéoprotection : 47 caméras,extension,47,17088.30,56961.00,0.3,17088.30,1,17088.30,aide en "
              "numéraire,échelonné,"
              "2022-12-01,2024-11-22,sha256-0f3a,,2022-11-22T08:00:00Z,reconstructed,https://horizonactu.fr/"
              "actualite-29895,"
              "https://aides.example.fr/subventions/VP-2022-0042,");
    CHECK(first_fault(schema("beffroi-subventions-1.0.0.json").check(csv)).empty());

    const auto json = boost::json::parse(write_grants(GrantFormat::RichJson, span));
    const auto& one = json.at("grants").at(0).as_object();
    for (const char* required : {"id", "title", "description", "currency", "amountAwarded", "awardDate",
                                 "recipientOrganization", "fundingOrganization"})
        CHECK_MESSAGE(one.contains(required), required);
    CHECK(one.at("recipientOrganization").at(0).at("id").as_string() == "FR-INSEE-216205021");
    CHECK(one.at("beneficiaryLocation").at(0).at("geoCode").as_string() == "62502");
    CHECK(one.at("beffroi").at("eligibleBase").as_double() == 56961.0);
    CHECK(one.at("beffroi").at("population").at("value").as_int64() == 4552);
}

TEST_CASE("hostile names neither break a file nor run in a spreadsheet") {
    struct Case {
        std::string given;
        std::string read;
    };
    const std::vector<Case> cases{
        {"=HYPERLINK(\"http://x\",\"ici\")", "'=HYPERLINK(\"http://x\",\"ici\")"},
        {"+33 3 20", "'+33 3 20"},
        {"-2 caméras", "'-2 caméras"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1+1", "'=1+1"},
        {"a\r\nb,\"c\"\n\nd", "a b, \"c\" d"},
        {"L'Haÿ;les|Roses", "L'Haÿ;les|Roses"},
        {std::string("a\0b", 3), "a b"},
        {"a\xFF", "a\uFFFD"},
        {"a\u2028b", "a b"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.given);
        PublishedGrant grant = test::lestrem();
        grant.beneficiary_name = c.given == "a\r\nb,\"c\"\n\nd" ? "a\r\nb, \"c\"\n\nd" : c.given;
        grant.object = grant.beneficiary_name;
        grant.resolution = grant.beneficiary_name;
        grant.provenance = {};
        for (const GrantFormat format : {GrantFormat::ScdlSubventions, GrantFormat::Regulatory, GrantFormat::RichCsv}) {
            const auto table = documents::read_csv(write_grants(format, std::span(&grant, 1)));
            REQUIRE(table);
            REQUIRE(table->rows.size() == 1);
            for (std::size_t i = 0; i < table->header.size(); ++i)
                if (table->header[i] == "nomBeneficiaire" || table->header[i] == "objet" ||
                    table->header[i] == "beneficiaire" || table->header[i] == "deliberation")
                    CHECK(table->rows[0].fields[i] == c.read);
        }
        CHECK_NOTHROW((void)boost::json::parse(write_grants(GrantFormat::RichJson, std::span(&grant, 1))));
    }
}

TEST_CASE("an object longer than the schema allows is cut on a character, its mark kept") {
    PublishedGrant grant = test::simulated("VP-1", "62001", "62", 100);
    grant.object.clear();
    for (int i = 0; i < 400; ++i) grant.object += "é";
    const auto table = documents::read_csv(write_grants(GrantFormat::ScdlSubventions, std::span(&grant, 1)));
    REQUIRE(table);
    const std::string& object = table->rows[0].fields[7];
    CHECK(code_points(object) == 256);
    CHECK(object.starts_with("[Donnée simulée] é"));
    CHECK(object.ends_with("é…"));
}

namespace {

rc::Gen<std::string> words() {
    return rc::gen::map(
        rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
            "a", "é", "œ", "\"", ",", ";", "\n", "\r", "'", "=", "-", "+", "@", " ", "\t", "0", "\u00A0", "€", "😀")),
        [](const std::vector<std::string>& parts) {
            std::string out = "x";
            for (const auto& part : parts) out += part;
            return out;
        });
}

PublishedGrant random_grant() {
    PublishedGrant grant = test::lestrem();
    grant.id = "G" + std::to_string(*rc::gen::inRange(1, 1'000'000));
    grant.beneficiary_name = *words();
    grant.object = *words();
    grant.resolution = *words();
    grant.terms_text = *words();
    grant.terms = *rc::gen::element(PaymentTerms::Single, PaymentTerms::Staged, PaymentTerms::Other);
    grant.nature = *rc::gen::element(AidNature::Cash, AidNature::InKind, AidNature::CashAndInKind);
    grant.beneficiary_siret = *rc::gen::element<std::string>("21060004500392", "23350001600040", "20005374200017");
    grant.asked = {*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)};
    grant.awarded = {*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)};
    grant.share = base::Rate{*rc::gen::inRange(100, 10001)};
    grant.rate = base::Rate{*rc::gen::inRange(0, 10001)};
    grant.decision_date = base::add_days(base::make_date(2022, 1, 1), *rc::gen::inRange(0, 2000));
    grant.payment_period = Period{grant.decision_date, {}};
    if (*rc::gen::arbitrary<bool>())
        grant.payment_period->to = base::add_days(grant.decision_date, *rc::gen::inRange(0, 2000));
    grant.notified_to_eu = *rc::gen::arbitrary<bool>();
    grant.provenance.origin = *rc::gen::element(Origin::Actual, Origin::Reconstructed, Origin::Simulated);
    return grant;
}

}  // namespace

TEST_CASE("whatever is granted, the files pass their schemas in strict reading") {
    const TableSchema scdl = schema("scdl-subventions-2.1.1.json");
    const TableSchema regulatory = schema("reglementaire-subventions-1.1.1.json");
    const TableSchema rich = schema("beffroi-subventions-1.0.0.json");
    CHECK(rc::check([&] {
        std::vector<PublishedGrant> grants;
        for (int i = 0, n = *rc::gen::inRange(0, 5); i < n; ++i) grants.push_back(random_grant());
        const auto clean = [&](const TableSchema& against, GrantFormat format) {
            const CheckResult result = against.check(write_grants(format, grants));
            if (!result.ok()) RC_FAIL(first_fault(result));
            RC_ASSERT(result.rows == grants.size());
        };
        clean(scdl, GrantFormat::ScdlSubventions);
        clean(regulatory, GrantFormat::Regulatory);
        clean(rich, GrantFormat::RichCsv);
        RC_ASSERT(boost::json::parse(write_grants(GrantFormat::RichJson, grants)).at("grants").as_array().size() ==
                  grants.size());
    }));
}

TEST_CASE("SCDL délibérations 2.1.5, to the byte, and clean for the checker") {
    const PublishedSitting row = test::sitting();
    const std::string csv = write_deliberations(std::span(&row, 1));
    CHECK(csv ==
          "COLL_NOM,COLL_SIRET,DELIB_ID,DELIB_DATE,DELIB_MATIERE_CODE,DELIB_MATIERE_NOM,DELIB_OBJET,BUDGET_ANNEE,"
          "BUDGET_NOM,PREF_ID,"
          "PREF_DATE,VOTE_EFFECTIF,VOTE_REEL,VOTE_POUR,VOTE_CONTRE,VOTE_ABSTENTION,DELIB_URL\r\n"
          "Région Hauts-de-France,20005374200017,2022-CP-0123,2022-11-22,7.5,finances locales/subventions,Aide à la "
          "vidéoprotection : "
          "56 communes,2022,,SGAR059,2022-11-25,57,50,45,3,2,https://aides.example.fr/seances/cp-2022-11-22\r\n");
    CHECK(schema("scdl-deliberations-2.1.5.json").check(csv).ok());
}

TEST_CASE("100,000 grants are written whole, and the strict check finds nothing in them") {
    std::vector<PublishedGrant> grants(100'000, test::lestrem());
    for (std::size_t i = 0; i < grants.size(); ++i) {
        grants[i].id = "VP-" + std::to_string(i);
        grants[i].beneficiary_siret = "21060004500392";
    }
    std::string csv = write_grants(GrantFormat::ScdlSubventions, grants);
    CHECK(std::ranges::count(csv, '\n') == 100'001);
    CHECK(std::ranges::count(write_grants(GrantFormat::RichCsv, grants), '\n') == 100'001);
    CHECK(write_grants(GrantFormat::RichJson, grants).size() > csv.size());
    CHECK(schema("scdl-subventions-2.1.1.json").check(csv).ok());
}
