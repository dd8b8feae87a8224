#include "aides/pages/applicant/fields.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace beffroi::aides::pages::applicant {

namespace {

using html::Need;
using html::Width;

// One step being written.
class Controls {
  public:
    Controls(html::Writer& w, const StepForm& form) : w_(w), form_(form), t_(w.text()) {}

    void project();
    void expenses();
    void funding();
    void calendar();
    void contacts();

  private:
    [[nodiscard]] std::string_view value(std::string_view name) const {
        const auto found = form_.values.find(name);
        return found == form_.values.end() ? std::string_view{} : std::string_view(found->second);
    }
    // The description of a control of that field: label, hint when the catalogue has one, value as typed, error.
    [[nodiscard]] html::Field field(std::string_view name, Need need = Need::Required,
                                    Width width = Width::Full) const {
        const std::string wire = wire_name(name);
        html::Field made{.name = std::string(wire),
                         .label = t_("applicant.field." + std::string(name)),
                         .value = value(name),
                         .error = form_.errors.of(wire),
                         .need = need,
                         .width = width};
        if (const std::string hint = "applicant.hint." + std::string(name); t_.catalogue().has(hint))
            made.hint = t_(hint);
        return made;
    }
    // The same in a row: "expense", "0" or "__n__", "ht".
    [[nodiscard]] html::Field cell(std::string_view block, std::string_view index, std::string_view column, Need need,
                                   Width width) const {
        const std::string wire = fmt::format("{}-{}-{}", block, index, column);
        const std::string key = fmt::format("{}.{}", block, column);
        html::Field made{.name = std::string(wire),
                         .label = t_("applicant.field." + key),
                         .value = value(form_name(wire)),
                         .error = form_.errors.of(wire),
                         .need = need,
                         .width = width};
        if (const std::string hint = "applicant.hint." + key; t_.catalogue().has(hint)) made.hint = t_(hint);
        return made;
    }
    // Rows as stored, one more when it was asked for, one to begin with.
    [[nodiscard]] std::vector<int> indexes(std::string_view block, bool at_least_one) const {
        std::vector<int> rows = application::rows(form_.values, block);
        if (form_.added == block || (rows.empty() && at_least_one))
            rows.push_back(application::next_row(form_.values, block));
        for (int& row : rows) --row;
        return rows;
    }

    void question(const scheme::Field& asked);
    void expense_row(std::string_view index);
    void funding_row(std::string_view index);
    void other_aids();
    [[nodiscard]] std::vector<html::Choice> categories(std::string_view chosen) const;
    [[nodiscard]] std::vector<html::Choice> sources(std::string_view chosen) const;

    html::Writer& w_;
    const StepForm& form_;
    const base::Text& t_;
};

// A choice that the list does not offer any more stays visible.
void keep_unknown(std::vector<html::Choice>& choices, std::string_view chosen) {
    const bool known = std::any_of(choices.begin(), choices.end(),
                                   [&](const html::Choice& choice) { return choice.value.view() == chosen; });
    if (!known) choices.push_back({.value = chosen, .label = chosen});
}

void Controls::project() {
    auto title = field("title", Need::Required, Width::Full);
    title.max_length = 300;
    html::text_field(w_, title);
    std::vector<html::Choice> natures;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto nature = static_cast<scheme::Nature>(i);
        const auto& rule = form_.view.edition->model().natures[i];
        const auto* setting = rule.at(form_.today);
        const bool unknown = setting == nullptr || setting->state == scheme::State::Unknown;
        const std::string name(scheme::name_of(nature));
        natures.push_back({.value = scheme::name_of(nature),
                           .label = t_("applicant.nature." + name),
                           .hint = t_(unknown          ? "applicant.nature.unknown"
                                      : setting->value ? "applicant.nature.aided"
                                                       : "applicant.nature.not_aided"),
                           .checked = value("nature") == name});
    }
    html::radios(w_, field("nature"), natures);
    html::number_field(w_, field("cameras", Need::Required, Width::Short));
    html::text_area(w_, field("places"), 3);
    html::text_area(w_, field("purpose"), 3);
    html::text_area(w_, field("description"), 8);
    for (const auto& asked : form_.view.edition->model().fields) question(asked);
}

// A question of the edition itself.
void Controls::question(const scheme::Field& asked) {
    const std::string name = "field." + asked.key;
    html::Field description{.name = name,
                            .label = asked.label.in(t_.language()),
                            .hint = asked.help.in(t_.language()),
                            .value = value(name),
                            .error = form_.errors.of(name),
                            .need = asked.required ? Need::Required : Need::Optional};
    switch (asked.type) {
        case scheme::FieldType::Text:
            html::text_field(w_, description);
            return;
        case scheme::FieldType::LongText:
            html::text_area(w_, description);
            return;
        case scheme::FieldType::Count:
            description.width = Width::Short;
            html::number_field(w_, description);
            return;
        case scheme::FieldType::Euros:
            description.width = Width::Medium;
            html::money_field(w_, description);
            return;
        case scheme::FieldType::Date:
            html::date_field(w_, description);
            return;
        case scheme::FieldType::YesNo: {
            const html::Choice choices[] = {{.value = "yes", .label = t_("applicant.yes")},
                                            {.value = "no", .label = t_("applicant.no")}};
            html::radios(w_, description, choices);
            return;
        }
        case scheme::FieldType::Choice: {
            std::vector<html::Choice> choices = {{}};
            for (const auto& choice : asked.choices)
                choices.push_back({.value = choice.key, .label = choice.label.in(t_.language())});
            keep_unknown(choices, value(name));
            html::select(w_, description, choices);
            return;
        }
    }
}

std::vector<html::Choice> Controls::categories(std::string_view chosen) const {
    std::vector<html::Choice> choices = {{}};
    for (const bool eligible : {true, false})
        for (const auto& category : form_.view.edition->model().categories) {
            if (category.eligible.value_or(form_.today, false) != eligible) continue;
            const std::string& label = category.label.in(t_.language());
            choices.push_back({.value = category.id,
                               .label = t_(eligible ? "applicant.category.aided" : "applicant.category.not_aided",
                                           {{"label", label}})});
        }
    keep_unknown(choices, chosen);
    return choices;
}

void Controls::expense_row(std::string_view index) {
    html::text_field(w_, cell("expense", index, "label", Need::Required, Width::Full));
    auto category = cell("expense", index, "category", Need::Required, Width::Long);
    html::select(w_, category, categories(category.value));
    html::text_field(w_, cell("expense", index, "supplier", Need::Optional, Width::Long));
    html::text_field(w_, cell("expense", index, "quote", Need::Optional, Width::Medium));
    html::date_field(w_, cell("expense", index, "date", Need::Optional, Width::Short));
    html::number_field(w_, cell("expense", index, "quantity", Need::Optional, Width::Short));
    auto amount = cell("expense", index, "ht", Need::Required, Width::Medium);
    amount.suffix = t_("applicant.unit.ht");
    html::money_field(w_, amount);
    auto vat = cell("expense", index, "vat", Need::Required, Width::Short);
    vat.suffix = "%";
    html::number_field(w_, vat);
    const std::string live = "live-line-" + std::string(index);
    w_("<p class='row-note' id='{}'>{}</p>", live, live_text(form_.live, live));
    html::button(w_, {.text = t_("applicant.expense.split"),
                      .weight = html::Weight::Quiet,
                      .name = "split",
                      .value = "expense-" + std::string(index),
                      .context = t_("applicant.expense.split.why")});
}

void Controls::expenses() {
    const std::string_view chosen = value("vat_recovered");
    const html::Choice choices[] = {{.value = "yes",
                                     .label = t_("applicant.vat.yes"),
                                     .hint = t_("applicant.vat.yes.hint"),
                                     .checked = chosen != "no"},
                                    {.value = "no", .label = t_("applicant.vat.no"), .checked = chosen == "no"}};
    auto vat = field("vat_recovered", Need::Unmarked);
    vat.value = std::string_view{};
    html::radios(w_, vat, choices);
    w_("<div id='f-expense' tabindex='-1'>{}</div>", [&] {
        if (auto error = form_.errors.of("expense"); !error.empty()) w_("<p class='error'>{}</p>", error);
        html::repeater(w_,
                       {.name = "expense",
                        .legend = t_("applicant.field.expense"),
                        .row_label = t_("applicant.expense.row"),
                        .add_label = t_("applicant.expense.add"),
                        .max = static_cast<int>(application::kFormLimits.rows),
                        .indexes = indexes("expense", true)},
                       [&](std::string_view index) { expense_row(index); });
    });
}

std::vector<html::Choice> Controls::sources(std::string_view chosen) const {
    std::vector<html::Choice> choices = {{}};
    for (std::string_view source : application::funding_sources())
        choices.push_back({.value = source, .label = t_("application.funding_source." + std::string(source))});
    for (const auto& [name, funder] : form_.view.edition->model().funder_names)
        if (std::none_of(choices.begin(), choices.end(),
                         [&](const html::Choice& choice) { return choice.value.view() == name; }))
            choices.push_back({.value = name, .label = name});
    keep_unknown(choices, chosen);
    return choices;
}

void Controls::funding_row(std::string_view index) {
    auto source = cell("funding", index, "source", Need::Required, Width::Long);
    html::select(w_, source, sources(source.value));
    html::text_field(w_, cell("funding", index, "name", Need::Optional, Width::Long));
    html::money_field(w_, cell("funding", index, "amount", Need::Required, Width::Medium));
    auto status = cell("funding", index, "status", Need::Unmarked, Width::Medium);
    const html::Choice choices[] = {
        {.value = "asked", .label = t_("applicant.funding.asked"), .checked = status.value.view() != "obtained"},
        {.value = "obtained", .label = t_("applicant.funding.obtained"), .checked = status.value.view() == "obtained"}};
    status.value = std::string_view{};
    html::select(w_, status, choices);
}

// Another aid of the same authority, which some editions do not allow together with theirs.
void Controls::other_aids() {
    const auto& model = form_.view.edition->model();
    std::vector<html::Choice> choices = {{}};
    std::set<std::string, std::less<>> seen = {model.scheme};
    for (const auto& entry : form_.site.schemes.entries()) {
        if (!entry.edition) continue;
        const auto& other = entry.edition->model();
        if (other.funder_siren != model.funder_siren || !seen.insert(other.scheme).second) continue;
        choices.push_back({.value = other.scheme, .label = other.title.in(t_.language())});
    }
    const auto rows = indexes("other_aids", false);
    if (choices.size() == 1 && rows.empty()) return;
    html::repeater(w_,
                   {.name = "other_aids",
                    .legend = t_("applicant.field.other_aids"),
                    .row_label = t_("applicant.other_aids.row"),
                    .add_label = t_("applicant.other_aids.add"),
                    .max = 20,
                    .indexes = rows},
                   [&](std::string_view index) {
                       auto scheme = cell("other_aids", index, "scheme", Need::Unmarked, Width::Long);
                       auto offered = choices;
                       keep_unknown(offered, scheme.value);
                       html::select(w_, scheme, offered);
                   });
}

void Controls::funding() {
    const auto& plan = form_.estimate.plan;
    html::figures(
        w_, {{.label = t_("applicant.live.total"), .value = live_text(form_.live, "live-total"), .id = "live-total"},
             {.label = t_("applicant.live.amount"), .value = live_text(form_.live, "live-amount"), .id = "live-amount"},
             {.label = t_("applicant.live.public"),
              .value = live_text(form_.live, "live-public"),
              .hint = t_("applicant.live.public.hint"),
              .id = "live-public"},
             {.label = t_("applicant.live.own"),
              .value = live_text(form_.live, "live-own"),
              .hint = t_("applicant.live.own.hint"),
              .id = "live-own",
              .strong = true}});
    if (plan.own_share_minimum > base::Rate{}) html::paragraph(w_, t_("applicant.live.share.law"));
    plan_gauge(w_, form_.estimate, form_.live);
    w_("<p><strong id='live-gap'>{}</strong></p>", live_text(form_.live, "live-gap"));
    w_("<div id='f-funding' tabindex='-1'>{}</div>", [&] {
        html::repeater(w_,
                       {.name = "funding",
                        .legend = t_("applicant.field.funding"),
                        .row_label = t_("applicant.funding.row"),
                        .add_label = t_("applicant.funding.add"),
                        .max = static_cast<int>(application::kFormLimits.rows),
                        .indexes = indexes("funding", false)},
                       [&](std::string_view index) { funding_row(index); });
    });
    other_aids();
}

void Controls::calendar() {
    html::date_field(w_, field("start_on", Need::Required, Width::Short));
    html::date_field(w_, field("end_on", Need::Required, Width::Short));
}

void Controls::contacts() {
    html::fieldset(w_, {.legend = t_("applicant.contact.legend"), .hint = t_("applicant.contact.hint")}, [&] {
        auto name = field("contact.name", Need::Required, Width::Long);
        name.autocomplete = "name";
        html::text_field(w_, name);
        auto role = field("contact.role", Need::Optional, Width::Long);
        role.autocomplete = "organization-title";
        html::text_field(w_, role);
        auto phone = field("contact.phone", Need::Optional, Width::Medium);
        phone.autocomplete = "tel";
        html::text_field(w_, phone, html::TextKind::Tel);
        auto email = field("contact.email", Need::Required, Width::Long);
        email.autocomplete = "email";
        html::text_field(w_, email, html::TextKind::Email);
    });
    html::fieldset(w_, {.legend = t_("applicant.signatory.legend"), .hint = t_("applicant.signatory.hint")}, [&] {
        html::text_field(w_, field("signatory.name", Need::Required, Width::Long));
        html::text_field(w_, field("signatory.role", Need::Required, Width::Long));
    });
}

}  // namespace

void step_fields(html::Writer& w, const StepForm& form) {
    Controls controls(w, form);
    switch (form.step) {
        case Step::Project:
            return controls.project();
        case Step::Expenses:
            return controls.expenses();
        case Step::Funding:
            return controls.funding();
        case Step::Calendar:
            return controls.calendar();
        case Step::Contacts:
            return controls.contacts();
        case Step::Documents:
        case Step::Check:
            return;  // pages of their own
    }
}

}  // namespace beffroi::aides::pages::applicant
