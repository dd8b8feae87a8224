// For tests only: a folder of its own that goes with the test, and databases to try things on.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include <stdlib.h>

#include "db/migrate.hpp"

namespace beffroi::db {

class ScratchFolder {
  public:
    ScratchFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "beffroi-test-XXXXXX").string();
        ASSERT(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

// A database with the whole schema. In memory unless a path is given; tests run from the root of the repository.
[[nodiscard]] inline std::unique_ptr<Database> migrated_database(const std::string& path = ":memory:") {
    Options options;
    options.path = path;
    options.durable = false;
    auto database = base::value_or_throw(Database::open(options));
    base::value_or_throw(migrate(*database, "migrations", base::Timestamp{}));
    return database;
}

}  // namespace beffroi::db
