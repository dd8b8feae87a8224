// The scheme files: which can be opened, which are.
#include "aides/application/editions.hpp"

#include "aides/pages/steer/parts.hpp"

namespace beffroi::aides::pages::steer {

namespace {

std::string passed(const Context& c, const scheme::LibraryEntry& entry) {
    const auto results = scheme::run_cases(*entry.edition, entry.cases);
    std::int64_t good = 0;
    for (const auto& result : results) good += result.passed() ? 1 : 0;
    return c.t("steer.editions.passed",
               {{"passed", base::format_count(good, c.language())},
                {"all", base::format_count(static_cast<std::int64_t>(results.size()), c.language())}});
}

std::size_t assumed(const scheme::Edition& edition) {
    return edition.assumptions().size();
}

http::Response editions_page(Context& c) {
    using Kind = html::Column::Kind;
    return c.page({.title = c.t("steer.editions.title"), .wide = true, .main = [&](html::Writer& w) {
                       html::lead(w, c.t("steer.editions.lead"));
                       html::table(
                           w,
                           {.caption = c.t("steer.editions.title"),
                            .columns = {{.label = c.t("steer.editions.edition")},
                                        {.label = c.t("steer.editions.state")},
                                        {.label = c.t("steer.editions.openable")},
                                        {.label = c.t("steer.editions.unknown"), .kind = Kind::Number},
                                        {.label = c.t("steer.editions.assumed"), .kind = Kind::Number},
                                        {.label = c.t("steer.editions.cases")}},
                            .hide_caption = true,
                            .empty = c.t("steer.editions.none")},
                           [&](html::Rows& rows) {
                               for (const auto& entry : c.site.schemes.entries()) {
                                   rows.row();
                                   if (!entry.edition) {
                                       rows.cell(entry.file.parent_path().filename().string() + "/" +
                                                 entry.file.stem().string())
                                           .cell(html::Tag{c.t("steer.editions.faulty"), html::Tone::Bad})
                                           .cell([&] {
                                               for (const auto& fault : entry.faults) {
                                                   scheme::Fault shown = fault;
                                                   shown.file = entry.file.filename().string();
                                                   w("<p>{}</p>", shown.text(c.t));
                                               }
                                           })
                                           .cell("–")
                                           .cell("–")
                                           .cell("–");
                                       continue;
                                   }
                                   const auto& model = entry.edition->model();
                                   const auto missing = entry.edition->missing_to_open().size();
                                   const bool openable = scheme::publishable(*entry.edition, entry.cases).has_value();
                                   const auto row = c.db().read([&](db::Reader& reader) {
                                       return application::find_edition(reader, model.scheme, model.edition);
                                   });
                                   rows.cell([&] {
                                           w("{}<br>{}",
                                             html::Link{html::url("/editions/{}/{}", model.scheme, model.edition),
                                                        model.title.in(c.language())},
                                             model.id());
                                       })
                                       .cell(row ? edition_tag(c.t, row->status)
                                                 : html::Tag{c.t("steer.editions.unpublished"), html::Tone::Neutral})
                                       .cell(openable ? html::Tag{c.t("steer.yes"), html::Tone::Good}
                                                      : html::Tag{c.t("steer.no"), html::Tone::Warning})
                                       .cell(missing)
                                       .cell(assumed(*entry.edition))
                                       .cell(passed(c, entry));
                               }
                           });
                   }});
}

}  // namespace

html::Tag edition_tag(const base::Text& t, application::EditionStatus status) {
    html::Tone tone = html::Tone::Neutral;
    switch (status) {
        case application::EditionStatus::Open:
            tone = html::Tone::Good;
            break;
        case application::EditionStatus::Closed:
            tone = html::Tone::Neutral;
            break;
        case application::EditionStatus::Suspended:
            tone = html::Tone::Warning;
            break;
        case application::EditionStatus::Superseded:
            tone = html::Tone::Neutral;
            break;
    }
    return {t("steer.edition.status." + std::string(application::name(status))), tone};
}

void add_editions(Routes& routes) {
    routes.get("/editions", kReaders, [](Context& c) { return editions_page(c); }, {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::steer
