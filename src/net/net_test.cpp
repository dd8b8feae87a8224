#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"
#include "net/tls.hpp"

using namespace beffroi;
using namespace beffroi::net;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string text = (fs::temp_directory_path() / "beffroi-net-XXXXXX").string();
        path = ::mkdtemp(text.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

base::Timestamp at(std::string_view text) {
    return base::value_or_throw(base::parse_timestamp(text));
}

}  // namespace

TEST_CASE("a loop runs what is posted on its own thread, in order") {
    Loop loop("test");
    std::promise<std::thread::id> ran;
    std::string order;
    loop.post([&] { order += 'a'; });
    loop.post([&] { order += 'b'; });
    loop.post([&] { ran.set_value(std::this_thread::get_id()); });
    CHECK(ran.get_future().get() != std::this_thread::get_id());
    CHECK(order == "ab");
    CHECK_FALSE(loop.on_this_thread());
}

TEST_CASE("a tick comes again and again until the loop stops") {
    Loop loop("test");
    std::promise<void> third;
    int ticks = 0;
    loop.post([&] {
        loop.every(std::chrono::milliseconds(1), [&] {
            if (++ticks == 3) third.set_value();
        });
    });
    third.get_future().wait();
    loop.stop();
    const int at_stop = ticks;
    loop.post([&] { ++ticks; });
    CHECK(ticks == at_stop);
}

TEST_CASE("a certificate for a demonstration serves TLS, names several hosts, and is new each time") {
    const auto one =
        self_signed({"localhost", "aides.example.fr", "127.0.0.1", "::1"}, at("2022-11-22T08:00:00.000Z"), 30);
    const auto two = self_signed({"localhost"}, at("2022-11-22T08:00:00.000Z"), 30);
    REQUIRE(one.has_value());
    REQUIRE(two.has_value());
    CHECK(one->key != two->key);
    CHECK(TlsContext::from_pem(one->certificate, one->key).has_value());
    CHECK(self_signed({}, at("2022-11-22T08:00:00.000Z"), 30).error().code == base::Code::Invalid);
    CHECK(self_signed({"a,DNS:evil.example"}, at("2022-11-22T08:00:00.000Z"), 30).error().code == base::Code::Invalid);

    SUBCASE("a key of another certificate is refused, as is text that is no PEM") {
        CHECK(TlsContext::from_pem(one->certificate, two->key).error().code == base::Code::Invalid);
        CHECK(TlsContext::from_pem("hello", one->key).error().code == base::Code::Invalid);
        CHECK(TlsContext::from_pem(one->certificate, "").error().code == base::Code::Invalid);
        CHECK(TlsContext::from_files("/nowhere.crt", "/nowhere.key").error().code == base::Code::Unavailable);
    }
}

TEST_CASE("the certificate is kept until it expires, its key readable by its owner only") {
    Folder folder;
    const auto first =
        base::value_or_throw(ensure_self_signed(folder.path, {"localhost"}, at("2022-01-01T00:00:00.000Z")));
    const auto again =
        base::value_or_throw(ensure_self_signed(folder.path, {"localhost"}, at("2022-12-01T00:00:00.000Z")));
    CHECK(first.key == again.key);
    struct stat info{};
    REQUIRE(::stat((folder.path / "server.key").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600U);
    CHECK(TlsContext::from_files(folder.path / "server.crt", folder.path / "server.key").has_value());

    const auto later =
        base::value_or_throw(ensure_self_signed(folder.path, {"localhost"}, at("2023-01-02T00:00:00.000Z")));
    CHECK(later.key != first.key);
    std::ofstream(folder.path / "server.crt") << "torn";
    const auto repaired =
        base::value_or_throw(ensure_self_signed(folder.path, {"localhost"}, at("2023-01-03T00:00:00.000Z")));
    CHECK(repaired.key != later.key);
    CHECK(ensure_self_signed("/proc/nowhere", {"localhost"}, at("2023-01-03T00:00:00.000Z")).error().code ==
          base::Code::Unavailable);
}

TEST_CASE("a port that is taken, an address that is none") {
    Loop loop("test");
    auto nothing = [](std::unique_ptr<Connection>) {};
    const auto first = Listener::open({}, {&loop}, nothing);
    REQUIRE(first.has_value());
    CHECK((*first)->port() != 0);
    CHECK(Listener::open({.port = (*first)->port()}, {&loop}, nothing).error().code == base::Code::Conflict);
    CHECK(Listener::open({.address = "localhost.example"}, {&loop}, nothing).error().code == base::Code::Invalid);
    (*first)->stop();
    CHECK(Listener::open({.port = (*first)->port()}, {&loop}, nothing).has_value());
}

TEST_CASE("a signal to stop is given to who waits for it") {
    StopSignals signals;
    ::raise(SIGTERM);
    CHECK(signals.wait() == SIGTERM);
}
