// The closed words of a scheme file (docs/formats/scheme.md §3), as enums with their names in the file. Labels for
// people are in the message catalogues under "scheme.<area>.<name>".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace beffroi::scheme {

// Yes, no, or nobody has said: a list that is not loaded never refuses a file by itself.
enum class Tri : std::uint8_t { False, True, Unknown };

enum class ApplicantKind : std::uint8_t {
    Commune,
    Grouping,
    Ept,
    Syndicat,
    PurchasingGroup,
    Department,
    Region,
    School,
    Landlord,
    Hospital,
    Transport,
    Association,
};
enum class GroupingType : std::uint8_t { Cc, Ca, Cu, Metro };
enum class Nature : std::uint8_t { Installation, Extension, Renewal, Improvement };
enum class PopulationFigure : std::uint8_t { Municipale, Totale, Dgf };
enum class Vintage : std::uint8_t { Edition, Filing, Decision };
enum class PopulationOf : std::uint8_t { Own, EachMember, AnyMember };
enum class Inside : std::uint8_t { Seat, AllMembers, AnyMember, MostMembers };
enum class JudgedOn : std::uint8_t { Applicant, CompetenceHolder };
enum class JudgedAt : std::uint8_t { Filing, Decision, Edition };
enum class TagOf : std::uint8_t { Territory, Project, Applicant };
enum class TagRule : std::uint8_t { Criterion, Required, Excluded };
enum class HistoryTest : std::uint8_t { NotAided, Once, AtMost, NotSameYear, NotCumulable };
enum class Tax : std::uint8_t { Ht, Ttc, HtIfRecovered };
enum class WorksStart : std::uint8_t { Free, AfterFiling, AfterComplete, AfterAward };
enum class CeilingPer : std::uint8_t { File, Member, Period };
enum class CofundingTest : std::uint8_t { OwnShare, Share, ExcludedFunders, RequiredFunders };
enum class Exceeded : std::uint8_t { Reduce, Refuse, Warn };
enum class ShareOf : std::uint8_t { Total, Base };
// Public stands for all public funders but the owner itself; it is only written in rules, never on a financing line.
enum class Funder : std::uint8_t {
    State,
    Region,
    Department,
    Grouping,
    Commune,
    Europe,
    Agency,
    OtherPublic,
    Private,
    Own,
    Public,
};
enum class RoundingRule : std::uint8_t { CentDown, CentHalfUp, CentHalfEven, EuroDown };
enum class Due : std::uint8_t { Filing, Award, Payment };
enum class SelectionOrder : std::uint8_t { FirstCome, PriorityThenDate, Committee };
enum class SelectionDate : std::uint8_t { Filed, Complete };
enum class WhenShort : std::uint8_t { WaitingList, Refuse, Reduce };
enum class ProRata : std::uint8_t { Strict, FlatUnlessShortfall };
enum class FieldType : std::uint8_t { Text, LongText, Count, Euros, Date, YesNo, Choice };
enum class Mark : std::uint8_t { Read, Inferred, Practice };
enum class RateForm : std::uint8_t { Percent, UpTo, Range, Forfait, Brackets, UnitScale, Discretionary };
// Which step bound the amount.
enum class Limit : std::uint8_t { None, Rate, BaseMaximum, Ceiling, PeriodCeiling, Cofunding, Asked };

// The names of an enum in the file, by value.
template <typename E>
[[nodiscard]] std::span<const std::string_view> names();
template <>
std::span<const std::string_view> names<ApplicantKind>();
template <>
std::span<const std::string_view> names<GroupingType>();
template <>
std::span<const std::string_view> names<Nature>();
template <>
std::span<const std::string_view> names<PopulationFigure>();
template <>
std::span<const std::string_view> names<Vintage>();
template <>
std::span<const std::string_view> names<PopulationOf>();
template <>
std::span<const std::string_view> names<Inside>();
template <>
std::span<const std::string_view> names<JudgedOn>();
template <>
std::span<const std::string_view> names<JudgedAt>();
template <>
std::span<const std::string_view> names<TagOf>();
template <>
std::span<const std::string_view> names<TagRule>();
template <>
std::span<const std::string_view> names<HistoryTest>();
template <>
std::span<const std::string_view> names<Tax>();
template <>
std::span<const std::string_view> names<WorksStart>();
template <>
std::span<const std::string_view> names<CeilingPer>();
template <>
std::span<const std::string_view> names<CofundingTest>();
template <>
std::span<const std::string_view> names<Exceeded>();
template <>
std::span<const std::string_view> names<ShareOf>();
template <>
std::span<const std::string_view> names<Funder>();
template <>
std::span<const std::string_view> names<RoundingRule>();
template <>
std::span<const std::string_view> names<Due>();
template <>
std::span<const std::string_view> names<SelectionOrder>();
template <>
std::span<const std::string_view> names<SelectionDate>();
template <>
std::span<const std::string_view> names<WhenShort>();
template <>
std::span<const std::string_view> names<ProRata>();
template <>
std::span<const std::string_view> names<FieldType>();
template <>
std::span<const std::string_view> names<Mark>();
template <>
std::span<const std::string_view> names<RateForm>();
template <>
std::span<const std::string_view> names<Limit>();

template <typename E>
[[nodiscard]] std::string_view name_of(E value) {
    return names<E>()[static_cast<std::size_t>(value)];
}

template <typename E>
[[nodiscard]] std::optional<E> parse_name(std::string_view name) {
    auto all = names<E>();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i] == name) return static_cast<E>(i);
    return std::nullopt;
}

// "detr" is State money, "fctva" the owner's own; nothing for a name that is not known (docs/formats/scheme.md §8).
[[nodiscard]] std::optional<Funder> known_funder(std::string_view source);

}  // namespace beffroi::scheme
