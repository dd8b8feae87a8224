#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/mp4/stored.hpp"

namespace beffroi::mp4 {

namespace {

using base::Code;

class FileSource final : public ByteSource {
  public:
    FileSource(int fd, std::uint64_t size, std::string name) : fd_(fd), size_(size), name_(std::move(name)) {}
    ~FileSource() override { ::close(fd_); }
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] base::Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        std::size_t done = 0;
        while (done < into.size()) {
            ssize_t got = ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0)
                return base::fail(Code::Unavailable,
                                  "reading " + name_ + ": " + std::generic_category().message(errno));
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

  private:
    int fd_;
    std::uint64_t size_;
    std::string name_;
};

class MemorySource final : public ByteSource {
  public:
    explicit MemorySource(Bytes bytes) : bytes_(bytes) {}
    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
    [[nodiscard]] base::Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        if (offset >= bytes_.size()) return std::size_t{0};
        std::size_t count = std::min<std::size_t>(into.size(), bytes_.size() - static_cast<std::size_t>(offset));
        std::memcpy(into.data(), bytes_.data() + offset, count);
        return count;
    }

  private:
    Bytes bytes_;
};

}  // namespace

base::Result<std::vector<std::uint8_t>> ByteSource::read_up_to(std::uint64_t offset, std::size_t bytes) {
    // Never more than there is: a size that a broken file names is not memory that we take.
    bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, offset < size() ? size() - offset : 0));
    std::vector<std::uint8_t> into(bytes);
    into.resize(TRY(read(offset, into)));
    return into;
}

base::Result<std::unique_ptr<ByteSource>> open_source(const std::filesystem::path& path) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return base::fail(errno == ENOENT ? Code::NotFound : Code::Unavailable,
                          path.string() + ": " + std::generic_category().message(errno));
    struct stat stat{};
    if (::fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        ::close(fd);
        return base::fail(Code::Unavailable, path.string() + " is not a file");
    }
    return std::make_unique<FileSource>(fd, static_cast<std::uint64_t>(stat.st_size), path.string());
}

std::unique_ptr<ByteSource> memory_source(Bytes bytes) {
    return std::make_unique<MemorySource>(bytes);
}

}  // namespace beffroi::mp4
