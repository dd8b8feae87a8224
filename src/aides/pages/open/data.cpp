// The open data files.
#include "aides/pages/open/data.hpp"

#include <algorithm>

#include "aides/application/editions.hpp"
#include "aides/publish/atom.hpp"
#include "aides/publish/dcat.hpp"
#include "aides/publish/notes.hpp"
#include "aides/publish/scheme_files.hpp"
#include "aides/publish/sitting_files.hpp"
#include "aides/sitting/schemes_published.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::open {

namespace {

using publish::GrantFile;
using publish::GrantFormat;
using publish::PublishedGrant;

constexpr std::int64_t kPiece = 2'000;
constexpr std::int64_t kFeedGrants = 100;

constexpr DataFile kFiles[] = {
    {"/donnees/subventions-scdl.csv", "scdl", "text/csv", "CSV", "scdl-subventions-2.1.1.json",
     "https://schema.data.gouv.fr/scdl/subventions/2.1.1/"},
    {"/donnees/subventions-14-colonnes.csv", "regulatory", "text/csv", "CSV", "reglementaire-subventions-1.1.1.json",
     "https://schema.data.gouv.fr/etalab/schema-subventions/"},
    {"/donnees/deliberations-scdl.csv", "deliberations", "text/csv", "CSV", "scdl-deliberations-2.1.5.json",
     "https://schema.data.gouv.fr/scdl/deliberations/2.1.5/"},
    {"/donnees/aides.csv", "rich_csv", "text/csv", "CSV", "beffroi-subventions-1.0.0.json", ""},
    {"/donnees/aides.json", "rich_json", "application/json", "JSON", "", ""},
    {"/donnees/dispositifs.csv", "schemes", "text/csv", "CSV", "dispositif-aide-secteur-public-0.1.0.json",
     "https://schema.data.gouv.fr/etalab/schema-dispositif-aide/"},
    {"/donnees/dispositifs.json", "schemes_json", "application/json", "JSON", "", ""},
    {"/donnees/aides-territoires.json", "territoires", "application/json", "JSON", "", ""},
    {"/donnees/atom.xml", "atom", "application/atom+xml", "XML", "", "https://www.rfc-editor.org/rfc/rfc4287"},
    {"/donnees/catalogue.jsonld", "dcat", "application/ld+json", "JSON-LD", "", "https://www.w3.org/TR/vocab-dcat-3/"},
    {"/donnees/LISEZMOI.md", "notes", "text/markdown", "Markdown", "", ""},
};

// Works on what it holds itself: it is called after the request is over.
class GrantStream {
  public:
    GrantStream(const Site& site, sitting::Publisher publisher, sitting::GrantFilter filter, GrantFormat format)
        : site_(site), publisher_(std::move(publisher)), filter_(std::move(filter)), file_(buffer_, format) {}

    bool next(std::string& out) {
        if (done_) return false;
        auto rows = site_.desk.db.read([&](db::Reader& reader) {
            return sitting::grants_after(reader, site_.desk.territory, site_.desk.editions, publisher_, filter_, after_,
                                         kPiece);
        });
        for (const auto& row : rows) file_.add(row);
        if (std::cmp_less(rows.size(), kPiece)) {
            file_.finish();
            done_ = true;
        }
        out.append(buffer_);
        buffer_.clear();
        return true;
    }

  private:
    const Site& site_;
    sitting::Publisher publisher_;
    sitting::GrantFilter filter_;
    std::string buffer_;
    GrantFile file_;
    sitting::ItemId after_;
    bool done_ = false;
};

std::string name_of_file(const Shelf& shelf, GrantFormat format, const sitting::GrantFilter& filter, bool actual) {
    PublishedGrant simulated;
    simulated.provenance.origin = publish::Origin::Simulated;
    const std::size_t slash = filter.edition.find('/');
    const std::string scheme = filter.edition.empty()
                                   ? "videoprotection-region-" + shelf.site.settings.authority.region_code
                                   : filter.edition.substr(0, slash);
    const std::string edition = slash == std::string::npos ? std::string() : filter.edition.substr(slash + 1);
    return publish::file_name(format, scheme, edition, std::span(&simulated, actual ? 0 : 1));
}

http::Response grants_file(Context& c, const Shelf& shelf, GrantFormat format, const sitting::GrantFilter& filter) {
    sitting::GrantTotals totals;
    std::vector<PublishedGrant> rows;
    c.db().read([&](db::Reader& reader) {
        totals = shelf.totals(reader, filter);
        if (totals.rows > kMostRowsAtOnce) return;
        sitting::ItemId after;
        rows = sitting::grants_after(reader, c.site.desk.territory, c.site.desk.editions, shelf.publisher, filter,
                                     after, kMostRowsAtOnce);
    });
    const std::string name = name_of_file(shelf, format, filter, totals.not_actual == 0);
    const std::string_view type = publish::media_type(format);
    if (totals.rows <= kMostRowsAtOnce) return http::content(type, grant_bytes(rows, format).bytes).attachment(name);
    auto stream = std::make_shared<GrantStream>(c.site, shelf.publisher, filter, format);
    return http::stream(type, [stream](std::string& out) { return stream->next(out); }).attachment(name);
}

std::string deliberations(Context& c, const Shelf& shelf) {
    return publish::write_deliberations(
        c.db().read([&](db::Reader& reader) { return sitting::published_sittings(reader, shelf.publisher); }));
}

base::Timestamp changed_at(const Context& c) {
    auto last = c.db().read([](db::Reader& reader) { return sitting::publication(reader); });
    return last.at.ms > 0 ? last.at : c.now();
}

http::Response atom(Context& c, const Shelf& shelf) {
    publish::Feed feed;
    feed.self_url = shelf.publisher.base_url + "/donnees/atom.xml";
    feed.id = feed.self_url;
    feed.title = c.site.desk.catalogue.text(base::Language::Fr, "open.feed.title", {{"name", shelf.publisher.name}});
    feed.page_url = shelf.publisher.base_url + "/";
    feed.author = shelf.publisher.name;
    feed.updated = changed_at(c);
    c.db().read([&](db::Reader& reader) {
        for (const auto& row : sitting::published_sittings(reader, shelf.publisher))
            feed.entries.push_back(publish::entry_of(row));
        for (const auto& row :
             sitting::grants(reader, c.site.desk.territory, c.site.desk.editions, shelf.publisher, {}, 0, kFeedGrants))
            feed.entries.push_back(publish::entry_of(row));
    });
    for (const auto& row : schemes(c, shelf, false)) feed.entries.push_back(publish::entry_of(row));
    std::sort(feed.entries.begin(), feed.entries.end(), [](const auto& a, const auto& b) {
        return a.updated != b.updated ? a.updated > b.updated : a.id < b.id;
    });
    return http::content("application/atom+xml; charset=utf-8", publish::write_atom(feed));
}

http::Response dcat(Context& c, const Shelf& shelf) {
    const base::Text t(c.site.desk.catalogue, base::Language::Fr);
    const base::Timestamp changed = changed_at(c);
    auto totals =
        c.db().read([&](db::Reader& reader) { return sitting::count_grants(reader, c.site.desk.territory, {}); });
    publish::DataCatalogue catalogue;
    const std::string& base_url = shelf.publisher.base_url;
    catalogue.url = base_url + "/donnees/catalogue.jsonld";
    catalogue.title = t("open.data.catalogue", {{"name", shelf.publisher.name}});
    catalogue.description = std::string(t("open.data.lead"));
    catalogue.homepage = base_url + "/donnees";
    catalogue.publisher_name = shelf.publisher.name;
    catalogue.publisher_siret = shelf.publisher.siret;
    catalogue.publisher_url = base_url + "/";
    catalogue.contact_mail = c.site.settings.authority.contact;
    catalogue.modified = changed;
    auto dataset = [&](std::string id, std::string_view title, std::initializer_list<std::string_view> paths) {
        publish::Dataset set;
        set.id = std::move(id);
        set.title = std::string(t(title));
        set.description = std::string(t(std::string(title) + "_text"));
        set.keywords = {"vidéoprotection", "subventions", "collectivités"};
        set.landing_page = base_url + "/donnees";
        set.issued = changed;
        set.modified = changed;
        if (totals.not_actual > 0) set.provenance = {publish::Origin::Simulated, {}};
        for (const DataFile& file : kFiles) {
            if (std::find(paths.begin(), paths.end(), file.path) == paths.end()) continue;
            set.distributions.push_back({.title = std::string(t("open.file." + std::string(file.key) + ".title")),
                                         .description = std::string(t("open.file." + std::string(file.key) + ".text")),
                                         .url = base_url + std::string(file.path),
                                         .media_type = std::string(file.media_type),
                                         .format = std::string(file.format),
                                         .conforms_to = std::string(file.conforms_to),
                                         .modified = changed});
        }
        catalogue.datasets.push_back(std::move(set));
    };
    dataset("subventions", "open.dataset.grants",
            {"/donnees/subventions-scdl.csv", "/donnees/subventions-14-colonnes.csv", "/donnees/aides.csv",
             "/donnees/aides.json"});
    dataset("deliberations", "open.dataset.resolutions", {"/donnees/deliberations-scdl.csv"});
    dataset("dispositifs", "open.dataset.schemes",
            {"/donnees/dispositifs.csv", "/donnees/dispositifs.json", "/donnees/aides-territoires.json"});
    return http::content("application/ld+json", publish::write_dcat(catalogue));
}

http::Response notes(Context& c, const Shelf& shelf) {
    std::vector<PublishedGrant> rows;
    c.db().read([&](db::Reader& reader) {
        sitting::ItemId after;
        rows = sitting::grants_after(reader, c.site.desk.territory, c.site.desk.editions, shelf.publisher, {}, after,
                                     kMostRowsAtOnce);
    });
    const base::Text t(c.site.desk.catalogue, base::Language::Fr);
    publish::NotesInput input{.title = t("open.data.catalogue", {{"name", shelf.publisher.name}}),
                              .publisher = shelf.publisher.name,
                              .url = shelf.publisher.base_url + "/donnees",
                              .written = changed_at(c),
                              .files = {}};
    for (const DataFile& file : kFiles) input.files.emplace_back(file.path.substr(file.path.rfind('/') + 1));
    return http::content("text/markdown; charset=utf-8",
                         publish::write_notes(t, input, rows, grant_bytes(rows, GrantFormat::ScdlSubventions).gaps));
}

http::Response named(std::string_view type, std::string bytes, std::string_view name) {
    return http::content(type, std::move(bytes)).attachment(name);
}

std::string dated_name(const Context& c, std::string_view stem, std::string_view extension) {
    return std::string(stem) + (c.site.settings.demonstration ? "-simulation" : "") + "." + std::string(extension);
}

}  // namespace

std::span<const DataFile> data_files() {
    return kFiles;
}

GrantBytes grant_bytes(const std::vector<PublishedGrant>& grants, GrantFormat format) {
    GrantBytes out;
    GrantFile file(out.bytes, format);
    for (const auto& grant : grants) file.add(grant);
    file.finish();
    out.gaps = file.gaps();
    return out;
}

std::vector<publish::PublishedScheme> schemes(const Context& c, const Shelf& shelf, bool open_only) {
    std::vector<publish::PublishedScheme> out;
    c.db().read([&](db::Reader& reader) {
        for (const auto& row : application::editions(reader)) {
            if (row.status == application::EditionStatus::Superseded) continue;
            auto edition = c.site.desk.editions.get(reader, row.id);
            if (!edition) continue;
            const bool open = row.status == application::EditionStatus::Open && (*edition)->open_at(c.now());
            if (open_only && !open) continue;
            out.push_back(sitting::published_scheme(**edition, row, shelf.publisher, c.site.settings.authority.contact,
                                                    c.site.settings.demonstration, c.site.desk.catalogue));
        }
    });
    return out;
}

void add_data(Routes& routes, const SharedShelf& shelf) {
    const http::RouteOptions worker{.where = http::Where::Worker};
    auto grants = [&](std::string_view path, GrantFormat format) {
        routes.get(path, kAnyone,
                   kept_file(shelf, From::Publication,
                             [shelf, format](Context& c) { return grants_file(c, *shelf, format, grant_filter(c)); }),
                   worker);
    };
    grants("/donnees/subventions-scdl.csv", GrantFormat::ScdlSubventions);
    grants("/donnees/subventions-14-colonnes.csv", GrantFormat::Regulatory);
    grants("/donnees/aides.csv", GrantFormat::RichCsv);
    grants("/donnees/aides.json", GrantFormat::RichJson);
    auto file = [&](std::string_view path, std::function<http::Response(Context&)> make) {
        routes.get(path, kAnyone, kept_file(shelf, From::Publication, std::move(make)), worker);
    };
    file("/donnees/deliberations-scdl.csv", [shelf](Context& c) {
        return named("text/csv; charset=utf-8", deliberations(c, *shelf), dated_name(c, "deliberations-scdl", "csv"));
    });
    file("/donnees/dispositifs.csv", [shelf](Context& c) {
        return named("text/csv; charset=utf-8", publish::write_scheme_csv(schemes(c, *shelf, false)),
                     dated_name(c, "dispositifs", "csv"));
    });
    file("/donnees/dispositifs.json", [shelf](Context& c) {
        return http::content("application/json", publish::write_scheme_json(schemes(c, *shelf, false)));
    });
    file("/donnees/aides-territoires.json", [shelf](Context& c) {
        return http::content("application/json", publish::write_aides_territoires(schemes(c, *shelf, true)));
    });
    file("/donnees/atom.xml", [shelf](Context& c) { return atom(c, *shelf); });
    file("/donnees/catalogue.jsonld", [shelf](Context& c) { return dcat(c, *shelf); });
    file("/donnees/LISEZMOI.md", [shelf](Context& c) { return notes(c, *shelf); });
    add_data_page(routes, shelf);
}

}  // namespace beffroi::aides::pages::open
