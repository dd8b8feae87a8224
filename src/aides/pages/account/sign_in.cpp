// Signing in, the code of the second factor, signing out.
#include "aides/pages/account/parts.hpp"
#include "html/url.hpp"
#include "http/encoding.hpp"

namespace beffroi::aides::pages::account {

namespace {

std::string next_of(std::string_view asked) {
    return http::local_target_or(asked, "");
}

http::Response sign_in_page(Context& c, std::string_view email, std::string_view next, const html::Errors& errors,
                            int status = 200) {
    return form_page(
        c, {std::string(c.t("account.sign_in.title")), "/connexion", std::string(c.t("account.sign_in.button")), {}},
        errors,
        [&](html::Writer& w) {
            html::hidden_field(w, "suite", next);
            html::text_field(w,
                             {.name = "email",
                              .label = c.t("account.email"),
                              .value = email,
                              .error = errors.of("email"),
                              .width = html::Width::Long,
                              .autocomplete = "username"},
                             html::TextKind::Email);
            html::text_field(w,
                             {.name = "password",
                              .label = c.t("account.password"),
                              .error = errors.of("password"),
                              .width = html::Width::Long,
                              .autocomplete = "current-password"},
                             html::TextKind::Password);
        },
        [&](html::Writer& w) {
            w("<p><a href='/mot-de-passe-oublie'>{}</a></p><p><a href='/inscription'>{}</a></p>",
              c.t("account.forgot.link"), c.t("account.sign_up.link"));
        },
        status);
}

// Where a fresh session leads: on, or to what it still awaits.
http::Response enter(Context& c, const accounts::NewSession& session, std::string_view next) {
    auto resolved = c.site.accounts.sessions().resolve(session.token);
    std::string location = next.empty() ? "/" : std::string(next);
    if (resolved) {
        switch (resolved->session.awaiting) {
            case accounts::Awaiting::Code:
                location = html::with_param("/connexion/code", "suite", next);
                break;
            case accounts::Awaiting::Enrolment:
                location = "/connexion/second-facteur";
                break;
            case accounts::Awaiting::Nothing:
                if (next.empty()) location = home_of(resolved->principal);
                break;
        }
    }
    return http::redirect_see_other(location).cookie(session_cookie(c.request, session.token));
}

http::Response sign_in(Context& c, Limits& limits) {
    if (auto wait = too_many(c, limits.sign_in)) return std::move(*wait);
    std::string_view replaced = c.request.cookie(session_cookie_name(c.request)).value_or("");
    auto session = c.site.accounts.sign_in(c.form("email"), c.form("password"), replaced, c.request.remote);
    if (session) return enter(c, *session, next_of(c.form("suite")));
    html::Errors errors;
    errors.add("email", c.t(session.error()));
    return sign_in_page(c, c.form("email"), next_of(c.form("suite")), errors, 422);
}

http::Response code_page(Context& c, std::string_view next, const html::Errors& errors, int status = 200) {
    return form_page(
        c,
        {std::string(c.t("account.code.title")), "/connexion/code", std::string(c.t("account.code.button")),
         std::string(c.t("account.code.lead"))},
        errors,
        [&](html::Writer& w) {
            html::hidden_field(w, "suite", next);
            html::text_field(w,
                             {.name = "code",
                              .label = c.t("account.code"),
                              .hint = c.t("account.code.hint"),
                              .error = errors.of("code"),
                              .width = html::Width::Short,
                              .autocomplete = "one-time-code"},
                             html::TextKind::OneTimeCode);
        },
        [&](html::Writer& w) { w("<p>{}</p>", c.t("account.code.lost")); }, status);
}

http::Response give_code(Context& c, Limits& limits) {
    if (auto wait = too_many(c, limits.sign_in)) return std::move(*wait);
    std::string_view token = c.request.cookie(session_cookie_name(c.request)).value_or("");
    auto session = c.site.accounts.give_code(token, c.form("code"));
    if (session) return enter(c, *session, next_of(c.form("suite")));
    html::Errors errors;
    errors.add("code", c.t(session.error()));
    return code_page(c, next_of(c.form("suite")), errors, 422);
}

}  // namespace

void add_sign_in(Routes& routes, const SharedLimits& limits) {
    routes.get("/connexion", kAnyone, [](Context& c) {
        const accounts::Session* session = c.session();
        if (session != nullptr && session->awaiting == accounts::Awaiting::Nothing) {
            std::string next = next_of(c.query("suite"));
            return http::redirect_see_other(next.empty() ? home_of(c.principal()) : next);
        }
        return sign_in_page(c, {}, next_of(c.query("suite")), {});
    });
    routes.post("/connexion", kAnyone, [limits](Context& c) { return sign_in(c, *limits); });
    routes.get("/connexion/code", kSignedIn, [](Context& c) { return code_page(c, next_of(c.query("suite")), {}); });
    routes.post("/connexion/code", kSignedIn, [limits](Context& c) { return give_code(c, *limits); });
    routes.post("/deconnexion", kAnyone, [](Context& c) {
        if (auto token = c.request.cookie(session_cookie_name(c.request))) c.site.accounts.sessions().end(*token);
        return c.see_other("/", "account.notice.signed_out").cookie(session_cookie(c.request, {}, true));
    });
}

}  // namespace beffroi::aides::pages::account
