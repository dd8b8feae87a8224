// The archive at work: disks, writer, index, tracks and the jobs that go with them. For the program it is an Archive;
// tests drive it by hand, with another disk and another clock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.hpp"
#include "video/archive/archive.hpp"
#include "video/archive/disk.hpp"
#include "video/archive/disk_io.hpp"
#include "video/archive/index.hpp"
#include "video/archive/track.hpp"
#include "video/archive/views.hpp"
#include "video/archive/writer.hpp"

namespace beffroi::archive {

struct Seams {
    DiskIo* io = nullptr;                        // none: the system's
    std::function<std::int64_t()> monotonic_us;  // none: the system's
    bool threads = true;                         // false: nothing happens but in step()
};

class Engine final : public Archive {
  public:
    [[nodiscard]] static base::Result<std::unique_ptr<Engine>> create(ArchiveOptions options, const base::Clock& clock,
                                                                      base::Log& log, OnEvent on_event, Seams seams);
    ~Engine() override;

    std::unique_ptr<Track> track(const CameraId& camera, Retention retention) override;
    std::vector<CameraId> cameras() override;
    std::vector<FileInfo> files(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) override;
    std::vector<Span> timeline(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) override;
    base::Result<std::vector<FragmentInfo>> fragments(const FileInfo& file) override;
    std::vector<ArchiveEvent> events(std::int64_t from_us, std::int64_t to_us) override;
    std::vector<DiskState> disks() override;
    void enforce_retention() override;
    void flush() override;

    // Without threads: what they would do now. The disks' work, then the archive's.
    void step();
    void tick();
    void look_after();  // the archive's work only
    // For tests: nothing is finished when it goes, as if the process were killed.
    void abandon() { abandoned_ = true; }

  private:
    Engine(ArchiveOptions options, const base::Clock& clock, base::Log& log, OnEvent on_event, Seams seams);
    base::Status start();
    void start_threads();

    // Disks.
    void identify_disks();
    void watch_disks();
    void watch_disk(std::size_t disk);
    void watch_slow_disks();
    // Recovery.
    void recover_disk(std::size_t disk);
    void recover_unknown(std::size_t disk, const CameraId& camera);
    void recover_one(std::size_t disk, const std::string& path, const std::optional<FileRow>& known);
    void complete_some();
    void note_size(const std::filesystem::path& path);
    // Retention and space.
    void expire();
    bool erase(const FileRow& row, const std::string& why);
    void make_room();
    void forecast();
    void watch_clock();
    // Index.
    void index_work();
    void take_inbox();
    void housekeeping();

    [[nodiscard]] std::int64_t now_us() const { return clock_.now().ms * 1000; }
    [[nodiscard]] std::shared_ptr<CameraState> camera_state(const CameraId& camera);
    void head_from_disks(CameraState& state) const;
    [[nodiscard]] std::optional<std::size_t> disk_of(const std::string& id) const;
    [[nodiscard]] Retention retention_of(const CameraId& camera);
    void event(ArchiveEvent::Kind kind, const CameraId& camera, std::string detail);

    ArchiveOptions options_;
    const base::Clock& clock_;
    base::Log& log_;
    OnEvent on_event_;
    std::unique_ptr<DiskIo> own_io_;
    DiskIo& io_;
    std::function<std::int64_t()> monotonic_us_;
    const bool threads_;

    std::vector<std::unique_ptr<Disk>> disks_;
    std::unique_ptr<Index> index_;
    std::shared_ptr<mp4::MemoryPool> pool_;
    std::unique_ptr<Writer> writer_;
    base::Guarded<std::map<CameraId, std::shared_ptr<CameraState>>> cameras_;
    std::mutex tracks_mutex_;  // held while they are ticked: a track waits for it before it goes
    std::set<FileTrack*> tracks_;
    base::Guarded<std::map<CameraId, Retention>> retentions_;

    struct Inbox {
        std::vector<Flushed> flushed;
        std::vector<ArchiveEvent> events;
    };
    base::Guarded<Inbox> inbox_;
    Views views_;  // files being written, as far as they were flushed

    // The archive's thread, or whoever does its work for it.
    std::mutex work_mutex_;
    std::vector<Flushed> unwritten_;  // flushed, but the index did not take it yet
    std::vector<ArchiveEvent> unwritten_events_;
    std::vector<std::optional<std::string>> expected_;  // disk ids
    std::vector<std::filesystem::path> incomplete_;     // recovered files that lack their tables
    std::vector<std::int64_t> told_short_us_;           // per disk
    std::set<std::string> erase_failed_;
    std::int64_t checkpoint_us_ = 0, watched_us_ = 0, expired_us_ = 0;  // monotonic
    std::int64_t wall_minus_monotonic_us_ = 0;
    bool told_future_ = false;
    std::int64_t clock_run_from_us_ = 0;  // wall, since it was last set
    base::Guarded<std::vector<std::optional<double>>> days_left_;

    bool abandoned_ = false;
    std::atomic<bool> stop_{false};
    std::mutex sleep_mutex_;
    std::condition_variable sleep_;
    std::vector<std::thread> threads_running_;
};

}  // namespace beffroi::archive
