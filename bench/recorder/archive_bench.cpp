// What the archive costs: frames of 20 KB, 25 a second and camera (4 Mb/s), through tracks onto a disk; and what the
// index answers of 64 cameras × 30 days of ten-minute files. Prints one line of JSON a measurement.
//
//   archive_bench FOLDER [GIGABYTES] [CAMERAS]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "db/db.hpp"
#include "db/migrate.hpp"
#include "media/mp4/stored.hpp"
#include "video/archive/archive.hpp"

namespace {

using namespace beffroi;  // NOLINT(google-build-using-namespace)

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

archive::ArchiveOptions options_in(const std::filesystem::path& folder) {
    archive::ArchiveOptions options;
    options.disks.push_back({folder / "disk", 1ULL << 30U, false});
    options.database = folder / "index.db";
    options.migrations = "migrations/video";
    return options;
}

codec::FormatPtr format() {
    codec::VideoFormat format;
    format.width = 1920;
    format.height = 1080;
    format.codec_string = "avc1.640028";
    format.configuration = {1, 0x64, 0, 0x28, 0xff, 0xe0, 0};
    return std::make_shared<const codec::VideoFormat>(std::move(format));
}

// Goes with the frames, however quickly they are fed: an archive whose clock stood behind them would hand on each
// fragment early, as after a step of the clock.
class FeedingClock final : public base::Clock {
  public:
    [[nodiscard]] base::Timestamp now() const override { return {us_.load() / 1000}; }
    void set(std::int64_t us) { us_.store(us); }

  private:
    std::atomic<std::int64_t> us_{1'769'900'400'000'000};
};

// As quickly as the disk takes them; the archive's flushes come each second of real time.
void append(const std::filesystem::path& folder, double gigabytes, std::size_t cameras, bool chain) {
    std::filesystem::remove_all(folder);
    archive::ArchiveOptions options = options_in(folder);
    options.chain = chain;
    FeedingClock clock;
    base::Log log(stderr, clock, base::Level::Error);
    std::uint64_t dropped = 0;
    auto archive =
        base::value_or_throw(archive::Archive::open(options, clock, log, [&](const archive::ArchiveEvent& event) {
            if (event.kind == archive::ArchiveEvent::Kind::Dropped) ++dropped;
        }));
    std::vector<std::uint8_t> bytes(20'000);
    std::mt19937_64 random(1);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() | 1U);
    std::vector<std::unique_ptr<archive::Track>> tracks;
    for (std::size_t i = 0; i < cameras; ++i) {
        tracks.push_back(archive->track(fmt::format("camera-{}", i), {}));
        tracks.back()->on_format(format());
    }
    const auto frames = static_cast<std::uint64_t>(gigabytes * 1e9 / 20'000 / static_cast<double>(cameras));
    // The copy into the buffer is not the archive's: measured by itself.
    double copy_before = cpu_seconds();
    std::vector<std::uint8_t> sink(bytes.size() * 64);
    for (std::uint64_t i = 0; i < frames * cameras; ++i) {
        std::copy(bytes.begin(), bytes.end(), sink.begin() + static_cast<std::ptrdiff_t>(i % 64 * bytes.size()));
        asm volatile("" : : "r"(sink.data()) : "memory");  // the copy has to be made
    }
    double copy = cpu_seconds() - copy_before;

    double cpu = cpu_seconds();
    double wall = wall_seconds();
    std::int64_t start = clock.now().ms * 1000;
    for (std::uint64_t i = 0; i < frames; ++i) {
        clock.set(start + static_cast<std::int64_t>(i) * 40'000);
        for (auto& track : tracks) {
            rtp::FrameBuffer& buffer = track->buffer();
            rtp::Frame frame;
            frame.offset = buffer.size();
            buffer.append(bytes);
            frame.size = bytes.size();
            frame.rtp_time = static_cast<std::int64_t>(i) * 3600;
            frame.arrival_us = start + static_cast<std::int64_t>(i) * 40'000;
            frame.key = i % 50 == 0;
            track->on_frame(frame);
        }
        // Stay just ahead of the disk.
        if (i % 100 == 99) archive->flush();
    }
    tracks.clear();
    archive->flush();
    double gb = static_cast<double>(frames * cameras) * 20'000 / 1e9;
    fmt::print(
        "{{\"what\":\"append\",\"chain\":{},\"cameras\":{},\"gb\":{:.2f},\"cpu_s_per_gb\":{:.3f},"
        "\"copy_s_per_gb\":{:.3f},\"mb_per_s\":{:.0f},\"dropped\":{}}}\n",
        chain, cameras, gb, (cpu_seconds() - cpu) / gb, copy / gb, gb * 1000 / (wall_seconds() - wall), dropped);
    std::filesystem::remove_all(folder);
}

constexpr std::int64_t kFileUs = 600'000'000;
constexpr std::int64_t kStartUs = 1'769'900'400'000'000;
constexpr int kCameras = 64;
constexpr int kFiles = 30 * 144;

constexpr db::Query kInsert{
    "bench_insert",
    "INSERT INTO file (camera, disk, path, from_us, to_us, kept_us, bytes, frames, fragments, last_sequence, last_hash,"
    " codec, width, height, codec_string, configuration, reorder_frames, reorder_known, declared_rate, open)"
    " VALUES ($1, $2, $3, $4, $5, $4, 300000000, 15000, 600, $6, $7, 0, 1920, 1080, 'avc1.640028', $7, 0, 1, 25, 0)"};
constexpr db::Query kCamera{"bench_camera", "INSERT INTO camera (name) VALUES ($1)"};

void synthesise(const archive::ArchiveOptions& options) {
    db::Options settings;
    settings.path = options.database.string();
    settings.durable = false;
    auto database = base::value_or_throw(db::Database::open(settings));
    base::value_or_throw(db::migrate(*database, options.migrations, base::Timestamp{}));
    const std::vector<std::byte> hash(32);
    base::value_or_throw(database->write([&](db::Writer& writer) -> base::Status {
        for (int camera = 0; camera < kCameras; ++camera) {
            std::string name = fmt::format("camera-{}", camera);
            writer.execute(kCamera, {name});
            for (int i = 0; i < kFiles; ++i)
                writer.execute(kInsert, {name, "bench", fmt::format("{}/{}.mp4", name, i), kStartUs + i * kFileUs,
                                         kStartUs + (i + 1) * kFileUs - 20'000, (i + 1) * 600, db::Bytes(hash)});
        }
        return {};
    }));
}

template <typename F>
void times(const char* what, int rounds, F&& each) {
    std::vector<double> all;
    for (int i = 0; i < rounds; ++i) {
        double before = wall_seconds();
        each(i);
        all.push_back((wall_seconds() - before) * 1000);
    }
    std::sort(all.begin(), all.end());
    fmt::print("{{\"what\":\"{}\",\"rounds\":{},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},\"max_ms\":{:.3f}}}\n", what,
               rounds, all[all.size() / 2], all[all.size() * 99 / 100], all.back());
}

class FixedClock final : public base::Clock {
  public:
    [[nodiscard]] base::Timestamp now() const override { return {(kStartUs + kFiles * kFileUs) / 1000}; }
};

void index(const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "disk");
    archive::ArchiveOptions options = options_in(folder);
    synthesise(options);
    FixedClock clock;
    base::Log log(stderr, clock, base::Level::Error);
    std::unique_ptr<archive::Archive> archive;
    times("start", 1, [&](int) { archive = base::value_or_throw(archive::Archive::open(options, clock, log, {})); });
    std::mt19937_64 random(2);
    auto camera = [&] { return fmt::format("camera-{}", random() % kCameras); };
    auto within = [&](std::int64_t length) {
        return kStartUs + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kFiles * kFileUs - length));
    };
    constexpr std::int64_t kDay = 86'400'000'000;
    times("timeline_day", 500, [&](int) {
        std::int64_t from = within(kDay);
        (void)archive->timeline(camera(), from, from + kDay);
    });
    times("timeline_30_days", 50, [&](int) { (void)archive->timeline(camera(), kStartUs, kStartUs + 30 * kDay); });
    times("find_file", 2000, [&](int) {
        std::int64_t at = within(1);
        (void)archive->files(camera(), at, at + 1);
    });
    std::filesystem::remove_all(folder);
}

// From an instant to the first byte of its fragment, in one whole file: index, closing tables, boxes of the fragment.
void seek(const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    archive::ArchiveOptions options = options_in(folder);
    options.file_bytes = 1ULL << 30U;
    FeedingClock clock;
    base::Log log(stderr, clock, base::Level::Error);
    auto archive = base::value_or_throw(archive::Archive::open(options, clock, log, {}));
    auto track = archive->track("camera-0", {});
    track->on_format(format());
    std::vector<std::uint8_t> bytes(20'000, 7);
    std::int64_t start = clock.now().ms * 1000;
    for (int i = 0; i < 15'000; ++i) {
        clock.set(start + std::int64_t{i} * 40'000);
        rtp::FrameBuffer& buffer = track->buffer();
        rtp::Frame frame;
        frame.offset = buffer.size();
        buffer.append(bytes);
        frame.size = bytes.size();
        frame.rtp_time = std::int64_t{i} * 3600;
        frame.arrival_us = start + std::int64_t{i} * 40'000;
        frame.key = i % 50 == 0;
        track->on_frame(frame);
        if (i % 200 == 199) archive->flush();
    }
    track.reset();
    archive->flush();
    std::mt19937_64 random(3);
    times("seek_to_fragment", 2000, [&](int) {
        std::int64_t at = start + static_cast<std::int64_t>(random() % 590'000'000);
        auto files = archive->files("camera-0", at, at + 1);
        if (files.empty()) std::abort();
        auto fragments = base::value_or_throw(archive->fragments(files.front()));
        auto found = std::upper_bound(fragments.begin(), fragments.end(), at,
                                      [](std::int64_t when, const auto& one) { return when < one.from_us; });
        auto source = base::value_or_throw(mp4::open_source(files.front().path));
        auto fragment = base::value_or_throw(mp4::read_fragment(*source, std::prev(found)->offset));
        if (base::value_or_throw(source->read_up_to(fragment.media_offset, 4096)).empty()) std::abort();
    });
    archive.reset();
    std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("archive_bench FOLDER [GIGABYTES] [CAMERAS]\n", stderr);
        return 2;
    }
    std::filesystem::path folder = std::filesystem::path(argv[1]) / "archive-bench";
    double gigabytes = argc > 2 ? std::atof(argv[2]) : 4;
    auto cameras = static_cast<std::size_t>(argc > 3 ? std::atoi(argv[3]) : 16);
    for (bool chain : {false, true}) append(folder, gigabytes, cameras, chain);
    index(folder);
    seek(folder);
    return 0;
}
