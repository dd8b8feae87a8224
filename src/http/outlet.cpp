#include "http/outlet.hpp"

#include <algorithm>
#include <utility>

#include "http/link.hpp"

namespace beffroi::http {

Outlet::Outlet(const OutletOptions& options) : state_(std::make_shared<State>(options)) {}
Outlet::~Outlet() {
    close();
}

void Outlet::State::wake_up() {
    if (woken || !wake) return;
    woken = true;
    wake();
}

Outlet::Put Outlet::put(std::string_view head, SharedBytes body, Bound bound) {
    State& state = *state_;
    std::lock_guard lock(state.mutex);
    if (!state.open || state.gone) return Put::Closed;
    const std::size_t size = head.size() + body.size;
    const bool full = state.bytes + size > state.options.queue_bytes && !state.queue.empty();
    if (full && bound == Bound::Respect) {
        state.wants_room = true;
        return Put::Full;
    }
    State::Entry entry;
    entry.head.reserve(head.size() + 10);
    if (state.framing == Framing::WebSocket) append_frame_head(entry.head, Opcode::Binary, size);
    entry.head += head;
    entry.body = std::move(body);
    entry.keep = bound == Bound::Keep;
    state.bytes += entry.size();
    state.queue.push_back(std::move(entry));
    state.wake_up();
    return Put::Taken;
}

Outlet::Put Outlet::put_text(std::string_view text) {
    State& state = *state_;
    std::lock_guard lock(state.mutex);
    if (!state.open || state.gone) return Put::Closed;
    State::Entry entry;
    if (state.framing == Framing::WebSocket) append_frame_head(entry.head, Opcode::Text, text.size());
    entry.head += text;
    entry.keep = true;
    state.bytes += entry.size();
    state.queue.push_back(std::move(entry));
    state.wake_up();
    return Put::Taken;
}

std::size_t Outlet::drop_waiting() {
    std::deque<State::Entry> dropped;  // freed without the lock
    State& state = *state_;
    std::lock_guard lock(state.mutex);
    std::deque<State::Entry> kept;
    for (auto& entry : state.queue) {
        if (entry.keep) {
            kept.push_back(std::move(entry));
        } else {
            state.bytes -= entry.size();
            dropped.push_back(std::move(entry));
        }
    }
    state.queue.swap(kept);
    return dropped.size();
}

std::size_t Outlet::waiting_bytes() const {
    std::lock_guard lock(state_->mutex);
    return state_->bytes;
}

void Outlet::close(std::uint16_t code, std::string_view reason) {
    State& state = *state_;
    std::lock_guard lock(state.mutex);
    if (!state.open) return;
    state.open = false;
    state.close_code = code;
    state.close_reason = reason;
    state.wake_up();
}

Response feed(std::string_view content_type, std::shared_ptr<Outlet> outlet, std::shared_ptr<OutletUser> user) {
    Response response;
    response.header("Content-Type", content_type);
    response.body = LinkBody{.outlet = std::move(outlet), .user = std::move(user)};
    return response;
}

}  // namespace beffroi::http
