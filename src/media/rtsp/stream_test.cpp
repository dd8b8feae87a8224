// Whole conversations between a stream and a camera that the test plays: the usual ones first.
#include "media/rtsp/stream.hpp"

#include <thread>

#include <doctest/doctest.h>

#include "media/rtsp/test_support.hpp"

using namespace beffroi;
using namespace beffroi::rtsp;
using namespace beffroi::rtsp::testing;
using namespace std::chrono_literals;
using Kind = StreamEvent::Kind;

TEST_CASE("a camera that behaves is played over TCP, each frame arrives whole, and it is told goodbye") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    const Asked asked = usual_conversation(peer);
    CHECK(asked.describe.uri == camera.url());
    CHECK(asked.setup.uri == camera.url("/live/trackID=1"));
    CHECK(asked.setup.header("Transport") == "RTP/AVP/TCP;unicast;interleaved=0-1");
    CHECK(asked.play.header("Session") == "4711");

    Pictures pictures;
    peer.packets(0, pictures.next(true, 5000));
    peer.packets(0, pictures.next(false));
    peer.packets(0, pictures.next(false));
    REQUIRE(recording.wait_for_frames(2));
    CHECK(recording.wait_for_event(Kind::Playing));

    std::thread leaving([&] { recording.stop(); });
    const auto teardown = peer.request("TEARDOWN");
    CHECK(teardown.header("Session") == "4711");
    peer.answer(teardown, "200 OK");
    leaving.join();
    CHECK(recording.kept().size() == 3);
    CHECK(recording.kept()[0].frame.key);
    CHECK(recording.kept()[0].frame.discontinuity);
    CHECK(recording.kept()[0].format->width == 1920);
    CHECK(recording.kept()[0].nals().back().size() == 5000);
    CHECK(recording.kept()[1].nals().back().size() == 600);
    CHECK(recording.kept()[1].frame.rtp_time - recording.kept()[0].frame.rtp_time == 3600);
    CHECK(recording.count(Kind::TeardownUnanswered) == 0);
    CHECK(recording.told().back().kind == Kind::Stopped);
    const auto stats = recording.stream().stats();
    CHECK(stats.frames == 3);
    CHECK(stats.key_frames == 1);
    CHECK(stats.connects == 1);
    CHECK_FALSE(stats.playing);
}

TEST_CASE("a camera that falls silent is left and asked again, and its frames begin with a break") {
    Camera camera;
    auto options = quick(camera.url());
    options.silence_timeout = 700ms;  // long enough for a slow machine to play its part
    Recording recording(options);
    Peer peer = camera.accept();
    usual_conversation(peer);
    Pictures pictures;
    for (int i = 0; i < 3; ++i) peer.packets(0, pictures.next(i == 0));
    REQUIRE(recording.wait_for_frames(2));
    CHECK(peer.request("TEARDOWN").header("Session") == "4711");
    CHECK(recording.wait_for_event(Kind::Lost));
    Peer again = camera.accept();
    usual_conversation(again);
    for (int i = 0; i < 3; ++i) again.packets(0, pictures.next(i == 0));
    REQUIRE(recording.wait_for_frames(5));
    CHECK(recording.kept()[3].frame.discontinuity);
    CHECK(recording.kept()[3].frame.key);
    CHECK(recording.stream().stats().connects >= 2);
    CHECK(recording.stream().stats().frames >= 5);
    again.close();
}

TEST_CASE("a camera that restarts, refuses for a while and comes back is recorded again by itself") {
    Camera camera;
    Recording recording(quick(camera.url()));
    for (int round = 0; round < 3; ++round) {
        Peer peer = camera.accept();
        usual_conversation(peer);
        Pictures pictures(96, 0x100U + static_cast<std::uint32_t>(round));
        for (int i = 0; i < 3; ++i) peer.packets(0, pictures.next(i == 0));
        REQUIRE(recording.wait_for_frames(static_cast<std::size_t>(round) * 2 + 2));
        peer.reset();
    }
    CHECK(recording.wait_for_event(Kind::Lost, 3));
}

TEST_CASE("a stream can be stopped at every step, at once, and started again") {
    for (int step = 0; step < 4; ++step) {
        Camera camera;
        Recording recording(quick(camera.url()));
        Peer peer = camera.accept();
        const auto describe = peer.request("DESCRIBE");
        if (step > 0) peer.answer(describe, "200 OK", {{"Content-Type", "application/sdp"}}, usual_sdp());
        if (step > 0) {
            const auto setup = peer.request("SETUP");
            if (step > 1)
                peer.answer(setup, "200 OK", {{"Session", "1"}, {"Transport", "RTP/AVP/TCP;interleaved=0-1"}});
        }
        if (step > 1) {
            const auto asked = peer.request("PLAY");
            if (step > 2) peer.answer(asked, "200 OK");
        }
        recording.stop();
        CHECK(peer.closed_by_client());
        recording.stream().start();
        Peer again = camera.accept();
        CHECK(again.request().method == "DESCRIBE");
    }
}

TEST_CASE(
    "a host that has no address, a port where nobody listens and an address that is none are told, without a word of "
    "the password") {
    std::string nobody;
    {
        Camera gone;
        nobody = gone.url("/x", "u:secret");
    }
    for (const auto& url : {nobody, std::string("rtsp://u:secret@no-such-host.invalid/x"),
                            std::string("rtsp://u:secret@h:port/"), std::string("secret")}) {
        Recording recording(quick(url));
        CHECK(recording.wait_for([&] { return recording.count(Kind::Lost) + recording.count(Kind::Refused) > 0; }));
        CHECK(recording.all_details().find("secret") == std::string::npos);
    }
}

TEST_CASE("a probe tells what a camera is, and why it can't be played when it can't") {
    Camera camera;
    base::SystemClock clock;
    auto options = quick(camera.url());
    options.silence_timeout = 4s;
    std::thread playing([&] {
        Peer peer = camera.accept();
        Usual usual;
        usual.sdp += "m=audio 0 RTP/AVP 0\r\na=control:t2\r\n";
        usual_conversation(peer, usual);
        Pictures pictures;
        for (int i = 0; i < 60; ++i) peer.packets(0, pictures.next(i % 25 == 0));
        const auto bye = peer.request("TEARDOWN");
        peer.answer(bye, "200 OK");
    });
    const auto found = probe(options, clock, 1500ms);
    playing.join();
    REQUIRE(found.has_value());
    CHECK(found->server == "Scripted");
    CHECK(found->sound_offered);
    CHECK(found->format->width == 1920);
    CHECK(found->rate == doctest::Approx(25));
    CHECK(found->key_interval_s == doctest::Approx(1));
    CHECK(found->transport == Transport::Tcp);

    std::thread refusing([&] {
        Peer peer = camera.accept();
        const auto request = peer.request("DESCRIBE");
        peer.answer(request, "401 Unauthorized", {{"WWW-Authenticate", "Basic realm=\"x\""}});
    });
    const auto refused = probe(options, clock, 1500ms);
    refusing.join();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::Code::Refused);
}
