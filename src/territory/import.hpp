// From the npm packages @etalab/decoupage-administratif to the tables. Run by a command, never by a request.
//
// Each package is one transaction. What was imported is remembered by the SHA-256 of its files: running again only
// reads and hashes them. When a file that was imported before has changed, the tables are emptied and all packages of
// the call are read again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "territory/codes.hpp"

namespace beffroi::territory {

// One published version, and the vintages that it really holds (its README does not say, or says otherwise).
struct Package {
    std::filesystem::path folder;  // holds package.json and data/
    std::string version;           // checked against package.json
    int cog = 0;                   // state of the map on 1 January
    int in_force = 0;              // of the populations of communes.json (municipale)
    int census = 0;
    int groupings = 0;           // year of the list of groupings and of their members in epci.json
    int groupings_in_force = 0;  // of the populations of epci.json (municipale and totale); 0: it holds none
    int groupings_census = 0;
};

// The packages that `vintages.json`, beside the folder node_modules, lists. NotFound or Invalid with what was expected.
[[nodiscard]] base::Result<std::vector<Package>> packages_in(const std::filesystem::path& node_modules);

struct ImportProgress {
    std::string_view package;  // "6.0.0"
    std::string_view step;     // "reading", "storing", "stored", "unchanged"
    std::size_t done = 0;      // packages finished
    std::size_t total = 0;
};

// Found on the way and worth knowing: figures set aside, files that repeat another.
struct ImportNote {
    std::string detail;     // English, for logs and scripts
    base::Message message;  // for people
};

struct ImportReport {
    std::size_t imported = 0;   // packages read
    std::size_t unchanged = 0;  // packages skipped, being the same as last time
    std::size_t communes = 0;   // rows written
    std::size_t populations = 0;
    std::vector<ImportNote> notes;
};

using OnProgress = std::function<void(const ImportProgress&)>;

// Invalid: a file is not what it should be, with file, element and field; or its figures contradict the vintage it is
// said to hold.
[[nodiscard]] base::Result<ImportReport> import_packages(db::Database& database, std::vector<Package> packages,
                                                         base::Timestamp now, const OnProgress& on_progress = {});
[[nodiscard]] base::Result<ImportReport> import_packages(db::Database& database,
                                                         const std::filesystem::path& node_modules, base::Timestamp now,
                                                         const OnProgress& on_progress = {});

// ---- Lists of communes or groupings (priority zones, rural…): see Directory::has_tag.

struct TagListInfo {
    std::string name;    // lower case, digits and hyphens
    std::string title;   // what people read
    std::string source;  // where it comes from: act, address
    base::Date from;     // date of effect of this version; importing the same name and date again replaces it
};

// CSV with a header. The column of codes is named code, code_insee, insee, insee_com, codgeo, code_commune, siren or
// siren_epci (whatever the case). Gives the number of codes. Invalid with the line when a value is no code.
[[nodiscard]] base::Result<std::size_t> import_tag_list(db::Database& database, const TagListInfo& list,
                                                        std::string_view csv);

}  // namespace beffroi::territory
