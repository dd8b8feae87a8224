// The interpreter of a Program, instantiated twice: with the explanation and without. One text, so that they can't
// disagree.
//
// Nothing here allocates unless kTrace. Included by evaluate.cpp only.
#pragma once

#include <algorithm>

#include "aides/scheme/tracer.hpp"

namespace beffroi::scheme {

inline constexpr std::int64_t kLargestQuantity = 1'000'000;
inline constexpr std::size_t kMostLines = 10'000;

[[nodiscard]] constexpr Tri both(Tri a, Tri b) {
    if (a == Tri::False || b == Tri::False) return Tri::False;
    return a == Tri::True && b == Tri::True ? Tri::True : Tri::Unknown;
}
[[nodiscard]] constexpr Tri either(Tri a, Tri b) {
    if (a == Tri::True || b == Tri::True) return Tri::True;
    return a == Tri::False && b == Tri::False ? Tri::False : Tri::Unknown;
}
[[nodiscard]] constexpr Tri tri(bool value) {
    return value ? Tri::True : Tri::False;
}

[[nodiscard]] inline bool in_list(const std::vector<std::string>& list, const std::string& one) {
    for (const auto& item : list)
        if (item == one) return true;
    return false;
}

template <typename E>
[[nodiscard]] constexpr std::uint32_t bit_of(E value) {
    return std::uint32_t{1} << static_cast<unsigned>(value);
}

template <bool kTrace>
class Machine {
  public:
    Machine(const Program& program, const Facts& facts, base::Date judged, Evaluation* trace)
        : program_(program), facts_(facts), judged_(judged), trace_(trace) {}

    Outcome run() {
        prepare();
        for (const Op& op : program_.ops) step(op);
        finish();
        return out_;
    }

  private:
    void prepare();
    void finish();
    void step(const Op& op);

    // machine_who.hpp: who may apply, for what, when
    void applicant(const Op& op);
    Tri applicant_row(const ApplicantRow& row, const Applicant& who) const;
    Tri place(const ApplicantRow& row, const Applicant& who, const std::vector<std::string>& list, bool region) const;
    void nature(const Op& op);
    void population(const Op& op);
    Tri population_row(const PopulationRow& row) const;
    void tag(const Op& op);
    void history(const Op& op);
    Tri history_row(const HistoryRow& row, std::int64_t& found) const;
    void window(const Op& op);
    void unknown_test(const Op& op);

    // machine_money.hpp: how much
    void lines(const Op& op);
    struct Line {
        std::int64_t claimed = 0, retained = 0;
        std::string_view reason;  // sentence of the catalogue
        const CategoryRow* category = nullptr;
        bool counted = true;  // in the total of the project
    };
    Line line(const ExpenseLine& expense, base::Cents before);
    std::string_view reject(const ExpenseLine& expense, const CategoryRow& category);
    void base_minimum(const Op& op);
    void rate(const Op& op);
    void pay(const RateRowOp& row);
    void ceilings(const Op& op);
    void cofunding(const Op& op);
    void own_share(const Op& op, const CofundingRow& row);
    void share(const Op& op, const CofundingRow& row);
    void funders(const Op& op, const CofundingRow& row);
    void asked(const Op& op);
    void floor_grant(const Op& op);
    void unknown_money(const Op& op);

    [[nodiscard]] Tri holds(std::uint16_t condition);
    [[nodiscard]] Tri tags_hold(std::uint64_t mask) const {
        if ((mask & known_ & ~held_) != 0) return Tri::False;
        return (mask & ~known_) != 0 ? Tri::Unknown : Tri::True;
    }
    [[nodiscard]] const Population* population_of(const std::vector<Population>& all) const {
        for (const auto& one : all)
            if (one.year == year_ && one.figure == program_.figure) return &one;
        return nullptr;
    }
    [[nodiscard]] std::int64_t grant() const {
        std::int64_t sum = 0;
        for (std::int64_t part : grant_) sum += part;
        return sum;
    }
    // From the exact parts to the cents of each group.
    void settle();
    // Lowers the grant to `most`, taking from the last groups first.
    bool cap(std::int64_t most, Limit limit, std::uint16_t rule);
    [[nodiscard]] std::int64_t funded_by(std::uint32_t funders) const {
        std::int64_t sum = 0;
        for (const auto& one : facts_.funding)
            if ((bit_of(funder_of(program_, one)) & funders) != 0)
                sum += std::clamp<std::int64_t>(one.amount.value, 0, kLargestAmount.value);
        return sum;
    }

    void note(Tri holds, bool blocking) {
        if (holds == Tri::False) failed_ = true;
        if (holds == Tri::Unknown) {
            out_.certain = false;
            if (blocking) out_.undetermined = true;
        }
    }
    NodeBuilder add(std::uint16_t rule, std::string sentence, Tri holds) {
        return NodeBuilder(trace_->reasons.emplace_back(make_node(program_.rules[rule], std::move(sentence), holds)));
    }
    static NodeBuilder add_child(Node& parent, const RuleInfo& info, std::string sentence, Tri holds) {
        return NodeBuilder(parent.children.emplace_back(make_node(info, std::move(sentence), holds)));
    }

    const Program& program_;
    const Facts& facts_;
    base::Date judged_;
    Evaluation* trace_;
    Outcome out_;
    const Applicant* who_ = nullptr;
    int year_ = 0;  // of the population
    std::uint64_t known_ = 0, held_ = 0;
    bool failed_ = false;
    std::int64_t bases_[kGroups] = {};
    std::int64_t scale_[kGroups] = {};
    static constexpr std::int64_t kExact = 10'000;  // of a cent: what a rate per 10,000 gives exactly
    std::int64_t exact_[kGroups] = {};  // before rounding; capped by the ceilings of groups, which come first
    std::int64_t grant_[kGroups] = {};  // cents; settled from the exact ones, then capped as a whole
};

template <bool kTrace>
void Machine<kTrace>::prepare() {
    who_ = &facts_.applicant;
    if (program_.has_holder && who_->kind == ApplicantKind::PurchasingGroup && !who_->holder.empty())
        who_ = &who_->holder.front();
    for (const auto& fact : facts_.tags) {
        for (std::size_t i = 0; i < program_.tags.size() && i < 64; ++i) {
            if (program_.tags[i] != fact.tag) continue;
            known_ |= std::uint64_t{1} << i;
            if (fact.held) held_ |= std::uint64_t{1} << i;
        }
    }
    if (!program_.has_population || program_.population_unknown) return;
    year_ = program_.year;
    if (program_.vintage == Vintage::Filing && facts_.filed) year_ = int(facts_.filed->year());
    if (program_.vintage == Vintage::Decision) {
        if (facts_.decided)
            year_ = int(facts_.decided->year());
        else if (facts_.filed)
            year_ = int(facts_.filed->year());
    }
    const Population* found = population_of(who_->populations);
    if (!found) return;
    out_.population = found->value;
    if constexpr (kTrace) trace_->population = PopulationUsed{found->figure, found->year, found->value, found->source};
}

template <bool kTrace>
void Machine<kTrace>::finish() {
    out_.eligible = !failed_ && !out_.undetermined;
    if (out_.undetermined) out_.amount_known = false;
    out_.amount.value = out_.eligible && out_.amount_known ? grant() : 0;
    if (failed_) out_.amount_known = true;  // whatever the unknown values are, nothing is granted
    if (!out_.eligible || !out_.amount_known) {
        out_.limit = Limit::None;
        out_.limit_rule = -1;
    }
    if constexpr (kTrace) {
        trace_->outcome = out_;
        if (out_.limit_rule >= 0) trace_->limit_rule = program_.rules[static_cast<std::size_t>(out_.limit_rule)].id;
    }
}

template <bool kTrace>
Tri Machine<kTrace>::holds(std::uint16_t index) {
    if (index == 0) return Tri::True;
    const Condition& c = program_.conditions[index];
    if (c.kinds && !(c.kinds & (bit_of(facts_.applicant.kind) | bit_of(who_->kind)))) return Tri::False;
    if (c.natures && !(c.natures & bit_of(facts_.nature))) return Tri::False;
    Tri out = Tri::True;
    if (c.types) out = both(out, who_->type ? tri(c.types & bit_of(*who_->type)) : Tri::Unknown);
    if (!c.departments.empty())
        out = both(out, who_->department.empty() ? Tri::Unknown : tri(in_list(c.departments, who_->department)));
    if (!c.codes.empty()) out = both(out, who_->code.empty() ? Tri::Unknown : tri(in_list(c.codes, who_->code)));
    if (c.tags) out = both(out, tags_hold(c.tags));
    if (c.not_tags) {
        if (c.not_tags & held_) return Tri::False;
        if (c.not_tags & ~known_) out = both(out, Tri::Unknown);
    }
    if (c.has_population)
        out = both(out, out_.population < 0
                            ? Tri::Unknown
                            : tri(out_.population >= c.population.low && out_.population <= c.population.high));
    if (c.has_base) out = both(out, tri(out_.base.value >= c.base.low && out_.base.value <= c.base.high));
    return out;
}

template <bool kTrace>
void Machine<kTrace>::step(const Op& op) {
    switch (op.code) {
        case OpCode::Applicant:
            return applicant(op);
        case OpCode::Nature:
            return nature(op);
        case OpCode::Population:
            return population(op);
        case OpCode::Tag:
            return tag(op);
        case OpCode::History:
            return history(op);
        case OpCode::Window:
            return window(op);
        case OpCode::UnknownTest:
            return unknown_test(op);
        case OpCode::UnknownMoney:
            return unknown_money(op);
        case OpCode::Lines:
            return lines(op);
        case OpCode::BaseMinimum:
        case OpCode::TotalMinimum:
            return base_minimum(op);
        case OpCode::Rate:
            return rate(op);
        case OpCode::Ceilings:
            return ceilings(op);
        case OpCode::Cofunding:
            return cofunding(op);
        case OpCode::Asked:
            return asked(op);
        case OpCode::EuroDown:
            cap(grant() / 100 * 100, out_.limit, op.rule);
            return;
        case OpCode::FloorGrant:
            return floor_grant(op);
    }
}

}  // namespace beffroi::scheme
