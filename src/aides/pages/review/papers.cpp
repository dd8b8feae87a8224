// Documents of a file, what was asked for, letters and acts that went out.
#include <algorithm>

#include "aides/pages/review/parts.hpp"
#include "documents/scan.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::DocumentRow;

struct Papers {
    ApplicationView view;
    std::vector<application::PieceLine> sheet;
    std::vector<base::Status> may_open;  // as view.documents
};

Papers read_papers(const Context& c) {
    return c.db().read([&](db::Reader& reader) {
        const auto id = c.id<ApplicationId>();
        Papers papers{.view = base::value_or_throw(application::load(c.desk(), reader, id, c.principal())),
                      .sheet = base::value_or_throw(application::check_sheet(c.desk(), reader, id)),
                      .may_open = {}};
        for (const auto& document : papers.view.documents)
            papers.may_open.push_back(application::may_open(c.desk(), reader, document, c.principal()));
        return papers;
    });
}

html::Tone tone_of(documents::ScanState state) {
    switch (state) {
        case documents::ScanState::Safe:
            return html::Tone::Good;
        case documents::ScanState::Infected:
            return html::Tone::Bad;
        case documents::ScanState::Pending:
        case documents::ScanState::Error:
            return html::Tone::Warning;
        case documents::ScanState::Unscanned:
            return html::Tone::Neutral;
    }
    return html::Tone::Neutral;
}

bool has_preview(const DocumentRow& document) {
    return document.type == "application/pdf" || document.type.starts_with("image/");
}

std::string kind_label(const Context& c, const Papers& papers, const std::string& kind) {
    for (const auto& line : papers.sheet)
        if (line.kind == kind) return line.label.in(c.language());
    if (kind == "form") return std::string(c.t("application.piece.form"));
    return kind;
}

void document_cells(html::Writer& w, html::Rows& rows, const Context& c, const Papers& papers, std::size_t index) {
    const auto& document = papers.view.documents[index];
    const auto& open = papers.may_open[index];
    rows.row()
        .cell([&] {
            if (open)
                w("{}", html::Link{.href = html::url("/documents/{}", document.id), .text = document.name});
            else
                w("{}", document.name);
            w("<br>{}", html::format_size(static_cast<std::int64_t>(document.size), c.language()));
        })
        .cell(kind_label(c, papers, document.kind))
        .cell([&] {
            w("{}", html::Tag{.text = word(c.t, "review.scan", documents::scan_state_name(document.scan)),
                              .tone = tone_of(document.scan)});
            if (document.restricted)
                w(" {}", html::Tag{.text = c.t("review.document.restricted"), .tone = html::Tone::Warning});
            if (document.withdrawn) w(" {}", html::Tag{.text = c.t("review.document.withdrawn")});
            if (document.replaced_by) w(" {}", html::Tag{.text = c.t("review.document.replaced")});
        })
        .cell([&] { w("{}", html::Moment{document.uploaded}); })
        .cell([&] {
            if (!open)
                w("{}", c.t(open.error()));
            else if (has_preview(document))
                w("{}", html::Link{.href = html::url("/documents/{}/apercu", document.id),
                                   .text = c.t("review.document.preview"),
                                   .context = " " + document.name});
        });
}

void documents_table(html::Writer& w, const Context& c, const Papers& papers, bool current) {
    html::table(w,
                {.caption = c.t(current ? "review.documents.caption" : "review.documents.former"),
                 .columns = {{.label = c.t("review.document")},
                             {.label = c.t("review.document.kind")},
                             {.label = c.t("review.state")},
                             {.label = c.t("review.document.received")},
                             {.label = c.t("review.document.preview")}},
                 .empty = c.t("review.documents.none")},
                [&](html::Rows& rows) {
                    for (std::size_t i = 0; i < papers.view.documents.size(); ++i)
                        if (papers.view.documents[i].current() == current) document_cells(w, rows, c, papers, i);
                });
}

void missing(html::Writer& w, const Context& c, const Papers& papers) {
    std::vector<std::string> labels;
    for (const auto& line : papers.sheet)
        if (line.state == application::PieceState::Missing) labels.push_back(line.label.in(c.language()));
    if (labels.empty()) return;
    html::notice(
        w,
        {.tone = html::Tone::Warning, .title = c.t("review.documents.missing"), .content = html::Slot([&] {
                                                                                    w("<ul>{}</ul>", [&] {
                                                                                        for (const auto& label : labels)
                                                                                            w("<li>{}</li>", label);
                                                                                    });
                                                                                })});
}

void requests(html::Writer& w, const Context& c, const Papers& papers) {
    if (papers.view.pieces.empty()) return;
    html::table(w,
                {.caption = c.t("review.requests.caption"),
                 .columns = {{.label = c.t("review.document.kind")},
                             {.label = c.t("review.reason")},
                             {.label = c.t("review.requests.asked")},
                             {.label = c.t("review.requests.due")},
                             {.label = c.t("review.requests.answer")}}},
                [&](html::Rows& rows) {
                    for (const auto& piece : papers.view.pieces)
                        rows.row()
                            .cell(kind_label(c, papers, piece.kind))
                            .cell([&] {
                                w("{}", word(c.t, "application.piece_reason", name(piece.reason)));
                                if (!piece.note.empty()) w("<br>{}", piece.note);
                            })
                            .cell([&] {
                                w("{}<br>{}", html::Day{base::paris_date(piece.asked)}, person_name(c, piece.asked_by));
                            })
                            .cell(html::Day{piece.due_on})
                            .cell([&] {
                                if (piece.answered)
                                    w("{}<br>{}", html::Day{base::paris_date(*piece.answered)}, piece.answer);
                                else if (!piece.closed)
                                    w("{}",
                                      html::Tag{.text = c.t("review.requests.waiting"), .tone = html::Tone::Warning});
                            });
                });
}

void acts(html::Writer& w, const Context& c, const ApplicationView& view) {
    html::heading(w, 2, c.t("review.acts"), "courriers");
    html::table(w,
                {.caption = c.t("review.acts.caption"),
                 .columns = {{.label = c.t("review.acts.title")},
                             {.label = c.t("review.number")},
                             {.label = c.t("review.date")},
                             {.label = c.t("review.state")}},
                 .hide_caption = true,
                 .empty = c.t("review.acts.none")},
                [&](html::Rows& rows) {
                    for (const auto& act : view.acts)
                        rows.row()
                            .cell(html::Link{.href = html::url("/actes/{}", act.id), .text = act.title})
                            .cell(act.number)
                            .cell([&] {
                                if (act.issued) w("{}", html::Moment{*act.issued});
                            })
                            .cell([&] {
                                switch (act.status) {
                                    case correspondence::ActStatus::Draft:
                                        w("{}", html::Tag{.text = c.t("review.act.draft")});
                                        break;
                                    case correspondence::ActStatus::Issued:
                                        w("{}", html::Tag{.text = c.t("review.act.issued"), .tone = html::Tone::Good});
                                        break;
                                    case correspondence::ActStatus::Superseded:
                                        w("{}", html::Tag{.text = c.t("review.act.superseded")});
                                        break;
                                }
                            });
                });
}

http::Response papers_page(Context& c) {
    const auto papers = read_papers(c);
    return file_page(c, papers.view, Tab::Papers, html::Slot([&](html::Writer& w) {
                         if (!c.desk().scanner.configured())
                             html::notice(w, {.content = c.t("review.documents.no_scanner")});
                         missing(w, c, papers);
                         documents_table(w, c, papers, true);
                         requests(w, c, papers);
                         const bool former = std::any_of(papers.view.documents.begin(), papers.view.documents.end(),
                                                         [](const auto& d) { return !d.current(); });
                         if (former) documents_table(w, c, papers, false);
                         acts(w, c, papers.view);
                     }));
}

}  // namespace

void add_papers(Routes& routes) {
    routes.get("/instruction/dossiers/{id}/pieces", kReaders, [](Context& c) { return papers_page(c); },
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::review
