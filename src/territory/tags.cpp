#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "documents/csv.hpp"
#include "territory/import.hpp"

namespace beffroi::territory {

namespace {

using base::Code;
using base::Result;

constexpr db::Query kFind{"tag_list_find", "SELECT id FROM tag_list WHERE name = $1 AND from_date = $2"};
constexpr db::Query kEmpty{"tag_empty", "DELETE FROM tag WHERE list_id = $1"};
constexpr db::Query kDrop{"tag_list_drop", "DELETE FROM tag_list WHERE id = $1"};
constexpr db::Query kAddList{
    "tag_list_add", "INSERT INTO tag_list (name, from_date, title, source) VALUES ($1, $2, $3, $4) RETURNING id"};
constexpr db::Query kAdd{"tag_add", "INSERT INTO tag (list_id, code) VALUES ($1, $2)"};

bool good_name(std::string_view name) {
    return !name.empty() && name.size() <= 60 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

Result<std::size_t> code_column(const std::vector<std::string>& header) {
    constexpr std::string_view kNames[] = {"code",   "code_insee",   "insee", "insee_com",
                                           "codgeo", "code_commune", "siren", "siren_epci"};
    for (std::string_view wanted : kNames)
        for (std::size_t i = 0; i < header.size(); ++i) {
            std::string title(base::trim(header[i]));
            std::transform(title.begin(), title.end(), title.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
            if (title == wanted) return i;
        }
    return base::fail(Code::Invalid, "no column of codes in the header: expected one named code, code_insee or siren",
                      {"territory.tag.no_column", {}});
}

Result<std::set<std::string>> read_codes(std::string_view csv) {
    documents::CsvTable table = TRY(documents::read_csv(csv));
    std::size_t column = TRY(code_column(table.header));
    std::set<std::string> codes;
    for (const documents::CsvRow& row : table.rows) {
        std::string_view value = base::trim(row.fields[column]);
        // A spreadsheet eats the first zero of 02054.
        std::string padded = value.size() == 4 ? "0" + std::string(value) : std::string(value);
        if (Result<InseeCode> insee = InseeCode::parse(padded)) {
            codes.insert(insee->str());
        } else if (Result<Siren> siren = Siren::parse(value)) {
            codes.insert(siren->str());
        } else {
            return base::fail(
                Code::Invalid,
                fmt::format("line {}: \"{}\" is neither an INSEE code nor a SIREN", row.line, value.substr(0, 40)),
                {"territory.tag.bad_code",
                 {{"line", std::to_string(row.line)}, {"value", std::string(value.substr(0, 40))}}});
        }
    }
    return codes;
}

}  // namespace

Result<std::size_t> import_tag_list(db::Database& database, const TagListInfo& list, std::string_view csv) {
    if (!good_name(list.name))
        return base::fail(Code::Invalid, "the name of a list is lower case letters, digits and hyphens, at most 60");
    if (!list.from.ok()) return base::fail(Code::Invalid, "the date of effect of a list must exist");
    std::set<std::string> codes = TRY(read_codes(csv));
    std::string from = base::iso(list.from);
    return database.write([&](db::Writer& writer) -> Result<std::size_t> {
        if (std::int64_t old = writer.number(kFind, {list.name, from}); old != 0) {
            writer.execute(kEmpty, {old});
            writer.execute(kDrop, {old});
        }
        std::int64_t id = writer.number(kAddList, {list.name, from, list.title, list.source});
        for (const std::string& code : codes) writer.execute(kAdd, {id, code});
        return codes.size();
    });
}

}  // namespace beffroi::territory
