#include "aides/pages/site/context.hpp"

#include <utility>

#include "aides/pages/site/navigation.hpp"
#include "http/router.hpp"

namespace beffroi::aides::pages {

namespace {

constexpr std::string_view kNoticeCookie = "notice";

// What was asked for by ?lang=, else chosen before, else the person's, else the browser's, else French.
base::Language choose_language(const http::Request& request, const accounts::Resolved* resolved) {
    auto named = [](std::string_view name) { return name == "en" ? base::Language::En : base::Language::Fr; };
    if (auto asked = request.query.find("lang"); asked == "fr" || asked == "en") return named(*asked);
    if (auto kept = request.cookie(kLanguageCookie)) return named(*kept);
    if (resolved != nullptr) return resolved->principal.language;
    for (std::string_view wanted : request.languages()) {
        if (wanted.starts_with("fr")) return base::Language::Fr;
        if (wanted.starts_with("en")) return base::Language::En;
    }
    return base::Language::Fr;
}

// Keys of our own catalogue only: a cookie can be forged, a sentence cannot.
bool is_notice_key(std::string_view key, const base::Catalogue& catalogue) {
    return key.find(".notice.") != std::string_view::npos && catalogue.has(key);
}

}  // namespace

std::string_view session_cookie_name(const http::Request& request) {
    return request.is_tls ? "__Host-beffroi" : "beffroi";
}

Context::Context(const Site& the_site, const http::Request& the_request,
                 std::shared_ptr<const accounts::Resolved> resolved)
    : site(the_site),
      request(the_request),
      t(the_site.desk.catalogue, choose_language(the_request, resolved.get())),
      resolved_(std::move(resolved)) {}

const accounts::Principal& Context::principal() const {
    static const accounts::Principal nobody = accounts::Principal::nobody();
    return resolved_ ? resolved_->principal : nobody;
}

const accounts::Session* Context::session() const {
    return resolved_ ? &resolved_->session : nullptr;
}

std::string_view Context::csrf() const {
    // Nobody's form has no session to bind to: where it comes from (Origin, Fetch metadata) is what protects it.
    return resolved_ ? std::string_view(resolved_->session.csrf_token) : std::string_view("visiteur");
}

base::Timestamp Context::now() const {
    return site.desk.clock.now();
}

base::Date Context::today() const {
    return base::paris_date(now());
}

http::Response Context::page(html::Page page, int status) const {
    frame(*this, page);
    http::Response extra;
    if (auto key = request.cookie(kNoticeCookie); key && is_notice_key(*key, site.desk.catalogue)) {
        page.notices.insert(page.notices.begin(),
                            html::Notice{.tone = html::Tone::Good, .title = t(*key), .live = true});
        extra.cookie({.name = std::string(kNoticeCookie), .secure = request.is_tls, .max_age = 0});
    }
    html::Writer w(t);
    html::page(w, page);
    http::Response response = http::html(w.take(), status);
    for (const auto& [name, value] : extra.headers()) response.header(name, value);
    if (auto asked = request.query.find("lang"); asked == "fr" || asked == "en")
        response.cookie({.name = std::string(kLanguageCookie),
                         .value = std::string(*asked),
                         .secure = request.is_tls,
                         .max_age = 365 * 86400});
    return response;
}

http::Response Context::error(const base::Error& error) const {
    html::Page page;
    frame(*this, page);
    html::Writer w(t);
    int status = http::status_of(error.code);
    html::error_page(w, page, status, t(error));
    return http::html(w.take(), status);
}

http::Response Context::see_other(std::string_view location, std::string_view notice_key) const {
    http::Response response = http::redirect_see_other(location);
    if (!notice_key.empty())
        response.cookie({.name = std::string(kNoticeCookie),
                         .value = std::string(notice_key),
                         .secure = request.is_tls,
                         .max_age = 60});
    return response;
}

std::string_view Context::form(std::string_view name) const {
    return request.form().value(name);
}

std::string_view Context::query(std::string_view name) const {
    return request.query.value(name);
}

std::int64_t Context::number_param(std::string_view name) const {
    auto number = request.param_number(name);
    if (!number) throw base::Failure({base::Code::NotFound, "no number in the address", {}});
    return *number;
}

}  // namespace beffroi::aides::pages
