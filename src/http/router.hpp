// Which handler answers which address.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace beffroi::http {

// Plain and synchronous. Ends the request by throwing base::Failure, which the error page turns into an answer.
using Handler = std::function<Response(const Request&)>;
// Draws the page of an error, in the person's language. Must not throw; if it does, a bare text goes out. The server
// sets the status afterwards when it knows better (405, 408, 414, 415, 416, 417, 421, 429, 431, 501, 505). Called from
// any thread.
using ErrorPage = std::function<Response(const Request&, const base::Error&)>;
// Looks at the header alone, before any body is read (uploads by strangers cost nothing): an answer ends the request
// there. On the network thread: quick.
using Admit = std::function<std::optional<Response>(const Request&)>;

enum class Where {
    IoThread,  // inline on the network thread: quick reads only (well under a millisecond)
    Worker,    // on the bounded pool: writes, password hashes, files, PDF
};

struct RouteOptions {
    Where where = Where::Worker;
    std::size_t body_limit = 256U * 1024U;  // bytes, for bodies kept in memory
    std::optional<UploadLimits> uploads;    // takes multipart/form-data, files streamed to disk
    FieldLimits form;
    Admit admit;
};

struct Route {
    Method method = Method::Get;
    std::string pattern;
    Handler handler;
    RouteOptions options;
};

[[nodiscard]] int status_of(base::Code code);  // 400, 404, 409, 403, 413, 503, 500

// Filled at start, unchanging after, safe to read from any thread.
class Router {
  public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    // `pattern`: "/dossiers/{id}/pieces/{piece}"; a literal segment wins over a {parameter}, and "{rest...}" as last
    // segment takes all that follows (at least one character). HEAD is answered by GET. The same pattern twice for one
    // method is our own mistake.
    void add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});

    struct Match {
        const Route* route = nullptr;  // none: 404, or 405 when `allow` is not empty
        std::string allow;             // "GET, HEAD, POST"
        bool trailing_slash = false;   // found once its last slash is left out: redirect there
    };
    // Also fills in route and parameters of the request.
    [[nodiscard]] Match match(Request& request) const;

    // The whole life of a request but the network: match, handler, errors to `error_page`. For tests; the server does
    // the same.
    [[nodiscard]] Response handle(Request& request, const ErrorPage& error_page) const;

    // For tables that must name every route (rights, documentation).
    [[nodiscard]] std::vector<const Route*> routes() const;

  private:
    struct Node;
    std::unique_ptr<Node> root_;
    std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace beffroi::http
