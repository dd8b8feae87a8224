// Inside this folder only: is this really a whole JPEG, PNG or TIFF, and how large is it? Headers and chunks only;
// nothing is decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace beffroi::documents::detail {

struct ImageSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

[[nodiscard]] std::optional<ImageSize> check_png(std::string_view bytes);
[[nodiscard]] std::optional<ImageSize> check_jpeg(std::string_view bytes);
[[nodiscard]] std::optional<ImageSize> check_tiff(std::string_view bytes);

}  // namespace beffroi::documents::detail
