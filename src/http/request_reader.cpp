#include "http/request_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

#include "base/text.hpp"
#include "http/encoding.hpp"

namespace beffroi::http {

namespace beast = boost::beast;
using ErrorCode = beast::error_code;

namespace {

std::string_view plain(beast::string_view text) {
    return {text.data(), text.size()};
}

std::optional<Method> method_of(std::string_view text) {
    for (const Method method :
         {Method::Get, Method::Post, Method::Head, Method::Put, Method::Delete, Method::Options}) {
        if (text == method_name(method)) return method;
    }
    return std::nullopt;
}

// Digits only (no sign, no list, no space), and few enough not to overflow.
std::optional<std::uint64_t> parse_length(std::string_view text) {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    constexpr std::size_t kMostDigits = 18;
    if (text.empty() || text.size() > kMostDigits || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return length;
}

// reg-name, IPv4 or [IPv6], and a port; what a URL of ours can be built from.
bool valid_host(std::string_view host) {
    std::string_view rest = host;
    if (rest.starts_with('[')) {
        const std::size_t end = rest.find(']');
        if (end == std::string_view::npos || end < 3) return false;
        const bool hex = std::ranges::all_of(rest.substr(1, end - 1), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
        });
        if (!hex) return false;
        rest.remove_prefix(end + 1);
    } else {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const bool name = std::ranges::all_of(rest.substr(0, end), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
                   c == '_';
        });
        if (!name || end == 0 || end > 253) return false;
        rest.remove_prefix(end);
    }
    if (rest.empty()) return true;
    rest.remove_prefix(1);
    return rest.size() <= 5 && std::ranges::all_of(rest, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// Hands the pieces to the request. The whole header lies in request.head_ when it is parsed, so that views into it stay
// good.
class RequestReader::Parser final : public beast::http::basic_parser<true> {
  public:
    explicit Parser(RequestReader& reader) : reader_(reader) {}

  private:
    void on_request_impl(beast::http::verb /*verb*/, beast::string_view method, beast::string_view target, int version,
                         ErrorCode& error) override {
        reader_.http10_ = version == 10;
        reader_.request_->target.assign(target.data(), target.size());
        const auto known = method_of(plain(method));
        if (known) {
            reader_.request_->method = *known;
        } else {
            reader_.refuse(501, "method that is not known here");
            error = beast::http::error::bad_method;
        }
    }
    void on_field_impl(beast::http::field /*field*/, beast::string_view name, beast::string_view value,
                       ErrorCode& error) override {
        if (reader_.request_->headers_.size() == reader_.limits_.header_count) {
            reader_.refuse(431, "too many header fields");
            error = beast::http::error::header_limit;
            return;
        }
        reader_.request_->headers_.emplace_back(plain(name), plain(value));
    }
    void on_response_impl(int /*code*/, beast::string_view /*reason*/, int /*version*/, ErrorCode& /*error*/) override {
    }
    void on_header_impl(ErrorCode& /*error*/) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, ErrorCode& /*error*/) override {}
    void on_chunk_header_impl(std::uint64_t /*size*/, beast::string_view /*extensions*/,
                              ErrorCode& /*error*/) override {}
    void on_finish_impl(ErrorCode& /*error*/) override {}
    // Bodies are ours: only the header is given to this parser.
    std::size_t on_body_impl(beast::string_view /*body*/, ErrorCode& /*error*/) override { return 0; }
    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, beast::string_view /*body*/,
                                   ErrorCode& /*error*/) override {
        return 0;
    }

    RequestReader& reader_;
};

RequestReader::RequestReader(const ReaderLimits& limits) : limits_(limits) {}

void RequestReader::begin(Request& request) {
    request.clear();
    request_ = &request;
    state_ = State::Head;
    refusal_ = {};
    searched_ = 0;
    chunks_ = {};
    sink_ = nullptr;
    body_limit_ = 0;
    body_bytes_ = 0;
    content_length_.reset();
    skipped_line_ = keep_alive_ = http10_ = has_body_ = chunked_ = expects_continue_ = false;
}

bool RequestReader::refuse(int status, std::string detail) {
    if (state_ == State::Bad) return false;  // the first reason is the good one
    state_ = State::Bad;
    keep_alive_ = false;
    refusal_.status = status;
    refusal_.error.code = status == 413 || status == 414 || status == 431 ? base::Code::TooLarge : base::Code::Invalid;
    refusal_.error.detail = std::move(detail);
    return false;
}

std::size_t RequestReader::feed(std::string_view bytes) {
    switch (state_) {
        case State::Head:
            return feed_head(bytes);
        case State::Body:
            return feed_body(bytes);
        case State::HeadDone:
        case State::Done:
        case State::Bad:
            return 0;
    }
    return 0;
}

std::size_t RequestReader::feed_head(std::string_view bytes) {
    std::string& head = request_->head_;
    std::size_t used = 0;
    // One empty line before a request is to be ignored (RFC 9112 §2.2).
    if (head.empty() && !skipped_line_) {
        if (bytes == "\r") return 0;
        if (bytes.starts_with("\r\n")) {
            skipped_line_ = true;
            bytes.remove_prefix(2);
            used = 2;
        }
    }
    if (bytes.empty()) return used;
    const std::size_t before = head.size();
    const std::size_t room = limits_.header_bytes - before;
    const std::string_view taken = bytes.substr(0, room);
    head.append(taken);
    const std::size_t end = head.find("\r\n\r\n", searched_);
    if (end != std::string::npos) {
        head.resize(end + 4);
        used += head.size() - before;
        parse_head();
        return used;
    }
    used += taken.size();
    const bool bare = head.find("\n\n", searched_) != std::string::npos || head.front() == '\n';
    searched_ = head.size() < 3 ? 0 : head.size() - 3;
    if (head.size() >= limits_.header_bytes) {
        const bool first_line = head.find("\r\n") == std::string::npos;
        refuse(first_line ? 414 : 431, "the header is over its limit");
    } else if (bare) {
        refuse(400, "bare line feed");  // such a header would never end for us
    }
    return used;
}

bool RequestReader::check_raw_head() {
    const std::string& head = request_->head_;
    bool ascii = true;
    for (std::size_t i = 0; i < head.size(); ++i) {
        const auto byte = static_cast<unsigned char>(head[i]);
        if (byte >= 0x20 && byte < 0x7f) continue;
        if (byte >= 0x80) {
            ascii = false;
        } else if (byte == '\r') {
            if (head[i + 1] != '\n') return refuse(400, "bare carriage return");  // the header ends with "\r\n"
            ++i;
            if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t'))
                return refuse(400, "folded header line");
        } else if (byte != '\t') {
            return refuse(400, byte == '\n' ? "bare line feed" : "control character in the header");
        }
    }
    if (!ascii && !base::valid_utf8(head)) return refuse(400, "the header is not UTF-8");
    return true;
}

void RequestReader::parse_head() {
    if (!check_raw_head()) return;
    Parser parser(*this);
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes + 4));
    parser.body_limit(boost::none);
    ErrorCode error;
    parser.put(boost::asio::const_buffer(request_->head_.data(), request_->head_.size()), error);
    if (error || !parser.is_header_done()) {
        const bool version = error == beast::http::error::bad_version;
        refuse(version ? 505 : 400, "malformed header: " + error.message());
        return;
    }
    keep_alive_ = parser.keep_alive();
    if (!check_framing() || !read_target()) return;
    state_ = State::HeadDone;
}

bool RequestReader::check_framing() {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::size_t encodings = 0;
    for (const auto& [name, value] : request_->headers_) {
        if (equals_ignoring_case(name, "Host")) {
            if (++hosts > 1) return refuse(400, "more than one Host");
            if (!read_host(value)) return false;
        } else if (equals_ignoring_case(name, "Content-Length")) {
            if (++lengths > 1) return refuse(400, "more than one Content-Length");
            content_length_ = parse_length(value);
            if (!content_length_) return refuse(400, "bad Content-Length");
        } else if (equals_ignoring_case(name, "Transfer-Encoding")) {
            if (++encodings > 1) return refuse(400, "more than one Transfer-Encoding");
            if (!read_transfer_encoding(value)) return false;
        } else if (equals_ignoring_case(name, "Expect")) {
            if (!equals_ignoring_case(value, "100-continue")) return refuse(417, "expectation that is not known");
            expects_continue_ = !http10_;
        }
    }
    if (hosts == 0 && !http10_) return refuse(400, "no Host");
    if (lengths > 0 && encodings > 0) return refuse(400, "both Content-Length and Transfer-Encoding");
    has_body_ = chunked_ || content_length_.value_or(0) > 0;
    return true;
}

bool RequestReader::read_transfer_encoding(std::string_view value) {
    if (http10_) return refuse(400, "Transfer-Encoding in HTTP/1.0");
    if (!equals_ignoring_case(value, "chunked")) return refuse(501, "transfer coding that is not known");
    chunked_ = true;
    return true;
}

bool RequestReader::read_host(std::string_view value) {
    if (!valid_host(value)) return refuse(400, "bad Host");
    request_->host.assign(value);
    for (char& c : request_->host) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return true;
}

bool RequestReader::read_target() {
    std::string& target = request_->target;
    if (target.size() > limits_.target_bytes) return refuse(414, "the address is over its limit");
    if (target == "*" && request_->method == Method::Options) {
        request_->path = "*";
        return true;
    }
    // Absolute form (RFC 9112 §3.2.2): the host in it wins over the field.
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        const std::size_t end = std::min(target.find_first_of("/?", scheme.size()), target.size());
        const std::string authority = target.substr(scheme.size(), end - scheme.size());
        if (!read_host(authority)) return false;
        target.erase(0, end);
        if (!target.starts_with('/')) target.insert(0, "/");
    }
    if (target.find('#') != std::string::npos) return refuse(400, "fragment in the address");
    const std::size_t mark = std::min(target.find('?'), target.size());
    if (auto decoded = decode_path_into(std::string_view(target).substr(0, mark), request_->path); !decoded) {
        return refuse(400, std::move(decoded.error().detail));
    }
    if (mark + 1 >= target.size()) return true;
    auto query = parse_urlencoded(std::string_view(target).substr(mark + 1), limits_.query);
    if (!query) return refuse(400, "query: " + query.error().detail);
    request_->query = *std::move(query);
    return true;
}

void RequestReader::read_body(std::string& into, std::uint64_t limit) {
    ASSERT(state_ == State::HeadDone);
    sink_ = &into;
    body_limit_ = limit;
    if (content_length_.value_or(0) > limit) {
        refuse(413, "the announced body is over its limit");
        return;
    }
    state_ = has_body_ ? State::Body : State::Done;
}

void RequestReader::read_body_in_memory(std::uint64_t limit) {
    read_body(request_->body_, limit);
    if (content_length_ && state_ == State::Body) {
        constexpr std::uint64_t kTrusted = 65536;  // what a client announces is not yet sent
        request_->body_.reserve(static_cast<std::size_t>(std::min(*content_length_, kTrusted)));
    }
}

std::size_t RequestReader::feed_body(std::string_view bytes) {
    std::size_t used = 0;
    if (chunked_) {
        used = chunks_.feed(bytes, [this](std::string_view part) { return take_body(part); });
        if (chunks_.state() == ChunkDecoder::State::Bad) refuse(400, "malformed chunked body");
    } else {
        used = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), *content_length_ - body_bytes_));
        if (!take_body(bytes.substr(0, used))) return used;
    }
    const bool whole = chunked_ ? chunks_.state() == ChunkDecoder::State::Done : body_bytes_ == *content_length_;
    if (state_ == State::Bad || !whole) return used;
    state_ = State::Done;
    if (sink_ == &request_->body_) request_->body = request_->body_;
    return used;
}

bool RequestReader::take_body(std::string_view bytes) {
    body_bytes_ += bytes.size();
    if (body_bytes_ > body_limit_) return refuse(413, "the body is over its limit");
    sink_->append(bytes);
    return true;
}

base::Result<std::unique_ptr<Request>> make_request(std::string_view head, std::string_view body) {
    auto request = std::make_unique<Request>();
    std::string text(head);
    const bool has_host = text.find("\r\nHost:") != std::string::npos;
    const bool has_length = text.find("\r\nContent-Length:") != std::string::npos;
    if (!has_host) text += "Host: localhost\r\n";
    if (!has_length && !body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    ReaderLimits limits;
    RequestReader reader(limits);
    reader.begin(*request);
    (void)reader.feed(text);
    if (reader.state() == RequestReader::State::HeadDone) {
        reader.read_body_in_memory(body.size());
        (void)reader.feed(body);
    }
    if (reader.state() == RequestReader::State::Bad) return std::unexpected(reader.refusal().error);
    if (reader.state() != RequestReader::State::Done)
        return base::fail(base::Code::Invalid, "the request is not whole");
    const std::string boundary = multipart_boundary(request->header("Content-Type").value_or(""));
    if (boundary.empty()) return request;
    MultipartReader parts(boundary, UploadLimits{}, std::filesystem::temp_directory_path());
    TRY(parts.write(request->body));
    request->multipart_ = std::make_unique<Multipart>(TRY(parts.finish()));
    request->body = {};
    return request;
}

}  // namespace beffroi::http
