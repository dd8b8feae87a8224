// The first page: what this is, what is open, who was helped.
#include "aides/application/editions.hpp"
#include "aides/pages/open/parts.hpp"

namespace beffroi::aides::pages::open {

namespace {

void write_search(html::Writer& w, const Context& c) {
    html::form(w, {.action = "/territoire/recherche", .get = true, .label = c.t("open.home.search")}, [&] {
        html::lookup_field(w,
                           {.name = "q",
                            .label = c.t("open.home.search"),
                            .hint = c.t("open.home.search_hint"),
                            .width = html::Width::Long},
                           {.code_name = "code"});
        html::buttons(w, [&] { html::button(w, {.text = c.t("open.home.go"), .weight = html::Weight::Secondary}); });
    });
}

void write_schemes(html::Writer& w, const Context& c) {
    std::vector<html::CardItem> cards;
    c.db().read([&](db::Reader& reader) {
        for (const auto& row : application::editions(reader)) {
            if (row.status == application::EditionStatus::Superseded) continue;
            auto edition = c.site.desk.editions.get(reader, row.id);
            if (!edition) continue;
            const bool open = row.status == application::EditionStatus::Open && (*edition)->open_at(c.now());
            const auto& model = (*edition)->model();
            cards.push_back({.href = "/dispositifs/" + row.name(),
                             .title = model.title.in(c.language()) + " " + row.edition,
                             .content =
                                 [&w, &c, open] {
                                     w("<p>{}</p>", [&] {
                                         w("{}",
                                           html::Tag{c.t(open ? "open.scheme.state.open" : "open.scheme.state.closed"),
                                                     open ? html::Tone::Good : html::Tone::Neutral});
                                     });
                                 },
                             .footer = std::string(model.funder)});
        }
    });
    html::heading(w, 2, c.t("open.home.schemes"));
    if (cards.empty())
        w("<p>{}</p>", c.t("open.schemes.none_text"));
    else
        html::cards(w, cards);
}

http::Response home_page(Context& c, const Shelf& shelf) {
    sitting::GrantTotals totals;
    sitting::GrantTotals last_totals;
    std::vector<publish::PublishedGrant> latest;
    std::vector<publish::PublishedSitting> sittings;
    const auto& directory = c.site.desk.territory;
    c.db().read([&](db::Reader& reader) {
        totals = shelf.totals(reader, {});
        sittings = sitting::published_sittings(reader, shelf.publisher);
        if (sittings.empty()) return;
        sitting::GrantFilter last;
        last.sitting = application::SittingId{number_or(sittings.back().sitting_id, 0)};
        last_totals = shelf.totals(reader, last);
        latest = sitting::grants(reader, directory, c.site.desk.editions, shelf.publisher, last, 0, 8);
    });
    return c.page(
        {.title = c.t("open.home.title", {{"name", shelf.publisher.name}}),
         .public_page = true,
         .main = [&](html::Writer& w) {
             html::lead(w, c.t("open.home.lead", {{"name", shelf.publisher.name}}));
             html::figures(w,
                           {{.label = c.t("open.home.total"),
                             .value = base::format_euros(totals.amount, c.language()),
                             .strong = true},
                            {.label = c.t("open.home.grants"), .value = base::format_count(totals.rows, c.language())},
                            {.label = c.t("open.home.sittings"),
                             .value = base::format_count(static_cast<std::int64_t>(sittings.size()), c.language())}});
             html::heading(w, 2, c.t("open.home.find"));
             write_search(w, c);
             write_schemes(w, c);
             html::heading(w, 2, c.t("open.home.latest"));
             if (latest.empty()) {
                 w("<p>{}</p>", c.t("open.grants.none_yet"));
             } else {
                 const auto& last = sittings.back();
                 w("<p><a href='{}'>{}</a> : {}. <a href='{}'>{}</a></p>", html::url("/seances/{}", last.sitting_id),
                   latest.front().sitting_label,
                   counted(c.t, "open.grants.count", last_totals.rows) + ", " +
                       base::format_euros(last_totals.amount, c.language()),
                   html::url("/seances/{}/communique", last.sitting_id), c.t("open.sitting.press"));
                 grants_table(w, c.t("open.home.latest_caption"), latest, c.t("open.grants.none"));
                 w("<ul class='links'><li><a href='/aides-accordees'>{}</a></li><li><a "
                   "href='/aides-accordees/carte'>{}</a></li>"
                   "<li><a href='/aides-accordees/chiffres'>{}</a></li><li><a href='/donnees'>{}</a></li></ul>",
                   c.t("open.home.all_grants"), c.t("open.map.title"), c.t("open.figures.title"),
                   c.t("open.data.title"));
             }
         }});
}

}  // namespace

void add_home(Routes& routes, const SharedShelf& shelf) {
    routes.get("/", kAnyone, kept_page(shelf, From::Publication, [shelf](Context& c) { return home_page(c, *shelf); }));
}

}  // namespace beffroi::aides::pages::open
