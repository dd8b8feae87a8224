#include <algorithm>

#include <fmt/format.h>

#include "aides/scheme/program.hpp"

namespace beffroi::scheme {

namespace {

const Bilingual kBeforeFirstDate{"Quelle est la valeur avant la première date indiquée ?",
                                 "What is the value before the first date given?"};

template <typename E>
std::uint32_t bit(E value) {
    return std::uint32_t{1} << static_cast<unsigned>(value);
}

template <typename Mask, typename E>
Mask mask_of(const std::vector<E>& values) {
    Mask mask = 0;
    for (E value : values) mask = static_cast<Mask>(mask | bit(value));
    return mask;
}

std::uint16_t narrow(std::size_t value) {
    return static_cast<std::uint16_t>(value);
}

class Compiler {
  public:
    Compiler(const Model& model, base::Date date) : model_(model), date_(date) {}

    Program compile() {
        out_.scheme = model_.scheme;
        out_.edition = model_.edition;
        out_.year = model_.year;
        out_.funder_names = model_.funder_names;
        out_.conditions.emplace_back();
        for (const auto& tag : model_.tags) out_.tags.push_back(tag.id);
        who();
        project();
        lines();
        money();
        return std::move(out_);
    }

  private:
    std::uint16_t rule(std::string id, const Refs& refs, Bilingual label = {}) {
        out_.rules.push_back({std::move(id), refs, {}, {}, std::move(label), {}});
        return narrow(out_.rules.size() - 1);
    }

    // The value of the date into `out`; false when nobody knows it. Absent leaves `out` as it is. The rule remembers
    // who says so.
    template <typename T>
    bool resolve(const Value<T>& value, T& out, std::uint16_t rule_index) {
        if (!value.present()) return true;
        RuleInfo& info = out_.rules[rule_index];
        const Setting<T>* setting = value.at(date_);
        if (!setting) {
            info.questions.push_back(kBeforeFirstDate);
            return false;
        }
        for (const auto& ref : setting->refs)
            if (std::find(info.refs.begin(), info.refs.end(), ref) == info.refs.end()) info.refs.push_back(ref);
        switch (setting->state) {
            case State::Known:
                break;
            case State::Assumed:
                info.assumptions.push_back(setting->remark);
                break;
            case State::Unknown:
                info.questions.push_back(setting->remark);
                return false;
        }
        out = setting->value;
        return true;
    }
    bool resolve_cents(const Value<base::Cents>& value, std::int64_t& out, std::uint16_t rule_index) {
        base::Cents cents{out};
        bool known = resolve(value, cents, rule_index);
        out = cents.value;
        return known;
    }

    std::uint64_t tag_mask(const std::vector<std::string>& tags) const {
        std::uint64_t mask = 0;
        for (std::size_t i = 0; i < out_.tags.size() && i < 64; ++i)
            if (std::find(tags.begin(), tags.end(), out_.tags[i]) != tags.end()) mask |= std::uint64_t{1} << i;
        return mask;
    }

    std::uint16_t condition(const When& when) {
        Condition out;
        out.kinds = mask_of<std::uint32_t>(when.applicants);
        out.types = mask_of<std::uint8_t>(when.types);
        out.natures = mask_of<std::uint8_t>(when.natures);
        out.tags = tag_mask(when.tags);
        out.not_tags = tag_mask(when.not_tags);
        out.departments = when.departments;
        out.codes = when.codes;
        out.has_population = when.population.has_value();
        out.has_base = when.base.has_value();
        if (when.population) out.population = *when.population;
        if (when.base) out.base = *when.base;
        out.always = !out.kinds && !out.types && !out.natures && !out.tags && !out.not_tags &&
                     out.departments.empty() && out.codes.empty() && !out.has_population && !out.has_base;
        if (out.always) return 0;
        out_.conditions.push_back(std::move(out));
        return narrow(out_.conditions.size() - 1);
    }

    bool unknown_section(std::string_view section, std::string_view rule_id, OpCode code) {
        auto found = model_.unknown_sections.find(section);
        if (found == model_.unknown_sections.end()) return false;
        std::uint16_t index = rule(std::string(rule_id), {});
        out_.rules[index].questions.push_back(found->second);
        out_.ops.push_back({.code = code, .unknown = true, .rule = index});
        return true;
    }

    void who() {
        if (!unknown_section("applicants", "applicant", OpCode::UnknownTest)) {
            Op op{.code = OpCode::Applicant, .rule = rule("applicant", {})};
            for (const auto& row : model_.applicants) {
                ApplicantRow to;
                to.rule = rule("applicant", row.refs);
                to.kind = row.kind;
                to.holder = row.judged_on == JudgedOn::CompetenceHolder;
                out_.has_holder |= to.holder;
                std::vector<GroupingType> types;
                to.unknown |= !resolve(row.types, types, to.rule);
                to.types = mask_of<std::uint8_t>(types);
                to.has_types = row.types.present();
                to.unknown |= !resolve(row.regions, to.regions, to.rule);
                to.has_regions = row.regions.present();
                to.unknown |= !resolve(row.departments, to.departments, to.rule);
                to.has_departments = row.departments.present();
                to.unknown |= !resolve(row.codes, to.codes, to.rule);
                to.has_codes = row.codes.present();
                to.unknown |= !resolve(row.inside, to.inside, to.rule);
                to.tags = tag_mask(row.tags);
                out_.applicants.push_back(std::move(to));
            }
            op.count = narrow(out_.applicants.size());
            out_.ops.push_back(op);
        }
        population();
        for (std::size_t i = 0; i < model_.tags.size(); ++i) {
            const Tag& tag = model_.tags[i];
            if (tag.rule == TagRule::Criterion) continue;
            out_.ops.push_back({.code = OpCode::Tag,
                                .bits = static_cast<std::uint8_t>(tag.rule == TagRule::Excluded),
                                .rule = rule("tag." + tag.id, tag.refs, tag.label),
                                .when = condition(tag.when),
                                .index = narrow(i)});
        }
        history();
    }

    void population() {
        if (unknown_section("population", "population", OpCode::UnknownTest)) {
            out_.population_unknown = true;
            return;
        }
        if (!model_.figure.present()) return;
        std::uint16_t index = rule("population", {});
        out_.has_population = true;
        out_.population_unknown |= !resolve(model_.figure, out_.figure, index);
        out_.population_unknown |= !resolve(model_.vintage, out_.vintage, index);
        if (model_.population_tests.empty()) return;
        for (const auto& test : model_.population_tests) {
            PopulationRow row;
            row.rule = rule("population", test.refs);
            row.kinds = mask_of<std::uint32_t>(test.applicants);
            row.tags = tag_mask(test.tags);
            row.unknown |= !resolve(test.of, row.of, row.rule);
            std::int64_t bound = 0;
            auto low = [&](const Value<std::int64_t>& value, std::int64_t more) {
                if (!value.present()) return;
                row.unknown |= !resolve(value, bound, row.rule);
                row.range.low = std::max(row.range.low, bound + more);
            };
            auto high = [&](const Value<std::int64_t>& value, std::int64_t less) {
                if (!value.present()) return;
                row.unknown |= !resolve(value, bound, row.rule);
                row.range.high = std::min(row.range.high, bound - less);
            };
            low(test.at_least, 0);
            low(test.above, 1);
            high(test.at_most, 0);
            high(test.below, 1);
            out_.populations.push_back(row);
        }
        out_.ops.push_back({.code = OpCode::Population, .rule = index, .count = narrow(out_.populations.size())});
    }

    void history() {
        if (unknown_section("history", "history", OpCode::UnknownTest)) return;
        for (const auto& from : model_.history) {
            HistoryRow row;
            Op op{.code = OpCode::History,
                  .rule = rule("history." + from.id, from.refs, from.label),
                  .when = condition(from.when)};
            row.test = from.test;
            row.schemes = {model_.scheme};
            op.unknown |= !resolve(from.schemes, row.schemes, op.rule);
            row.all_editions = !from.editions.present();
            op.unknown |= !resolve(from.editions, row.editions, op.rule);
            op.unknown |= !resolve(from.awards, row.awards, op.rule);
            op.unknown |= !resolve(from.years, row.years, op.rule);
            op.index = narrow(out_.history.size());
            out_.history.push_back(std::move(row));
            out_.ops.push_back(op);
        }
    }

    void project() {
        if (!unknown_section("natures", "nature", OpCode::UnknownTest)) {
            // One rule per nature: each may have its own source and its own doubt.
            Op op{.code = OpCode::Nature, .first = narrow(out_.rules.size())};
            for (std::size_t i = 0; i < 4; ++i) {
                std::uint16_t index = rule("nature", {});
                bool allowed = false;
                if (!resolve(model_.natures[i], allowed, index))
                    op.unknown_bits = static_cast<std::uint8_t>(op.unknown_bits | 1U << i);
                else if (allowed)
                    op.bits = static_cast<std::uint8_t>(op.bits | 1U << i);
            }
            op.rule = op.first;
            out_.ops.push_back(op);
        }
        Op op{.code = OpCode::Window, .rule = rule("window", {})};
        for (const auto& window : model_.windows) {
            base::Timestamp opens, closes;
            bool known = resolve(window.opens, opens, op.rule);
            known &= resolve(window.closes, closes, op.rule);
            if (known)
                out_.windows.push_back({base::paris_date(opens), base::paris_date(closes)});
            else
                op.unknown = true;
        }
        op.count = narrow(out_.windows.size());
        if (!model_.windows.empty()) out_.ops.push_back(op);
    }

    // Groups are told apart only where a ceiling bears on them: rounding is done once otherwise.
    std::uint8_t group_index(const std::string& name) {
        if (name.empty()) return 0;
        bool limited = std::any_of(model_.ceilings.begin(), model_.ceilings.end(),
                                   [&](const Ceiling& c) { return c.group == name; });
        if (!limited) return 0;
        auto found = std::find(groups_.begin(), groups_.end(), name);
        if (found == groups_.end()) found = groups_.insert(groups_.end(), name);
        return static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(found - groups_.begin() + 1, kGroups - 1));
    }

    void lines() {
        bool unknown = unknown_section("categories", "expenses", OpCode::UnknownMoney);
        unknown |= unknown_section("base", "expenses", OpCode::UnknownMoney);
        if (unknown) return;
        const BaseRules& rules = model_.base_rules;
        std::uint16_t index = rule("expenses", rules.refs);
        for (const auto& from : model_.categories) {
            CategoryRow row;
            row.id = from.id;
            row.rule = rule("category." + from.id, from.refs, from.label);
            out_.rules[row.rule].reason = from.reason;
            row.unknown |= !resolve(from.eligible, row.eligible, row.rule);
            row.has_unit_ceiling = from.unit_ceiling.present();
            row.has_unit_amount = from.unit_amount.present();
            row.unknown |= !resolve_cents(from.unit_ceiling, row.unit_ceiling, row.rule);
            row.unknown |= !resolve_cents(from.unit_amount, row.unit_amount, row.rule);
            std::vector<Nature> natures;
            row.unknown |= !resolve(from.natures, natures, row.rule);
            row.natures = mask_of<std::uint8_t>(natures);
            row.tags = tag_mask(from.tags);
            row.group = group_index(from.group);
            for (const auto& in_kind : model_.in_kind)
                if (in_kind.category == from.id) row.in_kind += in_kind.unit_amount.value_or(date_, {}).value;
            out_.categories.push_back(std::move(row));
        }
        out_.base_unknown |= !resolve(rules.tax, out_.tax, index);
        out_.base_unknown |= !resolve(rules.works_start, out_.works_start, index);
        out_.has_from = rules.spending_from.present();
        out_.has_to = rules.spending_to.present();
        out_.base_unknown |= !resolve(rules.spending_from, out_.spending_from, index);
        out_.base_unknown |= !resolve(rules.spending_to, out_.spending_to, index);
        out_.base_unknown |= !resolve_cents(rules.maximum, out_.base_maximum, index);
        RoundingRule rounding = RoundingRule::CentDown;
        out_.base_unknown |= !resolve(model_.rounding, rounding, index);
        if (rounding == RoundingRule::CentHalfUp) out_.rounding = base::Rounding::HalfUp;
        if (rounding == RoundingRule::CentHalfEven) out_.rounding = base::Rounding::HalfEven;
        euro_down_ = rounding == RoundingRule::EuroDown;
        out_.ops.push_back({.code = OpCode::Lines, .unknown = out_.base_unknown, .rule = index});
        minimum(rules.minimum, "base.minimum", OpCode::BaseMinimum, rules.refs);
        minimum(rules.minimum_total, "base.minimum_total", OpCode::TotalMinimum, rules.refs);
    }

    void minimum(const Value<base::Cents>& value, std::string id, OpCode code, const Refs& refs) {
        if (!value.present()) return;
        Op op{.code = code, .rule = rule(std::move(id), refs)};
        op.unknown = !resolve_cents(value, op.amount, op.rule);
        out_.ops.push_back(op);
    }

    void money() {
        if (!unknown_section("rate", "rate", OpCode::UnknownMoney)) {
            Op op{.code = OpCode::Rate, .rule = rule("rate", {})};
            for (const auto& row : model_.rates) rate_row(row);
            op.count = narrow(out_.rates.size());
            out_.ops.push_back(op);
        }
        if (!unknown_section("ceilings", "ceiling", OpCode::UnknownMoney)) ceilings();
        if (!unknown_section("cofunding", "cofunding", OpCode::UnknownMoney)) {
            for (const auto& row : model_.cofunding) cofunding(row);
        }
        out_.ops.push_back({.code = OpCode::Asked, .rule = rule("asked", {})});
        if (euro_down_) out_.ops.push_back({.code = OpCode::EuroDown, .rule = rule("rounding", model_.refs)});
        if (!unknown_section("floors", "floor", OpCode::UnknownMoney))
            minimum(model_.floor_grant, "floor.grant", OpCode::FloorGrant, {});
    }

    void rate_row(const RateRow& from) {
        RateRowOp row;
        row.form = from.form;
        row.rule = rule("rate", from.refs);
        row.when = condition(from.when);
        row.unknown |= !resolve(from.percent, row.rate, row.rule);
        row.unknown |= !resolve(from.from, row.from, row.rule);
        row.unknown |= !resolve(from.to, row.rate, row.rule);
        row.unknown |= !resolve_cents(from.forfait, row.forfait, row.rule);
        for (const auto& bracket : from.brackets) {
            BracketRow to;
            row.unknown |= !resolve_cents(bracket.up_to, to.up_to, row.rule);
            row.unknown |= !resolve(bracket.percent, to.rate, row.rule);
            row.brackets.push_back(to);
        }
        out_.rates.push_back(std::move(row));
    }

    void ceilings() {
        // Those of a part of the project come first, then those of the whole.
        std::vector<std::pair<std::string, std::string>> sets;
        for (bool grouped : {true, false})
            for (const auto& ceiling : model_.ceilings)
                if (ceiling.group.empty() != grouped)
                    if (std::pair set{ceiling.set, ceiling.group};
                        std::find(sets.begin(), sets.end(), set) == sets.end())
                        sets.push_back(set);
        for (const auto& [set, group] : sets) {
            Op op{.code = OpCode::Ceilings,
                  .first = narrow(out_.ceilings.size()),
                  .first_bonus = narrow(out_.bonuses.size())};
            for (const auto& from : model_.ceilings) {
                if (from.set != set || from.group != group) continue;
                CeilingRow row;
                row.rule = rule("ceiling." + from.id, from.refs);
                row.when = condition(from.when);
                row.group = group_index(from.group);
                row.unknown |= !resolve_cents(from.amount, row.amount, row.rule);
                row.unknown |= !resolve(from.per, row.per, row.rule);
                row.unknown |= !resolve(from.years, row.years, row.rule);
                out_.ceilings.push_back(row);
            }
            for (const auto& from : model_.bonuses) {
                if (from.set != set) continue;
                BonusRow row;
                row.rule = rule("bonus." + from.id, from.refs);
                row.when = condition(from.when);
                row.unknown |= !resolve_cents(from.amount, row.amount, row.rule);
                out_.bonuses.push_back(row);
            }
            op.count = narrow(out_.ceilings.size() - op.first);
            op.bonus_count = narrow(out_.bonuses.size() - op.first_bonus);
            op.rule = out_.ceilings[op.first].rule;
            out_.ops.push_back(op);
        }
    }

    void cofunding(const CofundingRule& from) {
        Op op{.code = OpCode::Cofunding, .rule = rule("cofunding." + from.id, from.refs), .when = condition(from.when)};
        CofundingRow row;
        row.test = from.test;
        row.include_grant = from.include_grant;
        op.unknown |= !resolve(from.minimum, row.share, op.rule);
        op.unknown |= !resolve(from.maximum, row.share, op.rule);
        op.unknown |= !resolve(from.of, row.of, op.rule);
        op.unknown |= !resolve(from.exceeded, row.exceeded, op.rule);
        std::vector<Funder> funders;
        op.unknown |= !resolve(from.funders, funders, op.rule);
        row.funders = mask_of<std::uint16_t>(funders);
        if (row.funders & bit(Funder::Public))
            row.funders = static_cast<std::uint16_t>(row.funders | (bit(Funder::Private) - 1U));
        op.index = narrow(out_.cofunding.size());
        out_.cofunding.push_back(row);
        out_.ops.push_back(op);
    }

    const Model& model_;
    base::Date date_;
    Program out_;
    std::vector<std::string> groups_;
    bool euro_down_ = false;
};

}  // namespace

Program compile(const Model& model, base::Date date) {
    return Compiler(model, date).compile();
}

Funder funder_of(const Program& program, const Funding& funding) {
    if (funding.funder) return *funding.funder;
    if (auto found = program.funder_names.find(funding.source); found != program.funder_names.end())
        return found->second;
    return known_funder(funding.source).value_or(Funder::OtherPublic);
}

}  // namespace beffroi::scheme
