#include "video/archive/reader.hpp"

#include <algorithm>

#include "video/archive/fragments.hpp"
#include "video/archive/index.hpp"
#include "video/archive/timeline.hpp"

namespace beffroi::archive {

namespace {

using base::Code;

class Reader final : public Archive {
  public:
    Reader(ArchiveOptions options, std::unique_ptr<Index> index, const base::Clock& clock)
        : options_(std::move(options)), index_(std::move(index)), clock_(clock) {}

    std::unique_ptr<Track> track(const CameraId&, Retention) override {
        throw base::Failure({Code::Refused, "this archive is open to be read only", {}});
    }
    std::vector<CameraId> cameras() override;
    std::vector<FileInfo> files(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) override;
    std::vector<Span> timeline(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) override;
    base::Result<std::vector<FragmentInfo>> fragments(const FileInfo& file) override {
        return stored_fragments(file.path);
    }
    std::vector<ArchiveEvent> events(std::int64_t from_us, std::int64_t to_us) override {
        return index_->events(from_us, to_us);
    }
    std::vector<DiskState> disks() override { return {}; }
    void enforce_retention() override {}
    void flush() override {}

  private:
    [[nodiscard]] std::optional<std::filesystem::path> folder_of(const std::string& disk);

    ArchiveOptions options_;
    std::unique_ptr<Index> index_;
    const base::Clock& clock_;
};

std::vector<CameraId> Reader::cameras() {
    std::vector<CameraId> out;
    for (auto& camera : index_->cameras()) out.push_back(std::move(camera.id));
    return out;
}

std::optional<std::filesystem::path> Reader::folder_of(const std::string& disk) {
    for (const auto& one : options_.disks)
        if (index_->disk_id(one.folder) == disk) return one.folder;
    return std::nullopt;
}

std::vector<FileInfo> Reader::files(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) {
    // The row of a file that is being written lags behind it.
    constexpr std::int64_t kRowsLag = std::int64_t{120} * 1'000'000;
    std::vector<FileInfo> out;
    for (const auto& row : index_->files(camera, from_us - kRowsLag, to_us)) {
        auto folder = folder_of(row.disk);
        if (!folder) continue;
        FileInfo file{row.id,    row.camera, *folder / row.path, row.from_us, row.to_us,
                      row.bytes, row.frames, row.format,         row.open};
        if (row.open)
            if (auto found = fragments(file); found && !found->empty()) {
                file.to_us = found->back().to_us;
                file.bytes = found->back().offset + found->back().bytes;
                file.frames = 0;
                for (const auto& fragment : *found) file.frames += fragment.frames;
            }
        if (file.to_us > from_us) out.push_back(std::move(file));
    }
    std::ranges::sort(out, {}, &FileInfo::from_us);
    return out;
}

std::vector<Span> Reader::timeline(const CameraId& camera, std::int64_t from_us, std::int64_t to_us) {
    TimelineFacts facts;
    for (const auto& file : files(camera, from_us, to_us)) facts.recorded.emplace_back(file.from_us, file.to_us);
    facts.gaps = index_->gaps(camera, from_us, to_us);
    for (const auto& known : index_->cameras())
        if (known.id == camera) facts.erased_us = known.erased_us;
    facts.now_us = clock_.now().ms * 1000;
    return make_timeline(std::move(facts), from_us, to_us);
}

}  // namespace

base::Result<std::unique_ptr<Archive>> open_reader(ArchiveOptions options, const base::Clock& clock) {
    std::error_code error;
    if (!std::filesystem::exists(options.database, error))
        return base::fail(Code::NotFound, options.database.string() +
                                              ": no such database: nothing was recorded here, or it must be made again "
                                              "from the folders with `archive rebuild`");
    auto index = TRY(Index::open(options.database, options.migrations, clock.now()));
    return std::make_unique<Reader>(std::move(options), std::move(index), clock);
}

}  // namespace beffroi::archive
