// Text as people type it: UTF-8 that must be valid, names that must be found whatever their accents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace beffroi::base {

// Well-formed UTF-8 (no overlong form, no surrogate, at most U+10FFFF).
[[nodiscard]] bool valid_utf8(std::string_view text);

// For searching, never for display: lower case, without accents, ligatures opened (œ → oe), apostrophes, hyphens and
// other signs as single spaces, the words "st" and "ste" written out as "saint" and "sainte". Other letters stay as
// they are.
//   fold("Sᵗ-Œuen-l'Aumône") and fold("SAINT OUEN L AUMONE") meet.
[[nodiscard]] std::string fold(std::string_view text);

[[nodiscard]] std::string_view trim(std::string_view text);
// "Saint-Jans-Cappel" → "saint-jans-cappel": for file names and addresses.
[[nodiscard]] std::string slug(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// The text as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace beffroi::base
