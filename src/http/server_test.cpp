#include "http/server.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>
#include <zlib.h>

#include "base/guarded.hpp"
#include "http/test_client.hpp"

using namespace beffroi;
using namespace beffroi::http;
using beffroi::http::testing::Answer;
using beffroi::http::testing::Client;
using beffroi::http::testing::Wire;
namespace fs = std::filesystem;

namespace {

// A door that handlers wait behind, so that tests decide when they end.
class Door {
  public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void await(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_ >= count; });
    }
    void open() {
        std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

struct Folder {
    Folder() {
        std::string text = (fs::temp_directory_path() / "beffroi-http-XXXXXX").string();
        path = ::mkdtemp(text.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

Response error_page(const Request& request, const base::Error& error) {
    return html("<p>" + std::string(base::code_name(error.code)) + " at " + request.path + "</p>",
                status_of(error.code));
}

struct Site {
    explicit Site(ServerOptions options = {}, const std::function<void(Router&)>& more = {}) {
        options.port = 0;
        if (options.threads == 0) options.threads = 2;
        if (options.workers == 0) options.workers = 2;
        options.upload_folder = folder.path;
        options.timeouts.check_every = std::chrono::milliseconds(5);
        Router router;
        router.add(Method::Get, "/", [](const Request&) { return html("bonjour"); }, {.where = Where::IoThread});
        router.add(Method::Get, "/communes/{insee}",
                   [](const Request& request) {
                       return text(std::string(request.param("insee")) + "|" + std::string(request.query.value("q")));
                   },
                   {.where = Where::IoThread});
        router.add(Method::Post, "/echo", [](const Request& request) { return text(std::string(request.body)); },
                   {.where = Where::Worker, .body_limit = 100'000});
        router.add(Method::Post, "/form", [](const Request& request) {
            std::string out;
            for (const auto& [name, value] : request.form()) out += name + "=" + value + ";";
            return text(out);
        });
        router.add(
            Method::Post, "/upload",
            [](const Request& request) {
                std::string out;
                for (const auto& field : request.multipart().fields) out += field.name + "=" + field.value + ";";
                for (const auto& file : request.multipart().files) {
                    out += file.field + ":" + file.filename + ":" + std::to_string(file.size) + ":" +
                           std::to_string(fs::file_size(file.path)) + ";";
                }
                return text(out);
            },
            {.uploads = UploadLimits{.files = 3, .file_bytes = 2'000'000, .total_bytes = 3'000'000, .fields = {}}});
        if (more) more(router);
        auto started = Server::start(options, std::move(router), error_page, log, clock);
        REQUIRE(started.has_value());
        server = std::move(*started);
    }
    Client client(Wire wire = Wire::Plain) const { return Client(server->port(), wire); }

    Folder folder;
    base::SystemClock clock;
    base::Log log{stderr, clock, base::Level::Error};
    std::unique_ptr<Server> server;
};

std::string post(std::string_view target, std::string_view body, std::string_view more = {}) {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string gunzip(const std::string& packed) {
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
    std::string out(1 << 22, '\0');
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

net::PemPair certificate() {
    const base::SystemClock clock;
    return base::value_or_throw(net::self_signed({"localhost", "127.0.0.1"}, clock.now(), 2));
}

}  // namespace

TEST_CASE("a page comes with its security headers, and the connection stays open for the next") {
    Site site;
    auto client = site.client();
    for (int i = 0; i < 3; ++i) {
        const Answer answer = client.get("/");
        CHECK(answer.status == 200);
        CHECK(answer.body == "bonjour");
        CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
        CHECK(answer.header("X-Content-Type-Options") == "nosniff");
        CHECK(answer.header("Content-Security-Policy").starts_with("default-src 'none'"));
        CHECK(answer.header("Cache-Control") == "no-store");
        CHECK(parse_http_date(answer.header("Date")).has_value());
        CHECK(answer.header("Server").empty());
    }
    CHECK(site.server->stats().connections_accepted == 1);
}

TEST_CASE("parameters and queries arrive decoded") {
    Site site;
    auto client = site.client();
    CHECK(client.get("/communes/59172?q=d%C3%A9nain+nord").body == "59172|dénain nord");
    CHECK(client.get("/communes/L%27H%C3%B4pital").body == "L'Hôpital|");
    CHECK(client.get("http://localhost/communes/62502").body == "62502|");
}

TEST_CASE("an address that does not exist, a method that is not for it, a slash too many") {
    Site site;
    auto client = site.client();
    CHECK(client.get("/rien").status == 404);
    CHECK(client.get("/rien").body == "<p>not_found at /rien</p>");
    const Answer wrong = client.ask("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow") == "GET, HEAD, OPTIONS");
    const Answer options = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(options.status == 204);
    CHECK(options.header("Allow") == "POST, OPTIONS");
    const Answer slash = client.get("/communes/59172/?q=1");
    CHECK(slash.status == 308);
    CHECK(slash.header("Location") == "/communes/59172?q=1");
    const Answer head = client.ask("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", true);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == "7");
    CHECK(client.get("/").body == "bonjour");
}

TEST_CASE("requests sent all at once are answered in order") {
    Site site;
    auto client = site.client();
    std::string all;
    for (int i = 1; i <= 50; ++i)
        all += "GET /communes/" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n" +
               post("/echo", "corps " + std::to_string(i));
    client.send(all);
    for (int i = 1; i <= 50; ++i) {
        CHECK(client.read().body == std::to_string(i) + "|");
        CHECK(client.read().body == "corps " + std::to_string(i));
    }
}

TEST_CASE("a request that trickles in byte by byte is understood") {
    Site site;
    auto client = site.client();
    for (const char c : post("/form", "a=1&b=%C3%A9t%C3%A9&a=2", "Content-Type: application/x-www-form-urlencoded\r\n"))
        client.send({&c, 1});
    CHECK(client.read().body == "a=1;b=été;a=2;");
    for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         "5\r\nabcde\r\n3;x=\"y\"\r\nfgh\r\n0\r\nTrailer: 1\r\n\r\n"))
        client.send({&c, 1});
    CHECK(client.read().body == "abcdefgh");
    CHECK(client.get("/").body == "bonjour");
}

TEST_CASE("what two servers could understand differently is refused, and the connection closed") {
    struct Case {
        const char* what;
        std::string_view bytes;
        int status;
    };
    using namespace std::string_view_literals;
    const Case cases[] = {
        {"both lengths",
         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"two equal lengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
         400},
        {"list of lengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
        {"signed length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400},
        {"negative length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"hexadecimal length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", 400},
        {"empty length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
        {"enormous length", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\n", 400},
        {"two codings", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        {"coding in two fields",
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
         400},
        {"chunked after a tab",
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0b"
         "chunked\r\n\r\n0\r\n\r\n",
         400},
        {"coding in HTTP/1.0", "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"space before the colon", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc", 400},
        {"space before the name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400},
        {"bare line feed", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"bare line feed in the middle", "GET / HTTP/1.1\r\nHost: a\r\nX: a\nContent-Length: 3\r\n\r\n", 400},
        {"bare carriage return", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n", 400},
        {"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"sv, 400},
        {"field without a name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400},
        {"chunk size with sign",
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", 400},
        {"chunk size with 0x",
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", 400},
        {"enormous chunk", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
         400},
        {"chunk longer than it says",
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", 400},
        {"chunk ended by bare line feed",
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", 400},
        {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"empty host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400},
        {"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"host with a person", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
        {"host with a wild port", "GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n", 400},
        {"climbing path", "GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"climbing path, encoded", "GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"encoded slash", "GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"backslash", "GET /a%5cb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"encoded NUL", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"broken percent", "GET /a%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"broken percent in the query", "GET /?q=%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"path that is not UTF-8", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"query that is not UTF-8", "GET /?q=%c3%28 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"two slashes", "GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"fragment", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"not a path", "GET evil.example:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"header that is not UTF-8", "GET / HTTP/1.1\r\nHost: a\r\nX: \xff\r\n\r\n", 400},
        {"method unknown", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"tunnel", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501},
        {"other version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
        {"TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"sv, 400},
        {"expectation unknown", "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: cake\r\nContent-Length: 1\r\n\r\n", 417},
    };
    Site site;
    for (const auto& each : cases) {
        CAPTURE(each.what);
        auto client = site.client();
        client.send(each.bytes);
        client.end_sending();
        const Answer answer = client.read();
        // A broken version is 400 or 505: both refuse.
        CHECK((answer.status == each.status || (answer.status == 505 && std::string_view(each.what) == "no version")));
        CHECK(answer.header("Connection") == "close");
        CHECK(client.ended());
    }
    CHECK(site.server->stats().malformed == std::size(cases));
}

TEST_CASE("too long is said as such") {
    Site site;
    auto ask = [&](const std::string& bytes) {
        auto client = site.client();
        return client.ask(bytes);
    };
    CHECK(ask("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status == 414);
    CHECK(ask("GET /" + std::string(20000, 'a')).status == 414);
    CHECK(ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'a') + "\r\n\r\n").status == 431);
    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 120; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
    CHECK(ask(many + "\r\n").status == 431);
    const Answer announced = ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n");
    CHECK(announced.status == 413);
    CHECK(announced.body == "<p>too_large at /echo</p>");
    CHECK(ask(post("/echo", std::string(100'001, 'x'))).status == 413);
    CHECK(ask(post("/echo", std::string(100'000, 'x'))).body.size() == 100'000);
    CHECK(ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" +
              std::string(0x20000, 'x') + "\r\n")
              .status == 413);
    CHECK(ask(post("/form", std::string(2000, '&') + "a=" + std::string(200, 'x'),
                   "Content-Type: application/x-www-form-urlencoded\r\n"))
              .status == 200);
}

TEST_CASE("a refused upload still gets its answer, however much the browser goes on sending") {
    Site site;
    auto client = site.client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n");
    client.send(std::string(1'000'000, 'x'));
    CHECK(client.read().status == 413);
}

TEST_CASE("curl waits for 100 Continue before a large body, and is told at once when it is too large") {
    Site site;
    auto client = site.client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    CHECK(client.read().status == 100);
    CHECK(client.ask("salut").body == "salut");
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
    CHECK(client.read().status == 413);
}

TEST_CASE("HTTP/1.0 clients get their answer and the end") {
    Site site;
    auto client = site.client();
    const Answer answer = client.ask("GET / HTTP/1.0\r\n\r\n");
    CHECK(answer.body == "bonjour");
    CHECK(answer.header("Connection") == "close");
    CHECK(client.ended());
    auto patient = site.client();
    CHECK(patient.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection") == "keep-alive");
    CHECK(patient.ask("GET / HTTP/1.0\r\n\r\n").body == "bonjour");
}

TEST_CASE("what handlers throw becomes the page of the error") {
    Site site({}, [](Router& router) {
        router.add(Method::Get, "/refuse",
                   [](const Request&) -> Response { throw base::Failure(base::Error{base::Code::Refused, "no", {}}); });
        router.add(Method::Get, "/conflict",
                   [](const Request&) -> Response { throw base::Failure(base::Error{base::Code::Conflict, "no", {}}); },
                   {.where = Where::IoThread});
        router.add(Method::Get, "/inject",
                   [](const Request& request) { return redirect_see_other(request.query.value("to")); });
    });
    auto client = site.client();
    CHECK(client.get("/refuse").status == 403);
    CHECK(client.get("/conflict").body == "<p>conflict at /conflict</p>");
    CHECK(client.get("/inject?to=%0d%0aSet-Cookie:%20a=b").status == 500);
    CHECK(client.ask(post("/form", "{}", "Content-Type: application/json\r\n")).status == 400);
    CHECK(client.ask(post("/form", "a=%ff", "Content-Type: application/x-www-form-urlencoded\r\n")).status == 400);
    CHECK(client.ask(post("/form", "a=%00", "Content-Type: application/x-www-form-urlencoded\r\n")).status == 400);
    CHECK(client.ask(post("/form", "", "")).status == 200);
    CHECK(client.ask(post("/form", "a=1", "Content-Type: multipart/form-data; boundary=x\r\n")).status == 415);
}

TEST_CASE("a stranger is turned away before the upload is read") {
    Site site({}, [](Router& router) {
        router.add(Method::Post, "/private", [](const Request&) { return text("in"); },
                   {.admit = [](const Request& request) -> std::optional<Response> {
                       if (request.cookie("__Host-session") == "good") return std::nullopt;
                       return redirect_see_other("/login");
                   }});
    });
    auto client = site.client();
    CHECK(client.ask(post("/private", "x", "Cookie: a=b; __Host-session=good\r\n")).body == "in");
    const Answer answer = client.ask("POST /private HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    CHECK(answer.status == 303);
    CHECK(answer.header("Location") == "/login");
    CHECK(answer.header("Connection") == "close");
}

TEST_CASE("files arrive on disk and are gone after the request") {
    Site site;
    auto client = site.client();
    const std::string big(1'500'000, 'z');
    const std::string body =
        "--XX\r\nContent-Disposition: form-data; name=\"titre\"\r\n\r\nDélibération\r\n2\r\n"
        "--XX\r\nContent-Disposition: form-data; name=\"piece\"; filename=\"C:\\dossier\\d\xc3\xa9lib "
        "%22x%22.pdf\"\r\nContent-Type: application/pdf\r\n\r\n" +
        big +
        "\r\n--XX\r\nContent-Disposition: form-data; name=\"rien\"; filename=\"\"\r\nContent-Type: "
        "application/octet-stream\r\n\r\n"
        "\r\n--XX\r\nContent-Disposition: form-data; name=\"vide\"; filename=\"vide.txt\"\r\n\r\n"
        "\r\n--XX--\r\n";
    const Answer answer = client.ask(post("/upload", body, "Content-Type: multipart/form-data; boundary=XX\r\n"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "titre=Délibération\n2;piece:délib \"x\".pdf:1500000:1500000;vide:vide.txt:0:0;");
    CHECK(client.get("/").status == 200);
    CHECK(fs::is_empty(site.folder.path));

    const std::string head = "--XX\r\nContent-Disposition: form-data; name=\"piece\"; filename=\"a\"\r\n\r\n";
    auto upload = [&](const std::string& content) {
        auto other = site.client();
        return other.ask(post("/upload", content, "Content-Type: multipart/form-data; boundary=XX\r\n")).status;
    };
    CHECK(upload(head + std::string(2'000'001, 'z') + "\r\n--XX--\r\n") == 413);
    CHECK(upload(head + std::string(2'000'000, 'z') + "\r\n--XX--\r\n") == 200);
    CHECK(upload(head + std::string(3'000'001, 'z') + "\r\n--XX--\r\n") == 413);
    CHECK(upload(head + "x\r\n" + head + "x\r\n" + head + "x\r\n" + head + "x\r\n--XX--\r\n") == 413);
    CHECK(upload(head + "cut off") == 400);
    CHECK(upload("") == 400);
    CHECK(fs::is_empty(site.folder.path));
}

TEST_CASE("an upload that is cut off leaves nothing behind") {
    Site site;
    {
        auto client = site.client();
        client.send(
            "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: "
            "2900000\r\n\r\n"
            "--XX\r\nContent-Disposition: form-data; name=\"piece\"; filename=\"a\"\r\n\r\n" +
            std::string(1'000'000, 'x'));
    }
    site.server->stop();
    site.server.reset();
    CHECK(fs::is_empty(site.folder.path));
}

TEST_CASE("parts of a file are served, and known copies are not sent again") {
    Folder folder;
    std::string bytes;
    for (int i = 0; i < 100'000; ++i) bytes += std::to_string(i) + "\n";
    std::ofstream(folder.path / "f.bin", std::ios::binary) << bytes;
    Site site({}, [&](Router& router) {
        router.add(Method::Get, "/f", [path = folder.path / "f.bin"](const Request&) {
            return file("application/octet-stream", {.path = path}).attachment("d\xc3\xa9lib\"1\".bin");
        });
        router.add(Method::Get, "/slice", [path = folder.path / "f.bin"](const Request&) {
            return file("application/octet-stream", {.path = path, .offset = 10, .length = 20});
        });
        router.add(Method::Get, "/gone", [path = folder.path / "g.bin"](const Request&) {
            return file("application/octet-stream", {.path = path});
        });
    });
    auto client = site.client();
    const Answer whole = client.get("/f");
    CHECK(whole.body == bytes);
    CHECK(whole.header("Accept-Ranges") == "bytes");
    CHECK(whole.header("Content-Disposition") ==
          "attachment; filename=\"d_lib_1_.bin\"; filename*=UTF-8''d%C3%A9lib%221%22.bin");
    const std::string etag = whole.header("ETag");
    const std::string total = std::to_string(bytes.size());
    struct Case {
        std::string range;
        int status;
        std::string content_range;
        std::string body;
    };
    const Case cases[] = {
        {"bytes=0-9", 206, "bytes 0-9/" + total, bytes.substr(0, 10)},
        {"bytes=500000-", 206, "bytes 500000-" + std::to_string(bytes.size() - 1) + "/" + total, bytes.substr(500000)},
        {"bytes=-7", 206,
         "bytes " + std::to_string(bytes.size() - 7) + "-" + std::to_string(bytes.size() - 1) + "/" + total,
         bytes.substr(bytes.size() - 7)},
        {"bytes=10-99999999", 206, "bytes 10-" + std::to_string(bytes.size() - 1) + "/" + total, bytes.substr(10)},
        {"bytes=99999999-", 416, "bytes */" + total, ""},
        {"bytes=-0", 416, "bytes */" + total, ""},
        {"bytes=5-2", 200, "", bytes},
        {"bytes=0-1,3-4", 200, "", bytes},
        {"lines=1-2", 200, "", bytes},
        {"bytes=x-", 200, "", bytes},
        {"bytes=18446744073709551615-18446744073709551615", 416, "bytes */" + total, ""},
        {"bytes=0-18446744073709551615", 206, "bytes 0-" + std::to_string(bytes.size() - 1) + "/" + total, bytes},
    };
    for (const auto& each : cases) {
        CAPTURE(each.range);
        const Answer answer = client.get("/f", "Range: " + each.range + "\r\n");
        CHECK(answer.status == each.status);
        CHECK(answer.header("Content-Range") == each.content_range);
        CHECK((answer.body == each.body));
    }
    CHECK(client.get("/f", "If-None-Match: \"x\", " + etag + "\r\n").status == 304);
    CHECK(client.get("/f", "If-None-Match: \"x\"\r\n").status == 200);
    CHECK(client.get("/f", "If-Modified-Since: " + whole.header("Last-Modified") + "\r\n").status == 304);
    CHECK(client.get("/f", "Range: bytes=0-1\r\nIf-Range: " + etag + "\r\n").status == 206);
    CHECK(client.get("/f", "Range: bytes=0-1\r\nIf-Range: \"old\"\r\n").status == 200);
    CHECK(client.get("/slice").body == bytes.substr(10, 20));
    CHECK(client.get("/slice", "Range: bytes=5-6\r\n").body == bytes.substr(15, 2));
    CHECK(client.get("/gone").status == 404);
    CHECK(client.ask("HEAD /f HTTP/1.1\r\nHost: a\r\n\r\n", true).header("Content-Length") == total);
    CHECK(client.get("/").status == 200);
}

TEST_CASE("large exports are streamed, compressed on request, and never end quietly when they fail") {
    auto rows = [](int most, bool fails) {
        return [most, fails, i = 0](std::string& out) mutable {
            for (int n = 0; n < 1000 && i < most; ++n, ++i) out += "59172;Denain;" + std::to_string(i) + "\n";
            if (fails && i >= most / 2) throw std::runtime_error("disk gone");
            return i < most;
        };
    };
    Site site({}, [&](Router& router) {
        router.add(Method::Get, "/csv", [&](const Request&) {
            return stream("text/csv; charset=utf-8", rows(100'000, false)).compressed();
        });
        router.add(Method::Get, "/broken",
                   [&](const Request&) { return stream("text/csv; charset=utf-8", rows(100'000, true)); });
        router.add(Method::Get, "/empty", [&](const Request&) {
            return stream("text/csv; charset=utf-8", [](std::string&) { return false; });
        });
    });
    auto client = site.client();
    const Answer plain = client.get("/csv");
    CHECK(plain.header("Transfer-Encoding") == "chunked");
    CHECK(plain.whole);
    CHECK(std::ranges::count(plain.body, '\n') == 100'000);
    const Answer packed = client.get("/csv", "Accept-Encoding: gzip, br\r\n");
    CHECK(packed.header("Content-Encoding") == "gzip");
    CHECK(packed.body.size() < plain.body.size() / 4);
    CHECK((gunzip(packed.body) == plain.body));
    CHECK(client.get("/empty").whole);
    CHECK(client.ask("HEAD /csv HTTP/1.1\r\nHost: a\r\n\r\n", true).status == 200);
    auto old = site.client();
    CHECK((old.ask("GET /csv HTTP/1.0\r\n\r\n").body == plain.body));
    const Answer broken = client.get("/broken");
    CHECK(broken.status == 200);
    CHECK_FALSE(broken.whole);
}

TEST_CASE("pages are compressed only when they say so and the browser can") {
    const std::string page(5000, 'a');
    Site site({}, [&](Router& router) {
        router.add(Method::Get, "/open",
                   [&](const Request&) { return html(page).header("ETag", "\"v1\"").compressed(); });
        router.add(Method::Get, "/secret", [&](const Request&) { return html(page); });
        router.add(Method::Get, "/shared", [body = shared_body(page, Compress::Yes)](const Request&) {
            return shared("text/html", body).header("Cache-Control", "public");
        });
    });
    auto client = site.client();
    const std::string accept = "Accept-Encoding: gzip\r\n";
    const Answer packed = client.get("/open", accept);
    CHECK(packed.header("Content-Encoding") == "gzip");
    CHECK(packed.header("ETag") == "W/\"v1\"");
    CHECK(packed.header("Vary") == "Accept-Encoding");
    CHECK(gunzip(packed.body) == page);
    CHECK(client.get("/open").body == page);
    CHECK(client.get("/open", "Accept-Encoding: gzip;q=0\r\n").body == page);
    CHECK(client.get("/open", accept + "If-None-Match: W/\"v1\"\r\n").status == 304);
    CHECK(client.get("/secret", accept).body == page);
    CHECK(gunzip(client.get("/shared", accept).body) == page);
    CHECK(client.get("/shared").header("Cache-Control") == "public");
}

TEST_CASE("whoever sends a header too slowly is shown the door") {
    ServerOptions options;
    options.timeouts.header = std::chrono::milliseconds(20);
    options.timeouts.linger = std::chrono::milliseconds(20);
    Site site(options);
    auto silent = site.client();
    CHECK(silent.ended());
    auto slow = site.client();
    slow.send("GET / HTTP/1.1\r\nHost: a\r\n");
    CHECK(slow.read().status == 408);
    CHECK(slow.ended());
    CHECK(site.server->stats().timed_out == 2);
}

TEST_CASE("a body that does not come, an idle connection, an answer that nobody reads: all end") {
    ServerOptions options;
    options.timeouts.body = std::chrono::milliseconds(20);
    options.timeouts.idle = std::chrono::milliseconds(20);
    options.timeouts.linger = std::chrono::milliseconds(20);
    options.timeouts.minimum_rate = 1'000'000'000;
    Site site(options, [](Router& router) {
        router.add(Method::Get, "/big", [](const Request&) { return text(std::string(64U << 20U, 'x')); });
    });
    auto slow = site.client();
    slow.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(slow.read().status == 408);
    auto idle = site.client();
    CHECK(idle.get("/").status == 200);
    CHECK(idle.ended());
    auto deaf = site.client();
    deaf.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    while (site.server->stats().timed_out < 2) std::this_thread::yield();
    CHECK(site.server->stats().in_flight == 0);
}

TEST_CASE("when every worker is busy and the queue is full, people are told to come back") {
    Door door;
    ServerOptions options;
    options.workers = 1;
    options.queue_limit = 1;
    Site site(options, [&](Router& router) {
        router.add(Method::Get, "/wait", [&](const Request&) {
            door.pass();
            return text("done");
        });
    });
    auto first = site.client();
    first.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    door.await(1);
    auto second = site.client();
    second.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    while (site.server->stats().queued < 1) std::this_thread::yield();
    auto third = site.client();
    const Answer busy = third.get("/wait");
    CHECK(busy.status == 503);
    CHECK(busy.header("Retry-After") == "2");
    CHECK(third.get("/").status == 200);
    while (site.server->stats().in_flight != 2) std::this_thread::yield();
    door.open();
    CHECK(first.read().body == "done");
    CHECK(second.read().body == "done");
    CHECK(site.server->stats().rejected_busy == 1);
}

TEST_CASE("stopping lets requests under way end, closes the others, and takes no more") {
    Door door;
    Site site({}, [&](Router& router) {
        router.add(Method::Get, "/wait", [&](const Request&) {
            door.pass();
            return text("done");
        });
    });
    auto idle = site.client();
    CHECK(idle.get("/").status == 200);
    auto busy = site.client();
    busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    door.await(1);
    std::thread stopper([&] { site.server->stop(); });
    CHECK(idle.ended());
    CHECK_FALSE(site.client().connected());
    door.open();
    const Answer answer = busy.read();
    CHECK(answer.body == "done");
    CHECK(answer.header("Connection") == "close");
    stopper.join();
}

TEST_CASE("stopping does not wait for ever for a client that does not read") {
    ServerOptions options;
    options.timeouts.stop = std::chrono::milliseconds(30);
    Site site(options, [](Router& router) {
        router.add(Method::Get, "/big", [](const Request&) { return text(std::string(64U << 20U, 'x')); });
    });
    auto deaf = site.client();
    deaf.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    while (site.server->stats().bytes_out == 0) std::this_thread::yield();
    site.server->stop();
    CHECK(site.server->stats().connections_open == 0);
}

TEST_CASE("connections above the limit wait their turn") {
    ServerOptions options;
    options.max_connections = 2;
    Site site(options);
    auto a = std::make_unique<Client>(site.server->port());
    auto b = std::make_unique<Client>(site.server->port());
    CHECK(a->get("/").status == 200);
    CHECK(b->get("/").status == 200);
    auto c = site.client();  // in the kernel's queue
    c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(site.server->stats().connections_open == 2);
    a.reset();
    CHECK(c.read().status == 200);
}

TEST_CASE("two servers on one port: the second says so") {
    Site site;
    ServerOptions options;
    options.port = site.server->port();
    const auto second = Server::start(options, Router(), error_page, site.log, site.clock);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == base::Code::Conflict);
    options.address = "here";
    CHECK(Server::start(options, Router(), error_page, site.log, site.clock).error().code == base::Code::Invalid);
}

TEST_CASE("the same over TLS: pages, uploads, exports, a graceful end") {
    const auto pair = certificate();
    ServerOptions options;
    options.tls = base::value_or_throw(net::TlsContext::from_pem(pair.certificate, pair.key));
    options.security.hsts_seconds = 31'536'000;
    Site site(options, [](Router& router) {
        router.add(Method::Get, "/tls", [](const Request& request) { return text(request.is_tls ? "yes" : "no"); });
        router.add(Method::Get, "/big", [](const Request&) { return text(std::string(3'000'000, 'x')); });
        router.add(Method::Get, "/csv", [](const Request&) {
            return stream("text/csv", [i = 0](std::string& out) mutable {
                out += std::string(50'000, 'y');
                return ++i < 20;
            });
        });
    });
    auto client = site.client(Wire::Tls);
    REQUIRE(client.connected());
    const Answer answer = client.get("/tls");
    CHECK(answer.body == "yes");
    CHECK(answer.header("Strict-Transport-Security") == "max-age=31536000");
    CHECK(client.get("/big").body.size() == 3'000'000);
    CHECK(client.get("/csv").body.size() == 1'000'000);
    CHECK(client.ask(post("/echo", std::string(90'000, 'x'))).body.size() == 90'000);
    const std::string upload = "--XX\r\nContent-Disposition: form-data; name=\"p\"; filename=\"a\"\r\n\r\n" +
                               std::string(1'000'000, 'x') + "\r\n--XX--\r\n";
    CHECK(client.ask(post("/upload", upload, "Content-Type: multipart/form-data; boundary=XX\r\n")).body ==
          "p:a:1000000:1000000;");
    auto refused = site.client(Wire::Tls);
    CHECK(refused.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n").status == 413);
    auto closing = site.client(Wire::Tls);
    CHECK(closing.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status == 200);
    CHECK(closing.ended());
    auto plain = site.client();
    plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(plain.read().status == 0);
}

TEST_CASE("only the hosts that are served here are answered for, and only trusted proxies believed") {
    ServerOptions options;
    options.hosts = {"aides.example.fr"};
    options.trusted_proxies = {"127.0.0.1", "10.0.0.1"};
    Site site(options, [](Router& router) {
        router.add(Method::Get, "/who",
                   [](const Request& request) { return text(request.remote + (request.is_tls ? " tls" : "")); });
    });
    auto ask = [&](const std::string& host, const std::string& more) {
        auto client = site.client();
        return client.ask("GET /who HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n");
    };
    CHECK(ask("evil.example", "").status == 421);
    CHECK(ask("AIDES.example.fr:8443", "").body == "127.0.0.1");
    CHECK(
        ask("aides.example.fr", "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.1\r\nX-Forwarded-Proto: https\r\n").body ==
        "192.0.2.7 tls");
    CHECK(ask("aides.example.fr", "X-Forwarded-For: <script>\r\n").body == "127.0.0.1");
}

TEST_CASE("the figures of the server can be scraped") {
    Site site;
    auto client = site.client();
    CHECK(client.get("/").status == 200);
    CHECK(client.get("/rien").status == 404);
    CHECK(client.get("/").status == 200);  // the two before are counted by now
    const auto stats = site.server->stats();
    CHECK(stats.by_class[1] >= 1);
    CHECK(stats.by_class[3] == 1);
    CHECK(stats.connections_open == 1);
    const std::string text = site.server->metrics_text();
    CHECK(text.find("# TYPE beffroi_http_request_seconds histogram\n") != std::string::npos);
    CHECK(text.find("beffroi_http_requests_total{class=\"4xx\"} 1\n") != std::string::npos);
    CHECK(text.find("beffroi_http_request_seconds_bucket{le=\"+Inf\"}") != std::string::npos);
}

TEST_CASE("many clients at once, plain, get each their own answer") {
    Site site;
    std::vector<std::thread> people;
    std::atomic<int> good{0};
    for (int person = 0; person < 8; ++person) {
        people.emplace_back([&, person] {
            auto client = site.client();
            for (int i = 0; i < 50; ++i) {
                const std::string mine = std::to_string(person * 1000 + i);
                if (client.get("/communes/" + mine).body == mine + "|") ++good;
                if (client.ask(post("/echo", mine)).body == mine) ++good;
            }
        });
    }
    for (auto& person : people) person.join();
    CHECK(good == 800);
}
