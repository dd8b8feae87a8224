// Opening an account, a forgotten password, and the link that sets a password. The pages never say whether an address
// is known.
#include <fmt/format.h>

#include "aides/pages/account/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::account {

namespace {

http::Response mail_sent(Context& c) {
    return c.page({.title = c.t("account.sent.title"),
                   .main = [&](html::Writer& w) { html::lead(w, c.t("account.sent.lead")); }});
}

http::Response sign_up_page(Context& c, const html::Errors& errors, int status = 200) {
    bool sent = c.request.method == http::Method::Post;
    return form_page(
        c,
        {std::string(c.t("account.sign_up.title")), "/inscription", std::string(c.t("account.sign_up.button")),
         std::string(c.t("account.sign_up.lead"))},
        errors,
        [&](html::Writer& w) {
            html::text_field(w, {.name = "name",
                                 .label = c.t("account.name"),
                                 .value = sent ? c.form("name") : std::string_view(),
                                 .error = errors.of("name"),
                                 .width = html::Width::Long,
                                 .autocomplete = "name"});
            html::text_field(w,
                             {.name = "email",
                              .label = c.t("account.email"),
                              .hint = c.t("account.email.hint"),
                              .value = sent ? c.form("email") : std::string_view(),
                              .error = errors.of("email"),
                              .width = html::Width::Long,
                              .autocomplete = "email"},
                             html::TextKind::Email);
        },
        {}, status);
}

http::Response sign_up(Context& c, Limits& limits) {
    html::Errors errors;
    std::string name(base::trim(c.form("name")));
    if (name.empty()) errors.add("name", std::string(c.t("account.error.name")));
    if (auto key = accounts::email_key(c.form("email")); !key) errors.add("email", c.t(key.error()));
    if (!errors.empty()) return sign_up_page(c, errors, 422);
    if (auto wait = too_many(c, limits.mail)) return std::move(*wait);
    auto activation = base::value_or_throw(c.site.accounts.sign_up({std::string(c.form("email")), name, c.language()}));
    if (activation) mail_link(c, *activation, "activation");
    return mail_sent(c);
}

http::Response forgot_page(Context& c, const html::Errors& errors, int status = 200) {
    return form_page(
        c,
        {std::string(c.t("account.forgot.title")), "/mot-de-passe-oublie", std::string(c.t("account.forgot.button")),
         std::string(c.t("account.forgot.lead"))},
        errors,
        [&](html::Writer& w) {
            html::text_field(w,
                             {.name = "email",
                              .label = c.t("account.email"),
                              .error = errors.of("email"),
                              .width = html::Width::Long,
                              .autocomplete = "email"},
                             html::TextKind::Email);
        },
        {}, status);
}

http::Response forgot(Context& c, Limits& limits) {
    html::Errors errors;
    if (auto key = accounts::email_key(c.form("email")); !key) errors.add("email", c.t(key.error()));
    if (!errors.empty()) return forgot_page(c, errors, 422);
    if (auto wait = too_many(c, limits.mail)) return std::move(*wait);
    auto activation = base::value_or_throw(c.site.accounts.forgot_password(c.form("email")));
    if (activation) mail_link(c, *activation, "reset");
    return mail_sent(c);
}

http::Response activation_page(Context& c, const html::Errors& errors, int status = 200) {
    auto person = c.site.accounts.activation_of(c.request.param("token"));
    if (!person)
        return c.page({.title = c.t("account.link_dead.title"),
                       .main =
                           [&](html::Writer& w) {
                               html::lead(w, c.t("account.link_dead.lead"));
                               html::button_link(w, "/mot-de-passe-oublie", c.t("account.forgot.link"));
                           }},
                      410);
    return form_page(
        c,
        {std::string(c.t("account.activate.title")), fmt::format("/activation/{}", c.request.param("token")),
         std::string(c.t("account.activate.button")),
         c.t("account.activate.lead", {{"name", person->name}, {"email", person->email}})},
        errors,
        [&](html::Writer& w) {
            html::text_field(w,
                             {.name = "password",
                              .label = c.t("account.password.new"),
                              .hint = c.t("account.password.hint"),
                              .error = errors.of("password"),
                              .width = html::Width::Long,
                              .autocomplete = "new-password"},
                             html::TextKind::NewPassword);
        },
        {}, status);
}

http::Response activate(Context& c, Limits& limits) {
    if (auto wait = too_many(c, limits.sign_in)) return std::move(*wait);
    auto person = c.site.accounts.activate(c.request.param("token"), c.form("password"));
    if (!person) {
        html::Errors errors;
        errors.add("password", c.t(person.error()));
        return activation_page(c, errors, 422);
    }
    return c.see_other("/connexion", "account.notice.password_set");
}

}  // namespace

void add_opening(Routes& routes, const SharedLimits& limits) {
    routes.get("/inscription", kAnyone, [](Context& c) { return sign_up_page(c, {}); });
    routes.post("/inscription", kAnyone, [limits](Context& c) { return sign_up(c, *limits); });
    routes.get("/mot-de-passe-oublie", kAnyone, [](Context& c) { return forgot_page(c, {}); });
    routes.post("/mot-de-passe-oublie", kAnyone, [limits](Context& c) { return forgot(c, *limits); });
    routes.get("/activation/{token}", kAnyone, [](Context& c) { return activation_page(c, {}); });
    routes.post("/activation/{token}", kAnyone, [limits](Context& c) { return activate(c, *limits); });
}

}  // namespace beffroi::aides::pages::account
