// Which fragments of a camera were erased on purpose, one line a file in <disk>/<camera>/erased.log, so that a hole in
// the chain can be told from a theft without the database. Holds numbers, times and a hash, no image.
//
//   <first number> <last number> <from, UTC> <to, UTC> <erased at, UTC> <hash of the last fragment> <why>
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "video/archive/index.hpp"

namespace beffroi::archive {

struct Erasure {
    std::uint64_t first = 0, last = 0;
    std::int64_t to_us = 0;
};

[[nodiscard]] base::Status note_erasure(const std::filesystem::path& disk, const FileRow& row, base::Timestamp at,
                                        const std::string& why);
[[nodiscard]] std::vector<Erasure> erasures_of(const std::filesystem::path& disk, const CameraId& camera);
// Whether every number from `first` to `last` was erased on purpose.
[[nodiscard]] bool covers(const std::vector<Erasure>& erasures, std::uint64_t first, std::uint64_t last);

}  // namespace beffroi::archive
