#include "aides/pages/site/routes.hpp"

#include <utility>

#include "aides/pages/site/navigation.hpp"
#include "aides/pages/site/resume.hpp"
#include "base/text.hpp"
#include "html/url.hpp"
#include "http/encoding.hpp"

namespace beffroi::aides::pages {

namespace {

using http::Method;
using http::Request;
using http::Response;

std::shared_ptr<const accounts::Resolved> resolve(const Site& site, const Request& request) {
    auto token = request.cookie(session_cookie_name(request));
    if (!token || token->empty()) return nullptr;
    return site.accounts.sessions().resolve(*token);
}

// A form of another site cannot be sent in the person's name: browsers say where a request comes from (Fetch metadata,
// Origin).
bool from_elsewhere(const Request& request) {
    if (auto fetched = request.header("sec-fetch-site")) return *fetched != "same-origin" && *fetched != "none";
    if (auto origin = request.header("origin")) {
        std::size_t scheme = origin->find("://");
        return scheme == std::string_view::npos || origin->substr(scheme + 3) != request.host;
    }
    return false;
}

bool is_autosave(const Request& request) {
    return request.header("x-autosave").has_value();
}

Response to_sign_in(const Context& context) {
    if (is_autosave(context.request)) return http::json(R"({"saved":false,"reason":"signed_out"})", 401);
    if (context.request.method == Method::Get || context.request.method == Method::Head)
        return http::redirect_see_other("/connexion?suite=" + http::percent_encode(context.request.target));
    return http::redirect_see_other("/connexion");
}

// Forms of the roles hold what people wrote, and neither passwords nor (when urlencoded) files.
bool keeps_what_was_typed(const Access& access, const Request& request) {
    const std::string_view type = request.header("content-type").value_or("");
    return request.method == Method::Post && access.who == Access::Who::Roles && !is_autosave(request) &&
           type.starts_with("application/x-www-form-urlencoded");
}

// The others as well may come back to who sent them (an expert's opinion), but for those with a password or a code.
bool may_come_back(const Access& access, const Request& request) {
    if (access.who == Access::Who::Roles) return keeps_what_was_typed(access, request);
    const std::string_view type = request.header("content-type").value_or("");
    if (request.method != Method::Post || !type.starts_with("application/x-www-form-urlencoded")) return false;
    for (const std::string_view secret : {"password", "current", "code"})
        if (request.form().find(secret)) return false;
    return true;
}

base::Error refused(std::string_view detail, std::string_view key) {
    return {base::Code::Refused, std::string(detail), {std::string(key), {}}};
}

// Nothing: go on. Looks at header, cookie and rights only, so that strangers cannot make us read a body.
std::optional<Response> admit(const Access& access, const Context& context) {
    if (access.who == Access::Who::Anyone) return std::nullopt;
    const accounts::Session* session = context.session();
    if (session == nullptr) return to_sign_in(context);
    if (access.who == Access::Who::SignedIn) return std::nullopt;
    switch (session->awaiting) {
        case accounts::Awaiting::Code:
            return http::redirect_see_other("/connexion/code");
        case accounts::Awaiting::Enrolment:
            return http::redirect_see_other("/connexion/second-facteur");
        case accounts::Awaiting::Nothing:
            break;
    }
    if (!access.allows(context.principal())) return context.error(refused("role", "site.error.role"));
    return std::nullopt;
}

}  // namespace

void Routes::get(std::string_view pattern, const Access& access, PageHandler handler, http::RouteOptions options) {
    add(Method::Get, pattern, access, std::move(handler), std::move(options));
}

void Routes::post(std::string_view pattern, const Access& access, PageHandler handler, http::RouteOptions options) {
    options.where = http::Where::Worker;
    add(Method::Post, pattern, access, std::move(handler), std::move(options));
}

void Routes::add(Method method, std::string_view pattern, const Access& access, PageHandler handler,
                 http::RouteOptions options) {
    table_.push_back({method, std::string(pattern), access});
    const Site& site = site_;
    if (options.uploads && access.who != Access::Who::Anyone)
        options.admit = [&site, access](const Request& request) {
            return admit(access, Context(site, request, resolve(site, request)));
        };
    router_.add(
        method, pattern,
        [&site, access, pattern = std::string(pattern),
         handler = std::move(handler)](const Request& request) -> Response {
            Context context(site, request, resolve(site, request));
            if (request.method == Method::Post && from_elsewhere(request))
                return context.error(refused("the form was sent from another site", "site.error.origin"));
            if (context.session() == nullptr && keeps_what_was_typed(access, request)) return resume_page(context);
            if (auto answer = admit(access, context)) return std::move(*answer);
            if (request.method == Method::Post) {
                const accounts::Session* session = context.session();
                if (session != nullptr && !accounts::csrf_matches(*session, context.form("csrf")))
                    return keeps_what_was_typed(access, request)
                               ? resume_page(context)
                               : context.error(refused("CSRF token", "site.error.csrf"));
            }
            try {
                return handler(context);
            } catch (const base::Failure& failure) {
                if (failure.error().code != base::Code::Unavailable || !may_come_back(access, request)) throw;
                site.log.error("not saved", {{"route", pattern}, {"detail", failure.error().detail}});
                return unsaved_page(context, failure.error());
            }
        },
        std::move(options));
}

http::ErrorPage error_page(const Site& site) {
    return [&site](const Request& request, const base::Error& error) {
        Context context(site, request, resolve(site, request));
        if (is_autosave(request)) {
            std::string message = context.t(error);
            return http::json(R"({"saved":false,"message":)" + base::json_string(message) + "}",
                              http::status_of(error.code));
        }
        return context.error(error);
    };
}

}  // namespace beffroi::aides::pages
