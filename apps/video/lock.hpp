// One recorder a data folder: a second one would write into the same files.
#pragma once

#include <filesystem>
#include <utility>

#include "base/result.hpp"

namespace beffroi::apps {

// Held until it dies, whatever ends the program (flock).
class FolderLock {
  public:
    // Errors: Conflict (a recorder is at work there), Unavailable.
    [[nodiscard]] static base::Result<FolderLock> take(const std::filesystem::path& folder);
    FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

  private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace beffroi::apps
