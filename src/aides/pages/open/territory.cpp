// Communes and groupings: found by name, their populations by figure and year, their awards.
#include <algorithm>
#include <map>

#include "aides/pages/open/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::open {

namespace {

using territory::Directory;
using territory::SearchHit;

std::string code_of(const SearchHit& hit) {
    return hit.commune() != nullptr ? hit.commune()->code.str() : hit.grouping()->siren.str();
}

std::string detail_of(const Context& c, const SearchHit& hit) {
    std::string detail;
    if (hit.population) detail = counted(c.t, "open.inhabitants", *hit.population);
    if (!hit.matched_name.empty()) {
        if (!detail.empty()) detail += ", ";
        detail += c.t("open.territory.formerly", {{"name", hit.matched_name}});
    }
    if (hit.grouping() != nullptr && detail.empty()) detail = c.t("open.territory.grouping");
    return detail;
}

http::Response suggestions(Context& c) {
    std::string out = R"({"results":[)";
    bool first = true;
    for (const auto& hit :
         c.site.desk.territory.search({.words = c.query("q").substr(0, 200), .region = {}, .limit = 8})) {
        if (!first) out += ',';
        first = false;
        out += R"({"code":)" + base::json_string(code_of(hit)) + R"(,"label":)" + base::json_string(hit.label) +
               R"(,"detail":)" + base::json_string(detail_of(c, hit)) + '}';
    }
    return http::json(out + "]}").header("Cache-Control", "public, max-age=3600");
}

http::Response search_page(Context& c) {
    if (std::string_view code = c.query("code"); !code.empty())
        return http::redirect_see_other(html::url("/territoire/{}", code));
    const std::string_view words = c.query("q").substr(0, 200);
    auto hits = c.site.desk.territory.search({.words = words, .region = {}, .limit = 60});
    return c.page(
        {.title = c.t("open.territory.search"), .public_page = true, .main = [&](html::Writer& w) {
             html::form(w, {.action = "/territoire/recherche", .get = true, .label = c.t("open.territory.search")},
                        [&] {
                            html::lookup_field(w,
                                               {.name = "q",
                                                .label = c.t("open.home.search"),
                                                .hint = c.t("open.home.search_hint"),
                                                .value = words,
                                                .width = html::Width::Long},
                                               {.code_name = "code"});
                        });
             if (base::trim(words).empty()) return;
             html::table(w,
                         {.caption = counted(c.t, "open.territory.results", static_cast<std::int64_t>(hits.size())),
                          .columns = {{.label = c.t("open.territory.name")},
                                      {.label = c.t("open.territory.code")},
                                      {.label = c.t("open.territory.detail")}},
                          .empty = c.t("html.lookup.none")},
                         [&](html::Rows& rows) {
                             for (const auto& hit : hits) {
                                 std::string code = code_of(hit);
                                 rows.row()
                                     .cell(html::Link{html::url("/territoire/{}", code), hit.label})
                                     .cell(code)
                                     .cell(detail_of(c, hit));
                             }
                         });
         }});
}

void write_awards(html::Writer& w, const Context& c, const Shelf& shelf, std::string_view code) {
    auto awards = c.db().read([&](db::Reader& reader) {
        return sitting::grants(reader, c.site.desk.territory, c.site.desk.editions, shelf.publisher,
                               {.code = std::string(code)});
    });
    html::heading(w, 2, c.t("open.territory.awards"), "aides");
    if (awards.empty())
        w("<p>{}</p>", c.t("open.territory.no_award"));
    else
        grants_table(w, c.t("open.territory.awards"), awards, "");
}

// Year in force by row, the two figures side by side.
void write_populations(html::Writer& w, const Context& c, territory::InseeCode code) {
    const Directory& directory = c.site.desk.territory;
    std::vector<int> years;
    for (auto figure : {territory::Figure::Municipale, territory::Figure::Totale})
        for (int year : directory.years_in_force(figure)) years.push_back(year);
    std::sort(years.rbegin(), years.rend());
    years.erase(std::unique(years.begin(), years.end()), years.end());
    html::heading(w, 2, c.t("open.territory.populations"), "populations");
    html::table(w,
                {.caption = c.t("open.territory.populations_caption"),
                 .columns = {{.label = c.t("open.territory.in_force")},
                             {.label = c.t("open.territory.municipale"), .kind = html::Column::Kind::Number},
                             {.label = c.t("open.territory.totale"), .kind = html::Column::Kind::Number},
                             {.label = c.t("open.territory.census")},
                             {.label = c.t("open.territory.source")}},
                 .empty = c.t("open.territory.no_population")},
                [&](html::Rows& rows) {
                    for (int year : years) {
                        auto own = directory.population(code, territory::Figure::Municipale, year);
                        auto total = directory.population(code, territory::Figure::Totale, year);
                        if (!own && !total) continue;
                        const auto& any = own ? *own : *total;
                        auto count = [&](const auto& one) {
                            return one ? base::format_count(one->value, c.language()) : std::string("–");
                        };
                        rows.row()
                            .cell(std::to_string(year))
                            .cell(count(own))
                            .cell(count(total))
                            .cell(any.census ? std::to_string(*any.census) : std::string("–"))
                            .cell(any.source);
                    }
                });
}

html::Page page_of(const Context& c, std::string label, std::string caption) {
    return {.title = std::move(label),
            .breadcrumb = {{"/territoire/recherche", c.t("open.territory.search")}},
            .caption = std::move(caption),
            .public_page = true};
}

http::Response commune_page(Context& c, const Shelf& shelf, const territory::Commune& commune) {
    const Directory& directory = c.site.desk.territory;
    const int last = directory.cog_years().empty() ? 0 : directory.cog_years().back();
    html::Page page = page_of(c, commune.label(), c.t("open.territory.insee", {{"code", commune.code.str()}}));
    page.main = [&](html::Writer& w) {
        if (!commune.current) {
            auto heir = directory.successor(commune.code, last);
            auto now = heir ? directory.commune(*heir) : std::nullopt;
            if (now)
                html::notice(w, {.title = c.t("open.territory.gone", {{"year", std::to_string(commune.last_year)}}),
                                 .content = [&] {
                                     w("<p><a href='{}'>{}</a></p>", html::url("/territoire/{}", now->code.str()),
                                       now->label());
                                 }});
        }
        std::vector<html::SummaryRow> rows{
            {.key = c.t("open.department"),
             .value = std::string(commune.departement_name) + " (" + commune.departement.str() + ")"},
            {.key = c.t("open.territory.region"), .value = commune.region_name}};
        if (commune.siren) rows.push_back({.key = "SIREN", .value = commune.siren->spaced()});
        if (commune.grouping) {
            auto grouping = directory.grouping_at(*commune.grouping);
            rows.push_back({.key = c.t("open.territory.grouping"), .value = [&w, grouping] {
                                w("<a href='{}'>{}</a>", html::url("/territoire/{}", grouping.siren.str()),
                                  grouping.name);
                            }});
        }
        std::string before;
        for (const auto& old : directory.predecessors(commune.code, last))
            if (auto former = directory.commune(old))
                before += (before.empty() ? "" : ", ") + std::string(former->name) + " (" + old.str() + ")";
        if (!before.empty()) rows.push_back({.key = c.t("open.territory.merged"), .value = std::move(before)});
        html::summary_list(w, {.title = c.t("open.territory.facts"), .rows = std::move(rows)});
        write_awards(w, c, shelf, commune.code.view());
        write_populations(w, c, commune.code);
    };
    return c.page(std::move(page));
}

http::Response grouping_page(Context& c, const Shelf& shelf, const territory::Grouping& grouping) {
    const Directory& directory = c.site.desk.territory;
    html::Page page = page_of(c, grouping.label(), "SIREN " + grouping.siren.spaced());
    page.main = [&](html::Writer& w) {
        const auto years = directory.years_in_force(territory::Figure::Municipale);
        const int year = years.empty() ? grouping.last_year : std::min(years.back(), grouping.last_year);
        auto population = directory.population(grouping.siren, territory::Figure::Municipale, year);
        std::vector<html::SummaryRow> rows{
            {.key = c.t("open.department"),
             .value = std::string(grouping.departement_name) + " (" + grouping.departement.str() + ")"}};
        std::string regions;
        for (const auto& [region, count] : directory.regions_of(grouping.siren, grouping.last_year))
            regions += (regions.empty() ? "" : ", ") + std::string(directory.name_of(region)) + " (" +
                       counted(c.t, "open.territory.communes", static_cast<std::int64_t>(count)) + ")";
        rows.push_back({.key = c.t("open.territory.region"), .value = std::move(regions)});
        if (population)
            rows.push_back({.key = c.t("open.territory.grouping_population", {{"year", std::to_string(year)}}),
                            .value = base::format_count(population->value, c.language())});
        html::summary_list(w, {.title = c.t("open.territory.facts"), .rows = std::move(rows)});
        write_awards(w, c, shelf, grouping.siren.str());
        html::heading(w, 2, c.t("open.territory.members"));
        const auto members = directory.members(grouping.siren, grouping.last_year);
        html::table(w,
                    {.caption = counted(c.t, "open.territory.communes", static_cast<std::int64_t>(members.size())),
                     .columns = {{.label = c.t("open.territory.name")},
                                 {.label = c.t("open.territory.code")},
                                 {.label = c.t("open.territory.municipale"), .kind = html::Column::Kind::Number}}},
                    [&](html::Rows& out) {
                        for (auto index : members) {
                            const auto member = directory.commune_at(index);
                            auto count = directory.population(index, territory::Figure::Municipale, year);
                            out.row()
                                .cell(html::Link{html::url("/territoire/{}", member.code.str()), member.label()})
                                .cell(member.code.str())
                                .cell(count ? base::format_count(count->value, c.language()) : std::string("–"));
                        }
                    });
    };
    return c.page(std::move(page));
}

http::Response place_page(Context& c, const Shelf& shelf) {
    const Directory& directory = c.site.desk.territory;
    const std::string_view code = c.request.param("code");
    if (auto insee = territory::InseeCode::parse(code))
        if (auto commune = directory.commune(*insee)) return commune_page(c, shelf, *commune);
    if (auto siren = territory::Siren::parse(code)) {
        if (auto grouping = directory.grouping(*siren)) return grouping_page(c, shelf, *grouping);
        if (auto commune = directory.commune(*siren))
            return http::redirect_see_other(html::url("/territoire/{}", commune->code.str()));
    }
    throw base::Failure({base::Code::NotFound, "no such commune or grouping", {"open.territory.none", {}}});
}

}  // namespace

void add_territory(Routes& routes, const SharedShelf& shelf) {
    routes.get("/territoire/suggestions", kAnyone, suggestions);
    routes.get("/territoire/recherche", kAnyone, search_page);
    routes.get("/territoire/{code}", kAnyone,
               kept_page(shelf, From::Publication, [shelf](Context& c) { return place_page(c, *shelf); }));
}

}  // namespace beffroi::aides::pages::open
