// What a handler answers: status, header fields, and one of several kinds of body.
#pragma once

#include <chrono>
#include <cstddef>
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

class Outlet;
class OutletUser;

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

// Bytes that somebody else owns and that never change: `memory` keeps them alive.
struct SharedBytes {
    std::shared_ptr<const void> memory;
    const char* data = nullptr;
    std::size_t size = 0;
    [[nodiscard]] std::string_view view() const { return {data, size}; }
};
[[nodiscard]] SharedBytes share(std::string bytes);

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

// Bytes in memory and slices of files one after another, with a length known beforehand: a header made on the spot and
// stored media behind it. Built once, then shared unchanging.
class Pieces {
  public:
    void add(SharedBytes bytes);
    void add(std::string bytes);
    // Slices of a file that is named again and again: the number that `file` gives.
    [[nodiscard]] std::uint32_t file(std::filesystem::path path);
    void add(std::uint32_t file, std::uint64_t offset,
             std::uint64_t length);  // joined to the slice before when it follows it
    [[nodiscard]] std::uint64_t size() const { return size_; }

    struct Piece {
        static constexpr std::uint32_t kMemory = 0xffffffff;
        std::uint64_t start = 0;  // in the whole
        std::uint64_t length = 0;
        std::uint64_t offset = 0;  // in the file, or 0
        std::uint32_t file = kMemory;
        std::uint32_t memory = 0;  // which of memory()
    };
    [[nodiscard]] const std::vector<Piece>& list() const { return list_; }
    [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }
    [[nodiscard]] const std::vector<SharedBytes>& memory() const { return memory_; }

  private:
    std::vector<Piece> list_;
    std::vector<std::filesystem::path> files_;
    std::vector<SharedBytes> memory_;
    std::uint64_t size_ = 0;
};

// Ranges of it are served like those of a file. Files are read by the workers, with sendfile(2) where nothing is
// ciphered. A file that has become shorter or is gone breaks the connection, since its length was announced.
struct PiecesBody {
    std::shared_ptr<const Pieces> pieces;
};

class Response;

// An answer that is not known yet. `start` is called once, on the network thread, with the function that gives the
// answer: any thread, at once or later, the first call counts. No thread waits meanwhile. After `limit`: 503.
struct LaterBody {
    std::function<void(std::function<void(Response)>)> start;
    std::chrono::milliseconds limit{30'000};
};

// The connection is handed over to an Outlet: see outlet.hpp and websocket.hpp, which make such answers.
struct LinkBody {
    std::shared_ptr<Outlet> outlet;
    std::shared_ptr<OutletUser> user;
};

class Response {
  public:
    using Body = std::variant<std::string, SharedBody, FileBody, StreamBody, PiecesBody, LaterBody, LinkBody>;

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
[[nodiscard]] Response pieces(std::string_view content_type, std::shared_ptr<const Pieces> pieces);
[[nodiscard]] Response later(LaterBody body);
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
