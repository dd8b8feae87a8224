// The index from the folders alone.
#include <algorithm>
#include <map>

#include "media/mp4/stored.hpp"
#include "video/archive/disk.hpp"
#include "video/archive/erasures.hpp"
#include "video/archive/names.hpp"
#include "video/archive/recovery.hpp"

namespace beffroi::archive {

namespace {

namespace fs = std::filesystem;
using base::Code;

struct Described {
    FileRow row;
    // Where each fragment with a gap before it begins, and the end of the file's last one.
    std::vector<mp4::TableEntry> entries;
};

base::Result<Described> describe(const fs::path& disk, const std::string& disk_id, const fs::path& file) {
    auto source = TRY(mp4::open_source(disk / file));
    auto header = TRY(mp4::read_file_header(*source));
    Described described;
    if (auto closed = describe_closed(*source, header, disk_id, file.string(), 0)) {
        described.row = std::move(*closed->row);
        described.entries = std::move(TRY(mp4::read_closing_tables(*source)).entries);
        return described;
    }
    FileRow& row = described.row;
    row.camera = header.origin.camera;
    row.disk = disk_id;
    row.path = file.string();
    row.format = std::make_shared<const codec::VideoFormat>(header.format);
    TRY(mp4::walk(*source, header.bytes, [&](const mp4::StoredFragment& fragment) {
        add_fragment(row, fragment);
        described.entries.push_back(mp4::table_entry(fragment));
        return true;
    }));
    if (described.entries.empty()) return base::fail(Code::Corrupt, "nothing whole in it");
    row.kept_us = row.from_us;
    // Not closed in order: the recorder looks at its end when it starts. A file that ends exactly is one that it has
    // looked at already.
    row.open = source->size() != row.bytes;
    return described;
}

class Rebuilder {
  public:
    Rebuilder(Index& index, const std::function<void(std::uint64_t, std::uint64_t)>& progress)
        : index_(index), progress_(progress) {}

    void find(const fs::path& disk, const std::string& disk_id) {
        for (const CameraId& camera : cameras_on(disk)) {
            for (const Erasure& erasure : erasures_of(disk, camera))
                erased_[camera] = std::max(erased_[camera], erasure.to_us);
            for (fs::path& file : files_of(disk, camera)) {
                cameras_[camera].push_back({disk, disk_id, std::move(file)});
                ++files_;
            }
        }
    }

    std::uint64_t run() {
        for (auto& [camera, files] : cameras_) camera_rows(camera, files);
        for (const auto& [camera, erased_us] : erased_) {
            FileRow none;
            none.camera = camera;
            none.to_us = erased_us;
            index_.erase(none);
        }
        return rows_;
    }

  private:
    struct Where {
        fs::path disk;
        std::string id;
        fs::path file;
    };

    void camera_rows(const CameraId& camera, const std::vector<Where>& files) {
        std::vector<Described> found;
        for (const Where& where : files) {
            auto described = describe(where.disk, where.id, where.file);
            if (described && described->row.camera == camera) found.push_back(std::move(*described));
            if (progress_) progress_(++done_, files_);
        }
        std::sort(found.begin(), found.end(),
                  [](const Described& a, const Described& b) { return a.row.last_sequence < b.row.last_sequence; });
        std::vector<FileRow> rows;
        std::vector<GapRow> gaps;
        std::int64_t last_to_us = 0;
        for (Described& one : found) {
            for (const mp4::TableEntry& entry : one.entries) {
                if (entry.gap != mp4::GapReason::None && last_to_us != 0 && entry.from_us > last_to_us)
                    gaps.push_back({camera, last_to_us, entry.from_us, std::string(reason_name(entry.gap))});
                last_to_us = entry.to_us;
            }
            rows.push_back(std::move(one.row));
        }
        index_.put(rows, gaps);
        rows_ += rows.size();
    }

    Index& index_;
    const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
    std::map<CameraId, std::vector<Where>> cameras_;
    std::map<CameraId, std::int64_t> erased_;
    std::uint64_t files_ = 0, done_ = 0, rows_ = 0;
};

// The old one stays beside, under a name that says what it is.
void put_aside(const fs::path& database) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
        fs::path from = database;
        from += suffix;
        fs::path to = database;
        to += std::string(".before-rebuild") + suffix;
        std::error_code ignored;
        fs::remove(to, ignored);
        fs::rename(from, to, ignored);
    }
}

}  // namespace

base::Result<std::uint64_t> rebuild(const ArchiveOptions& options,
                                    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    std::vector<std::string> ids;
    for (const DiskOptions& disk : options.disks) ids.push_back(TRY(Disk::read_id(disk.folder)));
    std::map<CameraId, Retention> retentions;
    // A job boundary: an old index that can't be read is no reason not to make a new one.
    try {
        if (auto old = Index::open(options.database, options.migrations, base::Timestamp{}))
            for (const Index::Camera& camera : (*old)->cameras()) retentions[camera.id] = camera.retention;
    } catch (const base::Failure&) {
        retentions.clear();
    }
    put_aside(options.database);
    try {
        auto index = TRY(Index::open(options.database, options.migrations, base::Timestamp{}));
        Rebuilder rebuilder(*index, progress);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            index->set_disk(options.disks[i].folder, ids[i]);
            rebuilder.find(options.disks[i].folder, ids[i]);
        }
        std::uint64_t rows = rebuilder.run();
        for (const auto& [camera, retention] : retentions) index->put_camera(camera, retention);
        return rows;
    } catch (const base::Failure& failure) {
        return std::unexpected(base::Error(failure.error()).wrapped("index of the archive"));
    }
}

}  // namespace beffroi::archive
