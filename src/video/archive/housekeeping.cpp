// The archive's own jobs: the index, the disks, the terms.
#include <algorithm>

#include <fmt/format.h>

#include "video/archive/engine.hpp"
#include "video/archive/erasures.hpp"
#include "video/archive/names.hpp"
#include "video/archive/recovery.hpp"
#include "video/archive/retention.hpp"

namespace beffroi::archive {

namespace {

using base::Code;

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
constexpr std::int64_t kCheckpointEvery = 20 * kSecondUs;
constexpr std::int64_t kWatchEvery = 2 * kSecondUs;
constexpr std::int64_t kExpireEvery = 60 * kSecondUs;
constexpr std::int64_t kSlowAfter = 5 * kSecondUs;
constexpr std::int64_t kClockStep = 2 * kSecondUs;
constexpr std::uint64_t kRoomAgain = 64ULL << 20U;
constexpr double kWarnDays = 7;

}  // namespace

void Engine::take_inbox() {
    Inbox inbox = inbox_.with([](Inbox& waiting) { return std::exchange(waiting, {}); });
    for (const ArchiveEvent& event : inbox.events) {
        if (on_event_) on_event_(event);
    }
    std::move(inbox.events.begin(), inbox.events.end(), std::back_inserter(unwritten_events_));
    std::move(inbox.flushed.begin(), inbox.flushed.end(), std::back_inserter(unwritten_));
}

// Rows of files that are new or closed at once, of the others every twenty seconds; readers see all of it at once.
void Engine::index_work() {
    take_inbox();
    bool checkpoint = monotonic_us_() - checkpoint_us_ >= kCheckpointEvery;
    std::vector<FileRow> rows;
    std::vector<GapRow> gaps;
    for (const Flushed& flushed : unwritten_) {
        if (flushed.first || flushed.closed) rows.push_back(flushed.row);
        gaps.insert(gaps.end(), flushed.gaps.begin(), flushed.gaps.end());
    }
    if (checkpoint) {
        checkpoint_us_ = monotonic_us_();
        for (const FileRow& row : views_.rows())
            if (std::none_of(rows.begin(), rows.end(),
                             [&](const FileRow& other) { return other.disk == row.disk && other.path == row.path; }))
                rows.push_back(row);
    }
    // A job boundary: an index that can't be written now is written later; no image depends on it.
    try {
        if (!rows.empty() || !gaps.empty()) index_->put(rows, gaps);
        for (const ArchiveEvent& event : unwritten_events_) index_->add_event(event);
        for (const Flushed& flushed : unwritten_) views_.take(flushed);
        unwritten_.clear();
        unwritten_events_.clear();
    } catch (const base::Failure& failure) {
        log_.error("archive_index", {{"detail", failure.error().detail}});
    }
}

void Engine::housekeeping() {
    const std::int64_t now = monotonic_us_();
    try {
        watch_clock();
        if (now - watched_us_ >= kWatchEvery) {
            watched_us_ = now;
            watch_disks();
            make_room();
            complete_some();
        }
        if (now - expired_us_ >= kExpireEvery) {
            expired_us_ = now;
            expire();
            forecast();
        }
    } catch (const base::Failure& failure) {
        log_.error("archive_housekeeping", {{"detail", failure.error().detail}});
    }
    index_work();
}

void Engine::identify_disks() {
    expected_.resize(disks_.size());
    for (std::size_t i = 0; i < disks_.size(); ++i) {
        Disk& disk = *disks_[i];
        expected_[i] = index_->disk_id(disk.folder());
        auto status = disk.identify(expected_[i], io_, clock_.now());
        if (status) {
            disk.set_health(DiskHealth::Good);
            if (!expected_[i]) index_->set_disk(disk.folder(), disk.id());
            expected_[i] = disk.id();
            continue;
        }
        bool wrong = status.error().code == Code::Refused;
        disk.set_health(wrong ? DiskHealth::Wrong : DiskHealth::Lost);
        event(wrong ? ArchiveEvent::Kind::DiskWrong : ArchiveEvent::Kind::DiskLost, {}, status.error().detail);
    }
}

void Engine::watch_disks() {
    for (std::size_t i = 0; i < disks_.size(); ++i) watch_disk(i);
}

void Engine::watch_disk(std::size_t i) {
    Disk& disk = *disks_[i];
    const std::string folder = disk.folder().string();
    switch (disk.health()) {
        case DiskHealth::Lost:
        case DiskHealth::Wrong:
            if (!disk.identify(expected_[i], io_, clock_.now()) || !disk.probe(io_)) return;
            if (!expected_[i]) index_->set_disk(disk.folder(), disk.id());
            expected_[i] = disk.id();
            views_.forget_disk(disk.id());
            recover_disk(i);
            disk.set_health(DiskHealth::Good);
            writer_->disk_changed();
            event(ArchiveEvent::Kind::DiskBack, {}, folder + " is back");
            return;
        case DiskHealth::Slow:
            return;
        case DiskHealth::Good:
        case DiskHealth::Full:
            break;
    }
    if (auto status = disk.check(io_); !status) {
        writer_->condemn(i, std::move(status.error()));
        return;
    }
    if (disk.health() == DiskHealth::Full && disk.room() >= kRoomAgain) {
        disk.set_health(DiskHealth::Good);
        writer_->disk_changed();
        event(ArchiveEvent::Kind::DiskBack, {}, folder + " has room again");
    }
}

// Not among the archive's own jobs: those wait when the database lies on the disk that does not answer.
void Engine::watch_slow_disks() {
    for (std::size_t i = 0; i < disks_.size(); ++i) {
        const std::int64_t busy = writer_->busy_since(i);
        const bool stalls = busy != 0 && monotonic_us_() - busy > kSlowAfter;
        const std::string folder = disks_[i]->folder().string();
        if (stalls && disks_[i]->turn(DiskHealth::Good, DiskHealth::Slow))
            event(ArchiveEvent::Kind::DiskSlow, {}, folder + " has not answered for five seconds");
        if (!stalls && disks_[i]->turn(DiskHealth::Slow, DiskHealth::Good))
            event(ArchiveEvent::Kind::DiskBack, {}, folder + " answers again");
    }
}

void Engine::recover_one(std::size_t i, const std::string& path, const std::optional<FileRow>& known) {
    Disk& disk = *disks_[i];
    std::int64_t last_to_us = 0;
    if (known && known->fragments > 0) {
        last_to_us = known->to_us;
    } else {
        // <camera>/<year>/…
        if (auto last = index_->last_file(path.substr(0, path.find('/')))) last_to_us = last->to_us;
    }
    auto recovered = recover_file(io_, disk.folder(), disk.id(), path, known, last_to_us);
    if (!recovered) {
        log_.warn("archive_recovery", {{"path", path}, {"detail", recovered.error().detail}});
        return;
    }
    if (!recovered->row) {
        if (known) index_->erase(*known);
        return;
    }
    std::vector<FileRow> rows{*recovered->row};
    index_->put(rows, recovered->gaps);
    if (!recovered->tables) {
        incomplete_.push_back(disk.folder() / path);
        event(ArchiveEvent::Kind::Recovered, rows.front().camera,
              fmt::format("{}: {} fragments whole, {} bytes cut off", path, rows.front().fragments, recovered->cut));
    }
}

// The files that were open according to the index, and those it does not know: only the newest ones can be that.
void Engine::recover_disk(std::size_t i) {
    for (const FileRow& row : index_->open_files(disks_[i]->id())) recover_one(i, row.path, row);
    for (const CameraId& camera : cameras_on(disks_[i]->folder())) recover_unknown(i, camera);
}

void Engine::recover_unknown(std::size_t i, const CameraId& camera) {
    for (const auto& path : newest_files_of(disks_[i]->folder(), camera))
        if (!index_->file_at(disks_[i]->id(), path.string())) recover_one(i, path.string(), std::nullopt);
}

void Engine::complete_some() {
    // One at a time: it reads the head of each fragment, and nobody waits for it.
    if (incomplete_.empty()) return;
    auto path = std::move(incomplete_.back());
    incomplete_.pop_back();
    auto status = complete_file(io_, path);
    if (status) note_size(path);
    if (!status) log_.warn("archive_tables", {{"path", path.string()}, {"detail", status.error().detail}});
}

// The tables are part of the file: its row says so too, as a rebuilt one would.
void Engine::note_size(const std::filesystem::path& path) {
    std::error_code error;
    std::uint64_t bytes = std::filesystem::file_size(path, error);
    if (error) return;
    for (const auto& disk : disks_) {
        auto row = index_->file_at(disk->id(), path.lexically_relative(disk->folder()).string());
        if (!row || row->open) continue;
        row->bytes = bytes;
        std::vector<FileRow> rows{std::move(*row)};
        index_->put(rows, {});
        return;
    }
}

bool Engine::erase(const FileRow& row, const std::string& why) {
    auto disk = disk_of(row.disk);
    if (!disk || disks_[*disk]->health() == DiskHealth::Lost || disks_[*disk]->health() == DiskHealth::Wrong)
        return false;  // when the disk comes back
    auto path = disks_[*disk]->folder() / row.path;
    // First the note, then the file: a hole that nobody explains must not come from a power cut between both.
    auto status = note_erasure(disks_[*disk]->folder(), row, clock_.now(), why);
    if (status) status = io_.remove(path);
    if (!status) {
        if (erase_failed_.insert(path.string()).second)
            log_.error("archive_erase", {{"path", path.string()}, {"detail", status.error().detail}});
        return false;
    }
    erase_failed_.erase(path.string());
    index_->erase(row);
    // Empty folders of past days are in nobody's way, but there would be thousands.
    std::error_code not_empty;
    std::filesystem::remove(path.parent_path(), not_empty);
    if (!not_empty) std::filesystem::remove(path.parent_path().parent_path(), not_empty);
    event(ArchiveEvent::Kind::Erased, row.camera,
          fmt::format("{}: {} to {}, {}", row.path, base::iso(base::Timestamp{row.from_us / 1000}),
                      base::iso(base::Timestamp{row.to_us / 1000}), why));
    return true;
}

void Engine::enforce_retention() {
    std::lock_guard lock(work_mutex_);
    expire();
    index_work();
}

void Engine::expire() {
    const base::Timestamp now = clock_.now();
    if (!plausible(now)) return;
    // Recorded later than now: the clock was wrong then, or is now. Which one nobody can tell, so nothing is erased by
    // it, and somebody is told.
    constexpr std::int64_t kHourUs = 3600 * kSecondUs;
    if (!told_future_ && index_->any_kept_after(now.ms * 1000 + kHourUs)) {
        told_future_ = true;
        event(ArchiveEvent::Kind::ClockStep, {}, "there are recordings of a later time than now: check the clock");
    }
    for (const Index::Camera& camera : index_->cameras()) {
        Retention retention = retention_of(camera.id);
        std::int64_t behind = INT64_MIN;
        bool more = true;
        while (more) {
            auto rows = index_->oldest(camera.id, behind);
            more = rows.size() == 20;
            for (const FileRow& row : rows) {
                behind = row.kept_us;
                if (term_of(base::Timestamp{row.kept_us / 1000}, retention) > now) {
                    more = false;
                    break;
                }
                erase(row, "its term has come");
            }
        }
    }
}

// Space: what must stay free stays free, by erasing the oldest or by stopping.
void Engine::make_room() {
    for (std::size_t i = 0; i < disks_.size(); ++i) {
        Disk& disk = *disks_[i];
        if (disk.health() != DiskHealth::Good && disk.health() != DiskHealth::Full) continue;
        if (!disk.check(io_) || disk.room() > 0) continue;
        int erased = 0;
        while (options_.when_short == WhenShort::EraseOldest && disk.room() < kRoomAgain) {
            auto row = index_->oldest_on(disk.id());
            if (!row || !erase(*row, "space is short: before its term")) break;
            ++erased;
            if (!disk.check(io_)) break;
        }
        if (erased > 0 && now_us() - told_short_us_[i] > kDayUs) {
            told_short_us_[i] = now_us();
            event(ArchiveEvent::Kind::SpaceShort, {},
                  fmt::format("{}: the oldest recordings are erased before their term", disk.folder().string()));
        }
        if (disk.room() == 0 && disk.health() == DiskHealth::Good) {
            disk.set_health(DiskHealth::Full);
            event(ArchiveEvent::Kind::DiskFull, {}, disk.folder().string() + " has no room left");
        }
    }
}

// At the rate of the last day: does the space last until the oldest recordings come to their term?
void Engine::forecast() {
    std::int64_t longest_us = 0;
    const base::Timestamp now = clock_.now();
    for (const Index::Camera& camera : index_->cameras())
        longest_us = std::max(longest_us, (term_of(now, retention_of(camera.id)).ms - now.ms) * 1000);
    for (std::size_t i = 0; i < disks_.size(); ++i) {
        Disk& disk = *disks_[i];
        auto written = index_->written(disk.id(), now_us() - kDayUs);
        std::optional<double> days;
        std::int64_t over_us = now_us() - written.first_us;
        constexpr std::int64_t kEnough = 3600 * kSecondUs;  // less than an hour tells nothing
        if (written.recent_bytes > 0 && over_us >= kEnough) {
            double per_us = static_cast<double>(written.recent_bytes) / static_cast<double>(over_us);
            double needed = per_us * static_cast<double>(longest_us);
            if (needed > static_cast<double>(written.bytes + disk.room()))
                days = static_cast<double>(disk.room()) / per_us / static_cast<double>(kDayUs);
        }
        days_left_.with([&](auto& all) { all[i] = days; });
        if (days && *days < kWarnDays && now_us() - told_short_us_[i] > kDayUs) {
            told_short_us_[i] = now_us();
            event(ArchiveEvent::Kind::SpaceShort, {},
                  fmt::format("{}: space for {:.1f} days, less than recordings are to be kept", disk.folder().string(),
                              *days));
        }
    }
}

// The wall clock against the one that only ever runs on.
void Engine::watch_clock() {
    std::int64_t difference = now_us() - monotonic_us_();
    std::int64_t step = difference - wall_minus_monotonic_us_;
    if (step > -kClockStep && step < kClockStep) {
        // Small corrections by the time service add up to nothing.
        wall_minus_monotonic_us_ = difference;
        return;
    }
    index_work();
    event(ArchiveEvent::Kind::ClockStep, {},
          fmt::format("the clock was set by {:.3f} s", static_cast<double>(step) / 1e6));
    for (const FileRow& row : index_->kept_after(clock_run_from_us_)) {
        std::int64_t kept = kept_after_step(row.kept_us, step);
        if (kept != row.kept_us) index_->set_kept(row.id, kept);
    }
    wall_minus_monotonic_us_ = difference;
    clock_run_from_us_ = now_us();
}

}  // namespace beffroi::archive
