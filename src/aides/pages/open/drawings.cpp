// The map and the charts, each with its figures as a table.
#include <algorithm>
#include <map>

#include "aides/pages/open/parts.hpp"
#include "aides/pages/site/navigation.hpp"
#include "aides/publish/chart.hpp"
#include "aides/publish/figures.hpp"
#include "aides/publish/map.hpp"
#include "html/drawing.hpp"
#include "territory/map.hpp"

namespace beffroi::aides::pages::open {

namespace {

using publish::PublishedGrant;

std::vector<PublishedGrant> all_grants(const Context& c, const Shelf& shelf, const sitting::GrantFilter& filter) {
    return c.db().read([&](db::Reader& reader) {
        return sitting::grants(reader, c.site.desk.territory, c.site.desk.editions, shelf.publisher, filter);
    });
}

// What one commune of the map received, under the commune that stands there today.
struct OnMap {
    std::string label;
    std::string name;  // without its département
    base::Cents amount;
    std::int64_t grants = 0;
};

struct MapData {
    std::map<std::string, OnMap> communes;  // by INSEE code
    std::map<std::string, OnMap> departments;
    std::int64_t groupings = 0;  // awards that have no single place
};

MapData map_data(const Context& c, const std::vector<PublishedGrant>& grants, int year) {
    const auto& directory = c.site.desk.territory;
    MapData data;
    for (const auto& grant : grants) {
        auto& department = data.departments[grant.departement_code];
        department.label = place_of(grant);
        department.amount += grant.awarded;
        ++department.grants;
        auto insee = territory::InseeCode::parse(grant.insee_code);
        if (!insee) {
            ++data.groupings;
            continue;
        }
        auto heir = directory.heir(*insee, static_cast<int>(grant.decision_date.year()), year);
        const std::string code = heir ? heir->str() : grant.insee_code;
        auto& place = data.communes[code];
        if (auto commune = directory.commune(base::value_or_throw(territory::InseeCode::parse(code)))) {
            place.label = commune->label();
            place.name = std::string(commune->name);
        } else {
            place.label = place.name = grant.beneficiary_name;
        }
        place.amount += grant.awarded;
        ++place.grants;
    }
    return data;
}

publish::ChartFrame frame(const Context& c, std::string id, std::string_view title, std::string_view description,
                          publish::Unit unit) {
    return {.id = std::move(id),
            .title = std::string(title),
            .description = std::string(description),
            .unit = unit,
            .language = c.language()};
}

// A map with its key. `small`: départements, that need no large drawing.
void map_figure(html::Writer& w, const Context& c, const territory::Map& map, std::string id, std::string_view caption,
                const std::vector<publish::Area>& areas, const std::vector<publish::MapOutline>& outlines, bool small) {
    const auto named = frame(c, std::move(id), caption, c.t("open.map.description"), publish::Unit::Euros);
    const auto breaks = publish::quantile_breaks(areas, 5);
    const bool everywhere = std::all_of(areas.begin(), areas.end(), [](const auto& area) { return area.value; });
    w(
        "<figure class='chart map-figure {}'>{}{}<ul class='map-key'>{}</ul>{}</figure>",
        std::string_view(small ? "small" : ""),
        [&] {
            if (!small) w("<figcaption>{}</figcaption>", caption);
        },
        [&] {
            html::drawing(
                w, publish::choropleth(named, {.width = map.width, .height = map.height}, areas, breaks, outlines));
        },
        [&] {
            for (const auto& line : publish::map_key(named, breaks)) {
                if (line.number == 0 && everywhere) continue;
                w("<li><svg class='map-swatch' viewBox='0 0 10 10' aria-hidden='true'><rect class='map-area map-c{}' "
                  "width='10' height='10'/></svg>{}</li>",
                  line.number, line.label);
            }
        },
        [&] {
            if (!small) w("<p class='source'>{}</p>", c.t("open.map.source"));
        });
}

void communes_map(html::Writer& w, const Context& c, const territory::Map& map, const MapData& data) {
    std::vector<publish::Area> areas;
    areas.reserve(map.communes.size());
    for (const auto& shape : map.communes) {
        publish::Area area{.code = shape.code, .path = shape.path, .x = shape.x, .y = shape.y};
        if (auto found = data.communes.find(shape.code); found != data.communes.end()) {
            area.label = found->second.label;
            area.name = found->second.name;
            area.value = found->second.amount.value;
            area.href = "/territoire/" + shape.code + "#aides";
        }
        areas.push_back(std::move(area));
    }
    std::vector<publish::MapOutline> outlines;
    for (const auto& shape : map.departements) outlines.push_back({shape.path});
    map_figure(w, c, map, "carte-communes", c.t("open.map.caption"), areas, outlines, false);
}

void departments_map(html::Writer& w, const Context& c, const territory::Map& map, const MapData& data) {
    std::vector<publish::Area> areas;
    for (const auto& shape : map.departements) {
        publish::Area area{.code = shape.code,
                           .label = department_label(c.site, shape.code),
                           .path = shape.path,
                           .x = shape.x,
                           .y = shape.y};
        if (auto found = data.departments.find(shape.code); found != data.departments.end()) {
            area.name = area.label;
            area.value = found->second.amount.value;
            area.href = "/aides-accordees?departement=" + shape.code;
        }
        areas.push_back(std::move(area));
    }
    map_figure(w, c, map, "carte-departements", c.t("open.map.departments"), areas, {}, true);
}

void places_table(html::Writer& w, const Context& c, std::string_view caption, std::string_view first,
                  const std::map<std::string, OnMap>& places, std::string_view base_url) {
    std::vector<std::pair<std::string, OnMap>> sorted(places.begin(), places.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.second.amount != b.second.amount ? a.second.amount > b.second.amount : a.second.label < b.second.label;
    });
    OnMap total;
    html::table(w,
                {.caption = caption,
                 .columns = {{.label = first},
                             {.label = c.t("open.figures.grants"), .kind = html::Column::Kind::Number},
                             {.label = c.t("open.amount"), .kind = html::Column::Kind::Number}},
                 .empty = c.t("open.grants.none_yet")},
                [&](html::Rows& rows) {
                    for (const auto& [code, place] : sorted) {
                        total.amount += place.amount;
                        total.grants += place.grants;
                        rows.row()
                            .cell(html::Link{std::string(base_url) + code, place.label})
                            .cell(base::format_count(place.grants, c.language()))
                            .cell(html::Money{place.amount});
                    }
                    if (sorted.size() > 1)
                        rows.row()
                            .total()
                            .cell(c.t("open.total"))
                            .cell(base::format_count(total.grants, c.language()))
                            .cell(html::Money{total.amount});
                });
}

http::Response map_page(Context& c, const Shelf& shelf) {
    const auto& directory = c.site.desk.territory;
    const int year = directory.cog_years().empty() ? 0 : directory.cog_years().back();
    const auto grants = all_grants(c, shelf, {});
    const MapData data = map_data(c, grants, year);
    const auto region = territory::RegionCode::parse(c.site.settings.authority.region_code);
    std::string why_not;
    std::optional<territory::Map> map;
    if (!region || year == 0) {
        why_not = std::string(c.t("open.map.no_territory"));
    } else {
        auto drawn =
            c.db().read([&](db::Reader& reader) { return territory::draw_region(reader, directory, *region, year); });
        if (drawn)
            map = std::move(*drawn);
        else
            why_not = std::string(c.t("open.map.no_contours"));
    }
    return c.page({.title = c.t("open.map.title"),
                   .breadcrumb = {{"/aides-accordees", c.t("open.grants.title")}},
                   .wide = true,
                   .public_page = true,
                   .main = [&](html::Writer& w) {
                       html::lead(w, c.t("open.map.lead"));
                       if (map) {
                           w("<p class='skip-map'><a href='#tableau'>{}</a></p>", c.t("open.map.skip"));
                           communes_map(w, c, *map, data);
                       } else {
                           html::notice(w, {.tone = html::Tone::Warning,
                                            .title = c.t("open.map.missing"),
                                            .content = std::string_view(why_not)});
                       }
                       if (data.groupings > 0) w("<p>{}</p>", counted(c.t, "open.map.groupings", data.groupings));
                       html::heading(w, 2, c.t("open.map.departments"), "departements");
                       if (map) departments_map(w, c, *map, data);
                       places_table(w, c, c.t("open.map.departments"), c.t("open.department"), data.departments,
                                    "/aides-accordees?departement=");
                       html::heading(w, 2, c.t("open.map.table"), "tableau");
                       places_table(w, c, c.t("open.map.table"), c.t("open.territory.commune"), data.communes,
                                    "/territoire/");
                   }});
}

// ---- figures

void group_table(html::Writer& w, const Context& c, std::string_view first, std::string_view base_url,
                 const std::vector<publish::Group>& groups) {
    html::table(w,
                {.caption = first,
                 .columns = {{.label = first},
                             {.label = c.t("open.figures.grants"), .kind = html::Column::Kind::Number},
                             {.label = c.t("open.amount"), .kind = html::Column::Kind::Number},
                             {.label = c.t("open.figures.mean"), .kind = html::Column::Kind::Number},
                             {.label = c.t("open.figures.median"), .kind = html::Column::Kind::Number}},
                 .hide_caption = true},
                [&](html::Rows& rows) {
                    for (const auto& group : groups)
                        rows.row()
                            .cell([&] {
                                if (base_url.empty())
                                    w("{}", group.label);
                                else
                                    w("{}", html::Link{std::string(base_url) + group.key, group.label});
                            })
                            .cell(base::format_count(static_cast<std::int64_t>(group.figures.grants), c.language()))
                            .cell(html::Money{group.figures.awarded})
                            .cell(html::Money{group.figures.mean})
                            .cell(html::Money{group.figures.median});
                });
}

// Bars as text and shapes of the page itself: a drawing scaled down to a phone could not be read.
void group_chart(html::Writer& w, const Context& c, std::string_view id, std::string_view title, std::string_view first,
                 const std::vector<publish::Group>& groups, std::string_view base_url) {
    std::vector<html::Bar> bars;
    for (const auto& group : groups)
        bars.push_back({.label = group.label,
                        .value = group.figures.awarded.value,
                        .text = base::format_euros(group.figures.awarded, c.language())});
    html::heading(w, 2, title, id);
    html::bars(w, c.t("open.figures.euros_caption"), bars);
    html::details(w,
                  {.summary = c.t("html.chart.table"), .content = [&] { group_table(w, c, first, base_url, groups); }});
}

void spread_chart(html::Writer& w, const Context& c, const std::vector<PublishedGrant>& grants) {
    constexpr std::int64_t kThousands[] = {0, 5, 10, 15, 20, 25, 30};
    std::vector<base::Cents> bounds;
    for (std::int64_t thousands : kThousands) bounds.push_back(base::Cents{thousands * 100'000});
    std::vector<html::Bar> bars;
    for (const auto& step : publish::spread(grants, bounds)) {
        std::string from = base::format_count(step.from.value / 100, c.language());
        std::string to = step.to ? base::format_count(step.to->value / 100, c.language()) : std::string();
        bars.push_back({.label = step.to ? c.t("open.figures.step", {{"from", from}, {"to", to}})
                                         : c.t("open.figures.step_last", {{"from", from}}),
                        .value = static_cast<std::int64_t>(step.grants),
                        .text = base::format_count(static_cast<std::int64_t>(step.grants), c.language())});
    }
    html::heading(w, 2, c.t("open.figures.spread"), "montants");
    html::bars(w, c.t("open.figures.spread_caption"), bars);
}

http::Response figures_page(Context& c, const Shelf& shelf) {
    const auto grants = all_grants(c, shelf, {});
    const auto all = publish::figures(grants);
    auto number = [&](std::size_t n) { return base::format_count(static_cast<std::int64_t>(n), c.language()); };
    auto euros = [&](base::Cents amount) { return base::format_euros(amount, c.language()); };
    return c.page(
        {.title = c.t("open.figures.title"),
         .breadcrumb = {{"/aides-accordees", c.t("open.grants.title")}},
         .public_page = true,
         .main = [&](html::Writer& w) {
             if (grants.empty()) {
                 html::empty_state(w, {.title = c.t("open.grants.none_yet")});
                 return;
             }
             if (all.not_actual > 0)
                 html::notice(w, {.title = c.t("open.figures.not_actual"),
                                  .content = c.t("open.figures.not_actual_text",
                                                 {{"n", number(all.not_actual)}, {"all", number(all.grants)}})});
             html::figures(w, {{.label = c.t("open.home.total"), .value = euros(all.awarded), .strong = true},
                               {.label = c.t("open.figures.grants"), .value = number(all.grants)},
                               {.label = c.t("open.figures.beneficiaries"), .value = number(all.beneficiaries)},
                               {.label = c.t("open.figures.mean"), .value = euros(all.mean)},
                               {.label = c.t("open.figures.median"), .value = euros(all.median)},
                               {.label = c.t("open.figures.largest"), .value = euros(all.largest)}});
             auto departments = publish::group(grants, publish::GroupBy::Departement);
             for (auto& group : departments) group.label = department_label(c.site, group.key);
             group_chart(w, c, "par-departement", c.t("open.figures.by_department"), c.t("open.department"),
                         departments, "/aides-accordees?departement=");
             group_chart(w, c, "par-seance", c.t("open.figures.by_sitting"), c.t("open.sitting"),
                         publish::group(grants, publish::GroupBy::Sitting), "/seances/");
             if (auto years = publish::group(grants, publish::GroupBy::Year); years.size() > 1)
                 group_chart(w, c, "par-annee", c.t("open.figures.by_year"), c.t("open.year"), years,
                             "/aides-accordees?annee=");
             auto natures = publish::group(grants, publish::GroupBy::ProjectNature);
             for (auto& group : natures) group.label = nature_name(c.t, group.key);
             group_chart(w, c, "par-projet", c.t("open.figures.by_nature"), c.t("open.grants.project"), natures, "");
             spread_chart(w, c, grants);
         }});
}

}  // namespace

void add_drawings(Routes& routes, const SharedShelf& shelf) {
    routes.get("/aides-accordees/carte", kAnyone,
               kept_page(shelf, From::Publication, [shelf](Context& c) { return map_page(c, *shelf); }),
               {.where = http::Where::Worker});
    routes.get("/aides-accordees/chiffres", kAnyone,
               kept_page(shelf, From::Publication, [shelf](Context& c) { return figures_page(c, *shelf); }),
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::open
