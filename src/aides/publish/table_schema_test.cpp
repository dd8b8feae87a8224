#include "aides/publish/table_schema.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/catalogue.hpp"

using namespace beffroi;
using namespace beffroi::aides::publish;

namespace {

std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

TableSchema schema(const std::string& name) {
    auto loaded = TableSchema::load(file_text("assets/schemas/" + name));
    if (!loaded) FAIL(loaded.error().detail);
    return *loaded;
}

TableSchema made(const std::string& json) {
    auto loaded = TableSchema::load(json);
    if (!loaded) FAIL(loaded.error().detail);
    return *loaded;
}

// "2 montant type", one per fault: data row, column, code.
std::vector<std::string> told(const CheckResult& result) {
    std::vector<std::string> out;
    for (const Fault& fault : result.faults)
        out.push_back(std::to_string(fault.row) + " " + fault.column + " " + std::string(fault_name(fault.code)));
    return out;
}

using Told = std::vector<std::string>;

const std::string kScdl =
    "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,rnaBeneficiaire,objet,"
    "montant,"
    "nature,conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention,dispositifAide\n";

// Rows of SCDL's own valid example for 2.1 (exemple_valide.csv, OpenDataFrance, Licence Ouverte), among them the one
// whose period holds a thirtieth month and two that end before they begin.
const std::string kValid =
    "ANTIBES,21060004500392,2015-07-07,CONV N° 2074-15 2015-06-19,CEA DU PERSONNEL DE LA VILLE D'ANTIBES JUAN-LES-PINS "
    ",52499120500013,W333216789,Fonctionnement,99786.57,aide en numéraire,échelonné,2017-03-30/2017-05-24,,non,0.05,\n"
    "ANTIBES,21060004500392,2013-10-04,CONV N° 2994-13,ANTIBES RALLYE "
    "ASSOCIATION,,W322216459,Fonctionnement,33000,aide en "
    "numéraire,unique,2017-03-09/2017-07-31,,non,0.1,\n"
    "ANTIBES,21060004500392,2016-06-17,CONV N° 01-4  et DELIB AVANCE N°407-15 du 2014-12-19,ASSOCIATION SPORTIVE "
    "AUTOMOBILE "
    "D'ANTIBES JUAN-LES-PINS - ASA,38033590100027,,Fonctionnement,113000,aide en "
    "numéraire,unique,2017-01-13/2017-03-02,,non,"
    "0.15,\n"
    "ANTIBES,21060004500392,2012-10-04,CONV N° 3262-12 et DELIB AVANCE N°207-15 du 2014-12-19,SASP OAJLP COTE "
    "D'AZUR,40230893600036,,Fonctionnement,460000,aide en numéraire,unique,2017-01-02/2017-03-08,,oui,1,\n"
    "ANTIBES,21060004500392,2013-10-04,CONV N° 3098-13,SOCIETE DES REGATES D ANTIBES JUAN LES PINS    "
    ",79281457600015,,Fonctionnement,82701.72,aide en numéraire;aide en nature,unique,2017-03-09/2017-07-07,,oui,0.2,\n"
    "ANTIBES,21060004500392,2015-02-06,CONV N° 580-15,HARMONIE ANTIBOISE,45083334800011,,Fonctionnement,24500,aide en "
    "numéraire,unique,2017-04-12/2017-03-09,,oui,0.4,\n"
    "ANTIBES,21060004500392,2016-05-26,CONV N° 1589-15,ANTIBEA COMEDIE "
    "D'ANTIBES,39935640100030,,Fonctionnement,56000,aide en "
    "numéraire,échelonné,2017-03-02/2017-30-05,,oui,0.7,\n"
    "ANTIBES,21060004500392,2015-01-20,CONV N° 366-15,LABEL NOTE,48325831500025,,Fonctionnement,95000,aide en "
    "numéraire,échelonné,2017-03-02/2017-01-10,,oui,0.9,\n";

}  // namespace

TEST_CASE("SCDL's valid example passes as the schema reads it, and its impossible dates are told in strict reading") {
    const TableSchema subventions = schema("scdl-subventions-2.1.1.json");
    CHECK(subventions.version() == "2.1.1");
    const CheckResult lenient = subventions.check(kScdl + kValid, {.severity = Severity::Schema});
    CHECK(told(lenient) == Told{});
    CHECK(lenient.rows == 8);
    CHECK(told(subventions.check(kScdl + kValid)) ==
          Told{"6 datesPeriodeVersement format", "7 datesPeriodeVersement format", "8 datesPeriodeVersement format"});
}

TEST_CASE("SCDL's invalid example (exemple_invalide.csv, 14 columns) is refused for the right reasons") {
    const std::string head =
        "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,objet,montant,"
        "nature,"
        "conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention\n";
    const std::string who =
        "Région Bretagne,23350001600040,2017-06-27,Z34507,Bellandier SAS,67895644300011,Aide à l'embauche,";
    const std::string rows = who + "5500.20,aide en numéraire;aide en nature,échelonné,2017-12-14,12345,non,0.2\n" +
                             who + "\"5500,20\",aide en numéraire;aide en nature,échelonné,2017-12-14,12345,non,0.2\n" +
                             who + "5500.20,aide en numéraire;,échelonné,2017-12-14/2018-12-15,12345,non,0.2\n" + who +
                             "5500.20,aide en numéraire;salut,échelonné,2017-12-14/2018-12-15,12345,non,0.2\n" + who +
                             "22000.80,aide en numéraire;aide en nature,échelonné,2017-12-14,12345,no,0.8\n" + who +
                             "22000.80,aide en numéraire;aide en nature,échelonné,2017-12-14,12345,oui,12.5\n";
    // Against the 14 columns it was written for.
    const CheckResult result =
        schema("reglementaire-subventions-1.1.1.json").check(head + rows, {.severity = Severity::Schema});
    const Told found = told(result);
    for (const char* fault : {"2 montant type", "3 nature enum", "4 nature enum", "5 notificationUE type",
                              "6 pourcentageSubvention maximum"}) {
        CAPTURE(fault);
        CHECK(std::find(found.begin(), found.end(), fault) != found.end());
    }
    // Against 2.1.1, the two missing columns come on top.
    const Told newer = told(schema("scdl-subventions-2.1.1.json").check(head + rows, {.severity = Severity::Schema}));
    CHECK(newer.at(0) == "0 rnaBeneficiaire missing-column");
    CHECK(newer.at(1) == "0 dispositifAide missing-column");
}

TEST_CASE("SCDL's example of wrong cells (exemple_invalide_erreurs_cellules.csv): every wrong cell is found") {
    const TableSchema subventions = schema("scdl-subventions-2.1.1.json");
    struct Case {
        const char* row;
        Told faults;
    };
    // The SIRET of the town ends in 00000 there: its key is wrong on every row.
    const std::string town = " idAttribuant siret";
    const std::vector<Case> cases{
        {"Ville de Poitiers,21860194600000,2016-12-05,2016-0391,Trouver sonnette a son "
         "pied,52499120500013,W333216789,Festival,"
         "10000,aide en numéraire;aide en nature,unique;échelonné,2016-12-05/2017-12-05,,non,100,",
         {"1 pourcentageSubvention maximum"}},
        {"Ville de Poitiers,21860194600000,05/12/2016,2016-0391,Pic la poule,44088714900000,W3222,Danse,9000,aide en "
         "numéraire,"
         "unique,2016-12-05,,non,1,",
         {"1 dateConvention type", "1 rnaBeneficiaire pattern", "1 idBeneficiaire siret"}},
        {"Poitiers,21860194600000,2016-12-05,2016-0394,Centre de beaulieu,32402138500000.0,,Avance,\"100000,1\",aide "
         "en "
         "numéraire,unique,2016-12-05,,no,1,",
         {"1 idBeneficiaire pattern", "1 montant type", "1 notificationUE type"}},
        {"Ville de Poitiers,218601946,2017-06-27,2016-0400,Rodriguez SA,81223113200026,,Aide à "
         "l'embauche,22000.80,aide en numéraire,échelonné,2017-06-27/2018-06-27,17845,non,0.8,",
         {"1 idAttribuant pattern"}},
        {"Ville de Poitiers,21860194600000,2017-06-27,2016-0400,Bellandier SAS,67895644300011,,Aide à "
         "l'embauche,5500.20,aide en numéraire,échelonné,2017-06-27_2018-06-27,10065,yes,0.2,",
         {"1 datesPeriodeVersement pattern", "1 notificationUE type", "1 idBeneficiaire siret"}},
        {"Ville de Poitiers,21860194600000,2017-02-13,2016-0500,Amicale des coureurs,,,\"Cyclosportive \"\"La Michel "
         "Grain\"\"\",830,aide en numéraire,unique,2017-02-13,,non,\"0,5\",",
         {"1 pourcentageSubvention type", "1 idBeneficiaire one-of-required"}},
        {"Ville de Poitiers,21860194600000,2017-04-10,2016-0500,Stade poitevin hockey "
         "club,33496296600000,,Tournoi,,aide en numéraire,unique,2017-04-10,,non,1,",
         {"1 montant required", "1 idBeneficiaire siret"}},
        {"Ville de Poitiers,21860194600000,2017-04-10,2017-0003,Maison des 3 "
         "quartiers,,W12455,Statuts,536055,aide en numéraire,échelonné,2017-04-10,,non,1,",
         {"1 rnaBeneficiaire pattern"}},
        {"Ville de Poitiers,21860194600000,2017-04-10,2017-0048,Poitiers moundou,,W123456789,Cybercafé,3800,\"aide en "
         "numéraire,aide en nature\",unique,2017-04-10,,non,1,",
         {"1 nature enum"}},
    };
    for (const Case& c : cases) {
        CAPTURE(std::string(c.row));
        Told found = told(subventions.check(kScdl + c.row + "\n"));
        std::erase(found, "1" + town);
        Told expected = c.faults;
        std::sort(found.begin(), found.end());
        std::sort(expected.begin(), expected.end());
        CHECK_MESSAGE(found == expected, (found.empty() ? std::string("nothing") : found.front()));
    }
}

TEST_CASE("SCDL's example of wrong columns: order, names, doubles") {
    const TableSchema small =
        made(R"({"fields":[{"name":"nomAttribuant"},{"name":"idAttribuant"},{"name":"nomBeneficiaire"}]})");
    CHECK(told(small.check("idAttribuant,nomAttribuant,NOM_Beneficiaire\na,b,c\n")) ==
          Told{"0 nomBeneficiaire missing-column", "0 NOM_Beneficiaire extra-column"});
    CHECK(told(small.check("idAttribuant,nomAttribuant,nomBeneficiaire\na,b,c\n")) ==
          Told{"0 idAttribuant column-order"});
    CHECK(told(small.check("nomAttribuant,idAttribuant,nomBeneficiaire,idAttribuant\na,b,c,d\n")) ==
          Told{"0 idAttribuant duplicate-column", "0 idAttribuant extra-column"});
    const auto near = small.check("nomAttribuant,idAttribuant,Nom Beneficiaire\n");
    REQUIRE(near.faults.size() == 2);
    CHECK(near.faults[1].message.args.back().second == "nomBeneficiaire");
    CHECK(told(small.check("nomAttribuant,idAttribuant,nomBeneficiaire\na,b\n")) == Told{"1  row-length"});
    CHECK(told(small.check("nomAttribuant;idAttribuant;nomBeneficiaire\na;b;c\n")) == Told{"0  file"});
    CHECK(small.check("nomAttribuant;idAttribuant;nomBeneficiaire\na;b;c\n", {.severity = Severity::Schema}).ok());
    CHECK(told(small.check("nomAttribuant,\"idAttribuant\nx")) == Told{"0  file"});
    CHECK(told(small.check("nom\xE9,b\n")) == Told{"0  file"});
}

TEST_CASE("fieldsMatch") {
    const auto with = [](const std::string& match) {
        return made(R"({"fieldsMatch":")" + match +
                    R"(","fields":[{"name":"a","constraints":{"required":true}},{"name":"b"}]})");
    };
    CHECK(with("equal").check("b,a\n1,2\n").ok());
    CHECK_FALSE(with("equal").check("a\n1\n").ok());
    CHECK(with("subset").check("b,a,c\n1,2,3\n").ok());
    CHECK_FALSE(with("subset").check("a,c\n1,2\n").ok());
    CHECK(with("superset").check("a\n1\n").ok());
    CHECK_FALSE(with("superset").check("b\n1\n").ok());  // a is required
    CHECK_FALSE(with("superset").check("a,c\n1,2\n").ok());
    CHECK(with("partial").check("a,z\n1,2\n").ok());
    CHECK_FALSE(with("partial").check("z\n1\n").ok());
}

TEST_CASE("types, formats and constraints, value by value") {
    struct Case {
        const char* field;  // inside {"name":"x", …}
        const char* value;
        const char* fault;  // empty: fine
    };
    const std::vector<Case> cases{
        {R"("type":"integer")", "12", ""},
        {R"("type":"integer")", "-3", ""},
        {R"("type":"integer")", "1.0", "type"},
        {R"("type":"integer")", "１２", "type"},
        {R"("type":"number")", "1e3", ""},
        {R"("type":"number")", "12.50", ""},
        {R"("type":"number")", ".5", ""},
        {R"("type":"number")", "1 000", "type"},
        {R"("type":"number")", "12,5", "type"},
        {R"("type":"number","decimalChar":",","groupChar":" ")", "1 000,5", ""},
        {R"("type":"number","bareNumber":false)", "12.5 €", ""},
        {R"("type":"number","constraints":{"minimum":0.01,"maximum":1})", "0.01", ""},
        {R"("type":"number","constraints":{"minimum":0.01,"maximum":1})", "0.009", "minimum"},
        {R"("type":"number","constraints":{"minimum":0.01,"maximum":1})", "1.01", "maximum"},
        {R"("type":"number","constraints":{"minimum":0.01})", "NaN", "minimum"},
        {R"("type":"number","constraints":{"maximum":1})", "1e999", "maximum"},
        {R"("type":"boolean","trueValues":["oui"],"falseValues":["non"])", "oui", ""},
        {R"("type":"boolean","trueValues":["oui"],"falseValues":["non"])", "true", "type"},
        {R"("type":"boolean")", "1", ""},
        {R"("type":"date")", "2024-02-29", ""},
        {R"("type":"date")", "2023-02-29", "type"},
        {R"("type":"date")", "2017-30-05", "type"},
        {R"("type":"date","format":"%d/%m/%Y")", "30/05/2017", ""},
        {R"("type":"date","format":"%d/%m/%Y")", "31/06/2017", "type"},
        {R"("type":"date","constraints":{"minimum":"2017-01-01"})", "2016-12-31", "minimum"},
        {R"("type":"datetime")", "2025-10-15T15:00:00Z", ""},
        {R"("type":"datetime")", "2025-10-15T15:00:00+02:00", ""},
        {R"("type":"datetime")", "2025-10-15", "type"},
        {R"("type":"time")", "23:59:59", ""},
        {R"("type":"time")", "24:00:00", "type"},
        {R"("type":"year")", "2022", ""},
        {R"("type":"year")", "22", "type"},
        {R"("type":"yearmonth")", "2022-13", "type"},
        {R"("type":"duration")", "P1Y2M", ""},
        {R"("type":"duration")", "P", "type"},
        {R"("type":"geopoint")", "2.68, 50.62", ""},
        {R"("type":"geopoint")", "2.68, 95", "type"},
        {R"("type":"object")", "{\"\"a\"\":1}", ""},
        {R"("type":"array")", "{}", "type"},
        {R"("format":"email")", "a@b.fr", ""},
        {R"("format":"email")", "a@b", "format"},
        {R"("format":"uri")", "https://a.fr/x", ""},
        {R"("format":"uri")", "javascript", "format"},
        {R"("format":"uri")", "https://", "format"},
        {R"("format":"uuid")", "65d5b6c7-102c-4440-ac3b-768f708edc0a", ""},
        {R"("format":"uuid")", "65d5b6c7102c4440ac3b768f708edc0a", "format"},
        {R"("constraints":{"minLength":2})", "é", "min-length"},
        {R"("constraints":{"maxLength":2})", "éé", ""},  // characters, not bytes
        {R"("constraints":{"maxLength":2})", "ééé", "max-length"},
        {R"("constraints":{"enum":["a","b"]})", "A", "enum"},
        {R"("constraints":{"pattern":"^(a+)+$"})", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "pattern"},
        {R"("constraints":{"pattern":".*"})", "2017-30-05", "format"},  // strict: a day must exist
        {R"("constraints":{"pattern":".*"})", "2017-03-05/2017-04-05", ""},
        {R"("constraints":{"pattern":".*"})", "2017-03-05_2016-04-05", "format"},
        {R"("constraints":{"required":true})", "", "required"},
    };
    for (const Case& c : cases) {
        CAPTURE(std::string(c.field));
        CAPTURE(std::string(c.value));
        const TableSchema one = made(std::string(R"({"fields":[{"name":"x",)") + c.field + R"(},{"name":"y"}]})");
        const CheckResult result = one.check("x,y\n\"" + std::string(c.value) + "\",\n");
        if (std::string_view(c.fault).empty()) {
            CHECK(told(result) == Told{});
        } else {
            CHECK(told(result) == Told{std::string("1 x ") + c.fault});
        }
    }
}

TEST_CASE("unique values, keys and values that stand for nothing") {
    const TableSchema one = made(R"({"missingValues":["","NA"],"primaryKey":["k","n"],
        "fields":[{"name":"k"},{"name":"n","type":"integer"},{"name":"u","constraints":{"unique":true}}]})");
    CHECK(told(one.check("k,n,u\na,1,x\na,2,y\na,1,x\nNA,3,\nb,4,\n")) ==
          Told{"3 u unique", "3 k unique", "4 k required"});
}

TEST_CASE("the checks that the French schemas add") {
    CHECK(valid_siret("20005374200017"));
    CHECK(valid_siret("21060004500392"));  // Antibes
    CHECK(valid_siret("23350001600040"));  // Région Bretagne
    CHECK(valid_siret("35600000000048"));  // La Poste, the seat
    CHECK_FALSE(valid_siret("21860194600000"));
    CHECK_FALSE(valid_siret("00000000000000"));
    CHECK_FALSE(valid_siret("2000537420001"));
    CHECK_FALSE(valid_siret("2000537420001x"));
    CHECK(valid_siren("216205021"));
    CHECK_FALSE(valid_siren("216205022"));
    const TableSchema one = made(R"({"fields":[{"name":"a"},{"name":"m"}],"custom_checks":[
        {"name":"year-interval-value","params":{"column":"a","allow-year-only":true}},
        {"name":"nomenclature-actes-value","params":{"column":"m"}}]})");
    CHECK(one.check("a,m\n2017,Finances locales/subventions\n2017/2018,fonction publique/x\n").ok());
    CHECK(told(one.check("a,m\n2018/2017,subventions\n")) == Told{"1 a format", "1 m format"});
}

TEST_CASE("a schema that cannot be checked whole is refused, saying why") {
    // clang-format off
    for (const char* json : {
             "", "[]", "{}",
             R"j({"fields":[]})j",
             R"j({"fields":[{}]})j",
             R"j({"fields":[{"name":"a","type":"money"}]})j",
             R"j({"fields":[{"name":"a"},{"name":"a"}]})j",
             R"j({"fields":[{"name":"a","constraints":{"pattern":"(?=x)"}}]})j",
             R"j({"fields":[{"name":"a","constraints":{"maxLenght":3}}]})j",
             R"j({"fields":[{"name":"a","format":"siret"}]})j",
             R"j({"fields":[{"name":"a"}],"custom_checks":[{"name":"french-gps","params":{"column":"a"}}]})j",
             R"j({"fields":[{"name":"a"}],"custom_checks":[{"name":"french-siret-value","params":{"column":"b"}}]})j",
             R"j({"fields":[{"name":"a"}],"foreignKeys":[{"fields":"a"}]})j",
             R"j({"fields":[{"name":"a"}],"fieldsMatch":"x"})j",
         }) {
        // clang-format on
        CAPTURE(std::string(json));
        const auto loaded = TableSchema::load(json);
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().message.key == "publish.schema.invalid");
    }
}

TEST_CASE("a check stops at the number of faults asked for, and says so") {
    const TableSchema one = made(R"({"fields":[{"name":"a","type":"integer"},{"name":"b"}]})");
    std::string csv = "a,b\n";
    for (int i = 0; i < 50; ++i) csv += "x,\n";
    const CheckResult result = one.check(csv, {.max_faults = 10});
    CHECK(result.faults.size() == 10);
    CHECK_FALSE(result.complete);
    CHECK_FALSE(result.ok());
}

TEST_CASE("every fault has its sentence, in French and in English, naming line, column and what was expected") {
    const base::Catalogue catalogue = base::value_or_throw(base::Catalogue::load("locale"));
    const TableSchema subventions = schema("scdl-subventions-2.1.1.json");
    const CheckResult result =
        subventions.check(kScdl + "R,20005374200017,2022-11-22,,C,,W123456789,o,12,cadeau,unique,2022-12-01,,non,1,\n");
    REQUIRE(result.faults.size() == 1);
    const Fault& fault = result.faults.front();
    CHECK(fault.line == 2);
    CHECK(catalogue.text(base::Language::Fr, fault.message) ==
          "Ligne 2, colonne « nature » : « cadeau » ne fait pas partie des valeurs permises : aide en numéraire | aide "
          "en nature | aide en numéraire;aide en nature | aide en nature;aide en numéraire.");
    CHECK(catalogue.text(base::Language::En, fault.message).starts_with("Line 2, column “nature”: “cadeau”"));
    for (int code = 0; code <= static_cast<int>(FaultCode::OneOfRequired); ++code) {
        std::string key = "publish.fault." + std::string(fault_name(static_cast<FaultCode>(code)));
        std::replace(key.begin(), key.end(), '-', '_');
        CHECK_MESSAGE(catalogue.has(key), key);
    }
}
