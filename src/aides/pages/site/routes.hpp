// The one table of routes and rights. A handler is only called once the person, the rights, the origin and the CSRF
// token were checked.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/pages/site/access.hpp"
#include "aides/pages/site/context.hpp"
#include "aides/pages/site/site.hpp"
#include "http/router.hpp"

namespace beffroi::aides::pages {

using PageHandler = std::function<http::Response(Context&)>;

// Filled at start. `site` must outlive the router.
class Routes {
  public:
    Routes(const Site& site, http::Router& router) : site_(site), router_(router) {}

    // Quick reads run on the network thread unless the options say otherwise.
    void get(std::string_view pattern, const Access& access, PageHandler handler,
             http::RouteOptions options = {.where = http::Where::IoThread});
    // Always on a worker.
    void post(std::string_view pattern, const Access& access, PageHandler handler, http::RouteOptions options = {});

    struct Row {
        http::Method method;
        std::string pattern;
        Access access;
    };
    [[nodiscard]] const std::vector<Row>& table() const { return table_; }

  private:
    void add(http::Method method, std::string_view pattern, const Access& access, PageHandler handler,
             http::RouteOptions options);

    const Site& site_;
    http::Router& router_;
    std::vector<Row> table_;
};

// Draws errors in the frame of the site: for http::Server.
[[nodiscard]] http::ErrorPage error_page(const Site& site);

}  // namespace beffroi::aides::pages
