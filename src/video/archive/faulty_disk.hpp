// For tests: disks as they are on bad days. Works on real folders, so that everything that reads sees what was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "video/archive/disk_io.hpp"

namespace beffroi::archive {

// Records what is done to the disk; at a power cut only what was flushed is sure, and of the rest any part may be
// there, down to single sectors.
class FaultyDisk final : public DiskIo {
  public:
    FaultyDisk() : real_(system_disk_io()) {}

    base::Result<std::unique_ptr<DiskFile>> create(const std::filesystem::path& path) override;
    base::Result<std::unique_ptr<DiskFile>> reopen(const std::filesystem::path& path) override;
    base::Status allocate(DiskFile& file, std::uint64_t bytes) override;
    base::Status write(DiskFile& file, std::uint64_t offset, codec::Bytes bytes) override;
    base::Status truncate(DiskFile& file, std::uint64_t bytes) override;
    base::Status flush(const std::filesystem::path& folder, std::span<DiskFile* const> dirty) override;
    base::Status remove(const std::filesystem::path& path) override;
    base::Result<Space> space(const std::filesystem::path& folder) override;
    bool mounted(const std::filesystem::path& folder) override { return real_->mounted(folder); }

    // The power goes with the n-th operation from now; `on_cut` is called just then, before it is done.
    void cut_after(std::uint64_t operations, std::function<void()> on_cut);
    [[nodiscard]] bool cut() const { return cut_; }
    [[nodiscard]] std::uint64_t operations() const { return operations_; }
    // What is on the medium now, as files below `to`, which stands for `from`. `grain`: bytes that are written whole.
    void survive(const std::filesystem::path& from, const std::filesystem::path& to, std::size_t grain,
                 std::mt19937_64& random) const;

    // Everything below that folder fails, or is full from now on.
    std::map<std::filesystem::path, base::Code> failing;
    std::map<std::filesystem::path, std::uint64_t> free_bytes;
    std::function<void()> before_flush;  // takes its time
    std::uint64_t flushes = 0;

  private:
    struct Operation {
        enum class Kind : std::uint8_t { Create, Allocate, Write, Truncate, Remove } kind = Kind::Create;
        std::string path;
        std::uint64_t offset = 0;  // or size
        std::vector<std::uint8_t> bytes;
        bool durable = false;
    };
    [[nodiscard]] base::Status next(const std::filesystem::path& path, Operation operation);

    std::unique_ptr<DiskIo> real_;
    std::vector<Operation> log_;
    std::uint64_t operations_ = 0;
    std::uint64_t cut_at_ = UINT64_MAX;
    std::function<void()> on_cut_;
    bool cut_ = false;
};

}  // namespace beffroi::archive
