// A document as people read it: report, annex, order, letter. Written once, rendered to PDF (pdf.hpp) and to editable
// ODT (odt.hpp).
//
// Values only, no layout decision beyond what the reader needs. All texts are UTF-8 and shown as they are: nothing in
// them is markup.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/money.hpp"
#include "base/time.hpp"

namespace beffroi::documents {

struct Span {
    std::string text;
    bool bold = false;
    bool italic = false;
    bool operator==(const Span&) const = default;
};
using Spans = std::vector<Span>;

// "Le montant est de **17 088,30 €**, _hors taxes_": **bold**, _italic_ (at word edges), backslash takes a sign
// literally.
[[nodiscard]] Spans parse_spans(std::string_view text);
// Everything as it is.
[[nodiscard]] inline Spans plain(std::string text) {
    return {Span{std::move(text)}};
}

enum class Align { Left, Center, Right };

struct Heading {
    int level = 1;  // 1 to 4; 1 is the title of the document
    std::string text;
};

struct Paragraph {
    Spans spans;
    Align align = Align::Left;
    bool small = false;  // notes, appeal routes
    bool keep_with_next = false;
};

struct KeyValue {
    std::string key;
    Spans value;
    KeyValue(std::string name, std::string text) : key(std::move(name)), value(plain(std::move(text))) {}
    KeyValue(std::string name, Spans spans) : key(std::move(name)), value(std::move(spans)) {}
};

struct KeyValues {
    std::vector<KeyValue> rows;
};

struct BulletList {
    std::vector<Spans> items;
    bool numbered = false;
};

struct Column {
    std::string title;
    double width = 1;  // share of the page width, relative to the other columns
    Align align = Align::Left;
};

enum class RowKind {
    Body,
    Group,     // a sub-header over the rows that follow ("Nord"): cells[0] spans all columns, repeated "(suite)" on the
               // next page
    Subtotal,  // as many cells as columns
    Total,
};

struct TableRow {
    std::vector<std::string> cells;
    RowKind kind = RowKind::Body;
};

// The header row is repeated on each page; a row is never cut unless it is higher than a page.
struct Table {
    std::string caption;  // may be empty
    std::vector<Column> columns;
    std::vector<TableRow> rows;
    bool small = false;  // 8.5 pt instead of 9.5 pt, for wide annexes
};

struct PageBreak {};

struct Signature {
    std::string place_and_date;  // "Fait à Lille, le 22 novembre 2022"; may be empty
    std::string function;        // "Pour le président du conseil régional et par délégation,"
    std::string name;
};

using Block = std::variant<Heading, Paragraph, KeyValues, BulletList, Table, PageBreak, Signature>;

// The top of a letter; the addressee stands in the window of a French DL envelope folded in three.
struct LetterHead {
    std::vector<std::string> sender;     // first line is the name of the institution, the others follow smaller
    std::vector<std::string> addressee;  // at most 6 lines of 38 characters (NF Z10-011)
    std::string place_and_date;          // "Lille, le 22 novembre 2022"
    std::vector<std::pair<std::string, std::string>> references;  // "Dossier" "HDF-2022-0042"
    std::string subject;                                          // "Objet : …" is written before it
    std::string salutation;                                       // "Madame la Maire,"
};

struct Doc {
    std::string title;  // shown by readers in place of the file name
    std::string author;
    std::string subject;
    base::Language language = base::Language::Fr;
    base::Date date = base::make_date(
        2000, 1, 1);  // the date of the act; also the file's date, so that the same input gives the same bytes
    bool landscape = false;
    bool draft = false;  // "PROJET" is written in the margin of each page
    std::string header;  // small, at the top of each page from the second on
    std::string footer;  // small, at the bottom of each page, before "page 2/5"
    std::optional<LetterHead> letter;
    std::vector<Block> blocks;
};

}  // namespace beffroi::documents
