#include "http/websocket.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "http/server.hpp"
#include "http/test_websocket.hpp"

using namespace beffroi;
using namespace beffroi::http;
using beffroi::http::testing::Answer;
using beffroi::http::testing::Client;
using beffroi::http::testing::client_frame;
using beffroi::http::testing::Wire;
using beffroi::http::testing::WsClient;
using beffroi::http::testing::WsFrame;

namespace {

Response error_page(const Request&, const base::Error& error) {
    return text(std::string(base::code_name(error.code)), status_of(error.code));
}

// Says back what it hears, and tells what happened to it.
struct Echo final : OutletUser {
    explicit Echo(std::shared_ptr<Outlet> its_outlet) : outlet(std::move(its_outlet)) {}
    void on_open() override { note("open"); }
    void on_text(std::string_view text) override { outlet->put_text(text); }
    void on_binary(std::string_view bytes) override {
        CHECK(outlet->put("echo ", share(std::string(bytes))) == Outlet::Put::Taken);
    }
    void on_room() override { note("room"); }
    void on_closed(std::uint16_t code) override { note("closed " + std::to_string(code)); }

    void note(std::string what) {
        std::lock_guard lock(mutex);
        events.push_back(std::move(what));
        changed.notify_all();
    }
    bool await(const std::string& what) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(10),
                                [&] { return std::ranges::find(events, what) != events.end(); });
    }

    std::shared_ptr<Outlet> outlet;
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> events;
};

struct Site {
    explicit Site(OutletOptions outlet_options = {}, ServerOptions options = {}) {
        options.port = 0;
        options.threads = 2;
        options.workers = 2;
        options.timeouts.check_every = std::chrono::milliseconds(5);
        Router router;
        router.add(Method::Get, "/ws",
                   [this, outlet_options](const Request& request) {
                       auto outlet = std::make_shared<Outlet>(outlet_options);
                       auto echo = std::make_shared<Echo>(outlet);
                       {
                           std::lock_guard lock(mutex);
                           echoes.push_back(echo);
                       }
                       return websocket(request, outlet, echo);
                   },
                   {.where = Where::IoThread});
        router.add(Method::Get, "/feed",
                   [this, outlet_options](const Request&) {
                       auto outlet = std::make_shared<Outlet>(outlet_options);
                       auto echo = std::make_shared<Echo>(outlet);
                       {
                           std::lock_guard lock(mutex);
                           echoes.push_back(echo);
                       }
                       return feed("text/plain", outlet, echo);
                   },
                   {.where = Where::IoThread});
        auto started = Server::start(options, std::move(router), error_page, log, clock);
        REQUIRE(started.has_value());
        server = std::move(*started);
    }
    std::shared_ptr<Echo> echo(std::size_t i = 0) {
        std::lock_guard lock(mutex);
        return echoes.at(i);
    }

    base::SystemClock clock;
    base::Log log{stderr, clock, base::Level::Error};
    std::mutex mutex;
    std::vector<std::shared_ptr<Echo>> echoes;
    std::unique_ptr<Server> server;
};

// Events of a reader as text.
std::string understood(std::string_view bytes, std::size_t step, std::size_t limit = 1000) {
    FrameReader reader(limit);
    std::string out;
    while (!bytes.empty()) {
        std::string_view piece = bytes.substr(0, step);
        bytes.remove_prefix(piece.size());
        while (!piece.empty()) {
            const auto event = reader.feed(piece);
            if (event == FrameReader::Event::NeedMore) continue;
            out += std::to_string(static_cast<int>(event)) + ":" + std::string(reader.payload()) + ";";
            if (event == FrameReader::Event::Bad) return out + std::to_string(reader.code());
            if (event == FrameReader::Event::Close) out += std::to_string(reader.code());
        }
    }
    return out;
}

}  // namespace

TEST_CASE("the accept value is that of RFC 6455 §1.3") {
    CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("a socket opens, says back text and bytes, answers pings, and closes with the client's code") {
    for (const Wire wire : {Wire::Plain, Wire::Tls}) {
        ServerOptions options;
        if (wire == Wire::Tls) {
            const base::SystemClock clock;
            const auto pair = base::value_or_throw(net::self_signed({"localhost"}, clock.now(), 2));
            options.tls = base::value_or_throw(net::TlsContext::from_pem(pair.certificate, pair.key));
        }
        Site site({.message_bytes = 200'000}, options);
        WsClient ws(site.server->port(), wire);
        const Answer answer = ws.open("/ws", "Origin: http://localhost\r\n");
        CHECK(answer.status == 101);
        CHECK(answer.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        CHECK(answer.header("Connection") == "Upgrade");
        CHECK(site.server->stats().links <= 1);
        ws.send(0x81, "porte nord é");
        CHECK(ws.read().payload == "porte nord é");
        ws.send(0x82, std::string(70'000, 'x'));
        const WsFrame big = ws.read();
        CHECK(big.opcode == Opcode::Binary);
        CHECK(big.payload == "echo " + std::string(70'000, 'x'));
        ws.send(0x89, "hello");
        const WsFrame pong = ws.read();
        CHECK(pong.opcode == Opcode::Pong);
        CHECK(pong.payload == "hello");
        // Fragments with a ping between them (§5.4).
        ws.send(0x01, "un ");
        ws.send(0x89, "");
        ws.send(0x00, "deux ");
        ws.send(0x80, "trois");
        CHECK(ws.read().opcode == Opcode::Pong);
        CHECK(ws.read().payload == "un deux trois");
        ws.send(0x88, "\x0f\xa1 bye");  // 4001
        const WsFrame close = ws.read();
        CHECK(close.opcode == Opcode::Close);
        CHECK(close.close_code() == 4001);
        CHECK(site.echo()->await("closed 4001"));
        if (wire == Wire::Plain) CHECK(ws.client.ended());
    }
}

TEST_CASE("what is no handshake is refused, and a page of another site too") {
    Site site;
    Client client(site.server->port());
    CHECK(client.get("/ws").status == 426);
    CHECK(client.get("/ws", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n")
              .header("Sec-WebSocket-Version") == "13");
    CHECK(client.get("/ws", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n").status ==
          400);
    CHECK(client
              .get("/ws",
                   "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                   "short\r\n")
              .status == 400);
    for (const char* origin : {"http://evil.example", "null", "http://localhost.evil.example", "http://localhost:81"}) {
        WsClient ws(site.server->port());
        CHECK(ws.open("/ws", "Origin: " + std::string(origin) + "\r\n").status == 403);
    }
}

TEST_CASE("frames that break the rules close the socket with the code that says why") {
    struct Case {
        std::string what;
        std::string bytes;
        unsigned code;
    };
    const std::vector<Case> cases{
        {"not masked", client_frame(0x81, "a", false), 1002},
        {"reserved bit", client_frame(0xc1, "a"), 1002},
        {"reserved opcode", client_frame(0x83, "a"), 1002},
        {"long ping", client_frame(0x89, std::string(126, 'a')), 1002},
        {"ping in fragments", client_frame(0x09, "a"), 1002},
        {"continuation of nothing", client_frame(0x80, "a"), 1002},
        {"text within text", client_frame(0x01, "a") + client_frame(0x81, "b"), 1002},
        {"length in too many bytes", std::string("\x81\xfe\x00\x05\x01\x02\x03\x04", 8), 1002},
        {"close of one byte", client_frame(0x88, "a"), 1002},
        {"close with a reserved code", client_frame(0x88, "\x03\xed"), 1002},  // 1005
        {"close whose reason is not UTF-8", client_frame(0x88, "\x03\xe8\xff"), 1007},
        {"text that is not UTF-8", client_frame(0x81, "caf\xe9"), 1007},
        {"too big", client_frame(0x82, std::string(101, 'a')), 1009},
        {"too big in pieces", client_frame(0x02, std::string(60, 'a')) + client_frame(0x80, std::string(60, 'a')),
         1009},
    };
    Site site({.message_bytes = 100});
    for (const Case& one : cases) {
        CAPTURE(one.what);
        WsClient ws(site.server->port());
        REQUIRE(ws.open("/ws").status == 101);
        ws.client.send(one.bytes);
        const WsFrame close = ws.read();
        CHECK(close.opcode == Opcode::Close);
        CHECK(close.close_code() == one.code);
        CHECK(ws.client.ended());
    }
}

TEST_CASE("the same bytes are understood alike however they are cut") {
    const std::string session = client_frame(0x01, "un ") + client_frame(0x89, "p") + client_frame(0x80, "deux") +
                                client_frame(0x82, std::string(300, 'b')) + client_frame(0x8a, "") +
                                client_frame(0x88,
                                             "\x03\xe8"
                                             "fin");
    for (std::size_t step = 1; step <= session.size(); ++step)
        CHECK(understood(session, step) == understood(session, 9999));
    CHECK(rc::check("random bytes are understood alike however they are cut",
                    [](const std::string& bytes, std::uint8_t step) {
                        RC_ASSERT(understood(bytes, step % 7U + 1U) == understood(bytes, 99999));
                    }));
}

TEST_CASE("a slow reader fills its queue and no more, is let go on, and costs the memory of its bound") {
    Site site({.queue_bytes = 100'000});
    WsClient ws(site.server->port());
    ws.client.receive_little();
    REQUIRE(ws.open("/ws").status == 101);
    auto echo = site.echo();
    REQUIRE(echo->await("open"));
    const SharedBytes frame = share(std::string(20'000, 'v'));
    std::size_t taken = 0;
    // The kernel's buffers fill first, then the queue.
    while (echo->outlet->put("", frame) == Outlet::Put::Taken) {
        ++taken;
        REQUIRE(taken < 10'000);
        CHECK(echo->outlet->waiting_bytes() <= 100'000);
    }
    CHECK(echo->outlet->put("", frame) == Outlet::Put::Full);
    const std::size_t dropped = echo->outlet->drop_waiting();
    CHECK(dropped >= 4);
    CHECK(echo->outlet->waiting_bytes() == 0);
    // Each message is held by nobody else any more but the one on its way.
    CHECK(frame.memory.use_count() <= 2);
    for (std::size_t i = 0; i < taken - dropped; ++i) CHECK(ws.read().payload.size() == 20'000);
    CHECK(echo->await("room"));
    CHECK(echo->outlet->put("", share("next")) == Outlet::Put::Taken);
    CHECK(ws.read().payload == "next");
}

TEST_CASE("what must go out whole is taken over the bound") {
    Site site({.queue_bytes = 1000});
    WsClient ws(site.server->port());
    REQUIRE(ws.open("/ws").status == 101);
    auto echo = site.echo();
    REQUIRE(echo->await("open"));
    for (int i = 0; i < 50; ++i)
        CHECK(echo->outlet->put("", share(std::string(500, 'g')), Outlet::Bound::Ignore) == Outlet::Put::Taken);
    for (int i = 0; i < 50; ++i) CHECK(ws.read().payload.size() == 500);
}

TEST_CASE("a reader that takes nothing at all is closed after the stall limit") {
    Site site({.queue_bytes = 50'000, .stall = std::chrono::milliseconds(30)});
    WsClient ws(site.server->port());
    ws.client.receive_little();
    REQUIRE(ws.open("/ws").status == 101);
    auto echo = site.echo();
    REQUIRE(echo->await("open"));
    while (echo->outlet->put("", share(std::string(50'000, 'v'))) != Outlet::Put::Closed) {
        echo->outlet->drop_waiting();
    }
    CHECK(echo->await("closed 1006"));
}

TEST_CASE("a silent client is pinged, then closed") {
    Site site({.ping_after = std::chrono::milliseconds(30)});
    WsClient ws(site.server->port());
    REQUIRE(ws.open("/ws").status == 101);
    CHECK(ws.read().opcode == Opcode::Ping);
    CHECK(site.echo()->await("closed 1006"));
}

TEST_CASE("the owner closes after what waits; a client that vanishes is told of") {
    Site site;
    {
        WsClient ws(site.server->port());
        REQUIRE(ws.open("/ws").status == 101);
        auto echo = site.echo();
        REQUIRE(echo->await("open"));
        echo->outlet->put_text("last words");
        echo->outlet->close(4000, "camera removed");
        CHECK(echo->outlet->put_text("too late") == Outlet::Put::Closed);
        CHECK(ws.read().payload == "last words");
        const WsFrame close = ws.read();
        CHECK(close.close_code() == 4000);
        CHECK(close.payload.substr(2) == "camera removed");
        ws.send(0x88, "\x0f\xa0");
        CHECK(ws.client.ended());
    }
    {
        WsClient ws(site.server->port());
        REQUIRE(ws.open("/ws").status == 101);
        REQUIRE(site.echo(1)->await("open"));
    }
    CHECK(site.echo(1)->await("closed 1006"));
}

TEST_CASE("a server that stops says goodbye to its sockets") {
    Site site;
    WsClient ws(site.server->port());
    REQUIRE(ws.open("/ws").status == 101);
    REQUIRE(site.echo()->await("open"));
    std::thread stopping([&] { site.server->stop(); });
    const WsFrame close = ws.read();
    CHECK(close.close_code() == 1001);
    ws.send(0x88, "\x03\xe9");
    stopping.join();
    CHECK(site.echo()->await("closed 1001"));
    CHECK(site.echo()->outlet->put("", share("x")) == Outlet::Put::Closed);
}

TEST_CASE("an endless body goes out as it comes and ends with the connection") {
    Site site;
    Client client(site.server->port());
    client.send("GET /feed HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Answer head = client.read(true);
    CHECK(head.status == 200);
    CHECK(head.header("Connection") == "close");
    CHECK(head.header("Transfer-Encoding").empty());
    auto echo = site.echo();
    REQUIRE(echo->await("open"));
    CHECK(echo->outlet->put("--part\r\n", share("image")) == Outlet::Put::Taken);
    CHECK(client.take(13) == "--part\r\nimage");
    echo->outlet->close();
    CHECK(client.ended());
    CHECK(echo->await("closed 1000"));
}
