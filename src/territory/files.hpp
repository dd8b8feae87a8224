// Whole files from disk. Inside this module only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace beffroi::territory {

// NotFound, TooLarge beyond `limit` bytes, Unavailable when it cannot be read to its end.
[[nodiscard]] base::Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace beffroi::territory
