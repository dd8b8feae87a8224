// The fragments of a file as readers ask for them: from its closing tables, or one after the other when it has none
// yet.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "media/mp4/stored.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::archive {

[[nodiscard]] std::vector<FragmentInfo> fragments_of(std::span<const mp4::TableEntry> entries);
// Errors: NotFound, Unavailable, Corrupt.
[[nodiscard]] base::Result<std::vector<FragmentInfo>> stored_fragments(const std::filesystem::path& path);

}  // namespace beffroi::archive
