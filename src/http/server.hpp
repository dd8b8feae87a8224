// The HTTP/1.1 server (RFC 9110, 9112): network threads, a bounded pool of workers, strict reading, lean writing.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/router.hpp"
#include "net/tls.hpp"

namespace beffroi::http {

struct Timeouts {
    std::chrono::milliseconds header{
        10'000};  // from the first byte of a request (or the connection, with its handshake) to its empty line
    std::chrono::milliseconds body{30'000};      // beyond what the minimum rate allows, for bodies in and out
    std::uint64_t minimum_rate = 4096;           // bytes per second, in and out
    std::chrono::milliseconds idle{60'000};      // between two requests
    std::chrono::milliseconds linger{2'000};     // to let a refused client read the answer
    std::chrono::milliseconds stop{10'000};      // for requests under way when stopping
    std::chrono::milliseconds check_every{250};  // how often all this is looked at
};

struct SecurityHeaders {
    std::string content_security_policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
        "'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";
    std::string permissions_policy = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    std::int64_t hsts_seconds = 0;  // with TLS only; 0: not sent, as for a self-signed demonstration on localhost
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;             // 0: any free one
    std::shared_ptr<net::TlsContext> tls;  // none: plain
    std::size_t threads = 0;               // network threads; 0: one per core
    std::size_t workers = 0;               // 0: two per core
    std::size_t queue_limit = 512;         // jobs waiting for a worker; above it 503 with Retry-After
    std::size_t max_connections = 4096;
    std::size_t header_limit = 16U * 1024U;  // bytes of request line and fields: 431
    std::size_t header_count = 100;
    std::size_t target_limit = 8U * 1024U;  // 414
    FieldLimits query{.count = 200, .name_bytes = 256, .value_bytes = 4096};
    Timeouts timeouts;
    SecurityHeaders security;
    std::string default_cache_control = "no-store";  // for answers that do not say
    std::vector<std::string> hosts;  // names answered for, without port; others get 421. Empty: any well-formed one
    std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For and X-Forwarded-Proto are believed
    std::filesystem::path upload_folder;       // empty: the system's folder for temporary files
};

// Since the start, but for what is marked as of now.
struct ServerStats {
    static constexpr std::array<double, 12> kLatencyBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                           0.05,   0.1,   0.25,   0.5,   1.0,  5.0};  // seconds
    std::array<std::uint64_t, 5> by_class{};                                                          // 1xx … 5xx
    std::array<std::uint64_t, kLatencyBounds.size() + 1>
        latency{};           // requests per bucket, the last one unbounded; not cumulative
    double latency_sum = 0;  // seconds
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_open = 0;  // now
    std::uint64_t in_flight = 0;         // now
    std::uint64_t links = 0;             // now: connections handed over to outlets (WebSocket, endless bodies)
    std::uint64_t queued = 0;            // now
    std::uint64_t rejected_busy = 0;     // 503 because the queue was full
    std::uint64_t timed_out = 0;         // connections closed by a time limit
    std::uint64_t malformed = 0;         // requests refused by the reader
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
};

class Server {
  public:
    // Listening when it returns. `log` and `clock` must outlive the server. Errors: those of net::Listener::open.
    [[nodiscard]] static base::Result<std::unique_ptr<Server>> start(const ServerOptions& options, Router router,
                                                                     ErrorPage error_page, base::Log& log,
                                                                     const base::Clock& clock);
    // Stops as below.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    // Accepts no more, lets requests under way end (Timeouts::stop at most), closes, joins every thread. Blocks; may be
    // called again.
    void stop();
    [[nodiscard]] ServerStats stats() const;
    // The same as Prometheus text, names beginning with beffroi_http_.
    [[nodiscard]] std::string metrics_text() const;

  private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace beffroi::http
