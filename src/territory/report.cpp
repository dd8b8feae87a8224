#include "territory/report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace beffroi::territory {

namespace {

using base::Code;
using base::Result;
using base::Text;

CommuneSheet sheet_of(const Directory& directory, const Commune& commune, base::Date at) {
    CommuneSheet sheet;
    sheet.commune = commune;
    sheet.populations = directory.populations(commune.code);
    sheet.history = directory.history(commune.code);
    sheet.predecessors = directory.predecessors(commune.code, commune.last_year);
    sheet.postal_codes = directory.postal_codes(commune.code);
    if (!commune.current) sheet.successor = directory.successor(commune.code, directory.cog_years().back());
    if (commune.grouping) {
        sheet.grouping = directory.grouping_at(*commune.grouping);
        auto years = directory.years_in_force(Figure::Municipale);
        if (!years.empty())
            sheet.grouping_population = directory.population(sheet.grouping->siren, Figure::Municipale, years.back());
    }
    for (const TagList& list : directory.tag_lists())
        if (directory.has_tag(commune.code, list.name, at) == HasTag::Yes &&
            (sheet.tags.empty() || sheet.tags.back() != list.name))
            sheet.tags.push_back(list.name);
    return sheet;
}

GroupingSheet sheet_of(const Directory& directory, const Grouping& grouping) {
    GroupingSheet sheet;
    sheet.grouping = grouping;
    sheet.regions = directory.regions_of(grouping.siren, grouping.last_year);
    for (Figure figure : {Figure::Municipale, Figure::Totale})
        for (int year : directory.years_in_force(figure))
            if (auto population = directory.population(grouping.siren, figure, year))
                sheet.populations.push_back(std::move(*population));
    return sheet;
}

Result<Sheet> sheet_of(const Directory& directory, const SearchHit& hit, base::Date at) {
    if (const Commune* commune = hit.commune()) return sheet_of(directory, *commune, at);
    return sheet_of(directory, *hit.grouping());
}

std::string_view name_of(const SearchHit& hit) {
    if (!hit.matched_name.empty()) return hit.matched_name;
    return hit.commune() != nullptr ? hit.commune()->name : hit.grouping()->name;
}

std::string code_of(const SearchHit& hit) {
    return hit.commune() != nullptr ? hit.commune()->code.str() : hit.grouping()->siren.str();
}

Result<Sheet> by_name(const Directory& directory, std::string_view what, base::Date at) {
    std::vector<SearchHit> hits = directory.search({.words = what, .region = std::nullopt});
    std::string wanted = base::fold(what);
    std::vector<SearchHit> exact;
    std::copy_if(hits.begin(), hits.end(), std::back_inserter(exact), [&](const SearchHit& hit) {
        return base::fold(name_of(hit)) == wanted || base::fold(hit.label) == wanted;
    });
    if (exact.size() == 1) return sheet_of(directory, exact.front(), at);
    if (exact.empty() && hits.size() == 1) return sheet_of(directory, hits.front(), at);
    if (hits.empty())
        return base::fail(Code::NotFound, fmt::format("nothing is called \"{}\"", what),
                          {"territory.not_found", {{"what", std::string(what)}}});
    std::string list;
    for (const SearchHit& hit : exact.empty() ? hits : exact)
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", hit.label, code_of(hit));
    return base::fail(Code::Conflict, fmt::format("\"{}\" may be: {}", what, list),
                      {"territory.ambiguous", {{"what", std::string(what)}, {"list", list}}});
}

// ---- JSON

std::string json(std::string_view text) {
    return base::json_string(text);
}

std::string json_or_null(const std::optional<Siren>& siren) {
    return siren ? json(siren->str()) : "null";
}

template <typename Items, typename Each>
std::string json_list(const Items& items, Each&& each) {
    std::string out = "[";
    for (const auto& item : items) {
        if (out.size() > 1) out += ", ";
        out += each(item);
    }
    return out + "]";
}

std::string json_of(const Population& p) {
    return fmt::format(R"({{"figure": "{}", "in_force": {}, "census": {}, "value": {}, "source": {}}})",
                       figure_name(p.figure), p.in_force, p.census ? std::to_string(*p.census) : "null", p.value,
                       json(p.source));
}

std::string json_of(const GroupingPopulation& p) {
    return fmt::format(R"({{"figure": "{}", "in_force": {}, "value": {}, "complete": {}, "members_year": {}}})",
                       figure_name(p.figure), p.in_force, p.value, p.complete, p.members_year);
}

std::string json_head(const Commune& c) {
    return fmt::format(
        R"("kind": "commune", "code": {}, "siren": {}, "name": {}, "label": {}, "departement": {}, "region": {}, "current": {})",
        json(c.code.view()), json_or_null(c.siren), json(c.name), json(c.label()), json(c.departement.view()),
        json(c.region.view()), c.current);
}

std::string json_head(const Grouping& g) {
    return fmt::format(
        R"("kind": "grouping", "siren": {}, "type": {}, "name": {}, "label": {}, "departement": {}, "current": {})",
        json(g.siren.str()), json(grouping_kind_code(g.kind)), json(g.name), json(g.label()),
        json(g.departement.view()), g.current);
}

std::string json_of(const CommuneSheet& sheet) {
    const Commune& c = sheet.commune;
    std::string out = "{" + json_head(c);
    out += fmt::format(R"(, "first_year": {}, "last_year": {})", c.first_year, c.last_year);
    out += ", \"postal_codes\": " +
           json_list(sheet.postal_codes, [](std::uint32_t code) { return fmt::format("\"{:05}\"", code); });
    out += ", \"populations\": " + json_list(sheet.populations, [](const Population& p) { return json_of(p); });
    out += ", \"grouping\": " + (sheet.grouping ? "{" + json_head(*sheet.grouping) + "}" : "null");
    out += ", \"grouping_population\": " + (sheet.grouping_population ? json_of(*sheet.grouping_population) : "null");
    out += ", \"history\": " + json_list(sheet.history, [](const Naming& n) {
               return fmt::format(R"({{"name": {}, "siren": {}, "first_year": {}, "last_year": {}}})", json(n.name),
                                  json_or_null(n.siren), n.first_year, n.last_year);
           });
    out += ", \"predecessors\": " + json_list(sheet.predecessors, [](InseeCode code) { return json(code.view()); });
    out += ", \"successor\": " + (sheet.successor ? json(sheet.successor->view()) : "null");
    out += ", \"lists\": " + json_list(sheet.tags, [](std::string_view tag) { return json(tag); });
    return out + "}\n";
}

std::string json_of(const Directory& directory, const GroupingSheet& sheet) {
    std::string out = "{" + json_head(sheet.grouping);
    out += fmt::format(R"(, "funding": {}, "first_year": {}, "last_year": {})", json(sheet.grouping.funding),
                       sheet.grouping.first_year, sheet.grouping.last_year);
    out += ", \"regions\": " + json_list(sheet.regions, [](const auto& region) {
               return fmt::format(R"({{"code": {}, "members": {}}})", json(region.first.view()), region.second);
           });
    out += ", \"populations\": " + json_list(sheet.populations, [](const GroupingPopulation& p) { return json_of(p); });
    auto members = directory.members(sheet.grouping.siren, sheet.grouping.last_year);
    out += ", \"members\": " + json_list(members, [&](CommuneIndex i) {
               Commune c = directory.commune_at(i);
               return fmt::format(R"({{"code": {}, "name": {}}})", json(c.code.view()), json(c.name));
           });
    return out + "}\n";
}

// ---- Text

class Lines {
  public:
    explicit Lines(const Text& text) : text_(text) {}

    void title(std::string_view title) { out_ += fmt::format("{}\n", title); }
    void field(std::string_view key, std::string_view value) {
        if (!value.empty()) out_ += fmt::format("  {:<18} {}\n", text_(key), value);
    }
    void section(std::string_view key) { out_ += fmt::format("\n{}\n", text_(key)); }
    void line(std::string_view line) { out_ += fmt::format("  {}\n", line); }
    void columns(std::string_view a, std::string_view b, std::string_view c, std::string_view d, std::string_view e) {
        line(fmt::format("{:<12} {:<12} {:>14}   {:<12} {}", a, b, c, d, e));
    }
    [[nodiscard]] std::string done() && { return std::move(out_); }

  private:
    const Text& text_;
    std::string out_;
};

std::string count(std::int64_t value, const Text& text) {
    return base::format_count(value, text.language());
}

std::string figure_text(Figure figure, const Text& text) {
    return std::string(text(fmt::format("territory.figure.{}", figure_name(figure))));
}

void population_table(Lines& lines, const CommuneSheet& sheet, const Text& text) {
    if (sheet.populations.empty()) return;
    lines.section("territory.show.populations");
    lines.columns(text("territory.show.in_force"), text("territory.show.figure"), text("territory.show.people"),
                  text("territory.show.census"), text("territory.show.source"));
    const Population* before = nullptr;
    for (const Population& p : sheet.populations) {
        bool aside = before != nullptr && before->figure == p.figure && before->in_force == p.in_force;
        std::string source(p.source);
        if (aside) source += fmt::format(" ({})", text("territory.show.aside"));
        lines.columns(std::to_string(p.in_force), figure_text(p.figure, text), count(p.value, text),
                      p.census ? std::to_string(*p.census) : "-", source);
        before = &p;
    }
}

// The name of a commune whose place another took: the one it bore with the same SIREN, when its code went to someone
// else since.
std::string name_then(const Directory& directory, InseeCode code, const std::optional<Siren>& siren, const Text& text) {
    for (const Naming& naming : directory.history(code))
        if (siren && naming.siren == siren)
            return fmt::format(" {} ({})", naming.name,
                               text("territory.show.from_to", {{"first", std::to_string(naming.first_year)},
                                                               {"last", std::to_string(naming.last_year)}}));
    auto known = directory.commune(code);
    return known ? fmt::format(" {}", known->name) : std::string();
}

void history_list(Lines& lines, const Directory& directory, const CommuneSheet& sheet, const Text& text) {
    lines.section("territory.show.history");
    for (const Naming& naming : sheet.history) {
        std::string years = text("territory.show.from_to", {{"first", std::to_string(naming.first_year)},
                                                            {"last", std::to_string(naming.last_year)}});
        lines.line(fmt::format("{:<14} {}{}", years, naming.name,
                               naming.siren ? fmt::format(" ({})", naming.siren->spaced()) : ""));
    }
    if (sheet.successor) {
        auto now = directory.commune(*sheet.successor);
        std::string name = now ? fmt::format("{} {}", now->label(), now->code.view()) : sheet.successor->str();
        lines.line(text("territory.show.successor", {{"name", name}}));
    }
    std::string before;
    for (InseeCode code : sheet.predecessors)
        before += fmt::format("{}{}{}", before.empty() ? "" : ", ", code.view(),
                              name_then(directory, code, sheet.commune.siren, text));
    if (!before.empty()) lines.line(text("territory.show.predecessors", {{"list", before}}));
}

std::string text_of(const Directory& directory, const CommuneSheet& sheet, const Text& text) {
    const Commune& c = sheet.commune;
    Lines lines(text);
    lines.title(c.label());
    lines.field("territory.show.insee", c.code.view());
    if (c.siren) lines.field("territory.show.siren", c.siren->spaced());
    lines.field("territory.show.departement", fmt::format("{} ({})", c.departement_name, c.departement.view()));
    lines.field("territory.show.region", fmt::format("{} ({})", c.region_name, c.region.view()));
    std::string postcodes;
    for (std::uint32_t code : sheet.postal_codes)
        postcodes += fmt::format("{}{:05}", postcodes.empty() ? "" : ", ", code);
    lines.field("territory.show.postcodes", postcodes);
    if (sheet.grouping) {
        std::string people = sheet.grouping_population
                                 ? fmt::format(", {}", text("territory.search.people",
                                                            {{"count", count(sheet.grouping_population->value, text)}}))
                                 : "";
        lines.field("territory.show.member_of",
                    fmt::format("{} ({}){}", sheet.grouping->name, sheet.grouping->siren.spaced(), people));
    }
    std::string tags;
    for (std::string_view tag : sheet.tags) tags += (tags.empty() ? "" : ", ") + std::string(tag);
    lines.field("territory.show.tags", tags);
    population_table(lines, sheet, text);
    history_list(lines, directory, sheet, text);
    return std::move(lines).done();
}

std::string text_of(const Directory& directory, const GroupingSheet& sheet, const Text& text) {
    const Grouping& g = sheet.grouping;
    Lines lines(text);
    lines.title(g.label());
    lines.field("territory.show.siren", g.siren.spaced());
    lines.field("territory.show.kind", text(fmt::format("territory.kind.{}", grouping_kind_code(g.kind))));
    if (g.funding == "FPU" || g.funding == "FA")
        lines.field("territory.show.funding", text(fmt::format("territory.funding.{}", g.funding)));
    std::string regions;
    for (const auto& [region, members] : sheet.regions)
        regions += fmt::format("{}{} ({})", regions.empty() ? "" : ", ", directory.name_of(region), members);
    lines.field("territory.show.region", regions);
    if (sheet.regions.size() > 1)
        lines.line(text("territory.show.straddles", {{"count", std::to_string(sheet.regions.size())}}));
    lines.section("territory.show.populations");
    lines.columns(text("territory.show.in_force"), text("territory.show.figure"), text("territory.show.people"), "",
                  "");
    for (const GroupingPopulation& p : sheet.populations) {
        std::string note = text("territory.show.members_year", {{"year", std::to_string(p.members_year)}});
        if (!p.complete) note += fmt::format(", {}", text("territory.show.partial"));
        lines.columns(std::to_string(p.in_force), figure_text(p.figure, text), count(p.value, text), "", note);
    }
    lines.section("territory.show.members");
    for (CommuneIndex i : directory.members(g.siren, g.last_year)) {
        Commune c = directory.commune_at(i);
        auto years = directory.years_in_force(Figure::Municipale);
        auto p = years.empty() ? std::nullopt : directory.population(i, Figure::Municipale, years.back());
        lines.line(fmt::format(
            "{}  {}{}", c.code.view(), c.label(),
            p ? fmt::format(", {}", text("territory.search.people", {{"count", count(p->value, text)}})) : ""));
    }
    return std::move(lines).done();
}

}  // namespace

Result<Sheet> show(const Directory& directory, std::string_view what, base::Date at) {
    std::string_view given = base::trim(what);
    if (directory.commune_count() == 0)
        return base::fail(Code::NotFound, "no territory data: run territory import", {"territory.empty", {}});
    auto missing = [&] {
        return base::fail(Code::NotFound, fmt::format("no commune or grouping has the code {}", given),
                          {"territory.not_found", {{"what", std::string(given)}}});
    };
    if (Result<InseeCode> code = InseeCode::parse(given)) {
        if (auto commune = directory.commune(*code)) return sheet_of(directory, *commune, at);
        // An old code that has no line of its own any more: the commune that stands there.
        auto successor = directory.successor(*code, directory.cog_years().back());
        if (!successor) return missing();
        return sheet_of(directory, *directory.commune(*successor), at);
    }
    Result<Siret> siret = Siret::parse(given);
    Result<Siren> siren = siret ? Result<Siren>(siret->siren()) : Siren::parse(given);
    if (siren) {
        if (auto grouping = directory.grouping(*siren)) return sheet_of(directory, *grouping);
        if (auto commune = directory.commune(*siren)) return sheet_of(directory, *commune, at);
        return missing();
    }
    return by_name(directory, given, at);
}

std::string to_text(const Directory& directory, const Sheet& sheet, const Text& text) {
    return std::visit([&](const auto& one) { return text_of(directory, one, text); }, sheet);
}

std::string to_json(const Directory& directory, const Sheet& sheet) {
    if (const auto* commune = std::get_if<CommuneSheet>(&sheet)) return json_of(*commune);
    return json_of(directory, std::get<GroupingSheet>(sheet));
}

std::string to_text(const Directory& directory, const std::vector<SearchHit>& hits, const Text& text) {
    if (hits.empty()) return fmt::format("{}\n", text("territory.search.none"));
    std::string out;
    for (const SearchHit& hit : hits) {
        out += fmt::format("{:<10} {}", code_of(hit), hit.label);
        if (hit.population)
            out += fmt::format(", {}", text("territory.search.people", {{"count", count(*hit.population, text)}}));
        if (!hit.matched_name.empty())
            out += fmt::format(" ({})", text("territory.search.former", {{"name", hit.matched_name}}));
        if (auto now = hit.successor ? directory.commune(*hit.successor) : std::nullopt)
            out += fmt::format(
                " ({})", text("territory.search.now", {{"name", fmt::format("{} {}", now->name, now->code.view())}}));
        out += '\n';
    }
    return out;
}

std::string to_json(const Directory&, const std::vector<SearchHit>& hits) {
    return json_list(hits,
                     [](const SearchHit& hit) {
                         std::string out =
                             "{" + (hit.commune() != nullptr ? json_head(*hit.commune()) : json_head(*hit.grouping()));
                         out += fmt::format(R"(, "population": {})",
                                            hit.population ? std::to_string(*hit.population) : "null");
                         out += fmt::format(R"(, "matched_name": {})",
                                            hit.matched_name.empty() ? "null" : json(hit.matched_name));
                         return out + fmt::format(R"(, "successor": {}}})",
                                                  hit.successor ? json(hit.successor->view()) : "null");
                     }) +
           "\n";
}

std::string to_text(const ImportReport& report, const Text& text) {
    std::string unchanged = std::to_string(report.unchanged);
    if (report.imported == 0) return text("territory.import.same", {{"unchanged", unchanged}}) + "\n";
    std::string out =
        text("territory.import.done", {{"imported", std::to_string(report.imported)},
                                       {"unchanged", unchanged},
                                       {"communes", count(static_cast<std::int64_t>(report.communes), text)},
                                       {"populations", count(static_cast<std::int64_t>(report.populations), text)}});
    for (const ImportNote& note : report.notes) out += "\n  " + text(note.message);
    return out + "\n";
}

std::string to_json(const ImportReport& report) {
    return fmt::format(R"({{"imported": {}, "unchanged": {}, "communes": {}, "populations": {}, "notes": {}}})",
                       report.imported, report.unchanged, report.communes, report.populations,
                       json_list(report.notes, [](const ImportNote& note) { return json(note.detail); })) +
           "\n";
}

std::string to_text(const ContourReport& report, const Text& text) {
    if (report.unchanged != 0) return fmt::format("{}\n", text("territory.contours.same"));
    auto shown = [&](std::size_t n) { return count(static_cast<std::int64_t>(n), text); };
    return text("territory.contours.done", {{"communes", shown(report.communes)},
                                            {"kept", shown(report.points_kept)},
                                            {"read", shown(report.points_read)},
                                            {"skipped", shown(report.skipped)}}) +
           "\n";
}

std::string to_json(const ContourReport& report) {
    return fmt::format(R"({{"communes": {}, "unchanged": {}, "skipped": {}, "points_read": {}, "points_kept": {}}})",
                       report.communes, report.unchanged, report.skipped, report.points_read, report.points_kept) +
           "\n";
}

}  // namespace beffroi::territory
