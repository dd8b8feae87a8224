// On the real packages, when BEFFROI_NPM_DATA names their node_modules folder (./test sets it). The figures are those
// published or worked out independently; sources in docs/formats/territory.md.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "territory/report.hpp"
#include "territory/test_support.hpp"

namespace beffroi::territory {

namespace {

// Imported once for all the cases.
struct RealData {
    db::ScratchFolder folder;
    std::unique_ptr<db::Database> database;
    std::shared_ptr<const Directory> directory;
    double import_ms = 0;
    double load_ms = 0;

    static RealData* get() {
        const char* npm = std::getenv("BEFFROI_NPM_DATA");
        if (npm == nullptr) return nullptr;
        static RealData data(npm);
        return &data;
    }

  private:
    explicit RealData(const char* npm) : database(db::migrated_database(folder.file("territory.db"))) {
        auto clock = [] { return std::chrono::steady_clock::now(); };
        auto ms = [](auto from, auto to) { return std::chrono::duration<double, std::milli>(to - from).count(); };
        auto start = clock();
        base::value_or_throw(import_packages(*database, std::filesystem::path(npm), {}));
        auto imported = clock();
        directory = load(*database);
        import_ms = ms(start, imported);
        load_ms = ms(imported, clock());
        std::printf("territory: import %.0f ms, load %.0f ms, memory %.1f MB, database %.1f MB\n", import_ms, load_ms,
                    static_cast<double>(directory->memory()) / 1e6,
                    static_cast<double>(std::filesystem::file_size(folder.file("territory.db"))) / 1e6);
    }
};

#define NEED_REAL_DATA()                                                                     \
    RealData* real = RealData::get();                                                        \
    if (real == nullptr) {                                                                   \
        MESSAGE("skipped: no data (set BEFFROI_NPM_DATA to the node_modules of tools/npm)"); \
        return;                                                                              \
    }                                                                                        \
    const Directory& directory = *real->directory

std::set<std::string> codes_of(const Directory& directory, int year) {
    std::set<std::string> out;
    for (CommuneIndex i : directory.communes_of(region("32"), year)) out.insert(directory.commune_at(i).code.str());
    return out;
}

}  // namespace

TEST_CASE("real data: communes of Hauts-de-France by year, and those of 20,000 people or more") {
    NEED_REAL_DATA();
    struct Case {
        int cog;
        int in_force;
        std::size_t communes;
        int large;
        int denain;
    };
    // scheme.md §6.2, recomputed from each package.
    constexpr Case kCases[] = {
        {2021, 2022, 3789, 39, 19877}, {2022, 2022, 3788, 39, 19877}, {2022, 2023, 3788, 40, 20415},
        {2023, 2023, 3787, 40, 20415}, {2024, 2024, 3788, 40, 20640}, {2024, 2025, 3788, 40, 20622},
        {2025, 2025, 3782, 40, 20622}, {2025, 2026, 3782, 40, 20665}, {2026, 2026, 3782, 40, 20665}};
    for (const Case& c : kCases) {
        CAPTURE(c.cog);
        CAPTURE(c.in_force);
        auto communes = directory.communes_of(region("32"), c.cog);
        CHECK(communes.size() == c.communes);
        Columns columns = directory.columns(Figure::Municipale, c.in_force, c.cog);
        int large = 0;
        for (CommuneIndex i : communes) large += columns.population[i] >= 20'000 ? 1 : 0;
        CHECK(large == c.large);
        CHECK(directory.population(insee("59172"), Figure::Municipale, c.in_force)->value == c.denain);
    }
}

TEST_CASE("real data: Denain in both figures") {
    NEED_REAL_DATA();
    struct Case {
        int in_force;
        int census;
        int municipale;
        int totale;
    };
    constexpr Case kCases[] = {{2021, 2018, 19933, 20055},
                               {2022, 2019, 19877, 19999},
                               {2023, 2020, 20415, 20532},
                               {2024, 2021, 20640, 20758},
                               {2025, 2022, 20622, 20750}};
    for (const Case& c : kCases) {
        CAPTURE(c.in_force);
        auto municipale = directory.population(insee("59172"), Figure::Municipale, c.in_force);
        auto totale = directory.population(insee("59172"), Figure::Totale, c.in_force);
        REQUIRE(municipale);
        REQUIRE(totale);
        CHECK(municipale->value == c.municipale);
        CHECK(totale->value == c.totale);
        CHECK(municipale->census == c.census);
        CHECK(totale->census == c.census);
    }
    CHECK(directory.population(insee("59172"), Figure::Municipale, 2022)->source ==
          "@etalab/decoupage-administratif 2.1.0, communes.json");
    CHECK_FALSE(directory.population(insee("59172"), Figure::Totale, 2026));
    CHECK(directory.grouping_of(insee("59172"), 2022)->siren == siren("200042190"));
    auto catalogue = base::value_or_throw(base::Catalogue::load("locale"));
    auto sheet = show(directory, "59172", base::make_date(2026, 1, 1));
    REQUIRE(sheet);
    CHECK(to_text(directory, *sheet, {catalogue, base::Language::Fr}).find("19\u202F877") != std::string::npos);
}

TEST_CASE("real data: the beneficiaries of the known awards") {
    NEED_REAL_DATA();
    constexpr std::pair<std::string_view, std::string_view> kAwards[] = {{"62516", "216205161"},
                                                                         {"62502", "216205021"},
                                                                         {"62732", "216207324"},
                                                                         {"62555", "216205559"},
                                                                         {"59535", "215905357"}};
    for (auto [code, number] : kAwards) {
        CHECK(directory.commune(insee(code))->siren == siren(number));
        CHECK(directory.commune(siren(number))->code == insee(code));
    }
}

TEST_CASE("real data: names that repeat, groupings that touch the region, small communes") {
    NEED_REAL_DATA();
    std::map<std::string_view, int> names;
    std::set<std::string> labels;
    for (CommuneIndex i : directory.communes_of(region("32"), 2026)) {
        Commune commune = directory.commune_at(i);
        ++names[commune.name];
        labels.insert(commune.label());
    }
    CHECK(std::count_if(names.begin(), names.end(), [](const auto& name) { return name.second > 1; }) == 54);

    auto groupings = directory.groupings_of(region("32"), 2026);
    CHECK(groupings.size() == 92);
    std::map<std::string_view, int> kinds;
    std::set<std::string> straddling;
    for (GroupingIndex i : groupings) {
        Grouping grouping = directory.grouping_at(i);
        ++kinds[grouping_kind_code(grouping.kind)];
        if (directory.regions_of(grouping.siren, 2026).size() > 1) straddling.insert(grouping.siren.str());
    }
    CHECK(kinds == std::map<std::string_view, int>{{"CC", 64}, {"CA", 25}, {"CU", 2}, {"METRO", 1}});
    CHECK(straddling == std::set<std::string>{"200069722", "247600588"});
    CHECK(directory.straddling(2026).size() == 26);
    auto villes_soeurs = directory.regions_of(siren("247600588"), 2026);
    CHECK(villes_soeurs[0] == std::pair{region("28"), std::size_t{15}});
    CHECK(villes_soeurs[1] == std::pair{region("32"), std::size_t{13}});

    // "3 789 communes dont 3 249 de moins de 2 000 habitants": La Gazette Oise, quoting the Region.
    int small = 0;
    for (CommuneIndex i : directory.communes_of(region("32"), 2021))
        small += directory.population(i, Figure::Municipale, 2022)->value < 2000 ? 1 : 0;
    CHECK(small == 3249);
}

TEST_CASE("real data: changes of the map of the region are followed") {
    NEED_REAL_DATA();
    auto gone = [&](int from, int to) {
        std::vector<std::string> out;
        auto after = codes_of(directory, to);
        for (const std::string& code : codes_of(directory, from))
            if (!after.contains(code)) out.push_back(code);
        return out;
    };
    CHECK(gone(2022, 2023) == std::vector<std::string>{"02077"});
    CHECK(gone(2024, 2023) == std::vector<std::string>{"60694"});  // restored in 2024
    CHECK(gone(2024, 2025) == std::vector<std::string>{"02311", "59070", "62461", "62549", "62743", "80830"});
    CHECK(gone(2025, 2026).empty());
    CHECK(directory.successor(insee("02077"), 2026) == insee("02564"));
    CHECK(directory.successor(insee("02311"), 2026) == insee("02589"));
    CHECK(directory.heir(insee("60054"), 2022, 2026) == insee("60694"));
    CHECK(directory.heir(insee("27058"), 2022, 2026) ==
          insee("27676"));  // Les Trois Lacs changed its seat, hence its code
    // Every commune of any year has an heir today.
    for (CommuneIndex i = 0; i < directory.commune_count(); ++i) {
        Commune commune = directory.commune_at(i);
        CAPTURE(commune.label());
        REQUIRE(directory.heir(commune.code, commune.first_year, 2026));
        REQUIRE(directory.exists(*directory.heir(commune.code, commune.first_year, 2026), 2026));
    }
}

TEST_CASE("real data: all of France") {
    NEED_REAL_DATA();
    Columns columns = directory.columns(Figure::Municipale, 2026, 2026);
    CHECK(columns.present.size() == 34'969);
    std::size_t small = 0;
    std::size_t counted = 0;
    for (CommuneIndex i : columns.present) {
        counted += columns.population[i] >= 0 ? 1U : 0U;
        small += columns.population[i] >= 0 && columns.population[i] < 20'000 ? 1U : 0U;
    }
    CHECK(counted == 34'963);  // six lands of the far south have none
    CHECK(small > 34'400);
    CHECK(directory.communes_of(region("75"), 2026).size() == 4293);
    CHECK(directory.communes_of(region("94"), 2026).size() == 360);
    CHECK(directory.communes_of(departement("976"), 2026).size() == 17);
    CHECK(directory.population(insee("97608"), Figure::Municipale, 2026)->census == 2017);
    CHECK_FALSE(directory.population(insee("98818"), Figure::Municipale, 2026)->census);
}

TEST_CASE("real data: search among all communes of France") {
    NEED_REAL_DATA();
    auto first = [&](std::string_view words, std::optional<RegionCode> in = {}) {
        auto hits = directory.search({.words = words, .region = in});
        return hits.empty() ? std::string("nothing") : hits.front().label;
    };
    CHECK(first("lille") == "Lille (Nord, 59)");
    CHECK(first("st-jans-cappel") == "Saint-Jans-Cappel (Nord, 59)");
    CHECK(first("la buissiere bruay") == "Bruay-la-Buissière (Pas-de-Calais, 62)");
    CHECK(first("roeulx") == "Rœulx (Nord, 59)");
    CHECK(first("saint martin", region("32")).find("Pas-de-Calais") != std::string::npos);
    CHECK(first("75056") == "Paris (75)");
    CHECK(first("59220").find("Nord") != std::string::npos);
    CHECK(first("200042190").find("Porte du Hainaut") != std::string::npos);
    CHECK(first("Marles-les-Mines (Pas-de-Calais, 62)") == "Marles-les-Mines (Pas-de-Calais, 62)");
    for (CommuneIndex i : directory.communes_of(region("32"), 2026)) {
        Commune commune = directory.commune_at(i);
        std::string label = commune.label();
        auto hits = directory.search({.words = label, .region = std::nullopt});
        CAPTURE(label);
        bool found = std::any_of(hits.begin(), hits.end(), [&](const SearchHit& hit) {
            return hit.commune() != nullptr && hit.commune()->code == commune.code;
        });
        REQUIRE(found);
    }
}

}  // namespace beffroi::territory
