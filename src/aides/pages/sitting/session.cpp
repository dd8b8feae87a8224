// In session: votes by batch, then the decision, told before it is taken.
#include <algorithm>

#include "aides/pages/site/resume.hpp"
#include "aides/pages/sitting/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

bool without_vote(const View& view, const Item& item) {
    return std::none_of(view.votes.begin(), view.votes.end(),
                        [&](const sitting::Vote& vote) { return vote.id == item.vote; });
}

// Ticked to begin with: rows without a vote; those with a recusal only when the others are done, since their vote
// counts fewer members.
bool first_choice(const View& view, const Item& item) {
    const bool plain_rows = std::any_of(view.items.begin(), view.items.end(), [&](const Item& one) {
        return one.state == ItemState::Listed && one.recusals.empty() && without_vote(view, one);
    });
    return without_vote(view, item) && (!plain_rows || item.recusals.empty());
}

void count_field(html::Writer& w, const Context& c, const html::Errors& errors, std::string_view name,
                 std::string_view otherwise = {}) {
    html::number_field(w, {.name = name,
                           .label = c.t("session.count." + std::string(name)),
                           .value = typed(c, name, otherwise),
                           .error = errors.of(name),
                           .width = html::Width::Short});
}

void vote_form(html::Writer& w, const Context& c, const View& view, const html::Errors& errors) {
    const bool sent = c.request.method == http::Method::Post && c.request.form().has("members");
    auto ticked = [&](const Item& item) {
        if (!sent) return first_choice(view, item);
        const auto all = c.request.form().all("item");
        return std::find(all.begin(), all.end(), std::to_string(item.id.value)) != all.end();
    };
    html::heading(w, 2, c.t("session.vote.title"), "voter");
    html::paragraph(w, c.t("session.vote.lead"));
    html::form(w, {.action = address(view.sitting.id, "votes"), .csrf = c.csrf()}, [&] {
        html::text_field(
            w, {.name = "vote_title",
                .label = c.t("session.vote.name"),
                .value =
                    typed(c, "vote_title", c.t("session.vote.default", {{"n", std::to_string(view.votes.size() + 1)}})),
                .error = errors.of("vote_title"),
                .width = html::Width::Long,
                .max_length = 200});
        html::fieldset(w, {.legend = c.t("session.vote.counts"), .hint = c.t("session.vote.counts.hint")}, [&] {
            const std::string members =
                view.votes.empty() ? std::string() : std::to_string(view.votes.back().counts.members);
            count_field(w, c, errors, "members", members);
            count_field(w, c, errors, "in_favour");
            count_field(w, c, errors, "against", "0");
            count_field(w, c, errors, "abstaining", "0");
        });
        if (const auto error = errors.of("item"); !error.empty()) w("<p class='error' id='f-item'>{}</p>", error);
        rows_table(w, c, view,
                   {.caption = std::string(c.t("session.vote.rows")),
                    .empty = std::string(c.t("session.vote.no_row")),
                    .shown = [](const Item& item) { return item.state == ItemState::Listed; },
                    .tick = ticked});
        html::buttons(w, [&] { html::button(w, {.text = c.t("session.vote.button")}); });
    });
}

int whole(std::string_view text) {
    const std::string_view trimmed = base::trim(text);
    if (trimmed == "0") return 0;
    const auto number = number_of(trimmed);
    return number && *number < 100'000 ? static_cast<int>(*number) : -1;
}

http::Response vote(Context& c) {
    const View view = view_of(c);
    html::Errors errors;
    sitting::Counts counts;
    auto count = [&](std::string_view name, int& into) {
        into = whole(c.form(name));
        if (into < 0) errors.add(std::string(name), std::string(c.t("session.error.count")));
    };
    count("members", counts.members);
    count("in_favour", counts.in_favour);
    count("against", counts.against);
    count("abstaining", counts.abstaining);
    counts.voting = counts.in_favour + counts.against + counts.abstaining;
    const std::string_view title = base::trim(c.form("vote_title"));
    if (title.empty() || title.size() > 400) errors.add("vote_title", std::string(c.t("session.error.vote_title")));
    std::vector<ItemId> items;
    for (std::string_view text : c.request.form().all("item"))
        if (const auto id = number_of(text)) items.push_back(ItemId{*id});
    if (items.empty()) errors.add("item", std::string(c.t("sitting.refused.no_rows")));
    if (!errors.empty()) return desk_page(c, errors, 422);
    auto recorded = sitting::record_vote(c.desk(), view.sitting.id, title, counts, items, c.principal());
    if (recorded) return c.see_other(address(view.sitting.id), "session.notice.voted");
    return answer(c, view.sitting.id, std::unexpected(recorded.error()), "in_favour", {});
}

// ---- the decision

std::string sentence(const Context& c, const sitting::Forecast& f) {
    return c.t("session.decide.sum", {{"granted", counted(c.t, "session.decide.granted", f.granted)},
                                      {"amount", base::format_euros(f.amount, c.language())}});
}

http::Response decide_page(Context& c, const View& view, const html::Errors& errors = {}, int status = 200) {
    const auto forecast = sitting::forecast(view);
    const bool ready = view.sitting.status == Phase::Agenda && forecast.without_vote.empty();
    return c.page(
        {.title = c.t("session.decide.title"),
         .breadcrumb = {{.href = "/gestion/seances", .text = c.t("session.list.title")},
                        {.href = address(view.sitting.id), .text = view.sitting.name}},
         .errors = errors.empty() ? nullptr : &errors,
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 if (view.sitting.status != Phase::Agenda) {
                     html::notice(w, {.tone = html::Tone::Warning,
                                      .title = c.t("sitting.refused.status." +
                                                   std::string(sitting::name(view.sitting.status)))});
                     return;
                 }
                 html::lead(w, sentence(c, forecast));
                 html::figures(w, {{.label = c.t("session.decide.figure.granted"),
                                    .value = base::format_count(forecast.granted, c.language()),
                                    .strong = true},
                                   {.label = c.t("session.decide.figure.amount"),
                                    .value = base::format_euros(forecast.amount, c.language()),
                                    .strong = true},
                                   {.label = c.t("session.decide.figure.refused"),
                                    .value = base::format_count(forecast.refused, c.language())},
                                   {.label = c.t("session.decide.figure.adjourned"),
                                    .value = base::format_count(forecast.adjourned, c.language())},
                                   {.label = c.t("session.decide.figure.withdrawn"),
                                    .value = base::format_count(forecast.withdrawn, c.language())}});
                 votes_table(w, c, view);
                 rows_table(w, c, view,
                            {.caption = std::string(c.t("session.decide.rows")),
                             .shown = [](const Item& item) { return item.state != ItemState::Removed; }});
                 if (!sitting::day_has_come(view.sitting, c.desk().clock.now())) {
                     html::notice(w, {.tone = html::Tone::Warning,
                                      .title = c.t("sitting.refused.too_early",
                                                   {{"date", base::short_date(view.sitting.held_on)}})});
                     return;
                 }
                 if (!ready) {
                     html::notice(w, {.tone = html::Tone::Warning,
                                      .title = counted(c.t, "session.decide.missing",
                                                       static_cast<std::int64_t>(forecast.without_vote.size()))});
                     html::paragraph(w, [&] {
                         w("{}", html::Link{address(view.sitting.id) + "#voter", c.t("session.vote.title")});
                     });
                     return;
                 }
                 html::notice(w, {.tone = html::Tone::Info,
                                  .title = c.t("session.decide.warning.title"),
                                  .content = c.t("session.decide.warning")});
                 html::form(w, {.action = address(view.sitting.id, "decider"), .csrf = c.csrf()}, [&] {
                     html::text_field(w, {.name = "number",
                                          .label = c.t("session.resolution"),
                                          .hint = c.t("session.resolution.hint"),
                                          .value = typed(c, "number"),
                                          .error = errors.of("number"),
                                          .need = html::Need::Required,
                                          .width = html::Width::Medium,
                                          .max_length = 60});
                     html::text_field(w, {.name = "title",
                                          .label = c.t("session.resolution_title"),
                                          .value = typed(c, "title", c.t("session.resolution_title.default")),
                                          .error = errors.of("title"),
                                          .need = html::Need::Required,
                                          .max_length = 300});
                     html::buttons(w, [&] {
                         html::button(w, {.text = c.t("session.decide.button")});
                         html::button_link(w, address(view.sitting.id), c.t("session.cancel"), html::Weight::Secondary);
                     });
                 });
             }},
        status);
}

http::Response decide(Context& c) {
    const View view = view_of(c);
    if (base::trim(c.form("title")).empty()) {
        html::Errors errors;
        errors.add("title", std::string(c.t("session.error.title")));
        return decide_page(c, view, errors, 422);
    }
    auto decided = sitting::decide(c.desk(), view.sitting.id,
                                   {.number = std::string(c.form("number")), .title = std::string(c.form("title"))},
                                   c.principal());
    if (decided) return c.see_other(address(view.sitting.id), "session.notice.decided");
    pass_on_ours(decided.error());
    html::Errors errors;
    const auto& key = decided.error().message.key;
    if (key == "sitting.refused.resolution" || key == "sitting.refused.resolution_taken")
        errors.add("number", c.t(decided.error()));
    else
        errors.add_general(c.t(decided.error()));
    return decide_page(c, view_of(c), errors, decided.error().code == base::Code::Conflict ? 409 : 422);
}

}  // namespace

void votes_table(html::Writer& w, const Context& c, const View& view) {
    using Kind = html::Column::Kind;
    html::table(w,
                {.caption = c.t("session.votes"),
                 .columns = {{.label = c.t("session.vote")},
                             {.label = c.t("session.rows"), .kind = Kind::Number},
                             {.label = c.t("session.count.members"), .kind = Kind::Number},
                             {.label = c.t("session.count.voting"), .kind = Kind::Number},
                             {.label = c.t("session.count.in_favour"), .kind = Kind::Number},
                             {.label = c.t("session.count.against"), .kind = Kind::Number},
                             {.label = c.t("session.count.abstaining"), .kind = Kind::Number},
                             {.label = c.t("session.result")}},
                 .empty = c.t("session.votes.none")},
                [&](html::Rows& rows) {
                    for (const auto& vote : view.votes) {
                        const auto bears = std::count_if(view.items.begin(), view.items.end(), [&](const Item& item) {
                            return item.vote == vote.id && item.state == ItemState::Listed;
                        });
                        rows.row()
                            .cell(vote.title)
                            .cell(bears)
                            .cell(vote.counts.members)
                            .cell(vote.counts.voting)
                            .cell(vote.counts.in_favour)
                            .cell(vote.counts.against)
                            .cell(vote.counts.abstaining)
                            .cell(vote.counts.carried() ? html::Tag{c.t("session.carried"), html::Tone::Good}
                                                        : html::Tag{c.t("session.not_carried"), html::Tone::Bad});
                    }
                });
}

void agenda_part(html::Writer& w, const Context& c, const View& view, const html::Errors& errors) {
    if (!view.votes.empty()) {
        html::heading(w, 2, c.t("session.votes"), "votes");
        votes_table(w, c, view);
    }
    auto pulled = [](const Item& item) { return item.state == ItemState::Pulled; };
    const bool votes_now = runs(c) && sitting::day_has_come(view.sitting, c.desk().clock.now());
    if (runs(c) && !votes_now)
        html::notice(w,
                     {.title = c.t("session.vote.not_yet.title"),
                      .content = c.t("sitting.refused.too_early", {{"date", base::short_date(view.sitting.held_on)}})});
    if (votes_now)
        vote_form(w, c, view, errors);
    else
        rows_table(w, c, view, {.caption = std::string(c.t("session.agenda.listed")), .shown = [](const Item& item) {
                                    return item.state == ItemState::Listed;
                                }});
    if (std::any_of(view.items.begin(), view.items.end(), pulled))
        rows_table(w, c, view, {.caption = std::string(c.t("session.agenda.pulled")), .shown = pulled});
    if (!runs(c)) return;
    html::heading(w, 2, c.t("session.decide.title"), "decision");
    const auto forecast = sitting::forecast(view);
    if (forecast.without_vote.empty())
        html::paragraph(w, sentence(c, forecast));
    else
        html::paragraph(
            w, counted(c.t, "session.decide.missing", static_cast<std::int64_t>(forecast.without_vote.size())));
    if (votes_now)
        html::button_link(w, address(view.sitting.id, "decider"), c.t("session.decide.see"),
                          forecast.without_vote.empty() ? html::Weight::Primary : html::Weight::Secondary);
    if (view.votes.empty())
        html::details(
            w, {.summary = c.t("session.reopen.title"),
                .content =
                    [&](html::Writer& inner) {
                        html::paragraph(inner, c.t("session.reopen.lead"));
                        html::form(inner, {.action = address(view.sitting.id, "rouvrir"), .csrf = c.csrf()}, [&] {
                            html::text_field(inner, {.name = "reopen_reason",
                                                     .label = c.t("session.reason"),
                                                     .value = typed(c, "reopen_reason"),
                                                     .error = errors.of("reopen_reason"),
                                                     .need = html::Need::Required,
                                                     .max_length = 500});
                            html::buttons(inner, [&] {
                                html::button(inner,
                                             {.text = c.t("session.reopen.button"), .weight = html::Weight::Secondary});
                            });
                        });
                    },
                .open = !errors.of("reopen_reason").empty()});
}

void add_session(Routes& routes) {
    routes.post("/gestion/seances/{id}/votes", kSecretaries, [](Context& c) { return vote(c); },
                {.form = {.count = 4096}});
    routes.get("/gestion/seances/{id}/decider", kSecretaries, [](Context& c) { return decide_page(c, view_of(c)); });
    routes.post("/gestion/seances/{id}/decider", kSecretaries, [](Context& c) { return decide(c); });
    routes.post("/gestion/seances/{id}/rouvrir", kSecretaries, [](Context& c) {
        const View view = view_of(c);
        return answer(c, view.sitting.id,
                      sitting::reopen_agenda(c.desk(), view.sitting.id, c.form("reopen_reason"), c.principal()),
                      "reopen_reason", "session.notice.reopened");
    });
}

}  // namespace beffroi::aides::pages::sittings
