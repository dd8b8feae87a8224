// The answers as they will be signed: what was typed, in the words of the form.
#include <fmt/format.h>

#include "aides/pages/applicant/parts.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

class Cards {
  public:
    Cards(html::Writer& w, const ApplicationView& view, const Progress& progress, Change change)
        : w_(w), view_(view), progress_(progress), change_(change), t_(w.text()) {}

    void plain(Step step, std::initializer_list<std::string_view> names);
    void expenses();
    void funding();
    void pieces();

  private:
    [[nodiscard]] std::string_view typed(std::string_view name) const {
        const auto found = view_.fields.find(name);
        return found == view_.fields.end() ? std::string_view{} : std::string_view(found->second);
    }
    // Choices and dates in words, the rest as typed.
    [[nodiscard]] std::string shown(std::string_view name) const;
    [[nodiscard]] std::string address(std::string_view name) const {
        return step_url(view_.application.id, step_of(name)) + "#" + html::field_id(wire_name(name));
    }
    void title(Step step) {
        w_("<h2>{} {}</h2>", t_("applicant.step." + std::string(path_of(step))), [&] {
            if (change_ == Change::Possible) w_.put(step_tag(progress_, step, t_));
        });
    }
    void change_link(Step step) {
        if (change_ != Change::Possible) return;
        w_("<p><a href='{}'>{}<span class='sr'> : {}</span></a></p>", step_url(view_.application.id, step),
           w_.t("html.change"), t_("applicant.step." + std::string(path_of(step))));
    }

    html::Writer& w_;
    const ApplicationView& view_;
    const Progress& progress_;
    Change change_;
    const base::Text& t_;
};

std::string Cards::shown(std::string_view name) const {
    const std::string_view value = typed(name);
    if (value.empty()) return std::string(t_("applicant.not_filled"));
    if (name == "nature" && scheme::parse_name<scheme::Nature>(value))
        return std::string(t_("applicant.nature." + std::string(value)));
    if (value == "yes" || value == "no")
        return std::string(
            t_(name == "vat_recovered" ? "applicant.vat." + std::string(value) : "applicant." + std::string(value)));
    // Days and counts as the French write them; what cannot be read stays as it was typed.
    if (name == "start_on" || name == "end_on")
        if (auto date = base::parse_person_date(value)) return base::format_date(*date, t_.language());
    return std::string(value);
}

void Cards::plain(Step step, std::initializer_list<std::string_view> names) {
    title(step);
    std::vector<html::SummaryRow> rows;
    auto add = [&](std::string_view name) {
        rows.push_back({.key = field_label(name, *view_.edition, t_),
                        .value = shown(name),
                        .change_href = change_ == Change::Possible ? address(name) : std::string()});
    };
    for (std::string_view name : names) add(name);
    if (step == Step::Project)
        for (const auto& asked : view_.edition->model().fields) add("field." + asked.key);
    html::summary_list(w_, {.rows = std::move(rows)});
}

void Cards::expenses() {
    title(Step::Expenses);
    const auto& lines = progress_.reading.project.expenses;
    html::table(w_,
                {.caption = t_("applicant.expenses.caption"),
                 .columns = {{.label = t_("applicant.field.expense.label")},
                             {.label = t_("applicant.field.expense.category")},
                             {.label = t_("applicant.expenses.quote")},
                             {.label = t_("applicant.field.expense.quantity"), .kind = html::Column::Kind::Number},
                             {.label = t_("applicant.field.expense.ht"), .kind = html::Column::Kind::Number},
                             {.label = t_("applicant.expenses.ttc"), .kind = html::Column::Kind::Number}},
                 .empty = t_("applicant.expenses.none")},
                [&](html::Rows& rows) {
                    for (const auto& line : lines) {
                        const auto* category = view_.edition->model().category(line.category);
                        std::string quote = line.supplier;
                        if (!line.quote.empty()) quote += (quote.empty() ? "" : ", ") + line.quote;
                        rows.row()
                            .cell(line.label)
                            .cell(category != nullptr ? category->label.in(t_.language()) : line.category)
                            .cell(quote)
                            .cell(line.quantity)
                            .cell(line.ht)
                            .cell(line.ttc());
                    }
                    if (lines.empty()) return;
                    rows.row().total().cell(t_("applicant.expenses.total")).cell("").cell("").cell("");
                    rows.cell(progress_.reading.project.total_ht()).cell(progress_.reading.project.total_ttc());
                });
    html::summary_list(
        w_, {.rows = {{.key = field_label("vat_recovered", *view_.edition, t_), .value = shown("vat_recovered")}}});
    change_link(Step::Expenses);
}

void Cards::funding() {
    title(Step::Funding);
    html::table(w_,
                {.caption = t_("applicant.funding.caption"),
                 .columns = {{.label = t_("applicant.field.funding.source")},
                             {.label = t_("applicant.field.funding.name")},
                             {.label = t_("applicant.field.funding.status")},
                             {.label = t_("applicant.field.funding.amount"), .kind = html::Column::Kind::Number}},
                 .empty = t_("applicant.funding.none")},
                [&](html::Rows& rows) {
                    for (const auto& line : progress_.reading.project.funding) {
                        const std::string key = "application.funding_source." + line.source;
                        rows.row()
                            .cell(t_.catalogue().has(key) ? t_(key) : std::string_view(line.source))
                            .cell(line.name)
                            .cell(t_(line.obtained ? "applicant.funding.obtained" : "applicant.funding.asked"))
                            .cell(line.cents);
                    }
                });
    change_link(Step::Funding);
}

void Cards::pieces() {
    title(Step::Documents);
    html::table(
        w_,
        {.caption = t_("applicant.pieces.caption"),
         .columns = {{.label = t_("applicant.pieces.piece")}, {.label = t_("applicant.pieces.files")}}},
        [&](html::Rows& rows) {
            for (const auto& piece : progress_.pieces) {
                const std::string label = piece.label.in(t_.language());
                rows.row().cell(label.empty() ? t_("application.piece.other") : std::string_view(label)).cell([&] {
                    int count = 0;
                    for (const auto& document : view_.documents) {
                        if (document.kind != piece.kind || !document.current()) continue;
                        w_("{}<a href='/documents/{}'>{}</a>", count++ == 0 ? "" : ", ", document.id, document.name);
                    }
                    if (count == 0) w_.put(t_("applicant.pieces.no_file"));
                });
            }
        });
    change_link(Step::Documents);
}

}  // namespace

void answer_cards(html::Writer& w, Context& /*c*/, const ApplicationView& view, const Progress& progress,
                  Change change) {
    Cards cards(w, view, progress, change);
    cards.plain(Step::Project, {"title", "nature", "cameras", "places", "purpose", "description"});
    cards.expenses();
    cards.funding();
    cards.plain(Step::Calendar, {"start_on", "end_on"});
    cards.plain(Step::Contacts,
                {"contact.name", "contact.role", "contact.phone", "contact.email", "signatory.name", "signatory.role"});
    cards.pieces();
}

}  // namespace beffroi::aides::pages::applicant
