// One disk of the archive: which one it is (disk.json), and how it does.
//
// Threads: identify() and check() from one thread at a time; the state from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "video/archive/archive.hpp"
#include "video/archive/disk_io.hpp"

namespace beffroi::archive {

enum class DiskHealth : std::uint8_t { Good, Full, Slow, Lost, Wrong };
[[nodiscard]] const char* health_name(DiskHealth health);

class Disk {
  public:
    explicit Disk(DiskOptions options) : options_(std::move(options)) {}

    // What lies in disk.json below that folder; NotFound: nothing.
    [[nodiscard]] static base::Result<std::string> read_id(const std::filesystem::path& folder);
    // Compares the folder with `expected`, the id known from before (none: a disk that is new here, which gets its
    // disk.json). Refused: it is another disk; NotFound: it has gone, or something is not mounted.
    [[nodiscard]] base::Status identify(const std::optional<std::string>& expected, DiskIo& io, base::Timestamp now);
    // Whether the same disk is still there, and how much room it has.
    [[nodiscard]] base::Status check(DiskIo& io);

    // Whether it takes bytes: a disk may answer every question and refuse to be written.
    [[nodiscard]] base::Status probe(DiskIo& io) const;

    [[nodiscard]] const DiskOptions& options() const { return options_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return options_.folder; }
    [[nodiscard]] std::string id() const;
    [[nodiscard]] DiskHealth health() const { return health_.load(); }
    void set_health(DiskHealth health) { health_.store(health); }
    // False when it is not `from` any more: another thread found out more.
    bool turn(DiskHealth from, DiskHealth to) { return health_.compare_exchange_strong(from, to); }
    // Whether files may be written there.
    [[nodiscard]] bool usable() const { return health() == DiskHealth::Good || health() == DiskHealth::Slow; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_.load(); }
    [[nodiscard]] std::uint64_t free() const { return free_.load(); }
    // That may be used: free space without what must stay free.
    [[nodiscard]] std::uint64_t room() const { return free() > options_.keep_free ? free() - options_.keep_free : 0; }

  private:
    DiskOptions options_;
    mutable std::mutex mutex_;
    std::string id_;
    std::atomic<DiskHealth> health_{DiskHealth::Lost};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> free_{0};
};

}  // namespace beffroi::archive
