// Published sittings: what was voted, the annex, the press release.
#include <algorithm>

#include "aides/pages/open/parts.hpp"
#include "aides/pages/site/navigation.hpp"
#include "aides/sitting/papers.hpp"
#include "base/text.hpp"
#include "documents/csv.hpp"
#include "documents/pdf.hpp"

namespace beffroi::aides::pages::open {

namespace {

using sitting::SittingId;

sitting::View published_view(const Context& c) {
    auto view = c.db().read([&](db::Reader& reader) { return sitting::load(reader, c.id<SittingId>()); });
    if (!view || view->sitting.status != sitting::Status::Published)
        throw base::Failure({base::Code::NotFound, "no published sitting of that number", {}});
    return std::move(*view);
}

bool is_simulated(const sitting::View& view) {
    return view.sitting.provenance == "simulated" ||
           std::any_of(view.items.begin(), view.items.end(),
                       [](const auto& item) { return item.provenance != "live"; });
}

// "annexe-2022-11-22-simulation.pdf"
std::string file_name(const sitting::View& view, std::string_view what, std::string_view extension) {
    return std::string(what) + "-" + base::iso(view.sitting.held_on) + (is_simulated(view) ? "-simulation" : "") + "." +
           std::string(extension);
}

http::Response list_page(Context& c) {
    auto sittings = c.db().read([](db::Reader& reader) { return sitting::list(reader); });
    std::erase_if(sittings, [](const auto& one) { return one.sitting.status != sitting::Status::Published; });
    return c.page({.title = c.t("open.sittings.title"), .public_page = true, .main = [&](html::Writer& w) {
                       html::lead(w, c.t("open.sittings.lead"));
                       html::table(
                           w,
                           {.caption = c.t("open.sittings.title"),
                            .columns = {{.label = c.t("open.sitting")},
                                        {.label = c.t("open.sittings.date")},
                                        {.label = c.t("open.resolution")},
                                        {.label = c.t("open.sittings.rows"), .kind = html::Column::Kind::Number},
                                        {.label = c.t("open.amount"), .kind = html::Column::Kind::Number},
                                        {.label = c.t("open.provenance")}},
                            .hide_caption = true,
                            .empty = c.t("open.sittings.none")},
                           [&](html::Rows& rows) {
                               for (const auto& one : sittings)
                                   rows.row()
                                       .cell(html::Link{html::url("/seances/{}", one.sitting.id), one.sitting.name})
                                       .cell(html::Day{one.sitting.held_on})
                                       .cell(one.sitting.resolution_number)
                                       .cell(base::format_count(one.rows, c.language()))
                                       .cell(html::Money{one.amount})
                                       .cell([&] { sitting_tag(w, one.sitting.provenance); });
                           });
                   }});
}

void write_votes(html::Writer& w, const Context& c, const sitting::View& view) {
    if (view.votes.empty()) return;
    html::heading(w, 2, c.t("open.sitting.votes"));
    auto count = [&](int n) { return base::format_count(n, c.language()); };
    using html::Column;
    html::table(w,
                {.caption = c.t("open.sitting.votes"),
                 .columns = {{.label = c.t("open.sitting.vote")},
                             {.label = c.t("open.sitting.members"), .kind = Column::Kind::Number},
                             {.label = c.t("open.sitting.voting"), .kind = Column::Kind::Number},
                             {.label = c.t("open.sitting.in_favour"), .kind = Column::Kind::Number},
                             {.label = c.t("open.sitting.against"), .kind = Column::Kind::Number},
                             {.label = c.t("open.sitting.abstaining"), .kind = Column::Kind::Number},
                             {.label = c.t("open.sitting.result")}},
                 .hide_caption = true},
                [&](html::Rows& rows) {
                    for (const auto& vote : view.votes)
                        rows.row()
                            .cell(vote.title)
                            .cell(count(vote.counts.members))
                            .cell(count(vote.counts.voting))
                            .cell(count(vote.counts.in_favour))
                            .cell(count(vote.counts.against))
                            .cell(count(vote.counts.abstaining))
                            .cell(c.t(vote.counts.carried() ? "open.sitting.carried" : "open.sitting.not_carried"));
                });
}

void write_departments(html::Writer& w, const Context& c, const sitting::View& view) {
    html::heading(w, 2, c.t("open.figures.by_department"));
    std::vector<html::Bar> bars;
    for (const auto& total : sitting::department_totals(view))
        bars.push_back({.label = department_label(c.site, total.department),
                        .value = total.amount.value,
                        .text = base::format_euros(total.amount, c.language())});
    html::bars(w, c.t("open.figures.euros_caption"), bars);
}

void write_downloads(html::Writer& w, const Context& c, SittingId id) {
    w("<ul class='links'><li><a href='{}'>{}</a></li><li><a href='{}'>{}</a></li><li><a href='{}'>{}</a></li>"
      "<li><a href='{}'>{}</a></li></ul>",
      html::url("/seances/{}/communique", id), c.t("open.sitting.press"), html::url("/seances/{}/annexe.pdf", id),
      c.t("open.sitting.annex_pdf"), html::url("/seances/{}/annexe.ods", id), c.t("open.sitting.annex_ods"),
      html::url("/seances/{}/annexe.csv", id), c.t("open.sitting.annex_csv"));
}

http::Response one_page(Context& c, const Shelf& shelf) {
    const auto view = published_view(c);
    auto grants = c.db().read([&](db::Reader& reader) {
        return sitting::grants(reader, c.site.desk.territory, c.site.desk.editions, shelf.publisher,
                               {.sitting = view.sitting.id});
    });
    const base::Cents total = sitting::total(view);
    return c.page(
        {.title = view.sitting.name,
         .breadcrumb = {{"/seances", c.t("open.sittings.title")}},
         .caption = c.t("open.sitting.caption", {{"body", shelf.publisher.body}, {"name", shelf.publisher.name}}),
         .aside = [&](html::Writer& w) { sitting_tag(w, view.sitting.provenance); },
         .wide = true,
         .public_page = true,
         .main =
             [&](html::Writer& w) {
                 if (view.sitting.provenance == "real")
                     html::notice(w, {.title = c.t("open.sitting.partly"), .content = c.t("open.sitting.partly_text")});
                 html::figures(w,
                               {{.label = c.t("open.home.total"),
                                 .value = base::format_euros(total, c.language()),
                                 .strong = true},
                                {.label = c.t("open.home.grants"),
                                 .value = base::format_count(static_cast<std::int64_t>(grants.size()), c.language())}});
                 std::vector<html::SummaryRow> rows{
                     {.key = c.t("open.sittings.date"), .value = base::format_date(view.sitting.held_on, c.language())},
                     {.key = c.t("open.resolution"),
                      .value = view.sitting.resolution_number + ". " + view.sitting.resolution_title}};
                 if (view.sitting.transmitted)
                     rows.push_back(
                         {.key = c.t("open.grant.transmitted"),
                          .value = base::format_date(base::paris_date(*view.sitting.transmitted), c.language())});
                 if (view.sitting.published)
                     rows.push_back(
                         {.key = c.t("open.grant.published"),
                          .value = base::format_date(base::paris_date(*view.sitting.published), c.language())});
                 html::summary_list(w, {.title = c.t("open.sitting.facts"), .rows = std::move(rows)});
                 write_downloads(w, c, view.sitting.id);
                 write_departments(w, c, view);
                 write_votes(w, c, view);
                 html::heading(w, 2, c.t("open.grants.title"));
                 grants_table(w, c.t("open.grants.caption"), grants, c.t("open.grants.none"));
             }});
}

// The press release says on the page what it says on paper: both are read from the same document.
void write_spans(html::Writer& w, const documents::Spans& spans) {
    for (const auto& span : spans) {
        if (span.bold)
            w("<strong>{}</strong>", span.text);
        else if (span.italic)
            w("<em>{}</em>", span.text);
        else
            w("{}", span.text);
    }
}

void write_block(html::Writer& w, const documents::Block& block) {
    if (const auto* heading = std::get_if<documents::Heading>(&block)) {
        if (heading->level > 1) html::heading(w, std::min(heading->level, 4), heading->text);
    } else if (const auto* paragraph = std::get_if<documents::Paragraph>(&block)) {
        w("<p>{}</p>", [&] { write_spans(w, paragraph->spans); });
    } else if (const auto* list = std::get_if<documents::BulletList>(&block)) {
        w("<ul class='columns-list'>{}</ul>", [&] {
            for (const auto& item : list->items) w("<li>{}</li>", [&] { write_spans(w, item); });
        });
    }
}

http::Response press_page(Context& c) {
    const auto view = published_view(c);
    const auto doc = sitting::press_release(c.desk(), view);
    return c.page({.title = c.t("open.sitting.press"),
                   .breadcrumb = {{"/seances", c.t("open.sittings.title")},
                                  {html::url("/seances/{}", view.sitting.id), view.sitting.name}},
                   .caption = base::format_date(view.sitting.held_on, c.language()),
                   .aside = [&](html::Writer& w) { sitting_tag(w, view.sitting.provenance); },
                   .public_page = true,
                   .main =
                       [&](html::Writer& w) {
                           w("<div class='press' lang='fr'>{}</div>", [&] {
                               w("<p class='lead'><strong>{}</strong></p>", doc.title);
                               for (const auto& block : doc.blocks) write_block(w, block);
                           });
                           html::buttons(w, [&] {
                               html::button_link(w, html::url("/seances/{}/communique.pdf", view.sitting.id),
                                                 c.t("open.pdf"), html::Weight::Secondary);
                           });
                       }});
}

http::Response pdf_of(const documents::Doc& doc, const std::string& name) {
    documents::PdfWriter writer;
    return http::content("application/pdf", base::value_or_throw(writer.write(doc))).attachment(name);
}

http::Response annex_pdf(Context& c) {
    const auto view = published_view(c);
    return pdf_of(sitting::annex(c.desk(), view), file_name(view, "annexe", "pdf"));
}

http::Response press_pdf(Context& c) {
    const auto view = published_view(c);
    return pdf_of(sitting::press_release(c.desk(), view), file_name(view, "communique", "pdf"));
}

http::Response annex_ods(Context& c) {
    const auto view = published_view(c);
    const auto sheet = sitting::annex_sheet(c.desk(), view);
    return http::content("application/vnd.oasis.opendocument.spreadsheet",
                         base::value_or_throw(documents::write_ods({sheet}, base::Language::Fr, view.sitting.name,
                                                                   view.sitting.held_on)))
        .attachment(file_name(view, "annexe", "ods"));
}

http::Response annex_csv(Context& c) {
    const auto view = published_view(c);
    return http::content("text/csv; charset=utf-8",
                         documents::write_csv(sitting::annex_sheet(c.desk(), view), documents::CsvProfile::Spreadsheet))
        .attachment(file_name(view, "annexe", "csv"));
}

}  // namespace

void add_sittings(Routes& routes, const SharedShelf& shelf) {
    const http::RouteOptions worker{.where = http::Where::Worker};
    routes.get("/seances", kAnyone, kept_page(shelf, From::Publication, list_page));
    routes.get("/seances/{id}", kAnyone,
               kept_page(shelf, From::Publication, [shelf](Context& c) { return one_page(c, *shelf); }));
    routes.get("/seances/{id}/communique", kAnyone, kept_page(shelf, From::Publication, press_page));
    routes.get("/seances/{id}/communique.pdf", kAnyone, kept_file(shelf, From::Publication, press_pdf), worker);
    routes.get("/seances/{id}/annexe.pdf", kAnyone, kept_file(shelf, From::Publication, annex_pdf), worker);
    routes.get("/seances/{id}/annexe.ods", kAnyone, kept_file(shelf, From::Publication, annex_ods), worker);
    routes.get("/seances/{id}/annexe.csv", kAnyone, kept_file(shelf, From::Publication, annex_csv), worker);
}

}  // namespace beffroi::aides::pages::open
