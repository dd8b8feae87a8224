// Messages with the Region, and what it asks for.
#include <algorithm>

#include <fmt/format.h>

#include "aides/application/acts.hpp"
#include "aides/pages/applicant/parts.hpp"
#include "aides/pages/applicant/upload.hpp"
#include "base/text.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::PieceRequestId;
using application::PieceRow;
using application::State;
using html::Tone;

// ---- messages

http::Response messages_page(Context& c, const ApplicationView& view, const html::Errors& errors,
                             std::string_view typed, int status) {
    const auto& file = view.application;
    FilePage page{.title = std::string(c.t("applicant.messages.title")), .errors = &errors};
    page.main = [&](html::Writer& w) {
        if (view.messages.empty()) html::paragraph(w, w.t("applicant.messages.none"));
        std::vector<html::Event> events;
        for (auto it = view.messages.rbegin(); it != view.messages.rend(); ++it) {
            const bool region = it->side == application::Side::Region;
            events.push_back(
                {.when = base::format_instant(it->at, w.language()),
                 .machine = base::iso(it->at),
                 .title =
                     region ? std::string(c.site.settings.authority.name) : std::string(w.t("applicant.messages.us")),
                 .who = it->author_name,
                 .content = [text = it->body](html::Writer& inner) { inner("<p class='typed'>{}</p>", text); },
                 .tone = region ? Tone::Info : Tone::Neutral});
        }
        html::timeline(w, events);
        if (!file.filed) {
            html::paragraph(w, w.t("application.message_not_yet"));
            return;
        }
        html::form(w, {.action = file_url(file.id, "messages"), .csrf = c.csrf()}, [&] {
            html::text_area(w, {.name = "texte",
                                .label = w.t("applicant.messages.write"),
                                .hint = w.t("applicant.messages.hint"),
                                .value = typed,
                                .error = errors.of("texte"),
                                .max_length = 10'000});
            html::buttons(w, [&] { html::button(w, {.text = w.t("applicant.messages.send")}); });
        });
    };
    return file_page(c, view, std::move(page), status);
}

http::Response read_messages(Context& c) {
    const auto view = open_file(c);
    http::Response response = messages_page(c, view, {}, {}, 200);
    const bool unread = std::any_of(view.messages.begin(), view.messages.end(), [](const auto& message) {
        return message.side == application::Side::Region && !message.read;
    });
    if (unread) application::mark_read(c.desk(), view.application.id, c.principal());
    return response;
}

http::Response write_message(Context& c) {
    const auto id = c.id<ApplicationId>();
    require_member(c, id);
    auto sent = application::post_message(c.desk(), id, c.form("texte"), false, c.principal());
    if (sent) return c.see_other(file_url(id, "messages"), "applicant.notice.sent");
    html::Errors errors;
    errors.add("texte", c.t(sent.error()));
    return messages_page(c, open_file(c), errors, c.form("texte"), 422);
}

// ---- what the Region asks for

std::string kind_label(const ApplicationView& view, std::string_view kind, const base::Text& t) {
    for (const auto& document : view.edition->model().documents)
        if (document.key == kind) return document.label.in(t.language());
    return std::string(t(kind == "form" ? "application.piece.form" : "application.piece.other"));
}

std::string box(const PieceRow& piece) {
    return fmt::format("fichier-{}", piece.id.value);
}
std::string note_box(const PieceRow& piece) {
    return fmt::format("note-{}", piece.id.value);
}

struct Typed {
    PieceRequestId piece;
    std::string_view note;
};

void answer_form(html::Writer& w, Context& c, const ApplicationView& view, const PieceRow& piece,
                 const html::Errors& errors, const Typed& typed) {
    const auto id = view.application.id;
    if (piece.kind == "form")
        w("<p><a href='{}'>{}</a></p>", step_url(id, Step::Project), w.t("applicant.requests.form"));
    html::form(w, {.action = file_url(id, "demandes"), .csrf = c.csrf(), .upload = true}, [&] {
        html::hidden_field(w, "demande", fmt::to_string(piece.id.value));
        if (piece.kind != "form") {
            const auto limits = announced(view, piece.kind, c.desk().inspector.limits());
            html::file_field(
                w, {.name = box(piece), .label = w.t("applicant.requests.file"), .error = errors.of(box(piece))},
                {.max_bytes = limits.max_bytes, .accept = limits.accept, .formats = limits.formats, .multiple = true});
        }
        html::text_area(w,
                        {.name = note_box(piece),
                         .label = w.t("applicant.requests.note"),
                         .hint = w.t("applicant.requests.note.hint"),
                         .value = typed.piece == piece.id ? typed.note : std::string_view(piece.answer),
                         .error = errors.of(note_box(piece))},
                        3);
        html::button(w, {.text = w.t("applicant.requests.answer"),
                         .weight = html::Weight::Secondary,
                         .context = kind_label(view, piece.kind, w.text())});
    });
}

void request_card(html::Writer& w, Context& c, const ApplicationView& view, const PieceRow& piece,
                  const html::Errors& errors, const Typed& typed) {
    const std::string reason = "application.piece_reason." + std::string(application::name(piece.reason));
    html::Tag tag{w.t("applicant.requests.open"), Tone::Warning};
    if (piece.closed)
        tag = {w.t("applicant.requests.closed"), Tone::Good};
    else if (piece.answered)
        tag = {w.t("applicant.requests.answered"), Tone::Info};
    std::vector<html::SummaryRow> rows = {{.key = w.t("applicant.requests.reason"), .value = w.t(reason)}};
    if (!piece.note.empty())
        rows.push_back({.key = w.t("applicant.requests.region_note"), .value = std::string_view(piece.note)});
    const base::Date due = piece.due_on;
    rows.push_back(
        {.key = w.t("applicant.requests.due"), .value = [due](html::Writer& inner) { inner.put(html::Day{due}); }});
    if (!piece.answer.empty())
        rows.push_back({.key = w.t("applicant.requests.our_note"), .value = std::string_view(piece.answer)});
    w(
        "<section class='card' id='demande-{}'><h2>{} {}</h2>{}{}{}</section>", piece.id,
        kind_label(view, piece.kind, w.text()), tag, [&] { html::summary_list(w, {.rows = rows}); },
        [&] {
            // What came in since it was asked for.
            std::vector<const application::DocumentRow*> since;
            for (const auto& document : view.documents)
                if (document.kind == piece.kind && document.current() && document.uploaded >= piece.asked)
                    since.push_back(&document);
            if (since.empty()) return;
            w("<ul class='files'>{}</ul>", [&] {
                for (const auto* document : since)
                    w("<li><a href='/documents/{}'>{}</a></li>", document->id, document->name);
            });
        },
        [&] {
            if (view.application.state == State::Incomplete && !piece.closed)
                answer_form(w, c, view, piece, errors, typed);
        });
}

void send_back(html::Writer& w, Context& c, const ApplicationView& view) {
    const auto offered = c.db().read([&](db::Reader& reader) {
        return application::available_actions(c.desk(), reader, view.application.id, c.principal());
    });
    for (const auto& action : offered) {
        if (action.action != application::Action::AnswerPieces) continue;
        html::heading(w, 2, w.t("applicant.requests.finish"), "renvoyer");
        if (action.refusal) {
            html::notice(
                w,
                {.tone = Tone::Info, .title = w.t("applicant.requests.not_yet"), .content = w.text()(*action.refusal)});
            w("<p><a href='{}'>{}</a></p>", step_url(view.application.id, Step::Check), w.t("applicant.step.verifier"));
        }
        html::paragraph(w, w.t("applicant.requests.finish.text"));
        html::form(w, {.action = file_url(view.application.id, "demandes/renvoyer"), .csrf = c.csrf()}, [&] {
            html::button(w, {.text = w.t("applicant.requests.send_back"),
                             .weight = action.refusal ? html::Weight::Secondary : html::Weight::Primary});
        });
    }
}

http::Response requests_page(Context& c, const ApplicationView& view, const html::Errors& errors, const Typed& typed,
                             int status) {
    FilePage page{.title = std::string(c.t("applicant.requests.title")), .errors = &errors};
    page.main = [&](html::Writer& w) {
        if (view.pieces.empty()) {
            html::paragraph(w, w.t("applicant.requests.none"));
            return;
        }
        if (view.application.state == State::Incomplete) html::lead(w, w.t("applicant.requests.lead"));
        for (auto it = view.pieces.rbegin(); it != view.pieces.rend(); ++it)
            request_card(w, c, view, *it, errors, typed);
        send_back(w, c, view);
    };
    return file_page(c, view, std::move(page), status);
}

http::Response answer(Context& c) {
    const auto view = open_file(c);
    const auto id = view.application.id;
    const PieceRequestId asked{std::strtoll(std::string(c.form("demande")).c_str(), nullptr, 10)};
    const auto piece =
        std::find_if(view.pieces.begin(), view.pieces.end(), [&](const PieceRow& row) { return row.id == asked; });
    if (piece == view.pieces.end()) throw base::Failure({base::Code::NotFound, "no such request", {}});
    html::Errors errors;
    const std::string_view note = c.form(note_box(*piece));
    for (const auto& file : c.request.multipart().files) {
        const std::string bytes = whole(file);
        auto attached = application::attach(
            c.desk(), id, {.kind = piece->kind, .file_name = file.filename, .bytes = bytes, .replaces = {}},
            c.principal());
        if (attached) continue;
        const std::string reason = c.t(attached.error());
        errors.add(box(*piece), c.t("applicant.piece.refused", {{"name", file.filename}, {"reason", reason}}));
    }
    if (errors.empty()) {
        const auto& files = c.request.multipart().files;
        if (files.empty() && note.empty() && piece->kind != "form")
            errors.add(box(*piece), std::string(c.t("applicant.requests.nothing")));
        else if (auto told = application::answer_piece(c.desk(), asked, note, c.principal()); !told)
            errors.add(note_box(*piece), c.t(told.error()));
    }
    const std::string back = fmt::format("{}#demande-{}", file_url(id, "demandes"), asked.value);
    const bool script = c.request.header("x-upload").has_value();
    if (errors.empty()) return arrived(c, back, "applicant.notice.answered");
    if (script) {
        const auto& first = errors.list().front();
        return http::json(R"({"message":)" + base::json_string(first.text) + R"(,"errors":{)" +
                              base::json_string(first.field) + ":" + base::json_string(first.text) + "}}",
                          422);
    }
    return requests_page(c, open_file(c), errors, {asked, note}, 422);
}

http::Response send_answers(Context& c) {
    const auto view = open_file(c);
    const auto id = view.application.id;
    auto done = application::perform(c.desk(), id, application::Action::AnswerPieces, c.principal());
    if (done) return c.see_other(file_url(id), "applicant.notice.sent_back");
    html::Errors errors;
    errors.add_general(c.t(done.error()));
    return requests_page(c, open_file(c), errors, {}, http::status_of(done.error().code) == 403 ? 422 : 409);
}

}  // namespace

void add_exchanges(Routes& routes) {
    routes.get("/dossiers/{id}/messages", kApplicants, read_messages, {.where = http::Where::Worker});
    routes.post("/dossiers/{id}/messages", kApplicants, write_message);
    routes.get("/dossiers/{id}/demandes", kApplicants,
               [](Context& c) { return requests_page(c, open_file(c), {}, {}, 200); });
    routes.post("/dossiers/{id}/demandes", kApplicants, answer, {.uploads = http::UploadLimits{}});
    routes.post("/dossiers/{id}/demandes/renvoyer", kApplicants, send_answers);
}

}  // namespace beffroi::aides::pages::applicant
