#include "http/response.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/result.hpp"
#include "http/encoding.hpp"
#include "http/gzip.hpp"

namespace beffroi::http {

namespace {

constexpr std::size_t kWorthCompressing = 1024;

bool token_char(char c) {
    constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, token_char);
}

bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

// RFC 6265 §4.1.1: cookie-octet.
bool is_cookie_value(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\'; });
}

[[noreturn]] void refuse(std::string what) {
    throw base::Failure(base::Error{base::Code::Internal, std::move(what), {}});
}

Response typed(std::string_view content_type, Response::Body body, int status) {
    Response response(status);
    response.body = std::move(body);
    response.header("Content-Type", content_type);
    return response;
}

}  // namespace

Response& Response::header(std::string_view name, std::string_view value) & {
    if (!is_token(name) || !is_field_value(value))
        refuse("header field with forbidden characters: " + percent_encode(name));
    for (const std::string_view framing : {"Content-Length", "Transfer-Encoding", "Connection", "Date"}) {
        if (equals_ignoring_case(name, framing)) refuse("the server itself says " + std::string(framing));
    }
    if (!equals_ignoring_case(name, "Set-Cookie")) {
        for (auto& [known, content] : headers_) {
            if (!equals_ignoring_case(known, name)) continue;
            content.assign(value);
            return *this;
        }
    }
    headers_.emplace_back(name, value);
    return *this;
}

Response&& Response::header(std::string_view name, std::string_view value) && {
    header(name, value);
    return std::move(*this);
}

Response& Response::cookie(const SetCookie& cookie) & {
    const bool host_only = cookie.name.starts_with("__Host-");
    if (!is_token(cookie.name) || !is_cookie_value(cookie.value) || cookie.path.find(';') != std::string::npos) {
        refuse("cookie with forbidden characters: " + percent_encode(cookie.name));
    }
    std::string line = cookie.name + "=" + cookie.value + "; Path=" + (host_only ? "/" : cookie.path);
    if (cookie.max_age) line += "; Max-Age=" + std::to_string(*cookie.max_age);
    if (cookie.http_only) line += "; HttpOnly";
    if (cookie.secure || host_only) line += "; Secure";
    line += cookie.same_site == SameSite::Strict ? "; SameSite=Strict" : "; SameSite=Lax";
    return header("Set-Cookie", line);
}

Response&& Response::cookie(const SetCookie& cookie) && {
    this->cookie(cookie);
    return std::move(*this);
}

Response& Response::attachment(std::string_view filename) & {
    // For clients that know no filename*: ASCII, without what could end the quoted string or name a folder.
    std::string plain;
    for (const char c : filename) {
        const bool safe = c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '/' && c != '%';
        const bool continuation = (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
        if (safe) {
            plain += c;
        } else if (!continuation) {
            plain += '_';
        }
    }
    return header("Content-Disposition",
                  "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + percent_encode(filename));
}

Response&& Response::attachment(std::string_view filename) && {
    attachment(filename);
    return std::move(*this);
}

std::string_view Response::find_header(std::string_view name) const {
    for (const auto& [known, value] : headers_) {
        if (equals_ignoring_case(known, name)) return value;
    }
    return {};
}

Response html(std::string body, int status) {
    return typed("text/html; charset=utf-8", std::move(body), status);
}
Response text(std::string body, int status) {
    return typed("text/plain; charset=utf-8", std::move(body), status);
}
Response json(std::string body, int status) {
    return typed("application/json", std::move(body), status);
}
Response content(std::string_view content_type, std::string body) {
    return typed(content_type, std::move(body), 200);
}
Response shared(std::string_view content_type, SharedBody body) {
    return typed(content_type, std::move(body), 200);
}
Response file(std::string_view content_type, FileBody body) {
    return typed(content_type, std::move(body), 200);
}
Response stream(std::string_view content_type, Generator next) {
    return typed(content_type, StreamBody{std::move(next)}, 200);
}

Response pieces(std::string_view content_type, std::shared_ptr<const Pieces> pieces) {
    ASSERT(pieces != nullptr);
    return typed(content_type, PiecesBody{std::move(pieces)}, 200);
}
Response later(LaterBody body) {
    Response response;
    response.body = std::move(body);
    return response;
}

Response redirect_see_other(std::string_view location) {
    return Response(303).header("Location", location);
}
Response redirect_permanent(std::string_view location) {
    return Response(308).header("Location", location);
}
Response no_content() {
    return Response(204);
}
Response not_modified(std::string_view etag) {
    return Response(304).header("ETag", etag);
}

SharedBody shared_body(std::string bytes, Compress compress) {
    SharedBody body;
    if (compress == Compress::Yes && bytes.size() >= kWorthCompressing) {
        auto packed = gzip(bytes, kBestGzip);
        if (packed.size() < bytes.size()) body.gzip = std::make_shared<const std::string>(std::move(packed));
    }
    body.bytes = std::make_shared<const std::string>(std::move(bytes));
    return body;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 426:
            return "Upgrade Required";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Other";
    }
}

namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_two(std::string& out, unsigned value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
}

std::optional<unsigned> digits(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::string http_date(base::Timestamp at) {
    using namespace std::chrono;
    const sys_seconds seconds_since{floor<seconds>(milliseconds(at.ms))};
    const auto day_point = floor<days>(seconds_since);
    const year_month_day date{day_point};
    const hh_mm_ss time{seconds_since - day_point};
    std::string out;
    out.reserve(29);
    out += kDays.at(weekday{day_point}.c_encoding());
    out += ", ";
    append_two(out, static_cast<unsigned>(date.day()));
    out += ' ';
    out += kMonths.at(static_cast<unsigned>(date.month()) - 1);
    out += ' ';
    const auto year_number = static_cast<unsigned>(static_cast<int>(date.year()));
    append_two(out, year_number / 100);
    append_two(out, year_number % 100);
    out += ' ';
    append_two(out, static_cast<unsigned>(time.hours().count()));
    out += ':';
    append_two(out, static_cast<unsigned>(time.minutes().count()));
    out += ':';
    append_two(out, static_cast<unsigned>(time.seconds().count()));
    out += " GMT";
    return out;
}

std::optional<base::Timestamp> parse_http_date(std::string_view text) {
    // IMF-fixdate only: "Sun, 06 Nov 1994 08:49:37 GMT". The two obsolete forms are read as no date at all.
    using namespace std::chrono;
    if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
        text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT") {
        return std::nullopt;
    }
    const auto* month_name = std::ranges::find(kMonths, text.substr(8, 3));
    const auto day_number = digits(text.substr(5, 2));
    const auto year_number = digits(text.substr(12, 4));
    const auto hour = digits(text.substr(17, 2));
    const auto minute = digits(text.substr(20, 2));
    const auto second = digits(text.substr(23, 2));
    if (month_name == kMonths.end() || !day_number || !year_number || !hour || !minute || !second) return std::nullopt;
    const year_month_day date{year{static_cast<int>(*year_number)},
                              month{static_cast<unsigned>(month_name - kMonths.begin()) + 1}, day{*day_number}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const auto at = sys_days{date} + hours(*hour) + minutes(*minute) + seconds(*second);
    return base::Timestamp{duration_cast<milliseconds>(at.time_since_epoch()).count()};
}

}  // namespace beffroi::http
