// Memory for fragments: aligned for the disk, shared with those who watch, used again instead of being asked from the
// kernel each time (a fresh page costs more than the copy into it).
//
// Threads: safe from any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace beffroi::mp4 {

// What O_DIRECT asks of memory, offsets and lengths on every disk in use.
inline constexpr std::size_t kAlignment = 4096;

[[nodiscard]] constexpr std::uint64_t aligned_up(std::uint64_t value) {
    return (value + kAlignment - 1) / kAlignment * kAlignment;
}

struct FreeAligned {
    void operator()(std::uint8_t* bytes) const;
};
using AlignedBytes = std::unique_ptr<std::uint8_t[], FreeAligned>;
[[nodiscard]] AlignedBytes allocate_aligned(std::size_t bytes);

class MemoryPool;

// One block; goes back to its pool with the last who holds it.
class Memory {
  public:
    Memory(AlignedBytes bytes, std::size_t capacity, std::weak_ptr<MemoryPool> pool)
        : bytes_(std::move(bytes)), capacity_(capacity), pool_(std::move(pool)) {}
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory();
    [[nodiscard]] std::uint8_t* data() const { return bytes_.get(); }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

  private:
    AlignedBytes bytes_;
    std::size_t capacity_;
    std::weak_ptr<MemoryPool> pool_;
};

class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
  public:
    // Keeps what nobody uses up to `keep` bytes, or as much as was lately in use with the rest: fragments of many
    // cameras end together, and what they give back is wanted again a second later.
    [[nodiscard]] static std::shared_ptr<MemoryPool> create(std::uint64_t keep) {
        return std::shared_ptr<MemoryPool>(new MemoryPool(keep));
    }
    // At least that many bytes, a multiple of kAlignment; what is in it is not said.
    [[nodiscard]] std::shared_ptr<Memory> take(std::size_t bytes);
    [[nodiscard]] std::uint64_t in_use() const { return in_use_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t idle() const;

  private:
    friend class Memory;
    explicit MemoryPool(std::uint64_t keep) : keep_(keep) {}
    void give_back(AlignedBytes bytes, std::size_t capacity);

    struct Idle {
        AlignedBytes bytes;
        std::size_t capacity = 0;
    };
    const std::uint64_t keep_;
    std::atomic<std::uint64_t> in_use_{0};
    mutable std::mutex mutex_;
    std::vector<Idle> idle_;  // the last one given back is the first one taken: it is still in the processor's cache
    std::uint64_t idle_bytes_ = 0;
    std::uint64_t lately_ = 0;  // the most that was in use, forgotten little by little
};

}  // namespace beffroi::mp4
