// The life of one connection: request after request, each read, routed, answered. For src/http only.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/time.hpp"
#include "http/link.hpp"
#include "http/reply.hpp"
#include "http/request_reader.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/worker_pool.hpp"
#include "net/connection.hpp"
#include "net/listener.hpp"

namespace beffroi::http {

class Session;

// A session that waits for an answer which comes from elsewhere (LaterBody). Keeps it alive meanwhile: no operation of
// the network does.
struct PendingAnswer {
    std::mutex mutex;
    std::shared_ptr<Session> session;  // under mutex; none: answered, timed out, or gone
    [[nodiscard]] std::shared_ptr<Session> take() {
        std::lock_guard lock(mutex);
        return std::move(session);
    }
};

// What all sessions of a server share. Unchanging after start but for what says otherwise.
struct SessionContext {
    SessionContext(const ServerOptions& server_options, Router its_router, ErrorPage its_error_page, base::Log& its_log,
                   const base::Clock& its_clock);

    ServerOptions options;
    Router router;
    ErrorPage error_page;
    base::Log& log;
    const base::Clock& clock;
    FixedHeaders fixed;
    ReaderLimits reader_limits;
    std::filesystem::path upload_folder;
    WorkerPool workers;
    std::atomic<bool> draining{false};  // each request is the last of its connection
    std::atomic<bool> crowded{false};   // at max_connections: idle ones must go

    std::mutex mutex;
    std::condition_variable all_gone;
    std::size_t sessions = 0;  // under mutex
};

// What the sessions of one network thread share; touched from that thread, counters read from any.
struct LoopContext {
    LoopContext(SessionContext& shared_by_all, const std::string& name) : shared(shared_by_all), loop(name) {}

    struct Counters {
        std::array<std::atomic<std::uint64_t>, 5> by_class{};
        std::array<std::atomic<std::uint64_t>, ServerStats::kLatencyBounds.size() + 1> latency{};
        std::atomic<std::uint64_t> latency_us{0};
        std::atomic<std::uint64_t> in_flight{0};
        std::atomic<std::uint64_t> rejected_busy{0};
        std::atomic<std::uint64_t> timed_out{0};
        std::atomic<std::uint64_t> malformed{0};
        std::atomic<std::uint64_t> bytes_in{0};
        std::atomic<std::uint64_t> bytes_out{0};
    };

    // The Date of now, written anew once a second.
    const std::string& date();
    void check_time_limits();
    void drain();      // closes what is idle
    void close_all();  // and the rest

    SessionContext& shared;
    Session* first = nullptr;  // all sessions of the loop, a list through them
    std::int64_t date_second = -1;
    std::string date_text;
    Counters counters;
    std::atomic<std::uint64_t> links{0};  // connections that belong to an outlet now
    net::Loop loop;                       // last: its end destroys sessions, which use the rest
};

class Session final : public net::ConnectionUser, public std::enable_shared_from_this<Session> {
  public:
    Session(LoopContext& context, std::unique_ptr<net::Connection> connection);
    ~Session() override;

    void start();
    void on_handshake(net::IoStatus status) override;
    void on_read(net::IoStatus status, std::size_t bytes) override;
    void on_written(net::IoStatus status, std::size_t bytes) override;
    void on_shutdown() override;

  private:
    friend struct LoopContext;
    using SteadyTime = std::chrono::steady_clock::time_point;

    // Linked: the connection belongs to an outlet (link.hpp) until it ends.
    enum class Phase { Handshake, Idle, Head, Body, Handling, Writing, Linked, Lingering, Closed };
    enum class CloseWay { Politely, Linger };

    void read_more();
    void process();
    bool process_head();
    void begin_request();
    void after_head();
    [[nodiscard]] std::optional<Refusal> check_request() const;
    void set_client();
    void begin_body();
    void process_body();
    void store_batch();
    void batch_stored(base::Status status);
    void dispatch();
    void run_on_worker();
    void answer(Response response);
    void refuse(const Refusal& refusal);
    void refuse_malformed();
    void send_reply();
    void write_next();
    void fetch_piece();
    void piece_ready(bool good, std::string piece);
    // session_link.cpp
    void send_pieces();
    void pieces_sent(PieceSource::Sent sent);
    void await_answer();
    void answer_now(Response response);
    void give_up_waiting();
    void link_up();
    void pump_link();
    void link_received(std::size_t bytes);
    void check_link(SteadyTime now);
    void finish_request();
    void count_request();
    void begin_close();
    void close_now();
    void check(SteadyTime now);
    void time_out();
    [[nodiscard]] SteadyTime deadline() const;
    // Some of a request has come, and it is not answered yet.
    [[nodiscard]] bool has_begun() const {
        return phase_ == Phase::Body || (phase_ == Phase::Head && !request_.head_.empty());
    }

    LoopContext& context_;
    SessionContext& shared_;
    std::unique_ptr<net::Connection> connection_;
    Session* next_ = nullptr;
    Session* previous_ = nullptr;

    Phase phase_ = Phase::Handshake;
    SteadyTime phase_since_;
    SteadyTime request_since_;
    std::uint64_t phase_bytes_ = 0;
    bool reading_ = false;
    bool continue_pending_ = false;  // 100 Continue is going out
    bool busy_ = false;              // a worker has the body's last bytes or makes the next piece
    bool close_after_ = false;
    CloseWay close_way_ = CloseWay::Politely;

    std::vector<char> in_;
    std::size_t in_begin_ = 0;
    std::size_t in_end_ = 0;

    Request request_;
    RequestReader reader_;
    const Route* route_ = nullptr;
    std::string batch_;  // body bytes on their way to the multipart reader
    std::unique_ptr<MultipartReader> upload_;

    Reply reply_;
    bool replied_chunked_ = false;
    std::string out_;
    std::size_t out_sent_ = 0;  // of out_, already written
    std::string_view tail_;     // of the body in memory, behind out_
    OpenFile raw_;              // the socket again, for sendfile by a worker

    std::shared_ptr<PendingAnswer> pending_;
    SteadyTime pending_until_;
    std::unique_ptr<Link> link_;
    bool link_writing_ = false;
};

}  // namespace beffroi::http
