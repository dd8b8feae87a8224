// The only door through which the archive changes a disk. Tests put another one in its place: a disk that forgets what
// was not flushed, is full, fails, or takes its time.
//
// Errors: TooLarge = no space left; anything else = the disk fails.
// Threads: calls for one file come from one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "media/codec/video.hpp"

namespace beffroi::archive {

class DiskFile {
  public:
    DiskFile() = default;
    DiskFile(const DiskFile&) = delete;
    DiskFile& operator=(const DiskFile&) = delete;
    virtual ~DiskFile() = default;
};

class DiskIo {
  public:
    DiskIo() = default;
    DiskIo(const DiskIo&) = delete;
    DiskIo& operator=(const DiskIo&) = delete;
    virtual ~DiskIo() = default;

    // A new file, its folders with it. Conflict: there is one of that name.
    [[nodiscard]] virtual base::Result<std::unique_ptr<DiskFile>> create(const std::filesystem::path& path) = 0;
    // One that exists, to be cut or closed.
    [[nodiscard]] virtual base::Result<std::unique_ptr<DiskFile>> reopen(const std::filesystem::path& path) = 0;
    // Space up to `bytes` is the file's, and reads as zeros until it is written.
    [[nodiscard]] virtual base::Status allocate(DiskFile& file, std::uint64_t bytes) = 0;
    // Offset, length and memory are multiples of 4096.
    [[nodiscard]] virtual base::Status write(DiskFile& file, std::uint64_t offset, codec::Bytes bytes) = 0;
    [[nodiscard]] virtual base::Status truncate(DiskFile& file, std::uint64_t bytes) = 0;
    // Everything written so far below `folder` is on the medium; `dirty` are the files that were written.
    [[nodiscard]] virtual base::Status flush(const std::filesystem::path& folder, std::span<DiskFile* const> dirty) = 0;
    [[nodiscard]] virtual base::Status remove(const std::filesystem::path& path) = 0;

    struct Space {
        std::uint64_t bytes = 0;
        std::uint64_t free = 0;  // that we may use
    };
    [[nodiscard]] virtual base::Result<Space> space(const std::filesystem::path& folder) = 0;
    // Whether something is mounted exactly there.
    [[nodiscard]] virtual bool mounted(const std::filesystem::path& folder) = 0;
};

// The real one: O_DIRECT into preallocated files where the file system takes it, otherwise through the page cache.
[[nodiscard]] std::unique_ptr<DiskIo> system_disk_io();

}  // namespace beffroi::archive
