// A file that says which cameras there are and what goes wrong with them when (TOML), for demonstrations and long
// tests:
//
//   [server]
//   port = 8554
//   faults = ["loss=2@60+30", "reboot=5@300#1"]
//
//   [[cameras]]
//   codec = "h265"
//   size = "1920x1080"
//   rate = 12
//   kbit = 4000
//   count = 3
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "testcam/settings.hpp"

namespace beffroi::testcam {

// Errors: Invalid, with every fault on a line of its own; NotFound. What the file does not say stays as in `start`.
[[nodiscard]] base::Result<ServerSettings> read_script(const std::filesystem::path& file, ServerSettings start = {});
[[nodiscard]] base::Result<ServerSettings> read_script_text(std::string_view text, ServerSettings start = {});

// "1280x720". Invalid otherwise.
[[nodiscard]] base::Status read_size(std::string_view text, CameraSettings& camera);

}  // namespace beffroi::testcam
