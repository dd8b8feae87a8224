// One package into the tables, in the transaction of the caller. Inside this module only: import.cpp says what is read
// and when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "territory/directory.hpp"
#include "territory/import.hpp"
#include "territory/package_files.hpp"

namespace beffroi::territory {

struct PackageFile {
    std::string name;  // "communes.json"
    std::string sha256;
};

struct PackageContent {
    std::vector<CommuneRecord> communes;
    std::vector<GroupingRecord> groupings;
    std::vector<AreaRecord> departements;
    std::vector<AreaRecord> regions;
    std::vector<PackageFile> files;
};

// Values known already, so that what several packages say is stored once. A set of (commune, figure, year in force,
// value).
class KnownValues {
  public:
    void load(db::Reader& reader);
    // False when it was there.
    bool add(InseeCode code, Figure figure, int in_force, std::int32_t value);

  private:
    std::unordered_set<std::uint64_t> keys_;
};

// `holds_state`: the limits, names and groupings of its COG year are taken from it (from the one of newest populations,
// when two packages are of one COG).
enum class TakesState { Yes, No };

[[nodiscard]] base::Status store_package(db::Writer& writer, const Package& package, const PackageContent& content,
                                         TakesState takes_state, base::Timestamp now, KnownValues& known,
                                         ImportReport& report);

// Empties all that packages fill; lists and contours stay.
void forget_packages(db::Writer& writer);

}  // namespace beffroi::territory
