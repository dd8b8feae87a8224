#include "aides/scheme/vocabulary.hpp"

#include <array>
#include <utility>

namespace beffroi::scheme {

namespace {

using Names = std::string_view;

constexpr std::array<std::pair<Names, Funder>, 28> kSources{{
    {"state", Funder::State},
    {"etat", Funder::State},
    {"detr", Funder::State},
    {"dsil", Funder::State},
    {"fipd", Funder::State},
    {"fnadt", Funder::State},
    {"fonds-vert", Funder::State},
    {"region", Funder::Region},
    {"department", Funder::Department},
    {"departement", Funder::Department},
    {"grouping", Funder::Grouping},
    {"epci", Funder::Grouping},
    {"commune", Funder::Commune},
    {"europe", Funder::Europe},
    {"feder", Funder::Europe},
    {"leader", Funder::Europe},
    {"agency", Funder::Agency},
    {"agence", Funder::Agency},
    {"other_public", Funder::OtherPublic},
    {"other-public", Funder::OtherPublic},
    {"autre-public", Funder::OtherPublic},
    {"private", Funder::Private},
    {"prive", Funder::Private},
    {"own", Funder::Own},
    {"loan", Funder::Own},
    {"emprunt", Funder::Own},
    {"fctva", Funder::Own},
    {"autofinancement", Funder::Own},
}};

}  // namespace

// One table of names per enum, in the order of its enumerators.
#define BEFFROI_NAMES(ENUM, ...)                         \
    template <>                                          \
    std::span<const std::string_view> names<ENUM>() {    \
        static constexpr Names kNames[] = {__VA_ARGS__}; \
        return kNames;                                   \
    }

BEFFROI_NAMES(ApplicantKind, "commune", "grouping", "ept", "syndicat", "purchasing_group", "department", "region",
              "school", "landlord", "hospital", "transport", "association")
BEFFROI_NAMES(GroupingType, "CC", "CA", "CU", "METRO")
BEFFROI_NAMES(Nature, "installation", "extension", "renewal", "improvement")
BEFFROI_NAMES(PopulationFigure, "municipale", "totale", "dgf")
BEFFROI_NAMES(Vintage, "edition", "filing", "decision")
BEFFROI_NAMES(PopulationOf, "own", "each_member", "any_member")
BEFFROI_NAMES(Inside, "seat", "all_members", "any_member", "most_members")
BEFFROI_NAMES(JudgedOn, "applicant", "competence_holder")
BEFFROI_NAMES(JudgedAt, "filing", "decision", "edition")
BEFFROI_NAMES(TagOf, "territory", "project", "applicant")
BEFFROI_NAMES(TagRule, "criterion", "required", "excluded")
BEFFROI_NAMES(HistoryTest, "not_aided", "once", "at_most", "not_same_year", "not_cumulable")
BEFFROI_NAMES(Tax, "ht", "ttc", "ht_if_recovered")
BEFFROI_NAMES(WorksStart, "free", "after_filing", "after_complete", "after_award")
BEFFROI_NAMES(CeilingPer, "file", "member", "period")
BEFFROI_NAMES(CofundingTest, "own_share", "share", "excluded_funders", "required_funders")
BEFFROI_NAMES(Exceeded, "reduce", "refuse", "warn")
BEFFROI_NAMES(ShareOf, "total", "base")
BEFFROI_NAMES(Funder, "state", "region", "department", "grouping", "commune", "europe", "agency", "other_public",
              "private", "own", "public")
BEFFROI_NAMES(RoundingRule, "cent_down", "cent_half_up", "cent_half_even", "euro_down")
BEFFROI_NAMES(Due, "filing", "award", "payment")
BEFFROI_NAMES(SelectionOrder, "first_come", "priority_then_date", "committee")
BEFFROI_NAMES(SelectionDate, "filed", "complete")
BEFFROI_NAMES(WhenShort, "waiting_list", "refuse", "reduce")
BEFFROI_NAMES(ProRata, "strict", "flat_unless_shortfall")
BEFFROI_NAMES(FieldType, "text", "long_text", "count", "euros", "date", "yes_no", "choice")
BEFFROI_NAMES(Mark, "read", "inferred", "practice")
BEFFROI_NAMES(RateForm, "percent", "up_to", "range", "forfait", "brackets", "unit_scale", "discretionary")
BEFFROI_NAMES(Limit, "none", "rate", "base_maximum", "ceiling", "period_ceiling", "cofunding", "asked")

#undef BEFFROI_NAMES

std::optional<Funder> known_funder(std::string_view source) {
    for (const auto& [name, funder] : kSources)
        if (name == source) return funder;
    return std::nullopt;
}

}  // namespace beffroi::scheme
