// While the agenda is being made: proposals come on it and leave it, then it is closed.
#include "aides/application/list.hpp"
#include "aides/pages/sitting/parts.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

using application::ApplicationId;
using application::ListRow;

constexpr int kBatch = 200;
constexpr std::size_t kMostCandidates = 2000;

// Every file that waits for a sitting, the oldest first.
std::vector<ListRow> candidates(const Context& c) {
    std::vector<ListRow> rows;
    c.db().read([&](db::Reader& reader) {
        application::Filter filter;
        filter.states = {application::State::Proposed, application::State::ProposedRefusal};
        std::string cursor;
        do {
            auto page =
                base::value_or_throw(application::list(reader, filter, application::Sort::OldestFirst, cursor, kBatch));
            for (auto& row : page.rows) rows.push_back(std::move(row));
            cursor = std::move(page.next);
        } while (!cursor.empty() && rows.size() < kMostCandidates);
    });
    return rows;
}

void candidates_form(html::Writer& w, const Context& c, const View& view, const html::Errors& errors) {
    const auto waiting = candidates(c);
    html::heading(w, 2, c.t("session.candidates.title"), "candidats");
    if (waiting.empty()) {
        html::paragraph(w, c.t("session.candidates.none"));
        return;
    }
    html::paragraph(w, c.t("session.candidates.lead"));
    auto table = [&] {
        html::table(
            w,
            {.caption = counted(c.t, "session.candidates.count", static_cast<std::int64_t>(waiting.size())),
             .columns = {{.label = c.t("session.file")},
                         {.label = c.t("session.applicant")},
                         {.label = c.t("session.project")},
                         {.label = c.t("session.amount"), .kind = html::Column::Kind::Number},
                         {.label = c.t("session.proposal")}}},
            [&](html::Rows& rows) {
                for (const auto& file : waiting) {
                    const bool grant = file.state == application::State::Proposed;
                    rows.row()
                        .cell([&] {
                            if (runs(c))
                                w("<input type='checkbox' name='file' value='{}' aria-label='{}'> ", file.id,
                                  c.t("session.tick", {{"number", file.number}}));
                            w("{} {}", html::Link{html::url("/instruction/dossiers/{}", file.id), file.number},
                              provenance_tag(file.provenance, c.t));
                        })
                        .cell([&] { w("{}<br>{}", file.applicant_name, department_label(c.site, file.department)); })
                        .cell(file.title)
                        .cell([&] {
                            if (grant)
                                w("{}", html::Money{file.proposed});
                            else
                                w("–");
                        })
                        .cell(html::Tag{c.t(grant ? "session.proposal.grant" : "session.proposal.refusal"),
                                        grant ? html::Tone::Info : html::Tone::Warning});
                }
            });
    };
    if (!runs(c)) {
        table();
        return;
    }
    html::form(w, {.action = address(view.sitting.id, "ajouter"), .csrf = c.csrf()}, [&] {
        if (const auto error = errors.of("file"); !error.empty()) w("<p class='error' id='f-file'>{}</p>", error);
        table();
        html::buttons(w, [&] {
            html::button(w, {.text = c.t("session.candidates.add")});
            html::button(w, {.text = c.t("session.candidates.add_all"),
                             .weight = html::Weight::Secondary,
                             .name = "all",
                             .value = "1"});
        });
    });
}

http::Response add_files(Context& c) {
    const View view = view_of(c);
    std::vector<ApplicationId> ids;
    if (c.form("all") == "1")
        for (const auto& row : candidates(c)) ids.push_back(row.id);
    else
        for (std::string_view text : c.request.form().all("file"))
            if (const auto id = number_of(text)) ids.push_back(ApplicationId{*id});
    if (ids.empty()) {
        html::Errors errors;
        errors.add("file", std::string(c.t("session.error.tick")));
        return desk_page(c, errors, 422);
    }
    const auto lines = sitting::put_all_on_agenda(c.desk(), view.sitting.id, ids, c.principal());
    for (const auto& line : lines)
        if (line.refusal) return bulk_page(c, view.sitting.id, c.t("session.candidates.result"), lines);
    return c.see_other(address(view.sitting.id), "session.notice.added");
}

}  // namespace

void preparing_part(html::Writer& w, const Context& c, const View& view, const html::Errors& errors) {
    candidates_form(w, c, view, errors);
    html::heading(w, 2, c.t("session.agenda.title"), "ordre-du-jour");
    rows_table(w, c, view,
               {.caption = std::string(c.t("session.agenda.listed")),
                .empty = std::string(c.t("session.agenda.none")),
                .shown = [](const Item& item) { return item.state != ItemState::Removed; }});
    bool removed = false;
    for (const Item& item : view.items) removed = removed || item.state == ItemState::Removed;
    if (removed)
        html::details(w, {.summary = c.t("session.agenda.removed"), .content = [&](html::Writer& inner) {
                              rows_table(inner, c, view,
                                         {.caption = std::string(c.t("session.agenda.removed")),
                                          .shown = [](const Item& item) { return item.state == ItemState::Removed; }});
                          }});
    if (!runs(c)) return;
    html::heading(w, 2, c.t("session.close.title"), "arreter");
    html::paragraph(w, c.t("session.close.lead"));
    html::form(w, {.action = address(view.sitting.id, "arreter"), .csrf = c.csrf()}, [&] {
        html::text_field(w, {.name = "report_number",
                             .label = c.t("session.close.number"),
                             .hint = c.t("session.close.number.hint"),
                             .value = typed(c, "report_number", view.sitting.report_number),
                             .error = errors.of("report_number"),
                             .need = html::Need::Required,
                             .width = html::Width::Medium,
                             .max_length = 60});
        html::buttons(w, [&] { html::button(w, {.text = c.t("session.close.button")}); });
    });
}

void add_preparing(Routes& routes) {
    routes.post("/gestion/seances/{id}/ajouter", kSecretaries, [](Context& c) { return add_files(c); },
                {.form = {.count = 4096}});
    routes.post("/gestion/seances/{id}/arreter", kSecretaries, [](Context& c) {
        const View view = view_of(c);
        return answer(c, view.sitting.id,
                      sitting::close_agenda(c.desk(), view.sitting.id, c.form("report_number"), c.principal()),
                      "report_number", "session.notice.closed");
    });
}

}  // namespace beffroi::aides::pages::sittings
