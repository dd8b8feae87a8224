// Enrolling a second factor: the secret is shown once, counts once a first code was given, and comes with recovery
// codes.
#include "aides/pages/account/parts.hpp"

namespace beffroi::aides::pages::account {

namespace {

std::string_view token_of(const Context& c) {
    return c.request.cookie(session_cookie_name(c.request)).value_or("");
}

std::string in_groups(std::string_view secret) {
    std::string out;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        if (i > 0 && i % 4 == 0) out += ' ';
        out += secret[i];
    }
    return out;
}

http::Response enrolment_page(Context& c, const html::Errors& errors, int status = 200) {
    accounts::Enrolment enrolment = base::value_or_throw(c.site.accounts.begin_enrolment(token_of(c)));
    return form_page(
        c,
        {std::string(c.t("account.factor.title")), "/connexion/second-facteur",
         std::string(c.t("account.factor.button")), std::string(c.t("account.factor.lead"))},
        errors,
        [&](html::Writer& w) {
            w("<ol><li>{}</li><li>{}<br><strong><code>{}</code></strong></li><li>{}</li></ol>",
              c.t("account.factor.step1"), c.t("account.factor.step2"), in_groups(enrolment.secret_base32),
              c.t("account.factor.step3"));
            html::text_field(w,
                             {.name = "code",
                              .label = c.t("account.code"),
                              .hint = c.t("account.code.hint"),
                              .error = errors.of("code"),
                              .width = html::Width::Short,
                              .autocomplete = "one-time-code"},
                             html::TextKind::OneTimeCode);
        },
        {}, status);
}

http::Response confirm(Context& c, Limits& limits) {
    if (auto wait = too_many(c, limits.sign_in)) return std::move(*wait);
    auto enrolled = c.site.accounts.confirm_enrolment(token_of(c), c.form("code"));
    if (!enrolled) {
        html::Errors errors;
        errors.add("code", c.t(enrolled.error()));
        return enrolment_page(c, errors, 422);
    }
    http::Response page = c.page({.title = c.t("account.factor.done.title"), .main = [&](html::Writer& w) {
                                      html::lead(w, c.t("account.factor.done.lead"));
                                      w("<ul>{}</ul>", [&] {
                                          for (const std::string& code : enrolled->recovery_codes)
                                              w("<li><code>{}</code></li>", code);
                                      });
                                      html::button_link(w, "/", c.t("account.factor.done.go"));
                                  }});
    page.cookie(session_cookie(c.request, enrolled->session.token));
    return page;
}

}  // namespace

void add_second_factor(Routes& routes, const SharedLimits& limits) {
    routes.get("/connexion/second-facteur", kSignedIn, [](Context& c) { return enrolment_page(c, {}); },
               {.where = http::Where::Worker});
    routes.post("/connexion/second-facteur", kSignedIn, [limits](Context& c) { return confirm(c, *limits); });
}

}  // namespace beffroi::aides::pages::account
