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
    CHECK(recording.frames.size() == 3);
    CHECK(recording.frames[0].frame.key);
    CHECK(recording.frames[0].frame.discontinuity);
    CHECK(recording.frames[0].format->width == 1920);
    CHECK(recording.frames[0].nals().back().size() == 5000);
    CHECK(recording.frames[1].nals().back().size() == 600);
    CHECK(recording.frames[1].frame.rtp_time - recording.frames[0].frame.rtp_time == 3600);
    CHECK(recording.count(Kind::TeardownUnanswered) == 0);
    CHECK(recording.events.back().kind == Kind::Stopped);
    const auto stats = recording.stream().stats();
    CHECK(stats.frames == 3);
    CHECK(stats.key_frames == 1);
    CHECK(stats.connects == 1);
    CHECK_FALSE(stats.playing);
}
