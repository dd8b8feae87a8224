// An act on one file: a page that says what it does and asks for what it needs, its letter before it goes, then the
// act.
#include <algorithm>
#include <array>

#include "aides/pages/review/parts.hpp"
#include "aides/pages/site/resume.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::Action;
using application::Available;
using application::Params;

constexpr int kAnswerDays = 30;
constexpr int kOpinionDays = 30;
constexpr int kOpinions = 3;

// The rows of a sitting move the file: done there, so that both always agree.
bool of_sitting(Action action) {
    constexpr std::array kThere = {Action::PutOnAgenda, Action::TakeOffAgenda, Action::Grant,   Action::Refuse,
                                   Action::Adjourn,     Action::Notify,        Action::Withdraw};
    return std::find(kThere.begin(), kThere.end(), action) != kThere.end();
}

// Nothing to say, nothing goes out: one button is enough.
bool at_once(const Available& one) {
    return one.action == Action::StartReview || one.action == Action::ReceiveOpinions ||
           (one.action == Action::SendBackToReview && !one.needs_reason);
}

bool writes_letter(Action action) {
    return action == Action::AskPieces || action == Action::DeclareComplete || action == Action::PutOnWaitingList;
}

std::string sitting_url(const ApplicationView& view) {
    const auto sitting = view.application.sitting;
    return sitting ? html::url("/gestion/seances/{}", sitting) : std::string("/gestion/seances");
}

std::string part(int index, std::string_view name) {
    return "opinion-" + std::to_string(index) + "-" + std::string(name);
}

std::string piece(std::string_view kind, std::string_view name = {}) {
    return "piece-" + std::string(kind) + (name.empty() ? "" : "-" + std::string(name));
}

// What is shown: what was typed, right or wrong, or else the default.
class Typed {
  public:
    explicit Typed(const Context& c) : c_(c), posted_(c.request.method == http::Method::Post) {}
    [[nodiscard]] html::Str value(std::string_view name, std::string fallback = {}) const {
        if (posted_) return {c_.form(name)};
        return {std::move(fallback)};
    }
    [[nodiscard]] bool is(std::string_view name, std::string_view value, bool fallback = false) const {
        return posted_ ? c_.form(name) == value : fallback;
    }
    [[nodiscard]] bool has(std::string_view name, std::string_view value, bool fallback = false) const {
        if (!posted_) return fallback;
        const auto all = c_.request.form().all(name);
        return std::find(all.begin(), all.end(), value) != all.end();
    }

  private:
    const Context& c_;
    bool posted_;
};

struct Kind {
    std::string key;
    std::string label;
    bool missing = false;
};

// What can be asked for: the documents of the edition for this file, something of the form, anything else.
std::vector<Kind> kinds_of(const Context& c, db::Reader& reader, ApplicationId id) {
    std::vector<Kind> kinds;
    for (const auto& line : base::value_or_throw(application::check_sheet(c.desk(), reader, id)))
        kinds.push_back({line.kind, line.label.in(c.language()), line.state == application::PieceState::Missing});
    kinds.push_back({"form", std::string(c.t("application.piece.form")), false});
    return kinds;
}

void piece_fields(html::Writer& w, const Context& c, const std::vector<Kind>& kinds, const html::Errors& errors) {
    const Typed typed(c);
    html::paragraph(w, c.t("review.pieces.how"));
    for (const auto& kind : kinds) {
        html::fieldset(w, {.legend = std::string(kind.label)}, [&] {
            html::checkbox(
                w, {.name = piece(kind.key), .label = c.t("review.pieces.ask"), .error = errors.of(piece(kind.key))},
                typed.is(piece(kind.key), "1", kind.missing));
            std::vector<html::Choice> reasons;
            for (const auto reason : {application::PieceReason::Missing, application::PieceReason::Incorrect,
                                      application::PieceReason::Incomplete, application::PieceReason::Outdated})
                reasons.push_back(
                    {.value = name(reason),
                     .label = word(c.t, "application.piece_reason", name(reason)),
                     .checked = typed.is(piece(kind.key, "reason"), name(reason),
                                         reason == (kind.missing ? application::PieceReason::Missing
                                                                 : application::PieceReason::Incorrect))});
            html::select(w, {.name = piece(kind.key, "reason"), .label = c.t("review.reason")}, reasons);
            html::text_area(w,
                            {.name = piece(kind.key, "note"),
                             .label = c.t("review.pieces.note"),
                             .value = typed.value(piece(kind.key, "note"))},
                            2);
        });
    }
    html::date_field(w, {.name = "due_on",
                         .label = c.t("review.pieces.due"),
                         .value = typed.value("due_on", html::as_typed(base::add_days(c.today(), kAnswerDays))),
                         .error = errors.of("due_on"),
                         .need = html::Need::Required});
}

void one_opinion(html::Writer& w, const Context& c, int index, const html::Errors& errors) {
    const Typed typed(c);
    const auto who = part(index, "who");
    html::text_field(w, {.name = part(index, "asked_of"),
                         .label = c.t("review.opinion.asked_of"),
                         .hint = c.t("review.opinion.asked_of.hint"),
                         .value = typed.value(part(index, "asked_of")),
                         .error = errors.of(part(index, "asked_of"))});
    const html::Choice where[] = {
        {.value = "inside",
         .label = c.t("review.opinion.inside"),
         .hint = c.t("review.opinion.inside.hint"),
         .checked = typed.is(who, "inside", true)},
        {.value = "outside",
         .label = c.t("review.opinion.outside"),
         .hint = c.t("review.opinion.outside.hint"),
         .checked = typed.is(who, "outside"),
         .more = html::Slot([&] {
             html::text_field(w,
                              {.name = part(index, "email"),
                               .label = c.t("review.opinion.email"),
                               .value = typed.value(part(index, "email")),
                               .error = errors.of(part(index, "email"))},
                              html::TextKind::Email);
             std::vector<html::Choice> shared;
             for (const auto name : application::kShareableParts)
                 shared.push_back({.value = name,
                                   .label = word(c.t, "review.part", name),
                                   .checked = typed.has(part(index, "shared"), name, name == "project")});
             html::checkboxes(w, {.name = part(index, "shared"), .label = c.t("review.opinion.shared")}, shared);
         })}};
    html::radios(w, {.name = who, .label = c.t("review.opinion.where")}, where);
    html::text_area(w,
                    {.name = part(index, "question"),
                     .label = c.t("review.opinion.question"),
                     .value = typed.value(part(index, "question")),
                     .error = errors.of(part(index, "question"))},
                    3);
    html::date_field(
        w, {.name = part(index, "due_on"),
            .label = c.t("review.opinion.due"),
            .value = typed.value(part(index, "due_on"), html::as_typed(base::add_days(c.today(), kOpinionDays))),
            .error = errors.of(part(index, "due_on"))});
}

void opinion_fields(html::Writer& w, const Context& c, const html::Errors& errors) {
    for (int i = 0; i < kOpinions; ++i) {
        const auto legend = c.t("review.opinion.nth", {{"n", std::to_string(i + 1)}});
        if (i == 0) {
            html::fieldset(w, {.legend = std::string(legend)}, [&] { one_opinion(w, c, i, errors); });
        } else {
            const bool used = c.request.method == http::Method::Post && !c.form(part(i, "asked_of")).empty();
            html::details(w, {.summary = std::string(legend),
                              .content = html::Slot([&] { one_opinion(w, c, i, errors); }),
                              .open = used});
        }
    }
}

void proposal_fields(html::Writer& w, const Context& c, const ApplicationView& view,
                     const application::Estimate& estimate, const html::Errors& errors) {
    const Typed typed(c);
    const auto& outcome = estimate.evaluation.outcome;
    html::figures(w,
                  {{.label = c.t("review.figure.base"), .value = html::Slot([&] { w.put(html::Money{outcome.base}); })},
                   {.label = c.t("review.figure.rate"), .value = html::Slot([&] { w.put(outcome.rate); })},
                   {.label = c.t("review.figure.amount"),
                    .value = html::Slot([&] {
                        if (outcome.amount_known)
                            w.put(html::Money{outcome.amount});
                        else
                            w.put(c.t("review.to_decide"));
                    }),
                    .strong = true}});
    if (outcome.at_most || !outcome.amount_known) {
        html::number_field(w, {.name = "decided_rate",
                               .label = c.t("review.propose.rate"),
                               .hint = c.t("review.propose.rate.hint"),
                               .value = typed.value("decided_rate"),
                               .error = errors.of("decided_rate"),
                               .width = html::Width::Short,
                               .suffix = "%"});
        html::money_field(w, {.name = "decided_amount",
                              .label = c.t("review.propose.amount"),
                              .hint = c.t("review.propose.amount.hint"),
                              .value = typed.value("decided_amount"),
                              .error = errors.of("decided_amount"),
                              .width = html::Width::Medium});
    }
    const auto& rule = view.edition->model().selection.when_short;
    if (rule.value_or(c.today(), scheme::WhenShort::WaitingList) == scheme::WhenShort::Reduce)
        html::money_field(w, {.name = "reduced_to",
                              .label = c.t("review.propose.reduced"),
                              .hint = c.t("review.propose.reduced.hint"),
                              .value = typed.value("reduced_to"),
                              .error = errors.of("reduced_to"),
                              .width = html::Width::Medium});
}

struct Prepared {
    ApplicationView view;
    Available available;
    std::vector<Kind> kinds;
    std::optional<application::Estimate> estimate;
};

Prepared prepare(const Context& c, Action action) {
    return c.db().read([&](db::Reader& reader) {
        const auto id = c.id<ApplicationId>();
        Prepared p{.view = base::value_or_throw(application::load(c.desk(), reader, id, c.principal())),
                   .available = {},
                   .kinds = {},
                   .estimate = {}};
        const auto all = application::available_actions(c.desk(), reader, id, c.principal());
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.action == action; });
        if (found == all.end())
            throw base::Failure({base::Code::Conflict,
                                 "no such action now",
                                 {"application.not_possible", {{"number", p.view.application.number}}}});
        p.available = *found;
        if (found->needs_pieces) p.kinds = kinds_of(c, reader, id);
        if (action == Action::Propose || action == Action::PutOnWaitingList)
            p.estimate = base::value_or_throw(application::reviewed_estimate(c.desk(), reader, id));
        return p;
    });
}

bool takes_reason(Action action) {
    return action == Action::ProposeRefusal || action == Action::SendBackToReview || action == Action::AskPieces ||
           action == Action::DeclareComplete || action == Action::PutOnWaitingList;
}

void fields_of(html::Writer& w, const Context& c, const Prepared& p, const html::Errors& errors) {
    const auto action = p.available.action;
    if (p.available.needs_pieces) piece_fields(w, c, p.kinds, errors);
    if (p.available.needs_opinions) opinion_fields(w, c, errors);
    if (action == Action::Propose && p.estimate) proposal_fields(w, c, p.view, *p.estimate, errors);
    if (takes_reason(action)) {
        html::text_area(w,
                        {.name = "reason",
                         .label = c.t(p.available.needs_reason ? "review.action.reason" : "review.action.note"),
                         .hint = c.t(action == Action::SendBackToReview ? "review.action.reason.inside"
                                                                        : "review.action.reason.told"),
                         .value = Typed(c).value("reason"),
                         .error = errors.of("reason"),
                         .need = p.available.needs_reason ? html::Need::Required : html::Need::Optional,
                         .max_length = 2000},
                        4);
    }
}

http::Response action_page(Context& c, Action action, const html::Errors& errors, int status = 200) {
    if (of_sitting(action))
        return c.error({base::Code::Invalid, "done in the sitting", {"review.action.in_sitting", {}}});
    const auto p = prepare(c, action);
    const auto& file = p.view.application;
    const auto label = word(c.t, "application.action", name(action));
    return c.page(
        {.title = label,
         .breadcrumb = {{.href = "/instruction", .text = c.t("review.list.title")},
                        {.href = file_url(file.id), .text = file.number}},
         .errors = errors.empty() ? nullptr : &errors,
         .caption = c.t("review.action.caption", {{"number", file.number},
                                                  {"applicant", file.applicant_name},
                                                  {"department", department_label(c.site, file.department)}}),
         .main =
             [&](html::Writer& w) {
                 html::lead(w, word(c.t, "review.action.what", name(action)));
                 if (p.available.refusal) {
                     html::notice(w, {.tone = html::Tone::Warning,
                                      .title = c.t("review.action.not_now"),
                                      .content = c.t(*p.available.refusal)});
                     w("<p>{}</p>", html::Link{.href = file_url(file.id), .text = c.t("review.back_to_file")});
                     return;
                 }
                 html::form(w, {.action = file_url(file.id, "action"), .csrf = c.csrf()}, [&] {
                     html::hidden_field(w, "action", name(action));
                     html::hidden_field(w, "form_version", std::to_string(file.form_version));
                     fields_of(w, c, p, errors);
                     html::buttons(w, [&] {
                         html::button(w, {.text = label});
                         if (writes_letter(action))
                             html::button(w, {.text = c.t("review.action.preview"),
                                              .weight = html::Weight::Secondary,
                                              .form_action = file_url(file.id, "apercu")});
                         html::button_link(w, file_url(file.id), c.t("review.action.cancel"), html::Weight::Quiet);
                     });
                 });
             }},
        status);
}

// ---- what was typed, as parameters

std::optional<base::Date> date_of(const Context& c, std::string_view field, html::Errors& errors) {
    const auto text = base::trim(c.form(field));
    if (text.empty()) return std::nullopt;
    auto date = base::parse_person_date(text);
    if (date) return *date;
    errors.add(std::string(field), c.t(date.error()));
    return std::nullopt;
}

std::optional<base::Cents> money_of(const Context& c, std::string_view field, html::Errors& errors) {
    const auto text = base::trim(c.form(field));
    if (text.empty()) return std::nullopt;
    auto amount = base::parse_euros(text);
    if (amount) return *amount;
    errors.add(std::string(field), c.t(amount.error()));
    return std::nullopt;
}

void read_pieces(const Context& c, Params& params, html::Errors& errors) {
    for (const auto& field : c.request.form()) {
        if (!field.name.starts_with("piece-") || field.value != "1") continue;
        const auto kind = field.name.substr(6);
        if (kind.ends_with("-reason") || kind.ends_with("-note")) continue;
        params.pieces.push_back({.kind = kind,
                                 .reason = application::parse_piece_reason(c.form(piece(kind, "reason")))
                                               .value_or(application::PieceReason::Missing),
                                 .note = std::string(base::trim(c.form(piece(kind, "note"))))});
    }
    params.due_on = date_of(c, "due_on", errors);
}

void read_opinions(const Context& c, Params& params, html::Errors& errors) {
    for (int i = 0; i < kOpinions; ++i) {
        const auto asked_of = base::trim(c.form(part(i, "asked_of")));
        const auto question = base::trim(c.form(part(i, "question")));
        if (i > 0 && asked_of.empty() && question.empty()) continue;
        application::OpinionAsk ask{.asked_of = std::string(asked_of),
                                    .email = {},
                                    .outside = c.form(part(i, "who")) == "outside",
                                    .question = std::string(question),
                                    .shared = {},
                                    .due_on = date_of(c, part(i, "due_on"), errors)};
        if (asked_of.empty()) errors.add(part(i, "asked_of"), std::string(c.t("review.opinion.asked_of.missing")));
        if (question.empty()) errors.add(part(i, "question"), std::string(c.t("review.opinion.question.missing")));
        if (ask.outside) {
            ask.email = std::string(base::trim(c.form(part(i, "email"))));
            if (ask.email.empty()) errors.add(part(i, "email"), std::string(c.t("review.opinion.email.missing")));
            for (const auto name : c.request.form().all(part(i, "shared"))) ask.shared.emplace_back(name);
        }
        params.opinions.push_back(std::move(ask));
    }
}

Params params_of(const Context& c, Action action, html::Errors& errors) {
    Params params;
    params.reason = std::string(base::trim(c.form("reason")));
    if (action == Action::AskPieces) read_pieces(c, params, errors);
    if (action == Action::AskOpinion) read_opinions(c, params, errors);
    if (action == Action::Propose) {
        params.decided_amount = money_of(c, "decided_amount", errors);
        params.reduced_to = money_of(c, "reduced_to", errors);
        if (const auto text = base::trim(c.form("decided_rate")); !text.empty()) {
            if (auto rate = base::parse_percent(text))
                params.decided_rate = *rate;
            else
                errors.add("decided_rate", c.t(rate.error()));
        }
    }
    const auto version = c.form("form_version");
    if (!version.empty() && version.size() < 18 &&
        std::all_of(version.begin(), version.end(), [](char ch) { return ch >= '0' && ch <= '9'; }))
        params.expected_version = std::stoll(std::string(version));
    return params;
}

// Beside the field that it is about, where there is one.
void add_refusal(const Context& c, const base::Error& error, html::Errors& errors) {
    constexpr std::pair<std::string_view, std::string_view> kFields[] = {
        {"application.guard.reasoned", "reason"},           {"application.guard.reason_too_long", "reason"},
        {"application.guard.pieces_listed", "due_on"},      {"application.guard.due_in_the_past", "due_on"},
        {"application.guard.reduced_amount", "reduced_to"}, {"application.guard.amount_unknown", "decided_rate"},
        {"documents.mail.address", "opinion-0-email"}};
    for (const auto& [key, field] : kFields)
        if (error.message.key == key) return errors.add(std::string(field), c.t(error));
    errors.add_general(c.t(error));
}

bool can_mend(const base::Error& error) {
    return error.code == base::Code::Invalid || error.code == base::Code::Refused || error.code == base::Code::TooLarge;
}

// The links are kept nowhere: only now can they be read.
http::Response links_page(Context& c, const application::Done& done, const ApplicationView& view) {
    return c.page(
        {.title = c.t("review.links.title"),
         .breadcrumb = {{.href = "/instruction", .text = c.t("review.list.title")},
                        {.href = file_url(done.id), .text = view.application.number}},
         .main = [&](html::Writer& w) {
             html::notice(w, {.tone = html::Tone::Good, .title = c.t("review.notice.ask_opinion"), .live = true});
             html::paragraph(w, c.t("review.links.once"));
             for (const auto& [opinion, token] : done.links) {
                 const auto found = std::find_if(view.opinions.begin(), view.opinions.end(),
                                                 [&, id = opinion](const auto& one) { return one.id == id; });
                 const auto who = found == view.opinions.end() ? std::string() : found->asked_of;
                 html::text_field(w, {.name = "lien-" + std::to_string(opinion.value),
                                      .label = c.t("review.links.for", {{"name", who}}),
                                      .value = c.site.settings.base_url + html::url("/avis/{}", token),
                                      .readonly = true});
             }
             html::buttons(w, [&] { html::button_link(w, file_url(done.id, "avis"), c.t("review.back_to_file")); });
         }});
}

Action asked_action(std::string_view name) {
    const auto action = application::parse_action(name);
    if (!action) throw base::Failure({base::Code::NotFound, "no such action", {}});
    return *action;
}

http::Response act(Context& c) {
    const auto action = asked_action(c.form("action"));
    if (of_sitting(action))
        return c.error({base::Code::Invalid, "done in the sitting", {"review.action.in_sitting", {}}});
    const auto id = c.id<ApplicationId>();
    html::Errors errors;
    const auto params = params_of(c, action, errors);
    if (!errors.empty()) return action_page(c, action, errors, 422);
    auto done = application::perform(c.desk(), id, action, c.principal(), params);
    if (!done) {
        pass_on_ours(done.error());
        if (!can_mend(done.error()) || done.error().message.key == "application.not_yours")
            return c.error(done.error());
        add_refusal(c, done.error(), errors);
        return action_page(c, action, errors, 422);
    }
    if (!done->links.empty()) return links_page(c, *done, load_file(c));
    return c.see_other(file_url(id), "review.notice." + std::string(name(action)));
}

http::Response preview(Context& c) {
    const auto action = asked_action(c.form("action"));
    html::Errors errors;
    const auto params = params_of(c, action, errors);
    if (!errors.empty()) return action_page(c, action, errors, 422);
    auto letters = application::preview(c.desk(), c.id<ApplicationId>(), action, c.principal(), params);
    if (!letters) {
        if (!can_mend(letters.error())) return c.error(letters.error());
        add_refusal(c, letters.error(), errors);
        return action_page(c, action, errors, 422);
    }
    if (letters->empty()) return c.error({base::Code::NotFound, "no letter", {"review.action.no_letter", {}}});
    return http::content("application/pdf", std::move(letters->front().pdf))
        .header("Content-Disposition", "inline; filename=\"apercu.pdf\"");
}

}  // namespace

void actions_block(html::Writer& w, const Context& c, const ApplicationView& view,
                   const std::vector<Available>& available) {
    html::heading(w, 2, c.t("review.actions.title"), "actions");
    if (available.empty()) return html::paragraph(w, c.t("review.actions.none"));
    const auto id = view.application.id;
    html::buttons(w, [&] {
        bool first = true;
        for (const auto& one : available) {
            if (one.refusal) continue;
            const auto label = word(c.t, "application.action", name(one.action));
            const auto weight = first ? html::Weight::Primary : html::Weight::Secondary;
            first = false;
            if (of_sitting(one.action))
                html::button_link(w, sitting_url(view), c.t("review.actions.in_sitting", {{"action", label}}), weight);
            else if (at_once(one))
                html::form(w, {.action = file_url(id, "action"), .csrf = c.csrf()}, [&] {
                    html::hidden_field(w, "action", name(one.action));
                    html::button(w, {.text = label, .weight = weight});
                });
            else
                html::button_link(w, html::with_param(file_url(id, "action"), "nom", name(one.action)), label, weight);
        }
    });
    const bool any_refused =
        std::any_of(available.begin(), available.end(), [](const auto& one) { return one.refusal.has_value(); });
    if (!any_refused) return;
    html::heading(w, 3, c.t("review.actions.not_now"));
    w("<ul>{}</ul>", [&] {
        for (const auto& one : available)
            if (one.refusal)
                w("<li><strong>{}</strong> {}</li>",
                  c.t("review.actions.refused", {{"action", word(c.t, "application.action", name(one.action))}}),
                  c.t(*one.refusal));
    });
}

void add_actions(Routes& routes) {
    constexpr Access kActors{Access::Who::Roles, {Role::Officer, Role::Head, Role::Secretary}};
    routes.get("/instruction/dossiers/{id}/action", kActors,
               [](Context& c) { return action_page(c, asked_action(c.query("nom")), {}); },
               {.where = http::Where::Worker});
    routes.post("/instruction/dossiers/{id}/action", kActors, [](Context& c) { return act(c); });
    routes.post("/instruction/dossiers/{id}/apercu", kActors, [](Context& c) { return preview(c); });
}

}  // namespace beffroi::aides::pages::review
