#include "net/descriptors.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace beffroi::net {

namespace {

constexpr rlim_t kEnough = 1U << 16U;  // some systems allow a thousand million, and set up tables for them

}  // namespace

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t wanted = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
    const rlimit raised{wanted, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit.rlim_cur = wanted;
    return limit.rlim_cur;
}

}  // namespace beffroi::net
