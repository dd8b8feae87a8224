#include <doctest/doctest.h>
#include <fmt/format.h>

#include "crypto/hash.hpp"
#include "crypto/md5.hpp"
#include "testcam/decode_support.hpp"
#include "testcam/script.hpp"
#include "testcam/wire_support.hpp"

using namespace beffroi;
using namespace beffroi::testcam;
using test::Client;
using test::quick;

namespace {

std::string probe(const std::string& url, const std::string& transport) {
    return test::output_of("ffprobe -v error -tls_verify 0 -rtsp_transport " + transport +
                           " -select_streams v -show_entries stream=codec_name,width,height,r_frame_rate,has_b_frames "
                           "-of csv=p=0 '" +
                           url + "'");
}

// The mark of a picture, which lies in one of its packets.
std::optional<Mark> mark_of(const std::vector<test::RtpPacket>& picture) {
    for (const auto& packet : picture) {
        if (auto mark = read_mark(packet.bytes)) return mark;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("ffprobe sees codec, size and rate of H.264 and H.265, over TCP and UDP") {
    const auto server = quick(
        {.width = 640, .height = 360, .rate = 25, .group = 10},
        {.cameras = {{.codec = VideoCodec::H265, .width = 1280, .height = 720, .rate = 15, .group = 10}}, .pace = 2});
    for (const char* transport : {"tcp", "udp"}) {
        CHECK(probe(server->url(0), transport) == "h264,640,360,0,25/1\n");
        CHECK(probe(server->url(1), transport) == "hevc,1280,720,0,15/1\n");
    }
}

TEST_CASE("MJPEG: others read the number in the picture") {
    const auto server = quick({.codec = VideoCodec::Jpeg, .width = 640, .height = 360, .rate = 10}, {.pace = 4});
    CHECK(probe(server->url(0), "tcp") == "mjpeg,640,360,0,10/1\n");
    const test::Scratch out(".yuv");
    const std::string complaints =
        test::output_of("ffmpeg -nostdin -v error -y -rtsp_transport tcp -i " + server->url(0) +
                        " -frames:v 5 -fps_mode passthrough -pix_fmt yuvj420p -f rawvideo " + out.path());
    CHECK(complaints == "");
    const Buffer raw = out.read();
    constexpr std::size_t kPicture = 640 * 360 * 3 / 2;
    REQUIRE(raw.size() == 5 * kPicture);
    const auto first = read_number(Bytes(raw).first(640 * 360), 640);
    REQUIRE(first);
    for (std::uint32_t i = 0; i < 5; ++i) {
        const Bytes luma = Bytes(raw).subspan(i * kPicture, 640 * 360);
        CHECK(read_number(luma, 640) == *first + i);
        CHECK(read_digits(luma, 640) == fmt::format("{:08}", *first + i));
    }
}

TEST_CASE("A script in TOML: cameras and their faults, and what is wrong with it") {
    const auto read = read_script_text(R"([server]
port = 9000
faults = ["loss=2@60+30"]
[[cameras]]
codec = "h265"
size = "1920x1080"
rate = 12
kbit = 4000
count = 3
[[cameras]]
faults = ["no-sender-reports"]
)");
    REQUIRE(read);
    CHECK(read->port == 9000);
    REQUIRE(read->cameras.size() == 4);
    CHECK(read->cameras[2].height == 1080);
    CHECK(read->cameras[2].bit_rate == 4'000'000);
    CHECK(read->cameras[3].faults[0].kind == FaultKind::NoSenderReports);
    CHECK(read->script[0].for_s == 30);
    CHECK(read_script_text("[[cameras]]\nsizes = \"1x1\"\n").error().detail.find("sizes") != std::string::npos);
    CHECK(read_script_text("[[cameras]]\nsize = \"big\"\n").error().detail.find("WIDTHxHEIGHT") != std::string::npos);
}

TEST_CASE("rtsps with a certificate made on the spot") {
    const auto server = quick({.width = 640, .height = 360, .group = 10}, {.tls = true, .pace = 2});
    CHECK(server->url().starts_with("rtsps://"));
    CHECK(probe(server->url(0), "tcp") == "h264,640,360,0,25/1\n");
}

TEST_CASE("The number in the bitstream is the number in the picture") {
    for (const VideoCodec codec : {VideoCodec::H264, VideoCodec::H265}) {
        const auto server = quick({.codec = codec, .group = 8, .bit_rate = 1'000'000});
        Client client(*server);
        REQUIRE(client.play().find("RTSP/1.0 200") != std::string::npos);
        const auto pictures = client.pictures(20);
        REQUIRE(pictures.size() == 20);
        // Put together as a recorder would, then decoded by somebody else.
        Buffer stream;
        std::vector<std::uint32_t> numbers;
        const std::size_t header = codec == VideoCodec::H265 ? 2 : 1;
        for (const auto& picture : pictures) {
            const auto mark = mark_of(picture);
            REQUIRE(mark);
            numbers.push_back(static_cast<std::uint32_t>(mark->frame));
            for (const auto& packet : picture) {
                const Bytes payload = packet.payload();
                const bool h265 = codec == VideoCodec::H265;
                const bool fragment = h265 ? ((payload[0] >> 1U) & 0x3FU) == 49 : (payload[0] & 0x1FU) == 28;
                if (!fragment || (payload[header] & 0x80U) != 0) stream.insert(stream.end(), {0, 0, 0, 1});
                if (!fragment) {
                    stream.insert(stream.end(), payload.begin(), payload.end());
                    continue;
                }
                if ((payload[header] & 0x80U) != 0 && h265) {
                    stream.push_back(static_cast<std::uint8_t>((payload[0] & 0x81U) | ((payload[2] & 0x3FU) << 1U)));
                    stream.push_back(payload[1]);
                } else if ((payload[header] & 0x80U) != 0) {
                    stream.push_back(static_cast<std::uint8_t>((payload[0] & 0xE0U) | (payload[1] & 0x1FU)));
                }
                stream.insert(stream.end(), payload.begin() + static_cast<std::ptrdiff_t>(header) + 1, payload.end());
            }
        }
        const auto decoded = test::decode(codec == VideoCodec::H265 ? "hevc" : "h264", stream, 352, 288);
        CHECK(decoded.complaints == "");
        REQUIRE(decoded.luma.size() == 20);
        for (std::size_t i = 0; i < 20; ++i) {
            CHECK(read_number(decoded.luma[i], 352) == numbers[i]);
            CHECK(numbers[i] == numbers[0] + i);
        }
    }
}

TEST_CASE("Times: 90 kHz steps of the rate, the mark's clock, sender reports that agree") {
    const auto server = quick({.rate = 20});
    Client client(*server);
    client.play();
    const auto pictures = client.pictures(10);
    REQUIRE(pictures.size() == 10);
    for (std::size_t i = 1; i < 10; ++i) {
        CHECK(pictures[i][0].time() - pictures[i - 1][0].time() == 4500);
        CHECK(mark_of(pictures[i])->utc_us - mark_of(pictures[i - 1])->utc_us == 50'000);
        CHECK(pictures[i].back().marker());
        CHECK(pictures[i][0].sequence() == static_cast<std::uint16_t>(pictures[i - 1].back().sequence() + 1));
    }
    const auto report = client.packet(1);
    REQUIRE(report);
    CHECK(report->bytes[1] == 200);
    CHECK(report->word(4) == pictures[0][0].ssrc());
    CHECK(report->word(16) == pictures[0][0].time());
    CHECK(report->word(8) - 2'208'988'800U == static_cast<std::uint32_t>(mark_of(pictures[0])->utc_us / 1'000'000));
}

TEST_CASE("Sound is offered, and sent only to who sets it up") {
    const auto server = quick();
    Client quiet(*server);
    CHECK(quiet.ask("DESCRIBE").find("m=audio 0 RTP/AVP 8") != std::string::npos);
    quiet.play();
    CHECK(quiet.pictures(20).size() == 20);
    CHECK(server->counters().sound_setups == 0);
    CHECK(server->counters().sound_packets == 0);
    Client loud(*server);
    loud.ask("SETUP", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n", "/trackID=1");
    loud.play();
    const auto sound = loud.packet(2);
    REQUIRE(sound);
    CHECK(sound->type() == 8);
    CHECK(sound->payload().size() == 160);
    CHECK(server->counters().sound_setups == 1);
    const auto without = quick({.sound = false});
    CHECK(Client(*without).ask("DESCRIBE").find("m=audio") == std::string::npos);
}

TEST_CASE("Who may watch: Basic, and Digest with MD5 and SHA-256") {
    struct Case {
        Authentication kind;
        std::string challenge;
        std::string scheme;
    };
    for (const Case& c : {Case{Authentication::Basic, "Basic realm=", "basic"},
                          {Authentication::DigestMd5, "Digest realm=", "md5"},
                          {Authentication::DigestSha256, "algorithm=SHA-256", "sha256"},
                          {Authentication::All, "algorithm=SHA-256", "sha256"},
                          {Authentication::All, "Basic realm=", "basic"},
                          {Authentication::DigestBoth, "algorithm=SHA-256", "md5"}}) {
        const auto server = quick({.user = "admin", .password = "s:/@é", .authentication = c.kind});
        Client client(*server);
        const std::string refused = client.ask("DESCRIBE");
        CHECK(refused.starts_with("RTSP/1.0 401"));
        CHECK(refused.find(c.challenge) != std::string::npos);
        const auto authorization = [&](const std::string& password) {
            if (c.scheme == "basic") {
                const std::string pair = "admin:" + password;
                return "Authorization: Basic " +
                       base64({reinterpret_cast<const std::uint8_t*>(pair.data()), pair.size()}) + "\r\n";
            }
            const std::size_t at = refused.find("nonce=\"") + 7;
            const std::string nonce = refused.substr(at, refused.find('"', at) - at);
            const auto hash = [&](const std::string& text) {
                return c.scheme == "sha256" ? crypto::hex(crypto::sha256(text)) : crypto::md5_hex(text);
            };
            const std::string a1 = hash("admin:Beffroi test camera:" + password);
            const std::string a2 = hash("DESCRIBE:" + client.url());
            const bool sha = c.scheme == "sha256";
            return fmt::format(
                "Authorization: Digest username=\"admin\", realm=\"Beffroi test camera\", nonce=\"{}\", uri=\"{}\", "
                "response=\"{}\"{}\r\n",
                nonce, client.url(), hash(a1 + ":" + nonce + (sha ? ":00000001:abc:auth:" : ":") + a2),
                sha ? ", algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"abc\"" : "");
        };
        CHECK(client.ask("DESCRIBE", authorization("wrong")).starts_with("RTSP/1.0 401"));
        CHECK(client.ask("DESCRIBE", authorization("s:/@é")).starts_with("RTSP/1.0 200"));
        CHECK(server->counters().unauthorized == 2);
    }
}

TEST_CASE("PAUSE, TEARDOWN, unknown cameras and methods; sessions that nobody keeps alive end") {
    const auto server = quick();
    Client client(*server);
    CHECK(client.ask("OPTIONS").find("GET_PARAMETER") != std::string::npos);
    CHECK(client.ask("PLAY").starts_with("RTSP/1.0 455"));
    CHECK(client.ask("RECORD").starts_with("RTSP/1.0 501"));
    client.play();
    CHECK(server->counters().playing == 1);
    CHECK(client.ask("GET_PARAMETER").find("timeout=60") != std::string::npos);
    CHECK(server->counters().keep_alives == 1);
    CHECK(client.ask("PAUSE").starts_with("RTSP/1.0 200"));
    CHECK(client.ask("PLAY").starts_with("RTSP/1.0 200"));
    CHECK(client.ask("TEARDOWN").starts_with("RTSP/1.0 200"));
    CHECK(server->counters().playing == 0);
    CHECK(server->counters().teardowns == 1);
    CHECK(Client(*server, 5).ask("DESCRIBE").starts_with("RTSP/1.0 404"));
    const auto hasty = quick({}, {.pace = 100, .session_timeout_s = 10});
    Client forgetful(*hasty);
    forgetful.play();
    CHECK(forgetful.closed());
    CHECK(hasty->counters().timed_out == 1);
}

TEST_CASE("Cheap mode: packets of the same form as the others, each camera with its own mark, clock and numbers") {
    const CameraSettings camera{.width = 352, .height = 288, .group = 5, .bit_rate = 400'000};
    const auto shape = [&](bool shared, std::uint32_t index) {
        const auto server = quick(camera, {.cameras = {camera, camera}, .shared_pictures = shared});
        Client client(*server, index);
        client.play();
        std::vector<std::string> out;
        const auto pictures = client.pictures(11);
        for (const auto& picture : pictures) {
            std::string line;
            for (const auto& packet : picture) line += fmt::format("{}{} ", packet.nal(), packet.marker() ? "m" : "");
            out.push_back(line);
            CHECK(mark_of(picture)->camera == index);
            CHECK(mark_of(picture)->frame == mark_of(pictures[0])->frame + out.size() - 1);
        }
        return out;
    };
    const auto plain = shape(false, 0);
    CHECK(plain[0] != plain[1]);
    CHECK(shape(true, 0) == plain);
    CHECK(shape(true, 2) == plain);
}

TEST_CASE("UDP: packets come from the announced port, or, as a fault, from another; nothing at all, as another fault") {
    for (const bool other : {false, true}) {
        const auto server = quick();
        if (other) server->apply({FaultKind::OtherSource});
        test::UdpPort port;
        Client client(*server);
        const std::string setup = client.ask(
            "SETUP", fmt::format("Transport: RTP/AVP;unicast;client_port={}-{}\r\n", port.number(), port.number() + 1),
            "/trackID=0");
        const std::size_t at = setup.find("server_port=");
        REQUIRE(at != std::string::npos);
        client.ask("PLAY");
        const auto [packet, from] = port.receive();
        REQUIRE(packet.size() > 12);
        CHECK((packet[1] & 0x7FU) == 96);
        CHECK((from == std::stoi(setup.substr(at + 12))) != other);
        server->apply({FaultKind::UdpSilent});
        const auto frames = server->counters().frames;
        CHECK(client.ask("OPTIONS").starts_with("RTSP/1.0 200"));
        CHECK(server->counters().frames >= frames);
    }
}

TEST_CASE("A test is told what was sent: the same access units as on the wire") {
    std::vector<std::size_t> sizes;
    std::vector<std::uint64_t> frames;
    ServerSettings settings;
    settings.on_sent = [&](const SentUnit& unit) {
        std::size_t size = 0;
        for (const Buffer& nal : *unit.nals) size += nal.size();
        sizes.push_back(size);
        frames.push_back(unit.mark.frame);
    };
    std::vector<std::vector<test::RtpPacket>> pictures;
    {
        const auto server = quick({.payload_most = 60'000}, settings);
        Client client(*server);
        client.play();
        pictures = client.pictures(5);
    }
    REQUIRE(pictures.size() == 5);
    REQUIRE(sizes.size() >= 5);
    for (std::size_t i = 0; i < 5; ++i) {
        std::size_t size = 0;
        for (const auto& packet : pictures[i]) size += packet.payload().size();
        CHECK(size == sizes[i]);
        CHECK(mark_of(pictures[i])->frame == frames[i]);
    }
}
