// The tokens that open the API and the player page: one "name token" a line in a file for the owner's eyes only.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "video/pages/services.hpp"

namespace beffroi::apps {

// The file is made with one token, drawn here, when it does not exist: there is no default password. Errors:
// Unavailable, Invalid (a token of fewer than 20 characters, with the line).
[[nodiscard]] base::Result<std::vector<video_pages::Token>> load_tokens(const std::filesystem::path& file);

}  // namespace beffroi::apps
