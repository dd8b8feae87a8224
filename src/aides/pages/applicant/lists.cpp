// "Mes dossiers": what waits for the applicant first, so that nobody opens a second file beside a draft.
#include <algorithm>

#include <fmt/format.h>

#include "aides/application/list.hpp"
#include "aides/pages/applicant/parts.hpp"
#include "aides/pages/site/navigation.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::ListRow;
using application::State;

constexpr int kPerPage = 50;

std::vector<std::string> sirens_of(const accounts::Principal& person) {
    std::vector<std::string> sirens;
    for (const auto& membership : person.memberships)
        if (std::find(sirens.begin(), sirens.end(), membership.siren) == sirens.end())
            sirens.push_back(membership.siren);
    return sirens;
}

struct Lists {
    application::ListPage waiting;  // for the applicant to act
    application::ListPage others;
    std::vector<application::EditionRow> editions;
    std::vector<std::pair<application::EditionRow, scheme::EditionPtr>> open;
};

Lists read_lists(Context& c) {
    const auto sirens = sirens_of(c.principal());
    return c.db().read([&](db::Reader& reader) {
        Lists lists;
        lists.editions = application::editions(reader);
        for (const auto& row : lists.editions)
            if (row.status == application::EditionStatus::Open)
                if (auto edition = c.desk().editions.get(reader, row.id)) lists.open.emplace_back(row, *edition);
        if (sirens.empty()) return lists;
        const application::Filter mine{.sirens = sirens};
        application::Filter waiting = mine;
        waiting.states = {State::Draft, State::AwaitingSignature, State::Incomplete};
        lists.waiting =
            base::value_or_throw(application::list(reader, waiting, application::Sort::NewestFirst, {}, kPerPage));
        application::Filter others = mine;
        for (State state : application::all_states())
            if (std::find(waiting.states.begin(), waiting.states.end(), state) == waiting.states.end())
                others.states.push_back(state);
        lists.others = base::value_or_throw(
            application::list(reader, others, application::Sort::NewestFirst, c.query("page"), kPerPage));
        return lists;
    });
}

std::string edition_name(const Lists& lists, application::EditionId id) {
    for (const auto& row : lists.editions)
        if (row.id == id) return row.edition;
    return {};
}

void files_table(html::Writer& w, Context& c, const Lists& lists, const std::vector<ListRow>& rows,
                 std::string_view caption) {
    html::table(
        w,
        {.caption = caption,
         .columns = {{.label = w.t("applicant.files.number")},
                     {.label = w.t("applicant.files.applicant")},
                     {.label = w.t("applicant.files.project")},
                     {.label = w.t("applicant.files.edition")},
                     {.label = w.t("applicant.files.state")},
                     {.label = w.t("applicant.files.updated")}},
         .empty = w.t("applicant.files.none")},
        [&](html::Rows& table) {
            for (const ListRow& row : rows) {
                const std::string place =
                    fmt::format("{}, {}", row.applicant_name, department_label(c.site, row.department));
                table.row()
                    .cell(html::Link{file_url(row.id), row.number})
                    .cell(place)
                    .cell(row.title.empty() ? w.t("applicant.files.untitled") : std::string_view(row.title))
                    .cell(edition_name(lists, row.edition))
                    .cell([&] { w("{} {}", state_tag(row.state, w.text()), provenance_tag(row.provenance, w.text())); })
                    .cell(html::Moment{row.updated});
            }
        });
}

void open_editions(html::Writer& w, const Lists& lists) {
    html::heading(w, 2, w.t("applicant.files.new"), "nouveau");
    if (lists.open.empty()) {
        html::paragraph(w, w.t("applicant.files.no_edition"));
        return;
    }
    std::vector<html::CardItem> items;
    for (const auto& [row, edition] : lists.open)
        items.push_back({.href = html::with_param("/dossiers/nouveau", "edition", row.name()),
                         .title = fmt::format("{} ({})", edition->model().title.in(w.language()), row.edition),
                         .content = edition->model().summary.in(w.language()),
                         .footer = w.t("applicant.files.new.estimate")});
    html::cards(w, items);
}

http::Response files_page(Context& c) {
    const Lists lists = read_lists(c);
    const bool nobody = c.principal().memberships.empty();
    return c.page({.title = c.t("applicant.files.title"), .wide = true, .main = [&](html::Writer& w) {
                       if (nobody) {
                           html::empty_state(w, {.title = w.t("applicant.files.no_place"),
                                                 .content = w.t("applicant.files.no_place.why"),
                                                 .action_href = "/compte/rattachements",
                                                 .action_text = w.t("applicant.files.join")});
                           return;
                       }
                       if (!lists.waiting.rows.empty()) {
                           html::heading(w, 2, w.t("applicant.files.waiting"), "a-vous");
                           html::lead(w, w.t("applicant.files.waiting.lead"));
                           files_table(w, c, lists, lists.waiting.rows, w.t("applicant.files.waiting.caption"));
                       }
                       open_editions(w, lists);
                       html::heading(w, 2, w.t("applicant.files.all"), "tous");
                       files_table(w, c, lists, lists.others.rows, w.t("applicant.files.all.caption"));
                       w(
                           "<p class='buttons'>{}{}</p>",
                           [&] {
                               if (!lists.others.previous.empty())
                                   html::button_link(w,
                                                     html::with_param("/mes-dossiers", "page", lists.others.previous),
                                                     w.t("html.page.previous"), html::Weight::Secondary);
                           },
                           [&] {
                               if (!lists.others.next.empty())
                                   html::button_link(w, html::with_param("/mes-dossiers", "page", lists.others.next),
                                                     w.t("html.page.next"), html::Weight::Secondary);
                           });
                       html::heading(w, 2, w.t("applicant.files.places"), "collectivites");
                       w("<ul>{}</ul>", [&] {
                           for (const std::string& siren : sirens_of(c.principal()))
                               w("<li><a href='/organisations/{}'>{}</a></li>", siren, place_label(c.site, siren));
                       });
                   }});
}

}  // namespace

void add_lists(Routes& routes) {
    // Also for people who act for nobody yet: the page tells them how to.
    routes.get("/mes-dossiers", kPerson, files_page);
    // Where letters and mails lead.
    routes.get("/mes-dossiers/{id}", kApplicants,
               [](Context& c) { return http::redirect_see_other(file_url(c.id<ApplicationId>())); });
}

}  // namespace beffroi::aides::pages::applicant
