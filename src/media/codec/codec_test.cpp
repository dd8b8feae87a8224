#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "media/codec/bits.hpp"
#include "media/codec/format.hpp"
#include "media/codec/jpeg.hpp"
#include "media/codec/nal.hpp"
#include "media/codec/parameters.hpp"
#include "media/codec/test_bits.hpp"

using namespace beffroi::codec;  // NOLINT(google-build-using-namespace)

namespace {

using Buffer = std::vector<std::uint8_t>;

void profile_tier_level(BitWriter& out, unsigned sub_layers) {
    out.bits(0, 2).bits(0, 1).bits(1, 5).bits(0x60000000, 32).bits(0x9000, 16).bits(0, 32).bits(93, 8);
    for (unsigned i = 0; i < sub_layers - 1; ++i) out.bits(3, 2);
    if (sub_layers > 1)
        for (unsigned i = sub_layers - 1; i < 8; ++i) out.bits(0, 2);
    for (unsigned i = 0; i < sub_layers - 1; ++i)
        out.bits(0xAAAAAAAA, 32).bits(0x55555555, 32).bits(0x123456, 24).bits(90, 8);
}

// An SPS with everything that is rare: three sub-layers, scaling lists, a predicted reference set, PCM, long-term
// pictures, VUI with HRD.
Buffer exotic_h265_sps() {
    BitWriter out;
    out.bits(0, 4).bits(2, 3).bits(1, 1);
    profile_tier_level(out, 3);
    out.ue(0).ue(1).ue(1920).ue(1088).bits(1, 1).ue(0).ue(0).ue(0).ue(4);  // 1080 lines after cropping
    out.ue(0).ue(0).ue(4).bits(1, 1);
    for (unsigned i = 0; i < 3; ++i) out.ue(4).ue(i).ue(0);  // reordering of each sub-layer: 0, 1, 2
    for (int i = 0; i < 6; ++i) out.ue(1);
    out.bits(1, 1).bits(1, 1);
    for (unsigned size = 0; size < 4; ++size)
        for (unsigned matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
            if (matrix == 0) {
                out.bits(0, 1).ue(0);
                continue;
            }
            out.bits(1, 1);
            if (size > 1) out.se(3);
            for (unsigned i = 0; i < std::min(64U, 1U << (4 + 2 * size)); ++i) out.se(i % 2 == 0 ? 1 : -1);
        }
    out.bits(3, 2).bits(1, 1).bits(0x77, 8).ue(0).ue(1).bits(1, 1);
    out.ue(2).ue(1).ue(1).ue(0).bits(1, 1).ue(0).bits(1, 1);  // two sets; the first: one picture before, one behind
    out.bits(1, 1).bits(0, 1).ue(0).bits(1, 1).bits(0, 1).bits(1, 1).bits(1, 1);  // the second predicted from it
    out.bits(1, 1).ue(1).bits(0x5A, 8).bits(1, 1);
    out.bits(3, 2).bits(1, 1);
    out.bits(1, 1).bits(255, 8).bits(0x00010001, 32).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 3).bits(0, 1);
    out.bits(1, 1).bits(1001, 32).bits(30'000, 32).bits(0, 1).bits(1, 1);
    out.bits(1, 1).bits(0, 1).bits(0, 1).bits(0, 8).bits(0, 15);
    for (int i = 0; i < 3; ++i) out.bits(1, 1).ue(0).ue(0).ue(5).ue(5).bits(0, 1);
    out.bits(1, 1).bits(0, 3).ue(7).ue(0).ue(0).ue(0).ue(0);
    return out.nal({0x42, 0x01});
}

}  // namespace

TEST_CASE("the size, rate and order of an ordinary H.264 camera are read") {
    const H264Sps sps = parse_h264_sps(sample::kSps1080).value();
    CHECK(sps.width == 1920);
    CHECK(sps.height == 1080);
    CHECK(sps.rate == doctest::Approx(25));
    CHECK(sps.frames_only);
    CHECK(sps.reorder_frames == 2);
    const H264Sps small = parse_h264_sps(sample::kSps576).value();
    CHECK(small.width == 704);
    CHECK(small.height == 576);
    CHECK(small.reorder_frames == 0);
}

TEST_CASE("the size, rate and order of an ordinary H.265 camera are read") {
    const H265Sps sps = parse_h265_sps(sample::kSps265).value();
    CHECK(sps.width == 1280);
    CHECK(sps.height == 720);
    CHECK(sps.rate == doctest::Approx(25));
    CHECK(sps.reorder_known);
    CHECK(sps.reorder_frames == 0);
    CHECK(parse_h265_sps(sample::kSps265WithB)->reorder_frames == 2);
    CHECK(parse_h265_sps(sample::kSps265WithB)->height == 1080);
}

TEST_CASE("Q12 an H.265 camera with sub-layers, scaling lists and predicted reference sets is read to the end") {
    const Buffer nal = exotic_h265_sps();
    const H265Sps sps = parse_h265_sps(nal).value();
    CHECK(sps.width == 1920);
    CHECK(sps.height == 1080);
    CHECK(sps.sub_layers == 3);
    CHECK(sps.reorder_frames == 2);
    CHECK(sps.rate == doctest::Approx(29.97).epsilon(0.001));
    CHECK(sps.min_spatial_segmentation == 7);
    CHECK(codec_string(sps) == "hvc1.1.6.L93.90");
}

TEST_CASE("Q12 an H.264 set with scaling lists, fields and a cropped 4:2:2 picture is read") {
    BitWriter out;
    out.ue(0).ue(2).ue(0).ue(0).bits(0, 1).bits(1, 1);
    for (int i = 0; i < 8; ++i) {
        out.bits(i % 2 == 0 ? 1 : 0, 1);
        if (i % 2 == 0) out.se(2).se(-10);  // the second value makes the next scale 0: the list ends early
    }
    out.ue(0).ue(1).bits(1, 1).se(-1).se(1).ue(2).se(1).se(-1).ue(4).bits(0, 1);
    out.ue(44).ue(17).bits(0, 1).bits(1, 1).bits(1, 1).bits(1, 1).ue(0).ue(0).ue(0).ue(0).bits(0, 1);
    const H264Sps sps = parse_h264_sps(out.nal({0x67, 122, 0, 40})).value();
    CHECK(sps.width == 720);
    CHECK(sps.height == 576);
    CHECK_FALSE(sps.frames_only);
    CHECK(sps.chroma_format == 2);
    CHECK_FALSE(sps.reorder_frames.has_value());
}

TEST_CASE("Q11 parameter sets in Annex B or with bytes behind them give the same record as clean ones") {
    ParameterSets clean(Codec::H264);
    clean.add(sample::kSps1080);
    clean.add(sample::kPps);
    Buffer annex_b{0, 0, 0, 1};
    annex_b.insert(annex_b.end(), sample::kSps1080.begin(), sample::kSps1080.end());
    for (const int byte : {0, 0, 0, 1}) annex_b.push_back(static_cast<std::uint8_t>(byte));
    annex_b.insert(annex_b.end(), sample::kPps.begin(), sample::kPps.end());
    annex_b.insert(annex_b.end(), {0, 0, 0});
    ParameterSets dirty(Codec::H264);
    CHECK(dirty.add_described(annex_b));
    REQUIRE(dirty.complete());
    CHECK(*dirty.format() == *clean.format());
}

TEST_CASE("Q11 an SPS with foreign bytes behind its end still tells its size") {
    Buffer sps = sample::kSps1080;
    sps.insert(sps.end(), {0x0A, 0xFF, 0x80});
    CHECK(parse_h264_sps(sps)->width == 1920);
}

TEST_CASE("Q10 garbage in the description gives way to what the stream brings") {
    ParameterSets sets(Codec::H264);
    CHECK(sets.add_described(from_hex("674d4028ffffffffffff")));
    CHECK_FALSE(sets.add_described(from_hex("67")));
    CHECK_FALSE(sets.add_described({}));
    sets.add_described(from_hex("68ce3c80"));
    sets.add(sample::kSps576);
    sets.add(sample::kPps);
    ParameterSets clean(Codec::H264);
    clean.add(sample::kSps576);
    clean.add(sample::kPps);
    CHECK(*sets.format() == *clean.format());
}

TEST_CASE("Q10 a truncated SPS is never a reason to refuse: what was read counts") {
    for (std::size_t size = 0; size <= sample::kSps1080.size(); ++size) {
        ParameterSets sets(Codec::H264);
        sets.add(Bytes(sample::kSps1080).first(size));
        if (size >= 5) {
            REQUIRE(sets.format() != nullptr);
            CHECK(sets.format()->codec_string == "avc1.4D4028");
        }
    }
}

TEST_CASE("the record of an H.264 stream is an avcC that players know") {
    ParameterSets sets(Codec::H264);
    sets.add(sample::kPps);
    CHECK_FALSE(sets.complete());
    CHECK(sets.format() == nullptr);
    CHECK(sets.add(sample::kSps1080));
    CHECK_FALSE(sets.add(sample::kSps1080));
    const FormatPtr format = sets.format();
    CHECK(format->codec_string == "avc1.4D4028");
    CHECK(format->width == 1920);
    CHECK(format->reorder_known);
    Buffer expected = from_hex("014d4028ffe1001a");
    expected.insert(expected.end(), sample::kSps1080.begin(), sample::kSps1080.end());
    expected.insert(expected.end(), {1, 0, 4});
    expected.insert(expected.end(), sample::kPps.begin(), sample::kPps.end());
    CHECK(format->configuration == expected);
}

TEST_CASE("the record of an H.265 stream is an hvcC with an array for each kind of set") {
    ParameterSets sets(Codec::H265);
    for (const Buffer& set : {sample::kPps265, sample::kVps265, sample::kSps265}) CHECK(sets.add(set));
    const FormatPtr format = sets.format();
    CHECK(format->codec_string == "hvc1.1.6.L93.90");
    CHECK(format->declared_rate == doctest::Approx(25));
    const Buffer& record = format->configuration;
    REQUIRE(record.size() > 23);
    CHECK(Buffer(record.begin(), record.begin() + 13) == from_hex("0101600000009000000000005d"));
    CHECK(record[22] == 3);
    CHECK(record[23] == (0x80 | 32));
}

TEST_CASE("Q12 H.265 with two of the three sets gives a format all the same") {
    ParameterSets sets(Codec::H265);
    sets.add(sample::kSps265);
    sets.add(sample::kPps265);
    CHECK(sets.complete());
    CHECK(sets.format()->width == 1280);
}

TEST_CASE("Q40 a set with the same number takes the place of the one before") {
    ParameterSets sets(Codec::H264);
    sets.add(sample::kSps1080);
    sets.add(sample::kPps);
    CHECK(sets.add(sample::kSps576));
    CHECK(sets.format()->width == 704);
    CHECK(sets.format()->configuration[5] == 0xE1);
}

TEST_CASE("a hostile number of sets does not grow without end") {
    ParameterSets sets(Codec::H264);
    for (std::uint32_t i = 0; i < 300; ++i) {
        BitWriter out;
        out.ue(i).ue(0).bits(0xFFFF, 16);
        sets.add(out.nal({0x68}));
    }
    sets.add(sample::kSps1080);
    CHECK(sets.format()->configuration.size() < 400);
}

TEST_CASE("start codes are found wherever they lie, and never where none is") {
    CHECK(rc::check("the same as by hand", [](std::vector<std::uint8_t> bytes) {
        for (std::uint8_t& byte : bytes)
            if (byte % 3 != 0) byte = static_cast<std::uint8_t>(byte % 2);  // many zeros and ones
        std::optional<std::size_t> expected;
        for (std::size_t i = 0; i + 2 < bytes.size() && !expected; ++i)
            if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) expected = i;
        RC_ASSERT(find_start_code(bytes) == expected);
    }));
    for (std::size_t at = 0; at < 200; ++at) {
        Buffer bytes(203, 0xFF);
        bytes[at] = bytes[at + 1] = 0;
        bytes[at + 2] = 1;
        CHECK(find_start_code(bytes) == at);
    }
}

TEST_CASE("Annex B is taken apart at three and four byte start codes") {
    const Buffer bytes = from_hex("00000001674200000168ce000000000165aa0000");
    std::vector<Buffer> nals;
    for_each_annex_b(bytes, [&](Bytes nal) { nals.emplace_back(nal.begin(), nal.end()); });
    REQUIRE(nals.size() == 3);
    CHECK(nals[0] == from_hex("6742"));
    CHECK(nals[1] == from_hex("68ce"));
    CHECK(nals[2] == from_hex("65aa0000"));
}

TEST_CASE("lengths that lead behind the end of a frame are noticed") {
    int count = 0;
    CHECK(for_each_nal(from_hex("0000000165000000026501"), [&](Bytes) { ++count; }));
    CHECK(count == 2);
    CHECK_FALSE(for_each_nal(from_hex("00000009650000"), [](Bytes) {}));
    CHECK_FALSE(for_each_nal(from_hex("000000"), [](Bytes) {}));
}

TEST_CASE("NAL units are known by their role") {
    CHECK(role_of(Codec::H264, 5) == NalRole::KeySlice);
    CHECK(role_of(Codec::H264, 1) == NalRole::Slice);
    CHECK(role_of(Codec::H264, 9) == NalRole::Prefix);
    CHECK(role_of(Codec::H264, 12) == NalRole::Suffix);
    CHECK(role_of(Codec::H265, 21) == NalRole::KeySlice);  // CRA
    CHECK(role_of(Codec::H265, 16) == NalRole::KeySlice);  // BLA
    CHECK(role_of(Codec::H265, 8) == NalRole::Slice);      // RASL
    CHECK(role_of(Codec::H265, 40) == NalRole::Suffix);
    CHECK(first_in_picture(Codec::H264, from_hex("6588")));
    CHECK_FALSE(first_in_picture(Codec::H264, from_hex("6540")));
    CHECK(first_in_picture(Codec::H265, from_hex("2601af")));
    CHECK_FALSE(first_in_picture(Codec::H265, from_hex("26012f")));
}

TEST_CASE("bits come without emulation prevention and end in zeros") {
    const Buffer bytes = from_hex("0000030101");
    BitReader in(bytes);
    CHECK(in.bits(24) == 1);
    CHECK(in.bits(8) == 1);
    CHECK(in.ok());
    CHECK(in.bits(32) == 0);
    CHECK_FALSE(in.ok());
}

TEST_CASE("numbers written as Exp-Golomb codes are read back") {
    CHECK(rc::check("ue and se", [](std::uint32_t a, std::int32_t b) {
        a %= 0x7FFFFFFFU;
        b %= 0x3FFFFFFF;
        BitWriter out;
        out.ue(a).se(b);
        const Buffer nal = out.nal({});
        BitReader in(nal);
        RC_ASSERT(in.ue() == a);
        RC_ASSERT(in.se() == b);
        RC_ASSERT(in.ok());
    }));
}

TEST_CASE("the size of a JPEG stands in its frame header") {
    const Buffer file = from_hex("ffd8ffe000044142ffdd00040010ffc0001108003000400301220002110103110 1");
    CHECK_FALSE(parse_jpeg(from_hex("ffd8ffd9")).has_value());
    CHECK_FALSE(parse_jpeg({}).has_value());
    const Buffer clean =
        from_hex("ffd8ffe000044142ffdd00040010ffc00011080030004003012200021101031101ffda000c03010002110311003f00aa");
    const JpegHeader header = parse_jpeg(clean).value();
    CHECK(header.width == 64);
    CHECK(header.height == 48);
    CHECK(header.restart_interval == 16);
    CHECK(header.components == 3);
    CHECK(header.luma_sampling == 0x22);
    CHECK(header.chroma_sampling == 0x11);
    CHECK(clean[header.scan] == 0xAA);
}
