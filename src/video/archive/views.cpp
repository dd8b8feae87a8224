#include "video/archive/views.hpp"

namespace beffroi::archive {

void Views::take(const Flushed& flushed) {
    std::lock_guard lock(mutex_);
    if (flushed.closed) {
        views_.erase(flushed.path.string());
        return;
    }
    View& view = views_[flushed.path.string()];
    view.row = flushed.row;
    view.entries.insert(view.entries.end(), flushed.fresh.begin(), flushed.fresh.end());
}

void Views::forget_disk(const std::string& disk) {
    std::lock_guard lock(mutex_);
    std::erase_if(views_, [&](const auto& entry) { return entry.second.row.disk == disk; });
}

std::optional<FileRow> Views::row(const std::string& disk, const std::string& path) const {
    std::lock_guard lock(mutex_);
    for (const auto& [name, view] : views_)
        if (view.row.disk == disk && view.row.path == path) return view.row;
    return std::nullopt;
}

std::optional<std::vector<mp4::TableEntry>> Views::entries(const std::filesystem::path& path) const {
    std::lock_guard lock(mutex_);
    auto found = views_.find(path.string());
    if (found == views_.end()) return std::nullopt;
    return found->second.entries;
}

std::vector<FileRow> Views::rows() const {
    std::lock_guard lock(mutex_);
    std::vector<FileRow> rows;
    for (const auto& [name, view] : views_) rows.push_back(view.row);
    return rows;
}

}  // namespace beffroi::archive
