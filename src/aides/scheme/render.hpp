// What `beffroi-aides scheme …`, `amount` and `simulate` print: plain text for people, JSON (stable keys) for scripts.
// Reads and writes no file except check_file.
#pragma once

#include "aides/scheme/library.hpp"
#include "aides/scheme/simulate.hpp"

namespace beffroi::scheme {

struct CheckReport {
    std::string file;
    Loaded loaded;
    bool has_cases = false;
    Cases cases;
    std::vector<CaseResult> results;
    [[nodiscard]] bool valid() const;     // the files are well written and the cases pass
    [[nodiscard]] bool openable() const;  // and nothing needed is unknown
};
[[nodiscard]] CheckReport check_file(const std::filesystem::path& file);

[[nodiscard]] std::string check_text(const CheckReport& report, const base::Text& text);
[[nodiscard]] std::string check_json(const CheckReport& report, const base::Text& text);
[[nodiscard]] std::string list_text(const SchemeLibrary& library, const base::Text& text);
[[nodiscard]] std::string list_json(const SchemeLibrary& library, const base::Text& text);
[[nodiscard]] std::string show_text(const Edition& edition, const base::Text& text);
[[nodiscard]] std::string show_json(const Edition& edition, const base::Text& text);
[[nodiscard]] std::string amount_text(const Evaluation& evaluation, const Edition& edition, const base::Text& text);
[[nodiscard]] std::string amount_json(const Evaluation& evaluation, const Edition& edition, const base::Text& text);
// `variation`: what was changed of the edition, told in the first line.
[[nodiscard]] std::string simulation_text(const Simulation& simulation, const Variation& variation,
                                          const base::Text& text);
[[nodiscard]] std::string simulation_json(const Simulation& simulation, const base::Text& text);

// "cameras=56961.00" or "cameras:47=56961.00" (quantity); "detr=20000". The error shows how to write it and which
// categories exist.
[[nodiscard]] base::Result<ExpenseLine> parse_expense(const Edition& edition, std::string_view argument);
[[nodiscard]] base::Result<Funding> parse_funding(std::string_view argument);
[[nodiscard]] base::Result<Nature> parse_nature(std::string_view argument);

}  // namespace beffroi::scheme
