#include "aides/pages/open/scheme_text.hpp"

#include <algorithm>

namespace beffroi::aides::pages::open {

using scheme::name_of;
using scheme::State;

SchemeText::SchemeText(const scheme::Edition& edition, const territory::Directory& directory, const base::Text& text)
    : model_(edition.model()), directory_(directory), text_(text), at_(edition.judgement_date({})) {}

std::string SchemeText::region(std::string_view code) const {
    auto parsed = territory::RegionCode::parse(code);
    std::string_view name = parsed ? directory_.name_of(*parsed) : std::string_view();
    return name.empty() ? t("open.scheme.region", {{"code", std::string(code)}}) : std::string(name);
}

std::string SchemeText::department(std::string_view code) const {
    auto parsed = territory::DepartementCode::parse(code);
    std::string_view name = parsed ? directory_.name_of(*parsed) : std::string_view();
    return name.empty() ? t("open.scheme.department", {{"code", std::string(code)}})
                        : std::string(name) + " (" + std::string(code) + ")";
}

std::string SchemeText::t(std::string_view key, Args args) const {
    base::Message message{std::string(key), {}};
    for (const auto& [name, value] : args) message.args.emplace_back(name, value);
    return text_(message);
}

std::string SchemeText::word(std::string_view area, std::string_view name) const {
    return t("scheme." + std::string(area) + "." + std::string(name));
}

std::string SchemeText::joined(const std::vector<std::string>& parts) const {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += i + 1 == parts.size() ? t("open.scheme.and") : std::string(", ");
        out += parts[i];
    }
    return out;
}

std::string SchemeText::shown(base::Cents value) const {
    return base::format_euros(value, text_.language());
}
std::string SchemeText::shown(base::Rate value) const {
    return base::format_percent(value, text_.language());
}
std::string SchemeText::shown(std::int64_t value) const {
    return base::format_count(value, text_.language());
}
std::string SchemeText::shown(base::Date value) const {
    return base::format_date(value, text_.language());
}
std::string SchemeText::shown(base::Timestamp value) const {
    return base::format_instant(value, text_.language());
}

template <typename T, typename Sentence>
void SchemeText::add(std::vector<Said>& out, const scheme::Value<T>& value, const scheme::Refs& refs,
                     Sentence&& sentence) const {
    for (const auto& setting : value.settings) {
        Said said{.text = sentence(setting.value),
                  .state = setting.state,
                  .remark = in(setting.remark),
                  .refs = setting.refs.empty() ? refs : setting.refs};
        if (setting.state == State::Unknown) said.text = t("open.scheme.not_known");
        if (value.settings.size() > 1) said.text += t("open.scheme.from", {{"date", shown(setting.from)}});
        out.push_back(std::move(said));
    }
}

std::string SchemeText::question(std::string_view section) const {
    auto found = model_.unknown_sections.find(section);
    return found == model_.unknown_sections.end() ? std::string() : in(found->second);
}

// "communes, extension, zone de sécurité prioritaire": what a rule is limited to; empty when to nothing.
std::string SchemeText::condition(const scheme::When& when) const {
    std::vector<std::string> parts;
    for (auto kind : when.applicants) parts.push_back(word("kind", name_of(kind)));
    for (auto nature : when.natures) parts.push_back(word("nature", name_of(nature)));
    auto label = [&](const std::string& id) {
        for (const auto& tag : model_.tags)
            if (tag.id == id) return in(tag.label);
        return id;
    };
    for (const auto& id : when.tags) parts.push_back(label(id));
    for (const auto& id : when.not_tags) parts.push_back(t("open.scheme.except", {{"what", label(id)}}));
    for (const auto& code : when.departments) parts.push_back(department(code));
    if (when.population) {
        if (when.population->high < scheme::kNoHigh)
            parts.push_back(t("open.scheme.population_below", {{"n", shown(when.population->high + 1)}}));
        if (when.population->low > scheme::kNoLow)
            parts.push_back(t("open.scheme.population_from", {{"n", shown(when.population->low)}}));
    }
    if (when.base) {
        if (when.base->high < scheme::kNoHigh)
            parts.push_back(t("open.scheme.base_below", {{"amount", shown(base::Cents{when.base->high + 1})}}));
        if (when.base->low > scheme::kNoLow)
            parts.push_back(t("open.scheme.base_from", {{"amount", shown(base::Cents{when.base->low})}}));
    }
    return parts.empty() ? std::string() : t("open.scheme.only", {{"what", joined(parts)}});
}

std::vector<Said> SchemeText::who() const {
    std::vector<Said> out;
    for (const auto& allowed : model_.applicants) {
        std::string text = t("open.kinds." + std::string(name_of(allowed.kind)));
        std::vector<std::string> places;
        if (const auto* regions = allowed.regions.at(at_))
            for (const auto& code : regions->value) places.push_back(region(code));
        if (const auto* departments = allowed.departments.at(at_))
            for (const auto& code : departments->value) places.push_back(department(code));
        if (!places.empty()) text += t("open.scheme.places", {{"places", joined(places)}});
        out.push_back({.text = std::move(text), .refs = allowed.refs});
        add(out, allowed.inside, allowed.refs,
            [&](scheme::Inside inside) { return t("open.scheme.inside." + std::string(name_of(inside))); });
    }
    population(out);
    history(out);
    return out;
}

void SchemeText::population(std::vector<Said>& out) const {
    for (const auto& test : model_.population_tests) {
        auto bound = [&](const scheme::Value<std::int64_t>& value, std::string_view key) {
            add(out, value, test.refs, [&](std::int64_t n) { return t(key, {{"n", shown(n)}}); });
        };
        bound(test.below, "open.scheme.below");
        bound(test.at_most, "open.scheme.at_most");
        bound(test.at_least, "open.scheme.at_least");
        bound(test.above, "open.scheme.above");
    }
    if (model_.population_tests.empty()) return;
    add(out, model_.figure, model_.population_refs, [&](scheme::PopulationFigure figure) {
        return t("open.scheme.figure", {{"figure", word("figure", name_of(figure))}});
    });
    add(out, model_.vintage, model_.population_refs, [&](scheme::Vintage vintage) {
        return t("open.scheme.vintage", {{"vintage", word("vintage", name_of(vintage))}});
    });
}

void SchemeText::history(std::vector<Said>& out) const {
    for (const auto& rule : model_.history) {
        std::string text =
            rule.label.empty() ? t("open.scheme.history." + std::string(name_of(rule.test))) : in(rule.label);
        if (const auto* years = rule.years.at(at_); years != nullptr && years->state != State::Unknown)
            text += t("open.scheme.over_years", {{"n", shown(years->value)}});
        out.push_back({.text = text + condition(rule.when), .refs = rule.refs});
    }
}

std::vector<Said> SchemeText::projects() const {
    std::vector<Said> out;
    for (auto nature : {scheme::Nature::Installation, scheme::Nature::Extension, scheme::Nature::Renewal,
                        scheme::Nature::Improvement}) {
        const auto& value = model_.natures[static_cast<std::size_t>(nature)];
        const std::string name = word("nature", name_of(nature));
        add(out, value, {}, [&](bool allowed) {
            return t(allowed ? "open.scheme.nature_yes" : "open.scheme.nature_no", {{"nature", name}});
        });
    }
    return out;
}

Said SchemeText::rate(const scheme::RateRow& row) const {
    using scheme::RateForm;
    std::vector<Said> said;
    auto plain = [&](std::string_view key) {
        return [this, key](auto value) { return t(key, {{"value", shown(value)}}); };
    };
    switch (row.form) {
        case RateForm::Percent:
            add(said, row.percent, row.refs, plain("open.scheme.rate"));
            break;
        case RateForm::UpTo:
            add(said, row.percent, row.refs, plain("open.scheme.rate_up_to"));
            break;
        case RateForm::Range:
            add(said, row.to, row.refs, [&](base::Rate high) {
                return t("open.scheme.rate_range",
                         {{"low", shown(row.from.value_or(at_, base::Rate{}))}, {"high", shown(high)}});
            });
            break;
        case RateForm::Forfait:
            add(said, row.forfait, row.refs, plain("open.scheme.forfait"));
            break;
        case RateForm::Brackets: {
            std::vector<std::string> parts;
            for (const auto& bracket : row.brackets) {
                std::string percent = shown(bracket.percent.value_or(at_, base::Rate{}));
                parts.push_back(bracket.up_to.present()
                                    ? t("open.scheme.bracket",
                                        {{"value", percent}, {"amount", shown(bracket.up_to.value_or(at_, {}))}})
                                    : t("open.scheme.bracket_last", {{"value", percent}}));
            }
            said.push_back({.text = joined(parts), .refs = row.refs});
            break;
        }
        case RateForm::UnitScale:
            said.push_back({.text = t("open.scheme.unit_scale"), .refs = row.refs});
            break;
        case RateForm::Discretionary:
            said.push_back({.text = t("open.scheme.discretionary"), .refs = row.refs});
            break;
    }
    if (said.empty()) said.push_back({.text = t("open.scheme.not_known"), .state = State::Unknown, .refs = row.refs});
    Said one = std::move(said.back());
    for (std::size_t i = 0; i + 1 < said.size(); ++i) one.text = said[i].text + " ; " + one.text;
    one.text += condition(row.when);
    return one;
}

std::vector<Said> SchemeText::how_much() const {
    std::vector<Said> out;
    for (const auto& row : model_.rates) out.push_back(rate(row));
    add(out, model_.base_rules.tax, model_.base_rules.refs,
        [&](scheme::Tax tax) { return t("open.scheme.tax", {{"tax", word("tax", name_of(tax))}}); });
    for (const auto& ceiling : model_.ceilings) {
        const std::string when = condition(ceiling.when);
        const auto per = ceiling.per.value_or(at_, scheme::CeilingPer::File);
        std::string years;
        if (const auto* setting = ceiling.years.at(at_)) years = shown(setting->value);
        add(out, ceiling.amount, ceiling.refs, [&](base::Cents amount) {
            return t("open.scheme.ceiling." + std::string(name_of(per)), {{"amount", shown(amount)}, {"n", years}}) +
                   when;
        });
    }
    for (const auto& bonus : model_.bonuses)
        add(out, bonus.amount, bonus.refs, [&](base::Cents amount) {
            return t("open.scheme.bonus", {{"amount", shown(amount)}}) + condition(bonus.when);
        });
    auto money = [&](const scheme::Value<base::Cents>& value, std::string_view key) {
        add(out, value, model_.base_rules.refs,
            [&](base::Cents amount) { return t(key, {{"amount", shown(amount)}}); });
    };
    money(model_.base_rules.minimum, "open.scheme.base_minimum");
    money(model_.base_rules.minimum_total, "open.scheme.total_minimum");
    money(model_.base_rules.maximum, "open.scheme.base_maximum");
    money(model_.floor_grant, "open.scheme.floor");
    add(out, model_.rounding, model_.refs, [&](scheme::RoundingRule rule) {
        return t("open.scheme.rounding", {{"rule", word("rounding", name_of(rule))}});
    });
    for (const auto& kind : model_.in_kind)
        add(out, kind.unit_amount, kind.refs, [&](base::Cents amount) {
            return t("open.scheme.in_kind",
                     {{"what", in(kind.label)}, {"amount", shown(amount)}, {"to", in(kind.paid_to)}});
        });
    return out;
}

std::vector<Said> SchemeText::cofunding() const {
    std::vector<Said> out;
    for (const auto& rule : model_.cofunding) {
        const std::string when = condition(rule.when);
        std::vector<std::string> funders;
        if (const auto* setting = rule.funders.at(at_))
            for (auto funder : setting->value) funders.push_back(word("funder", name_of(funder)));
        const std::string who = joined(funders);
        auto share = [&](const scheme::Value<base::Rate>& value, std::string_view key) {
            add(out, value, rule.refs,
                [&](base::Rate rate) { return t(key, {{"value", shown(rate)}, {"who", who}}) + when; });
        };
        switch (rule.test) {
            case scheme::CofundingTest::OwnShare:
                share(rule.minimum, "open.scheme.own_share");
                break;
            case scheme::CofundingTest::Share:
                share(rule.minimum, "open.scheme.share_minimum");
                share(rule.maximum, "open.scheme.share_maximum");
                break;
            case scheme::CofundingTest::ExcludedFunders:
                out.push_back({.text = t("open.scheme.excluded_funders", {{"who", who}}) + when, .refs = rule.refs});
                break;
            case scheme::CofundingTest::RequiredFunders:
                out.push_back({.text = t("open.scheme.required_funders", {{"who", who}}) + when, .refs = rule.refs});
                break;
        }
        add(out, rule.exceeded, rule.refs,
            [&](scheme::Exceeded exceeded) { return t("open.scheme.exceeded." + std::string(name_of(exceeded))); });
    }
    return out;
}

std::vector<Said> SchemeText::expenses(bool eligible) const {
    std::vector<Said> out;
    for (const auto& category : model_.categories) {
        const auto* setting = category.eligible.at(at_);
        const bool unknown = setting == nullptr || setting->state == State::Unknown;
        if (unknown ? !eligible : setting->value != eligible) continue;
        Said said{.text = in(category.label), .refs = category.refs};
        if (setting != nullptr) {
            said.state = setting->state;
            said.remark = in(setting->remark);
            if (!setting->refs.empty()) said.refs = setting->refs;
        }
        if (!eligible && !category.reason.empty()) said.text += t("open.scheme.why", {{"reason", in(category.reason)}});
        if (const auto* ceiling = category.unit_ceiling.at(at_); ceiling != nullptr && ceiling->state != State::Unknown)
            said.text +=
                t("open.scheme.unit_ceiling", {{"amount", shown(ceiling->value)}, {"unit", in(category.unit)}});
        if (const auto* amount = category.unit_amount.at(at_); amount != nullptr && amount->state != State::Unknown)
            said.text += t("open.scheme.unit_amount", {{"amount", shown(amount->value)}, {"unit", in(category.unit)}});
        out.push_back(std::move(said));
    }
    return out;
}

std::vector<Said> SchemeText::paid() const {
    return expenses(true);
}

std::vector<Said> SchemeText::not_paid() const {
    return expenses(false);
}

std::vector<Said> SchemeText::documents() const {
    std::vector<Said> out;
    for (const auto& document : model_.documents) {
        const auto* required = document.required.at(at_);
        const auto* due = document.due.at(at_);
        Said said{.text = in(document.label), .refs = document.refs};
        if (required != nullptr && required->state != State::Unknown)
            said.text += t(required->value ? "open.scheme.required" : "open.scheme.optional");
        if (due != nullptr && due->state != State::Unknown)
            said.text += t("open.scheme.due", {{"when", word("due", name_of(due->value))}});
        if (document.restricted) said.text += t("open.scheme.restricted");
        said.text += condition(document.when);
        if (!document.help.empty()) said.text += ". " + in(document.help);
        if (required != nullptr) {
            said.state = required->state;
            said.remark = in(required->remark);
        }
        out.push_back(std::move(said));
    }
    return out;
}

std::vector<Said> SchemeText::dates() const {
    std::vector<Said> out;
    for (const auto& window : model_.windows) {
        add(out, window.opens, model_.refs,
            [&](base::Timestamp opens) { return t("open.scheme.opens", {{"at", shown(opens)}}); });
        add(out, window.closes, model_.refs,
            [&](base::Timestamp closes) { return t("open.scheme.closes", {{"at", shown(closes)}}); });
    }
    const auto& rules = model_.base_rules;
    add(out, rules.spending_from, rules.refs,
        [&](base::Date date) { return t("open.scheme.spending_from", {{"date", shown(date)}}); });
    add(out, rules.spending_to, rules.refs,
        [&](base::Date date) { return t("open.scheme.spending_to", {{"date", shown(date)}}); });
    add(out, rules.works_start, rules.refs, [&](scheme::WorksStart start) {
        return t("open.scheme.works_start", {{"when", word("works_start", name_of(start))}});
    });
    return out;
}

std::vector<Said> SchemeText::chosen() const {
    std::vector<Said> out;
    const auto& selection = model_.selection;
    add(out, model_.envelope, model_.refs,
        [&](base::Cents amount) { return t("open.scheme.envelope", {{"amount", shown(amount)}}); });
    add(out, selection.order, selection.refs, [&](scheme::SelectionOrder order) {
        return t("open.scheme.order", {{"order", word("order", name_of(order))}});
    });
    add(out, selection.date, selection.refs,
        [&](scheme::SelectionDate date) { return t("open.scheme.date." + std::string(name_of(date))); });
    for (const auto& priority : selection.priorities)
        out.push_back({.text = t("open.scheme.priority", {{"what", in(priority.label)}}), .refs = selection.refs});
    for (const auto& quota : model_.quotas) {
        auto add_quota = [&](const auto& value) {
            add(out, value, model_.refs, [&](auto share) {
                return t("open.scheme.quota", {{"place", department(quota.department)}, {"value", shown(share)}});
            });
        };
        add_quota(quota.share);
        add_quota(quota.amount);
    }
    add(out, selection.when_short, selection.refs, [&](scheme::WhenShort when) {
        return t("open.scheme.when_short", {{"what", word("when_short", name_of(when))}});
    });
    return out;
}

std::vector<Said> SchemeText::payment() const {
    std::vector<Said> out;
    const auto& pay = model_.payment;
    auto rate = [&](const scheme::Value<base::Rate>& value, std::string_view key) {
        add(out, value, pay.refs, [&](base::Rate share) { return t(key, {{"value", shown(share)}}); });
    };
    auto months = [&](const scheme::Value<std::int64_t>& value, std::string_view key) {
        add(out, value, pay.refs, [&](std::int64_t n) { return t(key, {{"n", shown(n)}}); });
    };
    rate(pay.advance_max, "open.scheme.pay.advance");
    rate(pay.instalments_max, "open.scheme.pay.instalments");
    months(pay.start_within_months, "open.scheme.pay.start");
    months(pay.complete_within_months, "open.scheme.pay.complete");
    months(pay.justify_within_months, "open.scheme.pay.justify");
    months(pay.extension_months, "open.scheme.pay.extension");
    return out;
}

}  // namespace beffroi::aides::pages::open
