#include <algorithm>
#include <set>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "crypto/hash.hpp"
#include "http/router.hpp"
#include "video/pages/parts.hpp"
#include "video/playback/test_support.hpp"

using namespace beffroi;
using namespace beffroi::video_pages;
namespace json = boost::json;

namespace {

constexpr std::int64_t kNoon = 1'795'608'000'000'000;  // 2026-11-25T12:00:00Z
constexpr std::string_view kToken = "a-token-of-the-guard-post-0123456789";

struct Desk {
    Desk() : catalogue(base::value_or_throw(base::Catalogue::load("locale"))) {
        archive.add_file("porte-nord", kNoon, 250);
        archive.add_file("porte-nord", kNoon + 60'000'000, 50);
        hub = std::make_shared<live::Hub>("/live/porte-nord", clock);
        services.cameras = [] {
            CameraStatus one;
            one.id = "porte-nord";
            one.name = "Porte <nord>";
            one.state = CameraStatus::State::Recording;
            auto format = std::make_shared<codec::VideoFormat>();
            format->codec_string = "avc1.64001F";
            format->width = 1920;
            format->height = 1080;
            one.format = format;
            one.stats.rate = 25;
            one.stats.last_frame_us = kNoon;
            one.bits_per_second = 4'200'000;
            CameraStatus two;
            two.id = "gare";
            two.name = "Gare";
            two.state = CameraStatus::State::Lost;
            return std::vector<CameraStatus>{one, two};
        };
        services.hub = [this](const archive::CameraId& camera, Services::Stream stream) {
            return camera == "porte-nord" && stream == Services::Stream::Main ? hub : nullptr;
        };
        services.still = [](const archive::CameraId&, std::int64_t) -> base::Result<std::string> {
            return "\xff\xd8jpeg";
        };
        services.tokens = [] {
            Token token{.name = "poste de garde"};
            const crypto::Digest digest = crypto::sha256(kToken);
            std::ranges::transform(digest, token.sha256.begin(),
                                   [](std::byte b) { return static_cast<std::uint8_t>(b); });
            return std::vector<Token>{token};
        };
        services.trouble = [this] { return trouble; };
        add_routes(router, services);
    }
    http::Response ask(std::string_view line, std::string_view more = {}, std::string_view body = {}) {
        auto request = http::make_request(std::string(line) + " HTTP/1.1\r\n" + std::string(more), body);
        REQUIRE(request.has_value());
        return router.handle(**request, error_page(services));
    }
    http::Response get(std::string_view target) {
        return ask("GET " + std::string(target), "Authorization: Bearer " + std::string(kToken) + "\r\n");
    }
    std::string body(const http::Response& response) {
        const auto* text = std::get_if<std::string>(&response.body);
        return text != nullptr ? *text : std::string();
    }

    base::ManualClock clock{base::Timestamp{kNoon / 1000 + 3'600'000}};
    base::Log log{stderr, clock, base::Level::Error};
    base::Catalogue catalogue;
    playback::FakeArchive archive;
    std::shared_ptr<live::Hub> hub;
    std::string trouble;
    Services services{
        .archive = archive, .clock = clock, .log = log, .catalogue = catalogue, .assets = nullptr, .version = "1.2.3"};
    http::Router router;
};

// Whether a value is what its schema says, as far as this description goes: types, required members, arrays,
// references.
void check_schema(const json::value& all, const json::value& schema, const json::value& value, const std::string& at) {
    CAPTURE(at);
    const auto& object = schema.as_object();
    if (const auto* reference = object.if_contains("$ref")) {
        const std::string name(reference->as_string());
        return check_schema(all, all.at("components").at("schemas").at(name.substr(name.rfind('/') + 1)), value, at);
    }
    if (const auto* any = object.if_contains("anyOf")) {
        if (!value.is_null()) check_schema(all, any->as_array().front(), value, at);
        return;
    }
    const auto* type = object.if_contains("type");
    REQUIRE(type != nullptr);
    std::set<std::string> types;
    if (type->is_string()) {
        types.emplace(type->as_string());
    } else {
        for (const auto& one : type->as_array()) types.emplace(one.as_string());
    }
    const bool number = value.is_int64() || value.is_uint64();
    const std::string actual = value.is_null()     ? "null"
                               : value.is_bool()   ? "boolean"
                               : value.is_string() ? "string"
                               : value.is_array()  ? "array"
                               : value.is_object() ? "object"
                               : number            ? "integer"
                                                   : "number";
    CHECK((types.contains(actual) || (number && types.contains("number"))));
    if (value.is_array()) {
        for (const auto& item : value.as_array()) check_schema(all, object.at("items"), item, at + "[]");
    }
    if (!value.is_object()) return;
    const auto& properties = object.at("properties").as_object();
    for (const auto& name : object.at("required").as_array()) CHECK(value.as_object().contains(name.as_string()));
    for (const auto& [name, member] : value.as_object()) {
        CAPTURE(std::string(name));
        REQUIRE(properties.contains(name));  // nothing is answered that is not described
        check_schema(all, properties.at(name), member, at + "." + std::string(name));
    }
}

}  // namespace

TEST_CASE("the description of the API names each of its routes, and no other") {
    Desk desk;
    const json::value all = json::parse(openapi());
    CHECK(all.at("openapi") == "3.1.0");
    std::set<std::string> described;
    for (const auto& [path, operations] : all.at("paths").as_object()) {
        for (const auto& [method, operation] : operations.as_object()) {
            CHECK(method == "get");
            described.emplace(path);
            // Each {parameter} is described.
            if (path.find("{camera}") != std::string_view::npos)
                CHECK(operation.at("parameters").as_array().front().at("name") == "camera");
        }
    }
    std::set<std::string> routed;
    for (const auto* route : desk.router.routes())
        if (route->pattern.starts_with("/api/v1/")) routed.insert(route->pattern);
    CHECK(described == routed);
}

TEST_CASE("what the API answers is what the description says") {
    Desk desk;
    const json::value all = json::parse(openapi());
    const std::string interval = "?from=2026-11-25T12:00:00.000Z&to=" + std::to_string(kNoon + 70'000'000);
    for (const std::string path :
         {"/api/v1/status", "/api/v1/cameras", "/api/v1/cameras/{camera}", "/api/v1/cameras/{camera}/timeline",
          "/api/v1/cameras/{camera}/files", "/api/v1/cameras/{camera}/segments", "/api/v1/events", "/api/v1/disks"}) {
        CAPTURE(path);
        std::string target = path;
        if (const auto hole = target.find("{camera}"); hole != std::string::npos) target.replace(hole, 8, "porte-nord");
        const http::Response response = desk.get(target + interval);
        REQUIRE(response.status == 200);
        CHECK(response.find_header("Content-Type").starts_with("application/json"));
        const auto& schema = all.at("paths")
                                 .at(path)
                                 .at("get")
                                 .at("responses")
                                 .at("200")
                                 .at("content")
                                 .at("application/json")
                                 .at("schema");
        check_schema(all, schema, json::parse(desk.body(response)), path);
    }
    const json::value error = json::parse(desk.body(desk.get("/api/v1/cameras/nulle-part")));
    check_schema(all, all.at("components").at("schemas").at("Error"), error, "error");
    CHECK(error.at("error").at("message") == "Cette caméra n’existe pas.");
}

TEST_CASE("a timeline has gaps with their reasons, cut to the interval, for a day, a week and a month") {
    Desk desk;
    const json::value day =
        json::parse(desk.body(desk.get("/api/v1/cameras/porte-nord/timeline?from=" + std::to_string(kNoon + 5'000'000) +
                                       "&to=" + std::to_string(kNoon + 61'000'000))));
    const auto& spans = day.at("spans").as_array();
    REQUIRE(spans.size() == 3);
    CHECK(spans[0].at("from_us") == kNoon + 5'000'000);
    CHECK(spans[1].at("recorded") == false);
    CHECK(spans[1].at("reason") == "camera_lost");
    CHECK(day.at("recorded_us") == 6'000'000);
    for (const char* period : {"day", "week", "month"})
        CHECK(desk.get("/api/v1/cameras/porte-nord/timeline?period=" + std::string(period)).status == 200);
    for (const char* wrong : {"period=year", "from=1&to=1", "from=x&to=y", "from=0&to=99999999999999", ""})
        CHECK(desk.get("/api/v1/cameras/porte-nord/timeline?" + std::string(wrong)).status == 400);
}

TEST_CASE("stored files, intervals, playlists and stills are given out") {
    Desk desk;
    const std::string interval = "?from=" + std::to_string(kNoon) + "&to=" + std::to_string(kNoon + 10'000'000);
    const json::value files = json::parse(desk.body(desk.get("/api/v1/cameras/porte-nord/files" + interval)));
    const std::string url(files.at("files").as_array().front().at("url").as_string());
    const http::Response file = desk.get(url);
    CHECK(file.status == 200);
    CHECK(std::get<http::FileBody>(file.body).length == files.at("files").as_array().front().at("bytes").as_int64());
    for (const char* wrong :
         {"/recordings/porte-nord/1-2.mp4", "/recordings/porte-nord/x.mp4",
          "/recordings/porte-nord/1-1795608000000000.txt", "/recordings/gare/1-1795608000000000.mp4"})
        CHECK(desk.get(wrong).status == 404);
    const http::Response clip = desk.get("/api/v1/cameras/porte-nord/clip.mp4" + interval + "&download=1");
    CHECK(clip.status == 200);
    CHECK(clip.find_header("Content-Disposition").find("porte-nord-20261125T120000Z.mp4") != std::string_view::npos);
    CHECK(desk.body(desk.get("/api/v1/cameras/porte-nord/playlist.m3u8" + interval)).starts_with("#EXTM3U"));
    CHECK(desk.get("/api/v1/cameras/porte-nord/playlist.m3u8?from=0&to=1").status == 404);
    CHECK(desk.get("/api/v1/cameras/porte-nord/still.jpg").find_header("Content-Type") == "image/jpeg");
    CHECK(desk.get("/live/porte-nord/ws").status == 426);
    CHECK(desk.get("/live/gare/ws").status == 404);
    CHECK(desk.get("/live/porte-nord/sub/ws").status == 404);
    CHECK(desk.get("/live/porte-nord/ws?quality=grid").status == 426);  // no small stream: the large one
}

TEST_CASE("nothing opens without a token, but health and the description") {
    Desk desk;
    const std::set<std::string> open{"/api/v1/openapi.json", "/healthz", "/connexion", "/deconnexion"};
    for (const auto* route : desk.router.routes()) {
        if (open.contains(route->pattern)) continue;
        std::string target = route->pattern;
        for (const auto& [hole, with] : {std::pair{"{camera}", "porte-nord"}, {"{file}", "x"}})
            if (const auto at = target.find(hole); at != std::string::npos)
                target.replace(at, std::string_view(hole).size(), with);
        CAPTURE(target);
        const http::Response response = desk.ask(std::string(http::method_name(route->method)) + " " + target);
        CHECK((response.status == 401 || response.status == 303));
        if (response.status == 303) CHECK(response.find_header("Location").starts_with("/connexion?suite="));
    }
    CHECK(desk.body(desk.ask("GET /healthz")) == "ok\n");
    desk.trouble = "disk lost";
    CHECK(desk.ask("GET /healthz").status == 503);
    CHECK(desk.ask("GET /api/v1/status", "Cookie: beffroi_token=" + std::string(kToken) + "\r\n").status == 200);
    CHECK(desk.ask("GET /api/v1/status", "Authorization: bearer " + std::string(kToken) + "\r\n").status == 200);
}

TEST_CASE("the token is pasted once, kept in a cookie that scripts can't read; wrong ones are slowed down") {
    Desk desk;
    const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
    const http::Response good =
        desk.ask("POST /connexion", form, "token=" + std::string(kToken) + "&suite=%2Fcameras%2Fporte-nord");
    CHECK(good.status == 303);
    CHECK(good.find_header("Location") == "/cameras/porte-nord");
    const std::string_view cookie = good.find_header("Set-Cookie");
    CHECK(cookie.find("HttpOnly") != std::string_view::npos);
    CHECK(cookie.find("SameSite=Strict") != std::string_view::npos);
    CHECK(desk.ask("POST /connexion", form, "token=" + std::string(kToken) + "&suite=https://evil.example")
              .find_header("Location") == "/");
    int refused = 0;
    for (int i = 0; i < 15; ++i)
        if (desk.ask("POST /connexion", form, "token=wrong").status == 429) ++refused;
    CHECK(refused == 5);
    CHECK(desk.ask("POST /connexion", form, "token=" + std::string(kToken)).status == 429);
    CHECK(desk.ask("GET /api/v1/status", "Authorization: Bearer wrong\r\n").status == 429);
    desk.clock.set(base::Timestamp{desk.clock.now().ms + 11'000});
    CHECK(desk.ask("POST /connexion", form, "token=" + std::string(kToken)).status == 303);
}

TEST_CASE("the pages work without script and hold no sound") {
    Desk desk;
    const std::string grid = desk.body(desk.get("/"));
    CHECK(grid.find("Porte &lt;nord&gt;") != std::string::npos);
    CHECK(grid.find("href='/cameras/porte-nord'") != std::string::npos);
    CHECK(grid.find("4,2 Mb/s") != std::string::npos);
    const std::string page = desk.body(desk.get("/cameras/porte-nord?date=2026-11-25&time=13:00:02"));
    // 13:00:02 in Paris in November is 12:00:02 UTC.
    const std::string at = std::to_string(kNoon + 2'000'000);
    CHECK(page.find("data-at=\"" + at + "\"") != std::string::npos);
    CHECK(page.find("clip.mp4?from=" + at) != std::string::npos);
    CHECK(page.find("25 novembre 2026") != std::string::npos);
    CHECK(page.find(" muted ") != std::string::npos);
    CHECK(page.find("<audio") == std::string::npos);
    CHECK(page.find("name='date'") != std::string::npos);
    CHECK(desk.body(desk.get("/cameras/porte-nord?lang=en")).find("Go to a date and time") != std::string::npos);
    CHECK(page.find("value='25/11/2026'") != std::string::npos);
    CHECK(desk.body(desk.get("/cameras/porte-nord?date=25%2F11%2F2026&time=13:00:02")).find(at) != std::string::npos);
    CHECK(desk.get("/cameras/porte-nord/extrait?date=25/11/2026&from=13:00&to=13:10:30").find_header("Location") ==
          "/api/v1/cameras/porte-nord/clip.mp4?from=1795608000000000&to=1795608630000000&download=1");
    // Over midnight.
    CHECK(desk.get("/cameras/porte-nord/extrait?date=25/11/2026&from=23:59&to=00:01")
              .find_header("Location")
              .find("to=1795647660000000") != std::string_view::npos);
    CHECK(desk.get("/cameras/porte-nord?date=2026-02-30").status == 400);
    CHECK(desk.get("/cameras/porte-nord?date=2026-02-20&time=25:00").status == 400);
    CHECK(desk.get("/cameras/inconnue").status == 404);
    CHECK(desk.get("/").find_header("Content-Security-Policy").find("media-src 'self' blob:") !=
          std::string_view::npos);
    CHECK(desk.body(desk.get("/metrics")).find("beffroi_live_viewers{camera=\"porte-nord\",stream=\"main\"} 0") !=
          std::string::npos);
}
