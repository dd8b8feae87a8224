#include "documents/pdf_flow.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

namespace beffroi::documents::detail {

namespace {

constexpr double kShort = 210 * kMillimetre;  // A4
constexpr double kLong = 297 * kMillimetre;
constexpr double kSide = 22 * kMillimetre;
constexpr double kTop = 22 * kMillimetre;
constexpr double kHairlineWidth = 0.5;

// The window of a DL envelope, with a sheet folded in three (NF Z11-001): the addressee must stand inside it.
constexpr double kAddresseeX = 110 * kMillimetre;
constexpr double kAddresseeY = 49 * kMillimetre;
constexpr double kAddresseeWidth = 82 * kMillimetre;

struct HeadingLook {
    TextStyle style;
    double before;
    double after;
};

HeadingLook look_of(int level) {
    switch (level) {
        case 1:
            return {{.size = 20, .bold = true, .colour = kAccent, .leading = 1.0}, 0, 14};
        case 2:
            return {{.size = 14, .bold = true, .colour = kAccent, .leading = 1.0}, 16, 6};
        case 3:
            return {{.size = 11.5, .bold = true, .colour = kInk, .leading = 1.0}, 12, 4};
        default:
            return {{.size = 10.5, .bold = true, .colour = kGrey, .leading = 1.0}, 9, 3};
    }
}

const char* heading_tag(int level) {
    switch (level) {
        case 1:
            return "H1";
        case 2:
            return "H2";
        case 3:
            return "H3";
        default:
            return "H4";
    }
}

// How much air there is. Snug and Tight are for a letter that would need a second page for its last lines.
struct Setting {
    double gaps;  // of the normal space between paragraphs
    double size;  // points
    double leading;
    double bottom;  // margin, millimetres
};
constexpr std::array<Setting, 3> kSettings{{{1.0, 10.5, 1.12, 22}, {0.82, 10.5, 1.07, 19}, {0.62, 10.0, 1.05, 19}}};

class Flow {
  public:
    Flow(const Doc& doc, Shaper& shaper, const Setting& setting) : doc_(doc), shaper_(shaper), setting_(setting) {
        out_.width = doc.landscape ? kLong : kShort;
        out_.height = doc.landscape ? kShort : kLong;
        out_.pages.emplace_back();
        y_ = kTop;
    }

    Pages run() {
        begin("Document");
        if (doc_.letter) letter(*doc_.letter);
        for (const Block& block : doc_.blocks) std::visit([this](const auto& b) { add(b); }, block);
        end();
        furniture();
        return std::move(out_);
    }

  private:
    // ---- the page ----
    [[nodiscard]] double left() const { return kSide; }
    [[nodiscard]] double text_width() const { return out_.width - 2 * kSide; }
    [[nodiscard]] double bottom() const { return out_.height - setting_.bottom * kMillimetre; }
    [[nodiscard]] double gap(double points) const { return points * setting_.gaps; }
    [[nodiscard]] TextStyle body_style() const { return {.size = setting_.size, .leading = setting_.leading}; }
    [[nodiscard]] bool at_top() const { return y_ <= page_top_ + 0.01; }
    [[nodiscard]] bool fits(double height) const { return y_ + height <= bottom() + 0.01; }

    void next_page() {
        out_.pages.emplace_back();
        y_ = page_top_ = kTop;
    }

    void put(Op op) { out_.pages.back().ops.push_back(std::move(op)); }
    void begin(const char* tag) {
        put({.kind = OpKind::Begin, .tag = tag});
        open_.push_back(tag);
    }
    void end() {
        put({.kind = OpKind::End, .tag = open_.back()});
        open_.pop_back();
    }
    void fill(double x, double y, double width, double height, Colour colour) {
        put({.kind = OpKind::Fill, .x = x, .y = y, .width = width, .height = height, .colour = colour});
    }

    const Shaped& keep(std::shared_ptr<const Shaped> shaped) { return *out_.texts.emplace_back(std::move(shaped)); }
    template <typename Text>
    const Shaped& shape(const Text& text, const TextStyle& style, double width) {
        return keep(shaper_.shape(text, style, width));
    }
    void draw(const Shaped& text, double x, double y) { draw(text, x, y, 0, text.lines().size()); }
    void draw(const Shaped& text, double x, double y, std::size_t first, std::size_t last) {
        put({.x = x, .y = y, .colour = text.colour(), .text = &text, .first = first, .last = last});
    }

    // Lines of text over as many pages as they need, never one lonely line on either side.
    void run_text(const Shaped& text, double x, const char* tag) {
        const auto lines = text.lines();
        begin(tag);
        std::size_t first = 0;
        while (first < lines.size()) {
            std::size_t last = first;
            while (last < lines.size() && fits(lines[last].top + lines[last].height - lines[first].top)) ++last;
            if (last < lines.size()) {
                if (lines.size() - last == 1 && last > first) --last;
                if (last - first < 2 && !at_top()) last = first;
            }
            if (last == first && at_top()) last = first + 1;
            if (last > first) {
                // A paragraph on two pages is one element with two pieces.
                const bool cut = first > 0 || last < lines.size();
                if (cut) begin("Span");
                draw(text, x, y_, first, last);
                if (cut) end();
                y_ += lines[last - 1].top + lines[last - 1].height - lines[first].top;
            }
            first = last;
            if (first < lines.size()) next_page();
        }
        end();
    }

    // ---- blocks ----
    void add(const Heading& heading) {
        const HeadingLook look = look_of(heading.level);
        const Shaped& text = shape(heading.text, look.style, text_width());
        if (!at_top()) y_ += look.before;
        // A heading never stands alone at the foot of a page.
        if (!fits(text.height() + look.after + 56) && !at_top()) next_page();
        put({.kind = OpKind::Outline, .y = y_, .label = heading.text, .level = heading.level});
        run_text(text, left(), heading_tag(heading.level));
        if (heading.level == 1) {
            y_ += 7;
            fill(left(), y_, 46, 2.2, kAccent);
            y_ += 2.2;
        }
        y_ += look.after;
    }

    void add(const Paragraph& paragraph) {
        TextStyle style = body_style();
        style.align = paragraph.align;
        if (paragraph.small) {
            style.size = setting_.size - 1.7;
            style.colour = kGrey;
        }
        const Shaped& text = shape(paragraph.spans, style, text_width());
        if (paragraph.keep_with_next && !fits(text.height() + 40) && !at_top()) next_page();
        run_text(text, left(), "P");
        y_ += gap(paragraph.small ? 5 : 8);
    }

    void add(const KeyValues& list) {
        const double key_width = text_width() * 0.32;
        const TextStyle key_style{.size = 9.5, .colour = kGrey};
        const TextStyle value_style = body_style();
        const double padding = gap(7);
        bool first = true;
        for (const auto& [key, value] : list.rows) {
            const Shaped& k = shape(key, key_style, key_width - 10);
            const Shaped& v = shape(value, value_style, text_width() - key_width);
            const double height = std::max(k.height(), v.height()) + padding;
            if (!fits(height) && !at_top()) next_page();
            if (first) begin("L");
            first = false;
            begin("LI");
            begin("Lbl");
            draw(k, left(), y_ + padding / 2 + base_shift(k, v));
            end();
            begin("LBody");
            draw(v, left() + key_width, y_ + padding / 2);
            end();
            end();
            y_ += height;
            fill(left(), y_ - kHairlineWidth, text_width(), kHairlineWidth, kHairline);
        }
        if (!first) end();
        y_ += gap(10);
    }

    // Puts the smaller text of a pair on the baseline of the larger.
    static double base_shift(const Shaped& small, const Shaped& large) {
        return std::max(0.0, large.lines()[0].baseline - small.lines()[0].baseline);
    }

    void add(const BulletList& list) {
        constexpr double kIndent = 16;
        bool first = true;
        std::size_t number = 0;
        for (const Spans& item : list.items) {
            const std::string label = list.numbered ? std::to_string(++number) + "." : "•";
            const Shaped& mark = shape(label, {.colour = kAccent}, kIndent);
            const Shaped& text = shape(item, body_style(), text_width() - kIndent);
            if (!fits(std::min(text.height(), 2 * text.lines()[0].height)) && !at_top()) next_page();
            if (first) begin("L");
            first = false;
            begin("LI");
            begin("Lbl");
            draw(mark, left() + 2, y_);
            end();
            run_text(text, left() + kIndent, "LBody");
            end();
            y_ += gap(3);
        }
        if (!first) end();
        y_ += gap(6);
    }

    void add(const PageBreak& /*unused*/) {
        if (!at_top()) next_page();
    }

    void add(const Signature& signature) {
        const double x = out_.width / 2;
        const double width = out_.width - kSide - x;
        const Shaped& function = shape(signature.function, {}, width);
        const Shaped& name = shape(signature.name, {.bold = true}, width);
        const bool dated = !signature.place_and_date.empty();
        const Shaped* date = dated ? &shape(signature.place_and_date, {}, width) : nullptr;
        const double height = (dated ? date->height() + 10 : 0) + function.height() + gap(48) + name.height() + 10;
        if (!fits(height) && !at_top()) next_page();
        if (!at_top()) y_ += 10;
        const auto line = [&](const Shaped& text, double after) {
            begin("P");
            draw(text, x, y_);
            end();
            y_ += text.height() + after;
        };
        if (date != nullptr) line(*date, 10);
        if (!signature.function.empty()) line(function, gap(48));
        if (!signature.name.empty()) line(name, 10);
    }

    // ---- tables ----
    struct RowText {
        std::vector<const Shaped*> cells;
        double height = 0;
    };

    struct Grid {
        const Table* table;
        std::vector<double> x;
        std::vector<double> width;
        double size;
        double padding;
        RowText header;
    };

    RowText shape_row(const Grid& grid, const std::vector<std::string>& cells, bool bold, bool header) {
        RowText row;
        for (std::size_t i = 0; i < grid.width.size(); ++i) {
            TextStyle style{.size = grid.size, .bold = bold, .align = grid.table->columns[i].align, .leading = 1.05};
            if (header) style.colour = kAccent;
            const std::string_view text = i < cells.size() ? std::string_view(cells[i]) : std::string_view();
            row.cells.push_back(&shape(text, style, grid.width[i] - 2 * grid.padding));
            row.height = std::max(row.height, row.cells.back()->height());
        }
        row.height += 2 * grid.padding;
        return row;
    }

    RowText shape_group(const Grid& grid, const std::string& text) {
        const TextStyle style{.size = grid.size + 0.5, .bold = true, .colour = kAccent, .leading = 1.05};
        RowText row;
        row.cells.push_back(&shape(text, style, text_width() - 2 * grid.padding));
        row.height = row.cells[0]->height() + 2 * grid.padding + 5;
        return row;
    }

    // Tagged once; where a header is repeated on the next page it is only drawn, since a reader already heard it.
    void draw_header(const Grid& grid, bool tagged) {
        fill(left(), y_, text_width(), grid.header.height, kTint);
        if (tagged) begin("TR");
        for (std::size_t i = 0; i < grid.width.size(); ++i) {
            if (tagged) {
                begin("TH");
                out_.headers.push_back({});
            }
            const double drop = grid.header.height - grid.padding - grid.header.cells[i]->height();
            draw(*grid.header.cells[i], grid.x[i] + grid.padding, y_ + drop);
            if (tagged) end();
        }
        if (tagged) end();
        y_ += grid.header.height;
        fill(left(), y_ - 0.9, text_width(), 0.9, kAccent);
    }

    void draw_row(const Grid& grid, const RowText& row, RowKind kind) {
        if (kind == RowKind::Total) fill(left(), y_, text_width(), row.height, kTint);
        if (kind == RowKind::Total || kind == RowKind::Subtotal)
            fill(left(), y_ - kHairlineWidth, text_width(), kind == RowKind::Total ? 0.9 : 0.7, kAccent);
        begin("TR");
        for (std::size_t i = 0; i < grid.width.size(); ++i) {
            begin("TD");
            draw(*row.cells[i], grid.x[i] + grid.padding, y_ + grid.padding);
            end();
        }
        end();
        y_ += row.height;
        fill(left(), y_ - kHairlineWidth, text_width(), kHairlineWidth, kHairline);
    }

    void draw_group(const Grid& grid, const RowText& row, bool tagged) {
        if (tagged) {
            begin("TR");
            begin("TH");
            out_.headers.push_back({.column = false, .span = static_cast<std::uint32_t>(grid.width.size())});
        }
        draw(*row.cells[0], left() + grid.padding, y_ + grid.padding + 5);
        if (tagged) {
            end();
            end();
        }
        y_ += row.height;
        fill(left(), y_ - 0.7, text_width(), 0.7, kAccent);
    }

    Grid grid_of(const Table& table) {
        Grid grid{&table, {}, {}, table.small ? 8.5 : 9.5, table.small ? 2.8 : 3.8, {}};
        const double total = std::accumulate(table.columns.begin(), table.columns.end(), 0.0,
                                             [](double sum, const Column& column) { return sum + column.width; });
        double x = left();
        std::vector<std::string> titles;
        for (const Column& column : table.columns) {
            grid.x.push_back(x);
            grid.width.push_back(text_width() * column.width / total);
            x += grid.width.back();
            titles.push_back(column.title);
        }
        grid.header = shape_row(grid, titles, true, true);
        return grid;
    }

    void add(const Table& table) {
        if (table.columns.empty()) return;
        const Grid grid = grid_of(table);
        if (!table.caption.empty()) {
            const Shaped& caption = shape(table.caption, {.size = 9.5, .italic = true, .colour = kGrey}, text_width());
            if (!fits(caption.height() + grid.header.height + 30) && !at_top()) next_page();
            run_text(caption, left(), "P");
            y_ += 3;
        }
        if (!fits(grid.header.height + 24) && !at_top()) next_page();
        begin("Table");
        draw_header(grid, true);
        std::optional<RowText> group;  // the one that the rows belong to, for the next page
        bool group_pending = false;    // drawn together with its first row, never alone at the foot
        RowText pending;
        for (const TableRow& source : table.rows) {
            if (source.kind == RowKind::Group) {
                if (group_pending) place_row(grid, pending, RowKind::Group, group, 0);
                const std::string name = source.cells.empty() ? std::string() : source.cells[0];
                pending = shape_group(grid, name);
                group_pending = true;
                group = shape_group(grid, name + (doc_.language == base::Language::Fr ? " (suite)" : " (continued)"));
                continue;
            }
            const RowText row = shape_row(grid, source.cells, source.kind != RowKind::Body, false);
            if (group_pending) {
                const std::optional<RowText> none;
                place_row(grid, pending, RowKind::Group, none, row.height);
                group_pending = false;
            }
            if (source.kind == RowKind::Total) group.reset();
            place_row(grid, row, source.kind, group, 0);
        }
        if (group_pending) place_row(grid, pending, RowKind::Group, {}, 0);
        end();
        y_ += 12;
    }

    void place_row(const Grid& grid, const RowText& row, RowKind kind, const std::optional<RowText>& group,
                   double with_next) {
        if (!fits(row.height + with_next) && !at_top()) {
            next_page();
            draw_header(grid, false);
            if (group && kind != RowKind::Group) draw_group(grid, *group, false);
        }
        if (kind == RowKind::Group)
            draw_group(grid, row, true);
        else
            draw_row(grid, row, kind);
    }

    // ---- letter ----
    void letter(const LetterHead& head) {
        double y = 15 * kMillimetre;
        const double sender_width = 84 * kMillimetre;
        fill(left(), y, 46, 2.6, kAccent);
        y += 8;
        for (std::size_t i = 0; i < head.sender.size(); ++i) {
            const TextStyle style = i == 0 ? TextStyle{.size = 14, .bold = true, .colour = kAccent, .leading = 1.0}
                                           : TextStyle{.size = 9, .colour = kGrey, .leading = 1.0};
            y = put_line(head.sender[i], style, left(), y, sender_width) + (i == 0 ? 2 : 0.5);
        }
        double right = kAddresseeY;
        for (const std::string& line : head.addressee)
            right = put_line(line, {.size = 11, .leading = 1.02}, kAddresseeX, right, kAddresseeWidth);
        y = std::max(y + 14, kAddresseeY);
        for (const auto& [name, value] : head.references)
            y = put_line({Span{name + " : "}, Span{value, true}}, {.size = 9, .leading = 1.05}, left(), y,
                         kAddresseeX - left() - 12);
        y_ = std::max({y, right, 88 * kMillimetre}) + 4;
        if (!head.place_and_date.empty()) y_ = put_line(head.place_and_date, {}, kAddresseeX, y_, kAddresseeWidth) + 14;
        page_top_ = 0;  // nothing below counts as the top of this page
        if (!head.subject.empty()) {
            const std::string label = doc_.language == base::Language::Fr ? "Objet : " : "Subject: ";
            run_text(shape({Span{label, false}, Span{head.subject, true}}, {.size = 11}, text_width()), left(), "P");
            y_ += gap(14);
        }
        if (!head.salutation.empty()) {
            run_text(shape(head.salutation, body_style(), text_width()), left(), "P");
            y_ += 8;
        }
    }

    const Shaped& shape(const Spans& spans, const TextStyle& style, double width) {
        return keep(shaper_.shape(spans, style, width));
    }

    template <typename Text>
    double put_line(const Text& text, const TextStyle& style, double x, double y, double width) {
        const Shaped& shaped = keep(shaper_.shape(text, style, width));
        begin("P");
        draw(shaped, x, y);
        end();
        return y + shaped.height();
    }
    double put_line(const Spans& spans, const TextStyle& style, double x, double y, double width) {
        return put_line<Spans>(spans, style, x, y, width);
    }

    // ---- header, footer, draft mark: drawn outside the structure, readers skip them ----
    void furniture() {
        const std::size_t count = out_.pages.size();
        const TextStyle small{.size = 8.2, .colour = kGrey, .leading = 1.0};
        TextStyle right = small;
        right.align = Align::Right;
        for (std::size_t i = 0; i < count; ++i) {
            auto& ops = out_.pages[i].ops;
            const auto text = [&](const Shaped& shaped, double x, double y) {
                ops.push_back({.x = x,
                               .y = y,
                               .colour = shaped.colour(),
                               .text = &shaped,
                               .first = 0,
                               .last = shaped.lines().size()});
            };
            if (i > 0 && !doc_.header.empty()) {
                text(shape(doc_.header, small, text_width()), left(), 11.5 * kMillimetre);
                ops.push_back({.kind = OpKind::Fill,
                               .x = left(),
                               .y = 16.5 * kMillimetre,
                               .width = text_width(),
                               .height = kHairlineWidth,
                               .colour = kHairline});
            }
            if (doc_.draft) {
                const TextStyle mark{.size = 10, .bold = true, .colour = kAlert, .align = Align::Right, .leading = 1.0};
                const char* label = doc_.language == base::Language::Fr ? "PROJET" : "DRAFT";
                text(shape(std::string_view(label), mark, 120), out_.width - kSide - 120, 11 * kMillimetre);
            }
            const double y = out_.height - 14 * kMillimetre;
            if (!doc_.footer.empty()) text(shape(doc_.footer, small, text_width() - 70), left(), y);
            if (count > 1 || !doc_.letter) {
                const std::string number = "page " + std::to_string(i + 1) + "/" + std::to_string(count);
                text(shape(number, right, 60), out_.width - kSide - 60, y);
            }
        }
    }

    const Doc& doc_;
    Shaper& shaper_;
    Pages out_;
    const Setting& setting_;
    double y_ = 0;
    double page_top_ = kTop;
    std::vector<const char*> open_;
};

}  // namespace

Pages flow(const Doc& doc, Shaper& shaper) {
    shaper.language(doc.language);
    Pages pages = Flow(doc, shaper, kSettings[0]).run();
    if (!doc.letter) return pages;
    for (std::size_t i = 1; i < kSettings.size() && pages.pages.size() > 1; ++i) {
        Pages closer = Flow(doc, shaper, kSettings[i]).run();
        if (closer.pages.size() < pages.pages.size()) return closer;
    }
    return pages;
}

}  // namespace beffroi::documents::detail
