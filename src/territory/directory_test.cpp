#include "territory/directory.hpp"

#include <doctest/doctest.h>

#include "territory/package_files.hpp"
#include "territory/report.hpp"
#include "territory/test_support.hpp"

namespace beffroi::territory {

namespace {

const std::string kDenain = "215901729";
const std::string kTalican = "200083483";
const std::string kBeaumont = "216000539";
const std::string kOld1 = siren_from("21020076");
const std::string kOld2 = siren_from("21020564");
const std::string kNew = siren_from("20009970");
const std::string kPorte = "200042190";
const std::string kSoeurs = "247600588";
const std::string kEu = siren_from("21760255");
const std::string kJans = siren_from("21590535");

// Three years in small: a merger (02077 into 02564, with a new name and SIREN), a commune restored (60694, which keeps
// the SIREN of 60054), a grouping over two regions, figures of two kinds and of different years in the two files.
struct World {
    db::ScratchFolder folder;
    std::unique_ptr<db::Database> database = db::migrated_database();
    std::vector<Package> packages{
        FakePackage()
            .town({"59172", "Denain", 19877})
            .town({"02077", "Berzy-le-Sec", 379})
            .town({"02564", "Noyant-et-Aconin", 491})
            .town({"60054", "Les Hauts-Talican", 867, "", "60694"})
            .town({"76255", "Eu", 6700, "", "", "28"})
            .town({"59535", "Saint-Jans-Cappel", 1700})
            .raw_town(R"("code": "60694", "nom": "Villotran", "type": "commune-deleguee", "chefLieu": "60054")")
            .grouping(kPorte, "CA de la Porte du Hainaut", "CA", {"59172 " + kDenain + " 19877 19999"})
            .grouping(kSoeurs, "CC des Villes Soeurs", "CC",
                      {"76255 " + kEu + " 6700 6800", "02077 " + kOld1 + " 379 390", "02564 " + kOld2 + " 491 500",
                       "60054 " + kTalican + " 867 880"})
            .write(folder.path() / "a", "1.0.0", 2022, 2022, 2022),
        FakePackage()
            .town({"59172", "Denain", 20415, kDenain})
            .town({"02564", "Bernoy-le-Château", 496, kNew, "02077"})
            .town({"60054", "Les Hauts-Talican", 873, kTalican, "60694"})
            .town({"76255", "Eu", 6650, kEu, "", "28"})
            .town({"59535", "Saint-Jans-Cappel", 1710, kJans})
            .grouping(kPorte, "CA de la Porte du Hainaut", "CA", {"59172 " + kDenain + " 20415 20532"})
            .grouping(kSoeurs, "CC des Villes Soeurs", "CC",
                      {"76255 " + kEu + " 6650 6750", "02564 " + kNew + " 871 890", "60054 " + kTalican + " 873 885"})
            .write(folder.path() / "b", "2.0.0", 2023, 2023, 2023),
        FakePackage()
            .town({"59172", "Denain", 20640, kDenain})
            .town({"02564", "Bernoy-le-Château", 880, kNew, "02077"})
            .town({"60054", "Beaumont-les-Nonains", 878, kBeaumont})
            .town({"60694", "Les Hauts-Talican", -1, kTalican})
            .town({"76255", "Eu", 6600, kEu, "", "28"})
            .town({"59535", "Saint-Jans-Cappel", 1720, kJans})
            .grouping(kPorte, "CA Porte du Hainaut", "CA", {"59172 " + kDenain + " 20640 20758"})
            .grouping(kSoeurs, "CC des Villes Soeurs", "CC",
                      {"76255 " + kEu + " 6600 6700", "02564 " + kNew + " 880 900", "60054 " + kBeaumont + " 335 340",
                       "60694 " + kTalican + " 543 550"})
            .write(folder.path() / "c", "3.0.0", 2024, 2024, 2024),
    };

    ImportReport import(std::vector<Package> some) {
        return base::value_or_throw(import_packages(*database, std::move(some), {}));
    }
    std::shared_ptr<const Directory> directory() {
        import(packages);
        return load(*database);
    }
};

}  // namespace

TEST_CASE("a commune is found by its INSEE code and by its SIREN, with its département") {
    World world;
    auto directory = world.directory();
    auto denain = directory->commune(insee("59172"));
    REQUIRE(denain);
    CHECK(denain->name == "Denain");
    CHECK(denain->label() == "Denain (Nord, 59)");
    CHECK(denain->region_name == "Hauts-de-France");
    CHECK(denain->current);
    CHECK(directory->commune(siren(kDenain))->code == insee("59172"));
    CHECK_FALSE(directory->commune(insee("59999")));
    CHECK(directory->grouping(siren(kPorte))->name == "CA Porte du Hainaut");
    CHECK_FALSE(directory->grouping(siren(kDenain)));
    CHECK(directory->grouping_of(insee("59172"), 2022)->siren == siren(kPorte));
    CHECK_FALSE(directory->grouping_of(insee("59535"), 2022));
}

TEST_CASE("a population is asked for by figure and year in force, and comes with its census and source") {
    World world;
    auto directory = world.directory();
    auto p = directory->population(insee("59172"), Figure::Municipale, 2022);
    REQUIRE(p);
    CHECK(p->value == 19877);
    CHECK(p->census == 2019);
    CHECK(p->source == "@etalab/decoupage-administratif 1.0.0, communes.json");
    CHECK(directory->population(insee("59172"), Figure::Totale, 2022)->value == 19999);
    CHECK(directory->population(insee("59172"), Figure::Totale, 2022)->source ==
          "@etalab/decoupage-administratif 1.0.0, epci.json");
    CHECK(directory->population(insee("59172"), Figure::Municipale, 2023)->value == 20415);
    CHECK_FALSE(directory->population(insee("59172"), Figure::Municipale, 2021));
    CHECK_FALSE(directory->population(insee("59535"), Figure::Totale, 2022));  // in no grouping: no file gives it
}

TEST_CASE("where communes merged that day, the figure of the merged commune is used and the other is kept beside it") {
    World world;
    auto directory = world.directory();
    CHECK(directory->population(insee("02564"), Figure::Municipale, 2023)->value == 871);
    CHECK(directory->population(insee("60694"), Figure::Municipale, 2024)->value == 543);
    CHECK(directory->population(insee("60054"), Figure::Municipale, 2024)->value == 335);
    std::vector<std::int32_t> of_2023;
    for (const Population& p : directory->populations(insee("02564")))
        if (p.figure == Figure::Municipale && p.in_force == 2023) of_2023.push_back(p.value);
    CHECK(of_2023 == std::vector<std::int32_t>{871, 496});
}

TEST_CASE("an award of 2022 is found again under the commune that absorbed the beneficiary") {
    World world;
    auto directory = world.directory();
    CHECK(directory->successor(insee("02077"), 2022) == insee("02077"));
    CHECK(directory->successor(insee("02077"), 2024) == insee("02564"));
    CHECK(directory->heir(insee("02077"), 2022, 2024) == insee("02564"));
    CHECK(directory->predecessors(insee("02564"), 2024) == std::vector{insee("02077")});
    CHECK_FALSE(directory->successor(insee("59999"), 2024));
    CHECK_FALSE(directory->commune(insee("02077"))->current);
    CHECK(directory->exists(insee("02077"), 2022));
    CHECK_FALSE(directory->exists(insee("02077"), 2023));

    auto history = directory->history(insee("02564"));
    REQUIRE(history.size() == 2);
    CHECK(history[0].name == "Noyant-et-Aconin");
    CHECK(history[1].name == "Bernoy-le-Château");
    CHECK(history[1].first_year == 2023);
    CHECK(history[1].siren == siren(kNew));
}

TEST_CASE("a commune restored in 2024 keeps what was awarded to the legal person it is") {
    World world;
    auto directory = world.directory();
    // The award of 2022 went to Les Hauts-Talican, then 60054; since 2024 that is 60694, and 60054 is
    // Beaumont-les-Nonains.
    CHECK(directory->heir(insee("60054"), 2022, 2023) == insee("60054"));
    CHECK(directory->heir(insee("60054"), 2022, 2024) == insee("60694"));
    CHECK(directory->successor(insee("60694"), 2022) == insee("60054"));
    CHECK(directory->commune(siren(kTalican))->code == insee("60694"));
    CHECK(directory->predecessors(insee("60694"), 2024) == std::vector{insee("60054")});
    CHECK(directory->predecessors(insee("60054"), 2024).empty());
}

TEST_CASE("a grouping over two regions is judged on each of its members") {
    World world;
    auto directory = world.directory();
    auto population = directory->population(siren(kSoeurs), Figure::Municipale, 2023);
    REQUIRE(population);
    CHECK(population->value == 6650 + 871 + 873);
    CHECK(population->complete);
    CHECK(population->members.size() == 3);
    CHECK(population->members_year == 2023);
    CHECK(directory->members(siren(kSoeurs), 2024).size() == 4);
    auto regions = directory->regions_of(siren(kSoeurs), 2022);
    REQUIRE(regions.size() == 2);
    CHECK(regions[0] == std::pair{region("32"), std::size_t{3}});
    CHECK(directory->straddling(2022).size() == 1);
    CHECK(directory->groupings_of(region("28"), 2022).size() == 1);
    CHECK(directory->groupings_of(region("32"), 2022).size() == 2);
    CHECK(directory->communes_of(region("32"), 2022).size() == 5);
    CHECK(directory->communes_of(departement("59"), 2024).size() == 2);
    // Seine-Maritime: where most of its people live.
    CHECK(directory->grouping(siren(kSoeurs))->label() == "CC des Villes Soeurs (Seine-Maritime, 76)");
}

TEST_CASE("the simulator goes over columns") {
    World world;
    auto directory = world.directory();
    Columns columns = directory->columns(Figure::Municipale, 2023, 2023);
    CHECK(columns.codes.size() == directory->commune_count());
    CHECK(columns.population.size() == columns.codes.size());
    CHECK(columns.present.size() == 5);
    std::int64_t sum = 0;
    for (CommuneIndex i : columns.present) sum += columns.population[i];
    CHECK(sum == 20415 + 871 + 873 + 6650 + 1710);
    CHECK(directory->columns(Figure::Municipale, 1999, 2023).population[0] == -1);
    CHECK(directory->cog_for(2030) == 2024);
    CHECK(directory->cog_for(1990) == 2022);
}

TEST_CASE("an empty database gives an empty directory, which answers") {
    auto database = db::migrated_database();
    auto directory = load(*database);
    CHECK(directory->commune_count() == 0);
    CHECK(directory->search({.words = "denain", .region = std::nullopt}).empty());
    CHECK_FALSE(directory->successor(insee("59172"), 2022));
    CHECK(directory->columns(Figure::Municipale, 2022, 2022).codes.empty());
    CHECK(directory->cog_for(2022) == 0);
    CHECK(show(*directory, "59172", base::make_date(2022, 1, 1)).error().message.key == "territory.empty");
}

TEST_CASE("importing again costs nothing, a file that changed is read again with all others") {
    World world;
    CHECK(world.import(world.packages).imported == 3);
    ImportReport again = world.import(world.packages);
    CHECK(again.imported == 0);
    CHECK(again.unchanged == 3);

    world.packages[0] =
        FakePackage().town({"59172", "Denain", 19000}).write(world.folder.path() / "a", "1.0.0", 2022, 2022, 2022);
    CHECK(world.import(world.packages).imported == 3);
    CHECK(load(*world.database)->population(insee("59172"), Figure::Municipale, 2022)->value == 19000);
    CHECK_FALSE(load(*world.database)->exists(insee("59535"), 2022));
}

TEST_CASE("packages may come in any order and one by one") {
    World together;
    auto expected = together.directory();
    World apart;
    for (std::size_t i : {2U, 0U, 1U}) apart.import({apart.packages[i]});
    auto directory = load(*apart.database);
    CHECK(directory->commune_count() == expected->commune_count());
    for (CommuneIndex i = 0; i < expected->commune_count(); ++i) {
        Commune a = expected->commune_at(i);
        Commune b = directory->commune_at(i);
        CAPTURE(a.label());
        CHECK(a.label() == b.label());
        CHECK(a.first_year == b.first_year);
        CHECK(a.last_year == b.last_year);
        CHECK(a.siren == b.siren);
        CHECK(expected->populations(a.code).size() == directory->populations(b.code).size());
        CHECK(expected->heir(a.code, 2022, 2024) == directory->heir(b.code, 2022, 2024));
    }
}

TEST_CASE("a wrong file is refused with the file, the element and the field, and nothing of it is kept") {
    struct Case {
        std::string_view town;
        std::string_view said;
    };
    constexpr Case kCases[] = {
        {R"("code": "5917", "nom": "D", "type": "commune-actuelle")", "commune 2, field \"code\""},
        {R"("code": "59172", "type": "commune-actuelle")", "field \"nom\": expected a text"},
        {R"("code": "59172", "nom": "D", "type": "commune-actuelle")", "field \"departement\""},
        {R"("code": "59172", "nom": "D", "departement": "59", "region": "32", "type": "commune-actuelle", "population": "many")",
         "field \"population\""},
        {R"("code": "59172", "nom": "D", "departement": "59", "region": "32", "type": "commune-actuelle", "population": -4)",
         "field \"population\""},
        {R"("code": "59172", "nom": "D", "departement": "59", "region": "32", "type": "commune-actuelle", "siren": "215901720")",
         "field \"siren\""},
        {R"("code": "59172", "nom": "D", "departement": "59", "region": "32", "type": "commune-actuelle", "anciensCodes": [1])",
         "field \"anciensCodes\""},
        {R"("code": "59172", "nom": "D", "departement": "59", "region": "32", "type": "commune-actuelle", "codesPostaux": "59")",
         "field \"codesPostaux\""},
        {R"("nom": "D)", "not JSON"},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.town);
        World world;
        Package package = FakePackage()
                              .town({"59350", "Lille", 1})
                              .raw_town(c.town)
                              .write(world.folder.path() / "d", "9.0.0", 2025, 2025, 2025);
        auto report = import_packages(*world.database, {package}, {});
        REQUIRE_FALSE(report);
        CHECK(report.error().code == base::Code::Invalid);
        CHECK(report.error().detail.find("package 9.0.0, communes.json") != std::string::npos);
        CHECK(report.error().detail.find(c.said) != std::string::npos);
        CHECK(load(*world.database)->commune_count() == 0);
    }
}

TEST_CASE("a package that is not the version announced, or that is missing, is refused") {
    World world;
    Package package = world.packages[0];
    package.version = "1.0.1";
    CHECK(import_packages(*world.database, {package}, {}).error().detail.find("holds version 1.0.0, not 1.0.1") !=
          std::string::npos);
    package.folder = world.folder.path() / "absent";
    CHECK(import_packages(*world.database, {package}, {}).error().code == base::Code::NotFound);
    package.cog = 1900;
    CHECK(import_packages(*world.database, {package}, {}).error().code == base::Code::Invalid);
    CHECK(import_packages(*world.database, {world.packages[0], world.packages[0]}, {}).error().code ==
          base::Code::Invalid);
    CHECK(packages_in(world.folder.path() / "node_modules").error().code == base::Code::NotFound);
    write_file(world.folder.path() / "vintages.json", R"({"packages": [{"folder": "../../etc"}]})");
    CHECK(packages_in(world.folder.path() / "node_modules").error().detail.find("field \"folder\"") !=
          std::string::npos);
}

TEST_CASE("a vintage that the figures contradict is refused") {
    World world;
    FakePackage package;
    std::vector<std::string> members;
    for (int i = 0; i < 120; ++i) {
        std::string number = siren_from(fmt::format("2159{:04}", i));
        package.town({fmt::format("59{:03}", i + 1), fmt::format("Ville {}", i), 1000 + i, number});
        members.push_back(fmt::format("59{:03} {} {} {}", i + 1, number, 900 + i, 950 + i));
    }
    package.grouping(kPorte, "CA", "CA", members);
    auto one = package.write(world.folder.path() / "d", "9.0.0", 2025, 2025, 2025);
    CHECK(import_packages(*world.database, {one}, {}).error().detail.find("the vintages given are wrong") !=
          std::string::npos);
    one.groupings_in_force = 2024;
    CHECK(import_packages(*world.database, {one}, {}));
}

TEST_CASE("search finds a name whatever its accents, its hyphens, the order of its words") {
    World world;
    auto directory = world.directory();
    auto first = [&](std::string_view words) {
        auto hits = directory->search({.words = words, .region = std::nullopt});
        return hits.empty() ? std::string("nothing") : hits.front().label;
    };
    CHECK(first("saint jans") == "Saint-Jans-Cappel (Nord, 59)");
    CHECK(first("ST-JANS-CAPPEL") == "Saint-Jans-Cappel (Nord, 59)");
    CHECK(first("cappel st") == "Saint-Jans-Cappel (Nord, 59)");
    CHECK(first("Saint-Jans-Cappel (Nord, 59)") == "Saint-Jans-Cappel (Nord, 59)");
    CHECK(first("denain 59") == "Denain (Nord, 59)");
    CHECK(first("denain 62") == "nothing");
    CHECK(first("59172") == "Denain (Nord, 59)");
    CHECK(first("215 901 729") == "Denain (Nord, 59)");
    CHECK(first("Bernoy le chateau") == "Bernoy-le-Château (Aisne, 02)");
    CHECK(first("villes sœurs") == "CC des Villes Soeurs (Seine-Maritime, 76)");
    CHECK(first("denin") == "Denain (Nord, 59)");  // mistyped
    CHECK(first("") == "nothing");
    CHECK(first("(((") == "nothing");
    CHECK(first("\xff\xfe") == "nothing");
    CHECK(first(std::string(5000, 'a')) == "nothing");
}

TEST_CASE("search also knows names no longer borne and communes that merged") {
    World world;
    auto directory = world.directory();
    auto hits = directory->search({.words = "noyant", .region = std::nullopt});
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].label == "Bernoy-le-Château (Aisne, 02)");
    CHECK(hits[0].matched_name == "Noyant-et-Aconin");
    hits = directory->search({.words = "berzy", .region = std::nullopt});
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].successor == insee("02564"));
    CHECK(directory->search({.words = "berzy", .region = std::nullopt, .former = false}).empty());
}

TEST_CASE("search can keep to a region, to communes, to a number of results") {
    World world;
    auto directory = world.directory();
    CHECK(directory->search({.words = "eu", .region = region("32")}).empty());
    CHECK(directory->search({.words = "eu", .region = region("28")}).size() == 1);
    CHECK(directory->search({.words = "villes", .region = region("32")}).size() == 1);
    CHECK(directory->search({.words = "villes", .region = region("32"), .kinds = SearchKinds::Communes}).empty());
    CHECK(directory->search({.words = "5", .region = std::nullopt, .limit = 1}).size() == 1);
}

TEST_CASE("a list says yes, no, or that nobody loaded it for that date") {
    World world;
    world.import(world.packages);
    auto day = [](int year) { return base::make_date(year, 7, 1); };
    REQUIRE(import_tag_list(*world.database,
                            {"petites-villes", "Petites villes de demain", "ANCT", base::make_date(2022, 1, 1)},
                            "insee_com;nom\r\n59172;Denain\r\n2077;\"Berzy-le-Sec\"\r\n" + kSoeurs + ";CC\r\n") == 3);
    REQUIRE(import_tag_list(*world.database,
                            {"petites-villes", "Petites villes de demain", "ANCT", base::make_date(2024, 1, 1)},
                            "code\n59535\n") == 1);
    auto directory = load(*world.database);
    CHECK(directory->has_tag(insee("59172"), "petites-villes", day(2021)) == HasTag::NotLoaded);
    CHECK(directory->has_tag(insee("59172"), "petites-villes", day(2022)) == HasTag::Yes);
    CHECK(directory->has_tag(insee("59172"), "petites-villes", day(2024)) == HasTag::No);
    CHECK(directory->has_tag(insee("02077"), "petites-villes", day(2023)) == HasTag::Yes);
    CHECK(directory->has_tag(siren(kSoeurs), "petites-villes", day(2023)) == HasTag::Yes);
    CHECK(directory->has_tag(siren(kPorte), "petites-villes", day(2023)) == HasTag::No);
    CHECK(directory->has_tag(insee("59172"), "rural", day(2023)) == HasTag::NotLoaded);
    CHECK(directory->tag_lists().size() == 2);

    auto bad =
        import_tag_list(*world.database, {"rural", "Rural", "", base::make_date(2024, 1, 1)}, "code\n59172\nDenain\n");
    CHECK(bad.error().detail.find("line 3") != std::string::npos);
    CHECK_FALSE(import_tag_list(*world.database, {"rural", "Rural", "", base::make_date(2024, 1, 1)}, "nom\nDenain\n"));
    CHECK_FALSE(
        import_tag_list(*world.database, {"Rural!", "Rural", "", base::make_date(2024, 1, 1)}, "code\n59172\n"));
}

TEST_CASE("the sheet of a commune is printed in French and English, and as JSON") {
    World world;
    auto directory = world.directory();
    auto catalogue = base::value_or_throw(base::Catalogue::load("locale"));
    base::Date today = base::make_date(2024, 6, 1);
    auto sheet = show(*directory, "59172", today);
    REQUIRE(sheet);
    std::string french = to_text(*directory, *sheet, {catalogue, base::Language::Fr});
    for (std::string_view expected :
         {"Denain (Nord, 59)", "Code INSEE", "19\u202F877", "19\u202F999", "CA Porte du Hainaut", "recensement"}) {
        CAPTURE(expected);
        CHECK(french.find(expected) != std::string::npos);
    }
    CHECK(to_text(*directory, *sheet, {catalogue, base::Language::En}).find("19,877") != std::string::npos);
    std::string json = to_json(*directory, *sheet);
    CHECK(json.find(R"({"figure": "municipale", "in_force": 2022, "census": 2019, "value": 19877)") !=
          std::string::npos);

    CHECK(show(*directory, "saint jans cappel", today));
    CHECK(to_text(*directory, *show(*directory, kSoeurs, today), {catalogue, base::Language::Fr})
              .find("À cheval sur 2 régions") != std::string::npos);
    CHECK(to_text(*directory, *show(*directory, "02077", today), {catalogue, base::Language::Fr})
              .find("Bernoy-le-Château (Aisne, 02) 02564") != std::string::npos);
    CHECK(to_text(*directory, *show(*directory, "60694", today), {catalogue, base::Language::Fr})
              .find("60054 Les Hauts-Talican (2022 à 2023)") != std::string::npos);
    CHECK(show(*directory, "Atlantis", today).error().code == base::Code::NotFound);
    CHECK(show(*directory, "les", today).error().code == base::Code::Conflict);
    auto hits = directory->search({.words = "berzy", .region = std::nullopt});
    CHECK(to_text(*directory, hits, {catalogue, base::Language::Fr}).find("aujourd’hui Bernoy-le-Château") !=
          std::string::npos);
    CHECK(to_json(*directory, hits).find(R"("successor": "02564")") != std::string::npos);
}

}  // namespace beffroi::territory
