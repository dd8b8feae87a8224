// After the vote: transmission to the State, letters, notification, publication.
#include <algorithm>

#include "aides/pages/sitting/parts.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

void transmission_form(html::Writer& w, const Context& c, const View& view, const html::Errors& errors) {
    html::heading(w, 2, c.t("session.transmit.title"), "transmission");
    html::paragraph(w, c.t("session.transmit.lead"));
    html::form(w, {.action = address(view.sitting.id, "transmettre"), .csrf = c.csrf()}, [&] {
        html::text_field(w, {.name = "acknowledgement",
                             .label = c.t("session.transmit.acknowledgement"),
                             .hint = c.t("session.transmit.acknowledgement.hint"),
                             .value = typed(c, "acknowledgement", view.sitting.acknowledgement),
                             .error = errors.of("acknowledgement"),
                             .need = html::Need::Required,
                             .width = html::Width::Long,
                             .max_length = 200});
        html::date_field(w, {.name = "transmitted_on",
                             .label = c.t("session.transmit.date"),
                             .value = typed(c, "transmitted_on", html::as_typed(c.today())),
                             .error = errors.of("transmitted_on"),
                             .need = html::Need::Required,
                             .width = html::Width::Short});
        html::buttons(w, [&] { html::button(w, {.text = c.t("session.transmit.button")}); });
    });
}

void notification_part(html::Writer& w, const Context& c, const View& view, std::size_t waiting) {
    html::heading(w, 2, c.t("session.notify.title"), "notification");
    const auto decided = std::count_if(view.items.begin(), view.items.end(), [](const Item& item) {
        return item.outcome == Outcome::Granted || item.outcome == Outcome::Refused;
    });
    const auto told = static_cast<std::int64_t>(decided) - static_cast<std::int64_t>(waiting);
    html::gauge(w, {.label = c.t("session.notify.gauge"),
                    .value = decided == 0 ? 0 : static_cast<int>(told * 10'000 / decided),
                    .text = c.t("session.notify.done", {{"told", base::format_count(told, c.language())},
                                                        {"all", base::format_count(decided, c.language())}}),
                    .tone = waiting == 0 ? html::Tone::Good : html::Tone::Info});
    html::paragraph(w, [&] {
        w("{}", html::Link{address(view.sitting.id, "lettres"),
                           c.t(waiting > 0 ? "session.letters.preview" : "session.letters.see")});
    });
    if (waiting > 0 && runs(c)) {
        html::paragraph(w, c.t("session.notify.lead"));
        html::button_form(w, {.action = address(view.sitting.id, "notifier"), .csrf = c.csrf()},
                          {.text = counted(c.t, "session.notify.button", static_cast<std::int64_t>(waiting))});
    }
}

void publication_part(html::Writer& w, const Context& c, const View& view) {
    html::heading(w, 2, c.t("session.publish.title"), "publication");
    if (view.sitting.status == Phase::Published) {
        html::paragraph(w, [&] {
            w("{} {}", c.t("session.publish.done"),
              html::Link{html::url("/seances/{}", view.sitting.id), c.t("session.publish.link")});
        });
        return;
    }
    html::paragraph(w, c.t(view.sitting.transmitted ? "session.publish.lead" : "session.publish.not_yet"));
    if (runs(c) && view.sitting.transmitted)
        html::button_form(w, {.action = address(view.sitting.id, "publier"), .csrf = c.csrf()},
                          {.text = c.t("session.publish.button")});
}

http::Response transmit(Context& c) {
    const View view = view_of(c);
    auto date = base::parse_person_date(c.form("transmitted_on"));
    if (!date) {
        html::Errors errors;
        errors.add("transmitted_on", std::string(c.t("session.error.date")));
        return desk_page(c, errors, 422);
    }
    // Today: the instant of the act. A past day: noon, since only the day is asked for.
    const base::Timestamp at = *date == c.today() ? c.now() : base::from_paris(*date, 12, 0);
    auto done = sitting::transmit(c.desk(), view.sitting.id, c.form("acknowledgement"), at, c.principal());
    const bool date_is_wrong = !done && done.error().message.key == "sitting.refused.transmitted_on";
    return answer(c, view.sitting.id, done, date_is_wrong ? "transmitted_on" : "acknowledgement",
                  "session.notice.transmitted");
}

http::Response notify(Context& c) {
    const View view = view_of(c);
    const auto lines = sitting::notify_all(c.desk(), view.sitting.id, c.principal());
    const bool all = std::none_of(lines.begin(), lines.end(), [](const auto& line) { return line.refusal; });
    if (lines.empty()) return c.see_other(address(view.sitting.id), "session.notice.nobody_left");
    if (all) return c.see_other(address(view.sitting.id), "session.notice.notified");
    return bulk_page(c, view.sitting.id, c.t("session.notify.title"), lines);
}

}  // namespace

void after_part(html::Writer& w, const Context& c, const View& view, const html::Errors& errors) {
    const auto waiting =
        c.db().read([&](db::Reader& reader) { return sitting::awaiting_notification(reader, view.sitting.id); });
    if (view.sitting.status == Phase::Held && !view.sitting.transmitted) {
        if (runs(c))
            transmission_form(w, c, view, errors);
        else
            html::notice(w, {.tone = html::Tone::Warning, .title = c.t("session.transmit.waiting")});
    } else {
        notification_part(w, c, view, waiting.size());
        publication_part(w, c, view);
    }
    html::heading(w, 2, c.t("session.votes"), "votes");
    votes_table(w, c, view);
    html::heading(w, 2, c.t("session.decisions"), "decisions");
    rows_table(w, c, view,
               {.caption = std::string(c.t("session.decisions")),
                .empty = std::string(c.t("session.agenda.none")),
                .shown = [](const Item& item) { return item.state != ItemState::Removed; }});
    // A wrong acknowledgement can be put right until the resolution is public.
    if (runs(c) && view.sitting.status == Phase::Held && view.sitting.transmitted)
        html::details(w, {.summary = c.t("session.transmit.correct"),
                          .content = [&](html::Writer& inner) { transmission_form(inner, c, view, errors); },
                          .open = !errors.empty()});
}

void add_after(Routes& routes) {
    routes.post("/gestion/seances/{id}/transmettre", kSecretaries, [](Context& c) { return transmit(c); });
    routes.post("/gestion/seances/{id}/notifier", kSecretaries, [](Context& c) { return notify(c); });
    routes.post("/gestion/seances/{id}/publier", kSecretaries, [](Context& c) {
        const View view = view_of(c);
        return answer(c, view.sitting.id, sitting::publish(c.desk(), view.sitting.id, c.principal()), {},
                      "session.notice.published");
    });
}

}  // namespace beffroi::aides::pages::sittings
