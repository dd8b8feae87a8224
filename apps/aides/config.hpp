// Reads the configuration file: strict, so that a misspelt key is said and not ignored.
#pragma once

#include <filesystem>

#include "aides/pages/site/settings.hpp"
#include "base/result.hpp"

namespace beffroi::apps {

// Errors: Invalid, with file, line, key and what was expected; NotFound.
[[nodiscard]] base::Result<aides::pages::Settings> load_config(const std::filesystem::path& file);

}  // namespace beffroi::apps
