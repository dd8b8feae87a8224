// https://www.sqlite.org/lang_vacuum.html
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "db/compact.hpp"
#include "db/sqlite_connection.hpp"

namespace beffroi::db {

namespace {

namespace fs = std::filesystem;
using base::Code;

constexpr std::int64_t kMega = 1'000'000;

base::Status execute(SqliteConnection& connection, const char* sql) {
    const int code = sqlite3_exec(connection.handle(), sql, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    return std::unexpected(sqlite_error(code, sqlite3_errmsg(connection.handle()), sql));
}

// Leaving the write-ahead log needs the file for oneself, and an exclusive lock keeps it: a portal started meanwhile is
// refused instead of waiting in front of its first visitor.
base::Status take_alone(SqliteConnection& connection, const std::string& path) {
    for (const char* sql : {"PRAGMA journal_mode=DELETE", "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "COMMIT"})
        if (auto done = execute(connection, sql); !done)
            return std::unexpected(base::Error{Code::Conflict, done.error().detail, {"db.in_use", {{"file", path}}}});
    return {};
}

std::int64_t number(SqliteConnection& connection, const Query& query) {
    std::int64_t value = 0;
    connection.run(query, {}, [&](const Row& row) {
        value = row.integer(0);
        return false;
    });
    return value;
}

base::Status check_room(SqliteConnection& connection, const std::string& path) {
    const auto size = number(connection, {"page_size", "PRAGMA page_size"});
    const auto pages = number(connection, {"page_count", "PRAGMA page_count"});
    const auto empty = number(connection, {"freelist_count", "PRAGMA freelist_count"});
    // The rows are copied to a temporary file, then back, while a journal keeps the former pages.
    const std::int64_t needed = size * (pages - empty) + size * pages + kMega;
    std::error_code error;
    const auto free = fs::space(fs::absolute(path).parent_path(), error).available;
    if (error || std::cmp_greater_equal(free, needed)) return {};
    return base::fail(Code::Unavailable, fmt::format("{}: {} bytes free of {} needed", path, free, needed),
                      {"db.no_room",
                       {{"file", path},
                        {"needed", std::to_string(needed / kMega + 1)},
                        {"free", std::to_string(free / static_cast<std::uintmax_t>(kMega))}}});
}

// Where SQLite writes the temporary copy: on the disk whose room was checked, and beside a file that only its owner
// reads. It is a setting of the whole process, which is alone with the file.
class TemporaryFiles {
  public:
    explicit TemporaryFiles(const std::string& folder) : former_(sqlite3_temp_directory) {
        sqlite3_temp_directory = sqlite3_mprintf("%s", folder.c_str());
    }
    TemporaryFiles(const TemporaryFiles&) = delete;
    TemporaryFiles& operator=(const TemporaryFiles&) = delete;
    ~TemporaryFiles() {
        sqlite3_free(sqlite3_temp_directory);
        sqlite3_temp_directory = former_;
    }

  private:
    char* former_;
};

}  // namespace

base::Result<Compacted> compact(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return base::fail(Code::NotFound, path + ": no such database");
    auto connection = TRY(SqliteConnection::open({.path = path}, SqliteConnection::Use::Write));
    TRY(take_alone(*connection, path));
    Compacted result;
    result.before_bytes = static_cast<std::int64_t>(fs::file_size(path));
    const TemporaryFiles here(fs::absolute(path).parent_path().string());
    base::Status done = check_room(*connection, path);
    if (done) done = execute(*connection, "PRAGMA temp_store=FILE");
    if (done) done = execute(*connection, "VACUUM");
    // Back to the log that the portal writes to, whatever happened.
    auto back = execute(*connection, "PRAGMA locking_mode=NORMAL");
    if (back) back = execute(*connection, "PRAGMA journal_mode=WAL");
    TRY(std::move(done));
    TRY(std::move(back));
    connection.reset();
    result.after_bytes = static_cast<std::int64_t>(fs::file_size(path));
    return result;
}

}  // namespace beffroi::db
