// Documents: what is asked, what is there, adding, replacing, taking back.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "aides/pages/applicant/parts.hpp"
#include "aides/pages/applicant/upload.hpp"
#include "base/text.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::DocumentId;
using application::DocumentRow;
using application::PieceLine;
using application::PieceState;
using html::Tone;

constexpr documents::FileType kTypes[] = {
    documents::FileType::Pdf,  documents::FileType::Odt,  documents::FileType::Ods, documents::FileType::Docx,
    documents::FileType::Xlsx, documents::FileType::Jpeg, documents::FileType::Png, documents::FileType::Tiff};

html::Tag piece_tag(const PieceLine& piece, const base::Text& t) {
    switch (piece.state) {
        case PieceState::Present:
            return {t("applicant.piece.present"), Tone::Good};
        case PieceState::Missing:
            return {t("applicant.piece.missing"), Tone::Warning};
        case PieceState::NotScanned:
            return {t("applicant.piece.not_scanned"), Tone::Info};
        case PieceState::Infected:
            return {t("applicant.piece.infected"), Tone::Bad};
        case PieceState::Later:
            return {t("applicant.piece.later"), Tone::Neutral};
        case PieceState::Optional:
            return {t("applicant.piece.optional"), Tone::Neutral};
    }
    return {};
}

html::Tag scan_tag(const DocumentRow& document, const base::Text& t) {
    const std::string key = "applicant.scan." + std::string(documents::scan_state_name(document.scan));
    switch (document.scan) {
        case documents::ScanState::Safe:
            return {t(key), Tone::Good};
        case documents::ScanState::Infected:
            return {t(key), Tone::Bad};
        case documents::ScanState::Pending:
        case documents::ScanState::Unscanned:
        case documents::ScanState::Error:
            break;
    }
    return {t(key), Tone::Info};
}

bool has_preview(const DocumentRow& document) {
    return document.type == "application/pdf" || document.type.starts_with("image/");
}

std::string piece_label(const PieceLine& piece, const base::Text& t) {
    return piece.label.empty() ? std::string(t("application.piece.other")) : piece.label.in(t.language());
}

struct Shown {
    Context& c;
    const ApplicationView& view;
    bool pen;
    const html::Errors& errors;
};

std::string box_name(std::string_view kind) {
    return "fichier-" + std::string(kind);
}

void upload_form(html::Writer& w, const Shown& shown, const PieceLine& piece, const DocumentRow* replaced) {
    const std::string name =
        replaced != nullptr ? fmt::format("remplace-{}", replaced->id.value) : box_name(piece.kind);
    const auto limits = announced(shown.view, piece.kind, shown.c.desk().inspector.limits());
    const std::string label = piece_label(piece, w.text());
    html::form(w,
               {.action = html::url("/dossiers/{}/pieces/{}", shown.view.application.id, piece.kind),
                .csrf = shown.c.csrf(),
                .upload = true},
               [&] {
                   if (replaced != nullptr) html::hidden_field(w, "remplace", fmt::to_string(replaced->id.value));
                   html::file_field(
                       w,
                       {.name = name,
                        .label = replaced != nullptr ? w.t("applicant.piece.replace_with", {{"name", replaced->name}})
                                                     : w.t("applicant.piece.choose", {{"piece", label}}),
                        .error = shown.errors.of(name)},
                       {.max_bytes = limits.max_bytes,
                        .accept = limits.accept,
                        .formats = limits.formats,
                        .multiple = replaced == nullptr});
                   html::button(
                       w,
                       {.text = w.t(replaced != nullptr ? "applicant.piece.replace" : "applicant.piece.add"),
                        .weight = html::Weight::Secondary,
                        .context = replaced != nullptr ? std::string_view(replaced->name) : std::string_view(label)});
               });
}

void document_item(html::Writer& w, const Shown& shown, const PieceLine& piece, const DocumentRow& document) {
    const std::string size = html::format_size(static_cast<std::int64_t>(document.size), w.language());
    w(
        "<li><p><a href='/documents/{}'>{}</a> ({}) {}<br><span class='hint'>{}</span></p>{}{}</li>", document.id,
        document.name, size, scan_tag(document, w.text()),
        w.t("applicant.piece.sent", {{"date", base::format_instant(document.uploaded, w.language())},
                                     {"who", person_name(shown.c, document.uploaded_by)}}),
        [&] {
            if (!has_preview(document) || !shown.c.desk().scanner.readable(document.scan)) return;
            html::details(w, {.summary = w.t("applicant.piece.preview", {{"name", document.name}}),
                              .content = [&](html::Writer& inner) {
                                  inner("<img class='preview' src='/documents/{}/apercu' loading='lazy' alt='{}'>",
                                        document.id, inner.t("applicant.piece.preview.alt", {{"name", document.name}}));
                              }});
        },
        [&] {
            if (!shown.pen) return;
            html::details(w, {.summary = w.t("applicant.piece.replace_name", {{"name", document.name}}),
                              .content = [&] { upload_form(w, shown, piece, &document); },
                              .open = !shown.errors.of(fmt::format("remplace-{}", document.id.value)).empty()});
            if (!document.version)
                html::button_form(
                    w, {.action = html::url("/documents/{}/retirer", document.id), .csrf = shown.c.csrf()},
                    {.text = w.t("applicant.piece.withdraw"), .weight = html::Weight::Quiet, .context = document.name});
        });
}

void piece_card(html::Writer& w, const Shown& shown, const PieceLine& piece) {
    const std::string label = piece_label(piece, w.text());
    w(
        "<section class='card' id='piece-{}'><h2>{} {}</h2>{}{}{}</section>", piece.kind, label,
        piece_tag(piece, w.text()),
        [&] {
            for (const auto& asked : shown.view.edition->model().documents)
                if (asked.key == piece.kind && !asked.help.empty())
                    w("<p class='hint'>{}</p>", asked.help.in(w.language()));
            if (piece.restricted) w("<p class='hint'>{}</p>", w.t("applicant.piece.restricted"));
            if (piece.asked) w("<p><strong>{}</strong></p>", w.t("applicant.piece.asked"));
        },
        [&] {
            std::vector<const DocumentRow*> current;
            for (const auto& document : shown.view.documents)
                if (document.kind == piece.kind && document.current()) current.push_back(&document);
            if (current.empty()) return;
            w("<ul class='files'>{}</ul>", [&] {
                for (const auto* document : current) document_item(w, shown, piece, *document);
            });
        },
        [&] {
            if (shown.pen) upload_form(w, shown, piece, nullptr);
        });
}

http::Response pieces_page(Context& c, const ApplicationView& view, const html::Errors& errors, int status) {
    const Progress progress = progress_of(c, view);
    const bool pen = application::applicant_holds_pen(view.application.state);
    FilePage page{.title = std::string(c.t("applicant.step.pieces")), .errors = &errors};
    page.main = [&](html::Writer& w) {
        if (pen)
            w("<p class='caption'>{}</p>",
              w.t("applicant.step.place", {{"n", fmt::to_string(static_cast<int>(Step::Documents) + 1)},
                                           {"all", fmt::to_string(std::size(kSteps))}}));
        html::lead(w, w.t(pen ? "applicant.lead.pieces" : "applicant.pieces.closed"));
        if (!c.desk().scanner.configured())
            html::notice(
                w,
                {.tone = Tone::Info, .title = w.t("applicant.scan.none"), .content = w.t("applicant.scan.none.text")});
        const Shown shown{c, view, pen, errors};
        for (const auto& piece : progress.pieces) piece_card(w, shown, piece);
        if (std::none_of(progress.pieces.begin(), progress.pieces.end(),
                         [](const PieceLine& piece) { return piece.kind == "other"; }))
            piece_card(w, shown, {.kind = "other", .label = {}, .state = PieceState::Optional, .documents = {}});
        html::buttons(w, [&] {
            if (pen) html::button_link(w, step_url(view.application.id, Step::Check), w.t("applicant.continue"));
            html::button_link(w, file_url(view.application.id), w.t("applicant.back_to_file"), html::Weight::Secondary);
        });
    };
    return file_page(c, view, std::move(page), status);
}

// ---- what is sent

std::string json_refusal(std::string_view message, std::string_view field) {
    return R"({"message":)" + base::json_string(message) + R"(,"errors":{)" + base::json_string(field) + ":" +
           base::json_string(message) + "}}";
}

http::Response receive(Context& c) {
    const auto id = c.id<ApplicationId>();
    require_member(c, id);
    const std::string kind(c.request.param("kind"));
    const auto replaces = DocumentId{std::strtoll(std::string(c.form("remplace")).c_str(), nullptr, 10)};
    const bool script = c.request.header("x-upload").has_value();
    html::Errors errors;
    int status = 422;
    const auto& files = c.request.multipart().files;
    const std::string box = replaces ? fmt::format("remplace-{}", replaces.value) : box_name(kind);
    if (files.empty()) errors.add(box, std::string(c.t("applicant.piece.none_chosen")));
    for (const auto& file : files) {
        const std::string bytes = whole(file);
        auto attached = application::attach(
            c.desk(), id, {.kind = kind, .file_name = file.filename, .bytes = bytes, .replaces = replaces},
            c.principal());
        if (attached) continue;
        status = http::status_of(attached.error().code);
        const std::string reason = c.t(attached.error());
        errors.add(box, c.t("applicant.piece.refused", {{"name", file.filename}, {"reason", reason}}));
    }
    if (status == 400) status = 422;
    const std::string back = file_url(id, "pieces") + "#piece-" + kind;
    if (errors.empty()) return arrived(c, back, "applicant.notice.received");
    if (script) return http::json(json_refusal(errors.list().front().text, box), status);
    return pieces_page(c, open_file(c), errors, status);
}

http::Response take_back(Context& c) {
    const auto document = c.id<DocumentId>();
    auto row = c.db().read([&](db::Reader& reader) { return application::find_document(reader, document); });
    if (!row) throw base::Failure({base::Code::NotFound, "no such document", {}});
    require_member(c, row->application);
    base::value_or_throw(application::withdraw_document(c.desk(), document, c.principal()));
    return c.see_other(file_url(row->application, "pieces") + "#piece-" + row->kind,
                       "applicant.notice.withdrawn_piece");
}

}  // namespace

Announced announced(const ApplicationView& view, std::string_view kind, const documents::InspectLimits& limits) {
    // A round figure for people, never above what is taken.
    constexpr std::int64_t kMillion = 1'000'000;
    Announced made{
        .max_bytes = static_cast<std::int64_t>(limits.max_bytes) / kMillion * kMillion, .accept = {}, .formats = {}};
    std::vector<std::string> formats;
    for (const auto& asked : view.edition->model().documents)
        if (asked.key == kind) formats = asked.formats.empty() ? std::vector<std::string>{"pdf"} : asked.formats;
    if (formats.empty())
        for (documents::FileType type : kTypes) formats.emplace_back(documents::usual_extension(type));
    for (const std::string& format : formats) {
        std::string upper;
        for (char letter : format) upper += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
        made.accept += (made.accept.empty() ? "." : ",.") + format;
        if (format == "jpg" || format == "jpeg") made.accept += format == "jpg" ? ",.jpeg" : ",.jpg";
        if (format == "tiff" || format == "tif") made.accept += format == "tif" ? ",.tiff" : ",.tif";
        made.formats += (made.formats.empty() ? "" : ", ") + upper;
    }
    return made;
}

std::string whole(const http::UploadedFile& uploaded) {
    std::ifstream file(uploaded.path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

http::Response arrived(Context& c, std::string_view location, std::string_view notice_key) {
    http::Response redirection = c.see_other(location, notice_key);
    if (!c.request.header("x-upload")) return redirection;
    http::Response told = http::json(R"({"location":)" + base::json_string(location) + "}");
    for (const auto& [name, value] : redirection.headers())
        if (name == "Set-Cookie") told.header(name, value);
    return told;
}

void add_pieces(Routes& routes) {
    routes.get("/dossiers/{id}/pieces", kApplicants, [](Context& c) { return pieces_page(c, open_file(c), {}, 200); });
    routes.post("/dossiers/{id}/pieces/{kind}", kApplicants, receive, {.uploads = http::UploadLimits{}});
    routes.post("/documents/{id}/retirer", kApplicants, take_back);
}

}  // namespace beffroi::aides::pages::applicant
