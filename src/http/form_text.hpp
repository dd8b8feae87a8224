// What urlencoded and multipart forms check alike. For src/http only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::http {

// Valid UTF-8 without NUL; Invalid otherwise.
[[nodiscard]] base::Status check_form_text(std::string_view text);
// Browsers send "\r\n" for each line end of a text area: "\n" from here on.
void normalise_line_ends(std::string& text);

}  // namespace beffroi::http
