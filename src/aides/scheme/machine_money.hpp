// From the lines of the quotes to the amount. Part of machine.hpp.
#pragma once

#include "aides/scheme/machine.hpp"

namespace beffroi::scheme {

template <bool kTrace>
bool Machine<kTrace>::cap(std::int64_t most, Limit limit, std::uint16_t rule) {
    std::int64_t excess = grant() - std::max<std::int64_t>(most, 0);
    if (excess <= 0) return false;
    for (std::size_t i = kGroups; i-- > 0 && excess > 0;) {
        std::int64_t taken = std::min(excess, grant_[i]);
        grant_[i] -= taken;
        excess -= taken;
    }
    out_.limit = limit;
    out_.limit_rule = rule;
    return true;
}

template <bool kTrace>
void Machine<kTrace>::settle() {
    // Rounded once, over the whole: were each group rounded by itself, splitting a project would lose a cent a group.
    std::int64_t exact = 0;
    std::int64_t given = 0;
    for (std::size_t i = 0; i < kGroups; ++i) {
        exact += exact_[i];
        std::int64_t so_far = base::apply(base::Rate{1}, base::Cents{exact}, program_.rounding).value;
        grant_[i] = so_far - given;
        given = so_far;
    }
}

template <bool kTrace>
std::string_view Machine<kTrace>::reject(const ExpenseLine& expense, const CategoryRow& category) {
    if (!category.eligible) return "scheme.line.refused";
    if (category.natures && !(category.natures & bit_of(facts_.nature))) return "scheme.line.nature";
    if (category.tags) {
        Tri held = tags_hold(category.tags);
        if (held == Tri::False) return "scheme.line.tag";
        if (held == Tri::Unknown) {
            out_.certain = false;
            return "scheme.line.tag_unknown";
        }
    }
    if (!expense.date) return {};
    if (program_.has_from && *expense.date < program_.spending_from) return "scheme.line.too_early";
    if (program_.has_to && *expense.date > program_.spending_to) return "scheme.line.too_late";
    switch (program_.works_start) {
        case WorksStart::Free:
            break;
        case WorksStart::AfterFiling:
            if (facts_.filed && *expense.date < *facts_.filed) return "scheme.line.before_filing";
            break;
        case WorksStart::AfterComplete:
            if (facts_.completed && *expense.date < *facts_.completed) return "scheme.line.before_complete";
            break;
        case WorksStart::AfterAward:
            if (facts_.decided && *expense.date < *facts_.decided) return "scheme.line.before_award";
            break;
    }
    return {};
}

template <bool kTrace>
typename Machine<kTrace>::Line Machine<kTrace>::line(const ExpenseLine& expense, base::Cents before) {
    Line out;
    bool pre_tax = program_.tax == Tax::Ht || (program_.tax == Tax::HtIfRecovered && who_->recovers_vat);
    base::Cents amount = pre_tax || !expense.ttc ? expense.ht : *expense.ttc;
    out.claimed = amount.value;
    if (amount.value < 0 || amount > kLargestAmount - before) {
        out.reason = "scheme.line.amount";
        out.counted = false;
        return out;
    }
    for (const auto& category : program_.categories) {
        if (category.id == expense.category) {
            out.category = &category;
            break;
        }
    }
    if (!out.category) {
        out.reason = "scheme.line.no_category";
        return out;
    }
    const CategoryRow& category = *out.category;
    if (category.unknown) {
        out_.amount_known = false;
        out_.certain = false;
        out.reason = "scheme.line.not_known";
        return out;
    }
    out.reason = reject(expense, category);
    if (!out.reason.empty()) return out;
    out.retained = out.claimed;
    if (!pre_tax && !expense.ttc) {
        out_.certain = false;
        out.reason = "scheme.line.no_ttc";
    }
    std::int64_t quantity = std::clamp<std::int64_t>(expense.quantity.value_or(0), 0, kLargestQuantity);
    if (category.has_unit_ceiling) {
        if (!expense.quantity) {
            out_.certain = false;
            out.reason = "scheme.line.no_quantity";
        } else if (out.retained > quantity * category.unit_ceiling) {
            out.retained = quantity * category.unit_ceiling;
            out.reason = "scheme.line.unit_ceiling";
        }
    }
    bases_[category.group] += out.retained;
    if (category.has_unit_amount) {
        if (!expense.quantity) out_.certain = false;
        scale_[category.group] += std::min(quantity * category.unit_amount, out.retained);
    }
    out_.in_kind.value += quantity * category.in_kind;
    return out;
}

template <bool kTrace>
void Machine<kTrace>::lines(const Op& op) {
    if (op.unknown) {
        out_.amount_known = false;
        out_.certain = false;
    }
    Node* node = nullptr;
    if constexpr (kTrace) {
        add(op.rule, "", Tri::True);
        node = &trace_->reasons.back();
    }
    std::int64_t total = 0;
    for (std::size_t i = 0; i < facts_.expenses.size(); ++i) {
        const ExpenseLine& expense = facts_.expenses[i];
        Line one;
        if (i < kMostLines)
            one = line(expense, base::Cents{total});
        else
            one = {expense.ht.value, 0, "scheme.line.too_many", nullptr, false};
        if (one.counted) total += one.claimed;
        if constexpr (kTrace) {
            LineResult result{base::Cents{one.claimed}, base::Cents{one.retained}, std::string(one.reason), {}};
            RuleInfo stranger{"category." + expense.category, {}, {}, {}, {expense.category, expense.category}, {}};
            const RuleInfo& info = one.category ? program_.rules[one.category->rule] : stranger;
            Tri kept = tri(one.retained > 0 || one.claimed == 0);
            auto builder =
                add_child(*node, info, one.reason.empty() ? "scheme.line.retained" : std::string(one.reason), kept);
            builder.label("category", info.label)
                .label("reason", info.reason)
                .euros("claimed", one.claimed)
                .euros("retained", one.retained);
            builder.count("quantity", expense.quantity.value_or(0)).key("nature", "nature", name_of(facts_.nature));
            if (one.category) builder.euros("unit_ceiling", one.category->unit_ceiling);
            if (expense.date) builder.date("date", *expense.date);
            if (program_.has_from) builder.date("from", program_.spending_from);
            if (program_.has_to) builder.date("to", program_.spending_to);
            result.figures = builder.node().figures;
            trace_->lines.push_back(std::move(result));
        }
    }
    out_.total.value = total;
    std::int64_t base = 0;
    for (std::int64_t part : bases_) base += part;
    std::int64_t before = base;
    for (std::size_t i = kGroups; i-- > 0 && base > program_.base_maximum;) {
        std::int64_t taken = std::min(base - program_.base_maximum, bases_[i]);
        bases_[i] -= taken;
        base -= taken;
    }
    out_.base.value = base;
    if (base < before) {
        out_.limit = Limit::BaseMaximum;
        out_.limit_rule = op.rule;
    }
    // Lines that are all rejected leave nothing to help; no line at all is a question about eligibility only.
    Tri out = op.unknown ? Tri::Unknown : tri(base > 0 || facts_.expenses.empty() || !out_.amount_known);
    note(out, false);
    if constexpr (kTrace) {
        node->holds = out;
        node->sentence = op.unknown ? "scheme.rule.not_known" : by_tri("scheme.rule.expenses", out);
        if (base < before) node->sentence = "scheme.rule.expenses.maximum";
        if (facts_.expenses.empty()) node->sentence = "scheme.rule.expenses.none";
        NodeBuilder builder(*node);
        builder.euros("base", base)
            .euros("claimed", total)
            .euros("maximum", program_.base_maximum)
            .key("tax", "tax", name_of(program_.tax));
    }
}

template <bool kTrace>
void Machine<kTrace>::base_minimum(const Op& op) {
    if (facts_.expenses.empty()) return;
    bool whole = op.code == OpCode::TotalMinimum;
    std::int64_t value = whole ? out_.total.value : out_.base.value;
    Tri out = op.unknown ? Tri::Unknown : tri(value >= op.amount);
    note(out, op.unknown);
    if constexpr (kTrace)
        add(op.rule,
            op.unknown ? std::string("scheme.rule.not_known")
                       : by_tri(whole ? "scheme.rule.minimum_total" : "scheme.rule.minimum", out),
            out)
            .euros("value", value)
            .euros("minimum", op.amount);
}

template <bool kTrace>
void Machine<kTrace>::pay(const RateRowOp& row) {
    std::int64_t base = out_.base.value;
    switch (row.form) {
        case RateForm::Percent:
        case RateForm::UpTo:
        case RateForm::Range: {
            base::Rate used = row.rate;
            if (row.form != RateForm::Percent) {
                if (facts_.decided_rate)
                    used = *facts_.decided_rate;
                else
                    out_.at_most = true;
            }
            if (used > row.rate || used < (row.form == RateForm::Range ? row.from : base::Rate{})) {
                failed_ = true;
                used = std::clamp(used, row.form == RateForm::Range ? row.from : base::Rate{}, row.rate);
            }
            out_.rate = used;
            for (std::size_t i = 0; i < kGroups; ++i) exact_[i] = bases_[i] * used.per_10000;
            return;
        }
        case RateForm::Forfait:
            exact_[0] = std::min(row.forfait, base) * kExact;
            return;
        case RateForm::UnitScale:
            for (std::size_t i = 0; i < kGroups; ++i) exact_[i] = scale_[i] * kExact;
            return;
        case RateForm::Brackets: {
            std::int64_t from = 0;
            for (const auto& bracket : row.brackets) {
                std::int64_t slice = std::max<std::int64_t>(std::min(base, bracket.up_to) - from, 0);
                exact_[0] += slice * bracket.rate.per_10000;
                from = std::max(from, std::min(base, bracket.up_to));
            }
            return;
        }
        case RateForm::Discretionary:
            if (facts_.decided_amount)
                exact_[0] = std::clamp<std::int64_t>(facts_.decided_amount->value, 0, base) * kExact;
            else
                out_.amount_known = false;
            return;
    }
}

template <bool kTrace>
void Machine<kTrace>::rate(const Op& op) {
    const RateRowOp* used = nullptr;
    Node* node = nullptr;
    if constexpr (kTrace) {
        add(op.rule, "", Tri::True);
        node = &trace_->reasons.back();
    }
    for (const auto& row : program_.rates) {
        Tri applies = holds(row.when);
        if (applies == Tri::True) {
            used = &row;
            break;
        }
        if (applies == Tri::Unknown) {
            out_.certain = false;
            if constexpr (kTrace)
                add_child(*node, program_.rules[row.rule], "scheme.rule.rate.maybe", Tri::Unknown)
                    .percent("rate", row.rate);
        }
    }
    bool failed_before = failed_;
    failed_ = false;
    if (!used) {
        failed_ = true;
    } else if (used->unknown) {
        out_.amount_known = false;
        out_.certain = false;
    } else {
        pay(*used);
        settle();
        if (out_.limit == Limit::None) {
            out_.limit = Limit::Rate;
            out_.limit_rule = op.rule;
        }
    }
    bool failed_here = failed_;
    failed_ = failed_before || failed_here;
    if constexpr (kTrace) {
        NodeBuilder builder(*node);
        Tri out = failed_here ? Tri::False : used && used->unknown ? Tri::Unknown : Tri::True;
        node->holds = out;
        if (!used) {
            node->sentence = "scheme.rule.rate.none";
        } else if (used->unknown) {
            node->sentence = "scheme.rule.not_known";
        } else if (failed_here) {
            node->sentence = "scheme.rule.rate.beyond";
        } else {
            node->sentence = "scheme.rule.rate." + std::string(name_of(used->form));
            bool decides = used->form == RateForm::UpTo || used->form == RateForm::Range;
            if (decides && facts_.decided_rate) node->sentence += ".decided";
            if (used->form == RateForm::Discretionary && facts_.decided_amount) node->sentence += ".decided";
        }
        builder.percent("rate", used ? out_.rate : base::Rate{}).percent("maximum", used ? used->rate : base::Rate{});
        builder.percent("minimum", used ? used->from : base::Rate{})
            .percent("decided", facts_.decided_rate.value_or(base::Rate{}));
        builder.euros("base", out_.base.value).euros("amount", grant());
        if (used) builder.backed_by(program_.rules[used->rule]);
    }
}

template <bool kTrace>
void Machine<kTrace>::ceilings(const Op& op) {
    const CeilingRow* used = nullptr;
    for (std::size_t i = op.first; i < std::size_t{op.first} + op.count; ++i) {
        Tri applies = holds(program_.ceilings[i].when);
        if (applies == Tri::Unknown) {
            out_.certain = false;
            if constexpr (kTrace)
                add(program_.ceilings[i].rule, "scheme.rule.ceiling.maybe", Tri::Unknown)
                    .euros("ceiling", program_.ceilings[i].amount);
        }
        if (applies == Tri::True) {
            used = &program_.ceilings[i];
            break;
        }
    }
    if (!used) return;
    if (used->unknown) {
        out_.amount_known = false;
        out_.certain = false;
        if constexpr (kTrace) add(used->rule, "scheme.rule.not_known", Tri::Unknown);
        return;
    }
    std::int64_t most = used->amount;
    auto members = std::clamp<std::int64_t>(static_cast<std::int64_t>(who_->members.size()), 1, 50'000);
    if (used->per == CeilingPer::Member) most *= members;
    std::vector<Node> children;
    for (std::size_t i = op.first_bonus; i < std::size_t{op.first_bonus} + op.bonus_count; ++i) {
        const BonusRow& bonus = program_.bonuses[i];
        Tri applies = holds(bonus.when);
        if (applies == Tri::True && bonus.unknown) {
            applies = Tri::Unknown;
            out_.amount_known = false;
        }
        if (applies == Tri::Unknown) out_.certain = false;
        if (applies == Tri::True) most += bonus.amount;
        if constexpr (kTrace) {
            children.push_back(make_node(program_.rules[bonus.rule], by_tri("scheme.rule.bonus", applies), applies));
            NodeBuilder(children.back()).euros("bonus", bonus.amount);
        }
    }
    std::int64_t granted = 0;
    bool uncertain = false;
    if (used->per == CeilingPer::Period) {
        base::Date since = base::add_months(judged_, static_cast<int>(-12 * std::min<std::int64_t>(used->years, 100)));
        for (const auto& aid : facts_.history.aids)
            if (aid.scheme == program_.scheme && aid.date > since)
                granted += std::clamp<std::int64_t>(aid.amount.value, 0, kLargestAmount.value);
        uncertain = !facts_.history.loaded;
        if (uncertain) out_.certain = false;
        most = std::max<std::int64_t>(most - granted, 0);
    }
    bool period = used->per == CeilingPer::Period;
    std::int64_t before = used->group ? grant_[used->group] : grant();
    std::int64_t exact_most = std::min(most, kLargestAmount.value) * kExact;
    bool bound = used->group ? exact_[used->group] > exact_most : before > most;
    if (bound) {
        out_.limit = period ? Limit::PeriodCeiling : Limit::Ceiling;
        out_.limit_rule = used->rule;
        if (used->group) {
            exact_[used->group] = exact_most;
            settle();
        } else {
            cap(most, out_.limit, used->rule);
        }
    }
    // A period that is used up leaves nothing to grant.
    if (period && most == 0 && before > 0) failed_ = true;
    if constexpr (kTrace) {
        Tri out = period && most == 0 && before > 0 ? Tri::False : uncertain ? Tri::Unknown : Tri::True;
        std::string sentence = period                            ? "scheme.rule.ceiling.period"
                               : used->per == CeilingPer::Member ? "scheme.rule.ceiling.member"
                                                                 : "scheme.rule.ceiling.file";
        auto builder = add(used->rule, sentence + (bound ? ".bound" : ".free"), out);
        builder.euros("ceiling", used->amount).euros("most", most).euros("before", before).euros("granted", granted);
        builder.count("members", members).count("years", used->years);
        builder.node().children = std::move(children);
    }
}

template <bool kTrace>
void Machine<kTrace>::cofunding(const Op& op) {
    Tri applies = holds(op.when);
    if (applies == Tri::False) return;
    if (op.unknown || applies == Tri::Unknown) {
        out_.certain = false;
        if (op.unknown && applies == Tri::True) out_.amount_known = false;
        if constexpr (kTrace)
            add(op.rule, op.unknown ? "scheme.rule.not_known" : "scheme.rule.cofunding.maybe", Tri::Unknown);
        return;
    }
    const CofundingRow& row = program_.cofunding[op.index];
    switch (row.test) {
        case CofundingTest::OwnShare:
            return own_share(op, row);
        case CofundingTest::Share:
            return share(op, row);
        case CofundingTest::ExcludedFunders:
        case CofundingTest::RequiredFunders:
            return funders(op, row);
    }
}

template <bool kTrace>
void Machine<kTrace>::own_share(const Op& op, const CofundingRow& row) {
    // CGCT L1111-10: own ≥ share × (public + own), where public + own is all that is not private.
    std::int64_t money = std::max<std::int64_t>(out_.total.value - funded_by(bit_of(Funder::Private)), 0);
    std::int64_t others = funded_by(bit_of(Funder::Private) - 1U);
    base::Rate most_share{10000 - row.share.per_10000};
    std::int64_t most = base::apply(most_share, base::Cents{money}, base::Rounding::Down).value - others;
    std::int64_t before = grant();
    bool exceeded = before > most;
    Tri out = Tri::True;
    if (exceeded && (row.exceeded == Exceeded::Refuse || (row.exceeded == Exceeded::Reduce && most <= 0)))
        out = Tri::False;
    if (exceeded && row.exceeded == Exceeded::Warn) out = Tri::Unknown;
    if (exceeded && row.exceeded == Exceeded::Reduce) cap(most, Limit::Cofunding, op.rule);
    note(out, false);
    if constexpr (kTrace) {
        std::string sentence = "scheme.rule.own_share.holds";
        if (exceeded)
            sentence = row.exceeded == Exceeded::Reduce && most > 0 ? "scheme.rule.own_share.reduced"
                                                                    : by_tri("scheme.rule.own_share", out);
        add(op.rule, std::move(sentence), out)
            .percent("minimum", row.share)
            .euros("money", money)
            .euros("others", others)
            .euros("own", std::max<std::int64_t>(money - others - grant(), 0))
            .euros("needed", money - base::apply(most_share, base::Cents{money}, base::Rounding::Down).value)
            .euros("before", before)
            .euros("most", std::max<std::int64_t>(most, 0));
    }
}

template <bool kTrace>
void Machine<kTrace>::share(const Op& op, const CofundingRow& row) {
    std::int64_t basis = row.of == ShareOf::Total ? out_.total.value : out_.base.value;
    std::int64_t others = funded_by(row.funders);
    std::int64_t allowed = base::apply(row.share, base::Cents{basis}, base::Rounding::Down).value;
    std::int64_t before = grant();
    std::int64_t sum = others + (row.include_grant ? before : 0);
    bool exceeded = sum > allowed;
    std::int64_t most = allowed - others;
    Tri out = Tri::True;
    if (exceeded && (row.exceeded == Exceeded::Refuse || (row.exceeded == Exceeded::Reduce && most <= 0)))
        out = Tri::False;
    if (exceeded && row.exceeded == Exceeded::Warn) out = Tri::Unknown;
    if (exceeded && row.exceeded == Exceeded::Reduce) cap(most, Limit::Cofunding, op.rule);
    note(out, false);
    if constexpr (kTrace) {
        std::string sentence = "scheme.rule.share.holds";
        if (exceeded)
            sentence = row.exceeded == Exceeded::Reduce && most > 0 ? "scheme.rule.share.reduced"
                                                                    : by_tri("scheme.rule.share", out);
        add(op.rule, std::move(sentence), out)
            .percent("maximum", row.share)
            .euros("basis", basis)
            .euros("others", others)
            .euros("sum", sum)
            .euros("allowed", allowed)
            .euros("most", std::max<std::int64_t>(most, 0));
    }
}

template <bool kTrace>
void Machine<kTrace>::funders(const Op& op, const CofundingRow& row) {
    bool found = funded_by(row.funders) > 0;
    Tri out = tri(found == (row.test == CofundingTest::RequiredFunders));
    note(out, false);
    if constexpr (kTrace) {
        std::string_view key = row.test == CofundingTest::RequiredFunders ? "scheme.rule.required_funders"
                                                                          : "scheme.rule.excluded_funders";
        Funder first = Funder::Public;
        for (unsigned i = 0; i < static_cast<unsigned>(Funder::Public); ++i)
            if (row.funders == (1U << i)) first = static_cast<Funder>(i);
        add(op.rule, by_tri(key, out), out).key("funder", "funder", name_of(first));
    }
}

template <bool kTrace>
void Machine<kTrace>::asked(const Op& op) {
    if (!facts_.asked) return;
    std::int64_t before = grant();
    bool bound = cap(facts_.asked->value, Limit::Asked, op.rule);
    if constexpr (kTrace)
        add(op.rule, bound ? "scheme.rule.asked.bound" : "scheme.rule.asked.free", Tri::True)
            .euros("asked", facts_.asked->value)
            .euros("before", before);
}

template <bool kTrace>
void Machine<kTrace>::floor_grant(const Op& op) {
    if (facts_.expenses.empty() || (!out_.amount_known && !op.unknown)) return;
    Tri out = op.unknown ? Tri::Unknown : tri(grant() >= op.amount);
    if (op.unknown) out_.amount_known = false;
    note(out, false);
    if constexpr (kTrace)
        add(op.rule, op.unknown ? std::string("scheme.rule.not_known") : by_tri("scheme.rule.floor", out), out)
            .euros("floor", op.amount)
            .euros("amount", grant());
}

template <bool kTrace>
void Machine<kTrace>::unknown_money(const Op& op) {
    out_.amount_known = false;
    out_.certain = false;
    if constexpr (kTrace) add(op.rule, "scheme.rule.not_known", Tri::Unknown);
}

}  // namespace beffroi::scheme
