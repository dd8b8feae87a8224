// Shared by the account pages.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "accounts/accounts.hpp"
#include "aides/pages/site/routes.hpp"
#include "http/rate_limit.hpp"

namespace beffroi::aides::pages::account {

// By network address: sign-ins, and whatever sends a mail.
struct Limits {
    explicit Limits(const base::Clock& clock)
        : sign_in({.burst = 20, .refill = std::chrono::seconds(15)}, clock),
          mail({.burst = 5, .refill = std::chrono::minutes(10)}, clock) {}
    http::RateLimiter sign_in;
    http::RateLimiter mail;
};
using SharedLimits = std::shared_ptr<Limits>;

// Nothing when allowed; otherwise the page that says to wait (429).
[[nodiscard]] std::optional<http::Response> too_many(Context& c, http::RateLimiter& limiter);

[[nodiscard]] http::SetCookie session_cookie(const http::Request& request, std::string_view token, bool erase = false);
// A page with one form in a narrow column.
struct FormPage {
    std::string title;
    std::string action;
    std::string button;
    std::string lead;  // may be empty
};
[[nodiscard]] http::Response form_page(Context& c, const FormPage& page, const html::Errors& errors,
                                       const std::function<void(html::Writer&)>& fields,
                                       const std::function<void(html::Writer&)>& after = {}, int status = 200);
// Puts the mail with the link in the queue.
void mail_link(Context& c, const accounts::Activation& activation, std::string_view key);
// Where to go once signed in.
[[nodiscard]] std::string home_of(const accounts::Principal& principal);

void add_sign_in(Routes& routes, const SharedLimits& limits);
void add_second_factor(Routes& routes, const SharedLimits& limits);
void add_opening(Routes& routes, const SharedLimits& limits);
void add_profile(Routes& routes);
void add_memberships(Routes& routes);
void add_people(Routes& routes);

}  // namespace beffroi::aides::pages::account
