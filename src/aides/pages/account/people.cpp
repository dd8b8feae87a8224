// The administrator's list: accounts and roles, no file.
#include <fmt/format.h>

#include "aides/pages/account/parts.hpp"
#include "base/text.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::account {

namespace {

constexpr int kPerPage = 50;

std::string roles_text(const Context& c, accounts::RoleSet roles) {
    std::string text;
    for (Role role : accounts::kAllRoles)
        if (accounts::is_region_role(role) && roles.has(role))
            text += (text.empty() ? "" : ", ") +
                    std::string(c.t("account.region_role." + std::string(accounts::role_name(role))));
    return text;
}

http::Response people_page(Context& c) {
    std::string_view words = c.query("q");
    int page = std::max(1, std::atoi(std::string(c.query("page")).c_str()));
    auto people = c.site.accounts.people(words, kPerPage + 1, (page - 1) * kPerPage);
    bool more = people.size() > kPerPage;
    if (more) people.pop_back();
    return c.page(
        {.title = c.t("account.people.title"),
         .aside = [&](html::Writer& w) { html::button_link(w, "/administration/nouveau", c.t("account.people.new")); },
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 html::filter_bar(w,
                                  {.action = "/administration",
                                   .label = c.t("account.people.search"),
                                   .reset = words.empty() ? "" : "/administration"},
                                  [&] {
                                      html::text_field(w,
                                                       {.name = "q",
                                                        .label = c.t("account.people.words"),
                                                        .value = words,
                                                        .width = html::Width::Medium},
                                                       html::TextKind::Search);
                                  });
                 html::table(w,
                             {.caption = c.t("account.people.title"),
                              .columns = {{.label = c.t("account.name")},
                                          {.label = c.t("account.email")},
                                          {.label = c.t("account.roles")},
                                          {.label = c.t("account.state")}},
                              .hide_caption = true,
                              .empty = c.t("account.people.none")},
                             [&](html::Rows& rows) {
                                 for (const auto& person : people)
                                     rows.row()
                                         .cell(html::Link{html::url("/administration/personnes/{}", person.id),
                                                          std::string_view(person.name)})
                                         .cell(person.email)
                                         .cell(roles_text(c, person.region_roles))
                                         .cell(person.disabled ? html::Tag{c.t("account.disabled"), html::Tone::Bad}
                                                               : html::Tag{c.t("account.active"), html::Tone::Good});
                             });
                 if (page > 1 || more)
                     html::pagination(w, {.url = html::with_param("/administration", "q", words),
                                          .page = page,
                                          .pages = more ? page + 1 : page});
             }});
}

http::Response new_page(Context& c, const html::Errors& errors, int status = 200) {
    bool posted = c.request.method == http::Method::Post;
    return form_page(
        c,
        {std::string(c.t("account.people.new")), "/administration/nouveau", std::string(c.t("account.people.create")),
         std::string(c.t("account.people.new.lead"))},
        errors,
        [&](html::Writer& w) {
            html::text_field(w, {.name = "name",
                                 .label = c.t("account.name"),
                                 .value = posted ? c.form("name") : std::string_view(),
                                 .error = errors.of("name"),
                                 .width = html::Width::Long});
            html::text_field(w,
                             {.name = "email",
                              .label = c.t("account.email"),
                              .value = posted ? c.form("email") : std::string_view(),
                              .error = errors.of("email"),
                              .width = html::Width::Long},
                             html::TextKind::Email);
        },
        {}, status);
}

http::Response create(Context& c) {
    html::Errors errors;
    std::string name(base::trim(c.form("name")));
    if (name.empty()) errors.add("name", std::string(c.t("account.error.name")));
    if (!errors.empty()) return new_page(c, errors, 422);
    auto person =
        c.site.accounts.create_person(c.principal(), {std::string(c.form("email")), name, base::Language::Fr});
    if (!person) {
        errors.add("email", c.t(person.error()));
        return new_page(c, errors, 422);
    }
    mail_link(c, base::value_or_throw(c.site.accounts.invite(c.principal(), *person)), "activation");
    return c.see_other(html::url("/administration/personnes/{}", *person), "account.notice.created");
}

accounts::Person person_of(Context& c) {
    auto person = c.site.accounts.person(c.id<accounts::PersonId>());
    if (!person) throw base::Failure({base::Code::NotFound, "no such person", {}});
    return std::move(*person);
}

http::Response person_page(Context& c) {
    accounts::Person person = person_of(c);
    std::string here = html::url("/administration/personnes/{}", person.id);
    return c.page(
        {.title = std::string_view(person.name),
         .breadcrumb = {{.href = "/administration", .text = c.t("account.people.title")}},
         .main = [&](html::Writer& w) {
             html::summary_list(
                 w, {.rows = {{.key = c.t("account.email"), .value = std::string_view(person.email)},
                              {.key = c.t("account.roles"), .value = roles_text(c, person.region_roles)},
                              {.key = c.t("account.factor"),
                               .value = c.t(person.has_second_factor ? "account.factor.on" : "account.factor.off")},
                              {.key = c.t("account.state"),
                               .value = c.t(person.disabled ? "account.disabled" : "account.active")}}});
             html::heading(w, 2, c.t("account.roles"));
             html::form(w, {.action = here + "/roles", .csrf = c.csrf()}, [&] {
                 std::vector<html::Choice> choices;
                 for (Role role : accounts::kAllRoles)
                     if (accounts::is_region_role(role)) {
                         std::string name(accounts::role_name(role));
                         choices.push_back({.value = name,
                                            .label = c.t("account.region_role." + name),
                                            .checked = person.region_roles.has(role)});
                     }
                 html::checkboxes(w, {.name = "role", .label = c.t("account.people.roles")}, choices);
                 html::buttons(w, [&] { html::button(w, {.text = c.t("account.profile.save")}); });
             });
             html::heading(w, 2, c.t("account.people.acts"));
             html::buttons(w, [&] {
                 auto act = [&](std::string_view name, std::string_view key, html::Weight weight) {
                     html::button_form(w, {.action = here + "/" + std::string(name), .csrf = c.csrf()},
                                       {.text = c.t(key), .weight = weight});
                 };
                 act("inviter", "account.people.invite", html::Weight::Secondary);
                 if (person.has_second_factor)
                     act("second-facteur", "account.people.reset_factor", html::Weight::Secondary);
                 if (person.disabled)
                     act("retablir", "account.people.enable", html::Weight::Secondary);
                 else
                     act("fermer", "account.people.disable", html::Weight::Danger);
             });
         }});
}

http::Response set_roles(Context& c) {
    accounts::Person person = person_of(c);
    accounts::RoleSet wanted;
    for (std::string_view name : c.request.form().all("role"))
        if (auto role = accounts::role_named(name)) wanted.add(*role);
    for (Role role : accounts::kAllRoles) {
        if (!accounts::is_region_role(role) || wanted.has(role) == person.region_roles.has(role)) continue;
        auto changed = wanted.has(role) ? c.site.accounts.grant_role(c.principal(), person.id, role)
                                        : c.site.accounts.end_role(c.principal(), person.id, role);
        if (!changed) return c.error(changed.error());
    }
    return c.see_other(html::url("/administration/personnes/{}", person.id), "account.notice.saved");
}

using Change = base::Status (accounts::Accounts::*)(const accounts::Principal&, accounts::PersonId);

PageHandler changing(Change change) {
    return [change](Context& c) -> http::Response {
        accounts::Person person = person_of(c);
        if (auto changed = (c.site.accounts.*change)(c.principal(), person.id); !changed)
            return c.error(changed.error());
        return c.see_other(html::url("/administration/personnes/{}", person.id), "account.notice.saved");
    };
}

}  // namespace

void add_people(Routes& routes) {
    routes.get("/administration", kAdmins, [](Context& c) { return people_page(c); });
    routes.get("/administration/nouveau", kAdmins, [](Context& c) { return new_page(c, {}); });
    routes.post("/administration/nouveau", kAdmins, [](Context& c) { return create(c); });
    routes.get("/administration/personnes/{id}", kAdmins, [](Context& c) { return person_page(c); });
    routes.post("/administration/personnes/{id}/roles", kAdmins, [](Context& c) { return set_roles(c); });
    routes.post("/administration/personnes/{id}/inviter", kAdmins, [](Context& c) -> http::Response {
        accounts::Person person = person_of(c);
        auto activation = c.site.accounts.invite(c.principal(), person.id);
        if (!activation) return c.error(activation.error());
        mail_link(c, *activation, "activation");
        return c.see_other(html::url("/administration/personnes/{}", person.id), "account.notice.invited");
    });
    routes.post("/administration/personnes/{id}/second-facteur", kAdmins,
                changing(&accounts::Accounts::reset_second_factor));
    routes.post("/administration/personnes/{id}/fermer", kAdmins, changing(&accounts::Accounts::disable));
    routes.post("/administration/personnes/{id}/retablir", kAdmins, changing(&accounts::Accounts::enable));
}

}  // namespace beffroi::aides::pages::account
