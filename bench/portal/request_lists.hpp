// The addresses that the generators ask for: one file per kind of page, one address per line.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "db/db.hpp"

namespace beffroi::bench {

// Into `folder`: officer-list.txt, officer-search.txt, officer-file.txt (these need a session), public-list.txt,
// public-search.txt, public-grant.txt. Drawn from what the database holds, the same each time. Many different
// addresses, so that an answer kept for one of them does not answer for all.
[[nodiscard]] base::Status write_request_lists(db::Database& database, const std::filesystem::path& folder);

}  // namespace beffroi::bench
