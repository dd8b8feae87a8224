// Asks for pages over TLS and tells how long they took.
//
//   bench_load PORT LIST[,LIST …] SECONDS CONNECTIONS RATE [fresh|again] [gzip|plain]
//
// RATE 0: as many as the connections can carry (closed loop), for throughput. RATE n: a request is due every 1/n s
// whatever became of the former ones (open loop), and its time counts from the instant at which it was due. So a pause
// of the server counts for every request that it kept waiting, which a closed loop leaves out ("coordinated omission").
//
// LIST: a file with one address per line; several are mixed in equal parts. `fresh` gives each request an address of
// its own (a parameter that no page reads), so that nothing kept can answer. The cookie comes from $BENCH_COOKIE.
// One thread, on the cores of the server. Prints one JSON object.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "load_connection.hpp"

namespace {

using beffroi::bench::LoadConnection;
using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

constexpr Nanoseconds kWarmUp = std::chrono::seconds(1);

struct Options {
    std::uint16_t port = 0;
    std::vector<std::string> lists;
    double seconds = 10;
    int connections = 32;
    double rate = 0;
    bool fresh = false;
    bool gzip = false;
};

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Request {
    std::string bytes;
    std::size_t digits = 0;  // where the number stands that makes the address fresh; 0: nowhere
};
constexpr std::size_t kDigits = 12;

std::vector<Request> read_requests(const Options& options) {
    std::vector<std::vector<Request>> lists;
    const char* cookie = std::getenv("BENCH_COOKIE");
    std::string fields =
        fmt::format("Host: 127.0.0.1:{}\r\nAccept: text/html\r\nAccept-Language: fr\r\n", options.port);
    if (options.gzip) fields += "Accept-Encoding: gzip\r\n";
    if (cookie != nullptr) fields += fmt::format("Cookie: {}\r\n", cookie);
    for (const auto& name : options.lists) {
        std::ifstream in(name);
        auto& list = lists.emplace_back();
        for (std::string line; std::getline(in, line);) {
            Request request;
            request.bytes = "GET " + line;
            if (options.fresh) {
                request.bytes += line.find('?') == std::string::npos ? "?n=" : "&n=";
                request.digits = request.bytes.size();
                request.bytes.append(kDigits, '0');
            }
            request.bytes += " HTTP/1.1\r\n" + fields + "\r\n";
            list.push_back(std::move(request));
        }
        if (list.empty()) throw std::runtime_error(name + ": no addresses");
    }
    // In equal parts, each list going round by itself.
    std::vector<Request> all;
    std::size_t longest = 0;
    for (const auto& list : lists) longest = std::max(longest, list.size());
    for (std::size_t i = 0; i < longest; ++i)
        for (const auto& list : lists) all.push_back(list[i % list.size()]);
    return all;
}

class Load {
  public:
    Load(const Options& options, ssl_ctx_st* context)
        : options_(options), requests_(read_requests(options)), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
        for (int i = 0; i < options.connections; ++i) {
            auto& one = connections_.emplace_back(std::make_unique<Slot>(context, options.port));
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = one.get();
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, one->connection.descriptor(), &event);
            idle_.push_back(one.get());
        }
        times_.reserve(static_cast<std::size_t>(options.seconds * std::max(options.rate, 50'000.0)));
    }
    ~Load() { ::close(poll_); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void run() {
        start_ = Clock::now();
        const auto end =
            start_ + kWarmUp + std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(options_.seconds));
        while (true) {
            auto now = Clock::now();
            if (now >= end) break;
            if (options_.rate > 0)
                plan(now);
            else
                while (!idle_.empty()) send(now);
            wait(now);
        }
        finished_ = Clock::now();
        unanswered_ = due_.size() + connections_.size() - idle_.size();
    }

    [[nodiscard]] std::string report() {
        std::sort(times_.begin(), times_.end());
        auto at = [&](double part) {
            if (times_.empty()) return 0.0;
            const auto index = static_cast<std::size_t>(part * static_cast<double>(times_.size()));
            return static_cast<double>(times_[std::min(index, times_.size() - 1)]) / 1e6;
        };
        std::uint64_t bytes = 0;
        for (const auto& one : connections_) bytes += one->connection.bytes();
        const double seconds = std::chrono::duration<double>(finished_ - start_ - kWarmUp).count();
        return fmt::format(
            R"({{"requests":{},"all_requests":{},"processor_s":{:.3f},"seconds":{:.3f},"per_second":{:.0f},"not_200":{},"p50_ms":{:.3f},"p90_ms":{:.3f},)"
            R"("p99_ms":{:.3f},"p999_ms":{:.3f},"max_ms":{:.3f},"bytes_per_answer":{},"late":{},"unanswered":{}}})",
            times_.size(), answered_, processor_seconds(), seconds, static_cast<double>(times_.size()) / seconds,
            not_200_, at(0.5), at(0.9), at(0.99), at(0.999), at(1.0), bytes / std::max<std::uint64_t>(answered_, 1),
            late_, unanswered_);
    }

  private:
    struct Slot {
        Slot(ssl_ctx_st* context, std::uint16_t port) : connection(context, port) {}
        LoadConnection connection;
        Clock::time_point due;
    };

    [[nodiscard]] Clock::time_point due_at(std::uint64_t number) const {
        return start_ + Nanoseconds(static_cast<std::int64_t>(static_cast<double>(number) * 1e9 / options_.rate));
    }

    void plan(Clock::time_point now) {
        while (due_at(planned_) <= now) due_.push_back(due_at(planned_++));
        while (!due_.empty() && !idle_.empty()) {
            const auto due = due_.front();
            due_.pop_front();
            send(due);
        }
        late_ = std::max<std::uint64_t>(late_, due_.size());
    }

    void send(Clock::time_point due) {
        Slot* slot = idle_.front();
        idle_.pop_front();
        slot->due = due;
        Request& request = requests_[next_++ % requests_.size()];
        if (request.digits > 0)
            fmt::format_to_n(request.bytes.data() + request.digits, kDigits, "{:0{}}", first_number_ + next_, kDigits);
        slot->connection.send(request.bytes);
    }

    void wait(Clock::time_point now) {
        timespec patience{.tv_sec = 0, .tv_nsec = 50'000'000};
        if (options_.rate > 0) {
            const auto until = std::chrono::duration_cast<Nanoseconds>(due_at(planned_) - now).count();
            patience.tv_nsec = std::clamp<long>(until, 0, 50'000'000);
        }
        std::array<epoll_event, 64> events{};
        const int count = ::epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &patience, nullptr);
        for (int i = 0; i < count; ++i) {
            auto* slot = static_cast<Slot*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (!slot->connection.receive()) continue;
            const auto done = Clock::now();
            idle_.push_back(slot);
            ++answered_;
            if (slot->due - start_ < kWarmUp) continue;
            times_.push_back(std::chrono::duration_cast<Nanoseconds>(done - slot->due).count());
            if (slot->connection.status() != 200) ++not_200_;
        }
    }

    Options options_;
    std::vector<Request> requests_;
    int poll_;
    std::vector<std::unique_ptr<Slot>> connections_;
    std::deque<Slot*> idle_;
    std::deque<Clock::time_point> due_;  // no connection was free
    std::vector<std::int64_t> times_;    // nanoseconds
    Clock::time_point start_, finished_;
    std::uint64_t planned_ = 0;
    std::size_t next_ = 0;
    // No run asks for the addresses of another.
    std::uint64_t first_number_ = static_cast<std::uint64_t>(std::time(nullptr)) % 100'000 * 1'000'000;
    std::uint64_t not_200_ = 0;
    std::uint64_t answered_ = 0;  // warming up included
    std::uint64_t late_ = 0;      // most requests ever due and not yet sent
    std::uint64_t unanswered_ = 0;
};

Options options_of(int count, char** arguments) {
    if (count < 6)
        throw std::runtime_error("bench_load PORT LIST[,LIST …] SECONDS CONNECTIONS RATE [fresh|again] [gzip|plain]");
    Options options;
    options.port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    std::string lists = arguments[2];
    for (std::size_t at = 0; at <= lists.size();) {
        const std::size_t comma = std::min(lists.find(',', at), lists.size());
        options.lists.push_back(lists.substr(at, comma - at));
        at = comma + 1;
    }
    options.seconds = std::atof(arguments[3]);
    options.connections = std::atoi(arguments[4]);
    options.rate = std::atof(arguments[5]);
    options.fresh = count > 6 && std::string(arguments[6]) == "fresh";
    options.gzip = count > 7 && std::string(arguments[7]) == "gzip";
    return options;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        const Options options = options_of(count, arguments);
        ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // the schedule is kept to the microsecond
        std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
        Load load(options, context.get());
        load.run();
        std::cout << load.report() << '\n';
        return 0;
    } catch (const std::exception& fault) {
        std::cerr << "bench_load: " << fault.what() << '\n';
        return 1;
    }
}
