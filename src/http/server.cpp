#include "http/server.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "http/metrics.hpp"
#include "http/session.hpp"

namespace beffroi::http {

namespace {

std::size_t cores() {
    return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

SessionContext::SessionContext(const ServerOptions& server_options, Router its_router, ErrorPage its_error_page,
                               base::Log& its_log, const base::Clock& its_clock)
    : options(server_options),
      router(std::move(its_router)),
      error_page(std::move(its_error_page)),
      log(its_log),
      clock(its_clock),
      fixed(options, options.tls != nullptr),
      reader_limits{.header_bytes = options.header_limit,
                    .header_count = options.header_count,
                    .target_bytes = options.target_limit,
                    .query = options.query},
      upload_folder(options.upload_folder.empty() ? std::filesystem::temp_directory_path() : options.upload_folder),
      workers(options.workers != 0 ? options.workers : 2 * cores(), options.queue_limit) {}

struct Server::Impl {
    Impl(const ServerOptions& options, Router router, ErrorPage error_page, base::Log& log, const base::Clock& clock)
        : shared(options, std::move(router), std::move(error_page), log, clock) {}

    void tick(LoopContext& context);

    SessionContext shared;
    std::vector<std::unique_ptr<LoopContext>> loops;
    std::unique_ptr<net::Listener> listener;
    std::mutex stop_mutex;
    bool stopped = false;
};

void Server::Impl::tick(LoopContext& context) {
    shared.crowded.store(listener && listener->full(), std::memory_order_relaxed);
    context.check_time_limits();
}

base::Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Router router, ErrorPage error_page,
                                                    base::Log& log, const base::Clock& clock) {
    auto impl = std::make_unique<Impl>(options, std::move(router), std::move(error_page), log, clock);
    std::vector<net::Loop*> loops;
    const std::size_t threads = options.threads != 0 ? options.threads : cores();
    for (std::size_t i = 0; i < threads; ++i) {
        impl->loops.push_back(std::make_unique<LoopContext>(impl->shared, "http-" + std::to_string(i)));
        loops.push_back(&impl->loops.back()->loop);
    }
    auto on_accept = [raw = impl.get()](std::unique_ptr<net::Connection> connection) {
        if (raw->shared.draining) return;
        const auto mine = std::ranges::find_if(
            raw->loops, [&](const auto& context) { return &context->loop == &connection->loop(); });
        std::make_shared<Session>(**mine, std::move(connection))->start();
    };
    const net::ListenOptions listen{.address = options.address,
                                    .port = options.port,
                                    .tls = options.tls,
                                    .max_connections = options.max_connections};
    impl->listener = TRY(net::Listener::open(listen, loops, on_accept));
    for (auto& context : impl->loops) {
        context->loop.post([raw = impl.get(), at = context.get()] {
            at->loop.every(raw->shared.options.timeouts.check_every, [raw, at] { raw->tick(*at); });
        });
    }
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
    stop();
}

std::uint16_t Server::port() const {
    return impl_->listener->port();
}

void Server::stop() {
    std::lock_guard once(impl_->stop_mutex);
    if (std::exchange(impl_->stopped, true)) return;
    SessionContext& shared = impl_->shared;
    impl_->listener->stop();
    shared.draining = true;
    auto everywhere = [this](void (LoopContext::*what)()) {
        for (auto& context : impl_->loops) {
            context->loop.post([at = context.get(), what] { (at->*what)(); });
        }
    };
    everywhere(&LoopContext::drain);
    {
        std::unique_lock lock(shared.mutex);
        auto none_left = [&] { return shared.sessions == 0; };
        if (!shared.all_gone.wait_for(lock, shared.options.timeouts.stop, none_left)) {
            lock.unlock();
            everywhere(&LoopContext::close_all);
            lock.lock();
            // What a worker holds goes with the worker.
            shared.all_gone.wait_for(lock, std::chrono::seconds(1), none_left);
        }
    }
    // Loops first: a job that is dropped may hold the last reference to a session, whose thread must not run any more.
    for (auto& context : impl_->loops) context->loop.stop();
    shared.workers.stop();
}

ServerStats Server::stats() const {
    ServerStats stats;
    std::uint64_t latency_us = 0;
    for (const auto& context : impl_->loops) {
        const auto& counters = context->counters;
        for (std::size_t i = 0; i < stats.by_class.size(); ++i) stats.by_class[i] += counters.by_class[i];
        for (std::size_t i = 0; i < stats.latency.size(); ++i) stats.latency[i] += counters.latency[i];
        latency_us += counters.latency_us;
        stats.in_flight += counters.in_flight;
        stats.links += context->links;
        stats.rejected_busy += counters.rejected_busy;
        stats.timed_out += counters.timed_out;
        stats.malformed += counters.malformed;
        stats.bytes_in += counters.bytes_in;
        stats.bytes_out += counters.bytes_out;
    }
    stats.latency_sum = static_cast<double>(latency_us) / 1e6;
    stats.connections_accepted = impl_->listener->accepted();
    stats.connections_open = impl_->listener->connections();
    stats.queued = impl_->shared.workers.queued();
    return stats;
}

std::string Server::metrics_text() const {
    const ServerStats now = stats();
    MetricsText text;
    constexpr std::array<std::string_view, 5> kClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
        text.counter("beffroi_http_requests_total", "Requests answered, by class of status.",
                     static_cast<double>(now.by_class[i]), {{"class", kClasses[i]}});
    }
    text.histogram("beffroi_http_request_seconds", "From the end of a request's header to the last byte of its answer.",
                   ServerStats::kLatencyBounds, now.latency, now.latency_sum);
    auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
        text.counter(name, help, static_cast<double>(value));
    };
    auto gauge = [&](std::string_view name, std::string_view help, std::uint64_t value) {
        text.gauge(name, help, static_cast<double>(value));
    };
    counter("beffroi_http_connections_accepted_total", "Connections accepted.", now.connections_accepted);
    gauge("beffroi_http_connections_open", "Connections open now.", now.connections_open);
    gauge("beffroi_http_requests_in_flight", "Requests being handled now.", now.in_flight);
    gauge("beffroi_http_outlets_open", "WebSockets and endless bodies open now.", now.links);
    gauge("beffroi_http_jobs_queued", "Jobs waiting for a worker now.", now.queued);
    counter("beffroi_http_rejected_busy_total", "Requests refused because the queue was full.", now.rejected_busy);
    counter("beffroi_http_timed_out_total", "Connections closed by a time limit.", now.timed_out);
    counter("beffroi_http_malformed_total", "Requests refused by the reader.", now.malformed);
    counter("beffroi_http_bytes_in_total", "Bytes received.", now.bytes_in);
    counter("beffroi_http_bytes_out_total", "Bytes sent.", now.bytes_out);
    return text.take();
}

}  // namespace beffroi::http
