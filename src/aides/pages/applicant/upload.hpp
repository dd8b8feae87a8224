// What a file must be, said before it is chosen.
#pragma once

#include <cstdint>
#include <string>

#include "aides/pages/applicant/parts.hpp"

namespace beffroi::aides::pages::applicant {

struct Announced {
    std::int64_t max_bytes = 0;
    std::string accept;   // ".pdf,.jpg,.jpeg": for the browser
    std::string formats;  // "PDF, JPG": for people
};
[[nodiscard]] Announced announced(const ApplicationView& view, std::string_view kind,
                                  const documents::InspectLimits& limits);

// The bytes of an uploaded file, within the limits that the route already held it to.
[[nodiscard]] std::string whole(const http::UploadedFile& file);
// After files came in: the redirection, or what the script expects in its place, with the sentence for the next page.
[[nodiscard]] http::Response arrived(Context& c, std::string_view location, std::string_view notice_key);

}  // namespace beffroi::aides::pages::applicant
