// A disk that stalls: while the file named by SLOW_DISK_WHILE exists, whatever would change something below
// SLOW_DISK_FOLDER waits, as it does below a file system whose disk does not answer. Loaded with LD_PRELOAD: no root,
// no mount, and the real calls of the real program. Reading goes on, as it does from the page cache.
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));  // NOLINT: the door that POSIX gives
}

void wait_for_disk(std::string_view path) {
    static const char* const folder = std::getenv("SLOW_DISK_FOLDER");
    static const char* const flag = std::getenv("SLOW_DISK_WHILE");
    if (folder == nullptr || flag == nullptr || !path.starts_with(folder)) return;
    const int before = errno;
    while (::access(flag, F_OK) == 0) {
        const timespec moment{0, 20'000'000};
        ::nanosleep(&moment, nullptr);
    }
    errno = before;
}

void wait_for_disk(int descriptor) {
    char path[PATH_MAX];
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
    if (size > 0) wait_for_disk(std::string_view(path, static_cast<std::size_t>(size)));
}

}  // namespace

extern "C" {

// NOLINTBEGIN: the names and the types are those of the C library
#define ON_DESCRIPTOR(name, parameters, arguments)             \
    int name parameters {                                      \
        static auto* const next = real<int parameters>(#name); \
        wait_for_disk(fd);                                     \
        return next arguments;                                 \
    }
ON_DESCRIPTOR(fsync, (int fd), (fd))
ON_DESCRIPTOR(fdatasync, (int fd), (fd))
ON_DESCRIPTOR(syncfs, (int fd), (fd))
ON_DESCRIPTOR(ftruncate, (int fd, off_t size), (fd, size))
ON_DESCRIPTOR(ftruncate64, (int fd, off64_t size), (fd, size))
ON_DESCRIPTOR(fallocate, (int fd, int mode, off_t from, off_t size), (fd, mode, from, size))
ON_DESCRIPTOR(fallocate64, (int fd, int mode, off64_t from, off64_t size), (fd, mode, from, size))

#define ON_PATH(name, parameters, arguments)                   \
    int name parameters {                                      \
        static auto* const next = real<int parameters>(#name); \
        wait_for_disk(std::string_view(path));                 \
        return next arguments;                                 \
    }
ON_PATH(unlink, (const char* path), (path))
ON_PATH(mkdir, (const char* path, mode_t mode), (path, mode))
ON_PATH(rename, (const char* path, const char* to), (path, to))

ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) {
    static auto* const next = real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
    wait_for_disk(fd);
    return next(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void* data, std::size_t size, off64_t offset) {
    static auto* const next = real<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
    wait_for_disk(fd);
    return next(fd, data, size, offset);
}

int open(const char* path, int flags, ...) {
    static auto* const next = real<int(const char*, int, ...)>("open");
    std::va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & O_CREAT) != 0) wait_for_disk(std::string_view(path));
    return next(path, flags, mode);
}
// NOLINTEND
}
