// For tests: an archive with a clock and disks of the test's own, and cameras that send frames into it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "db/test_support.hpp"
#include "media/mp4/test_support.hpp"
#include "video/archive/engine.hpp"

namespace beffroi::archive {

// 2026-03-10T09:00:00Z: a Tuesday without surprises.
inline constexpr std::int64_t kTestStartUs = 1'773'133'200'000'000;

class TestCamera;

class TestArchive {
  public:
    explicit TestArchive(std::size_t disks = 1);
    ~TestArchive();

    void open();   // again, after close() or crash()
    void close();  // in order
    // As if the process had been killed: nothing is finished, the files stay as they are.
    void crash(std::initializer_list<TestCamera*> cameras);
    void advance(std::int64_t us);  // both clocks; does what the threads would do meanwhile, every 100 ms

    [[nodiscard]] std::filesystem::path disk(std::size_t i) const {
        return folder.path() / ("disk" + std::to_string(i));
    }
    [[nodiscard]] std::vector<std::filesystem::path> disks() const;
    [[nodiscard]] bool saw(ArchiveEvent::Kind kind) const;
    [[nodiscard]] VerifyReport verified() const;

    db::ScratchFolder folder;
    ArchiveOptions options;
    base::ManualClock clock;
    std::int64_t monotonic_us = 1'000'000;
    std::unique_ptr<DiskIo> system_io = system_disk_io();
    DiskIo* io = nullptr;  // none: the system's
    base::Log log;
    std::vector<ArchiveEvent> events;
    std::unique_ptr<Engine> engine;
};

// A camera that sends a stream over and over, on the test's clock.
class TestCamera {
  public:
    TestCamera(TestArchive& archive, CameraId id, const mp4::TestStream& stream, Retention retention = {});
    void open();  // a track of the archive as it is now
    void close() { track.reset(); }
    // Frames for that long, 25 a second; the archive's clock goes on with them.
    void send(double seconds);
    void send_one();  // without moving the clock

    TestArchive& archive;
    CameraId id;
    mp4::TestStream stream;
    Retention retention;
    std::unique_ptr<Track> track;
    std::size_t sent = 0;
    std::int64_t rtp_base = 12'345;
    bool restart = false;                   // the next frame begins a new line of time
    std::vector<std::int64_t> arrivals_us;  // of all frames sent
};

// All frames stored of a camera, in order: sizes and bytes as they were sent.
struct StoredFrame {
    std::vector<std::uint8_t> bytes;
    std::int64_t arrival_us = 0, rtp_time = 0;
};
[[nodiscard]] std::vector<StoredFrame> stored_frames(Engine& engine, const CameraId& camera);

}  // namespace beffroi::archive
