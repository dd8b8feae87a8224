// Laws: what is sent whole arrives whole; whatever is lost, repeated or out of order, frames stay well-formed.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "media/rtp/test_camera.hpp"

using namespace beffroi::rtp;  // NOLINT(google-build-using-namespace)
using beffroi::codec::Bytes;
using beffroi::codec::Codec;
namespace sample = beffroi::codec::sample;

namespace {

// A slice with a body that holds no start code, as an encoder makes it.
Buffer random_slice(Codec codec, bool key, bool first) {
    Buffer nal = codec == Codec::H264 ? Buffer{static_cast<std::uint8_t>(key ? 0x65 : 0x41)}
                                      : Buffer{static_cast<std::uint8_t>(key ? 0x26 : 0x02), 0x01};
    nal.push_back(first ? 0x9A : 0x4A);
    const int size = *rc::gen::weightedElement<int>({{3, 5}, {3, 700}, {2, 1399}, {1, 1400}, {1, 9000}});
    const int length = *rc::gen::inRange(1, size + 1);
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    std::uint32_t state = seed;
    for (int i = 0; i < length; ++i) {
        state = state * 1664525U + 1013904223U;
        nal.push_back(static_cast<std::uint8_t>((state >> 24U) | 4U));
    }
    return nal;
}

std::vector<std::vector<Buffer>> random_frames(Codec codec) {
    std::vector<std::vector<Buffer>> frames;
    const int count = *rc::gen::inRange(1, 12);
    for (int i = 0; i < count; ++i) {
        std::vector<Buffer> nals;
        const bool key = i == 0 || *rc::gen::inRange(0, 5) == 0;
        if (key && codec == Codec::H264) nals = {sample::kSps1080, sample::kPps};
        if (key && codec == Codec::H265) nals = {sample::kVps265, sample::kSps265, sample::kPps265};
        if (*rc::gen::inRange(0, 3) == 0)
            nals.push_back(codec == Codec::H264 ? Buffer{0x06, 5, 6, 7} : Buffer{0x4E, 0x01, 6, 7});
        const int slices = *rc::gen::inRange(1, 4);
        for (int slice = 0; slice < slices; ++slice) nals.push_back(random_slice(codec, key, slice == 0));
        frames.push_back(std::move(nals));
    }
    return frames;
}

std::vector<Buffer> packets_of(const std::vector<std::vector<Buffer>>& frames, const PacketiserOptions& options) {
    Packetiser packetiser(options);
    std::vector<Buffer> packets;
    std::uint32_t time = 0xFFFFF000;
    for (const std::vector<Buffer>& frame : frames) {
        const std::vector<Bytes> nals(frame.begin(), frame.end());
        packetiser.frame(nals, time, [&](Bytes packet) { packets.emplace_back(packet.begin(), packet.end()); });
        time += 3600;
    }
    return packets;
}

PacketiserOptions random_options(Codec codec) {
    PacketiserOptions options;
    options.codec = codec;
    options.aggregate = *rc::gen::arbitrary<bool>();
    options.order_numbers = codec == Codec::H265 && *rc::gen::arbitrary<bool>();
    options.most_payload = *rc::gen::element<std::size_t>(64, 500, 1400, 9000);
    options.first_sequence = *rc::gen::arbitrary<std::uint16_t>();
    return options;
}

ReceiverOptions receiver_for(const PacketiserOptions& options, bool reorder) {
    ReceiverOptions receiver;
    receiver.codec = options.codec;
    receiver.order_numbers = options.order_numbers;
    receiver.reorder = reorder;
    return receiver;
}

void well_formed(const CapturingSink& sink, std::size_t most) {
    RC_ASSERT(sink.frames.size() <= most);
    for (const auto& frame : sink.frames) {
        RC_ASSERT(!frame.nals().empty());
        RC_ASSERT(frame.format != nullptr);
    }
    if (!sink.frames.empty()) RC_ASSERT(sink.frames[0].frame.key);
}

}  // namespace

TEST_CASE("without losses every NAL unit arrives as it was sent, frame by frame") {
    for (const Codec codec : {Codec::H264, Codec::H265}) {
        CHECK(rc::check("identical", [codec] {
            const auto frames = random_frames(codec);
            const PacketiserOptions options = random_options(codec);
            TestCamera camera(receiver_for(options, *rc::gen::arbitrary<bool>()));
            for (const Buffer& packet : packets_of(frames, options)) camera.receive(packet);
            camera.receiver.flush();
            RC_ASSERT(camera.sink.frames.size() == frames.size());
            for (std::size_t i = 0; i < frames.size(); ++i) {
                RC_ASSERT(camera.sink.frames[i].nals() == frames[i]);
                RC_ASSERT(!camera.sink.frames[i].frame.damaged);
                RC_ASSERT(camera.sink.frames[i].frame.rtp_time == 0xFFFFF000 + 3600 * static_cast<std::int64_t>(i));
            }
        }));
    }
}

TEST_CASE("out of order and repeated within the window, UDP gives the same frames") {
    for (const Codec codec : {Codec::H264, Codec::H265}) {
        CHECK(rc::check("reordered", [codec] {
            const auto frames = random_frames(codec);
            const PacketiserOptions options = random_options(codec);
            std::vector<Buffer> packets = packets_of(frames, options);
            TestCamera camera(receiver_for(options, true));
            camera.receive(packets[0]);  // the first one says where counting begins
            std::vector<Buffer> rest(packets.begin() + 1, packets.end());
            for (std::size_t i = 0; i + 8 <= rest.size(); i += 8) {
                const auto from = rest.begin() + static_cast<std::ptrdiff_t>(i);
                std::vector<Buffer> block(from, from + 8);
                const auto swaps =
                    *rc::gen::container<std::vector<std::size_t>>(8, rc::gen::inRange<std::size_t>(0, 8));
                for (std::size_t j = 0; j < 8; ++j) std::swap(block[j], block[swaps[j]]);
                std::copy(block.begin(), block.end(), from);
            }
            for (const Buffer& packet : rest) {
                camera.receive(packet);
                if (packet.back() % 5 == 0) camera.receive(packet);
            }
            camera.receiver.flush();
            RC_ASSERT(camera.sink.frames.size() == frames.size());
            for (std::size_t i = 0; i < frames.size(); ++i) RC_ASSERT(camera.sink.frames[i].nals() == frames[i]);
            RC_ASSERT(camera.receiver.stats().lost == 0U);
        }));
    }
}

TEST_CASE("with packets lost, repeated, mixed up and bent, frames stay well-formed and begin with a key frame") {
    for (const Codec codec : {Codec::H264, Codec::H265}) {
        CHECK(rc::check("never a broken frame", [codec] {
            const auto frames = random_frames(codec);
            const PacketiserOptions options = random_options(codec);
            std::vector<Buffer> packets = packets_of(frames, options);
            TestCamera camera(receiver_for(options, *rc::gen::arbitrary<bool>()));
            for (std::size_t i = 0; i < packets.size(); ++i) {
                switch (*rc::gen::inRange(0, 12)) {
                    case 0:
                        continue;
                    case 1:
                        camera.receive(packets[i]);
                        break;
                    case 2:
                        if (i + 1 < packets.size()) std::swap(packets[i], packets[i + 1]);
                        break;
                    case 3:
                        packets[i][*rc::gen::inRange<std::size_t>(0, packets[i].size())] ^= 0x55;
                        break;
                    default:
                        break;
                }
                camera.receive(packets[i]);
            }
            camera.receiver.flush();
            well_formed(camera.sink, 4 * frames.size() + 8);
        }));
    }
}

TEST_CASE("with packets lost only, what is not marked damaged is what was sent") {
    for (const Codec codec : {Codec::H264, Codec::H265}) {
        CHECK(rc::check("no silent damage", [codec] {
            const auto frames = random_frames(codec);
            const PacketiserOptions options = random_options(codec);
            TestCamera camera(receiver_for(options, *rc::gen::arbitrary<bool>()));
            std::uint32_t lost = 0;
            const std::vector<Buffer> packets = packets_of(frames, options);
            for (std::size_t i = 0; i < packets.size(); ++i) {
                if (i > 0 && i + 1 < packets.size() && *rc::gen::inRange(0, 10) == 0) {
                    ++lost;
                    continue;
                }
                camera.receive(packets[i]);
            }
            camera.receiver.flush();
            std::uint32_t told = 0;
            for (const auto& frame : camera.sink.frames) {
                told += frame.frame.lost_packets;
                if (frame.frame.damaged) continue;
                const auto number = static_cast<std::size_t>((frame.frame.rtp_time - 0xFFFFF000) / 3600);
                // Sets and SEI lost with nothing before them leave no trace in the slices: compare the slices.
                const std::vector<Buffer> nals = frame.nals();
                RC_ASSERT(nals.size() <= frames.at(number).size());
                RC_ASSERT(std::equal(nals.rbegin(), nals.rend(), frames[number].rbegin()));
            }
            RC_ASSERT(camera.receiver.stats().lost == lost);
            RC_ASSERT(told <= lost);
        }));
    }
}
