#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "testcam/wire_support.hpp"

using namespace beffroi;
using namespace beffroi::testcam;
using test::Client;
using test::quick;
using test::with_fault;

namespace {

constexpr std::uint64_t kBitRate = 1'000'000;  // so that pictures take several packets

std::vector<std::vector<test::RtpPacket>> pictures_with(const Fault& fault, std::size_t count = 12) {
    const auto server = with_fault(fault, {.group = 5, .bit_rate = kBitRate});
    Client client(*server);
    client.play();
    return client.pictures(count);
}

bool any(const std::vector<std::vector<test::RtpPacket>>& pictures, auto&& condition) {
    return std::any_of(pictures.begin(), pictures.end(),
                       [&](const auto& picture) { return std::any_of(picture.begin(), picture.end(), condition); });
}

bool is_fragment(const test::RtpPacket& packet) {
    return packet.nal() == 28;
}

// How many sequence numbers are missing, and how many packets came out of order.
struct Order {
    std::uint32_t missing = 0;
    std::uint32_t backwards = 0;
    std::uint32_t twice = 0;
};
Order order_of(const std::vector<std::vector<test::RtpPacket>>& pictures) {
    Order out;
    std::optional<std::uint16_t> last;
    for (const auto& picture : pictures) {
        for (const auto& packet : picture) {
            if (last) {
                const auto step = static_cast<std::int16_t>(packet.sequence() - *last);
                if (step == 0) ++out.twice;
                if (step < 0) ++out.backwards;
                if (step > 1) out.missing += static_cast<std::uint32_t>(step - 1);
            }
            last = packet.sequence();
        }
    }
    return out;
}

}  // namespace

TEST_CASE("Every fault has a name, a quirk and a sentence, and the words of scripts are read back") {
    std::set<std::string_view> names;
    for (const FaultInfo& info : fault_table()) {
        CHECK(names.insert(info.name).second);
        CHECK(info.quirk.size() == 3);
        CHECK(info.sentence.size() >= 10);
        CHECK(fault_named(info.name) == info.kind);
    }
    const auto stall = parse_fault("stall@10+3.5#2");
    REQUIRE(stall);
    CHECK(stall->kind == FaultKind::Stall);
    CHECK(stall->after_s == 10);
    CHECK(stall->for_s == 3.5);
    CHECK(stall->camera == 2);
    CHECK(parse_fault("loss=2.5")->value == 2.5);
    CHECK(parse_fault("clock-drift=-80@1")->value == -80);
    CHECK(parse_fault("reboot=2,1920x1080@5")->text == "1920x1080");
    CHECK(parse_fault("reboot=2,1920x1080@5")->value == 2);
    CHECK(parse_fault("parameter-sets-change=640x360")->text == "640x360");
    CHECK(parse_fault("redirect=rtsp://u:p@host/cam1")->text == "rtsp://u:p@host/cam1");
    CHECK(parse_fault("looss=1").error().detail.find("no such fault") != std::string::npos);
    CHECK(!parse_fault("loss=1@x"));
}

TEST_CASE("A camera with any of the faults answers, sends or closes, and the server goes on") {
    for (const FaultInfo& info : fault_table()) {
        CAPTURE(std::string(info.name));
        for (const VideoCodec codec : {VideoCodec::H264, VideoCodec::H265, VideoCodec::Jpeg}) {
            auto server = quick({.codec = codec, .group = 5, .bit_rate = kBitRate}, {.pace = 20});
            Client before(*server);
            before.play();
            server->apply({info.kind, 2, "640x360", 0, 0.5, kAllCameras});
            Client during(*server);
            during.send("DESCRIBE " + during.url() + " RTSP/1.0\r\nCSeq: 1\r\n\r\n");
            during.send("SETUP " + during.url() +
                        "/trackID=0 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast\r\n\r\n");
            during.send("PLAY " + during.url() + " RTSP/1.0\r\nCSeq: 3\r\n\r\n");
            (void)before.raw(2'000);
            server->clear(info.kind);
            CHECK(server->counters().connections >= 1);
        }
    }
}

TEST_CASE("Answers: each quirk is there, in its words") {
    struct Case {
        Fault fault;
        std::string method;
        std::string there;
        std::string absent;
    };
    const std::string setup_tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
    const std::string setup_udp = "Transport: RTP/AVP;unicast;client_port=40000-40001\r\n";
    const std::vector<Case> cases = {
        {{FaultKind::WrongCSeq}, "OPTIONS", "CSeq: 8\r\n", ""},
        {{FaultKind::CSeqSpace}, "OPTIONS", "CSeq: 1  \r\n", ""},
        {{FaultKind::SessionSpaces}, setup_tcp, " ; timeout = 60 \r\n", ""},
        {{FaultKind::SessionTimeoutZero}, setup_tcp, ";timeout=0\r\n", ""},
        {{FaultKind::SessionMissing}, setup_tcp, "200 OK", "Session:"},
        {{FaultKind::TransportSpaces}, setup_tcp, ";   ssrc=", ""},
        {{FaultKind::TransportSsrcShort}, setup_tcp, "ssrc=1A2\r\n", ""},
        {{FaultKind::TransportSsrcOdd}, setup_tcp, "ssrc=not-a-number", ""},
        {{FaultKind::TransportSsrcFirst}, setup_tcp, "Transport: ssrc=", ""},
        {{FaultKind::TransportSourceEmpty}, setup_udp, ";source=;", ""},
        {{FaultKind::NoServerPort}, setup_udp, "client_port=40000-40001", "server_port"},
        {{FaultKind::ServerPortZero}, setup_udp, "server_port=0-0", ""},
        {{FaultKind::InterleavedChanged}, setup_tcp, "interleaved=4-5", ""},
        {{FaultKind::UdpRefused}, setup_udp, "461 ", ""},
        {{FaultKind::TcpRefused}, setup_tcp, "461 ", ""},
        {{FaultKind::Answer453}, setup_tcp, "453 Not Enough Bandwidth", ""},
        {{FaultKind::Answer503}, "DESCRIBE", "503 Service Unavailable", ""},
        {{FaultKind::Answer401}, "DESCRIBE", "401 Unauthorized", ""},
        {{FaultKind::Answer404}, "DESCRIBE", "404 Not Found", ""},
        {{FaultKind::Redirect, 0, "rtsp://127.0.0.1:1/cam0"},
         "DESCRIBE",
         "302 Moved Temporarily\r\nCSeq: 1\r\nServer: Beffroi-Testcam\r\nLocation: rtsp://127.0.0.1:1/cam0\r\n",
         ""},
        {{FaultKind::ContentTypeMissing}, "DESCRIBE", "v=0", "Content-Type"},
        {{FaultKind::ContentTypeCharset}, "DESCRIBE", "application/sdp;charset=utf-8", ""},
        {{FaultKind::ContentBaseMissing}, "DESCRIBE", "v=0", "Content-Base"},
        {{FaultKind::ContentBaseRelative}, "DESCRIBE", "Content-Base: /cam0/\r\n", ""},
        {{FaultKind::ContentBaseDoubled}, "DESCRIBE", "Content-Base: rtsp://rtsp://127.0.0.1", ""},
        {{FaultKind::ContentBaseOtherHost}, "DESCRIBE", "Content-Base: rtsp://192.168.1.64:554/cam0/\r\n", ""},
        {{FaultKind::ContentBaseNoScheme}, "DESCRIBE", "Content-Base: 127.0.0.1:", ""},
        {{FaultKind::SdpNoOrigin}, "DESCRIBE", "v=0\r\ns=", "o="},
        {{FaultKind::SdpNoSessionName}, "DESCRIBE", "c=IN IP4 0.0.0.0\r\na=control", "t=0 0"},
        {{FaultKind::SdpBadOrigin}, "DESCRIBE", "o=- 0x1F 1E IP IP4 nowhere", ""},
        {{FaultKind::SdpBadConnection}, "DESCRIBE", "c=IN \r\n", ""},
        {{FaultKind::SdpDisorder}, "DESCRIBE", "s=again\r\n\r\n", ""},
        {{FaultKind::SdpLfOnly}, "DESCRIBE", "v=0\no=", "v=0\r\n"},
        {{FaultKind::SdpUnknownMedia}, "DESCRIBE", "m=application/tp-link", ""},
        {{FaultKind::SdpFmtpEmpty}, "DESCRIBE", "a=fmtp:96\r\n", "sprop"},
        {{FaultKind::SdpFmtpMisplaced}, "DESCRIBE", "PCMA/8000\r\na=fmtp:96 packetization-mode", ""},
        {{FaultKind::SdpRtpmapSpace}, "DESCRIBE", "H264/90000 \r\n", ""},
        {{FaultKind::SdpClockZero}, "DESCRIBE", "H264/0\r\n", ""},
        {{FaultKind::SdpSpropMissing}, "DESCRIBE", "packetization-mode=1", "sprop"},
        {{FaultKind::SdpSpropEmpty}, "DESCRIBE", "sprop-parameter-sets=,\r\n", ""},
        {{FaultKind::SdpSpropGarbage}, "DESCRIBE", "sprop-parameter-sets=!!", ""},
        {{FaultKind::SdpSpropAnnexB}, "DESCRIBE", "sprop-parameter-sets=AAAAAW", ""},
        {{FaultKind::SdpSpropPartial}, "DESCRIBE", "sprop-parameter-sets=", "=,"},
        {{FaultKind::SdpControlMissing}, "DESCRIBE", "m=video", "a=control"},
        {{FaultKind::SdpControlAbsolute}, "DESCRIBE", "a=control:rtsp://127.0.0.1", ""},
        {{FaultKind::SdpControlQuery}, "DESCRIBE", "a=control:?track=0", ""},
        {{FaultKind::SdpControlOtherHost}, "DESCRIBE", "a=control:rtsp://192.168.1.64:554/cam0/trackID=0", ""},
        {{FaultKind::SdpBackChannel}, "DESCRIBE", "a=sendonly", ""},
        {{FaultKind::Mode0}, "DESCRIBE", "packetization-mode=0", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(std::string(info_of(c.fault.kind).name));
        const auto server = with_fault(c.fault);
        Client client(*server);
        const bool setup = c.method.starts_with("Transport");
        const std::string answer = setup ? client.ask("SETUP", c.method, "/trackID=0") : client.ask(c.method);
        CHECK(answer.find(c.there) != std::string::npos);
        if (!c.absent.empty()) CHECK(answer.find(c.absent) == std::string::npos);
        if (c.absent == "o=") CHECK(answer.find("\no=") == std::string::npos);
    }
}

TEST_CASE("RTP: losses, disorder, gaps, sources") {
    CHECK(order_of(pictures_with({FaultKind::NoSenderReports})).missing == 0);
    CHECK(order_of(pictures_with({FaultKind::Loss, 20})).missing > 0);
    CHECK(order_of(pictures_with({FaultKind::Reorder, 20})).backwards > 0);
    CHECK(order_of(pictures_with({FaultKind::Duplicate, 20})).twice > 0);
    CHECK(any(pictures_with({FaultKind::PayloadType50}), [](const auto& p) { return p.type() == 50; }));
    CHECK(any(pictures_with({FaultKind::HeaderExtension}), [](const auto& p) { return (p.bytes[0] & 0x10U) != 0; }));
    CHECK(any(pictures_with({FaultKind::Padding}),
              [](const auto& p) { return (p.bytes[0] & 0x20U) != 0 && p.bytes.back() == 5; }));
    CHECK(any(pictures_with({FaultKind::Csrc}), [](const auto& p) { return (p.bytes[0] & 0x0FU) == 2; }));
    CHECK(any(pictures_with({FaultKind::Oversize, 10'000}), [](const auto& p) { return p.bytes.size() > 9'000; }));

    const auto server = quick({.group = 5});
    Client client(*server);
    client.play();
    auto last = client.pictures(3).back().back();
    const auto until_changed = [&](auto&& changed) {
        for (int i = 0; i < 200; ++i) {
            const auto next = client.packet();
            if (!next) return false;
            const bool found = changed(*next, last);
            last = *next;
            if (found) return true;
        }
        return false;
    };
    server->apply({FaultKind::SsrcChange});
    CHECK(until_changed([](const auto& now, const auto& before) { return now.ssrc() != before.ssrc(); }));
    server->apply({FaultKind::SequenceGap, 100});
    CHECK(until_changed([](const auto& now, const auto& before) {
        return static_cast<std::uint16_t>(now.sequence() - before.sequence()) == 101;
    }));
    server->apply({FaultKind::SequenceRestart});
    CHECK(until_changed([](const auto& now, const auto& before) {
        return static_cast<std::uint16_t>(now.sequence() - before.sequence()) > 1;
    }));
    server->apply({FaultKind::TimestampJump, 100});
    CHECK(until_changed([](const auto& now, const auto& before) { return now.time() - before.time() > 8'900'000; }));
    server->apply({FaultKind::TimestampWrap, 1});
    CHECK(until_changed(
        [](const auto& now, const auto& before) { return now.time() < 3600 && before.time() > 0xFFFF'0000U; }));
    server->apply({FaultKind::TimestampFrozen});
    CHECK(until_changed([](const auto& now, const auto& before) {
        return now.time() == before.time() && before.marker() && read_mark(now.bytes);
    }));
    server->clear(FaultKind::TimestampFrozen);
    server->apply({FaultKind::TimestampBackwards});
    CHECK(until_changed([](const auto& now, const auto& before) { return now.time() == before.time() - 3600; }));
}

TEST_CASE("Markers and fragments, as bad cameras send them") {
    const auto marks = [](const auto& pictures) {
        std::size_t count = 0;
        for (const auto& picture : pictures) {
            for (const auto& packet : picture) count += packet.marker() ? 1U : 0U;
        }
        return count;
    };
    CHECK(marks(pictures_with({FaultKind::NoSenderReports})) == 12);
    CHECK(marks(pictures_with({FaultKind::MarkerNever})) == 0);
    CHECK(marks(pictures_with({FaultKind::MarkerOnSei})) == 24);
    CHECK(marks(pictures_with({FaultKind::MarkerAlways})) > 24);
    const auto misframed = pictures_with({FaultKind::GopMisframed}, 4);
    CHECK(marks(misframed) == 4);  // the fourth holds two pictures: the last of a group and the key picture behind it
    CHECK(std::count_if(misframed[3].begin(), misframed[3].end(),
                        [](const auto& p) { return read_mark(p.bytes).has_value(); }) <= 2);

    const auto has_start = [](const auto& p) { return is_fragment(p) && (p.bytes[13] & 0x80U) != 0; };
    const auto has_end = [](const auto& p) { return is_fragment(p) && (p.bytes[13] & 0x40U) != 0; };
    CHECK(any(pictures_with({FaultKind::NoSenderReports}), has_start));
    const auto no_start = pictures_with({FaultKind::FuNoStart});
    CHECK(!any(no_start, has_start));
    CHECK(any(no_start, has_end));
    CHECK(!any(pictures_with({FaultKind::FuNoEnd}), has_end));
    CHECK(
        any(pictures_with({FaultKind::FuEmpty}), [](const auto& p) { return is_fragment(p) && p.bytes.size() == 14; }));
    CHECK(any(pictures_with({FaultKind::FuReservedBit}),
              [](const auto& p) { return is_fragment(p) && (p.bytes[13] & 0x20U) != 0; }));
    CHECK(any(pictures_with({FaultKind::FuStartAndEnd}), [&](const auto& p) { return has_start(p) && has_end(p); }));
    CHECK(any(pictures_with({FaultKind::FuTypeChanges}),
              [](const auto& p) { return is_fragment(p) && (p.bytes[13] & 0x1FU) == (5 ^ 4); }));
    const auto starts_with_code = [](const auto& p) {
        return p.bytes[12] == 0 && p.bytes[13] == 0 && p.bytes[14] == 0 && p.bytes[15] == 1;
    };
    CHECK(any(pictures_with({FaultKind::AnnexBInRtp}), starts_with_code));
    CHECK(any(pictures_with({FaultKind::FuSeveralNals}),
              [](const auto& p) { return is_fragment(p) && (p.bytes[13] & 0x1FU) == 7; }));
    const auto is_sequence_set = [](const auto& p) { return p.nal() == 7; };
    CHECK(!any(pictures_with({FaultKind::NoParameterSets}), is_sequence_set));
    const auto everywhere = pictures_with({FaultKind::ParameterSetsEverywhere});
    CHECK(std::all_of(everywhere.begin(), everywhere.end(),
                      [&](const auto& picture) { return any({picture}, is_sequence_set); }));
}

TEST_CASE("Between the packets: garbage, RTSP, cut frames, strange channels") {
    const auto stream = [](const Fault& fault) {
        const auto server = with_fault(fault, {.bit_rate = kBitRate});
        Client client(*server);
        client.send("SETUP " + client.url() +
                    "/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n");
        client.send("PLAY " + client.url() + " RTSP/1.0\r\nCSeq: 2\r\n\r\n");
        return client.raw(150'000);
    };
    const Bytes sample = noise(1, 20);
    const std::string garbage(sample.begin(), sample.end());
    CHECK(stream({FaultKind::Garbage, 20}).find(garbage + "$") != std::string::npos);
    CHECK(stream({FaultKind::RtspInMiddle}).find("RTSP/1.0 200 OK\r\nCSeq: 4711\r\n") != std::string::npos);
    CHECK(stream({FaultKind::ServerRequests}).find("GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\n") != std::string::npos);
    CHECK(stream({FaultKind::UnknownChannel}).find(std::string("$\x0A", 2)) != std::string::npos);
    const std::string early = stream({FaultKind::DataBeforePlay});
    CHECK(early.find('$') < early.find("CSeq: 2\r\n"));
    CHECK(stream({FaultKind::RtpInfoOdd}).find("RTP-Info: url=trackID=77;seq=0;rtptime=-12x4,;") != std::string::npos);
    CHECK(stream({FaultKind::RtpInfoMissing}).find("RTP-Info") == std::string::npos);
    // The packets can't be walked through any more.
    const std::string cut = stream({FaultKind::FrameCut});
    std::size_t at = cut.find("\r\n\r\n", cut.find("CSeq: 2")) + 4;
    while (at + 4 <= cut.size() && cut[at] == '$') {
        at += 4 + std::size_t{static_cast<std::uint8_t>(cut[at + 2])} * 256 + static_cast<std::uint8_t>(cut[at + 3]);
    }
    CHECK(at + 4 <= cut.size());
}

TEST_CASE("Sender reports: none, late, years off, of another source") {
    const auto first_report = [](const Fault& fault) {
        const auto server = with_fault(fault);
        Client client(*server);
        client.play();
        (void)client.pictures(3);
        return client.packet(1);
    };
    const auto right = first_report({FaultKind::RtpInfoMissing});
    REQUIRE(right);
    const auto off = first_report({FaultKind::SenderReportsOff, 3});
    CHECK(static_cast<double>(off->word(8) - right->word(8)) == doctest::Approx(3 * 365.25 * 86'400).epsilon(0.001));
    const auto server = with_fault({FaultKind::NoSenderReports});
    Client client(*server);
    client.play();
    (void)client.pictures(10);
    CHECK(client.pictures(200).size() == 200);  // eight seconds of the camera: a report was due
    CHECK(client.kept(1) == 0);
}

TEST_CASE("The stream: long and cut groups, pictures of the past, no key picture, another size") {
    const auto key = [](const auto& picture) { return any({picture}, [](const auto& p) { return p.nal() == 7; }); };
    const auto keys = [&](const auto& pictures) {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            if (key(pictures[i])) out.push_back(i);
        }
        return out;
    };
    CHECK(keys(pictures_with({FaultKind::NoSenderReports}, 12)) == std::vector<std::size_t>{0, 5, 10});
    CHECK(keys(pictures_with({FaultKind::LongGop, 40}, 45)) == std::vector<std::size_t>{0, 40});
    CHECK(keys(pictures_with({FaultKind::NoKeyFrame}, 20)).empty());
    CHECK(keys(pictures_with({FaultKind::StartsMidGop}, 6)).front() > 0);
    const auto past = pictures_with({FaultKind::Prebuffer, 3600}, 5);
    CHECK(read_mark(past[0][2].bytes)->frame == 0);

    // Smart codec: more pictures with parameter sets than key pictures, and times that don't step evenly.
    const auto smart = pictures_with({FaultKind::SmartCodec}, 30);
    std::set<std::uint32_t> steps;
    for (std::size_t i = 1; i < smart.size(); ++i) steps.insert(smart[i][0].time() - smart[i - 1][0].time());
    CHECK(steps == std::set<std::uint32_t>{3600, 7200});
    CHECK(keys(smart).size() > 3);

    const auto server = quick({.group = 5});
    Client client(*server);
    client.play();
    const auto before = client.pictures(6);
    server->apply({FaultKind::ParameterSetsChange, 0, "640x360"});
    const auto sets_of = [](const auto& picture) {
        return Buffer(picture[0].payload().begin(), picture[0].payload().end());
    };
    bool changed = false;
    for (const auto& picture : client.pictures(60))
        changed = changed || (key(picture) && sets_of(picture) != sets_of(before[0]));
    CHECK(changed);
}

TEST_CASE("A reboot: closed, refused, back with other numbers") {
    const auto server = quick({.group = 5}, {.pace = 50});
    Client client(*server);
    client.play();
    const auto before = client.pictures(3);
    server->apply({FaultKind::Reboot, 5, "640x360"});
    CHECK(client.closed());
    std::optional<Client> again;
    for (int attempt = 0; attempt < 100'000; ++attempt) {
        again.emplace(*server);
        if (again->connected()) break;
    }
    REQUIRE(again->connected());
    again->play();
    const auto after = again->pictures(3);
    REQUIRE(after.size() == 3);
    CHECK(after[0][0].ssrc() != before[0][0].ssrc());
    CHECK(read_mark(after[0][2].bytes)->boot == 2);
    CHECK(server->counters().boot == 2);
}

TEST_CASE("Sessions: limits, unanswered TEARDOWN, keep-alives that kill, receiver reports that are needed") {
    {
        const auto server = with_fault({FaultKind::SessionLimit, 1});
        {
            Client forgetful(*server);
            forgetful.play();
            Client second(*server);
            CHECK(second.ask("SETUP", "Transport: RTP/AVP/TCP;interleaved=0-1\r\n").starts_with("RTSP/1.0 453"));
        }
    }
    {
        const auto server = with_fault({FaultKind::SetParameterKills});
        Client client(*server);
        client.play();
        client.send("SET_PARAMETER " + client.url() + " RTSP/1.0\r\nCSeq: 9\r\n\r\n");
        CHECK(client.closed());
    }
    {
        const auto server = with_fault({FaultKind::GetParameterRefused});
        Client client(*server);
        client.play();
        CHECK(client.ask("GET_PARAMETER").starts_with("RTSP/1.0 501"));
    }
    {
        const auto server = with_fault({FaultKind::NeedsReceiverReports, 5});
        Client client(*server);
        client.play();
        CHECK(client.closed());
    }
    {
        const auto server = with_fault({FaultKind::TeardownUnanswered});
        Client client(*server);
        client.play();
        client.send("TEARDOWN " + client.url() + " RTSP/1.0\r\nCSeq: 9\r\n\r\n");
        CHECK(client.ask("OPTIONS").find("CSeq: 3\r\n") !=
              std::string::npos);  // the next answer is to the next request
    }
    {
        const auto server = with_fault({FaultKind::SessionChanges});
        Client client(*server);
        const std::string answers = client.play();
        const std::size_t first = answers.find("Session: ");
        const std::size_t second = answers.find("Session: ", first + 1);
        CHECK(answers.substr(first, 17) != answers.substr(second, 17));
    }
}

TEST_CASE("A script: faults come and go at their time") {
    const auto comes = [](const std::string& line, bool marker) {
        ServerSettings settings;
        settings.script = {*parse_fault(line)};
        const auto server = quick({.rate = 10, .group = 5}, settings);
        Client client(*server);
        client.play();
        const auto pictures = client.pictures(60);
        return std::any_of(pictures.begin(), pictures.end(),
                           [&](const auto& p) { return p.back().marker() == marker; });
    };
    CHECK(comes("marker-never@2", false));
    CHECK(comes("marker-never@0+2", true));
    CHECK(!comes("marker-never@0", true));
}
