// One file: where it stands, what is expected and of whom, its steps, its story.
#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "aides/application/review.hpp"
#include "aides/pages/applicant/parts.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::State;
using html::Tone;

// The way of a file in six stages, and the stage of each state.
constexpr std::string_view kStages[] = {"writing", "signature", "completeness", "review", "decision", "notice"};

std::size_t stage_of(State state) {
    switch (state) {
        case State::Draft:
        case State::Withdrawn:
            return 0;
        case State::AwaitingSignature:
            return 1;
        case State::Filed:
        case State::Incomplete:
            return 2;
        case State::Complete:
        case State::UnderReview:
        case State::OpinionsAsked:
        case State::Adjourned:
            return 3;
        case State::Proposed:
        case State::ProposedRefusal:
        case State::WaitingList:
        case State::OnAgenda:
            return 4;
        case State::Granted:
        case State::Refused:
            return 5;
        case State::Notified:
            return 6;
    }
    return 0;
}

void stages(html::Writer& w, State state) {
    if (state == State::Withdrawn) return;
    std::vector<html::Step> list;
    const std::size_t current = stage_of(state);
    for (std::size_t i = 0; i < std::size(kStages); ++i)
        list.push_back({.text = w.t("applicant.stage." + std::string(kStages[i])),
                        .state = i < current    ? html::Step::State::Done
                                 : i == current ? html::Step::State::Current
                                                : html::Step::State::Todo});
    html::steps(w, w.t("applicant.stages"), list);
}

// What the applicant does now, as one button; empty when it is the Region's turn.
struct NextStep {
    std::string href;
    std::string_view key;
};
NextStep next_step(Context& c, const ApplicationView& view, const Progress& progress) {
    const auto& file = view.application;
    switch (file.state) {
        case State::Draft:
            return {step_url(file.id, progress.first_open()),
                    progress.ready() ? "applicant.do.check" : "applicant.do.fill"};
        case State::AwaitingSignature:
            return {file_url(file.id, "signature"),
                    c.principal().cosigns_for(file.siren) && file.signature_requested_by != c.principal().id
                        ? "applicant.do.sign"
                        : "applicant.do.see_signature"};
        case State::Incomplete:
            return {file_url(file.id, "demandes"), "applicant.do.answer"};
        default:
            return {};
    }
}

// Why the file waits, as it stands today: its rank, what is free, what is missing, and who is served first.
void waiting_reason(html::Writer& w, Context& c, const ApplicationView& view) {
    if (view.application.state != State::WaitingList) return;
    const auto list = c.db().read(
        [&](db::Reader& reader) { return application::waiting_list(c.desk(), reader, view.application.edition); });
    if (!list) return;
    const auto mine = std::find_if(list->choices.begin(), list->choices.end(), [&](const envelope::Choice& choice) {
        return choice.application == view.application.id;
    });
    if (mine == list->choices.end()) return;
    html::paragraph(w, mine->outcome == envelope::Outcome::Proposed ? std::string(w.t("applicant.waiting.room"))
                                                                    : w.text()(mine->why));
    const auto rules = application::selection_rules(*view.edition, c.today());
    std::string_view order = "first_come";
    if (rules.order == envelope::Order::PriorityThenDate) order = "priority";
    if (rules.order == envelope::Order::Committee) order = "committee";
    html::paragraph(w, fmt::format("{} {}", w.t("review.rule.order." + std::string(order)),
                                   w.t(rules.date == envelope::DateUsed::Filed ? "review.rule.date.filed"
                                                                               : "review.rule.date.complete")));
}

void expected(html::Writer& w, Context& c, const ApplicationView& view, const Progress& progress) {
    const std::string state(application::name(view.application.state));
    const NextStep todo = next_step(c, view, progress);
    const auto unread = std::count_if(view.messages.begin(), view.messages.end(), [](const auto& message) {
        return message.side == application::Side::Region && !message.read;
    });
    html::notice(w, {.tone = todo.href.empty() ? Tone::Info : Tone::Warning,
                     .title = w.t(todo.href.empty() ? "applicant.expected.region" : "applicant.expected.you"),
                     .content = [&] {
                         html::paragraph(w, w.t("application.public." + state));
                         waiting_reason(w, c, view);
                         if (const std::string key = "applicant.next." + state; w.text().catalogue().has(key))
                             html::paragraph(w, w.t(key));
                         if (!todo.href.empty()) html::button_link(w, todo.href, w.t(todo.key));
                     }});
    if (unread > 0)
        html::notice(
            w,
            {.tone = Tone::Warning, .title = w.t("applicant.unread", {{"n", fmt::to_string(unread)}}), .content = [&] {
                 html::button_link(w, file_url(view.application.id, "messages"), w.t("applicant.messages.read"),
                                   html::Weight::Secondary);
             }});
}

void tasks(html::Writer& w, const ApplicationView& view, const Progress& progress) {
    const auto id = view.application.id;
    html::heading(w, 2, w.t("applicant.tasks"), "etapes");
    std::vector<html::Task> list;
    for (Step step : kSteps) {
        const std::string name(path_of(step));
        html::Task task{.text = w.t("applicant.step." + name),
                        .href = step_url(id, step),
                        .hint = w.t("applicant.task." + name),
                        .status = step_tag(progress, step, w.text())};
        if (step == Step::Check)
            task.status = progress.ready() ? html::Tag{w.t("applicant.step.ready"), Tone::Info}
                                           : html::Tag{w.t("applicant.step.later"), Tone::Neutral};
        list.push_back(std::move(task));
    }
    html::task_list(w, list);
}

void decision(html::Writer& w, const ApplicationView& view) {
    const auto& file = view.application;
    if (file.decision.empty() || file.state == State::Withdrawn) return;
    std::vector<html::SummaryRow> rows;
    rows.push_back({.key = w.t("applicant.decision"), .value = w.t("applicant.decision." + file.decision)});
    if (file.decided_on) {
        const base::Date on = *file.decided_on;
        rows.push_back(
            {.key = w.t("applicant.decided_on"), .value = [on](html::Writer& inner) { inner.put(html::Day{on}); }});
    }
    if (file.decision == "granted") {
        const base::Cents granted = file.granted;
        rows.push_back({.key = w.t("applicant.granted"),
                        .value = [granted](html::Writer& inner) { inner.put(html::Money{granted}); }});
    }
    if (!file.refusal_reason.empty() && file.decision == "refused")
        rows.push_back({.key = w.t("applicant.reason"), .value = std::string_view(file.refusal_reason)});
    html::summary_list(w, {.title = w.t("applicant.decision"), .rows = std::move(rows)});
}

// Receipt, date of implicit rejection, ways of appeal (CRPA R112-5).
void receipt(html::Writer& w, Context& c, const ApplicationView& view) {
    const auto& file = view.application;
    if (!file.filed) return;
    html::heading(w, 2, w.t("applicant.receipt"), "accuse");
    const base::Timestamp filed = *file.filed;
    std::vector<html::SummaryRow> rows = {
        {.key = w.t("applicant.filed_at"), .value = [filed](html::Writer& inner) { inner.put(html::Moment{filed}); }},
        {.key = w.t("applicant.filed_by"), .value = person_name(c, file.filed_by)}};
    const bool waits = file.implicit_rejection && file.decision.empty() && file.state != State::Withdrawn;
    if (waits) {
        const base::Date on = *file.implicit_rejection;
        const bool suspended = file.state == State::Incomplete;
        rows.push_back({.key = w.t("applicant.implicit"), .value = [on, suspended](html::Writer& inner) {
                            inner.put(html::Day{on});
                            if (suspended) inner("<br>{}", inner.t("applicant.implicit.suspended"));
                        }});
    }
    html::summary_list(w, {.rows = std::move(rows)});
    if (waits)
        html::paragraph(
            w, w.t("applicant.implicit.text", {{"date", base::format_date(*file.implicit_rejection, w.language())}}));
    html::paragraph(w, w.t("applicant.appeal", {{"authority", c.site.settings.authority.name},
                                                {"court", c.site.settings.authority.court}}));
}

void letters(html::Writer& w, const ApplicationView& view) {
    if (view.acts.empty()) return;
    html::heading(w, 2, w.t("applicant.letters"), "courriers");
    html::table(
        w,
        {.caption = w.t("applicant.letters.caption"),
         .columns = {{.label = w.t("applicant.letters.title")},
                     {.label = w.t("applicant.letters.date")},
                     {.label = w.t("applicant.letters.state")}},
         .hide_caption = true},
        [&](html::Rows& rows) {
            for (const auto& act : view.acts) {
                const bool superseded = act.status == correspondence::ActStatus::Superseded;
                rows.row()
                    .cell(html::Link{.href = html::url("/actes/{}", act.id),
                                     .text = act.title,
                                     .context = w.t("applicant.letters.pdf")})
                    .cell([&] {
                        if (act.issued) w.put(html::Moment{*act.issued});
                    })
                    .cell(html::Tag{w.t(superseded ? "applicant.letters.superseded" : "applicant.letters.valid"),
                                    superseded ? Tone::Neutral : Tone::Good});
            }
        });
}

// ---- the story

struct Happening {
    base::Timestamp at;
    std::size_t order = 0;
    html::Event event;
};

void add(std::vector<Happening>& story, base::Timestamp at, std::string title, std::string who, html::Slot content,
         Tone tone, base::Language language) {
    story.push_back({at,
                     story.size(),
                     {.when = base::format_instant(at, language),
                      .machine = base::iso(at),
                      .title = std::move(title),
                      .who = std::move(who),
                      .content = std::move(content),
                      .tone = tone}});
}

std::string piece_label(const ApplicationView& view, std::string_view kind, const base::Text& t) {
    for (const auto& document : view.edition->model().documents)
        if (document.key == kind) return document.label.in(t.language());
    return std::string(t("application.piece." + std::string(kind == "form" ? "form" : "other")));
}

void timeline(html::Writer& w, Context& c, const ApplicationView& view) {
    const auto& file = view.application;
    const auto language = w.language();
    auto text = [&](std::string_view key) { return std::string(w.t(key)); };
    const std::string region = c.site.settings.authority.name;
    std::vector<Happening> story;
    add(story, file.created, text("applicant.story.created"), person_name(c, file.created_by), {}, Tone::Neutral,
        language);
    if (file.signature_requested)
        add(story, *file.signature_requested, text("applicant.story.signature"),
            person_name(c, file.signature_requested_by), {}, Tone::Neutral, language);
    if (file.filed)
        add(story, *file.filed, text("applicant.story.filed"), person_name(c, file.filed_by), {}, Tone::Good, language);
    for (const auto& piece : view.pieces) {
        add(story, piece.asked, w.t("applicant.story.asked", {{"piece", piece_label(view, piece.kind, w.text())}}),
            region, std::string_view(piece.note), Tone::Warning, language);
        if (piece.answered)
            add(story, *piece.answered,
                w.t("applicant.story.answered", {{"piece", piece_label(view, piece.kind, w.text())}}), {},
                std::string_view(piece.answer), Tone::Neutral, language);
    }
    if (file.complete) add(story, *file.complete, text("applicant.story.complete"), region, {}, Tone::Good, language);
    for (const auto& act : view.acts)
        if (act.issued) {
            html::Slot link([href = html::url("/actes/{}", act.id), title = act.title](html::Writer& inner) {
                inner("<p><a href='{}'>{}</a></p>", href, inner.t("applicant.story.letter.open", {{"title", title}}));
            });
            add(story, *act.issued, w.t("applicant.story.letter", {{"title", act.title}}), region, std::move(link),
                Tone::Info, language);
        }
    if (file.notified) add(story, *file.notified, text("applicant.story.notified"), region, {}, Tone::Good, language);
    std::sort(story.begin(), story.end(),
              [](const auto& a, const auto& b) { return std::tie(a.at, a.order) > std::tie(b.at, b.order); });
    html::heading(w, 2, w.t("applicant.story"), "historique");
    std::vector<html::Event> events;
    for (auto& happening : story) events.push_back(std::move(happening.event));
    html::timeline(w, events);
}

void links(html::Writer& w, const ApplicationView& view) {
    const auto id = view.application.id;
    html::heading(w, 2, w.t("applicant.more"), "autres");
    w("<ul>{}</ul>", [&] {
        auto link = [&](std::string_view part, std::string_view key) {
            w("<li><a href='{}'>{}</a></li>", file_url(id, part), w.t(key));
        };
        if (!application::applicant_holds_pen(view.application.state)) link("projet", "applicant.more.answers");
        if (view.application.filed) link("messages", "applicant.messages.title");
        if (!view.pieces.empty()) link("demandes", "applicant.requests.title");
        link("pieces", "applicant.step.pieces");
        link("historique-saisie", "applicant.history.title");
        const auto* withdrawal = application::find_transition(view.application.state, application::Action::Withdraw);
        if (withdrawal != nullptr && withdrawal->who.has(application::Party::Cosigner))
            link("retrait", "applicant.withdraw.title");
        w("<li><a href='/organisations/{}'>{}</a></li>", view.application.siren, w.t("applicant.more.colleagues"));
    });
}

http::Response show(Context& c) {
    const auto view = open_file(c);
    const auto& file = view.application;
    const Progress progress = progress_of(c, view);
    const auto estimate = estimate_of(c, file.id);
    const Live live = live_texts(estimate, progress.reading.project, c.t);
    FilePage page{.title = file.title.empty() ? std::string(c.t("applicant.files.untitled")) : file.title};
    page.main = [&](html::Writer& w) {
        stages(w, file.state);
        expected(w, c, view, progress);
        decision(w, view);
        if (application::applicant_holds_pen(file.state)) tasks(w, view, progress);
        if (file.decision.empty() && file.state != State::Withdrawn) {
            html::heading(w, 2, w.t("applicant.live.title"), "calcul");
            estimate_panel(w, estimate, live, *view.edition);
        }
        receipt(w, c, view);
        letters(w, view);
        timeline(w, c, view);
        links(w, view);
    };
    return file_page(c, view, std::move(page));
}

}  // namespace

void add_file_page(Routes& routes) {
    routes.get("/dossiers/{id}", kApplicants, show);
}

}  // namespace beffroi::aides::pages::applicant
