// Tables of data, and what goes around a list: filters, sorting, pages.
//
//   html::table(w, {.caption = t("…"), .columns = {{.label = t("…")}, {.label = t("…"), .kind =
//   Column::Kind::Number}}}, [&](Rows& rows) {
//       for (const auto& a : list) rows.row().cell(Link{url("/dossiers/{}", a.id), a.number}).cell(a.amount);
//   });
//
// The first cell of a row is its header. On a narrow screen each row becomes a card, or the table scrolls in a region
// that the keyboard reaches (Narrow).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "html/forms.hpp"
#include "html/writer.hpp"

namespace beffroi::html {

struct Column {
    enum class Kind : std::uint8_t { Text, Number };
    Str label;
    Kind kind = Kind::Text;
    Str sort;                 // the value of ?sort= that sorts by it; empty: not sortable
    bool hide_label = false;  // a column of buttons: label for assistive technology only
};

enum class Narrow : std::uint8_t { Cards, Scroll };

struct Table {
    Str caption;
    std::vector<Column> columns;
    Narrow narrow = Narrow::Cards;
    bool hide_caption = false;
    Str empty;      // said instead of the table when it has no row
    Str sort_url;   // this list's address with its filters; links set sort=amount or sort=-amount (falling)
    Str sorted_by;  // "amount" or "-amount"
    Str id;
};

class Rows {
  public:
    Rows(Writer& w, const Table& table);
    Rows& row();                     // begins a row, ends the one before
    Rows& cell(const Value& value);  // anything that fills a hole: text, amounts, Link, Tag, [&] { … }
    Rows& total();                   // the row begun is a total: emphasised
    [[nodiscard]] int count() const { return count_; }

  private:
    friend void table(Writer& w, const Table& table, const std::function<void(Rows&)>& body);
    void end_row();
    Writer& w_;
    std::vector<std::string> openings_;
    std::size_t columns_;
    std::size_t column_ = 0;
    int count_ = 0;
    bool total_ = false;
    bool open_ = false;
};

void table(Writer& w, const Table& table, const std::function<void(Rows&)>& body);

struct Pagination {
    Str url;  // with its filters; links set page=N
    int page = 1;
    int pages = 1;
    Str label;  // of the landmark; "Pages" unless given
};
// Writes nothing for a single page.
void pagination(Writer& w, const Pagination& pagination);

struct FilterBar {
    Str action;
    Str label;    // of the search landmark
    Str summary;  // "56 dossiers", said to assistive technology too
    Str reset;    // address without filters; empty when none is set
};
void filter_bar(Writer& w, const FilterBar& bar, const Slot& fields);

}  // namespace beffroi::html
