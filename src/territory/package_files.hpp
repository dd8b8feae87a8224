// The JSON files of a package @etalab/decoupage-administratif, as records. Inside this module only.
//
// Bytes from outside: every fault is Invalid with the file, the number of the element and the field. Only communes of
// the present
// (`commune-actuelle`) are kept: the files also list their delegated and associated parts and the arrondissements of
// three cities.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "territory/codes.hpp"

namespace beffroi::territory {

struct CommuneRecord {
    InseeCode code;
    std::string name;
    Siren siren;  // empty before 2.3.1 and for the overseas collectivities
    DepartementCode departement;
    RegionCode region;                       // a collectivity without a region is its own
    std::optional<std::int32_t> population;  // municipale
    std::vector<InseeCode> former;
    std::vector<std::string> postcodes;
};

struct MemberRecord {
    InseeCode code;
    Siren siren;
    std::optional<std::int32_t> municipale;
    std::optional<std::int32_t> totale;
};

struct GroupingRecord {
    Siren siren;
    std::string name;
    std::string kind;  // CC, CA, CU, METRO, MET69
    std::string funding;
    std::vector<MemberRecord> members;
};

struct AreaRecord {
    std::string code;
    std::string name;
    std::string region;  // of a département; empty for a region
};

[[nodiscard]] base::Result<std::vector<CommuneRecord>> read_communes(std::string_view json, std::string_view file);
[[nodiscard]] base::Result<std::vector<GroupingRecord>> read_groupings(std::string_view json, std::string_view file);
[[nodiscard]] base::Result<std::vector<AreaRecord>> read_departements(std::string_view json, std::string_view file);
[[nodiscard]] base::Result<std::vector<AreaRecord>> read_regions(std::string_view json, std::string_view file);
// "version" of package.json.
[[nodiscard]] base::Result<std::string> read_version(std::string_view json, std::string_view file);

}  // namespace beffroi::territory
