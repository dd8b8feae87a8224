#include "aides/pages/open/parts.hpp"

#include "journal/journal.hpp"

namespace beffroi::aides::pages::open {

namespace {

sitting::Publication version_of(const Site& site, From from) {
    if (from == From::Nothing) return {};
    return site.desk.db.read([&](db::Reader& reader) {
        if (from == From::Journal) return sitting::Publication{journal::head(reader).seq, {}};
        return sitting::publication(reader);
    });
}

// Someone known, a sentence to be shown once, a language just chosen: the answer is for them alone.
bool for_anyone(const Context& c) {
    return c.session() == nullptr && !c.request.cookie("notice") && !c.request.query.has("lang");
}

std::optional<http::Response> unchanged(const Context& c, const http::Response& response) {
    const std::string_view etag = response.find_header("ETag");
    if (etag.empty() || !c.request.has_etag(etag)) return std::nullopt;
    http::Response same = http::not_modified(etag);
    for (std::string_view name : {"Cache-Control", "Last-Modified", "Vary"})
        if (auto value = response.find_header(name); !value.empty()) same.header(name, value);
    return same;
}

}  // namespace

Shelf::Shelf(const Site& the_site)
    : site(the_site),
      publisher{the_site.settings.authority.name, the_site.settings.authority.siret, the_site.settings.authority.body,
                the_site.settings.authority.prefecture_id, the_site.settings.base_url} {}

sitting::GrantTotals Shelf::totals(db::Reader& reader, const sitting::GrantFilter& filter) const {
    constexpr std::size_t kMostFilters = 1'000;
    const auto version = sitting::publication(reader).version;
    const std::string key = with_filter("", filter) + "&" + filter.code + "&" + filter.number;
    const auto kept = totals_.with([&](Totals& totals) -> std::optional<sitting::GrantTotals> {
        if (totals.version != version) totals = {.version = version, .by_filter = {}};
        const auto found = totals.by_filter.find(key);
        return found == totals.by_filter.end() ? std::nullopt : std::optional(found->second);
    });
    if (kept) return *kept;
    const auto counted = sitting::count_grants(reader, site.desk.territory, filter);
    totals_.with([&](Totals& totals) {
        if (totals.version == version && totals.by_filter.size() < kMostFilters) totals.by_filter[key] = counted;
    });
    return counted;
}

PageHandler kept_page(const SharedShelf& shelf, From from, PageHandler make) {
    return [shelf, from, make = std::move(make)](Context& c) -> http::Response {
        if (!for_anyone(c)) return make(c);
        const auto version = version_of(c.site, from).version;
        std::string key = (c.language() == base::Language::Fr ? "fr " : "en ") + base::iso(c.today()) + " ";
        key += c.request.target;
        auto response = shelf->answers.find(key, version);
        if (!response) {
            http::Response made = make(c);
            // No person, so no CSRF token: nothing that compression could give away.
            made.compressed().header("Cache-Control", "private, no-cache").header("Vary", "Cookie, Accept-Language");
            response = shelf->answers.put(key, version, std::move(made));
        }
        if (auto same = unchanged(c, *response)) return std::move(*same);
        return std::move(*response);
    };
}

PageHandler kept_file(const SharedShelf& shelf, From from, PageHandler make) {
    return [shelf, from, make = std::move(make)](Context& c) -> http::Response {
        const auto last = version_of(c.site, from);
        std::string key = "file " + c.request.path + "?";
        for (const auto& field : c.request.query) key += field.name + "=" + field.value + "&";
        auto response = shelf->answers.find(key, last.version);
        if (!response) {
            http::Response made = make(c);
            made.compressed().header("Cache-Control", "public, no-cache");
            if (last.at.ms > 0) made.header("Last-Modified", http::http_date(last.at));
            response = shelf->answers.put(key, last.version, std::move(made));
        }
        if (auto same = unchanged(c, *response)) return std::move(*same);
        return std::move(*response);
    };
}

publish::Origin origin_of(std::string_view provenance) {
    if (provenance == "real") return publish::Origin::Reconstructed;
    if (provenance == "simulated") return publish::Origin::Simulated;
    return publish::Origin::Actual;
}

void provenance_tag(html::Writer& w, publish::Origin origin) {
    switch (origin) {
        case publish::Origin::Actual:
            return;
        case publish::Origin::Reconstructed:
            w("{}", html::Tag{w.t("site.provenance.real"), html::Tone::Good});
            return;
        case publish::Origin::Simulated:
            w("{}", html::Tag{w.t("site.provenance.simulated"), html::Tone::Neutral});
            return;
    }
}

void sitting_tag(html::Writer& w, std::string_view provenance) {
    if (provenance == "real")
        w("{}", html::Tag{w.t("site.provenance.partly"), html::Tone::Info});
    else
        provenance_tag(w, origin_of(provenance));
}

std::string place_of(const publish::PublishedGrant& grant) {
    if (grant.departement_name.empty()) return grant.departement_code;
    return grant.departement_name + " (" + grant.departement_code + ")";
}

std::string nature_name(const base::Text& t, std::string_view nature) {
    if (nature.empty()) return {};
    return std::string(t("sitting.nature." + std::string(nature)));
}

std::string counted(const base::Text& t, std::string_view key, std::int64_t n) {
    // French counts 0 and 1 alike, English counts 0 as many.
    const bool one = n == 1 || (n == 0 && t.language() == base::Language::Fr);
    return t(std::string(key) + (one ? ".one" : ".many"), {{"n", base::format_count(n, t.language())}});
}

void grants_table(html::Writer& w, std::string_view caption, const std::vector<publish::PublishedGrant>& grants,
                  std::string_view empty) {
    using html::Column;
    html::table(w,
                {.caption = caption,
                 .columns = {{.label = w.t("open.grants.who")},
                             {.label = w.t("open.department")},
                             {.label = w.t("open.grants.project")},
                             {.label = w.t("open.grants.decided")},
                             {.label = w.t("open.amount"), .kind = Column::Kind::Number},
                             {.label = w.t("open.provenance")}},
                 .empty = empty},
                [&](html::Rows& rows) {
                    for (const auto& grant : grants)
                        rows.row()
                            .cell(html::Link{html::url("/aides-accordees/{}", grant.id), grant.beneficiary_name})
                            .cell(place_of(grant))
                            .cell(nature_name(w.text(), grant.project_nature))
                            .cell([&] {
                                w("<a href='{}'>{}</a>", html::url("/seances/{}", grant.sitting_id),
                                  base::short_date(grant.decision_date));
                            })
                            .cell(html::Money{grant.awarded})
                            .cell([&] { provenance_tag(w, grant.provenance.origin); });
                });
}

int number_or(std::string_view text, int otherwise) {
    int value = 0;
    for (char digit : text) {
        if (digit < '0' || digit > '9' || value > 1'000'000) return otherwise;
        value = value * 10 + (digit - '0');
    }
    return text.empty() ? otherwise : value;
}

sitting::GrantFilter grant_filter(const Context& c) {
    sitting::GrantFilter filter;
    filter.words = std::string(c.query("q").substr(0, 200));
    filter.department = std::string(c.query("departement"));
    filter.edition = std::string(c.query("edition"));
    if (int year = number_or(c.query("annee"), 0); year >= 1900 && year <= 2199) filter.year = year;
    filter.sitting = application::SittingId{number_or(c.query("seance"), 0)};
    return filter;
}

std::string with_filter(std::string_view path, const sitting::GrantFilter& filter) {
    std::string address(path);
    auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) address = html::with_param(address, name, value);
    };
    add("q", filter.words);
    add("departement", filter.department);
    if (filter.year) add("annee", std::to_string(*filter.year));
    add("edition", filter.edition);
    if (filter.sitting) add("seance", std::to_string(filter.sitting.value));
    return address;
}

}  // namespace beffroi::aides::pages::open
