// For tests only: small packages in the form of @etalab/decoupage-administratif, made on the spot.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/catalogue.hpp"
#include "db/test_support.hpp"
#include "territory/directory.hpp"
#include "territory/import.hpp"

namespace beffroi::territory {

inline InseeCode insee(std::string_view text) {
    return base::value_or_throw(InseeCode::parse(text));
}
inline Siren siren(std::string_view text) {
    return base::value_or_throw(Siren::parse(text));
}
inline RegionCode region(std::string_view text) {
    return base::value_or_throw(RegionCode::parse(text));
}
inline DepartementCode departement(std::string_view text) {
    return base::value_or_throw(DepartementCode::parse(text));
}

// A SIREN from eight digits: the ninth is worked out.
inline std::string siren_from(std::string_view eight) {
    for (char check = '0'; check <= '9'; ++check)
        if (std::string number = std::string(eight) + check; Siren::parse(number)) return number;
    return {};
}

inline void write_file(const std::filesystem::path& path, std::string_view content) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

// One version of the package under construction.
class FakePackage {
  public:
    struct Town {
        std::string code;
        std::string name;
        int population = -1;  // -1: the field is missing
        std::string siren = {};
        std::string former = {};  // one old code
        std::string region = "32";
    };

    FakePackage& town(const Town& town) {
        std::string fields =
            fmt::format(R"("code": "{}", "nom": "{}", "type": "commune-actuelle", "departement": "{}", "region": "{}")",
                        town.code, town.name, town.code.substr(0, town.code.starts_with("97") ? 3 : 2), town.region);
        if (town.population >= 0) fields += fmt::format(R"(, "population": {})", town.population);
        if (!town.siren.empty()) fields += fmt::format(R"(, "siren": "{}")", town.siren);
        if (!town.former.empty()) fields += fmt::format(R"(, "anciensCodes": ["{}"])", town.former);
        return raw_town(fields +
                        fmt::format(R"(, "codesPostaux": ["{}"])", town.code.starts_with("2") ? "20000" : town.code));
    }
    FakePackage& raw_town(std::string_view fields) {
        communes_ += fmt::format("{}{{{}}}", communes_.empty() ? "" : ",\n", fields);
        return *this;
    }
    // `members`: "code siren municipale totale".
    FakePackage& grouping(std::string_view code, std::string_view name, std::string_view kind,
                          const std::vector<std::string>& members) {
        std::string list;
        for (const std::string& member : members) {
            auto parts = base_split(member);
            list += fmt::format(
                R"({}{{"code": "{}", "siren": "{}", "nom": "x", "populationMunicipale": {}, "populationTotale": {}}})",
                list.empty() ? "" : ", ", parts[0], parts[1], parts[2], parts[3]);
        }
        groupings_ +=
            fmt::format(R"({}{{"code": "{}", "nom": "{}", "type": "{}", "modeFinancement": "FPU", "membres": [{}]}})",
                        groupings_.empty() ? "" : ",\n", code, name, kind, list);
        return *this;
    }

    // Writes the files under `folder` and gives the package with its vintage.
    [[nodiscard]] Package write(const std::filesystem::path& folder, std::string_view version, int cog, int in_force,
                                int groupings_in_force) const {
        write_file(folder / "package.json", fmt::format(R"({{"name": "x", "version": "{}"}})", version));
        write_file(folder / "data/communes.json", "[" + communes_ + "]");
        write_file(folder / "data/epci.json", "[" + groupings_ + "]");
        write_file(folder / "data/departements.json",
                   R"([{"code": "02", "nom": "Aisne", "region": "32"}, {"code": "59", "nom": "Nord", "region": "32"},
            {"code": "60", "nom": "Oise", "region": "32"}, {"code": "62", "nom": "Pas-de-Calais", "region": "32"}, {"code": "80", "nom": "Somme", "region": "32"},
            {"code": "76", "nom": "Seine-Maritime", "region": "28"}, {"code": "2A", "nom": "Corse-du-Sud", "region": "94"}])");
        write_file(
            folder / "data/regions.json",
            R"([{"code": "32", "nom": "Hauts-de-France"}, {"code": "28", "nom": "Normandie"}, {"code": "94", "nom": "Corse"}])");
        return {
            folder, std::string(version), cog, in_force, in_force - 3, cog, groupings_in_force, groupings_in_force - 3};
    }

  private:
    static std::vector<std::string> base_split(const std::string& text) {
        std::vector<std::string> out;
        std::size_t from = 0;
        while (true) {
            std::size_t to = text.find(' ', from);
            out.push_back(text.substr(from, to - from));
            if (to == std::string::npos) return out;
            from = to + 1;
        }
    }
    std::string communes_;
    std::string groupings_;
};

inline std::shared_ptr<const Directory> load(db::Database& database) {
    return base::value_or_throw(Directory::load(database));
}

}  // namespace beffroi::territory
