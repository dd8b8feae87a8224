// The quirks of cameras in H.264 payloads, each under its number.
#include <doctest/doctest.h>

#include "media/rtp/test_camera.hpp"

using namespace beffroi::rtp;  // NOLINT(google-build-using-namespace)
using beffroi::codec::Bytes;
namespace sample = beffroi::codec::sample;

namespace {

const Buffer kIdr{0x65, 0x88, 1, 2, 3, 4, 5, 6};
const Buffer kKeyHead{0x65, 0x88};

}  // namespace

TEST_CASE("a well-behaved camera: each frame leaves with its marker, whole and with its times") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.other();
    const std::size_t before = camera.sink.frames.size();
    const std::uint32_t time = camera.time;
    camera.other(0xBB);
    CHECK(camera.sink.frames.size() == before + 1);  // not one frame later
    const auto& last = camera.sink.frames.back();
    CHECK(static_cast<std::uint32_t>(last.frame.rtp_time) == time);
    CHECK(last.nals() == std::vector<Buffer>{{0x41, 0x9A, 0xBB}});
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    CHECK(frames[0].frame.key);
    CHECK(frames[0].frame.discontinuity);
    CHECK(frames[0].nals() == std::vector<Buffer>{sample::kSps1080, sample::kPps, {0x65, 0x88, 1, 2, 3}});
    CHECK_FALSE(frames[1].frame.key);
    CHECK_FALSE(frames[1].frame.discontinuity);
    CHECK(frames[3].frame.rtp_time - frames[2].frame.rtp_time == 3600);
    CHECK(camera.sink.formats.size() == 1);
    CHECK(camera.sink.remarks.empty());
}

TEST_CASE("Q10 without parameter sets in the description the first key frame brings them") {
    ReceiverOptions options;
    options.parameter_sets = {{}, {0x67, 0x4D}, {0xFF, 0xFF, 0xFF}};
    TestCamera camera(options);
    camera.key();
    REQUIRE(camera.end().size() == 1);
    CHECK(camera.sink.formats.at(0)->width == 1920);
}

TEST_CASE("Q10 a camera that never sends parameter sets is told about, not recorded") {
    TestCamera camera;
    for (int i = 0; i < 3; ++i) {
        camera.send(kIdr, true);
        camera.tick();
    }
    CHECK(camera.end().empty());
    CHECK(camera.sink.times(Remark::Kind::ParameterSetsMissing) == 1);
}

TEST_CASE("Q11 parameter sets of the description in Annex B are enough to begin with") {
    ReceiverOptions options;
    options.parameter_sets = {Buffer{0, 0, 0, 1} + sample::kSps1080 + Buffer{0, 0, 0, 1} + sample::kPps};
    TestCamera camera(options);
    camera.send(kIdr, true);
    REQUIRE(camera.end().size() == 1);
    CHECK(camera.sink.frames[0].format->codec_string == "avc1.4D4028");
    CHECK(camera.sink.frames[0].nals() == std::vector<Buffer>{kIdr});
}

TEST_CASE("Q36 a fragment that is first and last at once is a whole NAL unit") {
    TestCamera camera;
    camera.key();
    camera.send({0x7C, 0xC5, 0x88, 9, 9}, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x65, 0x88, 9, 9}});
    CHECK_FALSE(frames[1].frame.damaged);
    CHECK(camera.sink.told("Q36"));
}

TEST_CASE("Q36 fragments without a start bit, without an end bit: nothing is missing, nothing is marked") {
    TestCamera camera;
    camera.key();
    camera.send({0x7C, 0x05, 0x88, 1}, false);
    camera.send({0x7C, 0x45, 2}, true);
    camera.tick();
    camera.send({0x5C, 0x81, 0x9A, 1}, false);
    camera.send({0x5C, 0x01, 2}, true);
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x65, 0x88, 1, 2}});
    CHECK(frames[2].nals() == std::vector<Buffer>{{0x41, 0x9A, 1, 2}});
    for (const auto& frame : frames) CHECK_FALSE(frame.frame.damaged);
}

TEST_CASE("Q36 empty fragments, the reserved bit, a NAL type that changes inside") {
    TestCamera camera;
    camera.key();
    camera.send({0x7C}, false);
    camera.send({0x7C, 0x85, 0x88, 1}, false);
    camera.send({0x7C, 0x05}, false);
    camera.send({0x7C, 0x25, 2}, false);
    camera.send({0x5C, 0x01, 3}, false);
    camera.send({0x7C, 0x45, 4}, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x65, 0x88, 1, 2, 3, 4}});
    CHECK(camera.sink.times(Remark::Kind::Quirk) == 3);
}

TEST_CASE("Q36 FU-B carries a decoding order number that is read over") {
    TestCamera camera;
    camera.key();
    camera.send({0x7D, 0xC5, 0, 9, 0x88, 1}, true);
    CHECK(camera.end().at(1).nals() == std::vector<Buffer>{{0x65, 0x88, 1}});
}

TEST_CASE("Q37 several NAL units in one fragmented one are taken apart") {
    TestCamera camera;
    const Buffer all = sample::kSps1080 + Buffer{0, 0, 0, 1} + sample::kPps + Buffer{0, 0, 1} + kIdr;
    const Buffer rest(all.begin() + 1, all.end());
    // cut inside a start code
    const auto cut = static_cast<std::ptrdiff_t>(sample::kSps1080.size() + 1);
    camera.send(Buffer{0x7C, 0x87} + Buffer(rest.begin(), rest.begin() + cut), false);
    camera.send(Buffer{0x7C, 0x47} + Buffer(rest.begin() + cut, rest.end()), true);
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].frame.key);
    CHECK(frames[0].nals() == std::vector<Buffer>{sample::kSps1080, sample::kPps, kIdr});
    CHECK(camera.sink.told("Q37"));
}

TEST_CASE("Q37 Annex B straight in the payload") {
    TestCamera camera;
    camera.send(Buffer{0, 0, 0, 1} + sample::kSps1080 + Buffer{0, 0, 0, 1} + sample::kPps + Buffer{0, 0, 0, 1} + kIdr,
                true);
    camera.tick();
    camera.send({0x41, 0x9A, 5, 0, 0, 1, 0x41, 0x5A, 6}, true);  // two slices of one picture
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].nals() == std::vector<Buffer>{sample::kSps1080, sample::kPps, kIdr});
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x41, 0x9A, 5}, {0x41, 0x5A, 6}});
}

TEST_CASE("Q38 a marker on SEI does not end a frame") {
    TestCamera camera;
    camera.key();
    for (int i = 0; i < 5; ++i) {
        camera.send({0x06, 0xE5, 1}, true);
        camera.other(static_cast<std::uint8_t>(i));
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 6);
    for (std::size_t i = 1; i < 6; ++i) CHECK(frames[i].nals().size() == 2);
    CHECK(camera.sink.told("Q38"));
}

TEST_CASE("Q38 a marker on every slice does not cut pictures apart") {
    TestCamera camera;
    camera.send(sample::kSps1080, true);
    camera.send(sample::kPps, true);
    camera.send(kKeyHead + Buffer{1}, true);
    camera.send({0x65, 0x40, 2}, true);
    camera.tick();
    for (int i = 0; i < 5; ++i) {
        camera.send({0x41, 0x9A, 1}, true);
        camera.send({0x41, 0x5A, 2}, true);
        camera.send({0x41, 0x4A, 3}, true);
        camera.tick();
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 6);
    CHECK(frames[0].nals().size() == 4);
    for (std::size_t i = 1; i < 6; ++i) CHECK(frames[i].nals().size() == 3);
    for (const auto& frame : frames) CHECK_FALSE(frame.frame.damaged);
}

TEST_CASE("Q38 a camera whose markers turn out to lie loses no byte, and is believed no more") {
    TestCamera camera;
    camera.key();
    for (int i = 0; i < 4; ++i) camera.other();  // one slice each: its markers look honest
    camera.send(kKeyHead, true);
    camera.send({0x65, 0x40, 2}, true);
    camera.tick();
    camera.send(kKeyHead, true);
    camera.send({0x65, 0x40, 2}, true);
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 9);
    CHECK_FALSE(frames[5].frame.damaged);
    CHECK(frames[6].frame.damaged);  // the second half of the first one that lied
    CHECK(frames[7].nals().size() == 2);
}

TEST_CASE("Q38 markers that are never set: the next timestamp ends a frame") {
    TestCamera camera;
    camera.send(sample::kSps1080, false);
    camera.send(sample::kPps, false);
    camera.send(kKeyHead, false);
    camera.tick();
    for (int i = 0; i < 60; ++i) {
        camera.send({0x41, 0x9A, static_cast<std::uint8_t>(i)}, false);
        camera.send({0x41, 0x4A, 1}, false);
        camera.tick();
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 61);
    for (std::size_t i = 1; i < 61; ++i) CHECK(frames[i].nals().size() == 2);
    CHECK(camera.sink.told("Q38"));
}

TEST_CASE("Q38 bad framing at the start: sets and picture each with a marker and a time of their own") {
    TestCamera camera;
    camera.send(sample::kSps1080, true);
    camera.tick(90);
    camera.send(sample::kPps, true);
    camera.tick(90);
    camera.send(kIdr, true);
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].nals() == std::vector<Buffer>{sample::kSps1080, sample::kPps, kIdr});
    CHECK(frames[1].frame.rtp_time - frames[0].frame.rtp_time == 3600);  // the time of the picture
}

TEST_CASE("Q39 the last frame of a GOP and the sets of the next one share a timestamp") {
    TestCamera camera;
    camera.key();
    for (int gop = 0; gop < 3; ++gop) {
        camera.other();
        camera.send({0x41, 0x9A, 0x55}, false);
        camera.send(sample::kSps1080, false);
        camera.send(sample::kPps, true);
        camera.tick();
        camera.send(kIdr, true);
        camera.tick();
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 10);
    CHECK(frames[2].nals() == std::vector<Buffer>{{0x41, 0x9A, 0x55}});
    CHECK(frames[3].frame.key);
    CHECK(frames[3].nals() == std::vector<Buffer>{sample::kSps1080, sample::kPps, kIdr});
    CHECK(frames[3].frame.rtp_time - frames[2].frame.rtp_time == 3600);
}

TEST_CASE("Q39 two pictures glued together under one timestamp are two frames") {
    TestCamera camera;
    camera.key();
    camera.send({0x41, 0x9A, 1}, false);
    camera.send({0x41, 0x9B, 2}, true);
    camera.tick();
    camera.other();
    CHECK(camera.end().size() == 4);
}

TEST_CASE("two fields of one picture are one frame") {
    beffroi::codec::BitWriter out;  // 720×576 interlaced, Main
    out.ue(0).ue(0).ue(0).ue(0).ue(1).bits(0, 1).ue(44).ue(17).bits(0, 1).bits(0, 1).bits(1, 1).bits(0, 1).bits(0, 1);
    TestCamera camera;
    camera.send(out.nal({0x67, 77, 0, 30}), false);
    camera.send(sample::kPps, false);
    const auto field = [](std::vector<std::uint8_t> header, std::uint32_t number, std::uint32_t bottom) {
        beffroi::codec::BitWriter slice;
        slice.ue(0).ue(7).ue(0).bits(number, 4).bits(1, 1).bits(bottom, 1).bits(0xABCD, 16);
        return slice.nal(std::move(header));
    };
    camera.send(field({0x65}, 0, 0), false);
    camera.send(field({0x41}, 0, 1), true);
    camera.tick();
    camera.send(field({0x41}, 1, 0), false);
    camera.send(field({0x41}, 1, 1), true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].format->height == 576);
    CHECK(frames[0].nals().size() == 4);
    CHECK(frames[1].nals().size() == 2);
}

TEST_CASE("Q40 the resolution changes: the new format comes right before the first frame that has it") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.send(sample::kSps576, false);
    camera.send(sample::kPps, false);
    camera.send(kIdr, true);
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(camera.sink.formats.size() == 2);
    CHECK(frames[1].format->width == 1920);
    CHECK(frames[2].format->width == 704);
    CHECK_FALSE(frames[2].frame.discontinuity);
}

TEST_CASE("Q40 sets sent again and again, or between key frames, change nothing until a key frame uses them") {
    TestCamera camera;
    camera.key();
    camera.key();
    camera.send(sample::kSps576, false);
    camera.other();
    CHECK(camera.sink.formats.size() == 1);
    camera.send(kIdr, true);
    camera.end();
    CHECK(camera.sink.formats.size() == 2);
    CHECK(camera.sink.frames[2].nals().size() == 2);  // kept in the frame they came with
}

TEST_CASE("Q41 whatever packetization-mode was said: single units, aggregates and fragments in one stream") {
    TestCamera camera;
    const auto with_size = [](const Buffer& nal) { return Buffer{0, static_cast<std::uint8_t>(nal.size())} + nal; };
    camera.send(Buffer{0x78} + with_size(sample::kSps1080) + with_size(sample::kPps), false);
    camera.send({0x7C, 0x85, 0x88, 1}, false);
    camera.send({0x7C, 0x45, 2}, true);
    camera.tick();
    camera.send(Buffer{0x59, 0, 1} + with_size({0x41, 0x9A, 1}) + with_size({0x41, 0x4A, 2}), true);  // STAP-B
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].nals() == std::vector<Buffer>{sample::kSps1080, sample::kPps, {0x65, 0x88, 1, 2}});
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x41, 0x9A, 1}, {0x41, 0x4A, 2}});
    CHECK(camera.sink.remarks.empty());
}

TEST_CASE("Q42 images that are shown in another order than sent keep their timestamps") {
    TestCamera camera;
    camera.key();
    const std::uint32_t base = camera.time;
    for (const std::uint32_t ticks : {2U * 3600, 0U, 3600U}) {
        camera.time = base + ticks;
        camera.send({0x41, 0x9A, 1}, true);
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    CHECK(frames[2].frame.rtp_time - frames[1].frame.rtp_time == -7200);
    CHECK(frames[3].frame.rtp_time - frames[2].frame.rtp_time == 3600);
    for (std::size_t i = 1; i < 4; ++i) CHECK_FALSE(frames[i].frame.discontinuity);
    CHECK(frames[0].format->reorder_frames == 2);
}

TEST_CASE("Q43 a smart camera with a minute between key frames is recorded whole") {
    TestCamera camera;
    camera.key();
    for (int i = 0; i < 600; ++i) {
        camera.tick(9000);
        camera.other();
    }
    camera.key();
    const auto& frames = camera.end();
    CHECK(frames.size() == 602);
    CHECK(frames.back().frame.key);
    CHECK(camera.sink.remarks.empty());
}

TEST_CASE("Q44 a GOP that breaks off at a key frame is kept as it came") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.send({0x5C, 0x81, 0x9A, 1}, false);  // the rest of this one never comes
    camera.tick();
    camera.key();
    camera.key();
    CHECK(camera.end().size() == 5);
}

TEST_CASE("Q45 what comes before the first key frame is dropped and told") {
    TestCamera camera;
    for (int i = 0; i < 20; ++i) camera.other();
    CHECK(camera.sink.times(Remark::Kind::WaitingForKeyFrame) == 1);
    camera.key();
    CHECK(camera.end().size() == 1);
    CHECK(camera.sink.frames[0].frame.key);
    CHECK(camera.sink.remarks.back().kind == Remark::Kind::KeyFrameFound);
    CHECK(camera.sink.remarks.back().count == 20);
}

TEST_CASE("Q45 no key frame for long is told once") {
    TestCamera camera;
    for (int i = 0; i < 600; ++i) camera.other();
    CHECK(camera.sink.times(Remark::Kind::NoKeyFrame) == 1);
}

TEST_CASE("Q46 five seconds delivered at once are no jump of the clock") {
    TestCamera camera;
    camera.key();
    for (int i = 0; i < 125; ++i) {
        camera.time += 3600;  // the arrival stands still
        camera.send({0x41, 0x9A, 1}, true);
    }
    CHECK(camera.end().size() == 126);
    CHECK(camera.sink.times(Remark::Kind::ClockJump) == 0);
}

TEST_CASE("a frame that lost a piece is kept up to the gap and marked") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.other();
    camera.send({0x5C, 0x81, 0x9A, 1}, false);
    camera.lose();
    camera.send({0x5C, 0x01, 3}, false);
    camera.send({0x5C, 0x41, 4}, true);
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 5);
    CHECK(frames[3].frame.damaged);
    CHECK(frames[3].frame.lost_packets == 1);
    CHECK(frames[3].nals() == std::vector<Buffer>{{0x41, 0x9A, 1}});
    CHECK_FALSE(frames[4].frame.damaged);
    CHECK(frames[4].frame.lost_packets == 0);
}

TEST_CASE("a frame whose first slice is lost is marked, one that is lost whole shows in the next one's count") {
    TestCamera camera;
    camera.key();
    camera.other();
    camera.other();
    camera.lose();
    camera.send({0x41, 0x4A, 3}, true);  // the second slice only
    camera.tick();
    camera.lose(3);
    camera.tick();
    camera.other();
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 5);
    CHECK(frames[3].frame.damaged);
    CHECK_FALSE(frames[4].frame.damaged);
    CHECK(frames[4].frame.lost_packets == 3);
}
