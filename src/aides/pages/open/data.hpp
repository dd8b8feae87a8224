// The open data files, and what the documentation page tells of each.
#pragma once

#include <span>
#include <string_view>

#include "aides/pages/open/parts.hpp"
#include "aides/publish/grant_files.hpp"
#include "aides/publish/table_schema.hpp"

namespace beffroi::aides::pages::open {

struct DataFile {
    std::string_view path;        // "/donnees/aides.csv"
    std::string_view key;         // open.file.<key>.title, .text
    std::string_view media_type;  // without charset
    std::string_view format;      // "CSV"
    std::string_view schema;      // below assets/schemas; empty when there is none
    std::string_view conforms_to;
};
[[nodiscard]] std::span<const DataFile> data_files();

struct ColumnDoc {
    std::string name;
    std::string title;
    std::string type;
    bool required = false;
};
// A schema with what it says of its columns.
struct SchemaDoc {
    publish::TableSchema schema;
    std::vector<ColumnDoc> columns;
};
// Nothing when the file is not there or does not load.
[[nodiscard]] std::optional<SchemaDoc> load_schema(const Site& site, std::string_view name);

// Every scheme that the Region published, as it is announced.
[[nodiscard]] std::vector<publish::PublishedScheme> schemes(const Context& c, const Shelf& shelf, bool open_only);
// A whole file of grants, with what is missing in it.
struct GrantBytes {
    std::string bytes;
    std::vector<publish::Gap> gaps;
};
[[nodiscard]] GrantBytes grant_bytes(const std::vector<publish::PublishedGrant>& grants, publish::GrantFormat format);

// Above that many rows a file is written while it is sent, and not checked again on the page.
inline constexpr std::int64_t kMostRowsAtOnce = 20'000;

void add_data_page(Routes& routes, const SharedShelf& shelf);

}  // namespace beffroi::aides::pages::open
