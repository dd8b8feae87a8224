// Inside this folder only: files that are on disk when we say so, and errno in our words.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/result.hpp"

namespace beffroi::documents::detail {

class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Fd() { reset(); }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
    void reset() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

  private:
    int fd_ = -1;
};

// The disk is full, read-only, or broken: Unavailable; a missing file: NotFound.
[[nodiscard]] std::unexpected<base::Error> errno_error(int error, std::string_view doing,
                                                       const std::filesystem::path& path);

[[nodiscard]] base::Status write_all(int fd, std::string_view bytes, const std::filesystem::path& path);
[[nodiscard]] base::Status sync_folder(const std::filesystem::path& folder);
[[nodiscard]] base::Result<Fd> open_to_read(const std::filesystem::path& file);
// At most `max_bytes`: TooLarge beyond.
[[nodiscard]] base::Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t max_bytes);
// Temporary name, fsync, rename over `file`, fsync of its folder. Nothing half-written stays.
[[nodiscard]] base::Status replace_file(const std::filesystem::path& file, std::string_view bytes);
// Unique among threads and processes.
[[nodiscard]] std::string temporary_name();

}  // namespace beffroi::documents::detail
