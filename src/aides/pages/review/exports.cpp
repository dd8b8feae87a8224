// Every column of the files of a list, for spreadsheets and for programs.
#include <map>
#include <memory>

#include "aides/application/export.hpp"
#include "aides/pages/review/parts.hpp"
#include "documents/csv.hpp"
#include "documents/sheet.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::ExportRow;
using documents::Cell;

constexpr int kBatch = 2000;
constexpr int kMostInOds = 20'000;

constexpr std::string_view kColumns[] = {
    "number",     "scheme",  "edition",    "revision", "state",    "provenance",  "applicant", "siren",    "insee",
    "department", "title",   "nature",     "created",  "filed",    "complete",    "deadline",  "officer",  "priority",
    "total",      "asked",   "base",       "rate",     "proposed", "proposed_on", "refusal",   "decision", "decided_on",
    "granted",    "sitting", "resolution", "notified", "updated",  "labels"};

class Names {
  public:
    explicit Names(const Site& site) : site_(site) {}
    std::string_view of(PersonId id) {
        if (!id) return {};
        auto [at, fresh] = names_.try_emplace(id);
        if (fresh)
            if (auto person = site_.accounts.person(id)) at->second = person->name;
        return at->second;
    }

  private:
    const Site& site_;
    std::map<PersonId, std::string> names_;
};

std::string joined(const std::vector<std::string>& labels) {
    std::string text;
    for (const auto& label : labels) text += (text.empty() ? "" : ", ") + label;
    return text;
}

std::string_view words_or_none(const base::Text& t, std::string_view area, std::string_view name) {
    return name.empty() ? std::string_view() : word(t, area, name);
}

// `put` has text, number, money, percent, date and empty: one list of columns for both formats.
template <typename Put>
void put_row(Put& put, const ExportRow& row, const base::Text& t, Names& names) {
    auto day = [&](const std::optional<base::Timestamp>& at) {
        if (at)
            put.date(base::paris_date(*at));
        else
            put.empty();
    };
    auto date = [&](const std::optional<base::Date>& on) {
        if (on)
            put.date(*on);
        else
            put.empty();
    };
    put.text(row.number);
    put.text(row.scheme);
    put.text(row.edition);
    put.number(row.revision);
    put.text(word(t, "application.state", name(row.state)));
    put.text(word(t, "site.provenance", name(row.provenance)));
    put.text(row.applicant_name);
    put.text(row.siren);
    put.text(row.insee);
    put.text(row.department);
    put.text(row.title);
    put.text(words_or_none(t, "scheme.nature", row.nature));
    put.date(base::paris_date(row.created));
    day(row.filed);
    day(row.complete);
    date(row.implicit_rejection);
    put.text(names.of(row.officer));
    put.number(row.priority);
    put.money(row.total);
    put.money(row.asked);
    put.money(row.base);
    put.percent(row.rate);
    put.money(row.proposed);
    day(row.proposed_at);
    put.text(row.refusal_reason);
    put.text(words_or_none(t, "review.decision", row.decision));
    date(row.decided_on);
    put.money(row.granted);
    put.text(row.sitting);
    put.text(row.resolution);
    day(row.notified);
    put.date(base::paris_date(row.updated));
    put.text(joined(row.labels));
}

class SheetPut {
  public:
    explicit SheetPut(std::vector<Cell>& cells) : cells_(cells) {}
    void text(std::string_view value) {
        if (value.empty())
            empty();
        else
            cells_.emplace_back(std::string(value));
    }
    void number(std::int64_t value) { cells_.emplace_back(value); }
    void money(base::Cents value) { cells_.emplace_back(value); }
    void percent(base::Rate value) { cells_.emplace_back(value); }
    void date(base::Date value) { cells_.emplace_back(value); }
    void empty() { cells_.emplace_back(documents::Empty{}); }

  private:
    std::vector<Cell>& cells_;
};

std::vector<std::string_view> titles(const base::Text& t) {
    std::vector<std::string_view> all;
    for (const auto column : kColumns) all.push_back(word(t, "review.column", column));
    return all;
}

std::string file_name(const Context& c, std::string_view extension) {
    return "dossiers-" + base::iso(c.today()) + "." + std::string(extension);
}

// Lives as long as the answer is being sent: nothing of the request may be kept.
struct Stream {
    Stream(const Site& the_site, base::Language language, application::Filter the_filter)
        : site(the_site),
          t(the_site.desk.catalogue, language),
          filter(std::move(the_filter)),
          names(the_site),
          csv(rows, documents::CsvProfile::Spreadsheet) {
        csv.header(titles(t));
    }
    bool next(std::string& out) {
        auto batch = site.desk.db.read(
            [&](db::Reader& reader) { return application::export_batch(reader, filter, after, kBatch); });
        for (const auto& row : batch) {
            put_row(csv, row, t, names);
            csv.end_row();
        }
        if (!batch.empty()) after = batch.back().id;
        out += rows;
        rows.clear();
        return batch.size() == kBatch;
    }

    const Site& site;
    base::Text t;
    application::Filter filter;
    Names names;
    ApplicationId after;
    std::string rows;  // what the writer appends to
    documents::CsvWriter csv;
};

http::Response csv_export(Context& c) {
    auto stream = std::make_shared<Stream>(c.site, c.language(), asked_of(c, "/instruction").filter);
    return http::stream("text/csv; charset=utf-8", [stream](std::string& out) { return stream->next(out); })
        .attachment(file_name(c, "csv"))
        .compressed();
}

http::Response ods_export(Context& c) {
    const auto filter = asked_of(c, "/instruction").filter;
    auto batch =
        c.db().read([&](db::Reader& reader) { return application::export_batch(reader, filter, {}, kMostInOds + 1); });
    if (batch.size() > static_cast<std::size_t>(kMostInOds))
        return c.error({base::Code::TooLarge,
                        "too many rows for a spreadsheet file",
                        {"review.export.too_many", {{"limit", base::format_count(kMostInOds, c.language())}}}});
    Names names(c.site);
    documents::Sheet sheet{
        .name = std::string(c.t("review.list.title")), .title = {}, .columns = {}, .rows = {}, .summed_columns = {}};
    for (const auto title : titles(c.t)) sheet.columns.push_back({.title = std::string(title)});
    for (const auto& row : batch) {
        auto& cells = sheet.rows.emplace_back().cells;
        SheetPut put(cells);
        put_row(put, row, c.t, names);
    }
    auto bytes = base::value_or_throw(
        documents::write_ods({std::move(sheet)}, c.language(), c.t("review.list.title"), c.today()));
    return http::content("application/vnd.oasis.opendocument.spreadsheet", std::move(bytes))
        .attachment(file_name(c, "ods"));
}

}  // namespace

void add_exports(Routes& routes) {
    routes.get("/instruction/export.csv", kReaders, [](Context& c) { return csv_export(c); },
               {.where = http::Where::Worker});
    routes.get("/instruction/export.ods", kReaders, [](Context& c) { return ods_export(c); },
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::review
