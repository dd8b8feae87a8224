// What readers ask of the archive: files, fragments, timeline, events, disks.
#include <algorithm>

#include "video/archive/engine.hpp"
#include "video/archive/fragments.hpp"
#include "video/archive/names.hpp"
#include "video/archive/timeline.hpp"

namespace beffroi::archive {

std::vector<CameraId> Engine::cameras() {
    std::vector<CameraId> cameras;
    for (Index::Camera& camera : index_->cameras()) cameras.push_back(std::move(camera.id));
    return cameras;
}

std::vector<FileInfo> Engine::files(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) {
    std::vector<FileInfo> files;
    // Open files end later than their row says: look further back, and take what the views know.
    constexpr std::int64_t kRowsLag = std::int64_t{60} * 1'000'000;
    for (FileRow& row : index_->files(camera, from_us - kRowsLag, to_us)) {
        if (row.open)
            if (auto live = views_.row(row.disk, row.path)) {
                std::int64_t id = row.id;
                row = std::move(*live);
                row.id = id;
            }
        auto disk = disk_of(row.disk);
        if (!disk || row.to_us <= from_us) continue;
        files.push_back({row.id, row.camera, disks_[*disk]->folder() / row.path, row.from_us, row.to_us, row.bytes,
                         row.frames, row.format, row.open});
    }
    std::sort(files.begin(), files.end(), [](const FileInfo& a, const FileInfo& b) { return a.from_us < b.from_us; });
    return files;
}

base::Result<std::vector<FragmentInfo>> Engine::fragments(const FileInfo& file) {
    if (auto entries = views_.entries(file.path)) return fragments_of(*entries);
    return stored_fragments(file.path);
}

std::vector<Span> Engine::timeline(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) {
    TimelineFacts facts;
    for (const FileInfo& file : files(camera, from_us, to_us)) facts.recorded.emplace_back(file.from_us, file.to_us);
    facts.gaps = index_->gaps(camera, from_us, to_us);
    for (const Index::Camera& known : index_->cameras())
        if (known.id == camera) facts.erased_us = known.erased_us;
    facts.now_us = now_us();
    facts.gap_now = "recorder_stopped";
    {
        std::lock_guard lock(tracks_mutex_);
        for (FileTrack* track : tracks_)
            if (track->camera()->id == camera) facts.gap_now = track->gap_now();
    }
    return make_timeline(std::move(facts), from_us, to_us);
}

std::vector<ArchiveEvent> Engine::events(std::int64_t from_us, std::int64_t to_us) {
    return index_->events(from_us, to_us);
}

std::vector<Archive::DiskState> Engine::disks() {
    std::vector<DiskState> states;
    auto days = days_left_.with([](auto& all) { return all; });
    for (std::size_t i = 0; i < disks_.size(); ++i) {
        const Disk& disk = *disks_[i];
        states.push_back({disk.folder(), disk.id(), health_name(disk.health()), disk.bytes(), disk.free(), days[i]});
    }
    return states;
}

}  // namespace beffroi::archive
