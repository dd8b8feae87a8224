// The quirks of cameras in H.265 and JPEG payloads, each under its number.
#include <doctest/doctest.h>

#include "media/codec/jpeg.hpp"
#include "media/rtp/jpeg_headers.hpp"
#include "media/rtp/test_camera.hpp"

using namespace beffroi::rtp;  // NOLINT(google-build-using-namespace)
using beffroi::codec::Bytes;
using beffroi::codec::Codec;
namespace sample = beffroi::codec::sample;

namespace {

const Buffer kIdr265{0x26, 0x01, 0xAF, 1, 2, 3};
const Buffer kCra{0x2A, 0x01, 0xAF, 1, 2, 3};
const Buffer kTrail{0x02, 0x01, 0xD0, 9};

TestCamera h265(bool order_numbers) {
    ReceiverOptions options;
    options.codec = Codec::H265;
    options.order_numbers = order_numbers;
    options.parameter_sets = {sample::kVps265, sample::kSps265, sample::kPps265};
    return TestCamera(options);
}

TestCamera mjpeg(std::uint16_t width = 0, std::uint16_t height = 0) {
    ReceiverOptions options;
    options.codec = Codec::Jpeg;
    options.payload_type = 26;
    options.width = width;
    options.height = height;
    return TestCamera(options);
}

// offset, type, Q, width / 8, height / 8
Buffer jpeg_header(std::uint32_t offset, unsigned type, unsigned q, unsigned width = 80, unsigned height = 60) {
    Buffer bytes{0};
    for (const std::uint32_t value : {offset >> 16U, offset >> 8U, offset, type, q, width, height})
        bytes.push_back(static_cast<std::uint8_t>(value));
    return bytes;
}

Buffer made_file(std::uint8_t type, std::uint8_t q, std::uint16_t restart, const Buffer& scan) {
    const auto tables = quantisation_tables(q);
    VectorBuffer out;
    append_jpeg_headers(out, {type, 640, 480, restart, tables, 0});
    out.append(scan);
    out.append(Buffer{0xFF, 0xD9});
    return {out.data(), out.data() + out.size()};
}

}  // namespace

TEST_CASE("H.265: single units, aggregates and fragments make frames") {
    TestCamera camera = h265(false);
    camera.send({0x60, 0x01, 0, 6, 0x26, 0x01, 0xAF, 1, 2, 3, 0, 4, 0x4E, 0x01, 5, 6}, false);
    camera.send({0x62, 0x01, 0x93, 0x2F, 1}, false);
    camera.send({0x62, 0x01, 0x13, 2}, false);
    camera.send({0x62, 0x01, 0x53, 3}, true);
    camera.tick();
    camera.send(kTrail, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].frame.key);
    CHECK(frames[0].nals() == std::vector<Buffer>{kIdr265, {0x4E, 0x01, 5, 6}, {0x26, 0x01, 0x2F, 1, 2, 3}});
    CHECK(frames[0].format->codec_string == "hvc1.1.6.L93.90");
    CHECK_FALSE(frames[1].frame.key);
}

TEST_CASE("H.265 with decoding order numbers: they are read over") {
    TestCamera camera = h265(true);
    camera.send({0x26, 0x01, 0, 1, 0xAF, 1, 2, 3}, true);
    camera.tick();
    camera.send({0x60, 0x01, 0, 2, 0, 4, 0x02, 0x01, 0xD0, 1, 0, 0, 4, 0x02, 0x01, 0x50, 2}, true);
    camera.tick();
    camera.send({0x62, 0x01, 0x81, 0, 4, 0xD0, 1}, false);
    camera.send({0x62, 0x01, 0x41, 2}, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].nals() == std::vector<Buffer>{kIdr265});
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x02, 0x01, 0xD0, 1}, {0x02, 0x01, 0x50, 2}});
    CHECK(frames[2].nals() == std::vector<Buffer>{{0x02, 0x01, 0xD0, 1, 2}});
}

TEST_CASE("Q12 an H.265 camera that describes two of its three sets is recorded") {
    ReceiverOptions options;
    options.codec = Codec::H265;
    options.parameter_sets = {sample::kSps265, sample::kPps265};
    TestCamera camera(options);
    camera.send(kIdr265, true);
    CHECK(camera.end().size() == 1);
}

TEST_CASE("Q36 H.265 fragments with every fault") {
    TestCamera camera = h265(false);
    camera.send({0x62, 0x01, 0xD3, 0xAF, 1}, true);  // first and last at once
    camera.tick();
    camera.send({0x62, 0x01, 0x81, 0xD0, 1}, false);  // no last one
    camera.tick();
    camera.send({0x62, 0x01}, false);
    camera.send({0x62, 0x01, 0x01, 0xD0, 2}, false);  // no first one
    camera.send({0x62, 0x01, 0x53, 3}, true);         // another type
    camera.tick();
    camera.send(kTrail, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    CHECK(frames[1].nals() == std::vector<Buffer>{{0x02, 0x01, 0xD0, 1}});
    CHECK(frames[2].nals() == std::vector<Buffer>{{0x02, 0x01, 0xD0, 2, 3}});
    for (const auto& frame : frames) CHECK_FALSE(frame.frame.damaged);
}

TEST_CASE("Q37 Annex B inside H.265 payloads is taken apart") {
    TestCamera camera = h265(false);
    camera.send(Buffer{0, 0, 0, 1} + sample::kVps265 + Buffer{0, 0, 0, 1} + sample::kSps265 + Buffer{0, 0, 1} +
                    sample::kPps265 + Buffer{0, 0, 1} + kIdr265,
                true);
    camera.tick();
    camera.send(kTrail, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].nals() == std::vector<Buffer>{sample::kVps265, sample::kSps265, sample::kPps265, kIdr265});
}

TEST_CASE("Q38 H.265 markers on each slice don't cut a picture, a suffix SEI stays with it") {
    TestCamera camera = h265(false);
    for (int i = 0; i < 4; ++i) {
        camera.send(i == 0 ? kIdr265 : kTrail, true);
        camera.send({0x02, 0x01, 0x50, 1}, true);
        camera.send({0x50, 0x01, 7, 8}, false);
        camera.tick();
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    for (const auto& frame : frames) CHECK(frame.nals().size() == 3);
}

TEST_CASE("Q40 an H.265 camera changes its resolution") {
    TestCamera camera = h265(false);
    camera.send(kIdr265, true);
    camera.tick();
    camera.send(sample::kSps265WithB, false);
    camera.send(sample::kPps265, false);
    camera.send(kIdr265, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].format->height == 720);
    CHECK(frames[1].format->height == 1080);
    CHECK(frames[1].format->reorder_frames == 2);
}

TEST_CASE("Q43 a smart H.265 camera that only sends CRA pictures can be begun at each") {
    TestCamera camera = h265(false);
    camera.send(kTrail, true);
    camera.tick();
    for (int i = 0; i < 3; ++i) {
        camera.send(kCra, true);
        camera.tick();
        camera.send(kTrail, true);
        camera.tick();
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 6);
    CHECK(frames[0].frame.key);
    CHECK(frames[2].frame.key);
}

TEST_CASE("JPEG: the file that was sent is the file that is kept") {
    Buffer scan;
    for (int i = 0; i < 5000; ++i) scan.push_back(static_cast<std::uint8_t>(i % 251));
    for (const std::uint8_t q : {std::uint8_t{255}, std::uint8_t{50}}) {
        for (const std::uint16_t restart : {std::uint16_t{0}, std::uint16_t{40}}) {
            const Buffer file = made_file(q == 50 ? 0 : 1, 50, restart, scan);
            TestCamera camera = mjpeg();
            PacketiserOptions options;
            options.payload_type = 26;
            options.codec = Codec::Jpeg;
            Packetiser packetiser(options);
            for (std::uint32_t i = 0; i < 3; ++i)
                REQUIRE(packetiser.jpeg(file, i * 3600, [&](Bytes packet) { camera.receiver.packet(packet, 0); }, q));
            const auto& frames = camera.sink.frames;  // all by their marker
            REQUIRE(frames.size() == 3);
            for (const auto& frame : frames) {
                CHECK(frame.bytes == file);
                CHECK(frame.frame.key);
                CHECK_FALSE(frame.frame.damaged);
            }
            CHECK(frames[0].format->width == 640);
            CHECK(camera.sink.formats.size() == 1);
        }
    }
}

TEST_CASE("Q40 a JPEG camera changes its size; beyond 2040 pixels the size is said elsewhere") {
    TestCamera camera = mjpeg(2560, 1920);
    camera.payload_type = 26;
    camera.send(jpeg_header(0, 1, 60) + Buffer(20, 1), true);
    camera.tick();
    camera.send(jpeg_header(0, 1, 60, 0, 0) + Buffer(20, 1), true);
    camera.tick();
    Buffer bytes = camera.packet({}, true);  // ONVIF: the headers in the extension
    bytes[0] |= 0x10;
    bytes = bytes + Buffer{0xFF, 0xD8, 0, 5} + beffroi::codec::from_hex("ffc00011080c3010400301220002110103110100") +
            jpeg_header(0, 1, 60, 0, 0) + Buffer(20, 1);
    camera.receive(bytes);
    REQUIRE(camera.end().size() == 3);
    REQUIRE(camera.sink.formats.size() == 3);
    CHECK(camera.sink.formats[0]->width == 640);
    CHECK(camera.sink.formats[1]->width == 2560);
    CHECK(camera.sink.formats[2]->width == 4160);
    CHECK(camera.sink.formats[2]->height == 3120);
}

TEST_CASE("JPEG with losses: what came before the gap is kept and marked, without a beginning there is no image") {
    TestCamera camera = mjpeg();
    camera.payload_type = 26;
    camera.send(jpeg_header(0, 1, 60) + Buffer(20, 1), false);
    camera.lose();
    camera.send(jpeg_header(40, 1, 60) + Buffer(20, 3), true);
    camera.tick();
    camera.lose();
    camera.send(jpeg_header(20, 1, 60) + Buffer(20, 2), true);
    camera.tick();
    camera.send(jpeg_header(0, 1, 60) + Buffer(20, 1), false);
    camera.lose();
    camera.tick();
    camera.send(jpeg_header(0, 1, 60) + Buffer(20, 1), true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].frame.damaged);
    CHECK(frames[0].bytes == made_file(1, 60, 0, Buffer(20, 1)));
    CHECK(frames[1].frame.damaged);
    CHECK(frames[1].frame.lost_packets == 2);
    CHECK_FALSE(frames[2].frame.damaged);
}

TEST_CASE("Q38 JPEG markers on each packet are believed once, and without markers the next image ends one") {
    TestCamera camera = mjpeg();
    camera.payload_type = 26;
    for (int i = 0; i < 4; ++i) {
        camera.send(jpeg_header(0, 1, 60) + Buffer(20, 1), true);
        camera.send(jpeg_header(20, 1, 60) + Buffer(20, 2), true);
        camera.tick();
    }
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 4);
    for (std::size_t i = 1; i < 4; ++i) CHECK(frames[i].bytes == made_file(1, 60, 0, Buffer(20, 1) + Buffer(20, 2)));
    CHECK(camera.sink.told("Q38"));
}

TEST_CASE("a JPEG camera that sends whole files is taken at its word") {
    const Buffer file = made_file(1, 70, 0, Buffer(30, 7));
    TestCamera camera = mjpeg();
    camera.payload_type = 26;
    camera.send(jpeg_header(0, 1, 60) + file, true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].bytes == file);
}

TEST_CASE("JPEG tables sent once hold for later images of the same Q") {
    TestCamera camera = mjpeg();
    camera.payload_type = 26;
    const auto tables = quantisation_tables(33);
    camera.send(jpeg_header(0, 1, 200) + Buffer{0, 0, 0, 128} + Buffer(tables.begin(), tables.end()) + Buffer(20, 1),
                true);
    camera.tick();
    camera.send(jpeg_header(0, 1, 200) + Buffer{0, 0, 0, 0} + Buffer(20, 1), true);
    const auto& frames = camera.end();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].bytes == made_file(1, 33, 0, Buffer(20, 1)));
    CHECK(frames[1].bytes == frames[0].bytes);
    CHECK_FALSE(frames[1].frame.damaged);
}
