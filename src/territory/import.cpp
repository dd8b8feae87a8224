#include "territory/import.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "crypto/hash.hpp"
#include "territory/files.hpp"
#include "territory/package_store.hpp"

namespace beffroi::territory {

namespace {

using base::Code;
using base::Result;
using base::Status;

constexpr std::array<std::string_view, 4> kFiles{"communes.json", "epci.json", "departements.json", "regions.json"};
constexpr std::size_t kFileLimit = 64U << 20U;  // the largest, communes.json, weighs 8.6 MB

constexpr db::Query kPackages{
    "territory_packages",
    "SELECT version, cog, in_force, census, groupings, groupings_in_force, groupings_census FROM territory_package"};
constexpr db::Query kFileHashes{"territory_files", "SELECT version, file, sha256 FROM territory_file"};

// What an earlier import left.
struct Remembered {
    std::map<std::string, Package> packages;                               // by version; without folder
    std::map<std::pair<std::string, std::string>, std::string> sha256_of;  // by version and file
};

Remembered remember(db::Reader& reader) {
    Remembered out;
    reader.query(kPackages, {}, [&](const db::Row& row) {
        auto year = [&](int column) { return static_cast<int>(row.integer(column)); };
        out.packages[row.string(0)] = {{}, row.string(0), year(1), year(2), year(3), year(4), year(5), year(6)};
    });
    reader.query(kFileHashes, {},
                 [&](const db::Row& row) { out.sha256_of[{row.string(0), row.string(1)}] = row.string(2); });
    return out;
}

bool same_vintage(const Package& a, const Package& b) {
    return a.cog == b.cog && a.in_force == b.in_force && a.census == b.census && a.groupings == b.groupings &&
           a.groupings_in_force == b.groupings_in_force && a.groupings_census == b.groupings_census;
}

Status check_vintage(const Package& p) {
    for (int year : {p.cog, p.in_force, p.groupings, p.groupings_in_force})
        if ((year < 2000 || year > 2060) && year != 0)
            return base::fail(Code::Invalid,
                              fmt::format("package {}: {} is not a year from 2000 to 2060", p.version, year));
    if (p.cog == 0 || p.in_force == 0 || p.groupings == 0)
        return base::fail(Code::Invalid, fmt::format("package {}: cog, in_force and groupings are needed", p.version));
    return {};
}

// So that a value found in several packages is kept as that of the package whose limits are those of its year.
void put_in_order(std::vector<Package>& packages) {
    auto rank = [](const Package& p) { return std::tuple(p.in_force, p.cog != p.in_force, p.cog, p.version); };
    std::sort(packages.begin(), packages.end(), [&](const Package& a, const Package& b) { return rank(a) < rank(b); });
}

std::filesystem::path path_of(const Package& package, std::string_view file) {
    return package.folder / "data" / file;
}

Result<std::vector<PackageFile>> hash_files(const Package& package) {
    std::vector<PackageFile> files;
    for (std::string_view name : kFiles) {
        std::string bytes = TRY(read_file(path_of(package, name), kFileLimit));
        files.push_back({std::string(name), crypto::hex(crypto::sha256(bytes))});
    }
    return files;
}

enum class State { New, Same, Changed };

State compare(const Package& package, const std::vector<PackageFile>& files, const Remembered& remembered) {
    auto known = remembered.packages.find(package.version);
    if (known == remembered.packages.end()) return State::New;
    if (!same_vintage(known->second, package)) return State::Changed;
    for (const PackageFile& file : files) {
        auto hash = remembered.sha256_of.find({package.version, file.name});
        if (hash == remembered.sha256_of.end() || hash->second != file.sha256) return State::Changed;
    }
    return State::Same;
}

Result<PackageContent> read_package(const Package& package, std::vector<PackageFile> files) {
    PackageContent content;
    content.files = std::move(files);
    auto shown = [&](std::string_view file) { return fmt::format("package {}, {}", package.version, file); };
    std::string bytes = TRY(read_file(package.folder / "package.json", kFileLimit));
    std::string version = TRY(read_version(bytes, shown("package.json")));
    if (version != package.version)
        return base::fail(Code::Invalid, fmt::format("{} holds version {}, not {}", package.folder.string(), version,
                                                     package.version));
    bytes = TRY(read_file(path_of(package, kFiles[0]), kFileLimit));
    content.communes = TRY(read_communes(bytes, shown(kFiles[0])));
    bytes = TRY(read_file(path_of(package, kFiles[1]), kFileLimit));
    content.groupings = TRY(read_groupings(bytes, shown(kFiles[1])));
    bytes = TRY(read_file(path_of(package, kFiles[2]), kFileLimit));
    content.departements = TRY(read_departements(bytes, shown(kFiles[2])));
    bytes = TRY(read_file(path_of(package, kFiles[3]), kFileLimit));
    content.regions = TRY(read_regions(bytes, shown(kFiles[3])));
    if (content.communes.empty())
        return base::fail(Code::Invalid, shown(kFiles[0]) + ": no commune of the present in it");
    return content;
}

// The two files of a package are of one vintage or of two, and the figures tell: nearly all are the same, or nearly
// none.
Status check_figures(const Package& package, const PackageContent& content, ImportReport& report) {
    std::unordered_map<InseeCode, std::int32_t> by_code;
    for (const CommuneRecord& commune : content.communes) {
        if (commune.population && !by_code.emplace(commune.code, *commune.population).second)
            return base::fail(Code::Invalid, fmt::format("package {}, communes.json: commune {} twice", package.version,
                                                         commune.code.str()));
    }
    std::size_t same = 0;
    std::size_t compared = 0;
    for (const GroupingRecord& grouping : content.groupings)
        for (const MemberRecord& member : grouping.members) {
            auto own = by_code.find(member.code);
            if (own == by_code.end() || !member.municipale) continue;
            ++compared;
            same += own->second == *member.municipale ? 1U : 0U;
        }
    constexpr std::size_t kEnoughToTell = 100;
    if (compared < kEnoughToTell) return {};
    bool one_vintage = same * 20 >= compared * 19;
    bool said_one = package.groupings_in_force == package.in_force;
    if (one_vintage != said_one)
        return base::fail(
            Code::Invalid,
            fmt::format(
                "package {}: communes.json is said to be in force in {} and epci.json in {}, but {} of {} figures are "
                "the same in both: the vintages given are wrong",
                package.version, package.in_force, package.groupings_in_force, same, compared));
    if (said_one && same != compared)
        report.notes.push_back({fmt::format("{}: {} of {} populations in force in {} differ between communes.json and "
                                            "epci.json (merged or restored that day): "
                                            "epci.json, in the limits of that day, wins",
                                            package.version, compared - same, compared, package.in_force),
                                {"territory.import.differ",
                                 {{"version", package.version},
                                  {"count", std::to_string(compared - same)},
                                  {"year", std::to_string(package.in_force)}}}});
    return {};
}

void note_repeated_file(const Package& package, const std::vector<PackageFile>& files, const Remembered& remembered,
                        ImportReport& report) {
    for (const PackageFile& file : files) {
        if (file.name != kFiles[1]) continue;
        for (const auto& [key, hash] : remembered.sha256_of)
            if (key.second == file.name && hash == file.sha256 && key.first != package.version)
                return report.notes.push_back(
                    {fmt::format("{}: {} is the very file of {}", package.version, file.name, key.first),
                     {"territory.import.repeats",
                      {{"version", package.version}, {"file", file.name}, {"other", key.first}}}});
    }
}

// Of the packages of one COG year, that with the newest populations says what the map is.
TakesState takes_state(const Package& package, const std::vector<Package>& given, const Remembered& remembered) {
    auto newer = [&](const Package& other) { return other.cog == package.cog && other.in_force > package.in_force; };
    bool beaten = std::any_of(given.begin(), given.end(), newer) ||
                  std::any_of(remembered.packages.begin(), remembered.packages.end(),
                              [&](const auto& item) { return newer(item.second); });
    return beaten ? TakesState::No : TakesState::Yes;
}

}  // namespace

Result<ImportReport> import_packages(db::Database& database, std::vector<Package> packages, base::Timestamp now,
                                     const OnProgress& on_progress) {
    ImportReport report;
    std::set<std::string> versions;
    for (const Package& package : packages) {
        TRY(check_vintage(package));
        if (!versions.insert(package.version).second)
            return base::fail(Code::Invalid, fmt::format("package {} is given twice", package.version));
    }
    put_in_order(packages);

    Remembered remembered = database.read(remember);
    std::vector<std::vector<PackageFile>> files;
    std::vector<State> states;
    for (const Package& package : packages) {
        files.push_back(TRY(hash_files(package)));
        states.push_back(compare(package, files.back(), remembered));
    }
    if (std::count(states.begin(), states.end(), State::Changed) > 0) {
        TRY(database.write([](db::Writer& writer) -> Status {
            forget_packages(writer);
            return {};
        }));
        report.notes.push_back({"a file or its vintage changed since it was imported: all packages are read again",
                                {"territory.import.changed", {}}});
        remembered = {};
        states.assign(states.size(), State::New);
    }

    KnownValues known;
    bool all_same = std::count(states.begin(), states.end(), State::Same) == std::ssize(states);
    if (!all_same) database.read([&](db::Reader& reader) { known.load(reader); });
    for (std::size_t i = 0; i < packages.size(); ++i) {
        const Package& package = packages[i];
        auto tell = [&](std::string_view step, std::size_t done) {
            if (on_progress) on_progress({package.version, step, done, packages.size()});
        };
        if (states[i] == State::Same) {
            ++report.unchanged;
            tell("unchanged", i + 1);
            continue;
        }
        tell("reading", i);
        PackageContent content = TRY(read_package(package, files[i]));
        TRY(check_figures(package, content, report));
        note_repeated_file(package, files[i], remembered, report);
        tell("storing", i);
        TRY(database.write([&](db::Writer& writer) {
            return store_package(writer, package, content, takes_state(package, packages, remembered), now, known,
                                 report);
        }));
        for (const PackageFile& file : files[i]) remembered.sha256_of[{package.version, file.name}] = file.sha256;
        ++report.imported;
        tell("stored", i + 1);
    }
    return report;
}

Result<ImportReport> import_packages(db::Database& database, const std::filesystem::path& node_modules,
                                     base::Timestamp now, const OnProgress& on_progress) {
    return import_packages(database, TRY(packages_in(node_modules)), now, on_progress);
}

}  // namespace beffroi::territory
