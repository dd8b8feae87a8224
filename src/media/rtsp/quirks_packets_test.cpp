// The table of camera misbehaviour (Q01 …), each line played from the wire: packets over TCP and UDP.
#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "media/rtsp/test_support.hpp"

using namespace beffroi;
using namespace beffroi::rtsp;
using namespace beffroi::rtsp::testing;
using namespace std::chrono_literals;
using Kind = StreamEvent::Kind;

namespace {

using Packets = std::vector<std::vector<std::uint8_t>>;

std::string framed(int channel, const std::vector<std::uint8_t>& packet) {
    std::string out = {'$', static_cast<char>(channel), static_cast<char>(packet.size() >> 8U),
                       static_cast<char>(packet.size() & 0xFFU)};
    out.append(reinterpret_cast<const char*>(packet.data()), packet.size());
    return out;
}

// A camera played over TCP, connected and playing.
struct Tcp {
    explicit Tcp(const Usual& usual = {}, const std::function<void(StreamOptions&)>& adjust = {})
        : recording(options(camera, adjust)), peer(camera.accept()) {
        usual_conversation(peer, usual);
    }
    ~Tcp() { peer.close(); }
    Tcp(const Tcp&) = delete;
    Tcp& operator=(const Tcp&) = delete;
    static StreamOptions options(const Camera& camera, const std::function<void(StreamOptions&)>& adjust) {
        auto made = quick(camera.url());
        if (adjust) adjust(made);
        return made;
    }
    Camera camera;
    Recording recording;
    Peer peer;
    Pictures pictures;
};

// The same over UDP; `server_port`: as the camera says it, %p for the true one.
struct Udp {
    explicit Udp(std::string answer = "server_port=%p-%q", const std::function<void(StreamOptions&)>& adjust = {})
        : recording(Tcp::options(camera,
                                 [&](StreamOptions& options) {
                                     options.transport = Transport::Udp;
                                     if (adjust) adjust(options);
                                 })),
          peer(camera.accept()) {
        peer.answer(peer.request("DESCRIBE"), "200 OK", {{"Content-Type", "application/sdp"}}, usual_sdp());
        const auto setup = peer.request("SETUP");
        to = client_port(setup);
        CHECK(to % 2 == 0);
        for (const auto& [sign, port] : {std::pair{"%p", rtp.port()}, {"%q", rtcp.port()}})
            if (const auto at = answer.find(sign); at != std::string::npos) answer.replace(at, 2, std::to_string(port));
        peer.answer(setup, "200 OK",
                    {{"Session", "1"},
                     {"Transport", "RTP/AVP;unicast;client_port=" + std::to_string(to) + "-" + std::to_string(to + 1) +
                                       ";" + answer}});
        peer.answer(peer.request("PLAY"), "200 OK");
        REQUIRE(recording.wait_for_event(Kind::Playing));
    }
    ~Udp() { peer.close(); }
    Udp(const Udp&) = delete;
    Udp& operator=(const Udp&) = delete;
    Datagrams rtp, rtcp;
    Camera camera;
    Recording recording;
    Peer peer;
    Pictures pictures;
    std::uint16_t to = 0;
};

}  // namespace

TEST_CASE("Q21 channels chosen by the camera are followed, packets on others are left out") {
    Usual usual;
    usual.transport = "RTP/AVP/TCP;unicast;interleaved=6-9";
    Tcp tcp(usual);
    Pictures stranger(96, 0x999);
    tcp.peer.packets(6, tcp.pictures.next(true));
    tcp.peer.packets(0, stranger.next(true, 90));
    tcp.peer.packets(14, stranger.next(true, 90));
    tcp.peer.packets(6, tcp.pictures.next(false));
    tcp.peer.packet(9, sender_report(0x1234'5678, 1, 1));
    tcp.peer.packets(6, tcp.pictures.next(false));
    REQUIRE(tcp.recording.wait_for_frames(2));
    CHECK(tcp.recording.wait_for_quirk("Q21"));
    CHECK(tcp.recording.sender_reports().size() == 1);
    for (const auto& frame : tcp.recording.kept()) CHECK(frame.nals().back().size() == 600);
}

TEST_CASE("Q24 another sender than announced, or a new one in mid-stream, is recorded with a break told") {
    Usual usual;
    usual.transport = "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=DEADBEEF";
    Tcp tcp(usual);
    tcp.peer.packets(0, tcp.pictures.next(true));
    tcp.peer.packets(0, tcp.pictures.next(false));
    Pictures next(96, 0x4321);
    for (int i = 0; i < 6; ++i) tcp.peer.packets(0, next.next(i == 0));
    REQUIRE(tcp.recording.wait_for([&] {
        return std::ranges::count_if(tcp.recording.kept(), [](const auto& f) { return f.frame.discontinuity; }) == 2;
    }));
    CHECK(tcp.recording.wait_for_quirk("Q24"));
    CHECK(tcp.recording.count(Kind::Lost) == 0);
}

TEST_CASE("Q25 control packets that are unknown, cut short, padded or not even control packets are dropped") {
    Tcp tcp;
    tcp.peer.packets(0, tcp.pictures.next(true));
    tcp.peer.packet(1, std::vector<std::uint8_t>{0x80, 200});
    tcp.peer.packet(1, std::vector<std::uint8_t>{0x80, 200, 0xFF, 0xFF, 1, 2, 3, 4});
    tcp.peer.packet(1, std::vector<std::uint8_t>{0xA0, 201, 0, 1, 1, 2, 3, 0xFF});
    tcp.peer.packet(1, std::vector<std::uint8_t>{0x80, 0, 0, 0});
    tcp.peer.packet(1, std::vector<std::uint8_t>{});
    tcp.peer.packet(1, std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0});
    tcp.peer.packet(1, sender_report(0x777, 5, 5));  // of nobody we know
    tcp.peer.packets(0, tcp.pictures.next(false));
    tcp.peer.packets(0, tcp.pictures.next(false));
    CHECK(tcp.recording.wait_for_frames(2));
    CHECK(tcp.recording.count(Kind::Lost) == 0);
}

TEST_CASE("Q26 the camera's clock is kept as it is said, years off or not, and changes no frame") {
    Tcp tcp;
    tcp.peer.packets(0, tcp.pictures.next(true));
    tcp.peer.packets(0, tcp.pictures.next(false));
    REQUIRE(tcp.recording.wait_for_frames(1));
    CHECK_FALSE(tcp.recording.stream().stats().clock_known);
    // 1 January 2000 in NTP seconds
    tcp.peer.packet(1, sender_report(0x1234'5678, 3'155'673'600ULL << 32U, 93'600));
    REQUIRE(tcp.recording.wait_for([&] { return tcp.recording.sender_reports().size() == 1; }));
    tcp.peer.packets(0, tcp.pictures.next(false));
    tcp.peer.packets(0, tcp.pictures.next(false));
    REQUIRE(tcp.recording.wait_for_frames(3));
    const auto stats = tcp.recording.stream().stats();
    CHECK(stats.clock_known);
    CHECK(stats.clock_offset_us < -20LL * 365 * 86'400 * 1'000'000);
    CHECK(tcp.recording.kept()[1].frame.rtp_time - tcp.recording.kept()[0].frame.rtp_time == 3600);
    CHECK(tcp.recording.sender_reports()[0].rtp_time == 93'600);
}

TEST_CASE("Q27 a jump of the picture's clock begins a new run, and no time is rewritten") {
    Tcp tcp;
    tcp.peer.packets(0, tcp.pictures.next(true));
    tcp.peer.packets(0, tcp.pictures.next(false));
    tcp.pictures.time += 90'000 * 3600;  // an hour forward
    for (int i = 0; i < 3; ++i) tcp.peer.packets(0, tcp.pictures.next(i == 0));
    CHECK(tcp.recording.wait_for_event(Kind::ClockJump));
    REQUIRE(tcp.recording.wait_for_frames(4));
    CHECK(tcp.recording.kept()[2].frame.discontinuity);
    CHECK(tcp.recording.kept()[2].frame.rtp_time == 90'000 + 2 * 3'600 + 90'000LL * 3600);
}

TEST_CASE("Q28 packets missing over TCP are counted, told, and the frame is marked as damaged") {
    Tcp tcp({}, [](StreamOptions& options) { options.silence_timeout = 400ms; });
    tcp.peer.packets(0, tcp.pictures.next(true));
    auto broken = tcp.pictures.next(false, 6000);
    broken.erase(broken.begin() + 1, broken.begin() + 3);
    tcp.peer.packets(0, broken);
    tcp.peer.packets(0, tcp.pictures.next(false));
    tcp.peer.packets(0, tcp.pictures.next(false));
    REQUIRE(tcp.recording.wait_for_frames(3));
    CHECK(tcp.recording.wait_for_event(Kind::PacketsLost));
    CHECK(std::ranges::any_of(tcp.recording.kept(), [](const auto& f) { return f.frame.damaged; }));
    CHECK(tcp.recording.stream().stats().lost == 2);
}

TEST_CASE("Q29 garbage between packets is passed over, and the packets around it are kept") {
    Tcp tcp;
    for (const auto& packet : tcp.pictures.next(true))
        tcp.peer.send(framed(0, packet) + std::string("\x00\x11garbage$\x07\x00\x04zz", 15));
    tcp.peer.packets(0, tcp.pictures.next(false));
    tcp.peer.send("\r\n\r\n");
    tcp.peer.packets(0, tcp.pictures.next(false));
    REQUIRE(tcp.recording.wait_for_frames(2));
    CHECK(tcp.recording.wait_for_event(Kind::Resynchronised));
    CHECK(tcp.recording.stream().stats().lost == 0);
    CHECK(tcp.recording.count(Kind::Lost) == 0);
}

TEST_CASE("Q29 an answer thrown into the middle of a packet costs that packet, not the connection") {
    Tcp tcp({}, [](StreamOptions& options) { options.keep_alive = 5ms; });
    tcp.peer.packets(0, tcp.pictures.next(true));
    const auto options = tcp.peer.request("OPTIONS");
    const auto big = tcp.pictures.next(false, 1200);
    std::string cut = framed(0, big.front());
    cut.resize(400);
    cut += "RTSP/1.0 200 OK\r\nCSeq: " + std::string(options.header("CSeq")) + "\r\n\r\n";
    for (int i = 0; i < 3; ++i)
        for (const auto& packet : tcp.pictures.next(false)) cut += framed(0, packet);
    tcp.peer.send(cut);
    (void)tcp.peer.request("OPTIONS");  // the answer was heard
    REQUIRE(tcp.recording.wait_for_frames(3));
    CHECK(tcp.recording.wait_for_event(Kind::Resynchronised));
    CHECK(tcp.recording.count(Kind::Lost) == 0);
}

TEST_CASE("Q29 a connection that carries nothing but garbage is given up and made anew") {
    Tcp tcp;
    tcp.peer.send(std::string(2'000'000, '\x13'));
    CHECK(tcp.recording.wait_for_event(Kind::Lost));
    Peer again = tcp.camera.accept();
    (void)again.request("DESCRIBE");
}

TEST_CASE("Q34 ports that the camera names wrongly or not at all are no obstacle") {
    for (const auto* answer : {"", "server_port=0", "server_port=0-1", "server_port=50000-50001", "server_port=%p",
                               "source=127.0.0.1;server_port=%p-%q"}) {
        Udp udp(answer);
        for (int i = 0; i < 3; ++i) udp.rtp.send(udp.to, udp.pictures.next(i == 0));
        CAPTURE(answer);
        CHECK(udp.recording.wait_for_frames(2));
    }
}

TEST_CASE("Q34 packets from another machine are left out, unless the camera named it") {
    Datagrams elsewhere("127.0.0.2");
    {
        Udp udp;
        Pictures forged(96, 0x666);
        elsewhere.send(udp.to, forged.next(true, 90));
        REQUIRE(udp.recording.wait_for_quirk("Q34"));
        for (int i = 0; i < 3; ++i) udp.rtp.send(udp.to, udp.pictures.next(i == 0));
        REQUIRE(udp.recording.wait_for_frames(2));
        for (const auto& frame : udp.recording.kept()) CHECK(frame.nals().back().size() == 600);
    }
    Udp named("source=127.0.0.2");
    for (int i = 0; i < 3; ++i) elsewhere.send(named.to, named.pictures.next(i == 0));
    CHECK(named.recording.wait_for_frames(2));
}

TEST_CASE("Q34 over UDP a way is opened first, packets are put in order, and receiver reports go back") {
    Udp udp("server_port=%p-%q", [](StreamOptions& options) { options.report_interval = 5ms; });
    CHECK(udp.rtp.receive().size() == 4);
    CHECK(udp.rtcp.receive().size() == 4);
    udp.rtp.send(udp.to, udp.pictures.next(true));
    auto frame = udp.pictures.next(false, 5000);
    REQUIRE(frame.size() >= 3);
    std::swap(frame[0], frame[1]);
    udp.rtp.send(udp.to, frame);
    udp.rtp.send(udp.to, std::span<const std::uint8_t>(frame.back()));  // once more
    udp.rtp.send(udp.to, udp.pictures.next(false));
    udp.rtp.send(udp.to, udp.pictures.next(false));
    REQUIRE(udp.recording.wait_for_frames(3));
    CHECK(udp.recording.kept()[1].nals().back().size() == 5000);
    CHECK_FALSE(udp.recording.kept()[1].frame.damaged);
    const auto report = udp.rtcp.receive();
    REQUIRE(report.size() > 8);
    CHECK(report[1] == 201);
    const auto stats = udp.recording.stream().stats();
    CHECK(stats.lost == 0);
    CHECK(stats.reordered >= 1);
    CHECK(stats.duplicates == 1);
    CHECK(stats.transport == Transport::Udp);
}

TEST_CASE("Q35 packets of the largest size are taken, over TCP and over UDP") {
    Tcp tcp;
    rtp::Packetiser large({.payload_type = 96, .ssrc = 1, .most_payload = 65'000});
    const auto key = tcp.pictures.next(true);
    std::vector<std::uint8_t> slice(64'000, 0x55);
    slice[0] = 0x41;
    slice[1] = 0x9a;
    tcp.pictures.packetiser() = rtp::Packetiser({.payload_type = 96, .ssrc = 0x1234'5678, .most_payload = 65'000});
    tcp.peer.packets(0, tcp.pictures.next(true, 64'000));
    tcp.peer.packets(0, tcp.pictures.next(false, 64'000));
    tcp.peer.packets(0, tcp.pictures.next(false));
    REQUIRE(tcp.recording.wait_for_frames(2));
    CHECK(tcp.recording.kept()[1].nals().back().size() == 64'000);

    Udp udp;
    udp.pictures.packetiser() = rtp::Packetiser({.payload_type = 96, .ssrc = 0x1234'5678, .most_payload = 60'000});
    udp.rtp.send(udp.to, udp.pictures.next(true, 10'000));
    udp.rtp.send(udp.to, udp.pictures.next(false, 50'000));
    udp.rtp.send(udp.to, udp.pictures.next(false));
    REQUIRE(udp.recording.wait_for_frames(2));
    CHECK(udp.recording.kept()[1].nals().back().size() == 50'000);
}

TEST_CASE("Q52 a camera that refuses TCP is asked for UDP in the same breath") {
    Camera camera;
    Recording recording(quick(camera.url()));
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "200 OK", {{"Content-Type", "application/sdp"}}, usual_sdp());
    peer.answer(peer.request("SETUP"), "461 Unsupported Transport");
    const auto setup = peer.request("SETUP");
    const auto to = client_port(setup);
    Datagrams rtp;
    peer.answer(setup, "200 OK",
                {{"Session", "1"}, {"Transport", "RTP/AVP;unicast;server_port=" + std::to_string(rtp.port())}});
    peer.answer(peer.request("PLAY"), "200 OK");
    CHECK(recording.wait_for_event(Kind::FellBack));
    Pictures pictures;
    for (int i = 0; i < 3; ++i) rtp.send(to, pictures.next(i == 0));
    CHECK(recording.wait_for_frames(2));
    peer.close();
}

TEST_CASE("Q52 a camera asked for UDP may answer with TCP") {
    Camera camera;
    auto options = quick(camera.url());
    options.transport = Transport::Udp;
    Recording recording(options);
    Peer peer = camera.accept();
    Usual usual;
    usual.transport = "RTP/AVP/TCP;unicast;interleaved=2-3";
    usual_conversation(peer, usual);
    Pictures pictures;
    for (int i = 0; i < 3; ++i) peer.packets(2, pictures.next(i == 0));
    CHECK(recording.wait_for_frames(2));
    CHECK(recording.wait_for_event(Kind::FellBack));
    peer.close();
}

TEST_CASE("Q52 silence over UDP leads back to TCP, and the old session is closed first") {
    Camera camera;
    auto options = quick(camera.url());
    options.udp_silence = 30ms;
    options.teardown_timeout = 20s;
    Recording recording(options);
    Peer peer = camera.accept();
    peer.answer(peer.request("DESCRIBE"), "200 OK", {{"Content-Type", "application/sdp"}}, usual_sdp());
    peer.answer(peer.request("SETUP"), "461 Unsupported Transport");
    peer.answer(peer.request("SETUP"), "200 OK",
                {{"Session", "1"}, {"Transport", "RTP/AVP;unicast;server_port=50000-50001"}});
    peer.answer(peer.request("PLAY"), "200 OK");
    peer.answer(peer.request("TEARDOWN"), "200 OK");
    Peer again = camera.accept();
    const auto asked = usual_conversation(again);
    CHECK(asked.setup.header("Transport").find("TCP") != std::string_view::npos);
    CHECK(recording.wait_for_event(Kind::Playing, 2));
    again.close();
}

TEST_CASE("Q54 a burst of many megabytes is read whole, however it is cut by the network") {
    Tcp tcp({}, [](StreamOptions& options) { options.receive_buffer = 64 * 1024; });
    std::thread sender([&] {
        for (int i = 0; i < 300; ++i) tcp.peer.packets(0, tcp.pictures.next(i % 50 == 0, 40'000));
    });
    const bool all = tcp.recording.wait_for_frames(299);
    sender.join();
    CHECK(all);
    const auto stats = tcp.recording.stream().stats();
    CHECK(stats.lost == 0);
    CHECK(stats.damaged == 0);
}
