// The sibling of each set of files: what it is, what is missing in it, what is not real.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "aides/publish/grant_files.hpp"
#include "base/catalogue.hpp"

namespace beffroi::aides::publish {

struct NotesInput {
    std::string title;
    std::string publisher;
    std::string url;
    base::Timestamp written;
    std::vector<std::string> files;
};

// LISEZMOI.md / README.md: licence, conventions, counts by origin, every gap with its grant.
[[nodiscard]] std::string write_notes(const base::Text& text, const NotesInput& input,
                                      std::span<const PublishedGrant> grants, std::span<const Gap> gaps);

}  // namespace beffroi::aides::publish
