#include "video/archive/disk_io.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace beffroi::archive {

namespace {

using base::Code;

std::unexpected<base::Error> failed(const char* doing, const std::filesystem::path& path, int error) {
    Code code = error == ENOSPC || error == EDQUOT ? Code::TooLarge
                : error == EEXIST                  ? Code::Conflict
                : error == ENOENT                  ? Code::NotFound
                                                   : Code::Unavailable;
    return base::fail(code, std::string(doing) + " " + path.string() + ": " + std::generic_category().message(error));
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

class SystemFile final : public DiskFile {
  public:
    SystemFile(int descriptor, std::filesystem::path where) : fd(descriptor), path(std::move(where)) {}
    Descriptor fd;
    std::filesystem::path path;
    bool fresh = true;  // its name is not known to be on the medium
};

SystemFile& of(DiskFile& file) {
    return static_cast<SystemFile&>(file);
}

int open_direct(const std::filesystem::path& path, int flags) {
    int fd = ::open(path.c_str(), flags | O_DIRECT | O_CLOEXEC, 0640);
    // tmpfs and some network file systems refuse O_DIRECT, some of them after making the file.
    if (fd < 0 && errno == EINVAL) {
        if ((flags & O_EXCL) != 0) ::unlink(path.c_str());
        fd = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
    }
    return fd;
}

class SystemDiskIo final : public DiskIo {
  public:
    base::Result<std::unique_ptr<DiskFile>> create(const std::filesystem::path& path) override {
        std::error_code error;
        std::filesystem::create_directories(path.parent_path(), error);
        if (error) return failed("making the folder of", path, error.value());
        return opened(path, O_RDWR | O_CREAT | O_EXCL);
    }
    base::Result<std::unique_ptr<DiskFile>> reopen(const std::filesystem::path& path) override {
        return opened(path, O_RDWR);
    }
    base::Status allocate(DiskFile& file, std::uint64_t bytes) override {
        int result = ::fallocate(of(file).fd.get(), 0, 0, static_cast<off_t>(bytes));
        if (result == 0 || errno == EOPNOTSUPP) return {};
        return failed("allocating", of(file).path, errno);
    }
    base::Status write(DiskFile& file, std::uint64_t offset, codec::Bytes bytes) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            ssize_t wrote = ::pwrite(of(file).fd.get(), bytes.data() + done, bytes.size() - done,
                                     static_cast<off_t>(offset + done));
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0) return failed("writing", of(file).path, errno);
            if (wrote == 0) return failed("writing", of(file).path, ENOSPC);
            done += static_cast<std::size_t>(wrote);
        }
        return {};
    }
    base::Status truncate(DiskFile& file, std::uint64_t bytes) override {
        if (::ftruncate(of(file).fd.get(), static_cast<off_t>(bytes)) == 0) return {};
        return failed("cutting", of(file).path, errno);
    }
    base::Status flush(const std::filesystem::path& folder, std::span<DiskFile* const> dirty) override {
        // A few files that are known by name: one journal commit each, and nobody else's data. Otherwise one for all.
        constexpr std::size_t kFew = 3;
        bool fresh = false;
        for (DiskFile* file : dirty) fresh = fresh || of(*file).fresh;
        if (!fresh && dirty.size() <= kFew) {
            for (DiskFile* file : dirty)
                if (::fdatasync(of(*file).fd.get()) != 0) return failed("flushing", of(*file).path, errno);
            return {};
        }
        Descriptor root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (root.get() < 0 || ::syncfs(root.get()) != 0) return failed("flushing", folder, errno);
        for (DiskFile* file : dirty) of(*file).fresh = false;
        return {};
    }
    base::Status remove(const std::filesystem::path& path) override {
        if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
        return failed("erasing", path, errno);
    }
    base::Result<Space> space(const std::filesystem::path& folder) override {
        struct statvfs info{};
        if (::statvfs(folder.c_str(), &info) != 0) return failed("asking the space of", folder, errno);
        return Space{std::uint64_t{info.f_blocks} * info.f_frsize, std::uint64_t{info.f_bavail} * info.f_frsize};
    }
    bool mounted(const std::filesystem::path& folder) override {
        struct stat here{};
        struct stat above{};
        if (::stat(folder.c_str(), &here) != 0 || ::stat((folder / "..").c_str(), &above) != 0) return false;
        return here.st_dev != above.st_dev || here.st_ino == above.st_ino;
    }

  private:
    static base::Result<std::unique_ptr<DiskFile>> opened(const std::filesystem::path& path, int flags) {
        int fd = open_direct(path, flags);
        if (fd < 0) return failed("opening", path, errno);
        return std::make_unique<SystemFile>(fd, path);
    }
};

}  // namespace

std::unique_ptr<DiskIo> system_disk_io() {
    return std::make_unique<SystemDiskIo>();
}

}  // namespace beffroi::archive
