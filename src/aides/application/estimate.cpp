#include "aides/application/estimate.hpp"

#include <algorithm>
#include <utility>

#include "aides/application/internal.hpp"
#include "base/money.hpp"

namespace beffroi::aides::application {

namespace {

using base::Cents;

// Lines that the review did not retain still belong to the project: they stand under a category that no edition has.
constexpr std::string_view kNotRetained = "not-retained";

scheme::Funder funder_of(const FundingLine& line, const scheme::Edition& edition) {
    const auto& names = edition.model().funder_names;
    if (const auto found = names.find(line.source); found != names.end()) return found->second;
    return scheme::known_funder(line.source).value_or(scheme::Funder::OtherPublic);
}

void add_answered_tags(scheme::Facts& facts, const Project& project, const scheme::Edition& edition) {
    for (const auto& field : edition.model().fields) {
        if (field.feeds_tag.empty()) continue;
        const auto answer = project.answers.find(field.key);
        if (answer == project.answers.end() || (answer->second != "yes" && answer->second != "no")) continue;
        facts.tags.push_back({field.feeds_tag, answer->second == "yes"});
    }
}

Cents counted(const scheme::Facts& facts, const scheme::ExpenseLine& line) {
    return facts.applicant.recovers_vat ? line.ht : line.ttc.value_or(line.ht);
}

template <typename List, typename Value>
bool allows(const List& list, const Value& value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool in(const std::optional<scheme::Range>& range, std::int64_t value) {
    return !range || (value >= range->low && value <= range->high);
}

bool held(const scheme::Facts& facts, std::string_view tag) {
    return std::any_of(facts.tags.begin(), facts.tags.end(),
                       [&](const scheme::TagFact& fact) { return fact.tag == tag && fact.held; });
}

bool known_not_held(const scheme::Facts& facts, std::string_view tag) {
    return std::any_of(facts.tags.begin(), facts.tags.end(),
                       [&](const scheme::TagFact& fact) { return fact.tag == tag && !fact.held; });
}

}  // namespace

bool internal::holds(const scheme::When& when, const scheme::Facts& facts, const scheme::Outcome& outcome) {
    const auto& who = facts.applicant;
    if (!allows(when.applicants, who.kind) || !allows(when.natures, facts.nature)) return false;
    if (!when.types.empty() && (!who.type || !allows(when.types, *who.type))) return false;
    if (!allows(when.departments, who.department) || !allows(when.codes, who.code)) return false;
    if (!std::all_of(when.tags.begin(), when.tags.end(), [&](const auto& tag) { return held(facts, tag); }))
        return false;
    if (!std::all_of(when.not_tags.begin(), when.not_tags.end(),
                     [&](const auto& tag) { return known_not_held(facts, tag); }))
        return false;
    if (when.population && (outcome.population < 0 || !in(when.population, outcome.population))) return false;
    return in(when.base, outcome.base.value);
}

scheme::Facts facts_of(scheme::Facts applicant, const Project& project, const scheme::Edition& edition) {
    auto facts = std::move(applicant);
    facts.applicant.recovers_vat = project.vat_recovered;
    facts.nature = scheme::parse_name<scheme::Nature>(project.nature).value_or(scheme::Nature::Installation);
    facts.other_aids = project.other_aids;
    for (const auto& line : project.expenses) {
        facts.expenses.push_back({.category = line.category,
                                  .ht = line.ht,
                                  .ttc = line.ttc(),
                                  .quantity = line.quantity,
                                  .date = line.date,
                                  .label = line.label});
    }
    for (const auto& line : project.funding)
        facts.funding.push_back({.source = line.source, .amount = line.cents, .funder = funder_of(line, edition)});
    add_answered_tags(facts, project, edition);
    return facts;
}

base::Rate own_share_minimum(const scheme::Edition& edition, base::Date at) {
    for (const auto& rule : edition.model().cofunding)
        if (rule.test == scheme::CofundingTest::OwnShare) return rule.minimum.value_or(at, base::Rate{});
    return {};
}

Plan plan_of(const scheme::Facts& facts, Cents grant, base::Rate minimum) {
    Plan plan{.grant = grant, .own_share_minimum = minimum};
    for (const auto& line : facts.expenses) plan.total += counted(facts, line);
    for (const auto& line : facts.funding) {
        const auto funder = line.funder.value_or(scheme::Funder::OtherPublic);
        if (funder == scheme::Funder::Own)
            plan.own_typed += line.amount;
        else if (funder == scheme::Funder::Private)
            plan.private_money += line.amount;
        else
            plan.public_money += line.amount;
    }
    plan.own = plan.total - plan.grant - plan.public_money - plan.private_money;
    plan.gap = plan.own - plan.own_typed;
    const auto together = plan.own + plan.public_money + plan.grant;
    if (together <= Cents{}) return plan;
    plan.own_minimum = base::apply(minimum, together, base::Rounding::Down);
    if (base::apply(minimum, together, base::Rounding::HalfUp) > plan.own_minimum) plan.own_minimum += Cents{1};
    plan.own_share_holds =
        static_cast<__int128>(plan.own.value) * 10'000 >= static_cast<__int128>(together.value) * minimum.per_10000;
    const auto share = static_cast<__int128>(plan.own.value) * 10'000 / together.value;
    plan.own_share = base::Rate{static_cast<std::int32_t>(std::max<__int128>(share, 0))};
    return plan;
}

Estimate estimate(const scheme::Edition& edition, scheme::Facts facts) {
    auto evaluation = scheme::evaluate(edition, facts);
    const auto grant = evaluation.amount().value_or(Cents{});
    auto plan = plan_of(facts, grant, own_share_minimum(edition, edition.judgement_date(facts)));
    return {.facts = std::move(facts), .evaluation = std::move(evaluation), .plan = plan};
}

int priority_rank(const scheme::Edition& edition, const scheme::Facts& facts, const scheme::Outcome& outcome) {
    int rank = 0;
    for (const auto& priority : edition.model().selection.priorities) {
        if (internal::holds(priority.when, facts, outcome)) return rank;
        ++rank;
    }
    return rank;
}

scheme::Facts retained_facts(scheme::Facts filed, const std::vector<RetainedLine>& lines) {
    auto facts = std::move(filed);
    facts.expenses.clear();
    const auto add = [&](const RetainedLine& line, std::string category, Cents ht, std::int64_t quantity) {
        if (ht == Cents{}) return;
        facts.expenses.push_back({.category = std::move(category),
                                  .ht = ht,
                                  .ttc = ht + base::apply(line.vat, ht, base::Rounding::HalfUp),
                                  .quantity = quantity,
                                  .date = line.date,
                                  .label = {}});
    };
    for (const auto& line : lines) {
        add(line, line.category, line.retained, line.quantity);
        add(line, std::string(kNotRetained), line.ht - line.retained, 0);
    }
    return facts;
}

}  // namespace beffroi::aides::application
