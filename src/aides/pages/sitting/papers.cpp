// The papers of a sitting. A PDF that was issued is given as it was kept; before that it is drawn up anew and says
// PROJET. ODT and ODS are for working on, so always drawn up anew.
#include "aides/sitting/papers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "aides/correspondence/acts.hpp"
#include "aides/pages/sitting/parts.hpp"
#include "documents/odt.hpp"
#include "documents/pdf.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

enum class Paper { Agenda, Report, Annex, Resolution };

documents::Doc doc_of(const Context& c, const View& view, Paper paper) {
    documents::Doc doc;
    switch (paper) {
        case Paper::Agenda:
            return sitting::agenda_paper(c.desk(), view);
        case Paper::Report:
            return sitting::report(c.desk(), view, c.db().read([&](db::Reader& reader) {
                return sitting::envelope_lines(c.desk(), reader, view);
            }));
        case Paper::Annex:
            return sitting::annex(c.desk(), view);
        case Paper::Resolution:
            doc = sitting::resolution(c.desk(), view);
            // Before the vote it is only what the secretary intends to put to the vote.
            doc.draft = view.sitting.status == Phase::Preparing || view.sitting.status == Phase::Agenda;
            return doc;
    }
    return doc;
}

// The act in force of that kind. While the agenda is open again, what was issued before is no longer it.
std::optional<std::string> issued(const Context& c, const View& view, std::string_view kind) {
    if (view.sitting.status == Phase::Preparing) return std::nullopt;
    auto acts = c.db().read([&](db::Reader& reader) { return correspondence::acts_of(reader, view.sitting.id); });
    for (const auto& act : acts)
        if (act.kind == kind && act.status == correspondence::ActStatus::Issued)
            return base::value_or_throw(correspondence::bytes(c.desk().office, act));
    return std::nullopt;
}

http::Response file(std::string_view type, std::string bytes, const View& view, std::string_view name) {
    http::Response response = http::content(type, std::move(bytes));
    response.attachment(fmt::format("seance-{}-{}", base::iso(view.sitting.held_on), name));
    response.header("Cache-Control", "private, no-store");
    return response;
}

http::Response pdf(Context& c, Paper paper, std::string_view kind, std::string_view name) {
    const View view = view_of(c);
    std::optional<std::string> bytes;
    if (!kind.empty()) bytes = issued(c, view, kind);
    if (!bytes) {
        documents::PdfWriter writer;
        bytes = base::value_or_throw(writer.write(doc_of(c, view, paper)));
    }
    return file("application/pdf", std::move(*bytes), view, std::string(name) + ".pdf");
}

http::Response odt(Context& c, Paper paper, std::string_view name) {
    const View view = view_of(c);
    return file("application/vnd.oasis.opendocument.text",
                base::value_or_throw(documents::write_odt(doc_of(c, view, paper))), view, std::string(name) + ".odt");
}

http::Response ods(Context& c) {
    const View view = view_of(c);
    return file("application/vnd.oasis.opendocument.spreadsheet",
                base::value_or_throw(documents::write_ods({sitting::annex_sheet(c.desk(), view)}, base::Language::Fr,
                                                          view.sitting.name, view.sitting.held_on)),
                view, "annexe.ods");
}

}  // namespace

void papers_list(html::Writer& w, const Context& c, const View& view) {
    html::heading(w, 2, c.t("session.papers.title"), "documents");
    if (view.sitting.status == Phase::Preparing) html::paragraph(w, c.t("session.papers.draft"));
    html::table(w,
                {.caption = c.t("session.papers.title"),
                 .columns = {{.label = c.t("session.papers.paper")}, {.label = c.t("session.papers.formats")}},
                 .hide_caption = true},
                [&](html::Rows& rows) {
                    auto row = [&](std::string_view key, std::string_view name,
                                   std::initializer_list<std::string_view> formats) {
                        rows.row().cell(c.t(key)).cell([&] {
                            for (std::string_view format : formats)
                                w("{} ", html::Link{address(view.sitting.id, fmt::format("{}.{}", name, format)),
                                                    c.t("session.format." + std::string(format)), c.t(key)});
                        });
                    };
                    row("session.papers.agenda", "ordre-du-jour", {"pdf"});
                    row("session.papers.report", "rapport", {"pdf", "odt"});
                    row("session.papers.annex", "annexe", {"pdf", "odt", "ods"});
                    if (view.sitting.status != Phase::Preparing)
                        row("session.papers.resolution", "deliberation", {"pdf", "odt"});
                });
}

void add_papers(Routes& routes) {
    const http::RouteOptions worker{.where = http::Where::Worker};
    auto at = [](std::string_view name) { return "/gestion/seances/{id}/" + std::string(name); };
    routes.get(
        at("ordre-du-jour.pdf"), kReaders, [](Context& c) { return pdf(c, Paper::Agenda, {}, "ordre-du-jour"); },
        worker);
    routes.get(
        at("rapport.pdf"), kReaders, [](Context& c) { return pdf(c, Paper::Report, "report", "rapport"); }, worker);
    routes.get(at("rapport.odt"), kReaders, [](Context& c) { return odt(c, Paper::Report, "rapport"); }, worker);
    routes.get(at("annexe.pdf"), kReaders, [](Context& c) { return pdf(c, Paper::Annex, "annex", "annexe"); }, worker);
    routes.get(at("annexe.odt"), kReaders, [](Context& c) { return odt(c, Paper::Annex, "annexe"); }, worker);
    routes.get(at("annexe.ods"), kReaders, [](Context& c) { return ods(c); }, worker);
    routes.get(
        at("deliberation.pdf"), kReaders,
        [](Context& c) { return pdf(c, Paper::Resolution, "resolution", "deliberation"); }, worker);
    routes.get(
        at("deliberation.odt"), kReaders, [](Context& c) { return odt(c, Paper::Resolution, "deliberation"); }, worker);
}

}  // namespace beffroi::aides::pages::sittings
