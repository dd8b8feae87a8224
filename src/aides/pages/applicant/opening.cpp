// Opening a file: who could get what comes first, before anything is filled in.
#include <algorithm>

#include <fmt/format.h>

#include "aides/pages/applicant/parts.hpp"
#include "base/text.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::EditionRow;

// What the page is about: an edition, one of the person's communes, a first idea of the project.
struct Question {
    std::optional<EditionRow> row;
    scheme::EditionPtr edition;
    std::string siren;
    application::Project project;
    std::string nature;
    std::string amount;  // as typed
    html::Errors errors;
    bool another = false;
};

std::optional<EditionRow> asked_edition(db::Reader& reader, std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos)
        return application::find_edition(reader, text.substr(0, slash), text.substr(slash + 1));
    for (auto& row : application::editions(reader))
        if (fmt::to_string(row.id.value) == text) return row;
    return std::nullopt;
}

// The first category that the edition helps with: what an amount alone stands for.
std::string first_category(const scheme::Edition& edition, base::Date on) {
    for (const auto& category : edition.model().categories)
        if (category.eligible.value_or(on, false)) return category.id;
    return {};
}

std::string first_nature(const scheme::Edition& edition, base::Date on) {
    for (std::size_t i = 0; i < 4; ++i)
        if (edition.model().natures[i].value_or(on, false))
            return std::string(scheme::name_of(static_cast<scheme::Nature>(i)));
    return "installation";
}

application::Project sample(const Question& q, base::Cents ht, base::Date on) {
    application::Project project;
    project.nature = q.nature;
    if (ht > base::Cents{})
        project.expenses.push_back({.row = 1, .category = first_category(*q.edition, on), .ht = ht, .vat = {2000}});
    return project;
}

Question question_of(Context& c, std::string_view edition, std::string_view siren, std::string_view nature,
                     std::string_view amount) {
    Question q;
    c.db().read([&](db::Reader& reader) {
        q.row = asked_edition(reader, edition);
        if (q.row) q.edition = base::value_or_throw(c.desk().editions.get(reader, q.row->id));
    });
    if (!q.row) throw base::Failure({base::Code::NotFound, "no such edition", {"applicant.open.no_edition", {}}});
    const auto& memberships = c.principal().memberships;
    q.siren = siren.empty() && !memberships.empty() ? memberships.front().siren : std::string(siren);
    if (!q.siren.empty() && !c.principal().acts_for(q.siren))
        throw base::Failure({base::Code::NotFound, "not a member of that applicant", {}});
    q.nature = scheme::parse_name<scheme::Nature>(nature) ? std::string(nature) : first_nature(*q.edition, c.today());
    q.amount = std::string(base::trim(amount));
    return q;
}

// ---- the page

void choose_applicant(html::Writer& w, Context& c, const Question& q) {
    std::vector<html::Choice> places;
    std::vector<std::string> seen;
    for (const auto& membership : c.principal().memberships) {
        if (std::find(seen.begin(), seen.end(), membership.siren) != seen.end()) continue;
        seen.push_back(membership.siren);
        places.push_back({.value = membership.siren,
                          .label = place_label(c.site, membership.siren),
                          .checked = membership.siren == q.siren});
    }
    std::vector<html::Choice> natures;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string_view name = scheme::name_of(static_cast<scheme::Nature>(i));
        natures.push_back(
            {.value = name, .label = w.t("applicant.nature." + std::string(name)), .checked = name == q.nature});
    }
    const std::string edition = q.row->name();
    html::form(w, {.action = "/dossiers/nouveau", .get = true, .label = w.t("applicant.open.estimate")}, [&] {
        html::hidden_field(w, "edition", edition);
        if (places.size() > 1)
            html::radios(w, {.name = "demandeur", .label = w.t("applicant.open.applicant")}, places);
        else
            html::hidden_field(w, "demandeur", q.siren);
        html::select(w, {.name = "nature", .label = w.t("applicant.field.nature"), .width = html::Width::Long},
                     natures);
        html::money_field(w, {.name = "montant",
                              .label = w.t("applicant.open.amount"),
                              .hint = w.t("applicant.open.amount.hint"),
                              .value = q.amount,
                              .error = q.errors.of("montant"),
                              .need = html::Need::Optional,
                              .width = html::Width::Medium,
                              .suffix = w.t("applicant.unit.ht")});
        html::buttons(
            w, [&] { html::button(w, {.text = w.t("applicant.open.compute"), .weight = html::Weight::Secondary}); });
    });
}

application::Estimate estimate_for(Context& c, const Question& q, base::Cents ht) {
    return base::value_or_throw(c.db().read([&](db::Reader& reader) {
        return application::first_estimate(c.desk(), reader, q.row->id, q.siren, sample(q, ht, c.today()));
    }));
}

// A rule about the applicant fails, whatever the project: said at once.
bool applicant_fails(const scheme::Evaluation& evaluation) {
    const auto failed = evaluation.failed();
    return std::any_of(failed.begin(), failed.end(), [](const std::string& rule) {
        return rule == "applicant" || rule == "population" || rule.starts_with("tag.") || rule.starts_with("history.");
    });
}

void sample_table(html::Writer& w, Context& c, const Question& q) {
    html::table(w,
                {.caption = w.t("applicant.open.samples"),
                 .columns = {{.label = w.t("applicant.open.spending"), .kind = html::Column::Kind::Number},
                             {.label = w.t("applicant.live.amount"), .kind = html::Column::Kind::Number}}},
                [&](html::Rows& rows) {
                    for (std::int64_t euros : {20'000, 50'000, 100'000, 200'000}) {
                        const base::Cents ht{euros * 100};
                        const auto estimate = estimate_for(c, q, ht);
                        const Live live = live_texts(estimate, {}, w.text());
                        rows.row().cell(ht).cell(live_text(live, "live-amount"));
                    }
                });
}

void first_answer(html::Writer& w, Context& c, const Question& q) {
    html::heading(w, 2, w.t("applicant.open.answer", {{"place", place_label(c.site, q.siren)}}), "reponse");
    base::Cents ht;
    if (!q.amount.empty() && q.errors.empty()) ht = base::parse_euros(q.amount).value_or(base::Cents{});
    const auto estimate = estimate_for(c, q, ht);
    const auto& evaluation = estimate.evaluation;
    if (applicant_fails(evaluation)) {
        html::notice(w, {.tone = html::Tone::Bad,
                         .title = w.t("applicant.open.not_eligible"),
                         .content = w.t("applicant.open.not_eligible.why")});
    } else {
        html::notice(
            w, {.tone = evaluation.to_check().empty() ? html::Tone::Good : html::Tone::Info,
                .title = w.t(evaluation.to_check().empty() ? "applicant.open.eligible" : "applicant.open.to_check")});
        if (ht > base::Cents{})
            amount_figures(w, live_texts(estimate, {}, w.text()));
        else
            sample_table(w, c, q);
    }
    html::details(w, {.summary = w.t("applicant.why"), .content = [&](html::Writer& inner) {
                          html::explanation(inner, reasons_of(evaluation, *q.edition, inner.text()));
                      }});
}

void windows(html::Writer& w, const Question& q, base::Timestamp now) {
    if (q.edition->open_at(now)) return;
    html::notice(w, {.tone = html::Tone::Warning,
                     .title = w.t("applicant.open.window_closed"),
                     .content = w.t("applicant.open.window_closed.why")});
}

void open_button(html::Writer& w, Context& c, const Question& q) {
    const auto existing =
        c.db().read([&](db::Reader& reader) { return application::open_file_of(reader, q.row->id, q.siren); });
    html::heading(w, 2, w.t("applicant.open.begin"), "commencer");
    if (existing)
        html::notice(w, {.tone = html::Tone::Warning,
                         .title = w.t("applicant.open.exists", {{"number", existing->number}}),
                         .content = [&](html::Writer& inner) {
                             html::button_link(inner, file_url(existing->id),
                                               inner.t("applicant.open.continue", {{"number", existing->number}}));
                         }});
    const std::string edition = q.row->name();
    html::form(w, {.action = "/dossiers/nouveau", .csrf = c.csrf()}, [&] {
        html::hidden_field(w, "edition", edition);
        html::hidden_field(w, "demandeur", q.siren);
        if (existing)
            html::checkbox(w,
                           {.name = "autre",
                            .label = w.t("applicant.open.another"),
                            .hint = w.t("applicant.open.another.hint"),
                            .error = q.errors.of("autre")},
                           q.another);
        html::buttons(w, [&] {
            html::button(w, {.text = w.t("applicant.open.button"),
                             .weight = existing ? html::Weight::Secondary : html::Weight::Primary});
        });
    });
    html::paragraph(w, w.t("applicant.open.belongs"));
}

http::Response open_page(Context& c, Question q, int status) {
    if (!q.amount.empty())
        if (auto parsed = base::parse_euros(q.amount); !parsed) q.errors.add("montant", c.t(parsed.error()));
    const auto& model = q.edition->model();
    return c.page({.title = c.t("applicant.open.title"),
                   .breadcrumb = {{.href = "/mes-dossiers", .text = c.t("applicant.files.title")}},
                   .errors = q.errors.empty() ? nullptr : &q.errors,
                   .caption = fmt::format("{} ({})", model.title.in(c.language()), q.row->edition),
                   .main =
                       [&](html::Writer& w) {
                           if (q.siren.empty()) {
                               html::empty_state(w, {.title = w.t("applicant.files.no_place"),
                                                     .content = w.t("applicant.files.no_place.why"),
                                                     .action_href = "/compte/rattachements",
                                                     .action_text = w.t("applicant.files.join")});
                               return;
                           }
                           html::lead(w, w.t("applicant.open.lead"));
                           windows(w, q, c.now());
                           choose_applicant(w, c, q);
                           first_answer(w, c, q);
                           open_button(w, c, q);
                       }},
                  status);
}

http::Response open_draft(Context& c) {
    Question q = question_of(c, c.form("edition"), c.form("demandeur"), {}, {});
    q.another = !c.form("autre").empty();
    auto created = application::create_draft(c.desk(), {.edition = q.row->id, .siren = q.siren, .another = q.another},
                                             c.principal());
    if (created) return c.see_other(file_url(created->id), "applicant.notice.opened");
    const int status = http::status_of(created.error().code);
    if (created.error().message.key == "application.draft_exists")
        q.errors.add("autre", std::string(c.t("applicant.open.exists.error")));
    else
        q.errors.add_general(c.t(created.error()));
    return open_page(c, std::move(q), status);
}

}  // namespace

void add_opening(Routes& routes) {
    routes.get("/dossiers/nouveau", kApplicants, [](Context& c) {
        return open_page(
            c, question_of(c, c.query("edition"), c.query("demandeur"), c.query("nature"), c.query("montant")), 200);
    });
    routes.post("/dossiers/nouveau", kApplicants, open_draft);
}

}  // namespace beffroi::aides::pages::applicant
