// A wall clock of one's own: the file named by OTHER_CLOCK holds how many microseconds it is ahead of the machine's,
// eight bytes, and may be written at any time, which is a step. Loaded with LD_PRELOAD. Only the wall clock is touched:
// the one that only ever runs on stays as it is, as when somebody sets the clock (libfaketime lets sleeps fail then).
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

constexpr std::int64_t kMillion = 1'000'000;

std::int64_t ahead_us() {
    static const volatile std::int64_t* const value = [] {
        static constexpr std::int64_t kNone = 0;
        const char* const path = std::getenv("OTHER_CLOCK");
        const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0) return &kNone;
        void* const mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
        ::close(file);
        return mapped == MAP_FAILED ? &kNone : static_cast<const std::int64_t*>(mapped);
    }();
    return *value;
}

template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));  // NOLINT: the door that POSIX gives
}

}  // namespace

extern "C" {

// NOLINTBEGIN: the names are those of the C library
int clock_gettime(clockid_t clock, timespec* now) {
    static auto* const next = real<int(clockid_t, timespec*)>("clock_gettime");
    const int result = next(clock, now);
    if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
    const std::int64_t us = now->tv_sec * kMillion + now->tv_nsec / 1000 + ahead_us();
    now->tv_sec = us / kMillion;
    now->tv_nsec = us % kMillion * 1000 + now->tv_nsec % 1000;
    return 0;
}

int gettimeofday(timeval* now, void*) noexcept {
    timespec precise{};
    const int result = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return result;
}

std::time_t time(std::time_t* out) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != nullptr) *out = now.tv_sec;
    return now.tv_sec;
}
// NOLINTEND
}
