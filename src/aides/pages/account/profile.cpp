// One's own account: name, language, password, second factor.
#include "aides/pages/account/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::account {

namespace {

http::Response profile_page(Context& c, const html::Errors& errors, int status = 200) {
    auto person = c.site.accounts.person(c.principal().id);
    if (!person) throw base::Failure({base::Code::NotFound, "no such person", {}});
    return c.page(
        {.title = c.t("account.profile.title"),
         .errors = errors.empty() ? nullptr : &errors,
         .main =
             [&](html::Writer& w) {
                 html::summary_list(
                     w, {.title = c.t("account.profile.who"),
                         .rows = {{.key = c.t("account.email"), .value = std::string_view(person->email)},
                                  {.key = c.t("account.factor"),
                                   .value = c.t(person->has_second_factor ? "account.factor.on" : "account.factor.off"),
                                   .change_href = person->has_second_factor ? "" : "/connexion/second-facteur"}}});
                 html::heading(w, 2, c.t("account.profile.change"));
                 html::form(w, {.action = "/compte", .csrf = c.csrf()}, [&] {
                     html::text_field(w, {.name = "name",
                                          .label = c.t("account.name"),
                                          .value = std::string_view(person->name),
                                          .error = errors.of("name"),
                                          .width = html::Width::Long,
                                          .autocomplete = "name"});
                     const html::Choice languages[] = {
                         {.value = "fr", .label = "Français", .checked = person->language == base::Language::Fr},
                         {.value = "en", .label = "English", .checked = person->language == base::Language::En}};
                     html::radios(w, {.name = "language", .label = c.t("account.language")}, languages);
                     html::buttons(w, [&] { html::button(w, {.text = c.t("account.profile.save")}); });
                 });
                 html::heading(w, 2, c.t("account.profile.password"));
                 html::form(w, {.action = "/compte/mot-de-passe", .csrf = c.csrf()}, [&] {
                     html::text_field(w,
                                      {.name = "current",
                                       .label = c.t("account.password.current"),
                                       .error = errors.of("current"),
                                       .width = html::Width::Long,
                                       .autocomplete = "current-password"},
                                      html::TextKind::Password);
                     html::text_field(w,
                                      {.name = "password",
                                       .label = c.t("account.password.new"),
                                       .hint = c.t("account.password.hint"),
                                       .error = errors.of("password"),
                                       .width = html::Width::Long,
                                       .autocomplete = "new-password"},
                                      html::TextKind::NewPassword);
                     html::buttons(w, [&] { html::button(w, {.text = c.t("account.profile.change_password")}); });
                 });
                 w("<p><a href='/compte/rattachements'>{}</a></p>", c.t("account.memberships.title"));
             }},
        status);
}

http::Response rename(Context& c) {
    std::string name(base::trim(c.form("name")));
    html::Errors errors;
    if (name.empty()) errors.add("name", std::string(c.t("account.error.name")));
    if (!errors.empty()) return profile_page(c, errors, 422);
    auto language = c.form("language") == "en" ? base::Language::En : base::Language::Fr;
    base::value_or_throw(c.site.accounts.rename(c.principal(), c.principal().id, name, language));
    http::Response response = c.see_other("/compte", "account.notice.saved");
    response.cookie({.name = std::string(kLanguageCookie),
                     .value = language == base::Language::En ? "en" : "fr",
                     .secure = c.request.is_tls,
                     .max_age = 365 * 86400});
    return response;
}

http::Response change_password(Context& c) {
    std::string_view token = c.request.cookie(session_cookie_name(c.request)).value_or("");
    auto changed = c.site.accounts.change_password(c.principal(), c.form("current"), c.form("password"), token);
    if (changed) return c.see_other("/compte", "account.notice.password_changed");
    html::Errors errors;
    errors.add(changed.error().code == base::Code::Refused ? "current" : "password", c.t(changed.error()));
    return profile_page(c, errors, 422);
}

}  // namespace

void add_profile(Routes& routes) {
    routes.get("/compte", kPerson, [](Context& c) { return profile_page(c, {}); });
    routes.post("/compte", kPerson, [](Context& c) { return rename(c); });
    routes.post("/compte/mot-de-passe", kPerson, [](Context& c) { return change_password(c); });
}

}  // namespace beffroi::aides::pages::account
