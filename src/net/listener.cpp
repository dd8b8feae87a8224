#include "net/listener.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/asio_loop.hpp"

namespace beffroi::net {

using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// The acceptor lives on the first loop; only the counters are touched from elsewhere.
struct Listener::State : std::enable_shared_from_this<Listener::State> {
    State(const ListenOptions& listen_options, std::vector<Loop*> its_loops, OnAccept callback)
        : options(listen_options), loops(std::move(its_loops)), on_accept(std::move(callback)) {
        acceptor.emplace(loops.front()->impl().io);
        pause.emplace(loops.front()->impl().io);
    }

    void accept();
    void accepted_one(tcp::socket socket, Loop& loop);
    void retry_later();
    void gone();

    ListenOptions options;
    std::vector<Loop*> loops;
    OnAccept on_accept;
    // Gone once stopped: the state itself lives as long as the last connection, maybe longer than the first loop.
    std::optional<tcp::acceptor> acceptor;
    std::optional<asio::steady_timer> pause;
    std::uint16_t port = 0;
    std::size_t next = 0;
    bool waiting = false;  // full: accepting goes on when a connection ends
    std::atomic<bool> stopped{false};
    std::atomic<std::size_t> open{0};
    std::atomic<std::uint64_t> accepted{0};
};

void Listener::State::accept() {
    if (stopped) return;
    if (open >= options.max_connections) {
        waiting = true;
        return;
    }
    Loop& loop = *loops[next];
    next = (next + 1) % loops.size();
    acceptor->async_accept(loop.impl().io,
                           [self = shared_from_this(), &loop](const ErrorCode& error, tcp::socket socket) {
                               if (self->stopped || error == asio::error::operation_aborted) return;
                               if (error) return self->retry_later();
                               self->accepted_one(std::move(socket), loop);
                               self->accept();
                           });
}

void Listener::State::accepted_one(tcp::socket socket, Loop& loop) {
    ++open;
    ++accepted;
    auto connection =
        make_connection(std::move(socket), options.tls, loop, [self = shared_from_this()] { self->gone(); });
    // std::function wants a copyable task.
    auto holder = std::make_shared<std::unique_ptr<Connection>>(std::move(connection));
    loop.post([self = shared_from_this(), holder] { self->on_accept(std::move(*holder)); });
}

void Listener::State::retry_later() {
    // No file descriptor or no memory left: the connection stays in the kernel's queue while others end.
    pause->expires_after(std::chrono::milliseconds(100));
    pause->async_wait([self = shared_from_this()](const ErrorCode& error) {
        if (!error) self->accept();
    });
}

void Listener::State::gone() {
    --open;
    if (stopped) return;
    loops.front()->post([self = shared_from_this()] {
        if (!self->waiting || self->stopped) return;
        self->waiting = false;
        self->accept();
    });
}

base::Result<std::unique_ptr<Listener>> Listener::open(const ListenOptions& options, std::vector<Loop*> loops,
                                                       OnAccept on_accept) {
    ASSERT(!loops.empty());
    ErrorCode error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return base::fail(base::Code::Invalid, "not an IP address to listen on: " + options.address);
    auto state = std::make_shared<State>(options, std::move(loops), std::move(on_accept));
    const tcp::endpoint endpoint(address, options.port);
    const std::string where = options.address + " port " + std::to_string(options.port);
    auto step = [&](auto&& call) {
        if (!error) call();
    };
    step([&] { state->acceptor->open(endpoint.protocol(), error); });
    step([&] { state->acceptor->set_option(asio::socket_base::reuse_address(true), error); });
    step([&] { state->acceptor->bind(endpoint, error); });
    step([&] { state->acceptor->listen(asio::socket_base::max_listen_connections, error); });
    if (error == asio::error::address_in_use) {
        return base::fail(base::Code::Conflict, "another program already listens on " + where);
    }
    if (error == asio::error::access_denied)
        return base::fail(base::Code::Refused, "not allowed to listen on " + where);
    if (error) return base::fail(base::Code::Unavailable, "cannot listen on " + where + ": " + error.message());
    state->port = state->acceptor->local_endpoint(error).port();
    state->loops.front()->post([state] { state->accept(); });
    return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
    stop();
}

void Listener::stop() {
    if (state_->stopped.exchange(true)) return;
    std::promise<void> closed;
    auto done = closed.get_future();
    Loop& loop = *state_->loops.front();
    loop.post([state = state_, &loop, &closed] {
        state->acceptor.reset();
        state->pause.reset();
        // The accept that was under way ends between these two tasks, and with it the socket that it held for another
        // loop.
        loop.post([&closed] { closed.set_value(); });
    });
    done.wait();
}

std::uint16_t Listener::port() const {
    return state_->port;
}
std::size_t Listener::connections() const {
    return state_->open;
}
std::uint64_t Listener::accepted() const {
    return state_->accepted;
}
bool Listener::full() const {
    return state_->open >= state_->options.max_connections;
}

}  // namespace beffroi::net
