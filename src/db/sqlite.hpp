// The SQLite driver's own door, for db.cpp only: callers use Database::open.
#pragma once

#include "db/db.hpp"

namespace beffroi::db {

[[nodiscard]] base::Result<std::unique_ptr<Database>> open_sqlite(const Options& options);

}  // namespace beffroi::db
