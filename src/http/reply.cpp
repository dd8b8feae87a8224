#include "http/reply.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <sys/stat.h>

#include "http/boundary.hpp"
#include "http/encoding.hpp"

namespace beffroi::http {

namespace {

constexpr std::size_t kWorthCompressing = 1024;
constexpr std::size_t kPiece = 256U * 1024U;

void append_number(std::string& out, std::uint64_t number) {
    char text[20];
    const auto result = std::to_chars(text, text + sizeof text, number);
    out.append(text, result.ptr);
}

bool has_no_body(int status) {
    return status < 200 || status == 204 || status == 304;
}

struct Range {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
};

enum class RangeKind { Whole, Part, Unsatisfiable };

// One range of bytes (RFC 9110 §14.1.2). Several, other units and broken ones are answered with the whole, as §14.2
// allows.
RangeKind parse_range(std::string_view text, std::uint64_t size, Range& range) {
    if (!text.starts_with("bytes=")) return RangeKind::Whole;
    text.remove_prefix(6);
    const std::size_t hyphen = text.find('-');
    if (hyphen == std::string_view::npos || text.find(',') != std::string_view::npos) return RangeKind::Whole;
    auto number = [](std::string_view digits, std::uint64_t& value) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc{} && end == digits.data() + digits.size();
    };
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    const std::string_view from = text.substr(0, hyphen);
    const std::string_view to = text.substr(hyphen + 1);
    if (from.empty()) {  // the last so many bytes
        if (!number(to, last)) return RangeKind::Whole;
        if (last == 0 || size == 0) return RangeKind::Unsatisfiable;
        range.length = std::min(last, size);
        range.first = size - range.length;
        return RangeKind::Part;
    }
    if (!number(from, first)) return RangeKind::Whole;
    if (!to.empty() && (!number(to, last) || last < first)) return RangeKind::Whole;
    if (first >= size) return RangeKind::Unsatisfiable;
    const std::uint64_t final = to.empty() ? size - 1 : std::min(size - 1, last);
    range = {.first = first, .length = final - first + 1};
    return RangeKind::Part;
}

bool reads(const Request& request) {
    return request.method == Method::Get || request.method == Method::Head;
}

// RFC 9110 §13.2.2, steps 3 and 4.
bool not_changed(const Request& request, const Response& response) {
    if (!reads(request) || response.status != 200) return false;
    const std::string_view etag = response.find_header("ETag");
    if (request.header("If-None-Match")) return !etag.empty() && request.has_etag(etag);
    const auto since = parse_http_date(request.header("If-Modified-Since").value_or(""));
    const auto modified = parse_http_date(response.find_header("Last-Modified"));
    return since && modified && *modified <= *since;
}

// If-Range (RFC 9110 §13.1.5): the part only when the client's copy is of these very bytes.
bool range_applies(const Request& request, const Response& response) {
    const auto condition = request.header("If-Range");
    if (!condition) return true;
    if (condition->starts_with('"')) return *condition == response.find_header("ETag");
    return !condition->empty() && *condition == response.find_header("Last-Modified");
}

// Whether a part goes out, and which. Sets status and fields.
Range choose_range(const Request& request, Response& response, std::uint64_t size) {
    Range range{.first = 0, .length = size};
    if (response.status != 200) return range;
    response.header("Accept-Ranges", "bytes");
    const auto asked = request.header("Range");
    if (!asked || request.method != Method::Get || !range_applies(request, response)) return range;
    switch (parse_range(*asked, size, range)) {
        case RangeKind::Whole:
            break;
        case RangeKind::Part:
            response.status = 206;
            response.header("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                 std::to_string(range.first + range.length - 1) + "/" +
                                                 std::to_string(size));
            break;
        case RangeKind::Unsatisfiable:
            response.status = 416;
            response.header("Content-Range", "bytes */" + std::to_string(size));
            range = {};
            break;
    }
    return range;
}

base::Status open_file(const Request& request, Reply& reply) {
    const FileBody body = std::get<FileBody>(reply.response.body);
    OpenFile file = TRY(open_for_reading(body.path));
    struct stat info{};
    if (::fstat(file.descriptor(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return base::fail(base::Code::Unavailable, "cannot open " + body.path.string());
    }
    const auto bytes = static_cast<std::uint64_t>(info.st_size);
    if (body.offset > bytes || (body.length && *body.length > bytes - body.offset)) {
        return base::fail(base::Code::Corrupt, "shorter than it should be: " + body.path.string());
    }
    const std::uint64_t size = body.length.value_or(bytes - body.offset);
    Response& response = reply.response;
    if (response.find_header("ETag").empty()) {
        const auto stamp = static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000U +
                           static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
        response.header("ETag", "\"" + std::to_string(stamp) + "-" + std::to_string(body.offset) + "-" +
                                    std::to_string(size) + "\"");
    }
    if (response.find_header("Last-Modified").empty()) {
        response.header("Last-Modified",
                        http_date(base::Timestamp{static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1000}));
    }
    if (not_changed(request, response)) return {};  // make_reply() sees it too
    const Range range = choose_range(request, response, size);
    reply.length = range.length;
    if (request.method != Method::Head)
        reply.source = PieceSource(std::move(file), body.offset + range.first, range.length);
    return {};
}

base::Status open_pieces(const Request& request, Reply& reply) {
    const auto all = std::get<PiecesBody>(reply.response.body).pieces;
    if (not_changed(request, reply.response)) return {};  // make_reply() sees it too
    const Range range = choose_range(request, reply.response, all->size());
    reply.length = range.length;
    if (request.method != Method::Head) reply.source = TRY(PieceSource::open(all, range.first, range.length));
    return {};
}

bool may_gzip(const Response& response) {
    return response.compress == Compress::Yes && response.find_header("Content-Encoding").empty() &&
           compressible(response.find_header("Content-Type"));
}

void mark_gzip(Response& response) {
    response.header("Content-Encoding", "gzip");
    // A strong validator names these very bytes (RFC 9110 §8.8.1), and they are others now.
    const std::string etag(response.find_header("ETag"));
    if (etag.starts_with('"')) response.header("ETag", "W/" + etag);
}

void prepare_text(const Request& request, Reply& reply, const std::string& bytes) {
    reply.length = bytes.size();
    if (bytes.size() < kWorthCompressing || !may_gzip(reply.response)) return;
    reply.response.header("Vary", "Accept-Encoding");
    if (!accepts_gzip(request.header("Accept-Encoding").value_or(""))) return;
    reply.packed = gzip(bytes, kFastGzip);
    if (reply.packed.size() >= bytes.size()) return;
    reply.use_packed = true;
    reply.length = reply.packed.size();
    mark_gzip(reply.response);
}

void prepare_shared(const Request& request, Reply& reply, const SharedBody& body) {
    if (body.gzip) {
        reply.response.header("Vary", "Accept-Encoding");
        if (accepts_gzip(request.header("Accept-Encoding").value_or(""))) {
            reply.use_shared_gzip = true;
            reply.length = body.gzip->size();
            mark_gzip(reply.response);
            return;
        }
    }
    const Range range = choose_range(request, reply.response, body.bytes->size());
    reply.skip = range.first;
    reply.length = range.length;
}

void prepare_stream(const Request& request, Reply& reply) {
    if (!may_gzip(reply.response)) return;
    reply.response.header("Vary", "Accept-Encoding");
    if (!accepts_gzip(request.header("Accept-Encoding").value_or(""))) return;
    reply.packer = std::make_unique<GzipStream>(kFastGzip);
    mark_gzip(reply.response);
}

base::Status prepare(const Request& request, Reply& reply) {
    if (std::holds_alternative<FileBody>(reply.response.body)) return open_file(request, reply);
    if (std::holds_alternative<PiecesBody>(reply.response.body)) return open_pieces(request, reply);
    if (reply.is_later() || reply.is_link()) return {};
    if (not_changed(request, reply.response)) return {};
    if (const auto* bytes = std::get_if<std::string>(&reply.response.body)) prepare_text(request, reply, *bytes);
    if (const auto* body = std::get_if<SharedBody>(&reply.response.body)) {
        ASSERT(body->bytes != nullptr);
        prepare_shared(request, reply, *body);
    }
    if (reply.is_stream()) prepare_stream(request, reply);
    return {};
}

}  // namespace

std::string_view Reply::memory() const {
    if (!send_body) return {};
    if (use_packed) return packed;
    if (const auto* bytes = std::get_if<std::string>(&response.body)) return *bytes;
    if (const auto* body = std::get_if<SharedBody>(&response.body)) {
        const std::string_view all = use_shared_gzip ? *body->gzip : *body->bytes;
        return all.substr(skip, static_cast<std::size_t>(length.value_or(0)));
    }
    return {};
}

bool Reply::next_piece(std::string& out) {
    out.clear();
    if (source.left() > 0) return source.read(out, kPiece);
    try {
        const auto& next = std::get<StreamBody>(response.body).next;
        std::string piece;
        std::string& raw = packer ? piece : out;
        constexpr std::size_t kEnough = 64U * 1024U;
        while (!stream_ended && raw.size() < kEnough) stream_ended = !next(raw);
        if (packer) packer->write(piece, stream_ended ? GzipStream::Last::Yes : GzipStream::Last::No, out);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

Reply make_reply(const Request& request, Response response, const ErrorPage& error_page, base::Log* log) {
    Reply reply;
    reply.response = std::move(response);
    if (auto prepared = prepare(request, reply); !prepared) {
        reply = Reply();
        reply.response = error_answer(request, error_page, prepared.error(), 0, log);
        // An error page is text; were it a file that is gone as well, it would be an empty one.
        const auto& body = reply.response.body;
        const bool text = std::holds_alternative<std::string>(body) || std::holds_alternative<SharedBody>(body);
        if (!text) reply.response.body = std::string();
        (void)prepare(request, reply);
    }
    if (not_changed(request, reply.response)) reply.response.status = 304;
    if (has_no_body(reply.response.status)) {
        reply.length.reset();
        reply.send_body = false;
    }
    if (reply.response.status == 416) reply.length = 0;
    if (request.method == Method::Head) reply.send_body = false;
    if (!reply.send_body) reply.source = PieceSource();
    return reply;
}

FixedHeaders::FixedHeaders(const ServerOptions& options, bool tls) {
    auto add = [this](std::string name, const std::string& value) {
        if (value.empty()) return;
        std::string line = name + ": " + value + "\r\n";
        all_ += line;
        lines_.push_back({.name = std::move(name), .line = std::move(line)});
    };
    add("Content-Security-Policy", options.security.content_security_policy);
    add("X-Content-Type-Options", "nosniff");
    add("Referrer-Policy", "same-origin");
    add("X-Frame-Options", "DENY");
    add("Cross-Origin-Opener-Policy", "same-origin");
    add("Cross-Origin-Resource-Policy", "same-origin");
    add("Permissions-Policy", options.security.permissions_policy);
    if (tls && options.security.hsts_seconds > 0) {
        add("Strict-Transport-Security", "max-age=" + std::to_string(options.security.hsts_seconds));
    }
    add("Cache-Control", options.default_cache_control);
}

void FixedHeaders::append_to(std::string& out, const Response& response) const {
    const bool overridden = std::ranges::any_of(response.headers(), [this](const auto& field) {
        return std::ranges::any_of(lines_,
                                   [&](const Line& line) { return equals_ignoring_case(line.name, field.first); });
    });
    if (!overridden) {
        out += all_;
        return;
    }
    for (const auto& line : lines_) {
        if (response.find_header(line.name).empty()) out += line.line;
    }
}

void append_head(std::string& out, const Reply& reply, const FixedHeaders& fixed, std::string_view date,
                 KeepAlive keep_alive, bool http10) {
    const Response& response = reply.response;
    if (response.status == 200) {
        out += "HTTP/1.1 200 OK\r\n";
    } else {
        out += "HTTP/1.1 ";
        append_number(out, static_cast<std::uint64_t>(response.status));
        out += ' ';
        out += reason_phrase(response.status);
        out += "\r\n";
    }
    out += "Date: ";
    out += date;
    out += "\r\n";
    for (const auto& [name, value] : response.headers()) {
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
    fixed.append_to(out, response);
    if (reply.length) {
        out += "Content-Length: ";
        append_number(out, *reply.length);
        out += "\r\n";
    } else if (reply.is_stream() && !has_no_body(response.status) && !http10) {
        out += "Transfer-Encoding: chunked\r\n";
    }
    if (response.status == 101) {
        out += "Connection: Upgrade\r\n";
    } else if (keep_alive == KeepAlive::No) {
        out += "Connection: close\r\n";
    } else if (http10) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
}

}  // namespace beffroi::http
