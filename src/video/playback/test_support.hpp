// An archive for tests that holds files written by hand: what playback and pages need, without disks and threads.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "video/archive/archive.hpp"

namespace beffroi::playback {

class FakeArchive final : public archive::Archive {
  public:
    FakeArchive();
    ~FakeArchive() override;

    // A file of `frames` synthetic frames of 40 ms from `from_us` on, a key frame each 25, fragments of a second.
    // Gives the frames' bytes one after the other.
    std::string add_file(const archive::CameraId& camera, std::int64_t from_us, int frames);

    std::unique_ptr<archive::Track> track(const archive::CameraId& camera, archive::Retention retention) override;
    std::vector<archive::CameraId> cameras() override;
    std::vector<archive::FileInfo> files(const archive::CameraId& camera, std::int64_t from_us,
                                         std::int64_t to_us) override;
    std::vector<archive::Span> timeline(const archive::CameraId& camera, std::int64_t from_us,
                                        std::int64_t to_us) override;
    base::Result<std::vector<archive::FragmentInfo>> fragments(const archive::FileInfo& file) override;
    std::vector<archive::ArchiveEvent> events(std::int64_t from_us, std::int64_t to_us) override;
    std::vector<DiskState> disks() override;
    void enforce_retention() override {}
    void flush() override {}

    std::filesystem::path folder;

  private:
    struct Stored {
        archive::FileInfo info;
        std::vector<archive::FragmentInfo> fragments;
    };
    std::vector<Stored> stored_;
};

}  // namespace beffroi::playback
