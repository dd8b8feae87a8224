// What it costs to make frames of RTP packets, against copying the same bytes: build/release/bin/bench_rtp
//
// The packets of a camera of 4 Mb/s (25 images a second, a key frame every two seconds), 200 such cameras in turn, so
// that what is read is not in the cache by chance. CPU-s per GB is the figure that counts; "copy" is the floor.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "media/codec/test_bits.hpp"
#include "media/rtp/packetise.hpp"
#include "media/rtp/receiver.hpp"
#include "media/rtp/test_support.hpp"

namespace {

using namespace beffroi;  // NOLINT(google-build-using-namespace)
using codec::Bytes;
using codec::Codec;

// Entropy-coded data look like chance, and hold no start code.
std::vector<std::uint8_t> body(std::vector<std::uint8_t> nal, std::size_t size, std::uint64_t& state) {
    unsigned zeros = 0;
    while (nal.size() < size) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        auto byte = static_cast<std::uint8_t>(state);
        if (zeros >= 2 && byte <= 3) {
            nal.push_back(3);
            zeros = 0;
        }
        nal.push_back(byte);
        zeros = byte == 0 ? zeros + 1 : 0;
    }
    return nal;
}

struct Traffic {
    std::vector<std::vector<std::uint8_t>> packets;
    std::size_t bytes = 0;
};

Traffic two_seconds(Codec codec, std::uint64_t seed, std::size_t bits_per_second) {
    Traffic traffic;
    rtp::Packetiser packetiser({.codec = codec});
    const bool h265 = codec == Codec::H265;
    const std::size_t bytes = bits_per_second / 8 * 2;
    for (std::uint32_t frame = 0; frame < 50; ++frame) {
        std::vector<std::vector<std::uint8_t>> nals;
        if (frame == 0 && h265) nals = {codec::sample::kVps265, codec::sample::kSps265, codec::sample::kPps265};
        if (frame == 0 && !h265) nals = {codec::sample::kSps1080, codec::sample::kPps};
        const std::size_t size = frame == 0 ? bytes / 5 : bytes * 4 / 5 / 49;
        std::vector<std::uint8_t> head =
            h265 ? std::vector<std::uint8_t>{static_cast<std::uint8_t>(frame == 0 ? 0x26 : 0x02), 1, 0xAF}
                 : std::vector<std::uint8_t>{static_cast<std::uint8_t>(frame == 0 ? 0x65 : 0x41), 0x9A};
        nals.push_back(body(std::move(head), size, seed));
        const std::vector<Bytes> views(nals.begin(), nals.end());
        packetiser.frame(views, frame * 3600, [&](Bytes packet) {
            traffic.packets.emplace_back(packet.begin(), packet.end());
            traffic.bytes += packet.size();
        });
    }
    return traffic;
}

// As an archive's fragment: a megabyte, used again.
class Ring final : public rtp::FrameBuffer {
  public:
    Ring() { grow(1U << 20U); }

  protected:
    void grow(std::size_t more) override {
        memory_.resize(size() + more);
        data_ = memory_.data();
        capacity_ = memory_.size();
    }

  private:
    std::vector<std::uint8_t> memory_;
};

class Discard final : public rtp::FrameSink {
  public:
    rtp::FrameBuffer& buffer() override { return ring_; }
    void on_format(const codec::FormatPtr&) override {}
    void on_frame(const rtp::Frame& frame) override {
        bytes += frame.size;
        if (ring_.size() > (1U << 19U)) ring_.truncate(0);
    }
    void on_sender_report(const rtp::SenderReport&) override {}
    std::size_t bytes = 0;

  private:
    Ring ring_;
};

struct Cameras {
    explicit Cameras(Codec codec, std::size_t count, std::size_t bits_per_second) {
        for (std::size_t i = 0; i < count; ++i) {
            traffic.push_back(two_seconds(codec, 88172645463325252U + i, bits_per_second));
            sinks.push_back(std::make_unique<Discard>());
            rtp::ReceiverOptions options;
            options.codec = codec;
            receivers.push_back(std::make_unique<rtp::Receiver>(options, *sinks.back(), nullptr));
        }
    }
    std::vector<std::uint8_t> connection = std::vector<std::uint8_t>(64 * 1024);
    std::vector<Traffic> traffic;
    std::vector<std::unique_ptr<Discard>> sinks;
    std::vector<std::unique_ptr<rtp::Receiver>> receivers;
};

void report(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
    state.counters["CPU-s/GB"] =
        benchmark::Counter(static_cast<double>(bytes) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

constexpr std::size_t kCameras = 200;

// Ten packets of each camera in turn, about what one read from its socket brings; `each` is given them where the read
// put them.
template <typename F>
void in_turn(Cameras& cameras, F&& each) {
    for (std::size_t at = 0;; at += 10) {
        bool more = false;
        for (std::size_t camera = 0; camera < cameras.traffic.size(); ++camera) {
            const std::vector<std::vector<std::uint8_t>>& packets = cameras.traffic[camera].packets;
            const std::size_t end = std::min(at + 10, packets.size());
            std::array<Bytes, 10> read{};
            std::size_t used = 0;
            for (std::size_t i = at; i < end; ++i) {
                std::memcpy(cameras.connection.data() + used, packets[i].data(), packets[i].size());
                read.at(i - at) = Bytes(cameras.connection).subspan(used, packets[i].size());
                used += packets[i].size();
            }
            for (std::size_t i = at; i < end; ++i) {
                each(camera, read.at(i - at));
                more = true;
            }
        }
        if (!more) return;
    }
}

void receive(benchmark::State& state, Codec codec, std::size_t bits_per_second, std::size_t count = kCameras) {
    Cameras cameras(codec, count, bits_per_second);
    std::size_t bytes = 0;
    std::uint16_t round = 0;
    for (auto _ : state) {
        // The next two seconds: the same bytes with later numbers and times.
        state.PauseTiming();
        for (Traffic& traffic : cameras.traffic) {
            for (std::size_t i = 0; i < traffic.packets.size(); ++i) {
                const auto sequence = static_cast<std::uint16_t>(round * traffic.packets.size() + i);
                traffic.packets[i][2] = static_cast<std::uint8_t>(sequence >> 8U);
                traffic.packets[i][3] = static_cast<std::uint8_t>(sequence);
            }
            bytes += traffic.bytes;
        }
        ++round;
        state.ResumeTiming();
        in_turn(cameras, [&](std::size_t camera, Bytes packet) { cameras.receivers[camera]->packet(packet, 0); });
    }
    std::size_t out = 0;
    for (const auto& sink : cameras.sinks) out += sink->bytes;
    state.counters["frames_share"] = static_cast<double>(out) / static_cast<double>(bytes);
    report(state, bytes);
}
BENCHMARK_CAPTURE(receive, h264_4_mbit, Codec::H264, 4'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(receive, h265_4_mbit, Codec::H265, 4'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(receive, h264_1_mbit, Codec::H264, 1'000'000)->Unit(benchmark::kMillisecond);

void copy(benchmark::State& state, std::size_t bits_per_second, std::size_t count = kCameras) {
    Cameras cameras(Codec::H264, count, bits_per_second);
    std::vector<std::vector<std::uint8_t>> memory(count, std::vector<std::uint8_t>(1U << 20U));
    std::vector<std::size_t> used(count);
    std::size_t bytes = 0;
    for (auto _ : state) {
        for (const Traffic& traffic : cameras.traffic) bytes += traffic.bytes;
        in_turn(cameras, [&](std::size_t camera, Bytes packet) {
            if (used[camera] > (1U << 19U)) used[camera] = 0;
            std::memcpy(memory[camera].data() + used[camera], packet.data(), packet.size());
            used[camera] += packet.size();
        });
        benchmark::ClobberMemory();
    }
    report(state, bytes);
}
// One camera alone: everything in the cache, what the instructions themselves cost.
BENCHMARK_CAPTURE(receive, h264_alone, Codec::H264, 4'000'000, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(copy, alone, 4'000'000, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(copy, 4_mbit, 4'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(copy, 1_mbit, 1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
