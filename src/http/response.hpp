// What a handler answers: status, header fields, and one of four kinds of body.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace beffroi::http {

enum class SameSite { Lax, Strict };

// Secure by default; "__Host-" names get Secure and Path=/ whatever is said here, as browsers demand it (RFC 6265bis
// §4.1.3.2).
struct SetCookie {
    std::string name;
    std::string value;  // cookie octets only (RFC 6265 §4.1.1): encode anything else first
    bool http_only = true;
    bool secure = true;
    SameSite same_site = SameSite::Lax;
    std::string path = "/";
    std::optional<std::int64_t> max_age;  // seconds; none: until the browser closes; 0: erase
};

// Whether a body may go out compressed. A page that mixes a secret (CSRF token) with text that an attacker can choose
// must not (BREACH), so pages do not by default; public pages, exports and assets say Yes.
enum class Compress { No, Yes };

// The same bytes for many requests, with their gzip form made once (see compressed()).
struct SharedBody {
    std::shared_ptr<const std::string> bytes;
    std::shared_ptr<const std::string> gzip;  // may be none
};

// Part of a file, read on the workers. Ranges of it are served (206, 416, If-Range).
struct FileBody {
    std::filesystem::path path;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;  // none: to the end
};

// Called on a worker until it gives false; each call appends what comes next to `out` (aim at 64 to 256 kB). A throw
// breaks the connection so that the client cannot take the beginning for the whole.
using Generator = std::function<bool(std::string& out)>;
struct StreamBody {
    Generator next;
};

class Response {
  public:
    using Body = std::variant<std::string, SharedBody, FileBody, StreamBody>;

    int status = 200;
    Body body;
    Compress compress = Compress::No;

    Response() = default;
    explicit Response(int code) : status(code) {}

    // Adds a field, or replaces the one of that name (Set-Cookie is always added). Names and values with control
    // characters are our own mistake or an attack: throws base::Failure(Internal).
    Response& header(std::string_view name, std::string_view value) &;
    Response&& header(std::string_view name, std::string_view value) &&;
    Response& cookie(const SetCookie& cookie) &;
    Response&& cookie(const SetCookie& cookie) &&;
    // Content-Disposition: attachment, with the name in UTF-8 (RFC 6266).
    Response& attachment(std::string_view filename) &;
    Response&& attachment(std::string_view filename) &&;
    Response& compressed() & {
        compress = Compress::Yes;
        return *this;
    }
    Response&& compressed() && {
        compress = Compress::Yes;
        return std::move(*this);
    }

    [[nodiscard]] std::string_view find_header(std::string_view name) const;  // empty: none
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }

  private:
    std::vector<std::pair<std::string, std::string>> headers_;
};

[[nodiscard]] Response html(std::string body, int status = 200);
[[nodiscard]] Response text(std::string body, int status = 200);  // text/plain; charset=utf-8
[[nodiscard]] Response json(std::string body, int status = 200);
[[nodiscard]] Response content(std::string_view content_type, std::string body);
[[nodiscard]] Response shared(std::string_view content_type, SharedBody body);
// "Last-Modified" and a weak validator come from the file itself. A file that is gone is a 404 of the error page.
[[nodiscard]] Response file(std::string_view content_type, FileBody body);
[[nodiscard]] Response stream(std::string_view content_type, Generator next);
[[nodiscard]] Response redirect_see_other(std::string_view location);  // 303: after a POST
[[nodiscard]] Response redirect_permanent(std::string_view location);  // 308
[[nodiscard]] Response no_content();                                   // 204
[[nodiscard]] Response not_modified(std::string_view etag);            // 304

// The bytes with their gzip form at the best level, for what is served many times.
[[nodiscard]] SharedBody shared_body(std::string bytes, Compress compress);

[[nodiscard]] std::string_view reason_phrase(int status);
// Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110 §5.6.7), and back; seconds, the milliseconds are lost.
[[nodiscard]] std::string http_date(base::Timestamp at);
[[nodiscard]] std::optional<base::Timestamp> parse_http_date(std::string_view text);

}  // namespace beffroi::http
