#include "http/link.hpp"

#include <utility>

namespace beffroi::http {

namespace {

constexpr std::uint16_t kGoingAway = 1001;
constexpr std::uint16_t kNoCode = 1005;
constexpr std::chrono::milliseconds kFarewell(2'000);  // for the client's own close frame
constexpr int kSilences = 3;

}  // namespace

Link::Link(LinkBody body, Framing framing)
    : body_(std::move(body)), state_(body_.outlet->state()), framing_(framing), reader_(state_->options.message_bytes) {
    std::lock_guard lock(state_->mutex);
    state_->framing = framing;
}

Link::~Link() {
    closed();
}

void Link::open(std::function<void()> wake, SteadyTime now) {
    heard_ = progress_ = now;
    {
        std::lock_guard lock(state_->mutex);
        state_->wake = std::move(wake);
    }
    body_.user->on_open();
}

void Link::awake() {
    std::lock_guard lock(state_->mutex);
    state_->woken = false;
}

// Fills current_ with what comes next: control frames first, then the queue, the close frame last.
void Link::take_next() {
    if (close_sent_) return;
    if (!control_.empty()) {
        current_.head = std::exchange(control_, {});
        writing_ = true;
        return;
    }
    if (!closing_) {
        std::lock_guard lock(state_->mutex);
        if (!state_->queue.empty()) {
            current_ = std::move(state_->queue.front());
            state_->queue.pop_front();
            state_->bytes -= current_.size();
            writing_ = true;
            return;
        }
        if (state_->open) return;
        code_ = state_->close_code;
        if (framing_ == Framing::Plain) {
            done_ = true;
            return;
        }
        const std::string payload = close_payload(state_->close_code, state_->close_reason);
        append_frame_head(close_frame_, Opcode::Close, payload.size());
        close_frame_ += payload;
        closing_ = true;
    }
    current_.head = std::exchange(close_frame_, {});
    writing_ = true;
    close_sent_ = true;
}

bool Link::next(std::string_view& first, std::string_view& second, SteadyTime now) {
    if (done_) return false;
    if (!writing_) {
        take_next();
        maybe_room();
        if (!writing_) return false;
        progress_ = now;
    }
    first = sent_ < current_.head.size() ? std::string_view(current_.head).substr(sent_) : std::string_view{};
    second = current_.body.view();
    if (sent_ > current_.head.size()) second.remove_prefix(sent_ - current_.head.size());
    return true;
}

void Link::maybe_room() {
    {
        std::lock_guard lock(state_->mutex);
        if (!state_->wants_room || state_->bytes > state_->options.queue_bytes / 2) return;
        state_->wants_room = false;
    }
    body_.user->on_room();
}

void Link::wrote(std::size_t bytes, SteadyTime now) {
    progress_ = now;
    sent_ += bytes;
    if (sent_ < current_.size()) return;
    current_ = {};
    sent_ = 0;
    writing_ = false;
    if (!close_sent_) return;
    closed_at_ = now;
    if (close_received_) done_ = true;
}

void Link::received(std::string_view bytes, SteadyTime now) {
    heard_ = now;
    pinged_ = false;
    if (framing_ == Framing::Plain) return;  // nothing is expected
    while (!bytes.empty() && !close_received_ && !done_) understand(reader_.feed(bytes));
}

void Link::understand(FrameReader::Event event) {
    switch (event) {
        case FrameReader::Event::NeedMore:
            return;
        case FrameReader::Event::Text:
            if (!closing_) body_.user->on_text(reader_.payload());
            return;
        case FrameReader::Event::Binary:
            if (!closing_) body_.user->on_binary(reader_.payload());
            return;
        case FrameReader::Event::Ping:
            // Only the latest is owed an answer (RFC 6455 §5.5.3): a flood of them takes no memory.
            control_.clear();
            append_frame_head(control_, Opcode::Pong, reader_.payload().size());
            control_ += reader_.payload();
            return;
        case FrameReader::Event::Pong:
            return;
        case FrameReader::Event::Close:
            close_received_ = true;
            code_ = reader_.code();
            if (close_sent_ && !writing_) {
                done_ = true;
            } else if (!close_sent_) {
                begin_close(reader_.code() == kNoCode ? 0 : reader_.code(), {});
            }
            return;
        case FrameReader::Event::Bad:
            close_received_ = true;  // nothing more can be read
            code_ = reader_.code();
            if (close_sent_) {
                done_ = !writing_;
            } else {
                begin_close(reader_.code(), {});
            }
            return;
    }
}

// What waits in the queue no longer matters: the client is leaving.
void Link::begin_close(std::uint16_t code, std::string_view reason) {
    if (closing_) return;
    closing_ = true;
    const std::string payload = close_payload(code, reason);
    append_frame_head(close_frame_, Opcode::Close, payload.size());
    close_frame_ += payload;
    std::lock_guard lock(state_->mutex);
    state_->open = false;
}

bool Link::check(SteadyTime now) {
    const OutletOptions& limits = state_->options;
    if (writing_) return now - progress_ < limits.stall;
    if (close_sent_) return now - closed_at_ < kFarewell;
    if (framing_ == Framing::Plain) return true;
    if (now - heard_ > limits.ping_after * kSilences) return false;
    if (now - heard_ > limits.ping_after && !pinged_) {
        pinged_ = true;
        append_frame_head(control_, Opcode::Ping, 0);
    }
    return true;
}

void Link::go_away() {
    std::deque<Outlet::State::Entry> dropped;  // freed without the lock
    {
        std::lock_guard lock(state_->mutex);
        state_->queue.swap(dropped);
        state_->bytes = 0;
    }
    if (framing_ == Framing::Plain) {
        done_ = true;
        return;
    }
    begin_close(kGoingAway, {});
}

void Link::closed() {
    if (std::exchange(told_, true)) return;
    std::deque<Outlet::State::Entry> dropped;
    {
        std::lock_guard lock(state_->mutex);
        state_->gone = true;
        state_->open = false;
        state_->wake = nullptr;
        state_->queue.swap(dropped);
        state_->bytes = 0;
    }
    body_.user->on_closed(code_);
}

}  // namespace beffroi::http
