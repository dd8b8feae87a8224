#include "video/archive/index.hpp"

#include <array>
#include <cstring>

#include "db/migrate.hpp"

namespace beffroi::archive {

namespace {

using db::Query;
using db::Reader;
using db::Row;
using db::Writer;

#define FILE_COLUMNS                                                                                        \
    "id, camera, disk, path, from_us, to_us, kept_us, bytes, frames, fragments, last_sequence, last_hash, " \
    "codec, width, height, codec_string, configuration, reorder_frames, reorder_known, declared_rate, open"

constexpr Query kDiskId{"archive_disk", "SELECT id FROM disk WHERE folder = $1"};
constexpr Query kSetDisk{"archive_set_disk",
                         "INSERT INTO disk (folder, id) VALUES ($1, $2) ON CONFLICT (folder) DO UPDATE SET id = $2"};
constexpr Query kPutFile{
    "archive_put_file",
    "INSERT INTO file (camera, disk, path, from_us, to_us, kept_us, bytes, frames, fragments, last_sequence, last_hash,"
    " codec, width, height, codec_string, configuration, reorder_frames, reorder_known, declared_rate, open)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"
    " ON CONFLICT (disk, path) DO UPDATE SET from_us = $4, to_us = $5, bytes = $7, frames = $8, fragments = $9,"
    " last_sequence = $10, last_hash = $11, open = $20 RETURNING id"};
constexpr Query kPutGap{"archive_put_gap",
                        "INSERT INTO gap (camera, from_us, to_us, reason) VALUES ($1, $2, $3, $4)"
                        " ON CONFLICT (camera, to_us) DO UPDATE SET from_us = $2, reason = $4"};
constexpr Query kErase{"archive_erase", "DELETE FROM file WHERE disk = $1 AND path = $2"};
constexpr Query kEraseGaps{"archive_erase_gaps", "DELETE FROM gap WHERE camera = $1 AND to_us <= $2"};
constexpr Query kErased{"archive_erased",
                        "INSERT INTO camera (name, erased_us) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET"
                        " erased_us = CASE WHEN erased_us > $2 THEN erased_us ELSE $2 END"};
constexpr Query kFiles{"archive_files",
                       "SELECT " FILE_COLUMNS " FROM file WHERE camera = $1 AND to_us > $2 ORDER BY to_us, id"};
constexpr Query kGaps{"archive_gaps",
                      "SELECT camera, from_us, to_us, reason FROM gap WHERE camera = $1 AND to_us > $2 AND from_us < $3"
                      " ORDER BY to_us"};
constexpr Query kOpenFiles{"archive_open_files",
                           "SELECT " FILE_COLUMNS " FROM file WHERE open = 1 AND disk = $1 ORDER BY id"};
constexpr Query kFileAt{"archive_file_at", "SELECT " FILE_COLUMNS " FROM file WHERE disk = $1 AND path = $2"};
constexpr Query kLastFile{"archive_last_file",
                          "SELECT " FILE_COLUMNS " FROM file WHERE camera = $1 ORDER BY last_sequence DESC LIMIT 1"};
constexpr Query kOldest{"archive_oldest", "SELECT " FILE_COLUMNS
                                          " FROM file WHERE camera = $1 AND kept_us > $2 AND open = 0"
                                          " ORDER BY kept_us LIMIT 20"};
constexpr Query kOldestOn{"archive_oldest_on",
                          "SELECT " FILE_COLUMNS " FROM file WHERE disk = $1 AND open = 0 ORDER BY kept_us LIMIT 1"};
constexpr Query kKeptAfter{"archive_kept_after",
                           "SELECT " FILE_COLUMNS " FROM file WHERE kept_us >= $1 ORDER BY kept_us"};
constexpr Query kAnyKeptAfter{"archive_any_kept_after", "SELECT EXISTS (SELECT 1 FROM file WHERE kept_us > $1)"};
constexpr Query kCameras{"archive_cameras", "SELECT name, retention_days, erased_us FROM camera ORDER BY name"};
constexpr Query kPutCamera{"archive_put_camera",
                           "INSERT INTO camera (name, retention_days) VALUES ($1, $2)"
                           " ON CONFLICT (name) DO UPDATE SET retention_days = $2"};
constexpr Query kKnowCamera{"archive_know_camera",
                            "INSERT INTO camera (name) VALUES ($1) ON CONFLICT (name) DO NOTHING"};
constexpr Query kSetKept{"archive_set_kept", "UPDATE file SET kept_us = $2 WHERE id = $1"};
constexpr Query kAddEvent{"archive_add_event",
                          "INSERT INTO event (at_ms, kind, camera, detail) VALUES ($1, $2, $3, $4)"};
constexpr Query kEvents{"archive_events",
                        "SELECT at_ms, kind, camera, detail FROM event WHERE at_ms >= $1 AND at_ms < $2 ORDER BY id"};
constexpr Query kWritten{"archive_written", "SELECT coalesce(sum(bytes), 0) FROM file WHERE disk = $1"};
constexpr Query kRecent{"archive_recent",
                        "SELECT coalesce(sum(bytes), 0), coalesce(min(kept_us), 0) FROM file"
                        " WHERE disk = $1 AND kept_us >= $2"};

std::span<const std::byte> bytes_of(const crypto::Digest& digest) {
    return digest;
}

FileRow file_of(const Row& row) {
    FileRow file;
    file.id = row.integer(0);
    file.camera = row.string(1);
    file.disk = row.string(2);
    file.path = row.string(3);
    file.from_us = row.integer(4);
    file.to_us = row.integer(5);
    file.kept_us = row.integer(6);
    file.bytes = static_cast<std::uint64_t>(row.integer(7));
    file.frames = static_cast<std::uint64_t>(row.integer(8));
    file.fragments = static_cast<std::uint64_t>(row.integer(9));
    file.last_sequence = static_cast<std::uint64_t>(row.integer(10));
    if (db::Bytes hash = row.bytes(11); hash.size() == file.last_hash.size())
        std::memcpy(file.last_hash.data(), hash.data(), hash.size());
    codec::VideoFormat format;
    format.codec = static_cast<codec::Codec>(row.integer(12));
    format.width = static_cast<std::uint16_t>(row.integer(13));
    format.height = static_cast<std::uint16_t>(row.integer(14));
    format.codec_string = row.string(15);
    db::Bytes configuration = row.bytes(16);
    format.configuration.resize(configuration.size());
    if (!configuration.empty()) std::memcpy(format.configuration.data(), configuration.data(), configuration.size());
    format.reorder_frames = static_cast<std::uint8_t>(row.integer(17));
    format.reorder_known = row.flag(18);
    format.declared_rate = row.real(19);
    file.format = std::make_shared<const codec::VideoFormat>(std::move(format));
    file.open = row.flag(20);
    return file;
}

// Files of one camera nearly always have one format: one object for all of them.
void share_format(FileRow& file, const std::vector<FileRow>& before) {
    if (!before.empty() && *before.back().format == *file.format) file.format = before.back().format;
}

}  // namespace

base::Result<std::unique_ptr<Index>> Index::open(const std::filesystem::path& path,
                                                 const std::filesystem::path& migrations, base::Timestamp now) {
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    db::Options options;
    options.path = path.string();
    // A job boundary: a broken database is the answer of opening the archive.
    try {
        auto database = TRY(db::Database::open(options));
        TRY(db::migrate(*database, migrations, now));
        return std::unique_ptr<Index>(new Index(std::move(database)));
    } catch (const base::Failure& failure) {
        return std::unexpected(base::Error(failure.error()).wrapped("index of the archive"));
    }
}

std::optional<std::string> Index::disk_id(const std::filesystem::path& folder) {
    return database_->read([&](Reader& reader) {
        return reader.first(kDiskId, {folder.string()}, [](const Row& row) { return row.string(0); });
    });
}

void Index::set_disk(const std::filesystem::path& folder, const std::string& id) {
    base::value_or_throw(database_->write([&](Writer& writer) -> base::Status {
        writer.execute(kSetDisk, {folder.string(), id});
        return {};
    }));
}

void Index::put(std::vector<FileRow>& rows, const std::vector<GapRow>& gaps) {
    base::value_or_throw(database_->write([&](Writer& writer) -> base::Status {
        for (FileRow& row : rows) {
            const codec::VideoFormat& format = *row.format;
            writer.execute(kKnowCamera, {row.camera});
            row.id = writer.number(kPutFile, {row.camera,
                                              row.disk,
                                              row.path,
                                              row.from_us,
                                              row.to_us,
                                              row.kept_us,
                                              row.bytes,
                                              row.frames,
                                              row.fragments,
                                              row.last_sequence,
                                              db::Bytes(bytes_of(row.last_hash)),
                                              static_cast<int>(format.codec),
                                              format.width,
                                              format.height,
                                              format.codec_string,
                                              std::as_bytes(std::span(format.configuration)),
                                              format.reorder_frames,
                                              format.reorder_known,
                                              format.declared_rate,
                                              row.open});
        }
        for (const GapRow& gap : gaps) writer.execute(kPutGap, {gap.camera, gap.from_us, gap.to_us, gap.reason});
        return {};
    }));
}

void Index::erase(const FileRow& row) {
    base::value_or_throw(database_->write([&](Writer& writer) -> base::Status {
        writer.execute(kErase, {row.disk, row.path});
        writer.execute(kErased, {row.camera, row.to_us});
        writer.execute(kEraseGaps, {row.camera, row.to_us});
        return {};
    }));
}

std::vector<FileRow> Index::files(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) {
    // In the order of their ends; a file that begins long after the interval has none behind it that overlaps, even if
    // the clock was set back by a day meanwhile.
    constexpr std::int64_t kMostSetBack = std::int64_t{25} * 3600 * 1'000'000;
    return database_->read([&](Reader& reader) {
        std::vector<FileRow> files;
        reader.query(kFiles, {camera, from_us}, [&](const Row& row) {
            std::int64_t begins = row.integer(4);
            if (begins < to_us) {
                FileRow file = file_of(row);
                share_format(file, files);
                files.push_back(std::move(file));
            }
            return begins < to_us || begins - to_us < kMostSetBack;
        });
        return files;
    });
}

std::vector<GapRow> Index::gaps(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) {
    return database_->read([&](Reader& reader) {
        std::vector<GapRow> gaps;
        reader.query(kGaps, {camera, from_us, to_us}, [&](const Row& row) {
            gaps.push_back({row.string(0), row.integer(1), row.integer(2), row.string(3)});
        });
        return gaps;
    });
}

namespace {
std::vector<FileRow> all(db::Database& database, const Query& query, std::initializer_list<db::Param> params) {
    return database.read([&](Reader& reader) {
        std::vector<FileRow> files;
        reader.query(query, params, [&](const Row& row) { files.push_back(file_of(row)); });
        return files;
    });
}
std::optional<FileRow> one(db::Database& database, const Query& query, std::initializer_list<db::Param> params) {
    return database.read([&](Reader& reader) { return reader.first(query, params, file_of); });
}
}  // namespace

std::vector<FileRow> Index::open_files(const std::string& disk) {
    return all(*database_, kOpenFiles, {disk});
}
std::optional<FileRow> Index::file_at(const std::string& disk, const std::string& path) {
    return one(*database_, kFileAt, {disk, path});
}
std::optional<FileRow> Index::last_file(const CameraId& camera) {
    return one(*database_, kLastFile, {camera});
}
std::vector<FileRow> Index::oldest(const CameraId& camera, std::int64_t kept_behind_us) {
    return all(*database_, kOldest, {camera, kept_behind_us});
}
std::optional<FileRow> Index::oldest_on(const std::string& disk) {
    return one(*database_, kOldestOn, {disk});
}
std::vector<FileRow> Index::kept_after(std::int64_t kept_us) {
    return all(*database_, kKeptAfter, {kept_us});
}

bool Index::any_kept_after(std::int64_t kept_us) {
    return database_->read([&](Reader& reader) { return reader.number(kAnyKeptAfter, {kept_us}) != 0; });
}

std::vector<Index::Camera> Index::cameras() {
    return database_->read([&](Reader& reader) {
        std::vector<Camera> cameras;
        reader.query(kCameras, {}, [&](const Row& row) {
            Camera camera{row.string(0), {}, row.integer(2)};
            if (auto days = row.optional_integer(1)) camera.retention.days = static_cast<int>(*days);
            cameras.push_back(std::move(camera));
        });
        return cameras;
    });
}

void Index::put_camera(const CameraId& id, Retention retention) {
    base::value_or_throw(database_->write([&](Writer& writer) -> base::Status {
        writer.execute(kPutCamera, {id, retention.days});
        return {};
    }));
}

void Index::set_kept(std::int64_t id, std::int64_t kept_us) {
    base::value_or_throw(database_->write([&](Writer& writer) -> base::Status {
        writer.execute(kSetKept, {id, kept_us});
        return {};
    }));
}

void Index::add_event(const ArchiveEvent& event) {
    base::value_or_throw(database_->write([&](Writer& writer) -> base::Status {
        writer.execute(kAddEvent, {event.at, event_name(event.kind), event.camera, event.detail});
        return {};
    }));
}

std::vector<ArchiveEvent> Index::events(std::int64_t from_us, std::int64_t to_us) {
    return database_->read([&](Reader& reader) {
        std::vector<ArchiveEvent> events;
        reader.query(kEvents, {from_us / 1000, to_us / 1000}, [&](const Row& row) {
            ArchiveEvent event;
            for (std::size_t i = 0; i < kEventNames.size(); ++i)
                if (kEventNames.at(i) == row.text(1)) event.kind = static_cast<ArchiveEvent::Kind>(i);
            event.at = row.timestamp(0);
            event.camera = row.string(2);
            event.detail = row.string(3);
            events.push_back(std::move(event));
        });
        return events;
    });
}

Index::Written Index::written(const std::string& disk, std::int64_t since_us) {
    return database_->read([&](Reader& reader) {
        Written written;
        written.bytes = static_cast<std::uint64_t>(reader.number(kWritten, {disk}));
        reader.query(kRecent, {disk, since_us}, [&](const Row& row) {
            written.recent_bytes = static_cast<std::uint64_t>(row.integer(0));
            written.first_us = row.integer(1);
        });
        return written;
    });
}

}  // namespace beffroi::archive
