// Inside this folder only: is this ZIP one of the office files we take, and does it stay small when unpacked?
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "documents/inspect.hpp"

namespace beffroi::documents::detail {

enum class OfficeFault { Damaged, Encrypted, Macros, Bomb, Other };

struct OfficeVerdict {
    std::optional<FileType> type;
    OfficeFault fault = OfficeFault::Other;  // when there is no type
    std::string detail;
};

// Sizes are read first, then every entry is really unpacked (and its checksum compared) under the same limits, since
// sizes lie.
[[nodiscard]] OfficeVerdict check_office(std::string_view zip, const InspectLimits& limits);

}  // namespace beffroi::documents::detail
