// Scheme files and their cases come from outside: no bytes may crash the loader, and what loads must evaluate and show.
#include <cstdint>
#include <string_view>

#include "aides/scheme/cases.hpp"
#include "aides/scheme/edition.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace scheme = beffroi::scheme;
    std::string_view text(reinterpret_cast<const char*>(data), size);
    scheme::Loaded loaded = scheme::load_edition(text, "fuzz.toml");
    if (!loaded.edition) {
        if (loaded.faults.empty()) __builtin_trap();
        return 0;
    }
    scheme::Facts facts;
    facts.applicant.region = "32";
    facts.applicant.members.resize(2);
    facts.filed = beffroi::base::make_date(2022, 5, 1);
    facts.history.aids.push_back(
        {loaded.edition->model().scheme, "2021", beffroi::base::make_date(2021, 5, 1), scheme::kLargestAmount});
    for (const auto& category : loaded.edition->model().categories) {
        scheme::ExpenseLine line;
        line.category = category.id;
        line.ht = scheme::kLargestAmount;
        line.quantity = 1'000'000'000;
        facts.expenses.push_back(line);
    }
    for (const auto& tag : loaded.edition->model().tags) facts.tags.push_back({tag.id, size % 2 == 0});
    if (scheme::evaluate(*loaded.edition, facts).outcome != scheme::evaluate_fast(*loaded.edition, facts))
        __builtin_trap();
    (void)scheme::load_cases(text, "fuzz.cases.toml", *loaded.edition);
    return 0;
}
