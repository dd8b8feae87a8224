#include "aides/pages/review/parts.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace beffroi::aides::pages::review {

namespace {

constexpr std::size_t kMostTicked = 200;

html::Tone tone_of(State state) {
    switch (state) {
        case State::Draft:
        case State::AwaitingSignature:
        case State::Withdrawn:
            return html::Tone::Neutral;
        case State::Filed:
        case State::Complete:
        case State::UnderReview:
        case State::OpinionsAsked:
        case State::OnAgenda:
            return html::Tone::Info;
        case State::Incomplete:
        case State::WaitingList:
        case State::ProposedRefusal:
        case State::Adjourned:
            return html::Tone::Warning;
        case State::Proposed:
        case State::Granted:
        case State::Notified:
            return html::Tone::Good;
        case State::Refused:
            return html::Tone::Bad;
    }
    return html::Tone::Neutral;
}

struct TabRow {
    Tab tab;
    std::string_view path;
    std::string_view key;
};
constexpr TabRow kTabs[] = {
    {Tab::Summary, "", "review.tab.summary"},
    {Tab::Expenses, "depenses", "review.tab.expenses"},
    {Tab::Funding, "financement", "review.tab.funding"},
    {Tab::Papers, "pieces", "review.tab.papers"},
    {Tab::Opinions, "avis", "review.tab.opinions"},
    {Tab::Messages, "messages", "review.tab.messages"},
    {Tab::History, "historique", "review.tab.history"},
};

int count_of(const ApplicationView& view, Tab tab) {
    switch (tab) {
        case Tab::Expenses:
            return static_cast<int>(view.expenses.size());
        case Tab::Papers:
            return static_cast<int>(
                std::count_if(view.documents.begin(), view.documents.end(), [](const auto& d) { return d.current(); }));
        case Tab::Opinions:
            return static_cast<int>(view.opinions.size());
        case Tab::Messages:
            return static_cast<int>(view.messages.size());
        case Tab::Funding:
            return static_cast<int>(view.funding.size());
        case Tab::Summary:
        case Tab::History:
        case Tab::None:
            return -1;
    }
    return -1;
}

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

}  // namespace

std::string_view word(const base::Text& t, std::string_view area, std::string_view name) {
    return t(std::string(area) + "." + std::string(name));
}

html::Tag state_tag(const base::Text& t, State state) {
    return {.text = word(t, "application.state", name(state)), .tone = tone_of(state)};
}

std::optional<html::Tag> provenance_tag(const base::Text& t, application::Provenance provenance) {
    if (provenance == application::Provenance::Live) return std::nullopt;
    return html::Tag{.text = word(t, "site.provenance", name(provenance))};
}

std::string counted(const base::Text& t, std::string_view key, std::int64_t n) {
    const auto number = base::format_count(n, t.language());
    const bool one = t.language() == base::Language::Fr ? n < 2 : n == 1;
    return t(std::string(key) + (one ? ".one" : ".many"), {{"n", number}});
}

std::string person_name(const Context& c, PersonId person) {
    if (!person) return std::string(c.t("review.nobody"));
    auto found = c.site.accounts.person(person);
    return found ? found->name : c.t("review.person", {{"id", std::to_string(person.value)}});
}

std::string edition_label(db::Reader& reader, const Context& c, application::EditionId edition) {
    auto compiled = c.desk().editions.get(reader, edition);
    if (compiled) return (*compiled)->model().title.in(c.language());
    auto row = application::find_edition(reader, edition);
    return row ? row->name() : std::string();
}

std::string file_url(ApplicationId id, std::string_view tab) {
    return tab.empty() ? html::url("/instruction/dossiers/{}", id) : html::url("/instruction/dossiers/{}/{}", id, tab);
}

bool reviews(const Context& c) {
    return c.principal().roles.any_of({Role::Officer, Role::Head});
}

std::vector<accounts::Person> officers(const Context& c) {
    auto all = c.site.accounts.people_with(Role::Officer);
    for (auto& person : c.site.accounts.people_with(Role::Head))
        if (std::none_of(all.begin(), all.end(), [&](const auto& other) { return other.id == person.id; }))
            all.push_back(std::move(person));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
}

ApplicationView load_file(const Context& c) {
    return c.db().read([&](db::Reader& reader) {
        return base::value_or_throw(application::load(c.desk(), reader, c.id<ApplicationId>(), c.principal()));
    });
}

http::Response file_page(const Context& c, const ApplicationView& view, Tab tab, const html::Slot& main,
                         const html::Errors* errors, int status) {
    const auto& file = view.application;
    std::vector<html::Tab> tabs;
    for (const auto& row : kTabs)
        tabs.push_back({.href = file_url(file.id, row.path),
                        .text = c.t(row.key),
                        .current = row.tab == tab,
                        .count = count_of(view, row.tab)});
    return c.page({.title = c.t("review.file.title", {{"applicant", file.applicant_name}, {"title", file.title}}),
                   .breadcrumb = {{.href = "/instruction", .text = c.t("review.list.title")}},
                   .errors = errors,
                   .caption = c.t("review.file.caption", {{"number", file.number},
                                                          {"department", department_label(c.site, file.department)},
                                                          {"edition", view.edition->model().title.in(c.language())}}),
                   .aside =
                       [&](html::Writer& w) {
                           w.put(state_tag(c.t, file.state));
                           if (auto tag = provenance_tag(c.t, file.provenance)) w(" {}", *tag);
                       },
                   .wide = true,
                   .main =
                       [&](html::Writer& w) {
                           html::tabs(w, c.t("review.file.tabs"), tabs);
                           w.put(main);
                       }},
                  status);
}

http::Response answer(const Context& c, const base::Status& status, std::string_view back, std::string_view notice) {
    if (!status) return c.error(status.error());
    return c.see_other(back, notice);
}

std::vector<ApplicationId> ticked(const Context& c) {
    std::vector<ApplicationId> ids;
    for (const auto text : c.request.form().all("dossier"))
        if (const auto id = whole(text); id && *id > 0 && ids.size() < kMostTicked) ids.push_back(ApplicationId{*id});
    return ids;
}

http::Response bulk_result(const Context& c, std::string_view title, const std::vector<application::BulkLine>& lines,
                           std::string_view back) {
    const auto refused = std::count_if(lines.begin(), lines.end(), [](const auto& l) { return l.refusal.has_value(); });
    const auto done = static_cast<std::int64_t>(lines.size()) - refused;
    return c.page(
        {.title = title,
         .breadcrumb = {{.href = "/instruction", .text = c.t("review.list.title")}},
         .wide = true,
         .main = [&](html::Writer& w) {
             html::notice(w, {.tone = refused == 0 ? html::Tone::Good : html::Tone::Warning,
                              .title = counted(c.t, "review.bulk.done", done),
                              .content = refused == 0 ? std::string() : counted(c.t, "review.bulk.refused", refused),
                              .live = true});
             html::table(w,
                         {.caption = c.t("review.bulk.results"),
                          .columns = {{.label = c.t("review.number")},
                                      {.label = c.t("review.bulk.result")},
                                      {.label = c.t("review.reason")}},
                          .empty = c.t("review.bulk.none")},
                         [&](html::Rows& rows) {
                             for (const auto& line : lines)
                                 rows.row()
                                     .cell(html::Link{
                                         .href = file_url(line.id),
                                         .text = line.number.empty() ? std::to_string(line.id.value) : line.number})
                                     .cell(line.refusal ? html::Tag{c.t("review.bulk.not_done"), html::Tone::Warning}
                                                        : html::Tag{c.t("review.bulk.ok"), html::Tone::Good})
                                     .cell(line.refusal ? c.t(*line.refusal) : std::string());
                         });
             html::buttons(w, [&] { html::button_link(w, back, c.t("review.back_to_list")); });
         }});
}

bool still_to_do(State state) {
    return visible_to_region(state) && state != State::Notified && state != State::Withdrawn;
}

Asked asked_of(const Context& c, std::string_view path) {
    Asked asked;
    asked.url = std::string(path);
    auto keep = [&](std::string_view name) {
        const auto value = c.query(name);
        if (value.empty()) return value;
        asked.url = html::with_param(asked.url, name, value);
        asked.any = true;
        return value;
    };
    const auto stage = keep("etat");
    if (stage == kToDo) {
        for (const auto state : application::all_states())
            if (still_to_do(state)) asked.filter.states.push_back(state);
    } else if (const auto state = application::parse_state(stage); state && visible_to_region(*state)) {
        asked.filter.states = {*state};
    }
    const auto whose = keep("qui");
    if (whose == "moi") asked.filter.officer = c.principal().id;
    if (whose == "personne") asked.filter.officer = PersonId{};
    if (const auto person = whole(whose); person && *person > 0) asked.filter.officer = PersonId{*person};
    if (const auto edition = whole(keep("edition")); edition && *edition > 0)
        asked.filter.edition = application::EditionId{*edition};
    asked.filter.department = std::string(keep("departement"));
    if (const auto label = whole(keep("etiquette")); label && *label > 0)
        asked.filter.label = application::LabelId{*label};
    asked.filter.words = std::string(keep("q"));
    if (keep("ordre") == "recents") asked.sort = application::Sort::NewestFirst;
    return asked;
}

}  // namespace beffroi::aides::pages::review
