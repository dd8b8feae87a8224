// A response made ready for the wire: conditions, ranges and compression decided, length known. For src/http only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/gzip.hpp"
#include "http/pieces.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/server.hpp"

namespace beffroi::http {

struct Reply {
    Response response;
    bool send_body = true;                // false for HEAD, 204, 304
    std::optional<std::uint64_t> length;  // of the body; none: a stream
    std::string packed;                   // the gzip form made for this answer
    bool use_packed = false;
    bool use_shared_gzip = false;
    std::uint64_t skip = 0;              // of the bytes in memory, for ranges
    PieceSource source;                  // of a file, or of pieces
    std::unique_ptr<GzipStream> packer;  // for streams
    bool stream_ended = false;

    // The body, when it is in memory.
    [[nodiscard]] std::string_view memory() const;
    // More is to be made by next_piece().
    [[nodiscard]] bool has_source() const { return send_body && (source.left() > 0 || (is_stream() && !stream_ended)); }
    [[nodiscard]] bool is_stream() const { return std::holds_alternative<StreamBody>(response.body); }
    [[nodiscard]] bool is_later() const { return std::holds_alternative<LaterBody>(response.body); }
    [[nodiscard]] bool is_link() const { return std::holds_alternative<LinkBody>(response.body); }
    // The next piece of a file or a stream into `out`, which is cleared first; on a worker. False: it failed, break the
    // connection.
    [[nodiscard]] bool next_piece(std::string& out);
};

// Runs where the handler ran: it may open a file and compress. Errors (a file that is gone) go to `error_page`.
[[nodiscard]] Reply make_reply(const Request& request, Response response, const ErrorPage& error_page, base::Log* log);

// The lines that every answer gets, made once.
class FixedHeaders {
  public:
    FixedHeaders(const ServerOptions& options, bool tls);
    // Appends those that `response` does not set itself.
    void append_to(std::string& out, const Response& response) const;

  private:
    struct Line {
        std::string name;
        std::string line;
    };
    std::vector<Line> lines_;
    std::string all_;
};

enum class KeepAlive { No, Yes };

// Status line and header, with the empty line.
void append_head(std::string& out, const Reply& reply, const FixedHeaders& fixed, std::string_view date,
                 KeepAlive keep_alive, bool http10);

}  // namespace beffroi::http
