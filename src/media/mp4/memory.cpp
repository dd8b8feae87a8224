#include "media/mp4/memory.hpp"

#include <cstdlib>
#include <new>

namespace beffroi::mp4 {

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

void MemoryPool::give_back(AlignedBytes bytes, std::size_t capacity) {
    in_use_.fetch_sub(capacity, std::memory_order_relaxed);
    std::lock_guard lock(mutex_);
    if (idle_bytes_ + capacity > keep_) return;
    idle_bytes_ += capacity;
    idle_.push_back({std::move(bytes), capacity});
}

}  // namespace beffroi::mp4
