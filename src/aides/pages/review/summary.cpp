// Every check of a file in one place, and what can be done next.
#include <algorithm>

#include "aides/application/applicant.hpp"
#include "aides/pages/review/parts.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::PieceState;

constexpr int kSoonDays = 15;

struct Checks {
    ApplicationView view;
    application::Estimate estimate;
    std::vector<application::PieceLine> sheet;
    std::vector<application::Award> awards;
    std::vector<application::Available> available;
    std::optional<envelope::Envelope> envelope;
    bool lines_reviewed = false;
};

Checks check_all(const Context& c) {
    return c.db().read([&](db::Reader& reader) {
        const auto id = c.id<ApplicationId>();
        auto view = base::value_or_throw(application::load(c.desk(), reader, id, c.principal()));
        auto awards = application::awards(reader, c.desk().territory, view.application.siren, id);
        auto envelope = envelope::find(reader, view.edition_row.scheme, view.edition_row.edition);
        const bool reviewed =
            !view.expenses.empty() && std::all_of(view.expenses.begin(), view.expenses.end(),
                                                  [](const auto& line) { return line.retained.has_value(); });
        return Checks{.view = std::move(view),
                      .estimate = base::value_or_throw(application::reviewed_estimate(c.desk(), reader, id)),
                      .sheet = base::value_or_throw(application::check_sheet(c.desk(), reader, id)),
                      .awards = std::move(awards),
                      .available = application::available_actions(c.desk(), reader, id, c.principal()),
                      .envelope = std::move(envelope),
                      .lines_reviewed = reviewed};
    });
}

bool pending(State state) {
    return state == State::Filed || state == State::Incomplete || state == State::Complete ||
           state == State::UnderReview || state == State::OpinionsAsked;
}

void deadline_notice(html::Writer& w, const Context& c, const application::Application& file) {
    if (!file.implicit_rejection || !pending(file.state)) return;
    const auto days = base::days_between(c.today(), *file.implicit_rejection);
    if (days > kSoonDays) return;
    const auto date = base::format_date(*file.implicit_rejection, c.language());
    html::notice(w, {.tone = html::Tone::Warning,
                     .title = days < 0 ? c.t("review.deadline.gone", {{"date", date}})
                                       : c.t("review.deadline.near", {{"date", date}}),
                     .content = c.t("review.deadline.law")});
}

void amounts(html::Writer& w, const Context& c, const Checks& checks) {
    const auto& file = checks.view.application;
    const auto& outcome = checks.estimate.evaluation.outcome;
    auto money = [&w](base::Cents cents) { return html::Slot([&w, cents] { w.put(html::Money{cents}); }); };
    std::vector<html::Figure> figures;
    figures.push_back({.label = c.t("review.figure.total"), .value = money(file.total)});
    figures.push_back(
        {.label = c.t("review.figure.base"),
         .value = money(outcome.base),
         .hint = c.t(checks.lines_reviewed ? "review.figure.base.reviewed" : "review.figure.base.unreviewed")});
    if (outcome.rate.per_10000 > 0)
        figures.push_back(
            {.label = c.t("review.figure.rate"), .value = base::format_percent(outcome.rate, c.language())});
    if (file.granted > base::Cents{})
        figures.push_back({.label = c.t("review.figure.granted"), .value = money(file.granted), .strong = true});
    else if (file.proposed > base::Cents{})
        figures.push_back({.label = c.t("review.figure.proposed"), .value = money(file.proposed), .strong = true});
    else if (outcome.amount_known)
        figures.push_back({.label = c.t("review.figure.amount"), .value = money(outcome.amount), .strong = true});
    else
        figures.push_back({.label = c.t("review.figure.amount"), .value = c.t("review.to_decide"), .strong = true});
    html::figures(w, figures);
}

html::Tag eligible_tag(const Context& c, const scheme::Outcome& outcome) {
    if (outcome.undetermined) return {.text = c.t("review.eligible.unknown"), .tone = html::Tone::Warning};
    if (outcome.eligible) return {.text = c.t("review.eligible.yes"), .tone = html::Tone::Good};
    return {.text = c.t("review.eligible.no"), .tone = html::Tone::Bad};
}

html::Task check_task(std::string_view text, std::string href, html::Tag status) {
    return {.text = text, .href = std::move(href), .hint = {}, .status = std::move(status)};
}

html::Tag envelope_tag(const Context& c, const Checks& checks) {
    if (!checks.envelope) return {.text = c.t("review.glance.no_envelope"), .tone = html::Tone::Warning};
    const auto& holding = checks.view.holding;
    const bool held = holding.reserved > base::Cents{} || holding.committed > base::Cents{};
    const bool room = checks.envelope->balance.free() >= checks.estimate.evaluation.outcome.amount;
    if (held || room) return {.text = c.t("review.glance.room"), .tone = html::Tone::Good};
    return {.text = c.t("review.glance.short"), .tone = html::Tone::Warning};
}

// One line a check, each leading to its detail.
void at_a_glance(html::Writer& w, const Context& c, const Checks& checks) {
    const auto& plan = checks.estimate.plan;
    const auto missing = std::count_if(checks.sheet.begin(), checks.sheet.end(), [](const auto& line) {
        return line.state == PieceState::Missing || line.state == PieceState::Infected;
    });
    const auto unreviewed = std::count_if(checks.view.expenses.begin(), checks.view.expenses.end(),
                                          [](const auto& line) { return !line.retained.has_value(); });
    const auto past = static_cast<std::int64_t>(checks.awards.size());
    auto tag = [](bool good, std::string text, html::Tone otherwise) {
        return html::Tag{.text = std::move(text), .tone = good ? html::Tone::Good : otherwise};
    };
    html::heading(w, 2, c.t("review.glance"));
    std::vector<html::Task> tasks;
    tasks.push_back(check_task(c.t("review.check.eligibility"), "#eligibilite",
                               eligible_tag(c, checks.estimate.evaluation.outcome)));
    tasks.push_back(check_task(c.t("review.check.history"), "#antecedents",
                               tag(past == 0, counted(c.t, "review.glance.awards", past), html::Tone::Info)));
    tasks.push_back(check_task(c.t("review.tab.expenses"), file_url(checks.view.application.id, "depenses"),
                               tag(unreviewed == 0,
                                   unreviewed == 0 ? std::string(c.t("review.glance.reviewed"))
                                                   : counted(c.t, "review.glance.unreviewed", unreviewed),
                                   html::Tone::Warning)));
    tasks.push_back(
        check_task(c.t("review.check.cofunding"), "#financement",
                   tag(plan.own_share_holds, base::format_percent(plan.own_share, c.language()), html::Tone::Bad)));
    tasks.push_back(check_task(
        c.t("review.check.completeness"), "#completude",
        tag(missing == 0,
            missing == 0 ? std::string(c.t("review.glance.complete")) : counted(c.t, "review.glance.missing", missing),
            html::Tone::Bad)));
    tasks.push_back(check_task(c.t("review.check.envelope"), "#enveloppe", envelope_tag(c, checks)));
    html::task_list(w, tasks);
}

void eligibility(html::Writer& w, const Context& c, const Checks& checks) {
    html::heading(w, 2, c.t("review.check.eligibility"), "eligibilite");
    w("<p>{}</p>", eligible_tag(c, checks.estimate.evaluation.outcome));
    html::explanation(w, reasons_of(checks.estimate.evaluation, *checks.view.edition, c.t));
}

void history(html::Writer& w, const Context& c, const Checks& checks) {
    html::heading(w, 2, c.t("review.check.history"), "antecedents");
    html::table(w,
                {.caption = c.t("review.history.caption"),
                 .columns = {{.label = c.t("review.edition")},
                             {.label = c.t("review.date")},
                             {.label = c.t("review.amount"), .kind = html::Column::Kind::Number},
                             {.label = c.t("review.history.beneficiary")},
                             {.label = c.t("review.history.source")}},
                 .hide_caption = true,
                 .empty = c.t("review.history.none")},
                [&](html::Rows& rows) {
                    for (const auto& award : checks.awards)
                        rows.row()
                            .cell(award.scheme + "/" + award.edition)
                            .cell([&] {
                                if (award.open)
                                    w("{}", html::Tag{.text = c.t("review.history.open")});
                                else
                                    w("{}", html::Day{award.on});
                            })
                            .cell([&] {
                                if (!award.open) w("{}", html::Money{award.cents});
                            })
                            .cell(award.through.empty() ? std::string(c.t("review.history.self"))
                                                        : c.t("review.history.through", {{"name", award.through}}))
                            .cell([&] {
                                if (award.application)
                                    w("{}", html::Link{.href = file_url(award.application),
                                                       .text = c.t("review.history.file")});
                                else
                                    w("{}", award.source);
                            });
                });
}

void cofunding(html::Writer& w, const Context& c, const Checks& checks) {
    html::heading(w, 2, c.t("review.check.cofunding"), "financement");
    const auto& plan = checks.estimate.plan;
    const auto share = base::format_percent(plan.own_share, c.language());
    const auto minimum = base::format_percent(plan.own_share_minimum, c.language());
    html::gauge(w, {.label = c.t("review.cofunding.share"),
                    .value = plan.own_share.per_10000,
                    .mark = plan.own_share_minimum.per_10000,
                    .text = c.t(plan.own_share_holds ? "review.cofunding.holds" : "review.cofunding.fails",
                                {{"share", share}, {"minimum", minimum}}),
                    .tone = plan.own_share_holds ? html::Tone::Good : html::Tone::Bad});
    auto money = [&w](base::Cents cents) { return html::Slot([&w, cents] { w.put(html::Money{cents}); }); };
    html::summary_list(w, {.rows = {{.key = c.t("review.plan.total"), .value = money(plan.total)},
                                    {.key = c.t("review.plan.grant"), .value = money(plan.grant)},
                                    {.key = c.t("review.plan.public"), .value = money(plan.public_money)},
                                    {.key = c.t("review.plan.private"), .value = money(plan.private_money)},
                                    {.key = c.t("review.plan.own"), .value = money(plan.own)}},
                           .change_href = {}});
}

html::Tag piece_tag(const Context& c, const application::PieceLine& line) {
    switch (line.state) {
        case PieceState::Present:
            return {.text = c.t("review.piece.present"), .tone = html::Tone::Good};
        case PieceState::Missing:
            return {.text = c.t("review.piece.missing"), .tone = html::Tone::Bad};
        case PieceState::NotScanned:
            return {.text = c.t("review.piece.not_scanned"), .tone = html::Tone::Warning};
        case PieceState::Infected:
            return {.text = c.t("review.piece.infected"), .tone = html::Tone::Bad};
        case PieceState::Later:
            return {.text = c.t("review.piece.later")};
        case PieceState::Optional:
            return {.text = c.t("review.piece.optional")};
    }
    return {};
}

void completeness(html::Writer& w, const Context& c, const Checks& checks) {
    html::heading(w, 2, c.t("review.check.completeness"), "completude");
    html::table(w,
                {.caption = c.t("review.completeness.caption"),
                 .columns = {{.label = c.t("review.piece")},
                             {.label = c.t("review.state")},
                             {.label = c.t("review.piece.files")}},
                 .hide_caption = true},
                [&](html::Rows& rows) {
                    for (const auto& line : checks.sheet)
                        rows.row()
                            .cell(line.label.in(c.language()))
                            .cell([&] {
                                w("{}", piece_tag(c, line));
                                if (line.asked)
                                    w(" {}", html::Tag{.text = c.t("review.piece.asked"), .tone = html::Tone::Warning});
                            })
                            .cell(static_cast<std::int64_t>(line.documents.size()));
                });
    w("<p>{}</p>", html::Link{.href = file_url(checks.view.application.id, "pieces"), .text = c.t("review.piece.see")});
}

void money_state(html::Writer& w, const Context& c, const Checks& checks) {
    html::heading(w, 2, c.t("review.check.envelope"), "enveloppe");
    if (!checks.envelope) return html::paragraph(w, c.t("review.envelope.none"));
    const auto& holding = checks.view.holding;
    balance_block(w, checks.envelope->balance);
    if (holding.reserved > base::Cents{})
        html::paragraph(
            w, c.t("review.holding.reserved", {{"amount", base::format_euros(holding.reserved, c.language())}}));
    if (holding.committed > base::Cents{})
        html::paragraph(
            w, c.t("review.holding.committed", {{"amount", base::format_euros(holding.committed, c.language())}}));
    w("<p>{}</p>", html::Link{.href = html::url("/enveloppes/{}/selection", checks.envelope->id),
                              .text = c.t("review.envelope.selection")});
}

void project(html::Writer& w, const Context& c, const ApplicationView& view) {
    html::heading(w, 2, c.t("review.project"), "projet");
    const auto project = application::read(view.fields, *view.edition).project;
    std::vector<html::SummaryRow> rows;
    auto add = [&](std::string_view key, std::string value) {
        if (!value.empty()) rows.push_back({.key = c.t(key), .value = std::move(value)});
    };
    auto date = [&](const std::optional<base::Date>& on) {
        return on ? base::format_date(*on, c.language()) : std::string();
    };
    add("review.project.title", project.title);
    add("review.project.nature",
        project.nature.empty() ? std::string() : std::string(word(c.t, "scheme.nature", project.nature)));
    add("review.project.cameras", project.cameras > 0 ? base::format_count(project.cameras, c.language()) : "");
    add("review.project.places", project.places);
    add("review.project.purpose", project.purpose);
    add("review.project.description", project.description);
    add("review.project.start", date(project.start_on));
    add("review.project.end", date(project.end_on));
    add("review.project.vat", std::string(c.t(project.vat_recovered ? "review.yes" : "review.no")));
    add("review.project.contact", project.contact.name + (project.contact.role.empty() ? "" : ", ") +
                                      project.contact.role + "\n" + project.contact.phone + "\n" +
                                      project.contact.email);
    add("review.project.signatory",
        project.signatory_name + (project.signatory_role.empty() ? "" : ", ") + project.signatory_role);
    html::summary_list(w, {.rows = std::move(rows), .change_href = {}});
}

// ---- beside: who follows it, labels, priority

void side(html::Writer& w, const Context& c, const ApplicationView& view) {
    const auto& file = view.application;
    const bool acts = reviews(c);
    std::vector<html::SummaryRow> rows;
    auto add = [&](std::string_view key, html::Slot value) {
        rows.push_back({.key = c.t(key), .value = std::move(value)});
    };
    add("review.applicant", html::Slot([&] {
            w("{}<br>{}",
              html::Link{.href = html::url("/territoire/{}", file.insee.empty() ? file.siren : file.insee),
                         .text = file.applicant_name},
              department_label(c.site, file.department));
            if (c.principal().has(Role::Head))
                w("<br>{}", html::Link{.href = html::url("/organisations/{}", file.siren),
                                       .text = c.t("review.applicant.people")});
        }));
    if (file.filed) add("review.filed", html::Slot([&] { w.put(html::Moment{*file.filed}); }));
    if (file.complete) add("review.complete", html::Slot([&] { w.put(html::Moment{*file.complete}); }));
    if (file.implicit_rejection && pending(file.state))
        add("review.deadline", html::Slot([&] { w.put(html::Day{*file.implicit_rejection}); }));
    add("review.officer", html::Slot(person_name(c, file.officer)));
    add("review.priority", html::Slot(std::to_string(file.priority)));
    if (file.decided_on) {
        add("review.decision", html::Slot([&] {
                w("{} ", word(c.t, "review.decision", file.decision));
                w.put(html::Day{*file.decided_on});
            }));
    }
    if (!file.refusal_reason.empty()) add("review.refusal", html::Slot(std::string_view(file.refusal_reason)));
    html::summary_list(w, {.title = c.t("review.side.title"), .rows = std::move(rows), .change_href = {}});
    if (acts) {
        html::form(w, {.action = file_url(file.id, "officier"), .csrf = c.csrf()}, [&] {
            std::vector<html::Choice> people = {{.value = "0", .label = c.t("review.nobody")}};
            for (const auto& person : officers(c))
                people.push_back({.value = std::to_string(person.id.value),
                                  .label = std::string(person.name),
                                  .checked = person.id == file.officer});
            html::select(w, {.name = "personne", .label = c.t("review.officer")}, people);
            html::button(w, {.text = c.t("review.assign"), .weight = html::Weight::Secondary});
        });
    }
    html::heading(w, 3, c.t("review.labels"));
    if (view.labels.empty()) html::paragraph(w, c.t("review.labels.none"));
    for (const auto& label : view.labels) {
        if (!acts) {
            w("<p>{}</p>", html::Tag{.text = label.name});
            continue;
        }
        html::form(w, {.action = file_url(file.id, "etiquettes"), .csrf = c.csrf()}, [&] {
            html::hidden_field(w, "retirer", std::to_string(label.id.value));
            w("{} ", html::Tag{.text = label.name});
            html::button(w, {.text = c.t("review.label.remove"),
                             .weight = html::Weight::Quiet,
                             .context = std::string_view(label.name)});
        });
    }
    if (acts)
        html::form(w, {.action = file_url(file.id, "etiquettes"), .csrf = c.csrf()}, [&] {
            html::text_field(w, {.name = "etiquette",
                                 .label = c.t("review.label.add"),
                                 .width = html::Width::Medium,
                                 .max_length = 40});
            html::button(w, {.text = c.t("review.label.button"), .weight = html::Weight::Secondary});
        });
    if (c.principal().has(Role::Head))
        html::details(w, {.summary = c.t("review.priority.change"),
                          .content = html::Slot([&] {
                              html::form(w, {.action = file_url(file.id, "priorite"), .csrf = c.csrf()}, [&] {
                                  html::number_field(w, {.name = "priorite",
                                                         .label = c.t("review.priority"),
                                                         .hint = c.t("review.priority.hint"),
                                                         .value = std::to_string(file.priority),
                                                         .width = html::Width::Short});
                                  html::text_area(w, {.name = "reason", .label = c.t("review.reason")}, 2);
                                  html::button(
                                      w, {.text = c.t("review.priority.button"), .weight = html::Weight::Secondary});
                              });
                          })});
}

void waiting(html::Writer& w, const Context& c, const ApplicationView& view) {
    const auto unread = std::count_if(view.messages.begin(), view.messages.end(),
                                      [](const auto& m) { return m.side == application::Side::Applicant && !m.read; });
    if (unread > 0)
        html::notice(w, {.title = counted(c.t, "review.messages.unread", unread),
                         .content = html::Slot([&] {
                             w("<p>{}</p>", html::Link{.href = file_url(view.application.id, "messages"),
                                                       .text = c.t("review.messages.read")});
                         })});
}

http::Response summary_page(Context& c) {
    const auto checks = check_all(c);
    return file_page(c, checks.view, Tab::Summary, html::Slot([&](html::Writer& w) {
                         deadline_notice(w, c, checks.view.application);
                         waiting(w, c, checks.view);
                         html::columns(
                             w,
                             [&] {
                                 amounts(w, c, checks);
                                 actions_block(w, c, checks.view, checks.available);
                                 at_a_glance(w, c, checks);
                                 eligibility(w, c, checks);
                                 history(w, c, checks);
                                 cofunding(w, c, checks);
                                 completeness(w, c, checks);
                                 money_state(w, c, checks);
                                 project(w, c, checks.view);
                             },
                             [&] { side(w, c, checks.view); });
                     }));
}

}  // namespace

void add_summary(Routes& routes, const KeptPages& kept) {
    // Kept pages answer at once; one made anew takes about a millisecond (bench/portal).
    routes.get("/instruction/dossiers/{id}", kReaders,
               kept_for_person(kept, [](Context& c) { return summary_page(c); }));
}

}  // namespace beffroi::aides::pages::review
