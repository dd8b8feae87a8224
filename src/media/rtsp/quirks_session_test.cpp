// The table of camera misbehaviour (Q01 …), each line played from the wire: requests, answers, identities, sessions.
#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "crypto/hash.hpp"
#include "crypto/md5.hpp"
#include "media/rtsp/test_support.hpp"

using namespace beffroi;
using namespace beffroi::rtsp;
using namespace beffroi::rtsp::testing;
using namespace std::chrono_literals;
using Kind = StreamEvent::Kind;

namespace {

std::string field(std::string_view authorization, std::string_view name) {
    const auto key = std::string(name) + "=\"";
    const auto at = authorization.find(key);
    if (at == std::string_view::npos) return {};
    const auto from = at + key.size();
    return std::string(authorization.substr(from, authorization.find('"', from) - from));
}

// RFC 2617 §3.2.2.1 without qop, reckoned here on its own.
std::string expected_md5(std::string_view method, std::string_view uri, std::string_view nonce) {
    const auto first = crypto::md5_hex("admin:cam:pa:ss@/#%");
    return crypto::md5_hex(first + ":" + std::string(nonce) + ":" +
                           crypto::md5_hex(std::string(method) + ":" + std::string(uri)));
}

void frames(Peer& peer, Pictures& pictures, int count) {
    for (int i = 0; i < count; ++i) peer.packets(0, pictures.next(i == 0));
}

StreamOptions with_password(const Camera& camera) {
    auto options = quick(camera.url());
    options.user = "admin";
    options.password = "pa:ss@/#%";
    return options;
}

}  // namespace

TEST_CASE("Q16 digest with MD5 is answered, the same nonce serves all requests, the password is nowhere to be read") {
    Camera camera;
    Recording recording(with_password(camera));
    Peer peer = camera.accept();
    const auto first = peer.request("DESCRIBE");
    CHECK(first.header("Authorization").empty());
    peer.answer(first, "401 Unauthorized", {{"WWW-Authenticate", R"(Digest realm="cam", nonce="abc")"}});
    const Asked asked = usual_conversation(peer);
    CHECK(field(asked.describe.header("Authorization"), "response") ==
          expected_md5("DESCRIBE", asked.describe.uri, "abc"));
    CHECK(field(asked.setup.header("Authorization"), "response") == expected_md5("SETUP", asked.setup.uri, "abc"));
    CHECK(field(asked.play.header("Authorization"), "response") == expected_md5("PLAY", asked.play.uri, "abc"));
    Pictures pictures;
    frames(peer, pictures, 2);
    REQUIRE(recording.wait_for_frames(1));
    CHECK(recording.all_details().find("pa:ss") == std::string::npos);
    peer.close();
}

TEST_CASE("Q16 the strongest of several challenges is taken, whatever their order and headers") {
    const std::string md5 = R"(Digest realm="cam", nonce="abc", algorithm="MD5", qop="auth")";
    const std::string sha = R"(Digest realm="cam", nonce="abc", algorithm=SHA-256, qop="auth,auth-int", opaque="o")";
    const std::string basic = R"(Basic realm="cam")";
    for (const auto& headers : std::vector<std::vector<Header>>{
             {{"WWW-Authenticate", basic}, {"WWW-Authenticate", md5}, {"WWW-Authenticate", sha}},
             {{"WWW-Authenticate", sha + ", " + md5 + ", " + basic}},
             {{"www-authenticate", basic + "," + sha},
              {"WWW-Authenticate", R"(Digest realm="x", nonce="n", algorithm=FUTURE-1)"}}}) {
        Camera camera;
        Recording recording(with_password(camera));
        Peer peer = camera.accept();
        peer.answer(peer.request("DESCRIBE"), "401 Unauthorized", headers);
        const auto again = peer.request("DESCRIBE");
        const std::string value(again.header("Authorization"));
        CHECK(value.find("algorithm=SHA-256") != std::string::npos);
        const auto a1 = crypto::hex(crypto::sha256("admin:cam:pa:ss@/#%"));
        const auto a2 = crypto::hex(crypto::sha256("DESCRIBE:" + again.uri));
        CHECK(field(value, "response") ==
              crypto::hex(crypto::sha256(a1 + ":abc:00000001:" + field(value, "cnonce") + ":auth:" + a2)));
        peer.close();
    }
}

TEST_CASE("Q16 Basic is used when nothing else is offered") {
    Camera camera;
    Recording recording(with_password(camera));
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "401 Unauthorized", {{"WWW-Authenticate", R"(Basic realm="cam")"}});
    CHECK(peer.request("DESCRIBE").header("Authorization") == "Basic YWRtaW46cGE6c3NALyMl");
    peer.close();
}

TEST_CASE("Q16 a nonce that has gone stale is replaced and the stream goes on") {
    Camera camera;
    Recording recording(with_password(camera));
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "401 Unauthorized",
                {{"WWW-Authenticate", R"(Digest realm="cam", nonce="one")"}});
    const auto describe = peer.request("DESCRIBE");
    peer.answer(describe, "200 OK", {{"Content-Type", "application/sdp"}}, usual_sdp());
    peer.answer(peer.request("SETUP"), "401 Unauthorized",
                {{"WWW-Authenticate", R"(Digest realm="cam", nonce="two", stale=TRUE)"}});
    const auto setup = peer.request("SETUP");
    CHECK(field(setup.header("Authorization"), "response") == expected_md5("SETUP", setup.uri, "two"));
    peer.answer(setup, "200 OK", {{"Session", "1"}, {"Transport", "RTP/AVP/TCP;interleaved=0-1"}});
    peer.answer(peer.request("PLAY"), "200 OK");
    CHECK(recording.wait_for_event(Kind::Playing));
    peer.close();
}

TEST_CASE(
    "Q16 a wrong password is tried twice at most, never as Basic once a digest was refused, and the camera is left "
    "alone") {
    Camera camera;
    auto options = with_password(camera);
    options.backoff_first = 1s;
    options.backoff_most = 60s;
    Recording recording(options);
    Peer peer = camera.accept();
    int tries = 0;
    while (true) {
        const auto request = peer.request("DESCRIBE");
        CHECK_FALSE(request.header("Authorization").starts_with("Basic"));
        if (!request.header("Authorization").empty()) ++tries;
        peer.answer(request, "401 Unauthorized",
                    {{"WWW-Authenticate", "Digest realm=\"cam\", nonce=\"n" + std::to_string(tries) + "\""},
                     {"WWW-Authenticate", R"(Basic realm="cam")"}});
        if (tries == 2) break;
    }
    CHECK(peer.closed_by_client());
    CHECK(recording.wait_for_event(Kind::Unauthorized));
    CHECK(camera.nobody_connects(0ms));
    CHECK(recording.all_details().find("pa:ss") == std::string::npos);
}

TEST_CASE("Q17 credentials in the address may hold any sign, encoded or not, and go no further than the digest") {
    for (const auto* credentials : {"admin:pa%3Ass%40%2F%23%25", "admin:pa:ss@/#%"}) {
        Camera camera;
        Recording recording(quick(camera.url("/live", credentials)));
        Peer peer = camera.accept();
        const auto first = peer.request("DESCRIBE");
        CHECK(first.uri == camera.url());
        peer.answer(first, "401 Unauthorized", {{"WWW-Authenticate", R"(Digest realm="cam", nonce="abc")"}});
        const auto again = peer.request("DESCRIBE");
        CHECK(field(again.header("Authorization"), "response") == expected_md5("DESCRIBE", again.uri, "abc"));
        CHECK(recording.all_details().find("pa") == std::string::npos);
        peer.close();
    }
    // A user without a password.
    Camera camera;
    Recording recording(quick(camera.url("/live", "admin:")));
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "401 Unauthorized", {{"WWW-Authenticate", R"(Basic realm="cam")"}});
    CHECK(peer.request("DESCRIBE").header("Authorization") == "Basic YWRtaW46");
    peer.close();
}

TEST_CASE(
    "Q18 a session header with odd spaces, a time-out of nothing or none at all is lived with; the first name is "
    "kept") {
    for (const auto* session : {" 4711 ; timeout = 60 ", "4711;timeout=0", "4711;timeout=", "4711;", "-"}) {
        Camera camera;
        Recording recording(quick(camera.url()));
        Peer peer = camera.accept();
        Usual usual;
        usual.session = session;
        const auto asked = usual_conversation(peer, usual);
        CHECK(asked.play.header("Session") == (std::string_view(session) == "-" ? "" : "4711"));
        Pictures pictures;
        frames(peer, pictures, 2);
        CHECK(recording.wait_for_frames(1));
        peer.close();
    }
}

TEST_CASE("Q18 a session that changes its name between requests keeps the first") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "200 OK", {{"Content-Type", "application/sdp"}}, usual_sdp());
    peer.answer(peer.request("SETUP"), "461 Unsupported Transport", {});
    peer.answer(peer.request("SETUP"), "200 OK", {{"Session", "first"}, {"Transport", "RTP/AVP/TCP;interleaved=0-1"}});
    const auto play = peer.request("PLAY");
    CHECK(play.header("Session") == "first");
    peer.answer(play, "200 OK", {{"Session", "second"}});
    CHECK(recording.wait_for_event(Kind::Playing));
    std::thread leaving([&] { recording.stop(); });
    CHECK(peer.request("TEARDOWN").header("Session") == "first");
    leaving.join();
}

TEST_CASE("Q19 a CSeq that is wrong, missing or followed by a space is tolerated") {
    for (const auto* cseq : {"CSeq: 77\r\n", "", "CSeq: 1 \r\n", "cseq:abc\r\n"}) {
        Camera camera;
        Recording recording(quick(camera.url()));
        Peer peer = camera.accept();
        (void)peer.request("DESCRIBE");
        const auto sdp = usual_sdp();
        peer.send("RTSP/1.0 200 OK\r\n" + std::string(cseq) +
                  "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp);
        (void)peer.request("SETUP");
        peer.send("RTSP/1.0 200 OK\r\n" + std::string(cseq) +
                  "Session: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n");
        (void)peer.request("PLAY");
        peer.send("RTSP/1.0 200 OK\r\n" + std::string(cseq) + "\r\n");
        CHECK(recording.wait_for_event(Kind::Playing));
        peer.close();
    }
}

TEST_CASE("Q20 a Transport answer with spaces, an odd ssrc, parts in any order or none at all is understood") {
    for (const auto* transport :
         {"RTP/AVP/TCP;unicast;interleaved=0-1; ssrc=1A2B3C4D",
          "RTP/AVP/TCP;ssrc=30a98ee;unicast;interleaved=0-1;mode=\"PLAY\"", "ssrc=xyz;interleaved=0-1;RTP/AVP/TCP",
          "RTP/AVP;unicast;source=;interleaved=0-1", "RTP/AVP/TCP", "-"}) {
        Camera camera;
        Recording recording(quick(camera.url()));
        Peer peer = camera.accept();
        Usual usual;
        usual.transport = transport;
        usual_conversation(peer, usual);
        Pictures pictures;
        frames(peer, pictures, 2);
        CAPTURE(transport);
        CHECK(recording.wait_for_frames(1));
        peer.close();
    }
}

TEST_CASE("Q22 pictures that come before the answer to PLAY are kept") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "200 OK", {{"Content-Type", "application/sdp"}}, usual_sdp());
    peer.answer(peer.request("SETUP"), "200 OK", {{"Session", "1"}, {"Transport", "RTP/AVP/TCP;interleaved=0-1"}});
    const auto play = peer.request("PLAY");
    Pictures pictures;
    frames(peer, pictures, 2);
    peer.answer(play, "200 OK");
    CHECK(recording.wait_for_frames(1));
    CHECK(recording.wait_for_quirk("Q22"));
    peer.close();
}

TEST_CASE("Q23 RTP-Info may be missing, broken or lie") {
    for (const auto* info :
         {"", "url=trackID=1;seq=0;rtptime=0;", "url=rtsp://10.0.0.5/other;seq=1", "url=;seq=x;rtptime=-1", ";;;,,,"}) {
        Camera camera;
        Recording recording(quick(camera.url()));
        Peer peer = camera.accept();
        Usual usual;
        usual.play = {{"RTP-Info", info}};
        usual_conversation(peer, usual);
        Pictures pictures;
        frames(peer, pictures, 2);
        CHECK(recording.wait_for_frames(1));
        CHECK(recording.stream().stats().lost == 0);
        peer.close();
    }
}

TEST_CASE(
    "Q30 an old live555 is told goodbye on its old connection, and left alone until it has forgotten the session") {
    Camera camera;
    auto options = quick(camera.url());
    options.stale_session_wait = 300s;
    Recording recording(options);
    Peer peer = camera.accept();
    Usual usual;
    usual.server = "LIVE555 Streaming Media v2013.02.11";
    usual_conversation(peer, usual);
    REQUIRE(recording.wait_for_event(Kind::Playing));
    peer.reset();
    CHECK(recording.wait_for_quirk("Q30"));
    CHECK(camera.nobody_connects(50ms));
}

TEST_CASE("Q31 a TEARDOWN that is never answered holds nobody up") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    usual_conversation(peer);
    REQUIRE(recording.wait_for_event(Kind::Playing));
    std::thread leaving([&] { recording.stop(); });
    CHECK(peer.request("TEARDOWN").header("Session") == "4711");
    leaving.join();
    CHECK(recording.count(Kind::TeardownUnanswered) == 1);
}

TEST_CASE("Q31 a camera out of sessions (453, 503) is asked again later, not at once") {
    for (const auto* status : {"453 Not Enough Bandwidth", "503 Service Unavailable"}) {
        Camera camera;
        auto options = quick(camera.url());
        options.backoff_first = 1s;
        options.backoff_most = 60s;
        Recording recording(options);
        Peer peer = camera.accept();
        peer.answer(peer.request("DESCRIBE"), status);
        CHECK(recording.wait_for_event(Kind::Refused));
        CHECK(peer.closed_by_client());
        CHECK(camera.nobody_connects(50ms));
    }
}

TEST_CASE(
    "Q32 OPTIONS keeps alive, then the method that the camera declares, then OPTIONS again when that is refused") {
    Camera camera;
    auto options = quick(camera.url());
    options.keep_alive = 5ms;
    Recording recording(options);
    Peer peer = camera.accept();
    usual_conversation(peer);
    const auto asked = peer.request("OPTIONS");
    CHECK(asked.header("Session") == "4711");
    peer.answer(asked, "200 OK", {{"Public", "DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER"}});
    peer.answer(peer.request("GET_PARAMETER"), "200 OK");
    peer.answer(peer.request("GET_PARAMETER"), "501 Not Implemented");
    peer.answer(peer.request("OPTIONS"), "200 OK", {{"Public", "GET_PARAMETER"}});
    peer.answer(peer.request("OPTIONS"), "200 OK");
    CHECK(recording.count(Kind::Lost) == 0);
    peer.close();
}

TEST_CASE(
    "Q32 a camera that answers nothing that keeps it alive is recorded all the same, and receiver reports go on") {
    Camera camera;
    auto options = quick(camera.url());
    options.keep_alive = 5ms;
    options.answer_timeout = 200ms;
    options.report_interval = 5ms;
    Recording recording(options);
    Peer peer = camera.accept();
    usual_conversation(peer);
    Pictures pictures;
    frames(peer, pictures, 3);
    (void)peer.request("OPTIONS");
    (void)peer.request("OPTIONS");
    REQUIRE(recording.wait_for_quirk("Q32"));
    peer.packets(0, pictures.next(false));
    CHECK(recording.wait_for_frames(3));
    REQUIRE_FALSE(peer.interleaved.empty());
    CHECK(peer.interleaved.front()[1] == 201);  // receiver report
    CHECK(recording.count(Kind::Lost) == 0);
    peer.close();
}

TEST_CASE("Q33 a redirection is followed, with the credentials that fit, also in circles no further than five times") {
    Camera camera, other;
    Recording recording(with_password(camera));
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "302 Found", {{"Location", other.url("/elsewhere")}});
    Peer next = other.accept();
    const auto describe = next.request("DESCRIBE");
    CHECK(describe.uri == other.url("/elsewhere"));
    next.answer(describe, "401 Unauthorized", {{"WWW-Authenticate", R"(Digest realm="cam", nonce="abc")"}});
    const auto again = next.request("DESCRIBE");
    CHECK(field(again.header("Authorization"), "response") == expected_md5("DESCRIBE", again.uri, "abc"));
    next.answer(again, "301 Moved Permanently",
                {{"Location", "rtsp://b:c@127.0.0.1:" + std::to_string(camera.port()) + "/third"}});
    Peer third = camera.accept();
    const auto moved = third.request("DESCRIBE");
    CHECK(moved.uri == camera.url("/third"));
    third.answer(moved, "401 Unauthorized", {{"WWW-Authenticate", R"(Basic realm="cam")"}});
    CHECK(third.request("DESCRIBE").header("Authorization") == "Basic Yjpj");
    third.close();
}

TEST_CASE("Q53 the camera may ask as well, and is answered") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    usual_conversation(peer);
    peer.send("OPTIONS rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 900\r\n\r\n");
    const auto options = peer.answer_from_client();
    CHECK(options.status == 200);
    CHECK(options.header("CSeq") == "900");
    peer.send("GET_PARAMETER * RTSP/1.0\r\nCSeq: 901\r\nSession: 4711\r\n\r\n");
    CHECK(peer.answer_from_client().status == 200);
    peer.send("RECORD * RTSP/1.0\r\nCSeq: 902\r\n\r\n");
    CHECK(peer.answer_from_client().status == 501);
    Pictures pictures;
    frames(peer, pictures, 2);
    CHECK(recording.wait_for_frames(1));
    peer.close();
}
