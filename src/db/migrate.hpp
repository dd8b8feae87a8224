// Numbered SQL files, each run once, in order, in a transaction of its own.
#pragma once

#include <filesystem>

#include "db/db.hpp"

namespace beffroi::db {

// Runs every NNNN_name.sql of `folder` that this database has not seen and gives how many ran. A file that changed
// since it ran is refused (its SHA-256 is kept), so that two installations of one version are the same.
[[nodiscard]] base::Result<int> migrate(Database& database, const std::filesystem::path& folder, base::Timestamp now);

}  // namespace beffroi::db
