// Percent encoding, queries, and paths that cannot climb.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace beffroi::http {

// Everything but RFC 3986 unreserved characters as %XX: for one path segment or one query value.
[[nodiscard]] std::string percent_encode(std::string_view text);
// Strict: "%4" or "%zz" is Invalid. The bytes that come out are not looked at.
[[nodiscard]] base::Result<std::string> percent_decode(std::string_view text);

// "a=1&b=caf%C3%A9", without the question mark.
[[nodiscard]] std::string build_query(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs);

// The path of a request as the router and handlers see it: decoded once, valid UTF-8, starts with '/', no control
// character, no backslash, no encoded slash, no empty segment but the last, no "." or "..". Errors: Invalid.
[[nodiscard]] base::Result<std::string> decode_path(std::string_view raw);
// The same into a string that is used again.
[[nodiscard]] base::Status decode_path_into(std::string_view raw, std::string& out);

// A place of this site to go back to: "/…" that is a valid path, with an optional query, never another site. Otherwise
// `fallback`.
[[nodiscard]] std::string local_target_or(std::string_view target, std::string_view fallback);

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace beffroi::http
