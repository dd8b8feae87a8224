// The parts of the server, each by itself.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "http/assets.hpp"
#include "http/encoding.hpp"
#include "http/gzip.hpp"
#include "http/metrics.hpp"
#include "http/rate_limit.hpp"
#include "http/request.hpp"
#include "http/router.hpp"

using namespace beffroi;
using namespace beffroi::http;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string text = (fs::temp_directory_path() / "beffroi-parts-XXXXXX").string();
        path = ::mkdtemp(text.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

std::unique_ptr<Request> request_of(std::string_view line, std::string_view body = {}) {
    return base::value_or_throw(make_request(std::string(line) + "\r\n", body));
}

}  // namespace

TEST_CASE("any text survives percent encoding, and any form its query") {
    CHECK(rc::check("decode ∘ encode = identity", [](const std::string& text) {
        RC_ASSERT(base::value_or_throw(percent_decode(percent_encode(text))) == text);
    }));
    CHECK(rc::check("query", [] {
        const auto name = *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
        const auto value = *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
        const auto fields = base::value_or_throw(parse_urlencoded(build_query({{name, value}, {"x", "é"}})));
        RC_ASSERT(fields.size() == 2U);
        RC_ASSERT(fields.begin()->name == name);
        RC_ASSERT(fields.begin()->value == value);
        RC_ASSERT(fields.value("x") == "é");
    }));
}

TEST_CASE("forms: what browsers send, and what is refused") {
    const auto fields = base::value_or_throw(parse_urlencoded("a=1&b=x+y%2Bz&a=2&vide=&seul&&t=l1%0D%0Al2%0Dl3"));
    CHECK(fields.value("a") == "1");
    CHECK(fields.all("a") == std::vector<std::string_view>{"1", "2"});
    CHECK(fields.value("b") == "x y+z");
    CHECK(fields.has("vide"));
    CHECK(fields.has("seul"));
    CHECK_FALSE(fields.has("absent"));
    CHECK(fields.value("t") == "l1\nl2\nl3");
    CHECK(fields.size() == 6);
    for (const char* bad : {"a=%", "a=%4", "a=%g0", "%=1", "a=%00", "a=%ff", "a=%c0%80", "a=%ed%a0%80"}) {
        CAPTURE(bad);
        CHECK(parse_urlencoded(bad).error().code == base::Code::Invalid);
    }
    CHECK(parse_urlencoded("a=1&b=2&c=3", {.count = 2}).error().code == base::Code::TooLarge);
    CHECK(parse_urlencoded("a=1234", {.value_bytes = 3}).error().code == base::Code::TooLarge);
    CHECK(parse_urlencoded("abcd=1", {.name_bytes = 3}).error().code == base::Code::TooLarge);
}

TEST_CASE("a path cannot climb, hide or lie") {
    CHECK(decode_path("/a/b%20c/").value() == "/a/b c/");
    CHECK(decode_path("/").value() == "/");
    CHECK(decode_path("/..a/b..").value() == "/..a/b..");
    for (const char* bad : {"", "a", "//", "/a//b", "/..", "/a/..", "/../a", "/.", "/a/./b", "/%2e%2e/a", "/%2E%2e",
                            "/a%2fb", "/a\\b", "/a%5cb", "/%00", "/%0a", "/%7f", "/%", "/%ff"}) {
        CAPTURE(bad);
        CHECK_FALSE(decode_path(bad).has_value());
    }
}

TEST_CASE("after logging in one comes back to this site and no other") {
    CHECK(local_target_or("/dossiers/7?tri=nom", "/") == "/dossiers/7?tri=nom");
    for (const char* bad : {"", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)",
                            "/a\nb", "/..//evil", "/a#b", "/%2f%2fevil", " /a"}) {
        CAPTURE(bad);
        CHECK(local_target_or(bad, "/accueil") == "/accueil");
    }
}

TEST_CASE("the router finds the most precise pattern, and says what else an address takes") {
    Router router;
    auto named = [](const char* name) { return [name](const Request&) { return text(name); }; };
    router.add(Method::Get, "/", named("home"));
    router.add(Method::Get, "/dossiers", named("list"));
    router.add(Method::Get, "/dossiers/nouveau", named("new"));
    router.add(Method::Get, "/dossiers/{id}",
               [](const Request& request) { return text("dossier " + std::string(request.param("id"))); });
    router.add(Method::Post, "/dossiers/{dossier}", named("save"));
    router.add(Method::Get, "/dossiers/{id}/pieces/{piece}", [](const Request& request) {
        return text(std::string(request.param("id")) + "/" +
                    std::to_string(request.param_number("piece").value_or(-1)));
    });
    router.add(Method::Get, "/dossiers/nouveau/aide", named("help"));
    router.add(Method::Get, "/fichiers/{reste...}",
               [](const Request& request) { return text(std::string(request.param("reste"))); });
    auto ask = [&](std::string_view target, const char* method = "GET") {
        const auto request = request_of(std::string(method) + " " + std::string(target) + " HTTP/1.1");
        const Response response = router.handle(*request, nullptr);
        return std::to_string(response.status) + " " + std::get<std::string>(response.body);
    };
    CHECK(ask("/") == "200 home");
    CHECK(ask("/dossiers") == "200 list");
    CHECK(ask("/dossiers/nouveau") == "200 new");
    CHECK(ask("/dossiers/7") == "200 dossier 7");
    CHECK(ask("/dossiers/7", "POST") == "200 save");
    CHECK(ask("/dossiers/nouveau/pieces/12") == "200 nouveau/12");
    CHECK(ask("/dossiers/7/pieces/+12") == "200 7/-1");
    CHECK(ask("/dossiers/7/pieces/012") == "200 7/-1");
    CHECK(ask("/dossiers/7/pieces/99999999999999999999") == "200 7/-1");
    CHECK(ask("/fichiers/a/b/c.css") == "200 a/b/c.css");
    CHECK(ask("/fichiers") == "404 404 Not Found\n");
    CHECK(ask("/dossiers/7/rien") == "404 404 Not Found\n");
    CHECK(ask("/dossiers/", "GET") == "308 ");
    CHECK(ask("/dossiers/7", "DELETE") == "405 405 Method Not Allowed\n");
    CHECK(router.routes().size() == 8);
    const auto request = request_of("GET /dossiers/7 HTTP/1.1");
    CHECK(router.match(*request).route->pattern == "/dossiers/{id}");
    CHECK(request->route == "/dossiers/{id}");
}

TEST_CASE("requests for the tests of handlers come through the same reader") {
    const auto form = request_of(
        "POST /f HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: a=1; b=\"2\"; a=3", "x=1&x=2");
    CHECK(form->form().all("x").size() == 2);
    CHECK(form->cookie("a") == "1");
    CHECK(form->cookie("b") == "\"2\"");
    CHECK_FALSE(form->cookie("c").has_value());
    CHECK(form->header("content-TYPE") == "application/x-www-form-urlencoded");
    const auto file = request_of("POST /f HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=\"a b\"",
                                 "--a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--a b--");
    CHECK(file->form().value("x") == "1");
    CHECK(file->multipart().files.empty());
    CHECK_FALSE(make_request("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n").has_value());
    CHECK(request_of("GET / HTTP/1.1\r\nAccept-Language: en;q=0.5, fr-FR, de;q=0, fr;q=0.9")->languages() ==
          std::vector<std::string_view>{"fr-FR", "fr", "en"});
    CHECK_THROWS_AS((void)request_of("GET / HTTP/1.1")->multipart(), base::Failure);
}

TEST_CASE("multipart: whatever the pieces in which it comes, the same form") {
    Folder folder;
    const std::string body =
        "preamble\r\n--B\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n1\r\n--B \r\n2\r\n"
        "--B\r\ncontent-disposition: Form-Data; filename=x.txt; name=f\r\nContent-Type: "
        "text/plain\r\n\r\n\r\n--\r\n--BB is not a boundary";
    const std::string good =
        "--B\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n\r\n-B--\r\n"
        "--B\r\ncontent-disposition: Form-Data; filename=x.txt; name=f\r\nContent-Type: "
        "text/plain\r\n\r\n\r\n-\r\r\n\n\r\n--B--epilogue";
    CHECK(rc::check("any split", [&] {
        MultipartReader reader("B", {}, folder.path);
        std::size_t at = 0;
        while (at < good.size()) {
            const auto step = *rc::gen::inRange<std::size_t>(1, 20);
            RC_ASSERT(reader.write(std::string_view(good).substr(at, step)).has_value());
            at += step;
        }
        const auto form = base::value_or_throw(reader.finish());
        RC_ASSERT(form.fields.value("a\"b") == "\n-B--");
        RC_ASSERT(form.files.size() == 1U);
        RC_ASSERT(form.files[0].filename == "x.txt");
        RC_ASSERT(form.file("f")->size == 7U);
    }));
    CHECK(fs::is_empty(folder.path));
    MultipartReader broken("B", {}, folder.path);
    CHECK(broken.write(body).error().code == base::Code::Invalid);

    auto refused = [&](std::string_view text, const UploadLimits& limits = {}) {
        MultipartReader reader("B", limits, folder.path);
        auto status = reader.write(text);
        if (!status) return status.error().code;
        auto form = reader.finish();
        return form ? base::Code::Internal : form.error().code;
    };
    const std::string text_part = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
    CHECK(refused("--B\r\n\r\nx\r\n--B--") == base::Code::Invalid);
    CHECK(refused("--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--") == base::Code::Invalid);
    CHECK(refused("--B\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B--") == base::Code::Invalid);
    CHECK(refused("--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--") == base::Code::Invalid);
    CHECK(refused("--B\r\nno colon\r\n\r\nx\r\n--B--") == base::Code::Invalid);
    CHECK(refused(text_part + "\xff\r\n--B--") == base::Code::Invalid);
    CHECK(refused(text_part + "x") == base::Code::Invalid);
    CHECK(refused("--B\r\n" + std::string(9000, 'x')) == base::Code::TooLarge);
    CHECK(refused(text_part + "1234\r\n--B--", {.fields = {.value_bytes = 3}}) == base::Code::TooLarge);
    CHECK(refused(text_part + "1\r\n" + text_part + "2\r\n--B--", {.fields = {.count = 1}}) == base::Code::TooLarge);
    CHECK(refused("--B\r\nContent-Disposition: form-data; name=\"f\"; "
                  "filename=\"a%0D%0A../../etc/passwd\"\r\n\r\nx\r\n--B--") == base::Code::Internal);
    MultipartReader nowhere("B", {}, "/nowhere");
    CHECK(nowhere.write("--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nx\r\n--B--")
              .error()
              .code == base::Code::Unavailable);
}

TEST_CASE("boundaries: quoted, bare, and those that are none") {
    CHECK(multipart_boundary("multipart/form-data; boundary=----WebKitFormBoundaryAb1") == "----WebKitFormBoundaryAb1");
    CHECK(multipart_boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"") == "a b");
    for (const char* bad : {"", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x",
                            "multipart/form-data; boundary=\"x", "multipart/form-data; boundary=a\tb"})
        CHECK(multipart_boundary(bad).empty());
    CHECK(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')).empty());
}

TEST_CASE("cookies are safe unless asked otherwise, and nothing can be smuggled into a header") {
    auto line = [](const SetCookie& cookie) {
        return std::string(Response().cookie(cookie).find_header("Set-Cookie"));
    };
    CHECK(line({.name = "__Host-session", .value = "abc", .secure = false, .path = "/x"}) ==
          "__Host-session=abc; Path=/; HttpOnly; Secure; SameSite=Lax");
    CHECK(line({.name = "lang",
                .value = "fr",
                .http_only = false,
                .secure = false,
                .same_site = SameSite::Strict,
                .max_age = 0}) == "lang=fr; Path=/; Max-Age=0; SameSite=Strict");
    CHECK_THROWS_AS(line({.name = "a b", .value = "c"}), base::Failure);
    CHECK_THROWS_AS(line({.name = "a", .value = "c; Domain=evil"}), base::Failure);
    CHECK_THROWS_AS((void)Response().header("X", "a\r\nb"), base::Failure);
    CHECK_THROWS_AS((void)Response().header("X\n", "a"), base::Failure);
    CHECK_THROWS_AS((void)Response().header("Content-Length", "1"), base::Failure);
    const auto two = Response()
                         .cookie({.name = "a", .value = "1"})
                         .cookie({.name = "b", .value = "2"})
                         .header("X", "1")
                         .header("x", "2");
    CHECK(two.headers().size() == 3);
    CHECK(two.find_header("X") == "2");
}

TEST_CASE("dates as HTTP writes them") {
    CHECK(http_date(base::Timestamp{784111777000}) == "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 §5.6.7
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == base::Timestamp{784111777000});
    for (const char* bad :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Xxx 1994 08:49:37 GMT"})
        CHECK_FALSE(parse_http_date(bad).has_value());
    CHECK(rc::check("back and forth", [] {
        const auto second = *rc::gen::inRange<std::int64_t>(0, 4'102'444'800);
        RC_ASSERT(parse_http_date(http_date(base::Timestamp{second * 1000})) == base::Timestamp{second * 1000});
    }));
}

TEST_CASE("what browsers accept, and what is worth compressing") {
    CHECK(accepts_gzip("gzip, deflate, br"));
    CHECK(accepts_gzip("br;q=1.0, GZIP;q=0.2"));
    CHECK(accepts_gzip("*"));
    CHECK_FALSE(accepts_gzip(""));
    CHECK_FALSE(accepts_gzip("gzip;q=0"));
    CHECK_FALSE(accepts_gzip("gzip;q=0.000, *"));
    CHECK_FALSE(accepts_gzip("identity"));
    CHECK(compressible("text/html; charset=utf-8"));
    CHECK_FALSE(compressible("image/png"));
}

TEST_CASE("assets get an address of their own content, and old addresses go on working") {
    Folder folder;
    fs::create_directories(folder.path / "icones");
    std::ofstream(folder.path / "app.css") << std::string(3000, 'a');
    std::ofstream(folder.path / "icones" / "carte é.svg") << "<svg/>";
    std::ofstream(folder.path / ".secret") << "no";
    fs::create_symlink("/etc/passwd", folder.path / "link.txt");
    const auto assets = base::value_or_throw(Assets::load(folder.path));
    CHECK(assets->size() == 2);
    const std::string url = assets->url("app.css");
    CHECK(url.starts_with("/assets/"));
    CHECK(url.ends_with("/app.css"));
    CHECK(assets->url("icones/carte é.svg").ends_with("/icones/carte%20%C3%A9.svg"));
    Router router;
    Assets::serve(assets, router);
    auto ask = [&](const std::string& target) {
        const auto request = request_of("GET " + target + " HTTP/1.1");
        return router.handle(*request, nullptr);
    };
    const Response current = ask(url);
    CHECK(current.status == 200);
    CHECK(current.find_header("Content-Type") == "text/css; charset=utf-8");
    CHECK(current.find_header("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(std::get<SharedBody>(current.body).gzip != nullptr);
    CHECK(ask(assets->url("icones/carte é.svg")).status == 200);
    CHECK(ask("/assets/0123456789abcdef/app.css").find_header("Cache-Control") == "public, no-cache");
    CHECK(ask("/assets/x/.secret").status == 404);
    CHECK(ask("/assets/x/link.txt").status == 404);
    CHECK(ask("/assets/app.css").status == 404);
    CHECK_FALSE(Assets::load("/nowhere").has_value());
}

TEST_CASE("attempts run out and come back with time, each key for itself") {
    base::ManualClock clock(base::Timestamp{1'000'000});
    RateLimiter limiter({.burst = 3, .refill = std::chrono::seconds(10)}, clock, 100);
    for (int i = 0; i < 3; ++i) CHECK(limiter.take("jeanne").count() == 0);
    CHECK(limiter.take("jeanne") == std::chrono::seconds(10));
    CHECK(limiter.take("paul").count() == 0);
    clock.set(base::Timestamp{1'004'000});
    CHECK(limiter.take("jeanne") == std::chrono::seconds(6));
    clock.set(base::Timestamp{1'010'000});
    CHECK(limiter.take("jeanne").count() == 0);
    CHECK(limiter.take("jeanne") > std::chrono::seconds(0));
    clock.set(base::Timestamp{0});
    CHECK(limiter.take("jeanne") > std::chrono::seconds(0));
    limiter.reset("jeanne");
    CHECK(limiter.take("jeanne").count() == 0);
    for (int i = 0; i < 1000; ++i) (void)limiter.take("key" + std::to_string(i));
    CHECK(limiter.keys() == 100);
    clock.set(base::Timestamp{1'000'000'000});
    for (int i = 0; i < 3; ++i) CHECK(limiter.take("key999").count() == 0);
    CHECK(limiter.take("key999").count() > 0);
}

TEST_CASE("metrics as Prometheus reads them") {
    Histogram histogram({0.1, 1});
    histogram.observe(0.05);
    histogram.observe(0.1);
    histogram.observe(0.5);
    histogram.observe(7);
    MetricsText text;
    text.counter("mails_total", "Mails sent.", 3, {{"kind", "a\"b\\c\nd"}});
    text.counter("mails_total", "Mails sent.", 4, {{"kind", "x"}});
    text.gauge("level", "", -1.5);
    text.gauge("far", "", std::numeric_limits<double>::infinity());
    text.histogram("seconds", "Time.", histogram, {{"route", "/x"}});
    CHECK(
        text.take() ==
        "# HELP mails_total Mails sent.\n# TYPE mails_total counter\nmails_total{kind=\"a\\\"b\\\\c\\nd\"} "
        "3\nmails_total{kind=\"x\"} 4\n"
        "# HELP level \n# TYPE level gauge\nlevel -1.5\n# HELP far \n# TYPE far gauge\nfar +Inf\n"
        "# HELP seconds Time.\n# TYPE seconds histogram\nseconds_bucket{route=\"/x\",le=\"0.1\"} "
        "2\nseconds_bucket{route=\"/x\",le=\"1\"} 3\n"
        "seconds_bucket{route=\"/x\",le=\"+Inf\"} 4\nseconds_sum{route=\"/x\"} 7.65\nseconds_count{route=\"/x\"} 4\n");
}
