// Disks on bad days: each is noticed, told and survived.
#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "video/archive/faulty_disk.hpp"
#include "video/archive/names.hpp"
#include "video/archive/test_support.hpp"

namespace beffroi::archive {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kForever = INT64_MAX / 2;

std::uint64_t frames_of(TestArchive& archive, const CameraId& camera) {
    std::uint64_t frames = 0;
    for (const FileInfo& file : archive.engine->files(camera, 0, kForever)) frames += file.frames;
    return frames;
}

}  // namespace

TEST_CASE("a disk fails while recording: the others go on, what waited goes there") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive(2);
    archive.io = &disk;
    disk.free_bytes[archive.disk(0)] = 1ULL << 39U;
    disk.free_bytes[archive.disk(1)] = 1ULL << 38U;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 400));
    camera.send(5);
    CHECK(files_of(archive.disk(0), "porte-nord").size() == 1);
    disk.failing[archive.disk(0)] = base::Code::Unavailable;
    camera.send(6);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskLost));
    CHECK(archive.engine->disks()[0].state == "lost");
    CHECK(files_of(archive.disk(1), "porte-nord").size() == 1);
    camera.send(3);
    // At most what was written and not yet flushed is lost with the disk.
    CHECK(frames_of(archive, "porte-nord") + 100 >= camera.sent);
    // It comes back: what it holds counts again, and is whole.
    disk.failing.clear();
    archive.advance(3 * kSecond);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskBack));
    camera.close();
    archive.engine->flush();
    CHECK(archive.engine->disks()[0].state == "good");
    for (const VerifyFault& fault : archive.verified().faults) CHECK(fault.what == "missing");
}

TEST_CASE("a flush fails: the same") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive(2);
    archive.io = &disk;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 400));
    camera.send(2.1);
    std::size_t which = files_of(archive.disk(0), "porte-nord").empty() ? 1 : 0;
    // By value: the archive still flushes when this test's locals are gone.
    disk.before_flush = [&disk, folder = archive.disk(which), armed = true]() mutable {
        if (std::exchange(armed, false)) disk.failing[folder] = base::Code::Unavailable;
    };
    camera.send(5);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskLost));
    CHECK(files_of(archive.disk(1 - which), "porte-nord").size() == 1);
}

TEST_CASE("the only disk fails and comes back: frames wait, then are dropped, and both is told") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive;
    archive.options.memory_per_track = 200'000;
    archive.io = &disk;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 1000));
    camera.send(4);
    disk.failing[archive.disk(0)] = base::Code::Unavailable;
    camera.send(30);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskLost));
    CHECK(archive.saw(ArchiveEvent::Kind::Dropped));
    disk.failing.clear();
    camera.send(6);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskBack));
    archive.advance(2 * kSecond);
    auto spans = archive.engine->timeline("porte-nord", kTestStartUs, archive.clock.now().ms * 1000 - 3 * kSecond);
    CHECK(std::any_of(spans.begin(), spans.end(), [](const Span& span) { return span.reason == "disk_behind"; }));
    CHECK(spans.back().recorded);
}

TEST_CASE("a disk that stalls for ten seconds: told, no frame lost, memory bounded") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive;
    archive.io = &disk;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 1000));
    camera.send(3);
    // The disk's thread does not come back for ten seconds: nobody steps, frames go on coming.
    for (int i = 0; i < 250; ++i) {
        camera.send_one();
        archive.clock.set(base::Timestamp{archive.clock.now().ms + 40});
        archive.monotonic_us += 40'000;
        archive.engine->tick();
    }
    archive.advance(2 * kSecond);
    CHECK(frames_of(archive, "porte-nord") == camera.sent);
    CHECK_FALSE(archive.saw(ArchiveEvent::Kind::Dropped));
    CHECK(archive.verified().faults.empty());
}

TEST_CASE("a disk that takes long is told to be slow, and to be well again") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive;
    archive.io = &disk;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 1000));
    camera.send(2);
    disk.before_flush = [&archive, armed = true]() mutable {
        if (!std::exchange(armed, false)) return;
        // Whatever the archive's own thread waits for meanwhile: its database may lie on the same disk.
        archive.monotonic_us += 10 * kSecond;
        archive.clock.set(base::Timestamp{archive.clock.now().ms + 10'000});
        archive.engine->tick();
    };
    camera.send(3);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskSlow));
    camera.send(5);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskBack));
    CHECK(archive.engine->disks()[0].state == "good");
}

TEST_CASE("space runs short: the oldest goes, and it is said that it went before its term") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive;
    archive.options.file_length = std::chrono::seconds(5);
    archive.options.disks[0].keep_free = 1 << 20U;
    archive.io = &disk;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 400));
    camera.send(22);
    std::size_t before = archive.engine->files("porte-nord", 0, kForever).size();
    disk.free_bytes[archive.disk(0)] = 1 << 20U;
    archive.advance(3 * kSecond);
    CHECK(archive.engine->files("porte-nord", 0, kForever).size() < before);
    CHECK(archive.saw(ArchiveEvent::Kind::Erased));
    CHECK(archive.saw(ArchiveEvent::Kind::SpaceShort));
    disk.free_bytes.clear();
    archive.advance(3 * kSecond);
    camera.send(10);
    camera.close();
    archive.engine->flush();
    CHECK(archive.engine->disks()[0].state == "good");
    CHECK(archive.verified().faults.empty());
}

TEST_CASE("space runs short and nothing may be erased: recording stops and says so, and goes on when there is room") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive;
    archive.options.when_short = WhenShort::StopRecording;
    archive.options.file_length = std::chrono::seconds(5);
    archive.options.disks[0].keep_free = 1 << 20U;
    archive.io = &disk;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 400));
    camera.send(12);
    disk.free_bytes[archive.disk(0)] = 1 << 20U;
    camera.send(12);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskFull));
    CHECK(archive.engine->disks()[0].state == "full");
    std::size_t stopped = archive.engine->files("porte-nord", 0, kForever).size();
    camera.send(6);
    CHECK(archive.engine->files("porte-nord", 0, kForever).size() == stopped);
    CHECK_FALSE(archive.saw(ArchiveEvent::Kind::Erased));
    disk.free_bytes.clear();
    camera.send(6);
    CHECK(archive.engine->files("porte-nord", 0, kForever).size() > stopped);
}

TEST_CASE("the disk says that it is full in the middle of a write: what was recorded stays readable") {
    FaultyDisk disk;  // outlives the archive
    TestArchive archive;
    archive.io = &disk;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 400));
    camera.send(5);
    disk.failing[archive.disk(0)] = base::Code::TooLarge;
    camera.send(3);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskFull));
    disk.failing.clear();
    camera.send(6);
    camera.close();
    archive.engine->flush();
    CHECK(frames_of(archive, "porte-nord") + 75 >= camera.sent);
}

TEST_CASE("another disk was put in its place: nothing is written there, and it is told") {
    TestArchive archive(2);
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 400));
    camera.send(3);
    camera.close();
    archive.close();
    auto swap = [&] {
        std::filesystem::rename(archive.disk(0), archive.folder.path() / "aside");
        std::filesystem::rename(archive.disk(1), archive.disk(0));
        std::filesystem::rename(archive.folder.path() / "aside", archive.disk(1));
    };
    swap();
    archive.events.clear();
    auto before = files_of(archive.disk(0), "porte-nord").size() + files_of(archive.disk(1), "porte-nord").size();
    CHECK_THROWS_AS(archive.open(), base::Failure);  // neither is the right one
    CHECK(archive.saw(ArchiveEvent::Kind::DiskWrong));
    CHECK(files_of(archive.disk(0), "porte-nord").size() + files_of(archive.disk(1), "porte-nord").size() == before);
    swap();
    archive.open();
    CHECK(frames_of(archive, "porte-nord") == camera.sent);
}

TEST_CASE("the disk is not mounted: the folder beneath is never filled") {
    TestArchive archive(2);
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 400));
    camera.send(3);
    // Unmounted while recording: the folder is there, and empty.
    std::size_t which = files_of(archive.disk(0), "porte-nord").empty() ? 1 : 0;
    auto aside = archive.folder.path() / "aside";
    std::filesystem::rename(archive.disk(which), aside);
    std::filesystem::create_directory(archive.disk(which));
    camera.send(8);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskLost));
    CHECK(std::filesystem::is_empty(archive.disk(which)));
    CHECK_FALSE(files_of(archive.disk(1 - which), "porte-nord").empty());
    std::filesystem::remove(archive.disk(which));
    std::filesystem::rename(aside, archive.disk(which));
    camera.send(3);
    CHECK(archive.saw(ArchiveEvent::Kind::DiskBack));
    camera.close();
    archive.engine->flush();
    CHECK(archive.engine->disks()[which].state == "good");
}

TEST_CASE("a disk that must be mounted and is not is refused at the start") {
    TestArchive archive;
    archive.options.disks[0].require_mount = true;
    std::filesystem::create_directories(archive.disk(0));
    CHECK_THROWS_AS(archive.open(), base::Failure);
    CHECK(std::filesystem::is_empty(archive.disk(0)));
}

}  // namespace beffroi::archive
