// Small steps over UTF-8 text, shared by this folder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace beffroi::aides::publish {

// The code point at `at`, which moves past it; U+FFFD and one byte further when the bytes are not UTF-8.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at);

[[nodiscard]] std::size_t code_points(std::string_view text);

// At most `most` code points, the last one "…" when something was cut.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

// For a cell of a file that programs cut into lines: line ends and other control characters become single spaces, both
// ends are trimmed, bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace beffroi::aides::publish
