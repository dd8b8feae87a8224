// An edition as the evaluation runs it: flat tables, every value resolved for one interval of dates. Internal.
//
// An edition whose values change mid-year has one program per interval, so that nothing looks at dates while it runs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "aides/scheme/model.hpp"

namespace beffroi::scheme {

enum class OpCode : std::uint8_t {
    Applicant,     // rows [first, first + count) of `applicants`, alternatives
    Nature,        // natures allowed in `bits`, undecided in `unknown_bits`
    Population,    // rows of `populations`, alternatives
    Tag,           // tag number `index`, required or excluded by `bits`
    History,       // `index` of `history`
    Window,        // rows of `windows`
    UnknownTest,   // a section that decides eligibility and that nobody knows
    UnknownMoney,  // the same for the amount
    Lines,
    BaseMinimum,   // amount
    TotalMinimum,  // amount
    Rate,          // rows of `rates`
    Ceilings,      // rows of `ceilings`: one set; bonuses [first_bonus, first_bonus + bonus_count)
    Cofunding,     // `index` of `cofunding`
    Asked,
    EuroDown,
    FloorGrant,  // amount
};

struct Op {
    OpCode code{};
    std::uint8_t bits = 0;
    std::uint8_t unknown_bits = 0;
    bool unknown = false;  // its value is one that nobody knows
    std::uint16_t rule = 0;
    std::uint16_t when = 0;
    std::uint16_t index = 0;
    std::uint16_t first = 0, count = 0;
    std::uint16_t first_bonus = 0, bonus_count = 0;
    std::int64_t amount = 0;
};

// What an explanation says of an op: never read on the fast path.
struct RuleInfo {
    std::string id;
    Refs refs;
    std::vector<Bilingual> assumptions;
    std::vector<Bilingual> questions;
    Bilingual label;
    Bilingual reason;  // of a category that is refused
};

struct Condition {
    bool always = true;
    bool has_population = false, has_base = false;
    std::uint32_t kinds = 0;   // 0 = any
    std::uint8_t types = 0;    // 0 = any
    std::uint8_t natures = 0;  // 0 = any
    std::uint64_t tags = 0, not_tags = 0;
    Range population, base;
    std::vector<std::string> departments, codes;
};

struct ApplicantRow {
    ApplicantKind kind{};
    std::uint8_t types = 0;
    bool holder = false;
    bool unknown = false;
    bool has_types = false, has_regions = false, has_departments = false, has_codes = false;
    Inside inside = Inside::Seat;
    std::uint64_t tags = 0;
    std::vector<std::string> regions, departments, codes;
    std::uint16_t rule = 0;
};

struct PopulationRow {
    std::uint32_t kinds = 0;
    PopulationOf of = PopulationOf::Own;
    bool unknown = false;
    std::uint64_t tags = 0;
    Range range;
    std::uint16_t rule = 0;
};

struct HistoryRow {
    HistoryTest test{};
    bool all_editions = false;
    std::vector<std::string> schemes, editions;
    std::int64_t awards = 0, years = 0;
};

struct CategoryRow {
    std::string id;
    bool eligible = false, unknown = false;
    bool has_unit_ceiling = false, has_unit_amount = false;
    std::uint8_t natures = 0;  // 0 = any
    std::uint8_t group = 0;
    std::uint64_t tags = 0;
    std::int64_t unit_ceiling = 0, unit_amount = 0;  // cents
    std::int64_t in_kind = 0;                        // cents per unit paid to a third party
    std::uint16_t rule = 0;
};

struct BracketRow {
    std::int64_t up_to = kNoHigh;  // cents of base
    base::Rate rate;
};

struct RateRowOp {
    RateForm form{};
    bool unknown = false;
    std::uint16_t when = 0, rule = 0;
    base::Rate rate, from;
    std::int64_t forfait = 0;
    std::vector<BracketRow> brackets;
};

struct CeilingRow {
    std::uint16_t when = 0, rule = 0;
    CeilingPer per = CeilingPer::File;
    bool unknown = false;
    std::uint8_t group = 0;  // 0 = the whole grant
    std::int64_t amount = 0, years = 0;
};

struct BonusRow {
    std::uint16_t when = 0, rule = 0;
    bool unknown = false;
    std::int64_t amount = 0;
};

struct CofundingRow {
    CofundingTest test{};
    Exceeded exceeded = Exceeded::Warn;
    ShareOf of = ShareOf::Total;
    bool include_grant = true;
    std::uint16_t funders = 0;  // bits of Funder, Public opened
    base::Rate share;
};

struct WindowRow {
    base::Date opens{}, closes{};  // days of Paris, both included
};

inline constexpr std::size_t kGroups = 9;  // the default one and eight named

struct Program {
    std::vector<Op> ops;
    std::vector<RuleInfo> rules;
    std::vector<Condition> conditions;  // 0 = always
    std::vector<ApplicantRow> applicants;
    std::vector<PopulationRow> populations;
    std::vector<HistoryRow> history;
    std::vector<WindowRow> windows;
    std::vector<CategoryRow> categories;
    std::vector<RateRowOp> rates;
    std::vector<CeilingRow> ceilings;
    std::vector<BonusRow> bonuses;
    std::vector<CofundingRow> cofunding;
    std::vector<std::string> tags;
    std::string scheme, edition;
    int year = 0;
    bool has_population = false, population_unknown = false;
    bool has_holder = false;
    PopulationFigure figure = PopulationFigure::Municipale;
    Vintage vintage = Vintage::Edition;
    base::Rounding rounding = base::Rounding::Down;
    Tax tax = Tax::Ht;
    WorksStart works_start = WorksStart::Free;
    bool base_unknown = false;  // tax, works start or dates of spending
    bool has_from = false, has_to = false;
    base::Date spending_from{}, spending_to{};
    std::int64_t base_maximum = kNoHigh;
    std::map<std::string, Funder, std::less<>> funder_names;
};

[[nodiscard]] Program compile(const Model& model, base::Date date);

[[nodiscard]] Funder funder_of(const Program& program, const Funding& funding);

}  // namespace beffroi::scheme
