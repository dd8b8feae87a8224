// Inside this folder only: PNM in, a smaller PNG out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::documents::detail {

// P4, P5 or P6 (8 or 16 bits a sample), shrunk by averaging until its longer side is at most `max_side`.
[[nodiscard]] base::Result<std::string> png_from_pnm(std::string_view pnm, std::uint32_t max_side);

}  // namespace beffroi::documents::detail
