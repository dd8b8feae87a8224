// The archive with its real threads: cameras feed it, readers read it, disks are flushed, all at once.
#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "video/archive/test_support.hpp"

namespace beffroi::archive {

TEST_CASE("cameras on threads of their own, readers beside them: every frame is there") {
    constexpr int kCameras = 4;
    constexpr int kFrames = 500;
    db::ScratchFolder folder;
    ArchiveOptions options;
    for (int i = 0; i < 2; ++i) options.disks.push_back({folder.path() / fmt::format("disk{}", i), 0, false});
    options.database = folder.path() / "index.db";
    options.migrations = "migrations/video";
    options.file_length = std::chrono::seconds(4);
    options.flush_every = std::chrono::milliseconds(50);
    base::SystemClock clock;
    base::Log log(stderr, clock, base::Level::Error);
    std::atomic<int> told{0};
    auto archive =
        base::value_or_throw(Archive::open(options, clock, log, [&](const ArchiveEvent&) { told.fetch_add(1); }));
    const mp4::TestStream stream = mp4::synthetic(100, 25, 1500);
    const std::int64_t start = clock.now().ms * 1000;
    std::atomic<bool> stop{false};

    std::vector<std::thread> threads;
    for (int camera = 0; camera < kCameras; ++camera)
        threads.emplace_back([&, camera] {
            auto track = archive->track(fmt::format("camera-{}", camera), {});
            std::uint64_t live = 0;
            track->set_live([&live](const Track::LiveFrame& frame) { live += frame.data[0]; });
            track->on_format(stream.format);
            for (int i = 0; i < kFrames; ++i) {
                const mp4::TestFrame& from = stream.frames[static_cast<std::size_t>(i) % stream.frames.size()];
                rtp::FrameBuffer& buffer = track->buffer();
                rtp::Frame frame;
                frame.offset = buffer.size();
                // In parts, as packets come.
                for (std::size_t at = 0; at < from.bytes.size(); at += 500)
                    buffer.append(codec::Bytes(from.bytes).subspan(at, 500));
                frame.size = from.bytes.size();
                frame.rtp_time = std::int64_t{i} * 3600;
                frame.arrival_us = start + std::int64_t{i} * 40'000;
                frame.key = from.key;
                track->on_frame(frame);
                if (i % 100 == 50) archive->flush();
            }
            CHECK(live > 0);
        });
    std::thread reader([&] {
        while (!stop.load()) {
            for (const CameraId& camera : archive->cameras()) {
                (void)archive->timeline(camera, start, start + 60'000'000);
                for (const FileInfo& file : archive->files(camera, 0, INT64_MAX / 2)) (void)archive->fragments(file);
            }
            (void)archive->disks();
            archive->enforce_retention();
        }
    });
    for (std::thread& thread : threads) thread.join();
    archive->flush();
    stop.store(true);
    reader.join();
    for (int camera = 0; camera < kCameras; ++camera) {
        std::uint64_t frames = 0;
        for (const FileInfo& file : archive->files(fmt::format("camera-{}", camera), 0, INT64_MAX / 2))
            frames += file.frames;
        CHECK(frames == kFrames);
    }
    archive.reset();
    CHECK(verify({options.disks[0].folder, options.disks[1].folder}, std::nullopt, {})->faults.empty());
}

}  // namespace beffroi::archive
