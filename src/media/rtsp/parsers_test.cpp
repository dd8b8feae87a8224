// The parsers of this folder on their own: messages, addresses, descriptions, challenges, headers, back-off.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "media/rtsp/auth.hpp"
#include "media/rtsp/backoff.hpp"
#include "media/rtsp/fmtp.hpp"
#include "media/rtsp/headers.hpp"
#include "media/rtsp/message.hpp"
#include "media/rtsp/rate_meter.hpp"
#include "media/rtsp/sdp.hpp"
#include "media/rtsp/url.hpp"

using namespace beffroi;
using namespace beffroi::rtsp;
using namespace std::chrono_literals;

TEST_CASE("an answer is read whole or not at all, with line ends of either kind") {
    const std::string text = "RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 5\r\nX-Long: a\r\n  b\r\n\r\nv=0\r\nRTSP";
    for (std::size_t cut = 0; cut + 4 < text.size(); ++cut)
        CHECK(parse_message(text.substr(0, cut)).state == ParsedMessage::State::NeedMore);
    const auto parsed = parse_message(text);
    REQUIRE(parsed.state == ParsedMessage::State::Done);
    CHECK(parsed.used == text.size() - 4);
    CHECK(parsed.message.status == 200);
    CHECK(parsed.message.body == "v=0\r\n");
    CHECK(parsed.message.header("x-long") == "a b");
    CHECK(parse_message("RTSP/1.0 404\ncseq:9\n\n").message.cseq() == 9U);
    CHECK(parse_message("RTSP/1.0 hello\r\n\r\n").state == ParsedMessage::State::Bad);
    CHECK(parse_message("RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n").state == ParsedMessage::State::Bad);
    CHECK(parse_message(std::string(kMostHead, 'a')).state == ParsedMessage::State::Bad);
}

TEST_CASE("a request we write is read as it was written, and no value can smuggle in a header") {
    const auto text = write_request("PLAY", "rtsp://h/a", 7, {{"Session", "1\r\nEvil: 2"}});
    const auto parsed = parse_message(text);
    REQUIRE(parsed.state == ParsedMessage::State::Done);
    CHECK(parsed.message.header("Evil").empty());
    CHECK(parsed.message.cseq() == 7U);
    CHECK(parsed.message.request);
}

TEST_CASE("addresses are read as people write them") {
    const auto plain = parse_url("rtsp://192.0.2.1/live?x=1").value();
    CHECK(plain.host == "192.0.2.1");
    CHECK(plain.port == 554);
    CHECK(plain.target == "/live?x=1");
    const auto secure = parse_url(" RTSPS://u:p%40@[2001:db8::1]:8322/a b ").value();
    CHECK(secure.secure);
    CHECK(secure.password == "p@");
    CHECK(secure.text() == "rtsps://[2001:db8::1]:8322/a%20b");
    struct Line {
        const char *text, *user, *password, *host;
    };
    for (const Line& line : {Line{"rtsp://a:b@c@h/x", "a", "b@c", "h"},
                             {"rtsp://a:b/c@h/x", "a", "b/c", "h"},
                             {"rtsp://a:b?c#d@h:5/x", "a", "b?c#d", "h"},
                             {"rtsp://a@h", "a", "", "h"},
                             {"rtsp://:zz9@h", "", "zz9", "h"},
                             {"rtsp://h/x@y", "", "", "h"},
                             {"rtsp://a:100%@h/", "a", "100%", "h"},
                             {"rtsp://a:%zz%41@h/", "a", "%zzA", "h"}}) {
        CAPTURE(line.text);
        const auto url = parse_url(line.text).value();
        CHECK(url.user == line.user);
        CHECK(url.password == line.password);
        CHECK(url.host == line.host);
        CHECK(url.text().find(line.password) == (*line.password == '\0' ? 0 : std::string::npos));
    }
    for (const auto* bad : {"", "http://h/", "rtsp://", "rtsp:///x", "rtsp://h:99999/", "rtsp://h:port/",
                            "rtsp://[::1/", "192.0.2.1", "rtsp://h\r\nx/"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_url(bad).has_value());
    }
    CHECK(parse_url("rtsp://user:secret@h:port/").error().detail.find("secret") == std::string::npos);
}

TEST_CASE("an address reads the same again: an @ in its query does not become the host") {
    const auto url = parse_url(
                         "rtsp://u:w@h?a@\x01"
                         "c/live")
                         .value();
    CHECK(url.host == "h");
    CHECK(url.text() == "rtsp://h?a%40c/live");
    CHECK(parse_url(url.text()).value().host == "h");
    CHECK(parse_url("rtsp://h/live?a@b").value().text() == "rtsp://h/live?a@b");
}

TEST_CASE("Q33 TLS is never left by a redirection, and one that leads nowhere is refused") {
    const auto from = parse_url("rtsps://u:p@h/x").value();
    CHECK(follow_redirect(from, "rtsp://h/x").error().code == base::Code::Refused);
    CHECK(follow_redirect(from, "rtsps://g/y")->host == "g");
    CHECK(follow_redirect(from, "/y")->text() == "rtsps://h/y");
    CHECK_FALSE(follow_redirect(from, "http://h/x").has_value());
    CHECK_FALSE(follow_redirect(from, "").has_value());
}

TEST_CASE("hosts in Content-Base and control are believed on request only") {
    const auto url = parse_url("rtsp://h/x").value();
    CHECK(repair_base(url, "rtsp://g:8554/y/", true).text() == "rtsp://g:8554/y/");
    CHECK(repair_base(url, "rtsp://g:8554/y/", false).text() == "rtsp://h/y/");
    CHECK(join_control(url, "rtsp://g/z", true).text() == "rtsp://g/z");
    CHECK(join_control(url, "track1", false).text() == "rtsp://h/x/track1");
}

TEST_CASE("a description may say anything without harm, and at most one video is chosen") {
    rc::check("any text", [](const std::string& text) {
        const auto sdp = parse_sdp(text);
        const auto choice = choose_video(sdp);
        RC_ASSERT((choice.media == nullptr) == (choice.format == nullptr));
    });
    const auto sdp = parse_sdp("m=video 0 RTP/AVP 26\na=x-dimensions:2560,1440\n");
    const auto choice = choose_video(sdp);
    REQUIRE(choice.format != nullptr);
    CHECK(choice.format->encoding == "JPEG");
    CHECK(choice.media->width == 2560);
    const auto guessed = parse_sdp(
        "m=video 0 RTP/AVP 97\na=fmtp:97 sprop-vps=QAE=;sprop-sps=QgE=;sprop-pps=RAE=;sprop-max-don-diff=2\n");
    const auto options = receiver_options(*choose_video(guessed).format);
    CHECK(options.codec == codec::Codec::H265);
    CHECK(options.parameter_sets.size() == 3);
    CHECK(options.order_numbers);
}

TEST_CASE("digest gives the response of RFC 2617 and of RFC 7616") {
    // RFC 2617 §3.5 without its cnonce, which can't be chosen here: the form without qop (RFC 2069).
    Authenticator old("Mufasa", "Circle Of Life");
    REQUIRE(old.take(parse_challenges(
        {R"(Digest realm="testrealm@host.com",nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",opaque="5ccc069c403ebaf9f0171e9517f40e41")"})));
    CHECK(old.authorize("GET", "/dir/index.html").find("670fd8c2df070c60b045671b8b24ff02") != std::string::npos);
    const auto value = old.authorize("GET", "/");
    CHECK(value.find("Circle") == std::string::npos);
    CHECK(value.find("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"") != std::string::npos);
}

TEST_CASE("challenges are read in any form, and what nobody knows is left out") {
    const auto all = parse_challenges(
        {R"(Basic realm="a, b=\"c\"", Digest realm=x, nonce = "n" , qop="auth-int, auth", stale=true, algorithm=md5-SESS)",
         ",,=;\"", "Negotiate"});
    REQUIRE(all.size() == 3);
    CHECK(all[0].scheme == Challenge::Scheme::Basic);
    CHECK(all[0].realm == "a, b=\"c\"");
    CHECK(all[1].scheme == Challenge::Scheme::Md5Session);
    CHECK(all[1].qop_auth);
    CHECK(all[1].stale);
    Authenticator nobody("", "");
    CHECK_FALSE(nobody.take(all));
    Authenticator somebody("u", "p");
    CHECK(somebody.take(all));
    Authenticator elsewhere("u", "p");
    elsewhere.forbid_basic();
    CHECK_FALSE(elsewhere.take(parse_challenges({"Basic realm=\"a\""})));
}

TEST_CASE("live555 of before June 2017 is known by its date") {
    CHECK(leaves_stale_sessions("LIVE555 Streaming Media v2013.02.11"));
    CHECK(leaves_stale_sessions("Vendor/1 (LIVE555 Streaming Media v2017.06.03)"));
    CHECK_FALSE(leaves_stale_sessions("LIVE555 Streaming Media v2017.06.04"));
    CHECK_FALSE(leaves_stale_sessions("GStreamer"));
    CHECK_FALSE(leaves_stale_sessions(""));
}

TEST_CASE(
    "a camera that is away is asked every few seconds, one that refuses less and less often, and never less than was "
    "said") {
    Backoff away(500ms, 30s);
    std::chrono::milliseconds last{};
    for (int i = 0; i < 40; ++i) last = away.next({.why = Ending::Why::Unreachable}, 65s, 1.0);
    CHECK(last == 2500ms);
    away.succeeded();
    CHECK(away.next({.why = Ending::Why::Lost}, 65s, 0) == 500ms);
    Backoff refusing(500ms, 30s);
    CHECK(refusing.next({.why = Ending::Why::Unauthorized, .status = 401}, 65s, 0) == 5s);
    CHECK(refusing.next({.why = Ending::Why::Refused, .status = 453}, 65s, 0) == 10s);
    CHECK(refusing.next({.why = Ending::Why::Refused, .status = 503, .retry_after = 120s}, 65s, 0) == 120s);
    CHECK(refusing.next({.why = Ending::Why::Refused, .status = 503}, 65s, 1.0) == 37'500ms);
    CHECK(refusing.next({.why = Ending::Why::Lost, .stale_session = true}, 65s, 0) == 65s);
}

TEST_CASE(
    "however long a camera was away, and while it starts up, it is asked often enough to be recorded in five seconds") {
    Backoff backoff(500ms, 30s);
    // An hour of absence, and what it says before it is ready.
    for (int i = 0; i < 1'000; ++i) CHECK(backoff.next({.why = Ending::Why::Unreachable}, 65s, 1.0) <= 2500ms);
    for (const auto why : {Ending::Why::Refused, Ending::Why::NotFound, Ending::Why::NoVideo})
        CHECK(backoff.next({.why = why, .status = 503}, 65s, 1.0) <= 2500ms);
    // A password is not guessed at that pace, and the hour is not held against it either.
    CHECK(backoff.next({.why = Ending::Why::Unauthorized, .status = 401}, 65s, 0) == 5s);
    // Nor is it taken for ever for a start.
    std::chrono::milliseconds last{};
    for (int i = 0; i < Backoff::kStartUpRefusals + 8; ++i)
        last = backoff.next({.why = Ending::Why::Refused, .status = 503}, 65s, 0);
    CHECK(last == 30s);
    const StreamOptions usual;
    // The last SYN of an attempt goes out a second after the first: from there to the first of the next attempt.
    CHECK(usual.connect_timeout - 1s + Backoff::kUnreachableMost * 5 / 4 <= 4s);
}

TEST_CASE("the rate is measured from the times of the frames, whatever their order") {
    RateMeter meter;
    CHECK(meter.rate() == 0);
    for (std::int64_t i = 0; i < 1000; ++i) meter.frame((i ^ 1) * 7200);
    CHECK(meter.rate() == doctest::Approx(12.5).epsilon(0.02));
}
