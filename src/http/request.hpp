// One request, parsed and checked: everything in it is valid UTF-8 within announced limits, or the handler was never
// called.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/fields.hpp"
#include "http/multipart.hpp"

namespace beffroi::http {

enum class Method : std::uint8_t { Get, Head, Post, Put, Delete, Options };
[[nodiscard]] std::string_view method_name(Method method);

// Used by one thread at a time; views given by it live as long as it does (the call of the handler).
class Request {
  public:
    Request() = default;
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    Request(Request&&) = delete;
    Request& operator=(Request&&) = delete;
    ~Request() = default;

    Method method = Method::Get;
    std::string target;      // as sent, "/dossiers/7?tri=nom"; may hold secrets in its query: not for logs
    std::string path;        // decoded and checked (decode_path), "/dossiers/7"
    Fields query;            // decoded
    std::string host;        // "aides.example.fr:8443", lower case, syntax checked
    std::string remote;      // address of the client (through trusted proxies), "192.0.2.7"
    bool is_tls = false;     // the client's side is encrypted (also when a trusted proxy says so)
    std::string_view route;  // the pattern that matched, "/dossiers/{id}"; empty when none did
    std::string_view body;   // whole; empty when it was multipart

    // The value of a header field, whatever the case of its name; the first one when repeated.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    // The value of a cookie, as sent; the first one when repeated.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
    // What stood at {name} in the pattern. Asking for a name that the pattern does not have is our own mistake.
    [[nodiscard]] std::string_view param(std::string_view name) const;
    // The same as a positive number without sign or leading zero; nothing when it is not one.
    [[nodiscard]] std::optional<std::int64_t> param_number(std::string_view name) const;

    // The fields of an urlencoded form, parsed on the first call; also the text fields of a multipart one. Throws
    // base::Failure (Invalid, TooLarge) when the body is not such a form.
    [[nodiscard]] const Fields& form() const;
    // The multipart form of a route that has RouteOptions::uploads; files may be moved out of it. Throws
    // base::Failure(Invalid) when another type was sent.
    [[nodiscard]] Multipart& multipart() const;

    // The languages that the browser asks for, best first, as given ("fr-FR", "en").
    [[nodiscard]] std::vector<std::string_view> languages() const;
    // If-None-Match holds this entity tag (quotes included).
    [[nodiscard]] bool has_etag(std::string_view etag) const;

  private:
    friend class RequestReader;
    friend class Router;
    friend class Session;
    friend base::Result<std::unique_ptr<Request>> make_request(std::string_view head, std::string_view body);

    void clear();

    std::vector<std::pair<std::string_view, std::string_view>> headers_;  // into head_
    std::vector<std::pair<std::string_view, std::string_view>> params_;   // name into the route, value into path
    std::string head_;
    std::string body_;
    FieldLimits form_limits_;
    std::unique_ptr<Multipart> multipart_;
    mutable std::optional<Fields> form_;
};

// A request from text, through the same reader as those of the network: for the tests of handlers. `head` is a request
// line and header lines, each ended by "\r\n", without the empty line; Host and Content-Length are added when absent.
// The route is matched when the request goes through Router::handle.
[[nodiscard]] base::Result<std::unique_ptr<Request>> make_request(std::string_view head, std::string_view body = {});

}  // namespace beffroi::http
