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

std::size_t connections_beside(std::size_t kept, std::size_t most) {
    constexpr std::size_t kConnection = 2;
    constexpr std::size_t kLeast = 16;
    const std::size_t all = raise_descriptor_limit();
    return all > kept + kLeast * kConnection ? std::min(most, (all - kept) / kConnection) : kLeast;
}

}  // namespace beffroi::net
