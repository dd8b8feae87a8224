// Basic (RFC 7617) and Digest (RFC 2617, RFC 7616) from the camera's side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "testcam/request.hpp"
#include "testcam/settings.hpp"

namespace beffroi::testcam {

// The values of the WWW-Authenticate headers, one each.
[[nodiscard]] std::vector<std::string> challenges(Authentication authentication, std::string_view nonce, bool stale);

enum class Credentials { Right, Wrong, Absent };
[[nodiscard]] Credentials check_authorization(const Request& request, const CameraSettings& camera,
                                              std::string_view nonce);

}  // namespace beffroi::testcam
