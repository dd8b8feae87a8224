// Expenses line by line with what is retained of each and why; the financing plan.
#include <algorithm>

#include "aides/pages/review/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::ExpenseRow;
using application::LineReview;

struct Sheet {
    ApplicationView view;
    std::vector<LineReview> proposed;
    application::Estimate estimate;
};

Sheet read_sheet(const Context& c) {
    return c.db().read([&](db::Reader& reader) {
        const auto id = c.id<ApplicationId>();
        auto view = base::value_or_throw(application::load(c.desk(), reader, id, c.principal()));
        return Sheet{.view = std::move(view),
                     .proposed = base::value_or_throw(application::proposed_review(c.desk(), reader, id)),
                     .estimate = base::value_or_throw(application::reviewed_estimate(c.desk(), reader, id))};
    });
}

std::string field(int position, std::string_view name) {
    return "ligne-" + std::to_string(position) + "-" + std::string(name);
}

bool open_for_review(const Context& c, const ApplicationView& view) {
    return reviews(c) &&
           (view.application.state == State::UnderReview || view.application.state == State::OpinionsAsked);
}

// What the officer decided, else what the edition itself would retain.
LineReview shown(const Sheet& sheet, const ExpenseRow& row) {
    if (row.retained) return {.position = row.position, .retained = *row.retained, .reason = row.reject_reason};
    for (const auto& line : sheet.proposed)
        if (line.position == row.position) return line;
    return {.position = row.position, .retained = row.ht, .reason = {}};
}

std::string category_label(const Context& c, const ApplicationView& view, const std::string& category) {
    const auto* found = view.edition->model().category(category);
    return found != nullptr && !found->label.empty() ? found->label.in(c.language()) : category;
}

void line_cells(html::Writer& w, html::Rows& rows, const Context& c, const ApplicationView& view,
                const ExpenseRow& row) {
    rows.row()
        .cell([&] {
            w("{}", row.label);
            if (row.quantity > 1) w(" × {}", base::format_count(row.quantity, c.language()));
        })
        .cell([&] { w("{}<br>{}", row.quote, row.supplier); })
        .cell([&] {
            w("{}", category_label(c, view, row.category));
            if (row.date) w("<br>{}", html::Day{*row.date});
        })
        .cell(html::Money{row.ht});
}

void total_row(html::Writer& w, html::Rows& rows, const Context& c, const Sheet& sheet) {
    base::Cents total;
    base::Cents retained;
    for (const auto& row : sheet.view.expenses) {
        total += row.ht;
        retained += shown(sheet, row).retained;
    }
    rows.row().total().cell(c.t("review.total")).cell("").cell("").cell(html::Money{total});
    rows.cell([&] { w("{}", html::Money{retained}); }).cell("");
}

std::vector<html::Column> columns(const Context& c) {
    return {{.label = c.t("review.line")},
            {.label = c.t("review.line.quote")},
            {.label = c.t("review.line.category")},
            {.label = c.t("review.line.ht"), .kind = html::Column::Kind::Number},
            {.label = c.t("review.line.retained"), .kind = html::Column::Kind::Number},
            {.label = c.t("review.line.reason")}};
}

void read_only(html::Writer& w, const Context& c, const Sheet& sheet) {
    html::table(w, {.caption = c.t("review.lines.caption"), .columns = columns(c), .empty = c.t("review.lines.none")},
                [&](html::Rows& rows) {
                    for (const auto& row : sheet.view.expenses) {
                        line_cells(w, rows, c, sheet.view, row);
                        rows.cell([&] {
                                if (row.retained)
                                    w("{}", html::Money{*row.retained});
                                else
                                    w("{}", c.t("review.line.not_reviewed"));
                            })
                            .cell(row.reject_reason);
                    }
                    if (!sheet.view.expenses.empty()) total_row(w, rows, c, sheet);
                });
}

void review_form(html::Writer& w, const Context& c, const Sheet& sheet, const html::Errors& errors) {
    const bool posted = c.request.method == http::Method::Post;
    html::paragraph(w, c.t("review.lines.how"));
    html::form(w, {.action = file_url(sheet.view.application.id, "lignes"), .csrf = c.csrf()}, [&] {
        html::hidden_field(w, "version", std::to_string(sheet.view.application.version));
        html::table(w, {.caption = c.t("review.lines.caption"), .columns = columns(c)}, [&](html::Rows& rows) {
            for (const auto& row : sheet.view.expenses) {
                const auto line = shown(sheet, row);
                const auto amount = field(row.position, "retenu");
                const auto reason = field(row.position, "motif");
                line_cells(w, rows, c, sheet.view, row);
                rows.cell([&] {
                        html::money_field(w, {.name = amount,
                                              .label = c.t("review.line.retained_of", {{"label", row.label}}),
                                              .value = posted ? std::string(c.form(amount))
                                                              : html::as_typed(line.retained, c.language()),
                                              .error = errors.of(amount),
                                              .width = html::Width::Medium,
                                              .hide_label = true});
                        if (!row.retained) w("{}", html::Tag{.text = c.t("review.line.proposed")});
                    })
                    .cell([&] {
                        html::text_area(w,
                                        {.name = reason,
                                         .label = c.t("review.line.reason_of", {{"label", row.label}}),
                                         .value = posted ? std::string(c.form(reason)) : line.reason,
                                         .error = errors.of(reason),
                                         .hide_label = true},
                                        2);
                    });
            }
            total_row(w, rows, c, sheet);
        });
        html::buttons(w, [&] { html::button(w, {.text = c.t("review.lines.save")}); });
    });
}

http::Response lines_page(Context& c, const html::Errors& errors, int status = 200) {
    const auto sheet = read_sheet(c);
    return file_page(c, sheet.view, Tab::Expenses, html::Slot([&](html::Writer& w) {
                         const auto& outcome = sheet.estimate.evaluation.outcome;
                         html::figures(w, {{.label = c.t("review.figure.base"),
                                            .value = html::Slot([&] { w.put(html::Money{outcome.base}); })},
                                           {.label = c.t("review.figure.amount"),
                                            .value = html::Slot([&] {
                                                if (outcome.amount_known)
                                                    w.put(html::Money{outcome.amount});
                                                else
                                                    w.put(c.t("review.to_decide"));
                                            }),
                                            .strong = true}});
                         if (open_for_review(c, sheet.view) && !sheet.view.expenses.empty())
                             review_form(w, c, sheet, errors);
                         else
                             read_only(w, c, sheet);
                     }),
                     errors.empty() ? nullptr : &errors, status);
}

http::Response save_lines(Context& c) {
    const auto view = load_file(c);
    html::Errors errors;
    if (c.form("version") != std::to_string(view.application.version))
        return c.error({base::Code::Conflict, "filed again meanwhile", {"application.moved", {}}});
    std::vector<LineReview> lines;
    for (const auto& row : view.expenses) {
        const auto amount_field = field(row.position, "retenu");
        const auto reason = std::string(base::trim(c.form(field(row.position, "motif"))));
        const auto amount = base::parse_euros(base::trim(c.form(amount_field)));
        if (!amount)
            errors.add(amount_field, c.t(amount.error()));
        else if (*amount < base::Cents{} || *amount > row.ht)
            errors.add(amount_field, c.t("application.retained_out_of_range",
                                         {{"label", row.label}, {"amount", base::format_euros(row.ht, c.language())}}));
        else if (*amount < row.ht && reason.empty())
            errors.add(field(row.position, "motif"),
                       c.t("application.rejected_without_reason", {{"label", row.label}}));
        else
            lines.push_back({.position = row.position, .retained = *amount, .reason = reason});
    }
    if (errors.empty()) {
        auto saved = application::review_lines(c.desk(), view.application.id, lines, c.principal());
        if (saved) return c.see_other(file_url(view.application.id, "depenses"), "review.notice.lines");
        if (saved.error().code != base::Code::Invalid) return c.error(saved.error());
        errors.add_general(c.t(saved.error()));
    }
    return lines_page(c, errors, 422);
}

http::Response funding_page(Context& c) {
    const auto sheet = read_sheet(c);
    return file_page(
        c, sheet.view, Tab::Funding, html::Slot([&](html::Writer& w) {
            const auto& plan = sheet.estimate.plan;
            html::table(w,
                        {.caption = c.t("review.funding.caption"),
                         .columns = {{.label = c.t("review.funding.source")},
                                     {.label = c.t("review.funding.name")},
                                     {.label = c.t("review.funding.status")},
                                     {.label = c.t("review.amount"), .kind = html::Column::Kind::Number}},
                         .empty = c.t("review.funding.none")},
                        [&](html::Rows& rows) {
                            for (const auto& line : sheet.view.funding)
                                rows.row()
                                    .cell(word(c.t, "application.funding_source", line.source))
                                    .cell(line.name)
                                    .cell(line.obtained ? html::Tag{.text = c.t("review.funding.obtained"),
                                                                    .tone = html::Tone::Good}
                                                        : html::Tag{.text = c.t("review.funding.asked")})
                                    .cell(html::Money{line.cents});
                        });
            html::gauge(w, {.label = c.t("review.cofunding.share"),
                            .value = plan.own_share.per_10000,
                            .mark = plan.own_share_minimum.per_10000,
                            .text = c.t(plan.own_share_holds ? "review.cofunding.holds" : "review.cofunding.fails",
                                        {{"share", base::format_percent(plan.own_share, c.language())},
                                         {"minimum", base::format_percent(plan.own_share_minimum, c.language())}}),
                            .tone = plan.own_share_holds ? html::Tone::Good : html::Tone::Bad});
            auto money = [&w](base::Cents cents) { return html::Slot([&w, cents] { w.put(html::Money{cents}); }); };
            html::summary_list(w, {.title = c.t("review.plan.title"),
                                   .rows = {{.key = c.t("review.plan.total"), .value = money(plan.total)},
                                            {.key = c.t("review.plan.grant"), .value = money(plan.grant)},
                                            {.key = c.t("review.plan.public"), .value = money(plan.public_money)},
                                            {.key = c.t("review.plan.private"), .value = money(plan.private_money)},
                                            {.key = c.t("review.plan.own_typed"), .value = money(plan.own_typed)},
                                            {.key = c.t("review.plan.own"), .value = money(plan.own)},
                                            {.key = c.t("review.plan.own_minimum"), .value = money(plan.own_minimum)},
                                            {.key = c.t("review.plan.gap"), .value = money(plan.gap)}},
                                   .change_href = {}});
        }));
}

}  // namespace

void add_lines(Routes& routes) {
    routes.get("/instruction/dossiers/{id}/depenses", kReaders, [](Context& c) { return lines_page(c, {}); },
               {.where = http::Where::Worker});
    routes.get("/instruction/dossiers/{id}/financement", kReaders, [](Context& c) { return funding_page(c); },
               {.where = http::Where::Worker});
    routes.post("/instruction/dossiers/{id}/lignes", kReviewers, [](Context& c) { return save_lines(c); });
}

}  // namespace beffroi::aides::pages::review
