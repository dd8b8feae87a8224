// Opinions on a file: asked inside and outside, received by their link, or recorded by an officer.
#include <algorithm>

#include "aides/pages/review/parts.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::OpinionAnswer;
using application::OpinionRow;

constexpr OpinionAnswer kGiven[] = {OpinionAnswer::Favourable, OpinionAnswer::Reserved, OpinionAnswer::Unfavourable,
                                    OpinionAnswer::None};

html::Tone tone_of(OpinionAnswer answer) {
    switch (answer) {
        case OpinionAnswer::Favourable:
            return html::Tone::Good;
        case OpinionAnswer::Reserved:
            return html::Tone::Warning;
        case OpinionAnswer::Unfavourable:
            return html::Tone::Bad;
        case OpinionAnswer::None:
            return html::Tone::Neutral;
    }
    return html::Tone::Neutral;
}

void record_form(html::Writer& w, const Context& c, ApplicationId file, const OpinionRow& opinion,
                 const html::Errors& errors, bool mine) {
    auto typed = [&](std::string_view name) { return mine ? c.form(name) : std::string_view(); };
    html::form(w, {.action = file_url(file, "avis") + "/" + std::to_string(opinion.id.value), .csrf = c.csrf()}, [&] {
        std::vector<html::Choice> answers;
        for (const auto answer : kGiven)
            answers.push_back({.value = name(answer),
                               .label = word(c.t, "application.opinion", name(answer)),
                               .checked = typed("answer") == name(answer)});
        html::radios(w,
                     {.name = "answer",
                      .label = c.t("review.opinion.answer"),
                      .error = mine ? errors.of("answer") : std::string_view()},
                     answers);
        html::text_field(w, {.name = "answered_by",
                             .label = c.t("review.opinion.by"),
                             .value = mine ? typed("answered_by") : std::string_view(opinion.asked_of),
                             .error = mine ? errors.of("answered_by") : std::string_view(),
                             .width = html::Width::Long});
        html::text_area(w, {.name = "note", .label = c.t("review.opinion.note"), .value = typed("note")}, 3);
        html::button(w, {.text = c.t("review.opinion.record"), .context = " " + opinion.asked_of});
    });
}

void one_opinion(html::Writer& w, const Context& c, const ApplicationView& view, const OpinionRow& opinion,
                 const html::Errors& errors, application::OpinionId posted) {
    html::heading(w, 3, opinion.asked_of, "avis-" + std::to_string(opinion.id.value));
    std::vector<html::SummaryRow> rows;
    auto add = [&](std::string_view key, html::Slot value) {
        rows.push_back({.key = c.t(key), .value = std::move(value)});
    };
    add("review.opinion.question", html::Slot(std::string_view(opinion.question)));
    add("review.opinion.where",
        html::Slot(opinion.outside ? c.t("review.opinion.outside_to", {{"email", opinion.email}})
                                   : std::string(c.t("review.opinion.inside"))));
    if (opinion.outside) {
        std::string parts;
        for (const auto& part : opinion.shared)
            parts += (parts.empty() ? "" : ", ") + std::string(word(c.t, "review.part", part));
        add("review.opinion.shared", html::Slot(std::move(parts)));
    }
    add("review.requests.asked",
        html::Slot([&] { w("{} ({})", html::Moment{opinion.asked}, person_name(c, opinion.asked_by)); }));
    add("review.requests.due", html::Slot([&] { w.put(html::Day{opinion.due_on}); }));
    if (opinion.answered) {
        const auto answer = opinion.answer.value_or(OpinionAnswer::None);
        add("review.opinion.answer", html::Slot([&, answer] {
                w("{} ", html::Tag{.text = word(c.t, "application.opinion", name(answer)), .tone = tone_of(answer)});
                w.put(html::Moment{*opinion.answered});
            }));
        if (!opinion.answered_by.empty()) add("review.opinion.by", html::Slot(std::string_view(opinion.answered_by)));
        if (!opinion.note.empty()) add("review.opinion.note", html::Slot(std::string_view(opinion.note)));
    }
    html::summary_list(w, {.rows = std::move(rows), .change_href = {}});
    if (opinion.answered || !reviews(c)) return;
    html::details(
        w,
        {.summary = c.t("review.opinion.record_title"),
         .content = html::Slot([&] { record_form(w, c, view.application.id, opinion, errors, posted == opinion.id); }),
         .open = posted == opinion.id});
}

http::Response opinions_page(Context& c, const html::Errors& errors = {}, application::OpinionId posted = {},
                             int status = 200) {
    const auto view = load_file(c);
    const auto available = c.db().read([&](db::Reader& reader) {
        return application::available_actions(c.desk(), reader, view.application.id, c.principal());
    });
    const bool may_ask = std::any_of(available.begin(), available.end(), [](const auto& one) {
        return one.action == application::Action::AskOpinion && !one.refusal;
    });
    return file_page(c, view, Tab::Opinions, html::Slot([&](html::Writer& w) {
                         html::heading(w, 2, c.t("review.opinions"));
                         if (may_ask)
                             html::buttons(w, [&] {
                                 html::button_link(
                                     w, html::with_param(file_url(view.application.id, "action"), "nom", "ask_opinion"),
                                     c.t("application.action.ask_opinion"));
                             });
                         if (view.opinions.empty()) html::paragraph(w, c.t("review.opinions.none"));
                         for (const auto& opinion : view.opinions) one_opinion(w, c, view, opinion, errors, posted);
                     }),
                     errors.empty() ? nullptr : &errors, status);
}

http::Response record(Context& c) {
    const auto view = load_file(c);
    const auto id = c.id<application::OpinionId>("opinion");
    // An opinion of another file is none of this one's.
    if (std::none_of(view.opinions.begin(), view.opinions.end(), [&](const auto& one) { return one.id == id; }))
        throw base::Failure({base::Code::NotFound, "no such opinion", {}});
    html::Errors errors;
    const auto answer = application::parse_opinion_answer(c.form("answer"));
    if (!answer) {
        errors.add("answer", std::string(c.t("review.opinion.answer.missing")));
        return opinions_page(c, errors, id, 422);
    }
    auto done =
        application::record_opinion(c.desk(), id, *answer, c.form("note"), c.form("answered_by"), c.principal());
    if (done) return c.see_other(file_url(view.application.id, "avis"), "review.notice.opinion");
    if (done.error().code != base::Code::Invalid) return c.error(done.error());
    errors.add("answered_by", c.t(done.error()));
    return opinions_page(c, errors, id, 422);
}

}  // namespace

void add_opinions(Routes& routes) {
    routes.get("/instruction/dossiers/{id}/avis", kReaders, [](Context& c) { return opinions_page(c); },
               {.where = http::Where::Worker});
    routes.post("/instruction/dossiers/{id}/avis/{opinion}", kReviewers, [](Context& c) { return record(c); });
}

}  // namespace beffroi::aides::pages::review
