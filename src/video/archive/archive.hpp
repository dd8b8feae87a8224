// The archive: folders of standard fragmented MP4 files on one or several disks, written like a database log
// (design.md, decision 1).
//
// Contract (docs/formats/archive.md): what was received more than two seconds ago survives SIGKILL and a power cut; the
// database is a convenience that `rebuild` makes again from the folders alone; one changed bit is found by `verify`,
// which says where.
//
// Threads: one writing thread a disk ("disk-<n>"), one for index and retention ("archive"). A Track belongs to the
// thread that feeds it and never waits for either: when a disk is behind, memory is used up to a bound, then frames are
// dropped and said to be.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/codec/video.hpp"
#include "media/rtp/frame.hpp"

namespace beffroi::archive {

// a-z, 0-9 and hyphen, 1 to 40 characters: the folder's name and the key everywhere.
using CameraId = std::string;

struct DiskOptions {
    std::filesystem::path folder;           // its own file system, or a folder of one; holds disk.json once adopted
    std::uint64_t keep_free = 2ULL << 30U;  // bytes never used
    bool require_mount = false;  // refuse to write when the folder is not a mount point: never fill the one beneath
};

// How long images may be kept. The calendar month is the limit of the law (CSI L252-5, R253-4) and can't be raised.
struct Retention {
    std::optional<int> days;  // of the authorisation; none: the calendar month
};
enum class WhenShort {
    EraseOldest,
    StopRecording
};  // what happens when space runs short before the term; both warn days ahead

struct ArchiveOptions {
    std::vector<DiskOptions> disks;
    std::filesystem::path database;  // SQLite; anywhere, may be lost
    std::filesystem::path migrations;
    std::chrono::milliseconds flush_every{
        1'000};  // group flush per disk; with a fragment of one second: at most two seconds are lost
    std::chrono::milliseconds fragment{1'000};
    std::chrono::seconds file_length{600};          // a file is closed at the first key frame after that
    std::uint64_t file_bytes = 256ULL << 20U;       // or when it is that large; space is allocated in steps of it
    std::uint64_t memory_per_track = 24ULL << 20U;  // unwritten bytes before frames are dropped
    bool chain = true;                              // SHA-256 of bytes and times, chained per camera
    WhenShort when_short = WhenShort::EraseOldest;
};

// What happened, for the log, the API and the timeline.
struct ArchiveEvent {
    enum class Kind {
        DiskLost,
        DiskWrong,
        DiskFull,
        DiskSlow,
        DiskBack,
        Dropped,
        Erased,
        SpaceShort,
        Recovered,
        ClockStep,
        Interrupted,  // of a camera: nothing is recorded from here on; why
        Resumed
    };
    Kind kind = Kind::DiskLost;
    base::Timestamp at;
    CameraId camera;     // empty: not of one camera
    std::string detail;  // English
};

// In the database, the log and the API; in the order of the kinds.
inline constexpr std::array<std::string_view, 12> kEventNames{"disk_lost", "disk_wrong", "disk_full",   "disk_slow",
                                                              "disk_back", "dropped",    "erased",      "space_short",
                                                              "recovered", "clock_step", "interrupted", "resumed"};
[[nodiscard]] constexpr std::string_view event_name(ArchiveEvent::Kind kind) {
    return kEventNames.at(static_cast<std::size_t>(kind));
}

// A stretch of a camera's recording that is continuous, or the reason why there is none.
struct Span {
    std::int64_t from_us = 0;  // UTC
    std::int64_t to_us = 0;
    bool recorded = true;
    std::string reason;  // of a gap: "camera_lost", "recorder_stopped", "disk_behind", "damaged", "erased",
                         // "format_changed", "clock_set"
};

struct FileInfo {
    std::int64_t id = 0;
    CameraId camera;
    std::filesystem::path path;  // whole
    std::int64_t from_us = 0, to_us = 0;
    std::uint64_t bytes = 0;  // of the file as far as it is written
    std::uint64_t frames = 0;
    codec::FormatPtr format;
    bool open = false;  // still being written
};

// One fragment of a file as it lies on the disk.
struct FragmentInfo {
    std::uint64_t offset = 0;  // of its first box in the file
    std::uint64_t bytes = 0;   // with padding: the next begins at offset + bytes
    std::int64_t from_us = 0, to_us = 0;
    std::int64_t decode_time = 0;  // 90 kHz since the start of the file
    std::uint32_t frames = 0;
    bool key = false;  // begins with a key frame
};

class Track : public rtp::FrameSink {
  public:
    // Says that nothing comes for now and why: the timeline shows it. Frames may follow later.
    virtual void gap(const std::string& reason) = 0;
    // A shared look at what is being recorded, for live viewers: called on the feeding thread for each frame, at once.
    //   `memory` keeps `data` alive.
    struct LiveFrame {
        std::shared_ptr<const void> memory;
        const std::uint8_t* data = nullptr;
        rtp::Frame frame;
        std::int64_t decode_time = 0;  // 90 kHz, the file's time line
        std::int32_t composition = 0;
        codec::FormatPtr format;
    };
    using OnLive = std::function<void(const LiveFrame&)>;
    virtual void set_live(OnLive on_live) = 0;  // on the feeding thread
};

class Archive {
  public:
    // Recovers what a crash left (bounded by what was open, not by the size of the archive), then starts its threads.
    // Errors: Corrupt, Unavailable; a disk that is missing or wrong is an event, not an error, as long as one is good.
    using OnEvent = std::function<void(const ArchiveEvent&)>;
    [[nodiscard]] static base::Result<std::unique_ptr<Archive>> open(ArchiveOptions options, const base::Clock& clock,
                                                                     base::Log& log, OnEvent on_event);
    virtual ~Archive() = default;
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    // One per camera at a time. The archive must outlive it. Destroying it closes the file.
    [[nodiscard]] virtual std::unique_ptr<Track> track(const CameraId& camera, Retention retention) = 0;

    // Reading, from any thread; includes what is being written, as far as it was flushed.
    [[nodiscard]] virtual std::vector<CameraId> cameras() = 0;
    [[nodiscard]] virtual std::vector<FileInfo> files(const CameraId& camera, std::int64_t from_us,
                                                      std::int64_t to_us) = 0;
    [[nodiscard]] virtual std::vector<Span> timeline(const CameraId& camera, std::int64_t from_us,
                                                     std::int64_t to_us) = 0;
    [[nodiscard]] virtual base::Result<std::vector<FragmentInfo>> fragments(const FileInfo& file) = 0;
    [[nodiscard]] virtual std::vector<ArchiveEvent> events(std::int64_t from_us, std::int64_t to_us) = 0;

    struct DiskState {
        std::filesystem::path folder;
        std::string id;
        std::string state;  // "good", "full", "slow", "lost", "wrong"
        std::uint64_t bytes = 0, free = 0;
        std::optional<double> days_left;  // at the rate of the last day, before space decides instead of time
    };
    [[nodiscard]] virtual std::vector<DiskState> disks() = 0;

    // Erases what is past its term now. Also runs every minute by itself.
    virtual void enforce_retention() = 0;
    // Everything received is on disk when it returns (tests, orderly stop).
    virtual void flush() = 0;

  protected:
    Archive() = default;
};

struct VerifyFault {
    std::filesystem::path path;
    std::uint64_t offset = 0;  // of the fragment
    CameraId camera;
    std::string what;  // "hash", "chain", "truncated", "missing", "unreadable", "tables"
};
struct VerifyReport {
    std::uint64_t files = 0, fragments = 0, bytes = 0;
    std::vector<VerifyFault> faults;
};
// From the folders alone; progress is called with bytes done and all.
[[nodiscard]] base::Result<VerifyReport> verify(const std::vector<std::filesystem::path>& disks,
                                                const std::optional<CameraId>& camera,
                                                const std::function<void(std::uint64_t, std::uint64_t)>& progress);
// The last fragment of each camera: what an anchor signs, and what proves later that nothing was cut off the end.
struct ChainHead {
    CameraId camera;
    std::uint64_t sequence = 0;  // of the camera's fragments, from 1
    std::string hash;            // hex; zeros when the chain is off
    std::int64_t to_us = 0;      // UTC
};
[[nodiscard]] base::Result<std::vector<ChainHead>> chain_heads(const std::vector<std::filesystem::path>& disks);
// Makes the database again from the folders; the old one is put aside.
[[nodiscard]] base::Result<std::uint64_t> rebuild(const ArchiveOptions& options,
                                                  const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace beffroi::archive
