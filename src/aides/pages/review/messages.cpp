// Messages with the applicant and inside the Region; who follows the file, its labels, its priority.
#include <algorithm>
#include <charconv>

#include "aides/pages/review/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::Side;

std::int64_t number_of(std::string_view text, std::int64_t otherwise) {
    std::int64_t value = 0;
    text = base::trim(text);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value >= 0 ? value : otherwise;
}

http::Response messages_page(Context& c, const html::Errors& errors = {}, int status = 200) {
    const auto view = load_file(c);
    const bool posted = c.request.method == http::Method::Post;
    if (!posted) application::mark_read(c.desk(), view.application.id, c.principal());
    return file_page(c, view, Tab::Messages, html::Slot([&](html::Writer& w) {
                         html::heading(w, 2, c.t("review.messages"));
                         if (view.messages.empty()) html::paragraph(w, c.t("review.messages.none"));
                         std::vector<html::Event> events;
                         for (const auto& message : view.messages)
                             events.push_back({.when = base::format_instant(message.at, c.language()),
                                               .machine = base::iso(message.at),
                                               .title = word(c.t, "review.side", name(message.side)),
                                               .who = std::string_view(message.author_name),
                                               .content = html::Slot(std::string_view(message.body)),
                                               .tone = message.side == Side::Internal    ? html::Tone::Warning
                                                       : message.side == Side::Applicant ? html::Tone::Info
                                                                                         : html::Tone::Neutral});
                         if (!events.empty()) html::timeline(w, events);
                         if (!reviews(c)) return;
                         html::heading(w, 2, c.t("review.message.write"));
                         html::form(w, {.action = file_url(view.application.id, "messages"), .csrf = c.csrf()}, [&] {
                             html::text_area(w, {.name = "body",
                                                 .label = c.t("review.message.text"),
                                                 .value = posted ? c.form("body") : std::string_view(),
                                                 .error = errors.of("body"),
                                                 .need = html::Need::Required,
                                                 .max_length = 10'000});
                             const bool internal = posted && c.form("to") == "internal";
                             const html::Choice to[] = {{.value = "applicant",
                                                         .label = c.t("review.message.to_applicant"),
                                                         .hint = c.t("review.message.to_applicant.hint"),
                                                         .checked = !internal},
                                                        {.value = "internal",
                                                         .label = c.t("review.message.internal"),
                                                         .hint = c.t("review.message.internal.hint"),
                                                         .checked = internal}};
                             html::radios(w, {.name = "to", .label = c.t("review.message.to")}, to);
                             html::buttons(w, [&] { html::button(w, {.text = c.t("review.message.send")}); });
                         });
                     }),
                     errors.empty() ? nullptr : &errors, status);
}

http::Response post_message(Context& c) {
    const auto id = c.id<ApplicationId>();
    // Nobody must write to the applicant by mistake: internal unless it is said.
    const bool internal = c.form("to") != "applicant";
    auto posted = application::post_message(c.desk(), id, c.form("body"), internal, c.principal());
    if (posted) return c.see_other(file_url(id, "messages"), internal ? "review.notice.note" : "review.notice.message");
    if (posted.error().code != base::Code::Invalid && posted.error().code != base::Code::TooLarge)
        return c.error(posted.error());
    html::Errors errors;
    errors.add("body", c.t(posted.error()));
    return messages_page(c, errors, 422);
}

http::Response labels(Context& c) {
    const auto id = c.id<ApplicationId>();
    if (const auto label = number_of(c.form("retirer"), 0); label > 0)
        return answer(c, application::remove_label(c.desk(), id, application::LabelId{label}, c.principal()),
                      file_url(id), "review.notice.label_removed");
    return answer(c, application::add_label(c.desk(), id, c.form("etiquette"), c.principal()), file_url(id),
                  "review.notice.label_added");
}

http::Response officer(Context& c) {
    const auto id = c.id<ApplicationId>();
    return answer(c, application::assign(c.desk(), id, PersonId{number_of(c.form("personne"), 0)}, c.principal()),
                  file_url(id), "review.notice.assigned");
}

http::Response priority(Context& c) {
    const auto id = c.id<ApplicationId>();
    const auto typed = number_of(c.form("priorite"), 1000);
    return answer(c,
                  application::set_priority(c.desk(), id, static_cast<int>(std::min<std::int64_t>(typed, 1000)),
                                            c.form("reason"), c.principal()),
                  file_url(id), "review.notice.priority");
}

}  // namespace

void add_messages(Routes& routes) {
    routes.get("/instruction/dossiers/{id}/messages", kReaders, [](Context& c) { return messages_page(c); },
               {.where = http::Where::Worker});
    routes.post("/instruction/dossiers/{id}/messages", kReviewers, [](Context& c) { return post_message(c); });
    routes.post("/instruction/dossiers/{id}/etiquettes", kReviewers, [](Context& c) { return labels(c); });
    routes.post("/instruction/dossiers/{id}/officier", kReviewers, [](Context& c) { return officer(c); });
    routes.post("/instruction/dossiers/{id}/priorite", kHeads, [](Context& c) { return priority(c); });
}

}  // namespace beffroi::aides::pages::review
