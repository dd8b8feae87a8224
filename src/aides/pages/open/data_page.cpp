// The documentation of the open data: what each file holds, column by column, and what our own checker says of it.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include <boost/json.hpp>

#include "aides/pages/open/data.hpp"
#include "aides/publish/scheme_files.hpp"
#include "aides/publish/sitting_files.hpp"

namespace beffroi::aides::pages::open {

namespace {

namespace json = boost::json;
using publish::GrantFormat;

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<ColumnDoc> columns_of(std::string_view schema) {
    std::vector<ColumnDoc> out;
    json::error_code error;
    const json::value whole = json::parse(schema, error);
    if (error || !whole.is_object()) return out;
    const json::value* fields = whole.get_object().if_contains("fields");
    if (fields == nullptr || !fields->is_array()) return out;
    for (const json::value& one : fields->get_array()) {
        if (!one.is_object()) continue;
        const json::object& field = one.get_object();
        ColumnDoc doc{.name = text_at(field, "name"), .title = text_at(field, "title"), .type = text_at(field, "type")};
        if (doc.title.empty()) doc.title = text_at(field, "description");
        if (const json::value* constraints = field.if_contains("constraints");
            constraints != nullptr && constraints->is_object())
            if (const json::value* required = constraints->get_object().if_contains("required");
                required != nullptr && required->is_bool())
                doc.required = required->get_bool();
        out.push_back(std::move(doc));
    }
    return out;
}

struct Checked {
    const DataFile* file = nullptr;
    std::optional<SchemaDoc> doc;
    std::optional<publish::CheckResult> result;  // none: too large to be checked here, or no schema
};

// Every CSV file as it is served now, against its schema in strict reading.
std::vector<Checked> check_all(const Context& c, const Shelf& shelf) {
    sitting::GrantTotals totals;
    std::vector<publish::PublishedGrant> rows;
    std::vector<publish::PublishedSitting> sittings;
    c.db().read([&](db::Reader& reader) {
        totals = sitting::count_grants(reader, c.site.desk.territory, {});
        sittings = sitting::published_sittings(reader, shelf.publisher);
        if (totals.rows > kMostRowsAtOnce) return;
        sitting::ItemId after;
        rows = sitting::grants_after(reader, c.site.desk.territory, c.site.desk.editions, shelf.publisher, {}, after,
                                     kMostRowsAtOnce);
    });
    std::vector<Checked> out;
    for (const DataFile& file : data_files()) {
        Checked& checked = out.emplace_back();
        checked.file = &file;
        if (file.schema.empty()) continue;
        checked.doc = load_schema(c.site, file.schema);
        if (!checked.doc) continue;
        std::string bytes;
        if (file.key == "deliberations")
            bytes = publish::write_deliberations(sittings);
        else if (file.key == "schemes")
            bytes = publish::write_scheme_csv(schemes(c, shelf, false));
        else if (totals.rows > kMostRowsAtOnce)
            continue;
        else
            bytes = grant_bytes(rows, file.key == "scdl"         ? GrantFormat::ScdlSubventions
                                      : file.key == "regulatory" ? GrantFormat::Regulatory
                                                                 : GrantFormat::RichCsv)
                        .bytes;
        checked.result = checked.doc->schema.check(bytes);
    }
    return out;
}

void write_check(html::Writer& w, const Context& c, const publish::CheckResult& result) {
    const std::string rows = base::format_count(static_cast<std::int64_t>(result.rows), c.language());
    if (result.ok()) {
        w("<p>{} {}</p>", html::Tag{c.t("open.data.valid"), html::Tone::Good}, c.t("open.data.checked", {{"n", rows}}));
        return;
    }
    const std::string faults = base::format_count(static_cast<std::int64_t>(result.faults.size()), c.language());
    w("<p>{} {}</p>", html::Tag{c.t("open.data.faulty"), html::Tone::Warning},
      c.t("open.data.faults", {{"n", faults}, {"rows", rows}}));
    struct Kind {
        std::int64_t rows = 0;
        const publish::Fault* first = nullptr;
    };
    std::map<std::pair<std::string, publish::FaultCode>, Kind> kinds;
    for (const auto& fault : result.faults) {
        Kind& kind = kinds[{fault.column, fault.code}];
        ++kind.rows;
        if (kind.first == nullptr) kind.first = &fault;
    }
    html::details(w, {.summary = c.t("open.data.see_faults"), .content = [&] {
                          w("<ul>{}</ul>", [&] {
                              for (const auto& [key, kind] : kinds)
                                  w("<li>{} {}</li>", counted(c.t, "open.data.rows_so", kind.rows),
                                    c.t(kind.first->message));
                          });
                      }});
}

void write_columns(html::Writer& w, const Context& c, const SchemaDoc& doc, std::string_view title) {
    const std::string caption = c.t("open.data.columns_of", {{"file", title}});
    html::details(
        w, {.summary = c.t("open.data.columns",
                           {{"n", base::format_count(static_cast<std::int64_t>(doc.columns.size()), c.language())},
                            {"schema", doc.schema.name() + " " + doc.schema.version()}}),
            .content = [&] {
                html::table(w,
                            {.caption = caption,
                             .columns = {{.label = c.t("open.data.column")},
                                         {.label = c.t("open.data.meaning")},
                                         {.label = c.t("open.data.type")},
                                         {.label = c.t("open.data.required")}},
                             .hide_caption = true},
                            [&](html::Rows& rows) {
                                for (const auto& column : doc.columns)
                                    rows.row()
                                        .cell([&] { w("<code>{}</code>", column.name); })
                                        .cell(column.title)
                                        .cell(column.type)
                                        .cell(c.t(column.required ? "open.yes" : "open.no"));
                            });
            }});
}

http::Response data_page(Context& c, const Shelf& shelf) {
    const auto checked = check_all(c, shelf);
    const auto last = c.db().read([](db::Reader& reader) { return sitting::publication(reader); });
    const auto totals =
        c.db().read([&](db::Reader& reader) { return sitting::count_grants(reader, c.site.desk.territory, {}); });
    return c.page({.title = c.t("open.data.title"), .public_page = true, .main = [&](html::Writer& w) {
                       html::lead(w, c.t("open.data.lead"));
                       if (totals.not_actual > 0)
                           html::notice(w, {.tone = html::Tone::Warning,
                                            .title = c.t("open.figures.not_actual"),
                                            .content = c.t("open.data.not_actual",
                                                           {{"n", base::format_count(totals.not_actual, c.language())},
                                                            {"all", base::format_count(totals.rows, c.language())}})});
                       std::vector<html::SummaryRow> rows{
                           {.key = c.t("open.data.licence"),
                            .value =
                                [&] {
                                    w("<a href='https://www.etalab.gouv.fr/licence-ouverte-open-licence'>{}</a>",
                                      c.t("open.data.licence_name"));
                                }},
                           {.key = c.t("open.data.publisher"), .value = std::string_view(shelf.publisher.name)},
                           {.key = c.t("open.data.encoding"), .value = c.t("open.data.encoding_text")},
                           {.key = c.t("open.data.rhythm"), .value = c.t("open.data.rhythm_text")}};
                       if (last.at.ms > 0)
                           rows.push_back(
                               {.key = c.t("open.data.changed"), .value = base::format_instant(last.at, c.language())});
                       html::summary_list(w, {.title = c.t("open.data.about"), .rows = std::move(rows)});
                       for (const auto& one : checked) {
                           const std::string key = "open.file." + std::string(one.file->key);
                           const std::string_view title = c.t(key + ".title");
                           html::heading(w, 2, title, one.file->key);
                           w("<p>{}</p>", c.t(key + ".text"));
                           w("<p><a href='{}'>{}</a> <span class='hint'>{}</span></p>", one.file->path,
                             one.file->path.substr(one.file->path.rfind('/') + 1), one.file->format);
                           if (one.result) write_check(w, c, *one.result);
                           if (one.doc) write_columns(w, c, *one.doc, title);
                       }
                       html::heading(w, 2, c.t("open.data.gaps"), "manques");
                       w("<p>{} <a href='/donnees/LISEZMOI.md'>LISEZMOI.md</a></p>", c.t("open.data.gaps_text"));
                   }});
}

}  // namespace

std::optional<SchemaDoc> load_schema(const Site& site, std::string_view name) {
    std::ifstream file(site.settings.share_folder / "assets" / "schemas" / name, std::ios::binary);
    if (!file) return std::nullopt;
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    auto schema = publish::TableSchema::load(text);
    if (!schema) return std::nullopt;
    return SchemaDoc{std::move(*schema), columns_of(text)};
}

void add_data_page(Routes& routes, const SharedShelf& shelf) {
    routes.get("/donnees", kAnyone,
               kept_page(shelf, From::Publication, [shelf](Context& c) { return data_page(c, *shelf); }),
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::open
