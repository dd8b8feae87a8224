// Who may sign for a commune or grouping.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aides/pages/applicant/parts.hpp"

namespace beffroi::aides::pages::applicant {

// Names of the active co-signers but one: whoever asks for the signature cannot give it.
[[nodiscard]] std::vector<std::string> signers_of(Context& c, std::string_view siren, accounts::PersonId but);
[[nodiscard]] std::string joined(const std::vector<std::string>& names);

}  // namespace beffroi::aides::pages::applicant
