// The parts of a session's life that most requests never see: files sent by the kernel, answers that come later,
// connections that are handed over to an outlet.
#include <utility>

#include "http/boundary.hpp"
#include "http/session.hpp"

namespace beffroi::http {

namespace {

// What one job of a worker sends at most, so that a fast client leaves room for others.
constexpr std::uint64_t kSendBatch = std::uint64_t{4} << 20U;

}  // namespace

// The worker gives bytes to the socket until that is full: it may wait for the disk, never for the client. The network
// thread waits for the client, and holds no memory meanwhile.
void Session::send_pieces() {
    if (!raw_) raw_ = OpenFile(connection_->duplicate());
    if (!raw_) return close_now();
    out_.clear();
    tail_ = {};
    busy_ = true;
    shared_.workers.submit([self = shared_from_this()]() mutable {
        const PieceSource::Sent sent = self->reply_.source.send(self->raw_.descriptor(), kSendBatch);
        net::Loop& loop = self->context_.loop;
        loop.post([self = std::move(self), sent] { self->pieces_sent(sent); });
    });
}

void Session::pieces_sent(PieceSource::Sent sent) {
    busy_ = false;
    context_.counters.bytes_out.fetch_add(sent.bytes, std::memory_order_relaxed);
    if (phase_ != Phase::Writing) {
        raw_ = OpenFile();
        return;
    }
    // The time in the worker is not the client's.
    if (sent.bytes > 0) {
        phase_since_ = std::chrono::steady_clock::now();
        phase_bytes_ = 0;
    }
    switch (sent.state) {
        case PieceSource::Sent::State::More:
            return reply_.has_source() ? send_pieces() : finish_request();
        case PieceSource::Sent::State::Full:
            return connection_->wait_writable(shared_from_this());
        case PieceSource::Sent::State::Failed:
            shared_.log.error("answer broken off", {{"path", request_.path}});
            return close_now();
        case PieceSource::Sent::State::Gone:
            return close_now();
    }
}

void Session::await_answer() {
    LaterBody body = std::get<LaterBody>(std::move(reply_.response.body));
    reply_ = Reply();
    pending_ = std::make_shared<PendingAnswer>();
    pending_->session = shared_from_this();
    pending_until_ = std::chrono::steady_clock::now() + body.limit;
    auto give = [pending = pending_](Response response) {
        std::shared_ptr<Session> self = pending->take();
        if (!self) return;
        net::Loop& loop = self->context_.loop;
        auto answer = std::make_shared<Response>(std::move(response));
        loop.post([self = std::move(self), pending, answer] {
            // Gone or timed out meanwhile, and perhaps already at another request.
            if (self->pending_ != pending) return;
            self->pending_.reset();
            self->answer_now(std::move(*answer));
        });
    };
    try {
        body.start(std::move(give));
    } catch (const std::exception& failure) {
        give_up_waiting();
        const base::Error error{base::Code::Internal, failure.what(), {}};
        answer_now(error_answer(request_, shared_.error_page, error, 0, &shared_.log));
    }
}

void Session::answer_now(Response response) {
    if (phase_ != Phase::Handling) return;
    reply_ = make_reply(request_, std::move(response), shared_.error_page, &shared_.log);
    send_reply();
}

void Session::give_up_waiting() {
    if (auto pending = std::exchange(pending_, nullptr)) (void)pending->take();
}

// The head is out; from here on the connection is the outlet's until it ends.
void Session::link_up() {
    LinkBody body = std::get<LinkBody>(std::move(reply_.response.body));
    const Framing framing = reply_.response.status == 101 ? Framing::WebSocket : Framing::Plain;
    count_request();
    reply_ = Reply();
    out_ = {};
    tail_ = {};
    phase_ = Phase::Linked;
    context_.links.fetch_add(1, std::memory_order_relaxed);
    link_ = std::make_unique<Link>(std::move(body), framing);
    const auto now = std::chrono::steady_clock::now();
    // A session ends on its own thread: the wake-up holds it weakly, and only looks at it there.
    link_->open(
        [weak = weak_from_this(), &loop = context_.loop] {
            loop.post([weak] {
                const auto self = weak.lock();
                if (!self || self->phase_ != Phase::Linked) return;
                self->link_->awake();
                self->pump_link();
            });
        },
        now);
    if (in_begin_ < in_end_) {
        const std::string_view early(in_.data() + in_begin_, in_end_ - in_begin_);
        in_begin_ = in_end_ = 0;
        link_->received(early, now);
    }
    read_more();
    pump_link();
}

void Session::pump_link() {
    if (phase_ != Phase::Linked || link_writing_) return;
    std::string_view first;
    std::string_view second;
    if (link_->next(first, second, std::chrono::steady_clock::now())) {
        link_writing_ = true;
        return connection_->write_some(first, second, shared_from_this());
    }
    if (!link_->done()) return;
    link_->closed();
    link_.reset();
    context_.links.fetch_sub(1, std::memory_order_relaxed);
    // A read is under way: the peer closes first, or is closed soon. TLS can't be shut down beside a read.
    phase_ = Phase::Lingering;
    phase_since_ = std::chrono::steady_clock::now();
    close_way_ = CloseWay::Linger;
    if (!connection_->is_tls()) connection_->shutdown(shared_from_this());
}

void Session::link_received(std::size_t bytes) {
    in_end_ += bytes;
    const std::string_view got(in_.data() + in_begin_, in_end_ - in_begin_);
    in_begin_ = in_end_ = 0;
    link_->received(got, std::chrono::steady_clock::now());
    pump_link();
    if (phase_ == Phase::Linked) read_more();
}

void Session::check_link(SteadyTime now) {
    if (!link_->check(now)) {
        context_.counters.timed_out.fetch_add(1, std::memory_order_relaxed);
        return close_now();
    }
    pump_link();
}

}  // namespace beffroi::http
