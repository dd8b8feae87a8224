#include "aides/pages/open/estimator.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "aides/application/applicant.hpp"
#include "aides/pages/open/parts.hpp"
#include "aides/pages/site/explain.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::open {

namespace {

constexpr std::size_t kMostRows = 40;
constexpr std::string_view kFunders[] = {"state", "department", "grouping", "europe", "other_public", "private"};

// Rows of "lines-3-amount", in the order of their numbers, without the one that a button takes away, with the one that
// a button adds.
std::vector<EstimateForm::Line> read_rows(const http::Fields& query, std::string_view block, std::size_t least) {
    std::map<int, EstimateForm::Line> rows;
    const std::string prefix = std::string(block) + "-";
    for (const auto& field : query) {
        if (!field.name.starts_with(prefix)) continue;
        std::string_view rest = std::string_view(field.name).substr(prefix.size());
        int index = 0;
        auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
        if (error != std::errc() || index < 0 || rows.size() >= kMostRows) continue;
        std::string_view column(end, static_cast<std::size_t>(rest.data() + rest.size() - end));
        if (column == "-what") rows[index].what = field.value;
        if (column == "-amount") rows[index].amount = field.value;
        if (column == "-quantity") rows[index].quantity = field.value;
    }
    std::string_view removed = query.value("remove");
    if (removed.starts_with(prefix)) {
        int index = -1;
        std::from_chars(removed.data() + prefix.size(), removed.data() + removed.size(), index);
        rows.erase(index);
    }
    std::vector<EstimateForm::Line> out;
    out.reserve(rows.size() + least + 1);
    for (auto& [index, line] : rows) out.push_back(std::move(line));
    if (query.value("add") == block && out.size() < kMostRows) out.emplace_back();
    while (out.size() < least) out.emplace_back();
    return out;
}

bool asked_of_people(const scheme::Tag& tag) {
    return tag.of != scheme::TagOf::Territory;
}

std::optional<std::string> siren_of(const territory::Directory& directory, std::string_view code, std::string& label) {
    if (auto insee = territory::InseeCode::parse(code)) {
        auto commune = directory.commune(*insee);
        if (!commune || !commune->siren) return std::nullopt;
        label = commune->label();
        return commune->siren->str();
    }
    if (auto siren = territory::Siren::parse(code)) {
        if (auto commune = directory.commune(*siren)) {
            label = commune->label();
            return siren->str();
        }
        if (auto grouping = directory.grouping(*siren)) {
            label = grouping->label();
            return siren->str();
        }
    }
    return std::nullopt;
}

// A name that only one place bears needs no second click.
std::string only_match(const territory::Directory& directory, std::string_view words) {
    auto hits = directory.search({.words = words, .region = {}, .limit = 2, .former = false});
    if (hits.size() != 1) return {};
    if (const auto* commune = hits.front().commune()) return commune->code.str();
    return hits.front().grouping()->siren.str();
}

// Today while requests are received; otherwise the first day on which they were, so that a closed edition still
// answers.
base::Date filing_date(const Context& c, const scheme::Edition& edition) {
    if (edition.open_at(c.now())) return c.today();
    const base::Date first = edition.judgement_date({});
    for (const auto& window : edition.model().windows)
        if (const auto* opens = window.opens.at(first); opens != nullptr && opens->state != scheme::State::Unknown)
            return base::paris_date(opens->value);
    return first;
}

std::string field_name(std::string_view block, std::string_view index, std::string_view column) {
    return std::string(block) + "-" + std::string(index) + "-" + std::string(column);
}

void read_lines(const Context& c, const scheme::Edition& edition, const EstimateForm& form, scheme::Facts& facts,
                html::Errors& errors) {
    const std::size_t before = errors.size();
    for (std::size_t i = 0; i < form.lines.size(); ++i) {
        const auto& line = form.lines[i];
        if (base::trim(line.amount).empty() && line.quantity.empty()) continue;
        const std::string index = std::to_string(i);
        auto amount = base::parse_euros(line.amount);
        if (!amount || *amount < base::Cents{} || *amount > scheme::kLargestAmount) {
            errors.add(field_name("lines", index, "amount"), std::string(c.t("open.estimate.error.amount")));
            continue;
        }
        if (edition.model().category(line.what) == nullptr) {
            errors.add(field_name("lines", index, "what"), std::string(c.t("open.estimate.error.category")));
            continue;
        }
        scheme::ExpenseLine expense{.category = line.what, .ht = *amount};
        if (!base::trim(line.quantity).empty()) {
            std::string_view digits = base::trim(line.quantity);
            std::int64_t quantity = 0;
            auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), quantity);
            if (error != std::errc() || end != digits.data() + digits.size() || quantity < 0 || quantity > 1'000'000) {
                errors.add(field_name("lines", index, "quantity"), std::string(c.t("open.estimate.error.quantity")));
                continue;
            }
            expense.quantity = quantity;
        }
        facts.expenses.push_back(std::move(expense));
    }
    if (facts.expenses.empty() && errors.size() == before)
        errors.add(field_name("lines", "0", "amount"), std::string(c.t("open.estimate.error.no_expense")));
    for (std::size_t i = 0; i < form.funding.size(); ++i) {
        const auto& line = form.funding[i];
        if (base::trim(line.amount).empty()) continue;
        auto amount = base::parse_euros(line.amount);
        auto funder = scheme::parse_name<scheme::Funder>(line.what);
        if (!amount || *amount < base::Cents{} || *amount > scheme::kLargestAmount)
            errors.add(field_name("funding", std::to_string(i), "amount"),
                       std::string(c.t("open.estimate.error.amount")));
        else if (!funder)
            errors.add(field_name("funding", std::to_string(i), "what"),
                       std::string(c.t("open.estimate.error.funder")));
        else
            facts.funding.push_back({.source = line.what, .amount = *amount, .funder = funder});
    }
}

}  // namespace

EstimateForm read_estimate_form(const http::Request& request, const scheme::Edition& edition) {
    const http::Fields& query = request.query;
    EstimateForm form;
    form.place = std::string(query.value("place"));
    form.code = std::string(query.value("code"));
    form.nature = std::string(query.value("nature"));
    form.lines = read_rows(query, "lines", 2);
    form.funding = read_rows(query, "funding", 1);
    for (const auto& tag : edition.model().tags)
        if (asked_of_people(tag)) form.tags.emplace_back(tag.id, std::string(query.value("tag-" + tag.id)));
    form.searching = query.has("place-search");
    form.asked = query.has("estimer");
    return form;
}

std::optional<Estimated> compute(const Context& c, const scheme::Edition& edition, const EstimateForm& form,
                                 html::Errors& errors) {
    const territory::Directory& directory = c.site.desk.territory;
    Estimated out;
    std::string code = form.code.empty() ? only_match(directory, form.place) : form.code;
    auto siren = siren_of(directory, code, out.applicant);
    if (!siren)
        errors.add("place",
                   std::string(c.t(base::trim(form.place).empty() && form.code.empty() ? "open.estimate.error.no_place"
                                                                                       : "open.estimate.error.place")));
    auto nature = scheme::parse_name<scheme::Nature>(form.nature);
    if (!nature) errors.add("nature", std::string(c.t("open.estimate.error.nature")));
    scheme::Facts facts;
    const base::Date at = filing_date(c, edition);
    if (siren) {
        auto read = c.db().read(
            [&](db::Reader& reader) { return application::applicant_facts(reader, directory, edition, *siren, at); });
        if (read)
            facts = std::move(*read);
        else
            errors.add("place", c.t(read.error()));
    }
    // A request that is not decided has no amount: whoever looks must not learn that it exists.
    std::erase_if(facts.history.aids, [](const scheme::PastAid& aid) { return aid.amount == base::Cents{}; });
    if (nature) facts.nature = *nature;
    facts.filed = at;
    out.filed = at;
    read_lines(c, edition, form, facts, errors);
    for (const auto& [tag, answer] : form.tags)
        if (answer == "yes" || answer == "no") facts.tags.push_back({tag, answer == "yes"});
    if (!errors.empty()) return std::nullopt;
    out.estimate = application::estimate(edition, std::move(facts));
    return out;
}

namespace {

void write_place(html::Writer& w, const Context& c, const EstimateForm& form, const html::Errors& errors) {
    const territory::Directory& directory = c.site.desk.territory;
    std::vector<html::Choice> results;
    std::string chosen;
    std::string value = form.place;
    const bool look = (form.searching || (form.asked && !errors.of("place").empty())) && !form.place.empty();
    if (look)
        for (const auto& hit : directory.search({.words = form.place, .region = {}, .limit = 12, .former = false})) {
            std::string code = hit.commune() != nullptr ? hit.commune()->code.str() : hit.grouping()->siren.str();
            results.push_back(
                {.value = code,
                 .label = hit.label,
                 .hint = hit.population ? counted(c.t, "open.inhabitants", *hit.population) : std::string()});
        }
    if (!look && !form.code.empty() && siren_of(directory, form.code, chosen)) value = chosen;
    html::lookup_field(w,
                       {.name = "place",
                        .label = c.t("open.estimate.place"),
                        .hint = c.t("open.estimate.place_hint"),
                        .value = std::move(value),
                        .error = errors.of("place"),
                        .need = html::Need::Required,
                        .width = html::Width::Long},
                       {.code_name = "code",
                        .code = look ? std::string() : form.code,
                        .results = std::move(results),
                        .searched = look});
}

void write_rows(html::Writer& w, const Context& c, const scheme::Edition& edition, const EstimateForm& form,
                const html::Errors& errors) {
    const bool units = std::any_of(
        edition.model().categories.begin(), edition.model().categories.end(),
        [](const auto& category) { return category.unit_ceiling.present() || category.unit_amount.present(); });
    auto line_at = [](const std::vector<EstimateForm::Line>& lines, std::string_view index) -> EstimateForm::Line {
        std::size_t i = 0;
        auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), i);
        return error == std::errc() && i < lines.size() ? lines[i] : EstimateForm::Line{};
    };
    html::repeater(
        w,
        {.name = "lines",
         .legend = c.t("open.estimate.expenses"),
         .row_label = c.t("open.estimate.expense"),
         .add_label = c.t("open.estimate.add_expense"),
         .count = static_cast<int>(form.lines.size()),
         .max = kMostRows},
        [&](std::string_view index) {
            const auto line = line_at(form.lines, index);
            const std::string what = field_name("lines", index, "what");
            const std::string amount = field_name("lines", index, "amount");
            std::vector<html::Choice> choices{{.value = "", .label = ""}};
            for (const auto& category : edition.model().categories)
                choices.push_back({.value = category.id,
                                   .label = category.label.in(w.language()),
                                   .checked = category.id == line.what});
            html::select(
                w, {.name = what, .label = c.t("open.estimate.category"), .value = line.what, .error = errors.of(what)},
                choices);
            html::money_field(w, {.name = amount,
                                  .label = c.t("open.estimate.amount"),
                                  .value = line.amount,
                                  .error = errors.of(amount),
                                  .width = html::Width::Medium,
                                  .suffix = c.t("open.estimate.ht")});
            if (units) {
                const std::string quantity = field_name("lines", index, "quantity");
                html::number_field(w, {.name = quantity,
                                       .label = c.t("open.estimate.quantity"),
                                       .value = line.quantity,
                                       .error = errors.of(quantity),
                                       .need = html::Need::Optional,
                                       .width = html::Width::Short});
            }
        });
    html::repeater(
        w,
        {.name = "funding",
         .legend = c.t("open.estimate.funding"),
         .row_label = c.t("open.estimate.funder_row"),
         .add_label = c.t("open.estimate.add_funding"),
         .count = static_cast<int>(form.funding.size()),
         .max = kMostRows},
        [&](std::string_view index) {
            const auto line = line_at(form.funding, index);
            const std::string what = field_name("funding", index, "what");
            const std::string amount = field_name("funding", index, "amount");
            std::vector<html::Choice> choices{{.value = "", .label = ""}};
            for (std::string_view funder : kFunders)
                choices.push_back({.value = funder,
                                   .label = c.t("scheme.funder." + std::string(funder)),
                                   .checked = line.what == funder});
            html::select(
                w, {.name = what, .label = c.t("open.estimate.funder"), .value = line.what, .error = errors.of(what)},
                choices);
            html::money_field(w, {.name = amount,
                                  .label = c.t("open.estimate.funding_amount"),
                                  .value = line.amount,
                                  .error = errors.of(amount),
                                  .width = html::Width::Medium});
        });
}

void write_tags(html::Writer& w, const Context& c, const scheme::Edition& edition, const EstimateForm& form) {
    for (const auto& [id, answer] : form.tags) {
        std::string label = id;
        for (const auto& tag : edition.model().tags)
            if (tag.id == id) label = tag.label.in(w.language());
        const html::Choice choices[] = {
            {.value = "", .label = c.t("open.estimate.tag_unknown"), .checked = answer != "yes" && answer != "no"},
            {.value = "yes", .label = c.t("open.yes"), .checked = answer == "yes"},
            {.value = "no", .label = c.t("open.no"), .checked = answer == "no"}};
        html::radios(w, {.name = "tag-" + id, .label = c.t("open.estimate.tag", {{"what", label}})}, choices);
    }
}

void write_result(html::Writer& w, const Context& c, const scheme::Edition& edition, const Estimated& result) {
    const auto& evaluation = result.estimate.evaluation;
    const auto& outcome = evaluation.outcome;
    const auto& plan = result.estimate.plan;
    const std::string amount = outcome.amount_known ? base::format_euros(outcome.amount, w.language())
                                                    : std::string(c.t("open.estimate.unknown"));
    std::string_view key = "open.estimate.eligible";
    html::Tone tone = html::Tone::Good;
    if (outcome.undetermined)
        key = "open.estimate.undetermined", tone = html::Tone::Warning;
    else if (!outcome.eligible)
        key = "open.estimate.not_eligible", tone = html::Tone::Bad;
    else if (!outcome.certain)
        key = "open.estimate.to_check", tone = html::Tone::Warning;
    html::notice(w, {.tone = tone,
                     .title = c.t(key),
                     .content = c.t(std::string(key) + "_text", {{"who", result.applicant}, {"amount", amount}}),
                     .live = true});
    if (!edition.open_at(c.now()))
        w("<p>{}</p>", c.t("open.estimate.as_if", {{"date", base::format_date(result.filed, w.language())}}));
    std::vector<html::Figure> figures;
    if (outcome.eligible || outcome.amount.value > 0)
        figures.push_back({.label = c.t("open.estimate.grant"),
                           .value = amount,
                           .hint = outcome.at_most ? c.t("open.estimate.at_most") : std::string_view(),
                           .strong = true});
    figures.push_back({.label = c.t("open.estimate.base"), .value = base::format_euros(outcome.base, w.language())});
    if (outcome.rate.per_10000 > 0)
        figures.push_back(
            {.label = c.t("open.estimate.rate"), .value = base::format_percent(outcome.rate, w.language())});
    if (evaluation.population) {
        const auto& used = *evaluation.population;
        figures.push_back({.label = c.t("open.estimate.population"),
                           .value = base::format_count(used.value, w.language()),
                           .hint = c.t("open.estimate.population_used",
                                       {{"figure", c.t("scheme.figure." + std::string(scheme::name_of(used.figure)))},
                                        {"year", std::to_string(used.year)},
                                        {"source", used.source}})});
    }
    html::figures(w, figures);
    if (plan.own_share_minimum.per_10000 > 0 && plan.total.value > 0) {
        std::string own = base::format_euros(plan.own, w.language());
        std::string share = base::format_percent(plan.own_share, w.language());
        std::string least = base::format_percent(plan.own_share_minimum, w.language());
        html::gauge(w, {.label = c.t("open.estimate.own"),
                        .value = plan.own_share.per_10000,
                        .mark = plan.own_share_minimum.per_10000,
                        .text = c.t("open.estimate.own_text", {{"own", own}, {"share", share}, {"least", least}}),
                        .tone = plan.own_share_holds ? html::Tone::Good : html::Tone::Bad});
    }
    html::heading(w, 3, c.t("open.estimate.why"));
    html::explanation(w, reasons_of(evaluation.reasons, edition, w.text()));
    w("<p class='hint'>{}</p>", c.t("open.estimate.warning"));
}

}  // namespace

void write_estimator(html::Writer& w, const Context& c, const scheme::Edition& edition, const EstimateForm& form,
                     const std::optional<Estimated>& result, const html::Errors& errors) {
    html::heading(w, 2, c.t("open.estimate.title"), "estimation");
    if (result) write_result(w, c, edition, *result);
    w("<p>{}</p>", c.t(result ? "open.estimate.again" : "open.estimate.lead"));
    const std::string action = "/dispositifs/" + edition.id() + "#estimation";
    html::form(w, {.action = action, .get = true, .label = c.t("open.estimate.title")}, [&] {
        // The first button of a form is what the Enter key presses: it must not be the search of the place.
        w("<button class='sr' name='estimer' value='1' tabindex='-1' aria-hidden='true'>{}</button>",
          c.t("open.estimate.button"));
        write_place(w, c, form, errors);
        std::vector<html::Choice> natures;
        for (auto nature : {scheme::Nature::Installation, scheme::Nature::Extension, scheme::Nature::Renewal,
                            scheme::Nature::Improvement}) {
            const std::string_view name = scheme::name_of(nature);
            natures.push_back(
                {.value = name, .label = c.t("sitting.nature." + std::string(name)), .checked = form.nature == name});
        }
        html::radios(w,
                     {.name = "nature",
                      .label = c.t("open.estimate.nature"),
                      .value = form.nature,
                      .error = errors.of("nature"),
                      .need = html::Need::Required},
                     natures);
        write_tags(w, c, edition, form);
        write_rows(w, c, edition, form, errors);
        html::buttons(w,
                      [&] { html::button(w, {.text = c.t("open.estimate.button"), .name = "estimer", .value = "1"}); });
    });
}

}  // namespace beffroi::aides::pages::open
