// The request boundary: where what a handler throws becomes an answer. For src/http only.
#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"
#include "http/router.hpp"

namespace beffroi::http {

// What the reader and the limits refuse before any handler: an error and the exact status.
struct Refusal {
    int status = 400;
    base::Error error;
};

// An address as logs may hold it: links that open something by themselves (activation, outside opinion) carry their
// secret in a long piece of the path, which is left out.
[[nodiscard]] std::string loggable(std::string_view path);

// `log` may be none. Never throws.
[[nodiscard]] Response call_handler(const Route& route, const Request& request, const ErrorPage& error_page,
                                    base::Log* log);
// `status` 0: that of the code.
[[nodiscard]] Response error_answer(const Request& request, const ErrorPage& error_page, const base::Error& error,
                                    int status, base::Log* log);
// 404, 405 with Allow, the answer to OPTIONS, or the redirect of a trailing slash.
[[nodiscard]] Response no_route_answer(const Request& request, const Router::Match& match, const ErrorPage& error_page,
                                       base::Log* log);

}  // namespace beffroi::http
