#include "html/tables.hpp"

#include "html/blocks.hpp"
#include "html/url.hpp"

namespace beffroi::html {

Rows& Rows::row() {
    end_row();
    open_ = true;
    column_ = 0;
    total_ = false;
    ++count_;
    return *this;
}

Rows& Rows::total() {
    total_ = true;
    return *this;
}

Rows::Rows(Writer& w, const Table& table) : w_(w), columns_(table.columns.size()) {
    // What opens a cell is the same in each row: written once.
    for (const Column& column : table.columns) {
        Writer opening(w.text());
        const bool number = column.kind == Column::Kind::Number;
        const bool first = openings_.empty();
        opening("<i{}{}{}></i>", attr("scope", first ? "row" : ""), attr("class", number ? "num" : ""),
                attr("data-label", first || column.hide_label ? std::string_view() : column.label.view()));
        const std::string_view attributes = opening.view().substr(2, opening.view().size() - 2 - 5);
        openings_.push_back((first ? "<th" : "<td") + std::string(attributes) + ">");
    }
}

// A row's tags are written by different calls, which the checked literals do not allow: the writer lets Rows do it.
Rows& Rows::cell(const Value& value) {
    ASSERT(open_ && column_ < columns_);
    if (column_ == 0) w_.append(total_ ? "<tr class='total'>" : "<tr>");
    w_.append(openings_[column_]);
    w_.put(value);
    w_.append(column_ == 0 ? "</th>" : "</td>");
    ++column_;
    return *this;
}

void Rows::end_row() {
    if (!open_) return;
    ASSERT(column_ == columns_);
    w_.append("</tr>");
    open_ = false;
}

namespace {

void column_header(Writer& w, const Table& table, const Column& column) {
    const bool number = column.kind == Column::Kind::Number;
    const bool rising = !column.sort.empty() && table.sorted_by.view() == column.sort.view();
    const bool falling = !column.sort.empty() && !rising && table.sorted_by.view().starts_with('-') &&
                         table.sorted_by.view().substr(1) == column.sort.view();
    const std::string_view order = rising ? "ascending" : falling ? "descending" : "";
    w("<th scope='col'{}{}>{}</th>", attr("class", number ? "num" : ""), attr("aria-sort", order), [&] {
        if (column.sort.empty() || table.sort_url.empty()) {
            w("<span{}>{}</span>", attr("class", column.hide_label ? "sr" : ""), column.label);
            return;
        }
        const std::string key = rising ? "-" + std::string(column.sort.view()) : std::string(column.sort.view());
        const std::string href = with_param(with_param(table.sort_url, "sort", key), "page", "");
        w("<a class='sort {}' href='{}'>{} <span class='sr'>({})</span></a>", order, href, column.label,
          w.t(rising    ? "html.sort.rising"
              : falling ? "html.sort.falling"
                        : "html.sort.by"));
    });
}

}  // namespace

void table(Writer& w, const Table& table, const std::function<void(Rows&)>& body) {
    // The rows come first: a table without rows is a sentence, not an empty grid.
    // They are written by the page's own writer, which a cell may have captured, and then cut out.
    const std::size_t start = w.out_.size();
    Rows rows(w, table);
    body(rows);
    rows.end_row();
    const std::string written = w.out_.substr(start);
    w.out_.resize(start);
    if (rows.count() == 0 && !table.empty.empty()) {
        empty_state(w, {.title = table.empty.view()});
        return;
    }
    const bool scroll = table.narrow == Narrow::Scroll;
    // Inside a region that scrolls the caption would scroll away with it: it is shown above, and kept inside for
    // assistive technology.
    if (scroll && !table.hide_caption) w("<p class='table-title' aria-hidden='true'>{}</p>", table.caption);
    const Attrs region = {attr("role", scroll ? "region" : ""), attr("aria-label", scroll ? table.caption.view() : ""),
                          attr("tabindex", scroll ? "0" : "")};
    w(
        "<div class='table'{}><table "
        "class='{}'{}><caption{}>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        region, scroll ? "scrolls" : "cards", attr("id", table.id.view()),
        attr("class", table.hide_caption || scroll ? "sr" : ""), table.caption,
        [&] {
            for (const Column& column : table.columns) column_header(w, table, column);
        },
        [&] { w.append(written); });
}

void pagination(Writer& w, const Pagination& pagination) {
    if (pagination.pages <= 1) return;
    const auto address = [&](int page) {
        return with_param(pagination.url, "page", page == 1 ? "" : std::to_string(page));
    };
    const auto number = [&](int page) {
        const std::string label = w.t("html.page", {{"n", std::to_string(page)}});
        if (page == pagination.page)
            w("<li><a href='{}' aria-current='page' aria-label='{}'>{}</a></li>", address(page), label, page);
        else
            w("<li><a href='{}' aria-label='{}'>{}</a></li>", address(page), label, page);
    };
    w(
        "<nav class='pages' aria-label='{}'><ul>{}{}{}</ul></nav>",
        pagination.label.empty() ? w.t("html.pages") : pagination.label.view(),
        [&] {
            if (pagination.page > 1)
                w("<li class='previous'><a rel='prev' href='{}'>{}</a></li>", address(pagination.page - 1),
                  w.t("html.page.previous"));
        },
        [&] {
            int last = 0;
            for (int page = 1; page <= pagination.pages; ++page) {
                const bool shown = page == 1 || page == pagination.pages || std::abs(page - pagination.page) <= 1;
                if (!shown) continue;
                if (page > last + 1) w("<li class='gap'>…</li>");
                number(page);
                last = page;
            }
        },
        [&] {
            if (pagination.page < pagination.pages)
                w("<li class='next'><a rel='next' href='{}'>{}</a></li>", address(pagination.page + 1),
                  w.t("html.page.next"));
        });
}

void filter_bar(Writer& w, const FilterBar& bar, const Slot& fields) {
    w(
        "<form class='filters' role='search' method='get' action='{}' aria-label='{}' novalidate><div "
        "class='filter-fields'>{}"
        "<div class='filter-act'><button class='button secondary'>{}</button>{}</div></div>{}</form>",
        bar.action, bar.label.empty() ? w.t("html.filter") : bar.label.view(), fields, w.t("html.filter.apply"),
        [&] {
            if (!bar.reset.empty()) w("<a href='{}'>{}</a>", bar.reset, w.t("html.filter.reset"));
        },
        [&] {
            if (!bar.summary.empty()) w("<p class='filter-summary' role='status'>{}</p>", bar.summary);
        });
}

}  // namespace beffroi::html
