#include "media/mp4/fragment.hpp"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "db/test_support.hpp"
#include "media/mp4/decode_clock.hpp"
#include "media/mp4/stored.hpp"
#include "media/mp4/test_support.hpp"

namespace beffroi::mp4 {

namespace {

// A file as the archive writes it, in memory.
class FileMaker {
  public:
    FileMaker(const codec::FormatPtr& format, bool chained) : chained_(chained) {
        bytes = file_header(*format, {"porte-nord", kStart});
        header_hash_ = crypto::sha256(std::as_bytes(std::span(bytes)));
        clock_.configure(format->reorder_frames, format->declared_rate);
    }
    static constexpr std::int64_t kStart = 1'764'000'000'000'000;

    void add(const std::vector<TestFrame>& frames) {
        for (const TestFrame& frame : frames) {
            auto times = clock_.next(frame.rtp_time);
            if (!origin_) origin_ = times.decode;
            if (fragment_ && (frame.key || fragment_->samples().size() >= 25)) close(times.decode - *origin_);
            if (!fragment_) fragment_.emplace(pool_, 4000, 10);
            Sample sample;
            sample.offset = static_cast<std::uint32_t>(fragment_->size());
            sample.size = static_cast<std::uint32_t>(frame.bytes.size());
            sample.composition = times.composition;
            sample.decode_time = times.decode - *origin_;
            sample.rtp_time = frame.rtp_time;
            sample.arrival_us = kStart + times.decode * 100 / 9;
            sample.key = frame.key;
            fragment_->append(frame.bytes);
            fragment_->add(sample);
        }
    }
    void close(std::optional<std::int64_t> next = {}) {
        Evidence evidence;
        evidence.sequence = ++sequence_;
        fragment_->close(evidence, next);
        fragment_->seal(bytes.size(), header_hash_, previous_, chained_);
        previous_ = fragment_->evidence().hash;
        entries.push_back(table_entry(*fragment_, bytes.size()));
        Bytes whole = fragment_->bytes();
        bytes.insert(bytes.end(), whole.begin(), whole.end());
        fragment_.reset();
    }
    void finish() {
        if (fragment_) close();
        auto tables = closing_tables(entries);
        bytes.insert(bytes.end(), tables.begin(), tables.end());
    }

    std::vector<std::uint8_t> bytes;
    std::vector<TableEntry> entries;

  private:
    std::shared_ptr<MemoryPool> pool_ = MemoryPool::create(1 << 20U);
    bool chained_;
    crypto::Digest header_hash_{};
    crypto::Digest previous_{};
    DecodeClock clock_;
    std::optional<std::int64_t> origin_;
    std::optional<Fragment> fragment_;
    std::uint64_t sequence_ = 0;
};

std::size_t decoded_frames(const std::string& path) {
    Ran ran = run_command(fmt::format(
        "ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 '{}'", path));
    return ran.code == 0 && ran.out.size() < 20 ? static_cast<std::size_t>(std::atoi(ran.out.c_str())) : 0;
}

void check_players(const std::vector<std::uint8_t>& bytes, std::size_t frames) {
    db::ScratchFolder folder;
    std::string path = folder.file("a.mp4");
    write_file(path, bytes);
    CHECK(decoded_frames(path) == frames);
    if (!have_gstreamer()) return;
    Ran ran =
        run_command(fmt::format("gst-launch-1.0 -v filesrc location='{}' ! qtdemux ! fakesink silent=false", path));
    CHECK(ran.code == 0);
    std::size_t seen = 0;
    for (std::size_t at = 0; (at = ran.out.find("last-message = chain", at)) != std::string::npos; ++at) ++seen;
    CHECK(seen == frames);
}

}  // namespace

TEST_CASE(
    "decode times: the camera's own time is kept, decoding never goes back, nothing is shown before it is decoded") {
    CHECK(rc::check([] {
        const unsigned depth = *rc::gen::inRange(0U, 5U);
        const int count = *rc::gen::inRange(1, 100);
        std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
        // Frames leave their place by at most `depth`.
        std::vector<std::int64_t> shown;
        for (int i = 0; i < count; ++i) shown.push_back(std::int64_t{i} * 3600 + static_cast<int>(random() % 200));
        // The first one is a key frame: nothing is shown before it.
        for (std::size_t i = 1; i + depth < shown.size(); i += depth + 1)
            std::shuffle(shown.begin() + static_cast<std::ptrdiff_t>(i),
                         shown.begin() + static_cast<std::ptrdiff_t>(i + depth + 1), random);
        DecodeClock clock;
        clock.configure(depth, 25);
        std::int64_t last = INT64_MIN;
        for (std::int64_t time : shown) {
            auto times = clock.next(time);
            RC_ASSERT(times.decode > last);
            RC_ASSERT(times.decode + times.composition == time);
            RC_ASSERT(times.composition >= 0);
            last = times.decode;
        }
        RC_ASSERT(clock.depth() == depth);
    }));
}

TEST_CASE("a stream with B-frames that did not say so is understood after the first one") {
    DecodeClock clock;
    clock.configure(0, 0);
    int negative = 0;
    std::int64_t last = INT64_MIN;
    for (int i = 0; i < 100; ++i) {
        std::int64_t time = (i % 2 == 0 ? i + 1 : i - 1) * 3600;  // two and two changed over
        auto times = clock.next(time);
        CHECK(times.decode > last);
        last = times.decode;
        negative += times.composition < 0 ? 1 : 0;
    }
    CHECK(negative <= 1);
    CHECK(clock.depth() == 1);
}

TEST_CASE("what was written is read back: samples, times, losses, reports, chain") {
    auto pool = MemoryPool::create(0);
    CHECK(rc::check([&] {
        const auto sizes = *rc::gen::nonEmpty(
            rc::gen::container<std::vector<std::uint16_t>>(rc::gen::inRange<std::uint16_t>(0, 9000)));
        Fragment fragment(pool, *rc::gen::inRange<std::size_t>(1, 50'000), *rc::gen::inRange<std::size_t>(0, 20));
        std::vector<Sample> expected;
        std::mt19937_64 random(7);
        std::int64_t decode = 1'000'000;
        for (std::uint16_t size : sizes) {
            Sample sample;
            sample.offset = static_cast<std::uint32_t>(fragment.size());
            sample.size = size;
            sample.decode_time = decode;
            sample.composition = static_cast<std::int32_t>(random() % 9000) - 100;
            sample.rtp_time = static_cast<std::int64_t>(random() >> 8U);
            sample.arrival_us = 1'764'000'000'000'000 + decode;
            sample.lost_packets = static_cast<std::uint32_t>(random() % 3);
            sample.key = random() % 4 == 0;
            sample.damaged = random() % 4 == 0;
            decode += 1 + static_cast<int>(random() % 4000);
            std::vector<std::uint8_t> bytes(size, static_cast<std::uint8_t>(random() | 1U));
            fragment.append(bytes);
            fragment.add(sample);
            expected.push_back(sample);
        }
        fragment.append(std::vector<std::uint8_t>(100, 9));  // the next frame, not yet whole
        Evidence evidence;
        evidence.sequence = random();
        evidence.report = rtp::SenderReport{random(), static_cast<std::uint32_t>(random()), 77};
        evidence.discontinuity = true;
        evidence.gap = GapReason::CameraLost;
        fragment.close(evidence, decode);
        fragment.seal(4242, crypto::sha256("header"), crypto::sha256("before"), true);
        RC_ASSERT(fragment.bytes().size() % kAlignment == 0);

        auto source = memory_source(fragment.bytes());
        auto stored = read_fragment(*source, 0);
        if (!stored) RC_FAIL(stored.error().detail);
        RC_ASSERT(stored->bytes == fragment.bytes().size());
        RC_ASSERT(stored->samples == fragment.samples());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            RC_ASSERT(stored->samples[i].rtp_time == expected[i].rtp_time);
            RC_ASSERT(stored->samples[i].decode_time == expected[i].decode_time);
            RC_ASSERT(stored->samples[i].size == expected[i].size);
        }
        RC_ASSERT(stored->evidence.sequence == evidence.sequence);
        RC_ASSERT(stored->evidence.report->ntp == evidence.report->ntp);
        RC_ASSERT(stored->evidence.gap == GapReason::CameraLost);
        RC_ASSERT(stored->evidence.durable_bytes == 4242U);
        RC_ASSERT(stored->evidence.previous == crypto::sha256("before"));
        RC_ASSERT(*whole(*source, *stored));
    }));
}

TEST_CASE("one changed bit of a fragment is found, wherever it is") {
    TestStream stream = synthetic(25, 25, 500);
    FileMaker maker(stream.format, true);
    maker.add(stream.frames);
    std::size_t start = maker.bytes.size();
    maker.close();
    std::mt19937 random(3);
    for (int round = 0; round < 400; ++round) {
        auto changed = maker.bytes;
        std::size_t at = start + random() % (changed.size() - start);
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1U << (random() % 8)));
        auto source = memory_source(changed);
        auto stored = read_fragment(*source, start);
        bool found = !stored || !*whole(*source, *stored) || stored->bytes != changed.size() - start;
        CHECK_MESSAGE(found, "byte ", at - start);
    }
}

TEST_CASE(
    "memory that many fragments give back at once serves the next ones, and is let go when it is wanted no more") {
    constexpr std::size_t kBlock = 1U << 20U;
    auto pool = MemoryPool::create(0);
    const auto hundred = [&] {
        std::vector<std::shared_ptr<Memory>> blocks;
        for (int i = 0; i < 100; ++i) blocks.push_back(pool->take(kBlock));
        return blocks;
    };
    (void)hundred();
    CHECK(pool->idle() == 100 * kBlock);
    (void)hundred();
    CHECK(pool->idle() == 100 * kBlock);
    for (int i = 0; i < 20'000; ++i) (void)pool->take(kBlock);
    CHECK(pool->idle() < 3 * kBlock);
}

TEST_CASE("frames already shown to a viewer stay where they are while the fragment grows") {
    auto pool = MemoryPool::create(0);
    Fragment fragment(pool, 100, 1);
    fragment.append(std::vector<std::uint8_t>(50, 7));
    auto held = fragment.memory();
    const std::uint8_t* shown = held->data() + fragment.size() - 50;
    fragment.append(std::vector<std::uint8_t>(100'000, 8));
    CHECK(fragment.memory() != held);
    CHECK(std::all_of(shown, shown + 50, [](std::uint8_t byte) { return byte == 7; }));
}

TEST_CASE("the tables of a closed file are found from its end") {
    TestStream stream = synthetic(3000, 25, 40);
    FileMaker maker(stream.format, false);
    maker.add(stream.frames);
    maker.finish();
    auto source = memory_source(maker.bytes);
    auto tables = read_closing_tables(*source);
    REQUIRE(tables);
    CHECK(tables->entries == maker.entries);
    std::size_t count = 0;
    auto header = read_file_header(*source);
    REQUIRE(header);
    CHECK(header->origin.camera == "porte-nord");
    CHECK(header->format == *stream.format);
    auto end = walk(*source, header->bytes, [&](const StoredFragment& fragment) {
        CHECK(table_entry(fragment) == maker.entries[count]);
        ++count;
        return true;
    });
    CHECK(count == maker.entries.size());
    CHECK(*end == tables->offset);
}

TEST_CASE("any player opens the file: closed, being written, with preallocated zeros behind, cut off") {
    if (!have_ffmpeg()) return;
    for (TestEncoding encoding :
         {TestEncoding{codec::Codec::H264, 4, 25, 0}, TestEncoding{codec::Codec::H264, 4, 25, 2},
          TestEncoding{codec::Codec::H265, 3, 25, 2}, TestEncoding{codec::Codec::Jpeg, 2, 1, 0}}) {
        TestStream stream = encode(encoding);
        CAPTURE(codec::name_of(encoding.codec));
        CAPTURE(encoding.b_frames);
        FileMaker maker(stream.format, true);
        maker.add(stream.frames);
        maker.close();
        check_players(maker.bytes, stream.frames.size());
        auto with_zeros = maker.bytes;
        with_zeros.resize(with_zeros.size() + (8U << 20U), 0);
        check_players(with_zeros, stream.frames.size());
        std::vector<std::uint8_t> cut(maker.bytes.begin(),
                                      maker.bytes.begin() + static_cast<std::ptrdiff_t>(maker.entries.back().offset));
        check_players(cut, stream.frames.size() - maker.entries.back().frames);
        auto tables = closing_tables(maker.entries);
        maker.bytes.insert(maker.bytes.end(), tables.begin(), tables.end());
        check_players(maker.bytes, stream.frames.size());
    }
}

}  // namespace beffroi::mp4
