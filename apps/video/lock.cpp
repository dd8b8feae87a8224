#include "lock.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace beffroi::apps {

base::Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
    std::filesystem::path file = folder / "recorder.lock";
    int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return base::fail(base::Code::Unavailable, file.string() + ": cannot be made");
    FolderLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? base::fail(base::Code::Conflict, "a recorder is at work in " + folder.string() + ": stop it first")
                   : base::fail(base::Code::Unavailable, file.string() + ": cannot be locked");
    return lock;
}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace beffroi::apps
