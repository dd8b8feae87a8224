#include "net/poller.hpp"

#include <array>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace beffroi::net;
using namespace std::chrono_literals;

namespace {

struct Pair {
    Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0); }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    std::array<int, 2> ends{};
};

struct Reader : Poller::Handler {
    explicit Reader(int descriptor) : descriptor_(descriptor) {}
    void on_ready(bool readable, bool /*writable*/, bool broken) override {
        std::array<char, 4096> bytes{};
        if (readable) {
            const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
            if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
            if (got == 0) ended = true;
        }
        was_broken = was_broken || broken;
        ++calls;
        if (after) after(*this);
    }
    std::function<void(Reader&)> after;
    std::string text;
    int calls = 0;
    bool ended = false, was_broken = false;

  private:
    int descriptor_;
};

void send_text(int descriptor, std::string_view text) {
    REQUIRE(::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE("a poller runs what is posted on its own thread, in order, and run() waits for the end") {
    Poller poller("test");
    std::string order;
    poller.post([&] { order += 'a'; });
    poller.post([&] { order += 'b'; });
    bool inside = false;
    poller.run([&] {
        order += 'c';
        inside = poller.on_this_thread();
    });
    CHECK(order == "abc");
    CHECK(inside);
    CHECK_FALSE(poller.on_this_thread());
}

TEST_CASE("what arrives on a socket reaches its handler, and nothing does once it is forgotten") {
    Poller poller("test");
    Pair pair;
    Reader reader(pair.ends[0]);
    std::promise<void> got;
    reader.after = [&](Reader& r) {
        if (r.text == "hello") {
            poller.forget(pair.ends[0]);
            got.set_value();
        }
    };
    poller.run([&] { poller.watch(pair.ends[0], reader, true, false); });
    send_text(pair.ends[1], "hello");
    REQUIRE(got.get_future().wait_for(5s) == std::future_status::ready);
    send_text(pair.ends[1], "more");
    poller.run([] {});
    poller.run([] {});
    CHECK(reader.text == "hello");
}

TEST_CASE("a handler may forget another that is ready in the same batch") {
    Poller poller("test");
    Pair one, two;
    Reader first(one.ends[0]), second(two.ends[0]);
    std::promise<void> done;
    bool told = false;
    const auto forget_other = [&](int other) {
        poller.forget(other);
        if (!std::exchange(told, true)) done.set_value();
    };
    first.after = [&](Reader&) { forget_other(two.ends[0]); };
    second.after = [&](Reader&) { forget_other(one.ends[0]); };
    send_text(one.ends[1], "x");
    send_text(two.ends[1], "x");
    poller.run([&] {
        poller.watch(one.ends[0], first, true, false);
        poller.watch(two.ends[0], second, true, false);
    });
    REQUIRE(done.get_future().wait_for(5s) == std::future_status::ready);
    poller.run([&] {
        poller.forget(one.ends[0]);
        poller.forget(two.ends[0]);
    });
    CHECK(first.calls + second.calls == 1);
}

TEST_CASE("timers fire in the order of their times, cancelled ones never, also those cancelled by another") {
    Poller poller("test");
    std::string order;
    std::promise<void> done;
    poller.run([&] {
        // On a slow machine all of them may be due at once: the order holds all the same.
        const auto never = poller.after(2ms, [&] { order += 'x'; });
        poller.after(1ms, [&, never] {
            order += 'a';
            poller.cancel(never);
            poller.after(0ms, [&] {
                order += 'b';
                poller.after(1ms, [&] {
                    order += 'c';
                    done.set_value();
                });
            });
        });
    });
    REQUIRE(done.get_future().wait_for(5s) == std::future_status::ready);
    CHECK(order == "abc");
}

TEST_CASE("batched sockets are read together, yet posts are run at once and turning it off wakes it") {
    Poller poller("test");
    Pair pair;
    Reader reader(pair.ends[0]);
    poller.set_batch(60s);
    poller.run([&] { poller.watch(pair.ends[0], reader, true, false); });
    send_text(pair.ends[1], "a");
    std::promise<void> first;
    reader.after = nullptr;
    // The first packet is read at once; then the poller lets others come.
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    for (std::string seen; seen != "a" && std::chrono::steady_clock::now() < deadline;)
        poller.run([&] { seen = reader.text; });
    send_text(pair.ends[1], "b");
    send_text(pair.ends[1], "c");
    bool waiting = false;
    poller.run([&] { waiting = reader.text == "a"; });
    CHECK(waiting);
    poller.set_batch(0ms);
    std::string seen;
    while (seen != "abc" && std::chrono::steady_clock::now() < deadline) poller.run([&] { seen = reader.text; });
    CHECK(seen == "abc");
    CHECK(reader.calls == 2);
    poller.run([&] { poller.forget(pair.ends[0]); });
}

TEST_CASE("a thousand sockets on one thread are all heard") {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const std::size_t count = limit.rlim_cur >= 2200 ? 1000 : 100;
    Poller poller("test");
    poller.set_batch(1ms);
    std::vector<std::unique_ptr<Pair>> pairs;
    std::vector<std::unique_ptr<Reader>> readers;
    std::size_t heard = 0;
    std::promise<void> all;
    for (std::size_t i = 0; i < count; ++i) {
        pairs.push_back(std::make_unique<Pair>());
        readers.push_back(std::make_unique<Reader>(pairs.back()->ends[0]));
        readers.back()->after = [&](Reader& reader) {
            if (reader.text.size() == 1 && ++heard == count) all.set_value();
        };
    }
    poller.run([&] {
        for (std::size_t i = 0; i < count; ++i) poller.watch(pairs[i]->ends[0], *readers[i], true, false);
    });
    for (const auto& pair : pairs) send_text(pair->ends[1], "x");
    CHECK(all.get_future().wait_for(20s) == std::future_status::ready);
    poller.run([&] {
        for (const auto& pair : pairs) poller.forget(pair->ends[0]);
    });
}
