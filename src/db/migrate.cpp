#include "db/migrate.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "crypto/hash.hpp"

namespace beffroi::db {

namespace {

using base::Code;

constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_ms BIGINT NOT NULL)";
constexpr Query kSeen{"migration_seen", "SELECT number, name, sha256 FROM schema_migration ORDER BY number"};
constexpr Query kApplied{"migration_applied",
                         "INSERT INTO schema_migration (number, name, sha256, applied_ms) VALUES ($1, $2, $3, $4)"};

struct File {
    std::string name;
    std::string sql;
    std::string sha256;
    bool own = false;  // written for this engine: NNNN_name.<engine>.sql
};

base::Result<std::string> content(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in && !in.eof()) return base::fail(Code::Unavailable, "cannot read " + path.string());
    return text;
}

// NNNN_name.sql or NNNN_name.<engine>.sql; nothing for any other file and for those of another engine.
struct Named {
    int number = 0;
    bool own = false;
};
std::optional<Named> named(const std::string& name, std::string_view engine) {
    if (name.size() < 10 || name[4] != '_' || name.substr(name.size() - 4) != ".sql") return std::nullopt;
    Named result;
    auto [end, error] = std::from_chars(name.data(), name.data() + 4, result.number);
    if (error != std::errc() || end != name.data() + 4) return std::nullopt;
    std::string_view stem = std::string_view(name).substr(0, name.size() - 4);
    if (std::size_t dot = stem.find('.'); dot != std::string_view::npos) {
        if (stem.substr(dot + 1) != engine) return std::nullopt;
        result.own = true;
    }
    return result;
}

base::Result<std::map<int, File>> files_of(const std::filesystem::path& folder, std::string_view engine) {
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    if (error) return base::fail(Code::NotFound, fmt::format("migrations in {}: {}", folder.string(), error.message()));
    std::map<int, File> files;
    for (const auto& entry : entries) {
        std::string name = entry.path().filename().string();
        auto found = named(name, engine);
        if (!found) continue;
        File file{name, TRY(content(entry.path())), "", found->own};
        file.sha256 = crypto::hex(crypto::sha256(file.sql));
        auto [place, fresh] = files.emplace(found->number, file);
        if (fresh) continue;
        if (place->second.own == file.own)
            return base::fail(Code::Invalid,
                              fmt::format("migrations {} and {} have the same number", place->second.name, name));
        if (file.own) place->second = std::move(file);
    }
    return files;
}

base::Status compare(const std::map<int, File>& files, int number, std::string_view name, std::string_view sha256) {
    auto found = files.find(number);
    if (found == files.end())
        return base::fail(Code::Conflict,
                          fmt::format("the database has seen migration {}, which this version does not have: "
                                      "it was written by a newer one",
                                      name));
    if (found->second.sha256 != sha256)
        return base::fail(Code::Conflict, fmt::format("migration {} is not the one that this database has seen: "
                                                      "a migration never changes once it ran, add another",
                                                      found->second.name));
    return {};
}

base::Status run_one(Database& database, int number, const File& file, base::Timestamp now) {
    return database.write([&](Writer& writer) -> base::Status {
        writer.script(file.sql);
        writer.execute(kApplied, {number, file.name, file.sha256, now});
        return {};
    });
}

base::Result<int> run_all(Database& database, const std::map<int, File>& files, base::Timestamp now) {
    TRY(database.write([](Writer& writer) -> base::Status {
        writer.script(kTable);
        return {};
    }));
    std::map<int, bool> seen;
    TRY(database.read([&](Reader& reader) -> base::Status {
        base::Status status;
        reader.query(kSeen, {}, [&](const Row& row) {
            int number = static_cast<int>(row.integer(0));
            status = compare(files, number, row.text(1), row.text(2));
            seen[number] = true;
            return status.has_value();
        });
        return status;
    }));
    int ran = 0;
    for (const auto& [number, file] : files) {
        if (seen.contains(number)) continue;
        // A job boundary: the failure of the engine becomes the answer of the command, with the name of the file.
        try {
            TRY(run_one(database, number, file, now));
        } catch (const base::Failure& failure) {
            return std::unexpected(base::Error(failure.error()).wrapped("migration " + file.name));
        }
        ++ran;
    }
    return ran;
}

}  // namespace

base::Result<int> migrate(Database& database, const std::filesystem::path& folder, base::Timestamp now) {
    auto files = TRY(files_of(folder, database.engine()));
    return run_all(database, files, now);
}

}  // namespace beffroi::db
