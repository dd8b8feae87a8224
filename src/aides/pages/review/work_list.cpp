// Work lists: what waits, for whom, filtered by what its address says.
#include <map>
#include <memory>

#include "aides/pages/review/parts.hpp"
#include "base/guarded.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::pages::review {

namespace {

constexpr int kRows = 50;
constexpr int kSoonDays = 15;

using Counts = std::vector<application::StateCount>;

// Counting walks an index over every file: kept until the journal moves, since each change of state writes there.
class CountShelf {
  public:
    Counts get(db::Reader& reader, std::optional<application::EditionId> edition, std::optional<PersonId> officer) {
        const auto seq = journal::head(reader).seq;
        const Key key{edition.value_or(application::EditionId{}).value, officer.value_or(PersonId{}).value};
        auto kept = shelf_.with([&](Shelf& shelf) -> std::optional<Counts> {
            if (shelf.seq != seq) {
                shelf.counts.clear();
                shelf.seq = seq;
            }
            auto found = shelf.counts.find(key);
            if (found == shelf.counts.end()) return std::nullopt;
            return found->second;
        });
        if (kept) return std::move(*kept);
        Counts counts = count(reader, edition, officer);
        shelf_.with([&](Shelf& shelf) {
            if (shelf.seq == seq) shelf.counts[key] = counts;
        });
        return counts;
    }

  private:
    using Key = std::pair<std::int64_t, std::int64_t>;
    struct Shelf {
        std::int64_t seq = -1;
        std::map<Key, Counts> counts;
    };

    static Counts count(db::Reader& reader, std::optional<application::EditionId> edition,
                        std::optional<PersonId> officer) {
        if (officer) return application::counts_of_officer(reader, *officer);
        if (edition) return application::counts(reader, *edition);
        Counts all;
        for (const auto& row : application::editions(reader)) {
            auto some = application::counts(reader, row.id);
            if (all.empty()) {
                all = std::move(some);
                continue;
            }
            for (std::size_t i = 0; i < all.size(); ++i) all[i].count += some[i].count;
        }
        return all;
    }

    base::Guarded<Shelf> shelf_;
};

struct Choices {
    std::vector<application::EditionRow> editions;
    std::vector<std::string> edition_names;
    std::vector<application::Label> labels;
    Counts counts;
    application::ListPage page;
    std::map<PersonId, std::string> names;  // of the officers of these rows
    std::map<application::EditionId, std::string> edition_of;
};

Choices read_all(const Context& c, const Asked& asked, CountShelf& shelf) {
    auto choices = c.db().read([&](db::Reader& reader) {
        Choices all;
        all.editions = application::editions(reader);
        for (const auto& row : all.editions) {
            all.edition_names.push_back(edition_label(reader, c, row.id));
            all.edition_of[row.id] = row.edition;
        }
        all.labels = application::labels(reader);
        const bool one_officer = asked.filter.officer && *asked.filter.officer;
        all.counts = shelf.get(reader, asked.filter.edition, one_officer ? asked.filter.officer : std::nullopt);
        all.page = base::value_or_throw(application::list(reader, asked.filter, asked.sort, c.query("suite"), kRows));
        return all;
    });
    for (const auto& row : choices.page.rows)
        if (row.officer && !choices.names.contains(row.officer))
            choices.names[row.officer] = person_name(c, row.officer);
    return choices;
}

void state_tabs(html::Writer& w, const Context& c, const Asked& asked, const Choices& choices) {
    const std::string all_url = html::with_param(asked.url, "etat", "");
    std::int64_t total = 0;
    std::int64_t to_do = 0;
    for (const auto& row : choices.counts) {
        total += row.count;
        if (still_to_do(row.state)) to_do += row.count;
    }
    const bool chosen = !asked.filter.states.empty();
    const bool one_state = asked.filter.states.size() == 1;
    // The counts know the edition and the officer; with another filter they would not say what the list holds.
    const bool exact = asked.filter.department.empty() && asked.filter.words.empty() && !asked.filter.label &&
                       !(asked.filter.officer && (!*asked.filter.officer || asked.filter.edition));
    auto shown = [&](std::int64_t count) { return exact ? static_cast<int>(count) : -1; };
    std::vector<html::Tab> tabs = {
        {.href = html::with_param(all_url, "etat", kToDo),
         .text = c.t("review.list.to_do"),
         .current = chosen && !one_state,
         .count = shown(to_do)},
        {.href = all_url, .text = c.t("review.list.all"), .current = !chosen, .count = shown(total)}};
    for (const auto& row : choices.counts) {
        const bool current = one_state && asked.filter.states.front() == row.state;
        if (row.count == 0 && !current) continue;
        tabs.push_back({.href = html::with_param(all_url, "etat", name(row.state)),
                        .text = word(c.t, "application.state", name(row.state)),
                        .current = current,
                        .count = shown(row.count)});
    }
    html::tabs(w, c.t("review.list.states"), tabs);
}

void filters(html::Writer& w, const Context& c, const Asked& asked, const Choices& choices) {
    html::filter_bar(
        w,
        {.action = "/instruction",
         .label = c.t("review.list.filter"),
         .summary = counted(c.t, "review.list.shown", static_cast<std::int64_t>(choices.page.rows.size())),
         .reset = asked.any ? "/instruction" : ""},
        [&] {
            html::text_field(w,
                             {.name = "q",
                              .label = c.t("review.filter.words"),
                              .hint = c.t("review.filter.words.hint"),
                              .value = c.query("q"),
                              .width = html::Width::Medium},
                             html::TextKind::Search);
            std::vector<html::Choice> states = {
                {.value = "", .label = c.t("review.filter.any")},
                {.value = kToDo, .label = c.t("review.list.to_do"), .checked = c.query("etat") == kToDo}};
            for (const auto state : application::all_states())
                if (visible_to_region(state))
                    states.push_back({.value = name(state),
                                      .label = word(c.t, "application.state", name(state)),
                                      .checked = c.query("etat") == name(state)});
            html::select(w, {.name = "etat", .label = c.t("review.state")}, states);
            const auto whose = c.query("qui");
            std::vector<html::Choice> people = {
                {.value = "", .label = c.t("review.filter.any")},
                {.value = "moi", .label = c.t("review.filter.mine"), .checked = whose == "moi"},
                {.value = "personne", .label = c.t("review.filter.nobody"), .checked = whose == "personne"}};
            for (const auto& person : officers(c)) {
                auto id = std::to_string(person.id.value);
                const bool checked = whose == id;
                people.push_back({.value = std::move(id), .label = std::string(person.name), .checked = checked});
            }
            html::select(w, {.name = "qui", .label = c.t("review.officer")}, people);
            std::vector<html::Choice> editions = {{.value = "", .label = c.t("review.filter.any")}};
            for (std::size_t i = 0; i < choices.editions.size(); ++i) {
                const auto& row = choices.editions[i];
                auto label = row.revision > 1 ? c.t("review.edition_revision", {{"edition", choices.edition_names[i]},
                                                                                {"n", std::to_string(row.revision)}})
                                              : choices.edition_names[i];
                editions.push_back({.value = std::to_string(row.id.value),
                                    .label = std::move(label),
                                    .checked = asked.filter.edition == row.id});
            }
            html::select(w, {.name = "edition", .label = c.t("review.edition")}, editions);
            html::text_field(w, {.name = "departement",
                                 .label = c.t("review.department"),
                                 .hint = c.t("review.filter.department.hint"),
                                 .value = c.query("departement"),
                                 .width = html::Width::Short,
                                 .max_length = 3});
            std::vector<html::Choice> labels = {{.value = "", .label = c.t("review.filter.any")}};
            for (const auto& label : choices.labels)
                labels.push_back({.value = std::to_string(label.id.value),
                                  .label = std::string(label.name),
                                  .checked = asked.filter.label == label.id});
            if (!choices.labels.empty()) html::select(w, {.name = "etiquette", .label = c.t("review.label")}, labels);
            const html::Choice orders[] = {
                {.value = "", .label = c.t("review.order.oldest")},
                {.value = "recents", .label = c.t("review.order.newest"), .checked = c.query("ordre") == "recents"}};
            html::select(w, {.name = "ordre", .label = c.t("review.order")}, orders);
        });
}

void deadline(html::Writer& w, const Context& c, const application::ListRow& row) {
    const bool open = row.state == State::Filed || row.state == State::Incomplete || row.state == State::Complete ||
                      row.state == State::UnderReview || row.state == State::OpinionsAsked;
    if (!row.implicit_rejection || !open) return;
    const auto days = base::days_between(c.today(), *row.implicit_rejection);
    w("{} ", html::Day{*row.implicit_rejection});
    if (days < 0) w("{}", html::Tag{.text = c.t("review.deadline.past"), .tone = html::Tone::Bad});
    if (days >= 0 && days <= kSoonDays)
        w("{}", html::Tag{.text = counted(c.t, "review.deadline.soon", days), .tone = html::Tone::Warning});
}

void rows_table(html::Writer& w, const Context& c, const Choices& choices) {
    const bool acts = reviews(c);
    html::table(w,
                {.caption = c.t("review.list.caption"),
                 .columns = {{.label = c.t("review.number")},
                             {.label = c.t("review.applicant")},
                             {.label = c.t("review.project")},
                             {.label = c.t("review.state")},
                             {.label = c.t("review.filed")},
                             {.label = c.t("review.deadline")},
                             {.label = c.t("review.officer")},
                             {.label = c.t("review.amount"), .kind = html::Column::Kind::Number}},
                 .hide_caption = true,
                 .empty = c.t("review.list.none")},
                [&](html::Rows& rows) {
                    for (const auto& row : choices.page.rows) {
                        rows.row()
                            .cell([&] {
                                if (acts)
                                    w("<input type='checkbox' name='dossier' value='{}' aria-label='{}'> ", row.id,
                                      c.t("review.list.tick", {{"number", row.number}}));
                                w("{}", html::Link{.href = file_url(row.id), .text = row.number});
                            })
                            .cell([&] { w("{}<br>{}", row.applicant_name, department_label(c.site, row.department)); })
                            .cell(row.title)
                            .cell([&] {
                                w("{}", state_tag(c.t, row.state));
                                if (auto tag = provenance_tag(c.t, row.provenance)) w(" {}", *tag);
                            })
                            .cell([&] {
                                if (row.filed) w("{}", html::Day{base::paris_date(*row.filed)});
                            })
                            .cell([&] { deadline(w, c, row); })
                            .cell(row.officer ? choices.names.at(row.officer) : std::string(c.t("review.nobody")))
                            .cell([&] {
                                const auto amount = row.granted > base::Cents{} ? row.granted : row.proposed;
                                if (amount > base::Cents{}) w("{}", html::Money{amount});
                            });
                    }
                });
}

void bulk_form(html::Writer& w, const Context& c) {
    html::fieldset(w, {.legend = c.t("review.bulk.legend"), .hint = c.t("review.bulk.hint")}, [&] {
        std::vector<html::Choice> operations = {{.value = "", .label = c.t("html.choose")},
                                                {.value = "prendre", .label = c.t("review.bulk.take")},
                                                {.value = "confier", .label = c.t("review.bulk.give")},
                                                {.value = "liberer", .label = c.t("review.bulk.free")}};
        for (const auto action : {application::Action::DeclareComplete, application::Action::StartReview,
                                  application::Action::ReceiveOpinions, application::Action::Propose,
                                  application::Action::PutOnWaitingList, application::Action::SendBackToReview})
            operations.push_back({.value = name(action), .label = word(c.t, "application.action", name(action))});
        operations.push_back({.value = "etiqueter", .label = c.t("review.bulk.label")});
        html::select(w, {.name = "operation", .label = c.t("review.bulk.operation")}, operations);
        std::vector<html::Choice> people = {{.value = "", .label = c.t("html.choose")}};
        for (const auto& person : officers(c))
            people.push_back({.value = std::to_string(person.id.value), .label = std::string(person.name)});
        html::select(w, {.name = "personne", .label = c.t("review.bulk.person")}, people);
        html::text_field(w, {.name = "texte",
                             .label = c.t("review.bulk.text"),
                             .hint = c.t("review.bulk.text.hint"),
                             .width = html::Width::Long});
        html::buttons(w, [&] { html::button(w, {.text = c.t("review.bulk.button")}); });
    });
}

void pages_links(html::Writer& w, const Context& c, const Asked& asked, const application::ListPage& page) {
    if (page.previous.empty() && page.next.empty()) return;
    w(
        "<nav class='pages' aria-label='{}'><ul>{}{}</ul></nav>", c.t("html.pages"),
        [&] {
            if (!page.previous.empty())
                w("<li class='previous'><a rel='prev' href='{}'>{}</a></li>",
                  html::with_param(asked.url, "suite", page.previous), c.t("html.page.previous"));
        },
        [&] {
            if (!page.next.empty())
                w("<li class='next'><a rel='next' href='{}'>{}</a></li>",
                  html::with_param(asked.url, "suite", page.next), c.t("html.page.next"));
        });
}

http::Response list_page(Context& c, CountShelf& shelf) {
    const auto asked = asked_of(c, "/instruction");
    const auto choices = read_all(c, asked, shelf);
    return c.page({.title = c.t("review.list.title"),
                   .aside =
                       [&](html::Writer& w) {
                           const auto query = asked.url.find('?');
                           const auto filters_of = query == std::string::npos ? std::string() : asked.url.substr(query);
                           html::buttons(w, [&] {
                               html::button_link(w, "/instruction/export.csv" + filters_of, c.t("review.export.csv"),
                                                 html::Weight::Secondary);
                               html::button_link(w, "/instruction/export.ods" + filters_of, c.t("review.export.ods"),
                                                 html::Weight::Secondary);
                           });
                       },
                   .wide = true,
                   .main =
                       [&](html::Writer& w) {
                           state_tabs(w, c, asked, choices);
                           filters(w, c, asked, choices);
                           if (!reviews(c) || choices.page.rows.empty()) {
                               rows_table(w, c, choices);
                           } else {
                               html::form(w, {.action = "/instruction/lot", .csrf = c.csrf()}, [&] {
                                   html::hidden_field(w, "retour", asked.url);
                                   rows_table(w, c, choices);
                                   bulk_form(w, c);
                               });
                           }
                           pages_links(w, c, asked, choices.page);
                       }});
}

}  // namespace

void add_work_list(Routes& routes, const KeptPages& kept) {
    auto shelf = std::make_shared<CountShelf>();
    routes.get("/instruction", kReaders, kept_for_person(kept, [shelf](Context& c) { return list_page(c, *shelf); }));
    // The address that mails give.
    routes.get("/instruction/{id}", kReaders,
               [](Context& c) { return http::redirect_see_other(file_url(c.id<ApplicationId>())); });
}

}  // namespace beffroi::aides::pages::review
