#include "documents/files.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>

#include "base/time.hpp"

namespace beffroi::documents::detail {

using base::Code;

std::unexpected<base::Error> errno_error(int error, std::string_view doing, const std::filesystem::path& path) {
    std::array<char, 128> buffer{};
    const std::string detail =
        std::string(doing) + " " + path.string() + ": " + ::strerror_r(error, buffer.data(), buffer.size());
    if (error == ENOENT || error == ENOTDIR) return base::fail(Code::NotFound, detail);
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        return base::fail(Code::Unavailable, detail, {"documents.disk_full", {}});
    return base::fail(Code::Unavailable, detail);
}

base::Status write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return errno_error(errno, "writing", path);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

base::Status sync_folder(const std::filesystem::path& folder) {
    const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return errno_error(errno, "opening", folder);
    if (::fsync(fd.get()) != 0) return errno_error(errno, "flushing", folder);
    return {};
}

base::Result<Fd> open_to_read(const std::filesystem::path& file) {
    Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) return errno_error(errno, "opening", file);
    return fd;
}

base::Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t max_bytes) {
    const Fd fd = TRY(open_to_read(file));
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return errno_error(errno, "reading", file);
    if (static_cast<std::uint64_t>(status.st_size) > max_bytes)
        return base::fail(Code::TooLarge, file.string() + ": larger than " + std::to_string(max_bytes) + " bytes");
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error(errno, "reading", file);
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
    return bytes;
}

std::string temporary_name() {
    static std::atomic<std::uint64_t> counter{0};
    const auto ticks = static_cast<std::uint64_t>(base::SystemClock().now().ms);
    return "." + std::to_string(::getpid()) + "-" + std::to_string(ticks) + "-" + std::to_string(counter.fetch_add(1)) +
           ".part";
}

base::Status replace_file(const std::filesystem::path& file, std::string_view bytes) {
    const std::filesystem::path part = file.parent_path() / temporary_name();
    const auto write = [&]() -> base::Status {
        const Fd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!fd) return errno_error(errno, "creating", part);
        TRY(write_all(fd.get(), bytes, part));
        if (::fsync(fd.get()) != 0) return errno_error(errno, "flushing", part);
        if (::rename(part.c_str(), file.c_str()) != 0) return errno_error(errno, "renaming", file);
        return {};
    };
    if (auto written = write(); !written) {
        ::unlink(part.c_str());
        return written;
    }
    return sync_folder(file.parent_path());
}

}  // namespace beffroi::documents::detail
