// The database of the archive: a row per file, gaps, events, disks. Never per frame. What it holds can be made again
// from the folders (rebuild), so losing it loses no image.
//
// Errors: base::Failure when the database is broken (its caller is a job of the archive's thread, which tries again).
// Threads: safe from any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/hash.hpp"
#include "db/db.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::archive {

struct FileRow {
    std::int64_t id = 0;
    CameraId camera;
    std::string disk;  // id of the disk
    std::string path;  // below the disk's folder
    std::int64_t from_us = 0, to_us = 0;
    std::int64_t kept_us = 0;  // from when the term runs
    std::uint64_t bytes = 0, frames = 0, fragments = 0;
    std::uint64_t last_sequence = 0;
    crypto::Digest last_hash{};
    codec::FormatPtr format;
    bool open = false;
};

struct GapRow {
    CameraId camera;
    std::int64_t from_us = 0, to_us = 0;
    std::string reason;
    bool operator==(const GapRow&) const = default;
};

class Index {
  public:
    [[nodiscard]] static base::Result<std::unique_ptr<Index>> open(const std::filesystem::path& database,
                                                                   const std::filesystem::path& migrations,
                                                                   base::Timestamp now);

    [[nodiscard]] std::optional<std::string> disk_id(const std::filesystem::path& folder);
    void set_disk(const std::filesystem::path& folder, const std::string& id);

    // Inserts or updates by (disk, path), in one transaction; ids are filled in.
    void put(std::vector<FileRow>& rows, const std::vector<GapRow>& gaps);
    // The rows, and how far the camera's history is gone.
    void erase(const FileRow& row);

    // Overlapping [from_us, to_us), by the end of the file.
    [[nodiscard]] std::vector<FileRow> files(const CameraId& camera, std::int64_t from_us, std::int64_t to_us);
    [[nodiscard]] std::vector<GapRow> gaps(const CameraId& camera, std::int64_t from_us, std::int64_t to_us);
    [[nodiscard]] std::vector<FileRow> open_files(const std::string& disk);
    [[nodiscard]] std::optional<FileRow> file_at(const std::string& disk, const std::string& path);
    [[nodiscard]] std::optional<FileRow> last_file(const CameraId& camera);
    // The closed files whose term began earliest, twenty at a time, behind `kept_behind_us`.
    [[nodiscard]] std::vector<FileRow> oldest(const CameraId& camera, std::int64_t kept_behind_us);
    [[nodiscard]] std::optional<FileRow> oldest_on(const std::string& disk);
    [[nodiscard]] std::vector<FileRow> kept_after(std::int64_t kept_us);
    [[nodiscard]] bool any_kept_after(std::int64_t kept_us);

    struct Camera {
        CameraId id;
        Retention retention;
        std::int64_t erased_us = 0;
    };
    [[nodiscard]] std::vector<Camera> cameras();
    void put_camera(const CameraId& id, Retention retention);
    // The clock was found to be wrong by that much while these files were recorded.
    void set_kept(std::int64_t id, std::int64_t kept_us);

    void add_event(const ArchiveEvent& event);
    [[nodiscard]] std::vector<ArchiveEvent> events(std::int64_t from_us, std::int64_t to_us);

    struct Written {
        std::uint64_t bytes = 0;         // on that disk, all files
        std::uint64_t recent_bytes = 0;  // of files that began since
        std::int64_t first_us = 0;       // of those
    };
    [[nodiscard]] Written written(const std::string& disk, std::int64_t since_us);

  private:
    explicit Index(std::unique_ptr<db::Database> database) : database_(std::move(database)) {}
    std::unique_ptr<db::Database> database_;
};

}  // namespace beffroi::archive
