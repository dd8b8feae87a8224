// One request as a page sees it: who asks, in which language, and how to answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "accounts/sessions.hpp"
#include "aides/application/desk.hpp"
#include "aides/pages/site/site.hpp"
#include "base/catalogue.hpp"
#include "html/components.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace beffroi::aides::pages {

inline constexpr std::string_view kLanguageCookie = "langue";

// "__Host-beffroi" over TLS, "beffroi" on plain loopback (browsers refuse Secure cookies there).
[[nodiscard]] std::string_view session_cookie_name(const http::Request& request);

// Lives for one call of a handler, on one thread.
class Context {
  public:
    Context(const Site& site, const http::Request& request, std::shared_ptr<const accounts::Resolved> resolved);

    const Site& site;
    const http::Request& request;
    base::Text t;  // t("area.key"), t("area.key", {{"name", value}})

    [[nodiscard]] const accounts::Principal& principal() const;  // also the Actor of application's functions
    [[nodiscard]] const accounts::Session* session() const;      // none: nobody is signed in
    [[nodiscard]] std::string_view csrf() const;                 // for html::Form::csrf
    [[nodiscard]] base::Language language() const { return t.language(); }
    [[nodiscard]] base::Timestamp now() const;
    [[nodiscard]] base::Date today() const;  // in Paris
    [[nodiscard]] db::Database& db() const { return site.desk.db; }
    [[nodiscard]] const application::Desk& desk() const { return site.desk; }

    // The page in its frame: visitor, navigation of the roles, banner of the demonstration, path for the language
    // switch. What `page` says itself is kept.
    [[nodiscard]] http::Response page(html::Page page, int status = 200) const;
    // The same for a page written by hand with `w`.
    [[nodiscard]] html::Writer writer() const { return html::Writer(t); }
    // The sentence for the person, in the frame, with the status of its code.
    [[nodiscard]] http::Response error(const base::Error& error) const;
    // 303 to `location`, with a sentence shown once on the next page (kept in a short-lived cookie as its key, never as
    // text).
    [[nodiscard]] http::Response see_other(std::string_view location, std::string_view notice_key = {}) const;

    // A field of the form or of the query; empty when absent.
    [[nodiscard]] std::string_view form(std::string_view name) const;
    [[nodiscard]] std::string_view query(std::string_view name) const;
    // The number at {name} of the address; ends the request with NotFound when it is none.
    template <typename IdType>
    [[nodiscard]] IdType id(std::string_view name = "id") const {
        return IdType{number_param(name)};
    }

  private:
    [[nodiscard]] std::int64_t number_param(std::string_view name) const;

    std::shared_ptr<const accounts::Resolved> resolved_;
};

}  // namespace beffroi::aides::pages
