#include "media/mp4/memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace beffroi::mp4 {

namespace {
// Of the distance to what is in use now, at each block taken: half is forgotten after some 1,400 blocks, which is seven
// seconds of 200 cameras, or six minutes of four.
constexpr std::uint64_t kForgets = 2048;
}  // namespace

void FreeAligned::operator()(std::uint8_t* bytes) const {
    std::free(bytes);
}

AlignedBytes allocate_aligned(std::size_t bytes) {
    auto* raw = static_cast<std::uint8_t*>(std::aligned_alloc(kAlignment, aligned_up(bytes)));
    if (raw == nullptr) throw std::bad_alloc();
    return AlignedBytes(raw);
}

Memory::~Memory() {
    if (auto pool = pool_.lock()) pool->give_back(std::move(bytes_), capacity_);
}

std::shared_ptr<Memory> MemoryPool::take(std::size_t bytes) {
    // Rounded to a quarter of its power of two, so that blocks of nearly one size serve each other.
    std::size_t step = kAlignment;
    while (step * 4 < bytes) step *= 2;
    std::size_t capacity = (bytes + step - 1) / step * step;
    Idle found;
    {
        std::lock_guard lock(mutex_);
        const std::uint64_t now = in_use_.load(std::memory_order_relaxed) + capacity;
        lately_ = now > lately_ ? now : lately_ - (lately_ - now) / kForgets;
        for (std::size_t i = idle_.size(); i-- > 0;) {
            if (idle_[i].capacity < capacity || idle_[i].capacity > capacity * 2) continue;
            found = std::move(idle_[i]);
            idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
            idle_bytes_ -= found.capacity;
            break;
        }
    }
    if (!found.bytes) found = {allocate_aligned(capacity), capacity};
    in_use_.fetch_add(found.capacity, std::memory_order_relaxed);
    return std::make_shared<Memory>(std::move(found.bytes), found.capacity, weak_from_this());
}

std::uint64_t MemoryPool::idle() const {
    std::lock_guard lock(mutex_);
    return idle_bytes_;
}

void MemoryPool::give_back(AlignedBytes bytes, std::size_t capacity) {
    std::vector<Idle> let_go;  // freed without the lock
    std::lock_guard lock(mutex_);
    const std::uint64_t used = in_use_.fetch_sub(capacity, std::memory_order_relaxed) - capacity;
    const std::uint64_t keep = std::max(keep_, lately_ > used ? lately_ - used : 0);
    idle_.push_back({std::move(bytes), capacity});
    idle_bytes_ += capacity;
    // Those that waited longest are of a size that nobody asks for any more.
    auto last = idle_.begin();
    for (; idle_bytes_ > keep; ++last) {
        idle_bytes_ -= last->capacity;
        let_go.push_back(std::move(*last));
    }
    idle_.erase(idle_.begin(), last);
}

}  // namespace beffroi::mp4
