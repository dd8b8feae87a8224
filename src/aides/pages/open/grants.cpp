// The list of grants, and one page for each.
#include <algorithm>

#include "aides/pages/open/estimator.hpp"
#include "aides/pages/open/parts.hpp"
#include "aides/pages/site/explain.hpp"
#include "aides/pages/site/navigation.hpp"

namespace beffroi::aides::pages::open {

namespace {

constexpr int kPerPage = 50;

struct Asked {
    sitting::GrantFilter filter;
    int page = 1;
    bool filtered = false;
    std::string address;  // with the filters, without the page
};

Asked read_filter(const Context& c) {
    Asked asked{.filter = grant_filter(c), .page = std::max(1, number_or(c.query("page"), 1)), .address = {}};
    asked.address = with_filter("/aides-accordees", asked.filter);
    asked.filtered = asked.address != "/aides-accordees";
    return asked;
}

struct Choices {
    std::vector<html::Choice> departments, years, editions, sittings;
};

Choices choices(const Context& c, db::Reader& reader, const Shelf& shelf, const sitting::GrantFilter& filter) {
    Choices out;
    const html::Choice all{.value = "", .label = c.t("open.filter.all")};
    out.departments.push_back(all);
    out.years.push_back(all);
    out.editions.push_back(all);
    out.sittings.push_back(all);
    for (const auto& department : c.site.desk.territory.departements()) {
        if (department.region.view() != c.site.settings.authority.region_code) continue;
        std::string code = department.code.str();
        std::string label = department_label(c.site, code);
        const bool checked = filter.department == code;
        out.departments.push_back({.value = std::move(code), .label = std::move(label), .checked = checked});
    }
    for (int year : sitting::grant_years(reader))
        out.years.push_back(
            {.value = std::to_string(year), .label = std::to_string(year), .checked = filter.year == year});
    for (auto& edition : sitting::grant_editions(reader)) {
        const bool checked = filter.edition == edition;
        std::string label = edition;
        out.editions.push_back({.value = std::move(edition), .label = std::move(label), .checked = checked});
    }
    auto sittings = sitting::published_sittings(reader, shelf.publisher);
    for (auto one = sittings.rbegin(); one != sittings.rend(); ++one)
        out.sittings.push_back({.value = std::string(one->sitting_id),
                                .label = base::format_date(one->date, c.language()),
                                .checked = one->sitting_id == std::to_string(filter.sitting.value)});
    return out;
}

void write_filters(html::Writer& w, const Context& c, const Asked& asked, const Choices& choices,
                   std::string_view summary) {
    html::filter_bar(
        w,
        {.action = "/aides-accordees",
         .label = c.t("open.grants.search"),
         .summary = summary,
         .reset = asked.filtered ? "/aides-accordees" : ""},
        [&] {
            html::text_field(
                w, {.name = "q", .label = c.t("open.grants.words"), .value = asked.filter.words, .max_length = 0},
                html::TextKind::Search);
            html::select(w, {.name = "departement", .label = c.t("open.department"), .value = asked.filter.department},
                         choices.departments);
            html::select(w, {.name = "annee", .label = c.t("open.year")}, choices.years);
            if (choices.editions.size() > 2)
                html::select(w, {.name = "edition", .label = c.t("open.edition")}, choices.editions);
            html::select(w, {.name = "seance", .label = c.t("open.sitting")}, choices.sittings);
        });
}

// Of a list that one page holds whole: nothing is left to count.
sitting::GrantTotals sum_of(const std::vector<publish::PublishedGrant>& rows) {
    sitting::GrantTotals totals;
    for (const auto& grant : rows) {
        ++totals.rows;
        totals.amount += grant.awarded;
        if (grant.provenance.origin != publish::Origin::Actual) ++totals.not_actual;
    }
    return totals;
}

http::Response list_page(Context& c, const Shelf& shelf) {
    const Asked asked = read_filter(c);
    sitting::GrantTotals totals;
    std::vector<publish::PublishedGrant> rows;
    Choices offered;
    const auto& directory = c.site.desk.territory;
    c.db().read([&](db::Reader& reader) {
        rows = sitting::grants(reader, directory, c.site.desk.editions, shelf.publisher, asked.filter,
                               static_cast<std::int64_t>(asked.page - 1) * kPerPage, kPerPage);
        totals = asked.page == 1 && rows.size() < kPerPage ? sum_of(rows) : shelf.totals(reader, asked.filter);
        offered = choices(c, reader, shelf, asked.filter);
    });
    const auto pages = static_cast<int>(std::max<std::int64_t>(1, (totals.rows + kPerPage - 1) / kPerPage));
    if (asked.page > pages) throw base::Failure({base::Code::NotFound, "no such page of the list", {}});
    const std::string summary =
        counted(c.t, "open.grants.count", totals.rows) + ", " + base::format_euros(totals.amount, c.language());
    const std::string csv = with_filter("/donnees/aides.csv", asked.filter);
    const std::string json = with_filter("/donnees/aides.json", asked.filter);
    return c.page({.title = c.t("open.grants.title"), .wide = true, .public_page = true, .main = [&](html::Writer& w) {
                       w("<p class='lead'>{}</p>", c.t("open.grants.lead"));
                       w("<ul class='links'><li><a href='/aides-accordees/carte'>{}</a></li><li><a "
                         "href='/aides-accordees/chiffres'>{}</a></li></ul>",
                         c.t("open.map.title"), c.t("open.figures.title"));
                       write_filters(w, c, asked, offered, summary);
                       grants_table(w, c.t("open.grants.caption"), rows,
                                    c.t(asked.filtered ? "open.grants.none" : "open.grants.none_yet"));
                       html::pagination(w, {.url = asked.address, .page = asked.page, .pages = pages});
                       if (totals.rows > 0)
                           w("<p class='downloads'>{} <a href='{}'>CSV</a> <a href='{}'>JSON</a></p>",
                             c.t("open.grants.download"), csv, json);
                   }});
}

void write_life(html::Writer& w, const Context& c, const sitting::GrantPage& page) {
    struct Step {
        base::Date on;
        std::size_t order;
        std::string_view key;
        auto operator<=>(const Step&) const = default;
    };
    std::vector<Step> steps;
    auto at = [&](const std::optional<base::Timestamp>& when, std::string_view key) {
        if (when) steps.push_back({base::paris_date(*when), steps.size(), key});
    };
    at(page.filed, "open.grant.filed");
    at(page.complete, "open.grant.complete");
    steps.push_back({page.grant.decision_date, steps.size(), "open.grant.decided"});
    at(page.transmitted, "open.grant.transmitted");
    at(page.published, "open.grant.published");
    at(page.notified, "open.grant.notified");
    std::sort(steps.begin(), steps.end());
    std::vector<html::Event> events;
    for (const Step& step : steps)
        events.push_back({.when = base::format_date(step.on, c.language()),
                          .machine = base::iso(step.on),
                          .title = c.t(step.key),
                          .tone = step.key == "open.grant.decided" ? html::Tone::Good : html::Tone::Neutral});
    html::heading(w, 2, c.t("open.grant.life"));
    html::timeline(w, events);
}

void write_summary(html::Writer& w, const Context& c, const sitting::GrantPage& page) {
    const auto& g = page.grant;
    std::vector<html::SummaryRow> rows{
        {.key = c.t("open.grants.who"),
         .value =
             [&w, &g, &page] {
                 w("<a href='{}'>{}</a>", html::url("/territoire/{}", page.applicant_code), g.beneficiary_name);
             }},
        {.key = c.t("open.department"), .value = place_of(g)},
        {.key = c.t("open.grant.object"), .value = std::string_view(g.object)},
        {.key = c.t("open.grants.project"), .value = nature_name(c.t, g.project_nature)}};
    if (g.cameras)
        rows.push_back({.key = c.t("open.grant.cameras"), .value = base::format_count(*g.cameras, c.language())});
    rows.push_back({.key = c.t("open.grant.scheme"), .value = [&w, &g] {
                        w("<a href='/dispositifs/{}/{}'>{} ({})</a>", g.scheme_id, g.edition, g.scheme_title,
                          g.edition);
                    }});
    rows.push_back({.key = c.t("open.sitting"), .value = [&w, &g] {
                        w("<a href='{}'>{}</a>", html::url("/seances/{}", g.sitting_id), g.sitting_label);
                    }});
    if (!g.resolution.empty()) rows.push_back({.key = c.t("open.resolution"), .value = std::string_view(g.resolution)});
    html::summary_list(w, {.title = c.t("open.grant.facts"), .rows = std::move(rows)});
}

http::Response one_page(Context& c, const Shelf& shelf) {
    std::optional<sitting::GrantPage> page;
    std::vector<publish::PublishedGrant> others;
    const auto& directory = c.site.desk.territory;
    c.db().read([&](db::Reader& reader) {
        page = sitting::grant_page(reader, directory, c.site.desk.editions, shelf.publisher, c.request.param("number"));
        if (page)
            others = sitting::grants(reader, directory, c.site.desk.editions, shelf.publisher,
                                     {.code = page->applicant_code});
    });
    if (!page) throw base::Failure({base::Code::NotFound, "no published grant of that number", {}});
    const auto& g = page->grant;
    std::erase_if(others, [&](const auto& other) { return other.id == g.id; });
    return c.page(
        {.title = c.t("open.grant.title", {{"who", g.beneficiary_name}, {"place", place_of(g)}}),
         .breadcrumb = {{"/aides-accordees", c.t("open.grants.title")}},
         .caption = c.t("open.grant.number", {{"number", g.id}}),
         .aside = [&](html::Writer& w) { provenance_tag(w, g.provenance.origin); },
         .public_page = true,
         .main =
             [&](html::Writer& w) {
                 if (g.provenance.origin != publish::Origin::Actual)
                     html::notice(w, {.title = c.t(g.provenance.origin == publish::Origin::Simulated
                                                       ? "open.grant.simulated"
                                                       : "open.grant.reconstructed")});
                 std::vector<html::Figure> figures{
                     {.label = c.t("open.grant.amount"),
                      .value = base::format_euros(g.awarded, c.language()),
                      .strong = true},
                     {.label = c.t("open.grant.base"), .value = base::format_euros(g.eligible_base, c.language())}};
                 if (g.rate && g.rate->per_10000 > 0)
                     figures.push_back(
                         {.label = c.t("open.estimate.rate"), .value = base::format_percent(*g.rate, c.language())});
                 if (g.population)
                     figures.push_back({.label = c.t("open.grant.population"),
                                        .value = base::format_count(g.population->value, c.language()),
                                        .hint = c.t("open.grant.population_used",
                                                    {{"figure", c.t("scheme.figure." + g.population->figure)},
                                                     {"year", std::to_string(g.population->year)}})});
                 html::figures(w, figures);
                 if (!page->amendment.empty())
                     html::notice(w, {.title = c.t("open.grant.amended",
                                                   {{"proposed", base::format_euros(page->proposed, c.language())}}),
                                      .content = std::string_view(page->amendment)});
                 write_summary(w, c, *page);
                 auto reasons = reasons_of_json(page->evaluation, c.language());
                 if (!reasons.empty()) {
                     html::heading(w, 2, c.t("open.grant.why"));
                     html::explanation(w, reasons);
                 }
                 write_life(w, c, *page);
                 html::heading(w, 2, c.t("open.grant.others"));
                 if (others.empty())
                     w("<p>{}</p>", c.t("open.grant.no_other"));
                 else
                     grants_table(w, c.t("open.grant.others"), others, "");
             }});
}

}  // namespace

void add_grants(Routes& routes, const SharedShelf& shelf) {
    routes.get("/aides-accordees", kAnyone,
               kept_page(shelf, From::Publication, [shelf](Context& c) { return list_page(c, *shelf); }));
    routes.get("/aides-accordees/{number}", kAnyone,
               kept_page(shelf, From::Journal, [shelf](Context& c) { return one_page(c, *shelf); }));
}

}  // namespace beffroi::aides::pages::open
