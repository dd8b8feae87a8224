#include "video/live/hub.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "http/server.hpp"
#include "http/test_websocket.hpp"
#include "media/mp4/box.hpp"
#include "media/mp4/init.hpp"
#include "video/live/hls_window.hpp"

using namespace beffroi;
using beffroi::http::testing::Answer;
using beffroi::http::testing::Client;
using beffroi::http::testing::WsClient;
using beffroi::http::testing::WsFrame;
using beffroi::live::Hub;
using LiveFrame = archive::Track::LiveFrame;

namespace {

codec::FormatPtr h264(std::uint16_t width = 640) {
    auto format = std::make_shared<codec::VideoFormat>();
    format->codec = codec::Codec::H264;
    format->width = width;
    format->height = 360;
    format->codec_string = "avc1.64001F";
    format->configuration = {1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 0, 0};
    return format;
}
codec::FormatPtr jpeg() {
    auto format = std::make_shared<codec::VideoFormat>();
    format->codec = codec::Codec::Jpeg;
    format->codec_string = "jpeg";
    return format;
}

// Bytes of frames that somebody still holds.
std::atomic<std::int64_t> held{0};

// 25 images a second from 12:00:00 UTC on a day of 2026, a key frame each `gop`; a file of the archive begins anew each
// `file` frames.
class Source {
  public:
    explicit Source(codec::FormatPtr format = h264(), std::size_t bytes = 1000)
        : format_(std::move(format)), bytes_(bytes) {}

    LiveFrame next() {
        const std::size_t bytes = bytes_;
        std::shared_ptr<std::vector<std::uint8_t>> memory(
            new std::vector<std::uint8_t>(bytes, static_cast<std::uint8_t>(n_)),
            [bytes](std::vector<std::uint8_t>* gone) {
                held -= static_cast<std::int64_t>(bytes);
                delete gone;
            });
        held += static_cast<std::int64_t>(bytes);
        LiveFrame out;
        out.data = memory->data();
        out.memory = memory;
        out.frame.size = bytes;
        out.frame.rtp_time = 1'000'000 + n_ * 3600;
        out.frame.arrival_us = kStart + n_ * 40'000;
        out.frame.key = n_ % gop == 0;
        out.decode_time = (n_ % file) * 3600;
        out.format = format_;
        ++n_;
        return out;
    }
    static constexpr std::int64_t kStart = 1795608000'000'000;
    std::int64_t gop = 25;
    std::int64_t file = 15'000;

  private:
    codec::FormatPtr format_;
    std::size_t bytes_;
    std::int64_t n_ = 0;
};

struct Site {
    explicit Site(live::HubOptions options = {}, Hub::Watched watched = {})
        : hub(std::make_shared<Hub>("/live/porte", clock, options, std::move(watched))) {
        http::Router router;
        const http::RouteOptions quick{.where = http::Where::IoThread};
        router.add(
            http::Method::Get, "/live/porte/ws", [this](const http::Request& r) { return hub->websocket(r); }, quick);
        router.add(
            http::Method::Get, "/live/porte/mjpeg", [this](const http::Request& r) { return hub->mjpeg(r); }, quick);
        router.add(
            http::Method::Get, "/live/porte/jpeg", [this](const http::Request& r) { return hub->jpeg(r); }, quick);
        router.add(
            http::Method::Get, "/live/porte/hls/{file}",
            [this](const http::Request& r) { return hub->hls(r, std::string(r.param("file"))); }, quick);
        http::ServerOptions server_options;
        server_options.port = 0;
        server_options.threads = 2;
        server_options.workers = 1;
        server_options.timeouts.check_every = std::chrono::milliseconds(5);
        server = base::value_or_throw(http::Server::start(
            server_options, std::move(router),
            [](const http::Request&, const base::Error& error) {
                return http::text(error.detail, http::status_of(error.code));
            },
            log, system_clock));
    }
    [[nodiscard]] std::uint16_t port() const { return server->port(); }
    void await_viewers(std::uint64_t count) const {
        while (hub->stats().viewers != count) std::this_thread::yield();
    }

    base::SystemClock system_clock;
    base::ManualClock clock{base::Timestamp{Source::kStart / 1000}};
    base::Log log{stderr, system_clock, base::Level::Error};
    std::shared_ptr<Hub> hub;
    std::unique_ptr<http::Server> server;
};

struct Parsed {
    std::uint64_t decode_time = 0;
    std::string media;
};
Parsed parse(const std::string& payload) {
    const mp4::Bytes bytes(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
    Parsed out;
    const auto moof = mp4::find_box(bytes, mp4::four("moof"));
    REQUIRE(moof);
    const auto traf = mp4::find_box(moof->payload, mp4::four("traf"));
    REQUIRE(traf);
    const auto tfdt = mp4::find_box(traf->payload, mp4::four("tfdt"));
    REQUIRE(tfdt);
    mp4::FieldReader reader(tfdt->payload);
    CHECK((reader.u32() >> 24U) == 1U);
    out.decode_time = reader.u64();
    const auto mdat = mp4::find_box(bytes, mp4::four("mdat"));
    REQUIRE(mdat);
    out.media.assign(mdat->payload.begin(), mdat->payload.end());
    return out;
}

// The next binary message; texts before it go to `texts`.
std::string binary(WsClient& ws, std::vector<std::string>* texts = nullptr) {
    while (true) {
        WsFrame frame = ws.read();
        if (!frame.whole) return {};
        if (frame.opcode == http::Opcode::Binary) return std::move(frame.payload);
        if (texts != nullptr) texts->push_back(frame.payload);
    }
}

// Up to a key frame and the one that lets it go out, no further: it waits for the viewer, however slow the machine is.
void until_key(Site& site, Source& source) {
    for (bool key = false; !key;) {
        const auto frame = source.next();
        site.hub->on_frame(frame);
        key = frame.frame.key;
    }
    site.hub->on_frame(source.next());
}

}  // namespace

TEST_CASE(
    "who comes gets the format, the init segment and the pictures since the last key frame at once, then each frame") {
    Site site;
    Source source;
    for (int i = 0; i < 60; ++i) site.hub->on_frame(source.next());  // 60 came, 59 went out: keys are 0, 25, 50
    CHECK(site.hub->stats().gop_frames == 9);
    WsClient ws(site.port());
    REQUIRE(ws.open("/live/porte/ws").status == 101);
    std::vector<std::string> texts;
    const std::string init = binary(ws, &texts);
    CHECK(texts.front() == R"({"kind":"format","codec":"avc1.64001F","name":"H.264","width":640,"height":360})");
    const auto expected = mp4::init_segment(*h264());
    CHECK(init == std::string(expected.begin(), expected.end()));
    for (std::uint64_t i = 50; i < 59; ++i) {
        const Parsed fragment = parse(binary(ws, &texts));
        CHECK(fragment.decode_time == i * 3600);
        CHECK(fragment.media == std::string(1000, static_cast<char>(i)));
    }
    CHECK(texts.back() == R"({"kind":"clock","decode_time":180000,"utc_us":1795608002000000})");
    site.await_viewers(1);
    for (std::uint64_t i = 59; i < 80; ++i) {
        site.hub->on_frame(source.next());
        CHECK(parse(binary(ws)).decode_time == i * 3600);
    }
}

TEST_CASE("the line of time goes on where a file of the archive begins anew") {
    Site site;
    Source source;
    source.file = 40;
    WsClient ws(site.port());
    REQUIRE(ws.open("/live/porte/ws").status == 101);
    site.await_viewers(1);
    for (int i = 0; i < 100; ++i) site.hub->on_frame(source.next());
    (void)binary(ws);
    for (std::uint64_t i = 0; i < 99; ++i) CHECK(parse(binary(ws)).decode_time == i * 3600);
}

TEST_CASE("other parameter sets are told before the frames that need them; a gap is told too") {
    Site site;
    Source small;
    Source large(h264(1920));
    WsClient ws(site.port());
    REQUIRE(ws.open("/live/porte/ws").status == 101);
    site.await_viewers(1);
    for (int i = 0; i < 3; ++i) site.hub->on_frame(small.next());
    for (int i = 0; i < 3; ++i) site.hub->on_frame(large.next());
    site.hub->on_gap("camera_lost");
    std::vector<std::string> texts;
    std::vector<std::string> bytes;
    for (int i = 0; i < 8; ++i) bytes.push_back(binary(ws, &texts));
    CHECK(bytes[0] != bytes[4]);  // init segments
    CHECK(texts[0] == R"({"kind":"waiting"})");
    CHECK(std::ranges::count_if(
              texts, [](const std::string& text) { return text.find("\"width\":1920") != std::string::npos; }) == 1);
    CHECK(ws.read().payload == R"({"kind":"gap","reason":"camera_lost"})");
}

TEST_CASE("a slow viewer loses what waits, goes on at the next key frame, and is told how much was left out") {
    Site site({.queue_bytes = 1'000'000});
    Source source(h264(), 100'000);
    WsClient ws(site.port());
    REQUIRE(ws.open("/live/porte/ws").status == 101);
    site.await_viewers(1);
    while (site.hub->stats().dropped == 0) site.hub->on_frame(source.next());
    until_key(site, source);
    std::vector<std::string> texts;
    (void)binary(ws, &texts);
    std::uint64_t last = 0;
    bool jumped = false;
    // Reads on until the jump; after it, the first frame is a key frame.
    while (!jumped) {
        const std::string payload = binary(ws, &texts);
        CAPTURE(last);
        CAPTURE(texts.back());
        REQUIRE_FALSE(payload.empty());
        const Parsed fragment = parse(payload);
        jumped = last != 0 && fragment.decode_time != last + 3600;
        if (jumped) CHECK(fragment.decode_time / 3600 % 25 == 0);
        last = fragment.decode_time;
        until_key(site, source);
    }
    CHECK(std::ranges::any_of(
        texts, [](const std::string& text) { return text.starts_with(R"({"kind":"dropped","frames":)"); }));
}

TEST_CASE("hundreds of viewers who read nothing hold no more than what is kept anyway") {
    const std::int64_t before = held;
    Site site({.queue_bytes = 400'000});
    Source source(h264(), 8'000);
    std::vector<std::unique_ptr<WsClient>> stuck;
    for (int i = 0; i < 300; ++i) {
        stuck.push_back(std::make_unique<WsClient>(site.port()));
        stuck.back()->client.receive_little();
        REQUIRE(stuck.back()->open("/live/porte/ws").status == 101);
    }
    site.await_viewers(300);
    std::int64_t most = 0;
    for (int i = 0; i < 2000; ++i) {
        site.hub->on_frame(source.next());
        most = std::max(most, held - before);
    }
    // 16 MB of frames went by. One queue's worth is shared by all; each holds one message that is on its way.
    CHECK(site.hub->stats().dropped > 0);
    CHECK(most < 400'000 + 300 * 8'000 + 25 * 8'000 + 2 * 8'000);
    stuck.clear();
    site.await_viewers(0);
    site.hub.reset();
    while (held != before) std::this_thread::yield();
}

TEST_CASE("somebody watching is told once, nobody any more too") {
    std::mutex mutex;
    std::vector<bool> told;
    Site site({}, [&](bool watched) {
        std::lock_guard lock(mutex);
        told.push_back(watched);
    });
    auto count = [&] {
        std::lock_guard lock(mutex);
        return told.size();
    };
    {
        WsClient one(site.port());
        WsClient two(site.port());
        REQUIRE(one.open("/live/porte/ws").status == 101);
        REQUIRE(two.open("/live/porte/ws").status == 101);
        site.await_viewers(2);
        while (count() < 1) std::this_thread::yield();
    }
    while (count() < 2) std::this_thread::yield();
    CHECK(told == std::vector<bool>{true, false});
    CHECK(site.hub->stats().viewers_total == 2);
}

TEST_CASE("low-latency HLS: playlist, parts and segments of the same frames, waiting for what comes next") {
    Site site;
    Source source;
    source.gop = 50;
    Client client(site.port());
    for (int i = 0; i < 30; ++i) site.hub->on_frame(source.next());
    // 29 frames of 40 ms: two parts of twelve are complete.
    const Answer first = client.get("/live/porte/hls/media.m3u8");
    CHECK(first.status == 200);
    CHECK(first.header("Content-Type") == "application/vnd.apple.mpegurl");
    CHECK(first.body ==
          "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:6\n"
          "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500\n#EXT-X-PART-INF:PART-TARGET=0.500\n"
          "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-25T12:00:00.000Z\n"
          "#EXT-X-PART:DURATION=0.48000,URI=\"part-0-0.mp4\",INDEPENDENT=YES\n"
          "#EXT-X-PART:DURATION=0.48000,URI=\"part-0-1.mp4\"\n"
          "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-0-2.mp4\"\n");
    CHECK(
        client.get("/live/porte/hls/live.m3u8").body.find("CODECS=\"avc1.64001F\",RESOLUTION=640x360\nmedia.m3u8\n") !=
        std::string::npos);
    const auto init = mp4::init_segment(*h264());
    CHECK(client.get("/live/porte/hls/init-1.mp4").body == std::string(init.begin(), init.end()));
    const Answer part = client.get("/live/porte/hls/part-0-1.mp4");
    CHECK(parse(part.body).decode_time == 12 * 3600);
    // A reload that waits, and a part that is not there yet, are answered when it is complete.
    Client waits(site.port());
    waits.send("GET /live/porte/hls/media.m3u8?_HLS_msn=0&_HLS_part=2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Client hinted(site.port());
    hinted.send("GET /live/porte/hls/part-0-2.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (int i = 0; i < 10; ++i) site.hub->on_frame(source.next());
    CHECK(waits.read().body.find("part-0-2.mp4\"\n") != std::string::npos);
    const Answer third = hinted.read();
    CHECK(third.status == 200);
    CHECK(parse(third.body).decode_time == 24 * 3600);
    for (int i = 0; i < 1990; ++i) site.hub->on_frame(source.next());
    const std::string later = client.get("/live/porte/hls/media.m3u8").body;
    CHECK(later.find("#EXTINF:2.00000,\nsegment-39.mp4\n") != std::string::npos);
    CHECK(later.find("segment-30.mp4") == std::string::npos);
    CHECK(client.get("/live/porte/hls/segment-3.mp4").status == 404);
    CHECK(client.get("/live/porte/hls/media.m3u8?_HLS_msn=99").status == 400);
    CHECK(client.get("/live/porte/hls/media.m3u8?_HLS_part=1").status == 400);
    CHECK(client.get("/live/porte/hls/nothing.txt").status == 404);
    // A segment is its parts, byte for byte.
    const Answer segment = client.get("/live/porte/hls/segment-39.mp4");
    std::string parts;
    for (int p = 0; p < 5; ++p) parts += client.get("/live/porte/hls/part-39-" + std::to_string(p) + ".mp4").body;
    CHECK(segment.body == parts);
    // Nobody asks any more: nothing is kept.
    site.clock.set(base::Timestamp{site.clock.now().ms + 60'000});
    site.hub->on_frame(source.next());
    site.hub->on_frame(source.next());
    CHECK(site.hub->stats().viewers == 0);
}

TEST_CASE("HLS of a camera without pictures yet waits for the first part") {
    Site site;
    Source source;
    Client client(site.port());
    client.send("GET /live/porte/hls/media.m3u8 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::atomic<bool> answered{false};
    std::thread feeding([&] {
        while (!answered) {
            site.hub->on_frame(source.next());
            std::this_thread::yield();
        }
    });
    const Answer answer = client.read();
    answered = true;
    feeding.join();
    CHECK(answer.status == 200);
    CHECK(answer.body.find("part-0-0.mp4") != std::string::npos);
}

TEST_CASE("an MJPEG camera is shown as it is: image after image, or the last one") {
    Site site;
    Source source(jpeg(), 500);
    Client single(site.port());
    CHECK(single.get("/live/porte/jpeg").status == 404);
    site.hub->on_frame(source.next());
    const Answer one = single.get("/live/porte/jpeg");
    CHECK(one.header("Content-Type") == "image/jpeg");
    CHECK(one.body == std::string(500, '\0'));
    Client stream(site.port());
    stream.send("GET /live/porte/mjpeg HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Answer head = stream.read(true);
    CHECK(head.header("Content-Type") == "multipart/x-mixed-replace; boundary=beffroi-image");
    const std::string part_head = "--beffroi-image\r\nContent-Type: image/jpeg\r\nContent-Length: 500\r\n\r\n";
    CHECK(stream.take(part_head.size() + 500) == part_head + std::string(500, '\0'));
    site.hub->on_frame(source.next());
    CHECK(stream.take(part_head.size() + 502) == "\r\n" + part_head + std::string(500, '\1'));
    WsClient ws(site.port());
    REQUIRE(ws.open("/live/porte/ws").status == 101);
    CHECK(ws.read().payload.find("\"name\":\"MJPEG\"") != std::string::npos);
    CHECK(single.get("/live/porte/hls/media.m3u8").status == 415);
}

TEST_CASE("a hub that goes closes its viewers") {
    Site site;
    WsClient ws(site.port());
    REQUIRE(ws.open("/live/porte/ws").status == 101);
    site.await_viewers(1);
    site.hub.reset();
    while (true) {
        const WsFrame frame = ws.read();
        if (frame.opcode != http::Opcode::Close) continue;
        CHECK(frame.close_code() == 1001);
        break;
    }
}
