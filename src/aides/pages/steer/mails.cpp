// Messages that wait or could not go. Their text is not shown: it may hold links that open something.
#include "aides/correspondence/mail_queue.hpp"
#include "aides/pages/steer/parts.hpp"

namespace beffroi::aides::pages::steer {

namespace {

constexpr int kShown = 200;

http::Response mails_page(Context& c) {
    correspondence::QueueState state;
    std::vector<correspondence::Mail> failed;
    c.db().read([&](db::Reader& reader) {
        state = correspondence::queue_state(reader);
        failed = correspondence::failed(reader, kShown);
    });
    return c.page(
        {.title = c.t("steer.mails.title"), .wide = true, .main = [&](html::Writer& w) {
             html::lead(w, c.t("steer.mails.lead"));
             html::figures(w, {{.label = c.t("steer.mails.queued"),
                                .value = base::format_count(state.queued, c.language()),
                                .hint = state.oldest ? c.t("steer.mails.oldest",
                                                           {{"at", base::format_instant(*state.oldest, c.language())}})
                                                     : std::string()},
                               {.label = c.t("steer.mails.failed"),
                                .value = base::format_count(state.failed, c.language()),
                                .strong = state.failed > 0}});
             html::heading(w, 2, c.t("steer.mails.failed"));
             html::table(w,
                         {.caption = c.t("steer.mails.failed"),
                          .columns = {{.label = c.t("steer.mails.subject")},
                                      {.label = c.t("steer.mails.recipient")},
                                      {.label = c.t("steer.mails.since")},
                                      {.label = c.t("steer.mails.error")},
                                      {.label = c.t("steer.mails.retry"), .hide_label = true}},
                          .hide_caption = true,
                          .empty = c.t("steer.mails.none")},
                         [&](html::Rows& rows) {
                             for (const auto& mail : failed)
                                 rows.row()
                                     .cell([&] {
                                         if (mail.application)
                                             w("{}", html::Link{html::url("/instruction/dossiers/{}", mail.application),
                                                                mail.subject});
                                         else
                                             w("{}", mail.subject);
                                     })
                                     .cell(mail.recipient)
                                     .cell(html::Moment{mail.queued})
                                     .cell([&] {
                                         w("{}<br>{}", mail.last_error,
                                           c.t("steer.mails.attempts",
                                               {{"n", base::format_count(mail.attempts, c.language())}}));
                                     })
                                     .cell([&] {
                                         html::button_form(
                                             w,
                                             {.action = html::url("/courriels/{}/renvoyer", mail.id), .csrf = c.csrf()},
                                             {.text = c.t("steer.mails.retry"),
                                              .weight = html::Weight::Secondary,
                                              .context = std::string_view(mail.recipient)});
                                     });
                         });
             if (failed.size() > 1)
                 html::button_form(w, {.action = "/courriels/renvoyer", .csrf = c.csrf()},
                                   {.text = c.t("steer.mails.retry_all")});
         }});
}

http::Response retry_one(Context& c) {
    const auto id = c.id<correspondence::MailId>();
    auto done = c.db().write([&](db::Writer& writer) { return correspondence::retry(writer, id, c.now()); });
    return done ? c.see_other("/courriels", "steer.notice.retried") : c.error(done.error());
}

http::Response retry_all(Context& c) {
    auto done = c.db().write([&](db::Writer& writer) -> base::Status {
        for (const auto& mail : correspondence::failed(writer, kShown))
            TRY(correspondence::retry(writer, mail.id, c.now()));
        return {};
    });
    return done ? c.see_other("/courriels", "steer.notice.retried") : c.error(done.error());
}

}  // namespace

void add_mails(Routes& routes) {
    routes.get("/courriels", kHeads, [](Context& c) { return mails_page(c); });
    routes.post("/courriels/renvoyer", kHeads, [](Context& c) { return retry_all(c); });
    routes.post("/courriels/{id}/renvoyer", kHeads, [](Context& c) { return retry_one(c); });
}

}  // namespace beffroi::aides::pages::steer
