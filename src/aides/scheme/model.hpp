// What a scheme file says, section by section (docs/formats/scheme.md): for the pages, the letters and the export.
// Evaluation does not read it: see program.hpp. Unchanging once loaded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aides/scheme/facts.hpp"
#include "aides/scheme/value.hpp"

namespace beffroi::scheme {

// Bounds included; the whole numbers from kNoLow to kNoHigh are "no condition".
inline constexpr std::int64_t kNoLow = 0;
inline constexpr std::int64_t kNoHigh = 4'000'000'000'000'000'000;
struct Range {
    std::int64_t low = kNoLow;
    std::int64_t high = kNoHigh;
    bool operator==(const Range&) const = default;
};

struct When {
    std::vector<ApplicantKind> applicants;
    std::vector<GroupingType> types;
    std::vector<Nature> natures;
    std::vector<std::string> tags, not_tags, departments, codes;
    std::optional<Range> population;  // inhabitants
    std::optional<Range> base;        // cents
};

struct LegalBasis {
    Bilingual text;
    bool contested = false;
    Refs refs;
};

struct Tag {
    std::string id;
    Bilingual label;
    TagOf of = TagOf::Territory;
    TagRule rule = TagRule::Criterion;
    When when;
    Refs refs;
};

struct AllowedApplicant {
    ApplicantKind kind = ApplicantKind::Commune;
    Value<std::vector<GroupingType>> types;
    Value<std::vector<std::string>> regions, departments, codes;
    Value<Inside> inside;
    JudgedOn judged_on = JudgedOn::Applicant;
    std::vector<std::string> tags;
    Refs refs;
};

struct PopulationTest {
    std::vector<ApplicantKind> applicants;
    Value<std::int64_t> below, at_most, at_least, above;
    Value<PopulationOf> of;
    std::vector<std::string> tags;
    Refs refs;
};

struct HistoryRule {
    std::string id;
    Bilingual label;
    HistoryTest test = HistoryTest::NotAided;
    Value<std::vector<std::string>> schemes, editions;
    Value<std::int64_t> awards, years;
    When when;
    Refs refs;
};

struct Category {
    std::string id;
    Bilingual label;
    Value<bool> eligible;
    Bilingual reason;  // why not
    Bilingual unit;    // empty: no quantity asked
    Value<base::Cents> unit_ceiling, unit_amount;
    Value<std::vector<Nature>> natures;
    std::vector<std::string> tags;
    std::string group;
    Refs refs;
};

struct BaseRules {
    Value<Tax> tax;
    Value<base::Date> spending_from, spending_to;
    Value<WorksStart> works_start;
    Value<base::Cents> minimum, minimum_total, maximum;
    Refs refs;
};

struct Bracket {
    Value<base::Cents> up_to;  // not present in the last
    Value<base::Rate> percent;
};

struct RateRow {
    std::string id;
    When when;
    RateForm form = RateForm::Percent;
    Value<base::Rate> percent;   // Percent, UpTo
    Value<base::Rate> from, to;  // Range
    Value<base::Cents> forfait;
    std::vector<Bracket> brackets;
    Refs refs;
};

struct Ceiling {
    std::string id, set, group;
    When when;
    Value<base::Cents> amount;
    Value<CeilingPer> per;
    Value<std::int64_t> years;
    Refs refs;
};

struct Bonus {
    std::string id, set;
    When when;
    Value<base::Cents> amount;
    Refs refs;
};

struct CofundingRule {
    std::string id;
    CofundingTest test = CofundingTest::OwnShare;
    Value<base::Rate> minimum, maximum;
    Value<std::vector<Funder>> funders;
    bool include_grant = true;
    Value<ShareOf> of;
    Value<Exceeded> exceeded;
    When when;
    Refs refs;
};

struct Document {
    std::string key;
    Bilingual label, help;
    Value<bool> required;
    Value<Due> due;
    std::vector<std::string> formats;
    bool restricted = false;
    When when;
    Refs refs;
};

struct Window {
    Value<base::Timestamp> opens, closes;
};

struct Quota {
    std::string department;
    Value<base::Rate> share;
    Value<base::Cents> amount;
};

struct Priority {
    std::string id;
    When when;
    Bilingual label;
};

struct Selection {
    Value<SelectionOrder> order;
    Value<SelectionDate> date;
    Value<WhenShort> when_short;
    Value<bool> top_up_reopens;
    std::vector<Priority> priorities;
    Refs refs;
};

struct Payment {
    Value<base::Rate> advance_max, instalments_max, shortfall;
    Value<std::int64_t> instalments, start_within_months, complete_within_months, justify_within_months,
        extension_months;
    Value<base::Cents> minimum_instalment;
    Value<ProRata> pro_rata;
    Refs refs;
};

struct InKind {
    std::string id;
    Bilingual label, paid_to;
    std::string category;
    Value<base::Cents> unit_amount;
    Refs refs;
};

struct Choice {
    std::string key;
    Bilingual label;
};

struct Field {
    std::string key;
    Bilingual label, help;
    FieldType type = FieldType::Text;
    std::vector<Choice> choices;
    bool required = false;
    std::string feeds_tag;
    Refs refs;
};

// An unknown or assumed value: where, and what is asked or why.
struct Doubt {
    std::string key;
    int line = 0;
    State state = State::Unknown;
    bool needed = false;  // to open the edition
    Bilingual text;
};

struct Model {
    std::string scheme, edition;
    Bilingual title, summary;
    std::string funder, funder_siren;
    Funder funder_kind = Funder::Region;
    int year = 0;
    Value<base::Date> effect_from, effect_to;
    JudgedAt judged_at = JudgedAt::Filing;
    Value<RoundingRule> rounding;
    std::string predecessor;
    Refs refs;

    std::vector<Source> sources;
    std::vector<LegalBasis> legal_basis;
    std::vector<Tag> tags;
    std::vector<AllowedApplicant> applicants;
    Value<bool> natures[4];  // by Nature
    Value<PopulationFigure> figure;
    Value<Vintage> vintage;
    std::vector<PopulationTest> population_tests;
    Refs population_refs;
    std::vector<HistoryRule> history;
    std::vector<Category> categories;
    BaseRules base_rules;
    std::vector<RateRow> rates;
    std::vector<Ceiling> ceilings;
    std::vector<Bonus> bonuses;
    Value<base::Cents> floor_grant;
    std::vector<CofundingRule> cofunding;
    std::map<std::string, Funder, std::less<>> funder_names;
    std::vector<Document> documents;
    std::vector<Window> windows;
    Value<base::Cents> envelope;
    std::vector<Quota> quotas;
    Selection selection;
    Payment payment;
    std::vector<InKind> in_kind;
    std::vector<Field> fields;

    // Sections of which nothing is known: section → its question.
    std::map<std::string, Bilingual, std::less<>> unknown_sections;
    std::vector<Doubt> doubts;
    std::vector<base::Date> change_dates;  // sorted: when some value changes

    [[nodiscard]] std::string id() const { return scheme + "/" + edition; }
    [[nodiscard]] const Source* source(std::string_view source_id) const;
    [[nodiscard]] const Category* category(std::string_view category_id) const;
};

}  // namespace beffroi::scheme
