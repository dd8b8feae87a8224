#include "http/session.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <sys/socket.h>

#include "base/text.hpp"
#include "http/boundary.hpp"
#include "http/encoding.hpp"

namespace beffroi::http {

namespace {

constexpr std::size_t kSmallBuffer = 8U * 1024U;
constexpr std::size_t kBodyBuffer = 64U * 1024U;
constexpr std::size_t kUploadBatch = 256U * 1024U;
// One TLS record: header and the beginning of the body go out in one piece.
constexpr std::size_t kFirstPiece = 16U * 1024U;

void append_hex(std::string& out, std::size_t number) {
    char text[16];
    std::size_t at = sizeof text;
    do {
        text[--at] = "0123456789abcdef"[number & 15U];
        number >>= 4U;
    } while (number > 0);
    out.append(text + at, sizeof text - at);
}

bool looks_like_address(std::string_view text) {
    return !text.empty() && text.size() <= 45 && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    });
}

void add(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) {
    counter.fetch_add(n, std::memory_order_relaxed);
}

}  // namespace

Session::Session(LoopContext& context, std::unique_ptr<net::Connection> connection)
    : context_(context),
      shared_(context.shared),
      connection_(std::move(connection)),
      phase_since_(std::chrono::steady_clock::now()),
      in_(kSmallBuffer),
      reader_(context.shared.reader_limits) {
    next_ = context_.first;
    if (next_ != nullptr) next_->previous_ = this;
    context_.first = this;
    std::lock_guard lock(shared_.mutex);
    ++shared_.sessions;
}

Session::~Session() {
    (previous_ != nullptr ? previous_->next_ : context_.first) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    connection_.reset();
    std::lock_guard lock(shared_.mutex);
    if (--shared_.sessions == 0) shared_.all_gone.notify_all();
}

void Session::start() {
    connection_->handshake(shared_from_this());
}

void Session::on_handshake(net::IoStatus status) {
    if (phase_ == Phase::Closed) return;
    if (status != net::IoStatus::Ok) return close_now();
    // The header's time limit counts from the connection on, handshake included.
    begin_request();
    phase_ = Phase::Head;
    read_more();
}

void Session::begin_request() {
    reader_.begin(request_);
    route_ = nullptr;
    upload_.reset();
    batch_ = {};
    phase_ = Phase::Idle;
    phase_bytes_ = 0;
}

void Session::read_more() {
    if (reading_ || phase_ == Phase::Closed) return;
    if (in_begin_ == in_end_) {
        in_begin_ = in_end_ = 0;
    } else if (in_begin_ > 0 && in_end_ == in_.size()) {
        std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
        in_end_ -= in_begin_;
        in_begin_ = 0;
    }
    if (phase_ == Phase::Body && in_.size() < kBodyBuffer) in_.resize(kBodyBuffer);
    reading_ = true;
    connection_->read_some(std::span(in_).subspan(in_end_), shared_from_this());
}

void Session::on_read(net::IoStatus status, std::size_t bytes) {
    reading_ = false;
    add(context_.counters.bytes_in, bytes);
    switch (phase_) {
        case Phase::Closed:
        case Phase::Handshake:
            return;
        case Phase::Lingering:
            if (status != net::IoStatus::Ok) return close_now();
            in_begin_ = in_end_ = 0;
            return read_more();
        case Phase::Linked:
            if (status != net::IoStatus::Ok) return close_now();
            return link_received(bytes);
        case Phase::Handling:
        case Phase::Writing:
            return;  // after a time-out was answered: what comes no longer counts
        case Phase::Idle:
        case Phase::Head:
        case Phase::Body:
            break;
    }
    if (status != net::IoStatus::Ok) return close_now();
    in_end_ += bytes;
    if (phase_ == Phase::Body) phase_bytes_ += bytes;
    process();
}

// Goes on with what is in the buffer.
void Session::process() {
    while (phase_ == Phase::Idle || phase_ == Phase::Head) {
        if (in_begin_ == in_end_) return read_more();
        if (phase_ == Phase::Idle) {
            phase_ = Phase::Head;
            phase_since_ = std::chrono::steady_clock::now();
        }
        if (!process_head()) return;
    }
    if (phase_ == Phase::Body) process_body();
}

// True: there may be more to do at once.
bool Session::process_head() {
    in_begin_ += reader_.feed({in_.data() + in_begin_, in_end_ - in_begin_});
    switch (reader_.state()) {
        case RequestReader::State::Head:
            read_more();
            return false;
        case RequestReader::State::Bad:
            request_since_ = phase_since_;
            refuse_malformed();
            return false;
        case RequestReader::State::HeadDone:
        case RequestReader::State::Body:
        case RequestReader::State::Done:
            after_head();
            return true;
    }
    return false;
}

void Session::after_head() {
    request_since_ = std::chrono::steady_clock::now();
    set_client();
    close_after_ = !reader_.keep_alive() || shared_.draining.load(std::memory_order_relaxed);
    if (auto refusal = check_request()) return refuse(*refusal);
    const Router::Match match = shared_.router.match(request_);
    route_ = match.route;
    if (route_ == nullptr) return answer(no_route_answer(request_, match, shared_.error_page, &shared_.log));
    if (route_->options.admit) {
        std::optional<Response> ending;
        try {
            ending = route_->options.admit(request_);
        } catch (const base::Failure& failure) {
            ending = error_answer(request_, shared_.error_page, failure.error(), 0, &shared_.log);
        } catch (const std::exception& failure) {
            const base::Error error{base::Code::Internal, failure.what(), {}};
            ending = error_answer(request_, shared_.error_page, error, 0, &shared_.log);
        }
        if (ending) return answer(*std::move(ending));
    }
    begin_body();
}

void Session::set_client() {
    request_.remote = connection_->remote_address();
    request_.is_tls = connection_->is_tls();
    const auto& trusted = shared_.options.trusted_proxies;
    if (trusted.empty() || std::ranges::find(trusted, request_.remote) == trusted.end()) return;
    request_.is_tls = request_.is_tls || request_.header("X-Forwarded-Proto").value_or("") == "https";
    // The list grows to the right: the first address from the right that is not one of our proxies is the client.
    std::string_view hops = request_.header("X-Forwarded-For").value_or("");
    while (!hops.empty()) {
        const std::size_t comma = hops.rfind(',');
        const std::string_view hop = base::trim(comma == std::string_view::npos ? hops : hops.substr(comma + 1));
        hops = comma == std::string_view::npos ? std::string_view{} : hops.substr(0, comma);
        if (!looks_like_address(hop)) return;
        request_.remote = hop;
        if (std::ranges::find(trusted, hop) == trusted.end()) return;
    }
}

std::optional<Refusal> Session::check_request() const {
    const auto& hosts = shared_.options.hosts;
    if (!hosts.empty()) {
        const std::string_view host = request_.host;
        const std::size_t after_name =
            host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
        if (std::ranges::find(hosts, host.substr(0, after_name)) == hosts.end()) {
            return Refusal{.status = 421, .error = {base::Code::NotFound, "host that is not served here", {}}};
        }
    }
    return std::nullopt;
}

void Session::begin_body() {
    if (!reader_.has_body()) {
        reader_.read_body_in_memory(0);
        return dispatch();
    }
    const RouteOptions& options = route_->options;
    const std::string_view type = request_.header("Content-Type").value_or("");
    const std::string boundary = multipart_boundary(type);
    if (!boundary.empty() && options.uploads) {
        upload_ = std::make_unique<MultipartReader>(boundary, *options.uploads, shared_.upload_folder);
        reader_.read_body(batch_, options.uploads->total_bytes);
    } else if (type.starts_with("multipart/")) {
        const base::Error error{base::Code::Invalid, "no such multipart body is taken here", {}};
        return refuse({.status = 415, .error = error});
    } else {
        reader_.read_body_in_memory(options.body_limit);
    }
    if (reader_.state() == RequestReader::State::Bad) return refuse(reader_.refusal());
    phase_ = Phase::Body;
    phase_since_ = request_since_;
    phase_bytes_ = in_end_ - in_begin_;
    if (reader_.expects_continue() && in_begin_ == in_end_) {
        // The read goes on meanwhile: one read and one write may be under way.
        continue_pending_ = true;
        connection_->write_some("HTTP/1.1 100 Continue\r\n\r\n", {}, shared_from_this());
    }
}

void Session::process_body() {
    if (busy_) return;
    if (reader_.state() == RequestReader::State::Body && in_begin_ < in_end_) {
        in_begin_ += reader_.feed({in_.data() + in_begin_, in_end_ - in_begin_});
    }
    switch (reader_.state()) {
        case RequestReader::State::Bad:
            if (reader_.refusal().status == 400) add(context_.counters.malformed);
            return refuse(reader_.refusal());
        case RequestReader::State::Done:
            return upload_ ? store_batch() : dispatch();
        case RequestReader::State::Head:
        case RequestReader::State::HeadDone:
        case RequestReader::State::Body:
            if (upload_ && batch_.size() >= kUploadBatch) return store_batch();
            return read_more();
    }
}

// Files are written by a worker; nothing more is read meanwhile.
void Session::store_batch() {
    busy_ = true;
    shared_.workers.submit([self = shared_from_this()]() mutable {
        base::Status status = self->upload_->write(self->batch_);
        self->batch_.clear();
        if (status && self->reader_.state() == RequestReader::State::Done) {
            auto form = self->upload_->finish();
            if (form) {
                self->request_.multipart_ = std::make_unique<Multipart>(*std::move(form));
            } else {
                status = std::unexpected(std::move(form.error()));
            }
        }
        net::Loop& loop = self->context_.loop;
        loop.post([self = std::move(self), status = std::move(status)] { self->batch_stored(status); });
    });
}

void Session::batch_stored(base::Status status) {
    busy_ = false;
    if (phase_ != Phase::Body) return;
    if (!status) return refuse({.status = status_of(status.error().code), .error = std::move(status.error())});
    if (reader_.state() == RequestReader::State::Done) {
        upload_.reset();
        return dispatch();
    }
    process_body();
}

void Session::dispatch() {
    phase_ = Phase::Handling;
    add(context_.counters.in_flight);
    if (route_->options.where == Where::IoThread) {
        reply_ = make_reply(request_, call_handler(*route_, request_, shared_.error_page, &shared_.log),
                            shared_.error_page, &shared_.log);
        return send_reply();
    }
    if (shared_.workers.try_submit([self = shared_from_this()]() mutable {
            self->run_on_worker();
            net::Loop& loop = self->context_.loop;
            // The loop gets the last reference: a session ends on its own thread.
            loop.post([self = std::move(self)] { self->send_reply(); });
        })) {
        return;
    }
    add(context_.counters.rejected_busy);
    const base::Error error{base::Code::Unavailable, "all workers are busy", {}};
    Response response = error_answer(request_, shared_.error_page, error, 503, nullptr);
    response.header("Retry-After", "2");
    reply_ = make_reply(request_, std::move(response), shared_.error_page, &shared_.log);
    send_reply();
}

void Session::run_on_worker() {
    reply_ = make_reply(request_, call_handler(*route_, request_, shared_.error_page, &shared_.log), shared_.error_page,
                        &shared_.log);
}

// An answer before the body was read, or without a handler.
void Session::answer(Response response) {
    if (reader_.state() != RequestReader::State::Done && reader_.has_body()) {
        close_after_ = true;
        close_way_ = CloseWay::Linger;
    }
    phase_ = Phase::Handling;
    add(context_.counters.in_flight);
    reply_ = make_reply(request_, std::move(response), shared_.error_page, &shared_.log);
    send_reply();
}

void Session::refuse(const Refusal& refusal) {
    close_after_ = true;
    close_way_ = CloseWay::Linger;
    upload_.reset();
    answer(error_answer(request_, shared_.error_page, refusal.error, refusal.status, &shared_.log));
}

// The request is not known well enough to draw a page about it.
void Session::refuse_malformed() {
    add(context_.counters.malformed);
    const Refusal& refusal = reader_.refusal();
    if (shared_.log.enabled(base::Level::Debug)) {
        shared_.log.debug("malformed request",
                          {{"remote", connection_->remote_address()}, {"detail", refusal.error.detail}});
    }
    close_after_ = true;
    close_way_ = CloseWay::Linger;
    answer(error_answer(request_, nullptr, refusal.error, refusal.status, nullptr));
}

void Session::send_reply() {
    if (phase_ != Phase::Handling) return;  // closed while a worker was at it
    if (reply_.is_later()) return await_answer();
    phase_ = Phase::Writing;
    phase_since_ = std::chrono::steady_clock::now();
    phase_bytes_ = 0;
    const bool http10 = reader_.is_http10();
    // Ends with the connection.
    const bool endless = reply_.send_body && ((reply_.is_stream() && http10) || reply_.is_link());
    close_after_ = close_after_ || endless || shared_.draining.load(std::memory_order_relaxed);
    replied_chunked_ = reply_.is_stream() && !http10;
    const KeepAlive keep = close_after_ ? KeepAlive::No : KeepAlive::Yes;
    out_.clear();
    append_head(out_, reply_, shared_.fixed, context_.date(), keep, http10);
    tail_ = reply_.memory();
    const std::size_t beside = std::min(tail_.size(), kFirstPiece - std::min(kFirstPiece, out_.size()));
    out_.append(tail_.substr(0, beside));
    tail_.remove_prefix(beside);
    if (!continue_pending_) write_next();
}

void Session::write_next() {
    const std::string_view first = std::string_view(out_).substr(out_sent_);
    connection_->write_some(first, tail_, shared_from_this());
}

void Session::on_written(net::IoStatus status, std::size_t bytes) {
    add(context_.counters.bytes_out, bytes);
    if (phase_ == Phase::Closed) return;
    if (status != net::IoStatus::Ok) return close_now();
    if (phase_ == Phase::Linked) {
        link_writing_ = false;
        link_->wrote(bytes, std::chrono::steady_clock::now());
        return pump_link();
    }
    if (continue_pending_) {  // short enough to go out whole
        continue_pending_ = false;
        if (phase_ == Phase::Writing) write_next();
        return;
    }
    if (phase_ != Phase::Writing) return;
    phase_bytes_ += bytes;
    const std::size_t of_first = std::min(bytes, out_.size() - out_sent_);
    out_sent_ += of_first;
    tail_.remove_prefix(bytes - of_first);
    if (out_sent_ < out_.size() || !tail_.empty()) return write_next();
    out_sent_ = 0;
    if (reply_.is_link() && (reply_.send_body || reply_.response.status == 101)) return link_up();
    if (reply_.has_source()) return fetch_piece();
    finish_request();
}

void Session::fetch_piece() {
    if (reply_.source.left() > 0 && !connection_->is_tls()) return send_pieces();
    busy_ = true;
    shared_.workers.submit([self = shared_from_this()]() mutable {
        std::string piece;
        const bool good = self->reply_.next_piece(piece);
        net::Loop& loop = self->context_.loop;
        loop.post([self = std::move(self), good, piece = std::move(piece)]() mutable {
            self->piece_ready(good, std::move(piece));
        });
    });
}

void Session::piece_ready(bool good, std::string piece) {
    busy_ = false;
    if (phase_ != Phase::Writing) return;
    if (!good) {
        shared_.log.error("answer broken off", {{"path", loggable(request_.path)}});
        return close_now();
    }
    // The time in the worker is not the client's.
    phase_since_ = std::chrono::steady_clock::now();
    phase_bytes_ = 0;
    if (!replied_chunked_) {
        out_ = std::move(piece);
    } else {
        out_.clear();
        if (!piece.empty()) {
            append_hex(out_, piece.size());
            out_ += "\r\n";
            out_ += piece;
            out_ += "\r\n";
        }
        if (!reply_.has_source()) out_ += "0\r\n\r\n";
    }
    tail_ = {};
    if (out_.empty()) return reply_.has_source() ? fetch_piece() : finish_request();
    write_next();
}

void Session::finish_request() {
    count_request();
    reply_ = Reply();
    raw_ = OpenFile();
    constexpr std::size_t kWorthKeeping = 2 * kFirstPiece;
    if (out_.capacity() > kWorthKeeping) out_ = {};
    tail_ = {};
    if (close_after_) return begin_close();
    begin_request();
    phase_since_ = std::chrono::steady_clock::now();
    if (in_begin_ == in_end_ && in_.size() > kSmallBuffer) {
        in_ = std::vector<char>(kSmallBuffer);
        in_begin_ = in_end_ = 0;
    }
    process();
}

void Session::count_request() {
    auto& counters = context_.counters;
    counters.in_flight.fetch_sub(1, std::memory_order_relaxed);
    const int status = reply_.response.status;
    add(counters.by_class[static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)]);
    const auto took = std::chrono::steady_clock::now() - request_since_;
    const double seconds = std::chrono::duration<double>(took).count();
    const auto* bucket = std::ranges::lower_bound(ServerStats::kLatencyBounds, seconds);
    add(counters.latency[static_cast<std::size_t>(bucket - ServerStats::kLatencyBounds.begin())]);
    add(counters.latency_us,
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    if (!shared_.log.enabled(base::Level::Debug)) return;
    shared_.log.debug("request", {{"method", method_name(request_.method)},
                                  {"path", loggable(request_.path)},
                                  {"status", std::to_string(status)},
                                  {"ms", std::to_string(seconds * 1000)},
                                  {"remote", request_.remote}});
}

void Session::begin_close() {
    phase_ = Phase::Lingering;
    phase_since_ = std::chrono::steady_clock::now();
    phase_bytes_ = 0;
    if (close_way_ == CloseWay::Politely && in_begin_ == in_end_ && !reading_) {
        return connection_->shutdown(shared_from_this());
    }
    // Closing with bytes unread would reset the connection and could take the answer from the client (RFC 9112 §9.6).
    in_begin_ = in_end_ = 0;
    close_way_ = CloseWay::Linger;
    if (!connection_->is_tls()) return connection_->shutdown(shared_from_this());
    read_more();
}

void Session::on_shutdown() {
    if (phase_ != Phase::Lingering || close_way_ == CloseWay::Politely) return close_now();
    read_more();
}

void Session::close_now() {
    if (phase_ == Phase::Closed) return;
    const auto self =
        pending_ ? shared_from_this() : nullptr;  // what waits for an answer may be held by that wait alone
    if (phase_ == Phase::Handling || phase_ == Phase::Writing) {
        context_.counters.in_flight.fetch_sub(1, std::memory_order_relaxed);
    }
    if (link_) {
        context_.links.fetch_sub(1, std::memory_order_relaxed);
        link_->closed();
    }
    give_up_waiting();
    phase_ = Phase::Closed;
    // The worker that is sending holds the socket open: end the connection itself.
    if (raw_) ::shutdown(raw_.descriptor(), SHUT_RDWR);
    connection_->close();
}

Session::SteadyTime Session::deadline() const {
    const Timeouts& limits = shared_.options.timeouts;
    const std::chrono::milliseconds by_rate(phase_bytes_ * 1000 / std::max<std::uint64_t>(limits.minimum_rate, 1));
    switch (phase_) {
        case Phase::Handshake:
        case Phase::Head:
            return phase_since_ + limits.header;
        case Phase::Idle:
            return phase_since_ + limits.idle;
        case Phase::Body:
        case Phase::Writing:
            return busy_ ? SteadyTime::max() : phase_since_ + limits.body + by_rate;
        case Phase::Lingering:
            return phase_since_ + limits.linger;
        case Phase::Handling:
            return pending_ ? pending_until_ : SteadyTime::max();
        case Phase::Linked:
        case Phase::Closed:
            return SteadyTime::max();
    }
    return SteadyTime::max();
}

void Session::check(SteadyTime now) {
    const bool makes_room = phase_ == Phase::Idle && shared_.crowded.load(std::memory_order_relaxed) &&
                            now - phase_since_ > std::chrono::seconds(1);
    if (makes_room) return close_now();
    if (phase_ == Phase::Linked) return check_link(now);
    if (now >= deadline()) time_out();
}

void Session::time_out() {
    const auto self = shared_from_this();  // what waits for an answer may be held by that wait alone
    if (phase_ == Phase::Handling) {
        give_up_waiting();
        const base::Error late{base::Code::Unavailable, "the answer did not come in time", {}};
        return answer_now(error_answer(request_, shared_.error_page, late, 503, nullptr));
    }
    if (phase_ != Phase::Idle && phase_ != Phase::Lingering) add(context_.counters.timed_out);
    if (!has_begun()) return close_now();
    request_since_ = phase_since_;
    close_after_ = true;
    close_way_ = CloseWay::Linger;
    const base::Error error{base::Code::Invalid, "the request took too long to come", {}};
    answer(error_answer(request_, phase_ == Phase::Body ? shared_.error_page : nullptr, error, 408, &shared_.log));
}

const std::string& LoopContext::date() {
    const std::int64_t second = shared.clock.now().ms / 1000;
    if (second != date_second) {
        date_second = second;
        date_text = http_date(base::Timestamp{second * 1000});
    }
    return date_text;
}

void LoopContext::check_time_limits() {
    const auto now = std::chrono::steady_clock::now();
    for (Session* session = first; session != nullptr;) {
        Session* next = session->next_;
        session->check(now);
        session = next;
    }
}

void LoopContext::drain() {
    for (Session* session = first; session != nullptr;) {
        Session* next = session->next_;
        const bool waiting = session->phase_ == Session::Phase::Idle || session->phase_ == Session::Phase::Head ||
                             session->phase_ == Session::Phase::Handshake;
        if (waiting && !session->has_begun()) session->close_now();
        if (session->phase_ == Session::Phase::Linked) {
            session->link_->go_away();
            session->pump_link();
        }
        if (session->pending_ != nullptr) session->time_out();
        session = next;
    }
}

void LoopContext::close_all() {
    for (Session* session = first; session != nullptr;) {
        Session* next = session->next_;
        session->close_now();
        session = next;
    }
}

}  // namespace beffroi::http
