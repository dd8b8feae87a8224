// The cases beside an edition: run by `scheme check` and before an edition is published.
#pragma once

#include "aides/scheme/edition.hpp"

namespace beffroi::scheme {

struct Expectation {
    bool eligible = true;
    std::optional<bool> certain;
    std::optional<base::Cents> base, amount;
    std::optional<std::vector<std::string>> failed, to_check;
    std::optional<Limit> limit;
};

struct Case {
    Bilingual name;
    std::string source;
    int line = 0;
    Facts facts;
    Expectation expect;
};

struct Cases {
    std::string file;
    std::vector<Case> cases;
    std::vector<Fault> faults;
};

// `edition` gives the categories, tags and sources that a case may name.
[[nodiscard]] Cases load_cases(std::string_view text, std::string_view file, const Edition& edition);
[[nodiscard]] Cases load_cases_file(const std::filesystem::path& file, const Edition& edition);
// schemes/x/2022.toml → schemes/x/2022.cases.toml
[[nodiscard]] std::filesystem::path cases_beside(const std::filesystem::path& edition_file);

struct Difference {
    std::string what;  // "amount_cents", "eligible", "failed"…
    std::string expected, found;
};
struct CaseResult {
    const Case* one = nullptr;  // into the Cases given
    std::vector<Difference> differences;
    Evaluation evaluation;
    [[nodiscard]] bool passed() const { return differences.empty(); }
};
[[nodiscard]] std::vector<CaseResult> run_cases(const Edition& edition, const Cases& cases);

// May this edition be opened: nothing it needs is unknown, and all its cases (at least one) pass. The error names what
// is missing.
[[nodiscard]] base::Status publishable(const Edition& edition, const Cases& cases);

}  // namespace beffroi::scheme
