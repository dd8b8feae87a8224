// How files of the archive are called: <camera>/<YYYY>/<MM>/<DD>/<YYYYMMDDTHHMMSS.mmmZ>.mp4, in UTC. The name is for
// people and for finding the newest file quickly; what counts is written inside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "media/mp4/fragment.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::archive {

// a-z, 0-9 and hyphen, 1 to 40 characters, not a hyphen first.
[[nodiscard]] bool valid_camera(std::string_view id);
// `again`: the n-th file of that millisecond (a clock that was set back).
[[nodiscard]] std::filesystem::path file_name(const CameraId& camera, std::int64_t from_us, int again);

// The cameras that have a folder on that disk, and their files below it, oldest name first.
[[nodiscard]] std::vector<CameraId> cameras_on(const std::filesystem::path& disk);
[[nodiscard]] std::vector<std::filesystem::path> files_of(const std::filesystem::path& disk, const CameraId& camera);
// Those of the newest day only.
[[nodiscard]] std::vector<std::filesystem::path> newest_files_of(const std::filesystem::path& disk,
                                                                 const CameraId& camera);

[[nodiscard]] std::string_view reason_name(mp4::GapReason reason);
[[nodiscard]] mp4::GapReason reason_of(std::string_view name);

}  // namespace beffroi::archive
