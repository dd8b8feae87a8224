// The table of camera misbehaviour (Q01 …), each line played from the wire: descriptions and addresses.
#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "media/rtsp/test_support.hpp"

using namespace beffroi;
using namespace beffroi::rtsp;
using namespace beffroi::rtsp::testing;
using Kind = StreamEvent::Kind;

namespace {

struct Played {
    Asked asked;
    std::vector<StreamEvent> events;
    std::size_t frames = 0;
    codec::FormatPtr format;
    [[nodiscard]] bool told(std::string_view quirk) const {
        return std::ranges::find(events, quirk, &StreamEvent::quirk) != events.end();
    }
};

// Plays a camera that differs from the usual in this way, to the second frame.
Played play(const Usual& usual, std::uint8_t payload_type = 96,
            const std::function<void(StreamOptions&)>& adjust = {}) {
    Camera camera;
    auto options = quick(camera.url());
    if (adjust) adjust(options);
    Recording recording(options);
    Peer peer = camera.accept();
    Played played;
    played.asked = usual_conversation(peer, usual);
    Pictures pictures(payload_type);
    for (int i = 0; i < 3; ++i) peer.packets(0, pictures.next(i == 0));
    REQUIRE(recording.wait_for_frames(2));
    peer.close();
    recording.stop();
    played.events = recording.told();
    played.frames = recording.kept().size();
    played.format = recording.kept().front().format;
    return played;
}

Usual with_sdp(std::string sdp) {
    Usual usual;
    usual.sdp = std::move(sdp);
    return usual;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

std::string path_of(const Message& request) {
    const auto at = request.uri.find('/', std::string_view("rtsp://").size());
    return at == std::string::npos ? "" : request.uri.substr(at);
}

}  // namespace

TEST_CASE("Q01 a description without an origin is played") {
    CHECK(play(with_sdp(replaced(usual_sdp(), "o=- 1 1 IN IP4 127.0.0.1\r\n", ""))).told("Q01"));
}

TEST_CASE("Q02 a description without a session name or a time is played") {
    CHECK(play(with_sdp(replaced(usual_sdp(), "s=Live\r\n", ""))).told("Q02"));
    CHECK(play(with_sdp(replaced(usual_sdp(), "t=0 0\r\n", ""))).told("Q02"));
}

TEST_CASE("Q03 an origin that makes no sense is passed over") {
    for (const auto* origin :
         {"o=- 0x1F 0xAB IP IP4 10.0.0.1", "o=", "o=RTSP 16381778200090761968 16381778200090839277 10.0.0.1", "o=-"})
        CHECK(play(with_sdp(replaced(usual_sdp(), "o=- 1 1 IN IP4 127.0.0.1", origin))).frames >= 2);
}

TEST_CASE("Q04 a connection line that is broken or names a wrong address is passed over") {
    for (const auto* line : {"c=IN ", "c=IN IP4 ", "c=IN IP6 0.0.0.0", "c=IN IP4 256.1.1.1"})
        CHECK(play(with_sdp(replaced(usual_sdp(), "c=IN IP4 0.0.0.0", line))).frames >= 2);
}

TEST_CASE("Q05 names twice, attributes in any order, empty lines and lines that end with LF only are read") {
    const auto played =
        play(with_sdp("a=control:*\nv=0\n\ns=one\ns=two\na=range:npt=0-\no=- 1 1 IN IP4 0.0.0.0\nt=0 0\n\n"
                      "m=video 0 RTP/AVP 96\n\na=control:trackID=7\na=rtpmap:96 H264/90000\n"));
    CHECK(path_of(played.asked.setup) == "/live/trackID=7");
    CHECK(played.told("Q05"));
}

TEST_CASE("Q06 media of an unknown kind are skipped, the video beside them is played") {
    const std::string odd =
        "m=tp-link 0 RTP/AVP smart/1/90000\r\na=control:track0\r\nm= nonsense\r\na=control:track8\r\n"
        "m=application/TP-LINK 0 RTP/AVP 105\r\na=rtpmap:105 MERCURY/90000\r\na=control:track9\r\nm=";
    const auto played = play(with_sdp(replaced(usual_sdp(), "m=", odd)));
    CHECK(path_of(played.asked.setup) == "/live/trackID=1");
    CHECK(played.told("Q06"));
}

TEST_CASE("Q07 format parameters that say nothing are no reason to refuse: the parameter sets come with the pictures") {
    const auto played = play(with_sdp(replaced(usual_sdp(), "a=fmtp:96 packetization-mode=1", "a=fmtp:96 ")));
    CHECK(played.told("Q07"));
    CHECK(played.format->width == 1920);
}

TEST_CASE("Q08 format parameters under the wrong medium are found by their payload type") {
    const std::string sound =
        "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 PCMU/8000\r\na=fmtp:96 packetization-mode=1\r\na=control:trackID=2\r\n";
    const auto played = play(with_sdp(replaced(usual_sdp(), "a=fmtp:96 packetization-mode=1\r\n", "") + sound));
    CHECK(played.told("Q08"));
    CHECK(std::ranges::count(played.events, Kind::SoundIgnored, &StreamEvent::kind) == 1);
}

TEST_CASE("Q09 a space behind the encoding and a clock rate of nothing are repaired") {
    CHECK(play(with_sdp(replaced(usual_sdp(), "H264/90000", "H264/90000 "))).told("Q09"));
    CHECK(play(with_sdp(replaced(usual_sdp(), "H264/90000", "H264/0"))).told("Q09"));
    CHECK(play(with_sdp(replaced(usual_sdp(), "H264/90000", "h264/4294967295"))).told("Q09"));
}

TEST_CASE("Q10 Q11 parameter sets in the description may be garbage, empty or in Annex B: the pictures decide") {
    for (const auto* sets : {"sprop-parameter-sets=", "sprop-parameter-sets=,", "sprop-parameter-sets=!!!,AAAA",
                             "sprop-parameter-sets=AAAAAWdCwB4=,AAAAAWjOPIA="}) {
        const auto played =
            play(with_sdp(replaced(usual_sdp(), "packetization-mode=1", std::string("packetization-mode=1; ") + sets)));
        CHECK(played.format->width == 1920);
    }
}

TEST_CASE("Q13 a description of no type, or of a type with a charset, is read") {
    Usual usual;
    usual.describe.clear();
    CHECK(play(usual).told("Q13"));
    usual.describe = {{"Content-Type", "application/sdp;charset=utf-8"}};
    CHECK(play(usual).told("Q13"));
}

TEST_CASE(
    "Q14 a Content-Base that is missing, relative, doubled, without scheme or behind address translation leads to the "
    "camera") {
    struct Line {
        const char *base, *path;
    };
    for (const Line& line : {Line{"-", "/live/trackID=1"},
                             {"/live/", "/live/trackID=1"},
                             {"rtsp://rtsp://10.0.0.5/live/", "/live/trackID=1"},
                             {"rtsp://10.0.0.5:554/other/", "/other/trackID=1"},
                             {"10.0.0.5/third/", "/third/trackID=1"},
                             {"rtsp://::ffff:10.0.0.5/live/", "/live/trackID=1"},
                             {"rtsp://[::ffff:10.0.0.5]:554/live", "/live/trackID=1"},
                             {"rtsp://u:p@10.0.0.5/live/", "/live/trackID=1"}}) {
        Usual usual;
        usual.content_base = line.base;
        const auto played = play(usual);
        CAPTURE(line.base);
        CHECK(path_of(played.asked.setup) == line.path);
        CHECK(played.asked.setup.uri.starts_with("rtsp://127.0.0.1:"));
        CHECK(played.told("Q14"));
    }
}

TEST_CASE(
    "Q15 a control attribute that is missing, absolute, a query or of another host leads to the camera that was "
    "asked") {
    struct Line {
        const char *control, *path;
    };
    for (const Line& line : {Line{"a=control:trackID=1", "/live/trackID=1"},
                             {"a=x", "/live/"},
                             {"a=control:rtsp://10.0.0.5:554/cam/track1", "/cam/track1"},
                             {"a=control:?ctype=video", "/live/?ctype=video"},
                             {"a=control:/trackID=3", "/live/trackID=3"},
                             {"a=control:*", "/live/"}}) {
        const auto played = play(with_sdp(replaced(usual_sdp(), "a=control:trackID=1", line.control)));
        CAPTURE(line.control);
        CHECK(path_of(played.asked.setup) == line.path);
        CHECK(played.asked.setup.uri.starts_with("rtsp://127.0.0.1:"));
    }
}

TEST_CASE("Q41 packetization mode 0 is played as it comes, also in fragments") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    usual_conversation(peer, with_sdp(replaced(usual_sdp(), "packetization-mode=1", "packetization-mode=0")));
    Pictures pictures;
    peer.packets(0, pictures.next(true, 20'000));
    peer.packets(0, pictures.next(false));
    peer.packets(0, pictures.next(false));
    REQUIRE(recording.wait_for_frames(2));
    CHECK(recording.kept()[0].nals().back().size() == 20'000);
    peer.close();
}

TEST_CASE("Q49 a back channel is never set up, and a video marked as one is played when there is no other") {
    const std::string back =
        "m=audio 0 RTP/AVP 0\r\na=sendonly\r\na=control:back\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 "
        "H264/90000\r\na=sendonly\r\na=control:backvideo\r\n";
    auto sdp = usual_sdp();
    CHECK(path_of(play(with_sdp(replaced(sdp, "m=video", back + "m=video"))).asked.setup) == "/live/trackID=1");
    const auto played = play(with_sdp(sdp + "a=sendonly\r\n"));
    CHECK(played.told("Q49"));
}

TEST_CASE("Q50 packets of a payload type that nobody announced are left out") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    usual_conversation(peer);
    Pictures pictures, geovision(50, 0x9999);
    for (int i = 0; i < 4; ++i) {
        peer.packets(0, pictures.next(i == 0));
        peer.packets(0, geovision.next(false, 90));
    }
    REQUIRE(recording.wait_for_frames(3));
    for (const auto& frame : recording.kept()) CHECK(frame.nals().back().size() == 600);
    CHECK(recording.stream().stats().lost == 0);
    peer.close();
}

TEST_CASE("sound is never set up, whatever the camera offers first") {
    const std::string sound = "m=audio 0 RTP/AVP 8\r\na=control:trackID=0\r\n";
    const auto played = play(with_sdp(replaced(usual_sdp(), "m=video", sound + "m=video")));
    CHECK(path_of(played.asked.setup) == "/live/trackID=1");
    CHECK(std::ranges::count(played.events, Kind::SoundIgnored, &StreamEvent::kind) == 1);
}

TEST_CASE("a camera with sound only, or with a video of a kind we don't know, is told so and left in peace") {
    for (const auto* sdp : {"v=0\r\nm=audio 0 RTP/AVP 8\r\na=control:t\r\n",
                            "v=0\r\nm=video 0 RTP/AVP 97\r\na=rtpmap:97 MP4V-ES/90000\r\n", "", "nonsense"}) {
        Camera camera;
        Recording recording(quick(camera.url()));
        Peer peer = camera.accept();
        const auto describe = peer.request("DESCRIBE");
        peer.answer(describe, "200 OK", {{"Content-Type", "application/sdp"}}, sdp);
        CHECK(recording.wait_for_event(Kind::NoVideo));
        CHECK(peer.closed_by_client());
    }
}
