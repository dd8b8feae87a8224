#include <fmt/format.h>

#include "aides/scheme/loader.hpp"

namespace beffroi::scheme {

void Loader::money(Section& root) {
    context_.needed = true;
    const Tree* categories = root.take("categories", Need::Mandatory);
    if (categories && categories->kind == Tree::Kind::Table && categories->find("unknown") &&
        !categories->find("unknown")->find("label")) {
        table(root, "categories", true, Need::Mandatory, [](Section&) {});
        context_.needed = true;
    } else {
        root.each_entry("categories", [&](const std::string& id, Section& section) { category(id, section); });
    }
    context_.needed = false;
    table(root, "base", true, Need::Mandatory, [&](Section& section) {
        BaseRules& rules = model_.base_rules;
        rules.tax = section.value<Tax>("tax", Need::Mandatory);
        rules.spending_from = section.value<base::Date>("spending_from", Need::Optional);
        rules.spending_to = section.value<base::Date>("spending_to", Need::Optional);
        rules.works_start = section.value<WorksStart>("works_start", Need::Optional);
        rules.minimum = section.value<base::Cents>("minimum", Need::Optional);
        rules.minimum_total = section.value<base::Cents>("minimum_total", Need::Optional);
        rules.maximum = section.value<base::Cents>("maximum", Need::Optional);
        rules.refs = section.refs();
    });
    table(root, "rate", true, Need::Mandatory, [&](Section& section) {
        section.take("rows", Need::Mandatory);
        section.each_item("rows", [&](Section& row) { rate_row(row); });
    });
    list(root, "ceilings", true, Need::Optional, [&](Section& section) { ceiling(section); });
    list(root, "bonuses", true, Need::Optional, [&](Section& section) {
        Bonus bonus;
        bonus.id = section.id("id", Need::Mandatory);
        bonus.set = section.has("set") ? section.id("set", Need::Optional) : "grant";
        section.take("set", Need::Optional);
        bonus.when = section.when();
        bonus.amount = section.value<base::Cents>("amount", Need::Mandatory);
        section.need_reference("ref");
        bonus.refs = section.refs();
        model_.bonuses.push_back(std::move(bonus));
    });
    table(root, "floors", true, Need::Optional,
          [&](Section& section) { model_.floor_grant = section.value<base::Cents>("grant", Need::Optional); });
    list(root, "cofunding", true, Need::Optional, [&](Section& section) { cofunding(section); });
    root.take("funder_names", Need::Optional);
    if (const Tree* named = root.table().find("funder_names"); named && named->kind == Tree::Kind::Table) {
        for (const auto& entry : named->entries) {
            Funder funder{};
            if (read(context_, entry.value, "funder_names." + entry.key, funder))
                model_.funder_names[entry.key] = funder;
        }
    } else if (named) {
        context_.wrong(*named, "funder_names", "scheme.fault.table", "a table: [funder_names]");
    }
}

void Loader::category(const std::string& id, Section& section) {
    Category out;
    out.id = id;
    out.label = section.plain<Bilingual>("label", Need::Mandatory);
    out.eligible = section.value<bool>("eligible", Need::Mandatory);
    bool refused = false;
    for (const auto& setting : out.eligible.settings) refused |= setting.state != State::Unknown && !setting.value;
    out.reason = section.plain<Bilingual>("reason", refused ? Need::Mandatory : Need::Optional);
    out.unit = section.plain<Bilingual>("unit", Need::Optional);
    out.unit_ceiling = section.value<base::Cents>("unit_ceiling", Need::Optional);
    out.unit_amount = section.value<base::Cents>("unit_amount", Need::Optional);
    if (out.unit.empty() && (out.unit_ceiling.present() || out.unit_amount.present()))
        context_.add(section.table().line, section.table().column, section.key("unit"), "scheme.fault.missing", {},
                     "expected: unit = { fr = \"…\", en = \"…\" }, since an amount per unit is given");
    out.natures = section.value<std::vector<Nature>>("natures", Need::Optional);
    out.tags = section.plain<std::vector<std::string>>("tags", Need::Optional);
    out.group = section.has("group") ? section.id("group", Need::Optional) : "";
    section.take("group", Need::Optional);
    section.need_reference("ref");
    out.refs = section.refs();
    model_.categories.push_back(std::move(out));
}

void Loader::rate_row(Section& section) {
    RateRow row;
    row.id = section.has("id") ? section.id("id", Need::Optional) : fmt::format("{}", model_.rates.size() + 1);
    section.take("id", Need::Optional);
    row.when = section.when();
    int forms = 0;
    auto form = [&](std::string_view name, RateForm which) {
        if (!section.take(name, Need::Optional)) return false;
        ++forms;
        row.form = which;
        return true;
    };
    if (form("percent", RateForm::Percent)) row.percent = section.value<base::Rate>("percent", Need::Optional);
    if (form("up_to", RateForm::UpTo)) row.percent = section.value<base::Rate>("up_to", Need::Optional);
    if (form("forfait", RateForm::Forfait)) row.forfait = section.value<base::Cents>("forfait", Need::Optional);
    for (auto [name, which] :
         {std::pair{"unit_scale", RateForm::UnitScale}, std::pair{"discretionary", RateForm::Discretionary}}) {
        if (form(name, which) && !section.plain<bool>(name, Need::Optional, true))
            context_.wrong(*section.table().find(name), section.key(name), "scheme.fault.only_true",
                           "true, or no such key");
    }
    if (form("range", RateForm::Range)) {
        const Tree* tree = section.table().find("range");
        if (tree->kind == Tree::Kind::Table) {
            Section bounds(context_, *tree, section.key("range"), section.refs());
            row.from = bounds.value<base::Rate>("from", Need::Mandatory);
            row.to = bounds.value<base::Rate>("to", Need::Mandatory);
        } else {
            context_.wrong(*tree, section.key("range"), "scheme.fault.rate_range",
                           "{ from = \"25 %\", to = \"50 %\" }");
        }
    }
    if (form("brackets", RateForm::Brackets)) {
        std::size_t last = 0;
        if (const Tree* tree = section.table().find("brackets"); tree->kind == Tree::Kind::Array)
            last = tree->items.size();
        section.each_item("brackets", [&](Section& one) {
            Bracket bracket;
            bracket.up_to =
                one.value<base::Cents>("up_to", row.brackets.size() + 1 < last ? Need::Mandatory : Need::Optional);
            bracket.percent = one.value<base::Rate>("percent", Need::Mandatory);
            row.brackets.push_back(std::move(bracket));
        });
        if (row.brackets.empty() || row.brackets.back().up_to.present())
            context_.add(section.table().line, section.table().column, section.key("brackets"), "scheme.fault.brackets",
                         {}, "expected brackets of which the last has no up_to");
    }
    if (forms != 1)
        context_.add(section.table().line, section.table().column, section.path(), "scheme.fault.rate_form", {},
                     "expected exactly one of: percent, up_to, range, forfait, brackets, unit_scale, discretionary");
    section.need_reference("ref");
    row.refs = section.refs();
    model_.rates.push_back(std::move(row));
}

void Loader::ceiling(Section& section) {
    Ceiling out;
    out.id = section.id("id", Need::Mandatory);
    out.set = section.has("set") ? section.id("set", Need::Optional) : "grant";
    section.take("set", Need::Optional);
    out.group = section.has("group") ? section.id("group", Need::Optional) : "";
    section.take("group", Need::Optional);
    out.when = section.when();
    out.amount = section.value<base::Cents>("amount", Need::Mandatory);
    out.per = section.value<CeilingPer>("per", Need::Optional);
    bool period = false;
    for (const auto& setting : out.per.settings)
        period |= setting.state != State::Unknown && setting.value == CeilingPer::Period;
    out.years = section.value<std::int64_t>("years", period ? Need::Mandatory : Need::Optional);
    section.need_reference("ref");
    out.refs = section.refs();
    model_.ceilings.push_back(std::move(out));
}

void Loader::cofunding(Section& section) {
    CofundingRule rule;
    rule.id = section.id("id", Need::Mandatory);
    rule.test = section.plain<CofundingTest>("test", Need::Mandatory);
    bool share = rule.test == CofundingTest::Share;
    bool own = rule.test == CofundingTest::OwnShare;
    rule.minimum = section.value<base::Rate>("minimum", own ? Need::Mandatory : Need::Optional);
    rule.maximum = section.value<base::Rate>("maximum", share ? Need::Mandatory : Need::Optional);
    rule.funders = section.value<std::vector<Funder>>("funders", own ? Need::Optional : Need::Mandatory);
    rule.include_grant = section.plain<bool>("include_grant", Need::Optional, true);
    rule.of = section.value<ShareOf>("of", share ? Need::Mandatory : Need::Optional);
    rule.exceeded = section.value<Exceeded>("exceeded", share || own ? Need::Mandatory : Need::Optional);
    for (const auto& setting : rule.exceeded.settings)
        if (setting.state != State::Unknown && setting.value == Exceeded::Reduce && share && !rule.include_grant)
            context_.add(
                section.table().line, section.table().column, section.key("exceeded"), "scheme.fault.reduce", {},
                "expected refuse or warn: the share does not include our grant, so reducing it changes nothing");
    rule.when = section.when();
    section.need_reference("ref");
    rule.refs = section.refs();
    model_.cofunding.push_back(std::move(rule));
}

}  // namespace beffroi::scheme
