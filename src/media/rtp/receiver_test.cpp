// Packets of every kind: headers, order, senders, clocks, reports.
#include <doctest/doctest.h>

#include "media/rtp/packet.hpp"
#include "media/rtp/test_camera.hpp"

using namespace beffroi::rtp;  // NOLINT(google-build-using-namespace)
namespace sample = beffroi::codec::sample;

namespace {

Buffer sender_report(std::uint32_t ssrc) {
    Buffer bytes = beffroi::codec::from_hex("80c80006000000000102030405060708aabbccdd0000000100000002");
    bytes[7] = static_cast<std::uint8_t>(ssrc);
    return bytes;
}

}  // namespace

TEST_CASE("Q24 another sender: the frame under way is given, the new line of time begins with a mark") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.send({0x41, 0x9A, 9}, false);
    camera.ssrc = 8;
    camera.sequence = 77;
    camera.time = 5000;
    camera.key();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 5);
    CHECK(frames[3].frame.discontinuity);
    CHECK(frames[3].frame.rtp_time == 5000);
    CHECK_FALSE(frames[4].frame.discontinuity);
    CHECK(frames[4].frame.lost_packets == 0);
    CHECK(camera.sink.told("Q24"));
}

TEST_CASE("Q24 late packets of the sender before don't bring it back") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.ssrc = 8;
    camera.key();
    camera.ssrc = 7;
    camera.send({0x41, 0x9A, 9}, true);
    camera.ssrc = 8;
    --camera.sequence;
    camera.other();
    CHECK(camera.end().size() == 4);
    CHECK(camera.sink.times(Remark::Kind::SenderChanged) == 1);
}

TEST_CASE("Q25 RTCP of strangers, cut short, padded or senseless is left alone") {
    TestCamera camera;
    camera.key();
    Buffer padded = sender_report(7) + Buffer{0xA0, 0xC9, 0, 3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 8};
    for (const Buffer& bytes :
         {sender_report(9), Buffer{0x80}, Buffer{0x80, 200, 0xFF, 0xFF, 0, 0, 0, 7}, Buffer{1, 2, 3, 4, 5}})
        camera.receiver.rtcp(bytes, 5);
    CHECK(camera.sink.reports.empty());
    camera.receiver.rtcp(padded, 1234);
    REQUIRE(camera.sink.reports.size() == 1);
    CHECK(camera.sink.reports[0].ntp == 0x0102030405060708);
    CHECK(camera.sink.reports[0].rtp_time == 0xAABBCCDD);
    CHECK(camera.sink.reports[0].arrival_us == 1234);
    CHECK(camera.sink.told("Q25"));
}

TEST_CASE("Q25 RTCP on the channel of RTP is known by its type") {
    TestCamera camera;
    camera.key();
    camera.receive(sender_report(7));
    CHECK(camera.sink.reports.size() == 1);
    CHECK(camera.receiver.stats().packets == 3);
}

TEST_CASE("Q27 timestamps that wrap go on, those that jump begin a new line of time") {
    TestCamera camera;
    camera.time = 0xFFFFFFFFU - 1800;
    camera.key();
    camera.other();
    camera.other();
    camera.time += 90'000U * 3600;
    camera.other();
    camera.time -= 90'000U * 3600;
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 5);
    CHECK(frames[1].frame.rtp_time - frames[0].frame.rtp_time == 3600);
    CHECK_FALSE(frames[2].frame.discontinuity);
    CHECK(frames[3].frame.discontinuity);
    CHECK(frames[4].frame.discontinuity);
    CHECK(camera.sink.times(Remark::Kind::ClockJump) == 2);
}

TEST_CASE("Q27 a timestamp sent twice, and a silence as long as the jump, are no jumps") {
    TestCamera camera;
    camera.key();
    camera.send({0x41, 0x9A, 1}, true);
    camera.send({0x41, 0x9A, 2}, true);
    camera.tick(60 * 90'000);
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    CHECK(frames[1].frame.rtp_time == frames[2].frame.rtp_time);
    CHECK_FALSE(frames[3].frame.discontinuity);
}

TEST_CASE("Q28 gaps are counted with the frame they hurt, packets sent twice are taken once") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.lose(5);
    camera.other();
    const Buffer twice = camera.packet({0x41, 0x9A, 3}, true);
    camera.receive(twice);
    camera.receive(twice);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    CHECK(frames[2].frame.lost_packets == 5);
    CHECK(camera.receiver.stats().lost == 5);
    CHECK(camera.receiver.stats().duplicates == 1);
}

TEST_CASE("Q28 over UDP late packets are put in their place, and what never comes is given up") {
    ReceiverOptions options;
    options.reorder = true;
    TestCamera camera(options);
    camera.key();
    std::vector<Buffer> packets;
    for (std::uint8_t i = 0; i < 100; ++i) {
        packets.push_back(camera.packet({0x41, 0x9A, i}, true));
        ++camera.sequence;
        camera.tick();
    }
    for (std::size_t i = 0; i + 4 < 50; i += 5)
        for (const std::size_t j : {2U, 0U, 1U, 4U, 3U}) camera.receive(packets[i + j]);
    for (std::size_t i = 51; i < 100; ++i) camera.receive(packets[i]);  // number 50 is lost
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 100);
    for (std::size_t i = 0; i < 50; ++i) CHECK(frames[i + 1].bytes.back() == i);
    CHECK(frames[51].frame.lost_packets == 1);
    CHECK(camera.receiver.stats().lost == 1);
    CHECK(camera.receiver.stats().reordered >= 10);
}

TEST_CASE("Q28 over UDP a gap is waited for a fifth of a second, not longer") {
    ReceiverOptions options;
    options.reorder = true;
    TestCamera camera(options);
    camera.key();
    camera.other();
    camera.lose();
    for (int i = 0; i < 8; ++i) camera.other();
    CHECK(camera.sink.frames.size() >= 8);
}

TEST_CASE("Q28 a camera that sends out of order over TCP is waited for from then on") {
    TestCamera camera;
    camera.key();
    for (int round = 0; round < 3; ++round) {
        const Buffer first = camera.packet({0x41, 0x9A, 1}, true);
        ++camera.sequence;
        camera.tick();
        const Buffer second = camera.packet({0x41, 0x9A, 2}, true);
        ++camera.sequence;
        camera.tick();
        camera.receive(second);
        camera.receive(first);
    }
    CHECK(camera.end().size() == 1 + 1 + 4);
    CHECK(camera.sink.told("Q28"));
}

TEST_CASE("Q28 sequence numbers that start anew lose no packet; one stray packet changes nothing") {
    TestCamera camera;
    camera.sequence = 30'000;
    camera.key();
    camera.other();
    const std::uint16_t before = camera.sequence;
    camera.sequence = 100;
    camera.receive(camera.packet({0x41, 0x9A, 1}, true));  // a stray
    camera.sequence = before;
    camera.other();
    CHECK(camera.sink.times(Remark::Kind::SenderChanged) == 0);
    camera.sequence = 10;
    camera.key();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 5);
    CHECK(frames[3].frame.key);
    CHECK(frames[3].frame.discontinuity);
    CHECK(frames[3].nals().size() == 3);
    CHECK(camera.sink.times(Remark::Kind::SenderChanged) == 1);
}

TEST_CASE("Q50 packets of a payload type nobody announced are left out") {
    TestCamera camera;
    camera.key();
    camera.payload_type = 50;
    camera.send({0x41, 0x9A, 9}, true);
    --camera.sequence;
    camera.payload_type = 96;
    camera.other();
    CHECK(camera.end().size() == 2);
    CHECK(camera.sink.told("Q50"));
    CHECK(camera.receiver.stats().ignored == 1);
}

TEST_CASE("Q50 a stream that consists of another payload type than announced is taken after a while") {
    TestCamera camera;
    camera.payload_type = 97;
    for (int i = 0; i < 30; ++i) camera.key();
    CHECK_FALSE(camera.end().empty());
}

TEST_CASE("Q51 header extensions, contributing sources and padding are no payload") {
    TestCamera camera;
    camera.key();
    Buffer bytes = camera.packet({}, true);
    bytes[0] = 0x80 | 0x20 | 0x10 | 2;
    bytes = bytes + Buffer(8, 0x11) + Buffer{0xBE, 0xDE, 0, 1, 1, 2, 3, 4} + Buffer{0x41, 0x9A, 5} + Buffer{0, 0, 3};
    camera.receive(bytes);
    CHECK(camera.end().at(1).nals() == std::vector<Buffer>{{0x41, 0x9A, 5}});
    CHECK(camera.sink.remarks.empty());
}

TEST_CASE("Q51 padding that cannot be true is taken as payload; a packet of padding only is nothing") {
    TestCamera camera;
    camera.key();
    Buffer bytes = camera.packet({0x41, 0x9A, 0xFF}, true);
    bytes[0] |= 0x20;
    camera.receive(bytes);
    ++camera.sequence;
    bytes = camera.packet({0, 0, 0, 4}, false);
    bytes[0] |= 0x20;
    camera.receive(bytes);
    CHECK(camera.end().at(1).nals() == std::vector<Buffer>{{0x41, 0x9A, 0xFF}});
    CHECK(camera.sink.told("Q51"));
}

TEST_CASE("Q51 STAP-A with padding, and one that ends early") {
    TestCamera camera;
    camera.key();
    camera.send({0x78, 0, 3, 0x41, 0x9A, 5, 0, 0, 0, 0}, true);
    camera.tick();
    camera.send({0x78, 0, 9, 0x41, 0x9A, 6}, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 3);
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x41, 0x9A, 5}});
    CHECK(frames[2].nals() == std::vector<Buffer>{{0x41, 0x9A, 6}});
}

TEST_CASE("what is no RTP is no packet") {
    CHECK_FALSE(parse_packet(Buffer{}).has_value());
    CHECK_FALSE(parse_packet(Buffer(11, 0x80)).has_value());
    CHECK_FALSE(parse_packet(Buffer(20, 0x40)).has_value());
    CHECK_FALSE(parse_packet(Buffer(20, 0x8F)).has_value());
    CHECK_FALSE(parse_packet(Buffer(20, 0x90)).has_value());
}

TEST_CASE("a receiver report says what was lost, and how long ago the sender reported") {
    TestCamera camera;
    CHECK(camera.receiver.receiver_report(0).empty());
    camera.sequence = 1;
    camera.key();
    camera.receiver.rtcp(sender_report(7), camera.arrival_us);
    camera.lose(1);
    for (int i = 0; i < 4; ++i) camera.other();
    const auto span = camera.receiver.receiver_report(camera.arrival_us);
    const Buffer report(span.begin(), span.end());
    REQUIRE(report.size() == 52);
    CHECK(report[1] == 201);
    CHECK(read_u32(report, 8) == 7);
    CHECK(report[12] == 32);                   // one of eight
    CHECK(read_u32(report, 12) % 65536 == 1);  // in all
    CHECK(read_u32(report, 16) == 8);          // the highest number
    CHECK(read_u32(report, 24) == 0x03040506);
    CHECK(read_u32(report, 28) > 0);
    CHECK(report[33] == 202);
}
