// The page of a sitting: where it stands, its figures, its papers, and what can be done now.
#include "aides/pages/sitting/parts.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

void where_it_stands(html::Writer& w, const Context& c, Phase phase) {
    std::vector<html::Step> steps;
    for (Phase one : {Phase::Preparing, Phase::Agenda, Phase::Held, Phase::Published})
        steps.push_back({.text = c.t("session.step." + std::string(sitting::name(one))),
                         .state = one < phase || phase == Phase::Published ? html::Step::State::Done
                                  : one == phase                           ? html::Step::State::Current
                                                                           : html::Step::State::Todo});
    html::steps(w, c.t("session.step.label"), steps);
}

void facts(html::Writer& w, const Context& c, const View& view) {
    const auto& one = view.sitting;
    std::vector<html::SummaryRow> rows;
    rows.push_back({.key = c.t("session.held_on"), .value = base::format_date(one.held_on, c.language())});
    auto add = [&](std::string_view key, std::string value) {
        if (!value.empty()) rows.push_back({.key = c.t(key), .value = std::move(value)});
    };
    add("session.report", one.report_number);
    add("session.resolution", one.resolution_number);
    add("session.resolution_title", one.resolution_title);
    if (one.transmitted)
        add("session.transmitted", base::format_instant(*one.transmitted, c.language()) + " – " + one.acknowledgement);
    if (one.published) add("session.published_on", base::format_instant(*one.published, c.language()));
    html::summary_list(w, {.rows = std::move(rows)});
}

void totals(html::Writer& w, const Context& c, const View& view) {
    const auto departments = sitting::department_totals(view);
    std::int64_t rows = 0;
    for (const auto& one : departments) rows += one.rows;
    html::figures(w, {{.label = c.t("session.figure.rows"), .value = base::format_count(rows, c.language())},
                      {.label = c.t("session.figure.amount"),
                       .value = base::format_euros(sitting::total(view), c.language()),
                       .strong = true},
                      {.label = c.t("session.figure.departments"),
                       .value = base::format_count(static_cast<std::int64_t>(departments.size()), c.language())}});
    if (departments.empty()) return;
    html::details(
        w,
        {.summary = c.t("session.by_department"), .content = [&](html::Writer& inner) {
             html::table(
                 inner,
                 {.caption = c.t("session.by_department"),
                  .columns = {{.label = c.t("session.department")},
                              {.label = c.t("session.rows"), .kind = html::Column::Kind::Number},
                              {.label = c.t("session.amount"), .kind = html::Column::Kind::Number}},
                  .hide_caption = true},
                 [&](html::Rows& table) {
                     for (const auto& one : departments)
                         table.row()
                             .cell(department_label(c.site, one.department))
                             .cell(one.rows)
                             .cell(html::Money{one.amount});
                     table.row().total().cell(c.t("session.total")).cell(rows).cell(html::Money{sitting::total(view)});
                 });
         }});
}

}  // namespace

http::Response desk_page(Context& c, const html::Errors& errors, int status) {
    const View view = view_of(c);
    return c.page({.title = view.sitting.name,
                   .breadcrumb = {{.href = "/gestion/seances", .text = c.t("session.list.title")}},
                   .errors = errors.empty() ? nullptr : &errors,
                   .aside =
                       [&](html::Writer& w) {
                           w("{} {}", phase_tag(view.sitting.status, c.t), sitting_tag(view.sitting.provenance, c.t));
                       },
                   .wide = true,
                   .main =
                       [&](html::Writer& w) {
                           where_it_stands(w, c, view.sitting.status);
                           facts(w, c, view);
                           totals(w, c, view);
                           switch (view.sitting.status) {
                               case Phase::Preparing:
                                   preparing_part(w, c, view, errors);
                                   break;
                               case Phase::Agenda:
                                   agenda_part(w, c, view, errors);
                                   break;
                               case Phase::Held:
                               case Phase::Published:
                                   after_part(w, c, view, errors);
                                   break;
                           }
                           papers_list(w, c, view);
                       }},
                  status);
}

void add_desk(Routes& routes) {
    routes.get("/gestion/seances/{id}", kReaders, [](Context& c) { return desk_page(c); },
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::sittings
