// Puts closed fragments on the disks: per disk a queue, open files, and one flush for all of them.
//
// A camera belongs to one disk at a time, so that its fragments are written, and chained, in order. It moves to
// another disk when a new file begins there with more room, or when its disk is lost: then what waits moves with it.
//
// Threads: push() from any; step() of one disk from one thread; everything else from any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "media/mp4/fragment.hpp"
#include "media/mp4/stored.hpp"
#include "video/archive/disk.hpp"
#include "video/archive/disk_io.hpp"
#include "video/archive/index.hpp"

namespace beffroi::archive {

// What outlives the files and tracks of one camera.
struct CameraState {
    CameraId id;
    std::atomic<std::uint64_t> pending{0};  // bytes in closed fragments that are not yet written
    // Of the disk that has the camera.
    crypto::Digest head{};
    std::int64_t last_to_us = 0;
    // Of the track.
    std::uint64_t sequence = 0;
    // Under the writer's lock.
    std::optional<std::size_t> disk;
};

// One file as the track wishes it; where it lies is the writer's business.
struct FileJob {
    std::shared_ptr<CameraState> camera;
    codec::FormatPtr format;
};

// What became durable with a flush, for the index.
struct Flushed {
    std::shared_ptr<const FileJob> job;
    FileRow row;
    std::filesystem::path path;  // whole
    std::vector<mp4::TableEntry> fresh;
    bool first = false;        // the file is new
    bool closed = false;       // and finished
    std::vector<GapRow> gaps;  // that its new fragments ended
};

struct WriterOptions {
    std::chrono::milliseconds flush_every{1'000};
    std::uint64_t file_bytes = 256ULL << 20U;
    bool chain = true;
};

class Writer {
  public:
    // Called on the disks' threads, quick.
    struct Hooks {
        std::function<void(std::vector<Flushed>)> flushed;
        std::function<void(ArchiveEvent::Kind, const CameraId&, std::string)> event;
        std::function<std::int64_t()> monotonic_us;
    };
    Writer(std::vector<std::unique_ptr<Disk>>& disks, DiskIo& io, WriterOptions options, Hooks hooks);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void push(std::shared_ptr<const FileJob> file, mp4::FragmentPtr fragment);
    // The file ends with what was pushed.
    void finish(std::shared_ptr<const FileJob> file);

    // Writes what waits; flushes when it is time, or when `flush_now`. Gives when it wants to be called at the latest,
    // on the monotonic clock.
    std::int64_t step(std::size_t disk, bool flush_now = false);
    // Sleeps until something waits for that disk, the time comes, or wake().
    void wait(std::size_t disk, std::int64_t until_us, const std::atomic<bool>& stop);
    void wake();
    // The disk answered again, or there is room again: whoever waits for it goes on.
    void disk_changed();
    // The disk is not what it was: its thread gives it up at its next step.
    void condemn(std::size_t disk, base::Error error);
    // Waits until the threads have written and flushed all that was pushed, disks that are gone left out.
    void drain();
    // Since when the disk's thread has been inside one call; 0: it is not.
    [[nodiscard]] std::int64_t busy_since(std::size_t disk) const { return lanes_[disk]->busy_since.load(); }
    [[nodiscard]] std::size_t waiting() const { return waiting_.load(); }

  private:
    struct Job {
        std::shared_ptr<const FileJob> file;
        mp4::FragmentPtr fragment;  // none: the file ends
    };
    struct OpenFile {
        std::unique_ptr<DiskFile> file;
        FileRow row;
        std::filesystem::path path;
        crypto::Digest header_hash{};
        std::uint64_t offset = 0;   // where the next fragment goes
        std::uint64_t durable = 0;  // as far as it was flushed
        std::uint64_t allocated = 0;
        std::vector<mp4::TableEntry> entries;
        std::size_t published = 0;  // of the entries
        bool first = true;
        bool dirty = false;
        std::vector<GapRow> gaps;
    };
    struct Lane {
        std::condition_variable ready;
        // Under mutex_.
        std::deque<Job> queue;
        std::optional<base::Error> condemned;
        bool flush_wanted = false;
        bool clean = true;  // everything written was flushed, as of the end of the last step
        // Of the disk's thread.
        std::map<const FileJob*, std::pair<std::shared_ptr<const FileJob>, OpenFile>> open;
        std::vector<std::pair<std::shared_ptr<const FileJob>, OpenFile>> closing;  // finished, not yet flushed
        std::int64_t unflushed_since = 0;
        std::atomic<std::int64_t> busy_since{0};
    };

    void enqueue(Job job);
    [[nodiscard]] std::optional<Job> next(std::size_t disk);
    [[nodiscard]] std::optional<std::size_t> best_disk(std::optional<std::size_t> without) const;
    [[nodiscard]] bool best_now() const;
    bool move_camera(std::size_t from, Job& job);
    void lose(std::size_t disk, std::optional<Job> job, const base::Error& error);
    base::Status process(std::size_t disk, const Job& job);
    base::Result<OpenFile> begin_file(std::size_t disk, const FileJob& job, const mp4::Fragment& first);
    base::Status append(std::size_t disk, OpenFile& open, CameraState& camera, mp4::Fragment& fragment);
    base::Status reserve(OpenFile& open, std::uint64_t bytes);
    base::Status finish_file(OpenFile& open);
    base::Status flush(std::size_t disk);

    std::vector<std::unique_ptr<Disk>>& disks_;
    DiskIo& io_;
    WriterOptions options_;
    Hooks hooks_;
    mutable std::mutex mutex_;
    std::condition_variable drained_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::atomic<std::size_t> waiting_{0};
};

}  // namespace beffroi::archive
