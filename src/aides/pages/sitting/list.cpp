// All sittings; a new one.
#include "aides/pages/sitting/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

http::Response list_page(Context& c, const html::Errors& errors = {}, int status = 200) {
    auto sittings = c.db().read([](db::Reader& reader) { return sitting::list(reader); });
    return c.page(
        {.title = c.t("session.list.title"),
         .errors = errors.empty() ? nullptr : &errors,
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 html::lead(w, c.t("session.list.lead"));
                 html::table(w,
                             {.caption = c.t("session.list.title"),
                              .columns = {{.label = c.t("session.sitting")},
                                          {.label = c.t("session.held_on")},
                                          {.label = c.t("session.status")},
                                          {.label = c.t("session.rows"), .kind = html::Column::Kind::Number},
                                          {.label = c.t("session.amount"), .kind = html::Column::Kind::Number},
                                          {.label = c.t("session.resolution")}},
                              .hide_caption = true,
                              .empty = c.t("session.list.none")},
                             [&](html::Rows& rows) {
                                 for (const auto& listed : sittings) {
                                     const auto& one = listed.sitting;
                                     rows.row()
                                         .cell(html::Link{address(one.id), one.name})
                                         .cell(html::Day{one.held_on})
                                         .cell([&] {
                                             w("{} {}", phase_tag(one.status, c.t), sitting_tag(one.provenance, c.t));
                                         })
                                         .cell(listed.rows)
                                         .cell(html::Money{listed.amount})
                                         .cell(one.resolution_number.empty() ? std::string_view("–")
                                                                             : std::string_view(one.resolution_number));
                                 }
                             });
                 if (!runs(c)) return;
                 html::heading(w, 2, c.t("session.new.title"), "nouvelle");
                 html::form(w, {.action = "/gestion/seances", .csrf = c.csrf()}, [&] {
                     html::text_field(w, {.name = "name",
                                          .label = c.t("session.new.name"),
                                          .hint = c.t("session.new.name.hint"),
                                          .value = typed(c, "name"),
                                          .error = errors.of("name"),
                                          .need = html::Need::Required,
                                          .width = html::Width::Long,
                                          .max_length = 200});
                     html::date_field(w, {.name = "held_on",
                                          .label = c.t("session.held_on"),
                                          .value = typed(c, "held_on"),
                                          .error = errors.of("held_on"),
                                          .need = html::Need::Required,
                                          .width = html::Width::Short});
                     html::buttons(w, [&] { html::button(w, {.text = c.t("session.new.button")}); });
                 });
             }},
        status);
}

http::Response create(Context& c) {
    html::Errors errors;
    const std::string_view name = base::trim(c.form("name"));
    if (name.empty()) errors.add("name", std::string(c.t("sitting.refused.name")));
    if (name.size() > 400) errors.add("name", std::string(c.t("session.error.long")));
    auto held_on = base::parse_person_date(c.form("held_on"));
    if (!held_on) errors.add("held_on", std::string(c.t("session.error.date")));
    if (!errors.empty()) return list_page(c, errors, 422);
    // On a demonstration everything is simulated; elsewhere what people enter is the real thing of this portal.
    auto made = sitting::create(c.desk(),
                                {.name = std::string(name),
                                 .held_on = *held_on,
                                 .provenance = c.site.settings.demonstration ? "simulated" : "live"},
                                c.principal());
    if (made) return c.see_other(address(*made), "session.notice.created");
    errors.add_general(c.t(made.error()));
    return list_page(c, errors, 422);
}

}  // namespace

void add_list(Routes& routes) {
    routes.get("/gestion/seances", kReaders, [](Context& c) { return list_page(c); });
    routes.post("/gestion/seances", kSecretaries, [](Context& c) { return create(c); });
}

}  // namespace beffroi::aides::pages::sittings
