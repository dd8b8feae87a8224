#include "http/pieces.hpp"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "http/server.hpp"
#include "http/test_client.hpp"

using namespace beffroi;
using namespace beffroi::http;
using beffroi::http::testing::Answer;
using beffroi::http::testing::Client;
using beffroi::http::testing::Wire;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string text = (fs::temp_directory_path() / "beffroi-pieces-XXXXXX").string();
        path = ::mkdtemp(text.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

std::string noise(std::size_t size, unsigned seed) {
    std::string out(size, '\0');
    for (char& c : out) {
        seed = seed * 1664525U + 1013904223U;
        c = static_cast<char>(seed >> 24U);
    }
    return out;
}

Response error_page(const Request&, const base::Error& error) {
    return text(std::string(base::code_name(error.code)), status_of(error.code));
}

// A body of memory and of slices of two files, and the same bytes as one text.
struct Built {
    explicit Built(const fs::path& folder) {
        const std::string a = noise(300'000, 1);
        const std::string b = noise(900'000, 2);
        std::ofstream(folder / "a", std::ios::binary) << a;
        std::ofstream(folder / "b", std::ios::binary) << b;
        auto made = std::make_shared<Pieces>();
        const auto fa = made->file(folder / "a");
        const auto fb = made->file(folder / "b");
        auto memory = [&](std::string bytes) {
            whole += bytes;
            made->add(std::move(bytes));
        };
        auto slice = [&](std::uint32_t file, const std::string& of, std::size_t offset, std::size_t length) {
            whole += of.substr(offset, length);
            made->add(file, offset, length);
        };
        memory("header of the file");
        slice(fa, a, 17, 100'000);
        slice(fa, a, 100'017, 50);  // joined to the one before
        memory("");
        slice(fb, b, 0, 1);
        slice(fa, a, 299'999, 1);
        memory(noise(70'000, 3));
        slice(fb, b, 1, 899'999);
        memory("end");
        pieces = made;
    }
    std::shared_ptr<const Pieces> pieces;
    std::string whole;
};

struct Site {
    explicit Site(const std::function<void(Router&)>& routes, bool tls = false) {
        ServerOptions options;
        options.port = 0;
        options.threads = 2;
        options.workers = 2;
        options.timeouts.check_every = std::chrono::milliseconds(5);
        if (tls) {
            const auto pair = base::value_or_throw(net::self_signed({"localhost"}, clock.now(), 2));
            options.tls = base::value_or_throw(net::TlsContext::from_pem(pair.certificate, pair.key));
        }
        Router router;
        routes(router);
        auto started = Server::start(options, std::move(router), error_page, log, clock);
        REQUIRE(started.has_value());
        server = std::move(*started);
    }
    base::SystemClock clock;
    base::Log log{nullptr, clock, static_cast<base::Level>(99)};
    std::unique_ptr<Server> server;
};

}  // namespace

TEST_CASE("pieces that follow each other in a file are one") {
    Folder folder;
    const Built built(folder.path);
    CHECK(built.pieces->list().size() == 7);
    CHECK(built.pieces->size() == built.whole.size());
}

TEST_CASE("any part of the pieces equals the same part of the whole") {
    Folder folder;
    const Built built(folder.path);
    CHECK(rc::check("read", [&] {
        const std::size_t first = *rc::gen::inRange<std::size_t>(0, built.whole.size());
        const std::size_t length = *rc::gen::inRange<std::size_t>(0, built.whole.size() - first + 1);
        auto source = PieceSource::open(built.pieces, first, length);
        RC_ASSERT(source.has_value());
        std::string out;
        while (source->left() > 0) RC_ASSERT(source->read(out, 65'536));
        RC_ASSERT(out == built.whole.substr(first, length));
    }));
}

TEST_CASE("a body in pieces is served whole and by ranges, plain by sendfile and over TLS") {
    Folder folder;
    const Built built(folder.path);
    for (const Wire wire : {Wire::Plain, Wire::Tls}) {
        Site site(
            [&](Router& router) {
                router.add(Method::Get, "/clip.mp4",
                           [&](const Request&) { return pieces("video/mp4", built.pieces).header("ETag", "\"1\""); });
            },
            wire == Wire::Tls);
        Client client(site.server->port(), wire);
        const Answer whole = client.get("/clip.mp4");
        CHECK(whole.status == 200);
        CHECK(whole.header("Accept-Ranges") == "bytes");
        CHECK(whole.body == built.whole);
        const std::size_t size = built.whole.size();
        auto range = [&](std::size_t first, std::size_t last) {
            const Answer part =
                client.get("/clip.mp4", "Range: bytes=" + std::to_string(first) + "-" + std::to_string(last) + "\r\n");
            CHECK(part.status == 206);
            CHECK(part.header("Content-Range") ==
                  "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(size));
            CHECK(part.body == built.whole.substr(first, last - first + 1));
        };
        range(0, 0);
        range(5, 100);
        range(17, 18);
        range(100'000, 250'000);
        range(0, size - 1);
        range(size - 1, size - 1);
        CHECK(client.get("/clip.mp4", "Range: bytes=-3\r\n").body == "end");
        CHECK(client.get("/clip.mp4", "Range: bytes=" + std::to_string(size) + "-\r\n").status == 416);
        // Several ranges are answered with the whole (RFC 9110 §14.2), as for files.
        CHECK(client.get("/clip.mp4", "Range: bytes=0-1,5-6\r\n").body == built.whole);
        CHECK(client.get("/clip.mp4", "Range: bytes=0-1\r\nIf-Range: \"2\"\r\n").status == 200);
        CHECK(client.get("/clip.mp4", "If-None-Match: \"1\"\r\n").status == 304);
        CHECK(client.ask("HEAD /clip.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n", true).header("Content-Length") ==
              std::to_string(size));
    }
}

TEST_CASE("a file that is gone is told before, and breaks the answer off once it has begun") {
    Folder folder;
    const Built built(folder.path);
    Site site([&](Router& router) {
        router.add(Method::Get, "/clip.mp4", [&](const Request&) { return pieces("video/mp4", built.pieces); });
    });
    fs::remove(folder.path / "b");
    {
        Client client(site.server->port());
        const Answer broken = client.get("/clip.mp4");
        CHECK(broken.status == 200);
        CHECK_FALSE(broken.whole);
    }
    {
        fs::resize_file(folder.path / "a", 1000);
        Client client(site.server->port());
        CHECK_FALSE(client.get("/clip.mp4").whole);
    }
    fs::remove(folder.path / "a");
    Client client(site.server->port());
    CHECK(client.get("/clip.mp4").status == 404);
}

TEST_CASE("hundreds of slow readers of a large file don't keep others from being served") {
    Folder folder;
    const std::string large = noise(8 << 20, 9);
    std::ofstream(folder.path / "large", std::ios::binary) << large;
    Site site([&](Router& router) {
        router.add(Method::Get, "/large", [&](const Request&) {
            return file("video/mp4", FileBody{.path = folder.path / "large", .offset = 0, .length = {}});
        });
    });
    std::vector<std::unique_ptr<Client>> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(std::make_unique<Client>(site.server->port()));
        slow.back()->receive_little();
        slow.back()->send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    for (auto& client : slow) CHECK(client->take(15) == "HTTP/1.1 200 OK");
    Client quick(site.server->port());
    CHECK(quick.get("/large").body == large);
}

TEST_CASE("an answer may come later, from any thread, once, or too late") {
    std::mutex mutex;
    std::vector<std::function<void(Response)>> waiting;
    auto park = [&](std::function<void(Response)> give) {
        std::lock_guard lock(mutex);
        waiting.push_back(std::move(give));
    };
    auto parked = [&](std::size_t at) {
        while (true) {
            {
                std::lock_guard lock(mutex);
                if (waiting.size() > at) return waiting[at];
            }
            std::this_thread::yield();
        }
    };
    Site site([&](Router& router) {
        router.add(Method::Get, "/later", [&](const Request&) { return later({.start = park}); });
        router.add(Method::Get, "/never",
                   [&](const Request&) { return later({.start = park, .limit = std::chrono::milliseconds(20)}); });
        router.add(Method::Get, "/now", [&](const Request&) {
            return later({.start = [](const auto& give) { give(text("now").header("X-Kind", "later")); }});
        });
        router.add(Method::Get, "/throws", [&](const Request&) {
            return later({.start = [](const auto&) { throw std::runtime_error("broken"); }});
        });
    });
    Client client(site.server->port());
    CHECK(client.get("/now").header("X-Kind") == "later");
    CHECK(client.get("/throws").status == 500);
    client.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\nGET /now HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto give = parked(0);
    give(text("one"));
    give(text("two"));
    CHECK(client.read().body == "one");
    CHECK(client.read().body == "now");
    CHECK(client.get("/never").status == 503);
    parked(1)(text("too late"));
    CHECK(client.get("/now").body == "now");
    {
        Client gone(site.server->port());
        gone.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (void)parked(2);
    }
    parked(2)(text("to nobody"));
    // A server that stops doesn't wait for it.
    client.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
    (void)parked(3);
    site.server->stop();
    CHECK(client.read().status == 503);
    parked(3)(text("after the end"));
}
