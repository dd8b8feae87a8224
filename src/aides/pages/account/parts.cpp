#include "aides/pages/account/parts.hpp"

#include <fmt/format.h>

#include "aides/correspondence/mail_queue.hpp"
#include "aides/pages/account/account.hpp"

namespace beffroi::aides::pages {

namespace account {

std::optional<http::Response> too_many(Context& c, http::RateLimiter& limiter) {
    auto wait = limiter.take(c.request.remote);
    if (wait.count() == 0) return std::nullopt;
    auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
    http::Response response = c.error(
        {base::Code::Unavailable, "too many attempts", {"account.too_many", {{"minutes", fmt::to_string(minutes)}}}});
    response.status = 429;
    response.header("Retry-After", fmt::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
    return response;
}

http::SetCookie session_cookie(const http::Request& request, std::string_view token, bool erase) {
    http::SetCookie cookie{
        .name = std::string(session_cookie_name(request)), .value = std::string(token), .secure = request.is_tls};
    if (erase) cookie.max_age = 0;
    return cookie;
}

http::Response form_page(Context& c, const FormPage& page, const html::Errors& errors,
                         const std::function<void(html::Writer&)>& fields,
                         const std::function<void(html::Writer&)>& after, int status) {
    return c.page({.title = std::string_view(page.title),
                   .errors = errors.empty() ? nullptr : &errors,
                   .main =
                       [&](html::Writer& w) {
                           if (!page.lead.empty()) html::lead(w, std::string_view(page.lead));
                           html::form(w, {.action = std::string_view(page.action), .csrf = c.csrf()}, [&] {
                               fields(w);
                               html::buttons(w, [&] { html::button(w, {.text = std::string_view(page.button)}); });
                           });
                           if (after) after(w);
                       }},
                  status);
}

void mail_link(Context& c, const accounts::Activation& activation, std::string_view key) {
    base::Text text(c.site.desk.catalogue, activation.language);
    std::string link = fmt::format("{}/activation/{}", c.site.settings.base_url, activation.token);
    std::string prefix = "account.mail." + std::string(key);
    correspondence::NewMail mail;
    mail.recipient = activation.email;
    mail.subject = text(prefix + ".subject", {});
    mail.body = text(prefix + ".body", {{"name", activation.name},
                                        {"link", link},
                                        {"until", base::format_instant(activation.expires, activation.language)}});
    base::value_or_throw(c.db().write([&](db::Writer& writer) -> base::Result<bool> {
        TRY(correspondence::queue(writer, mail, c.now()));
        return true;
    }));
}

std::string home_of(const accounts::Principal& principal) {
    if (principal.has(Role::Admin) && !principal.roles.any_of(kReaders.roles)) return "/administration";
    if (principal.roles.any_of(kReaders.roles)) return "/instruction?etat=a_traiter";
    if (principal.memberships.empty()) return "/compte/rattachements";
    return "/mes-dossiers";
}

}  // namespace account

void add_account_pages(Routes& routes, const Site& site) {
    auto limits = std::make_shared<account::Limits>(site.desk.clock);
    account::add_sign_in(routes, limits);
    account::add_second_factor(routes, limits);
    account::add_opening(routes, limits);
    account::add_profile(routes);
    account::add_memberships(routes);
    account::add_people(routes);
}

}  // namespace beffroi::aides::pages
