// One fragment of a recording while it is filled, and the same bytes ready for the disk and for those who watch.
//
// Its memory is laid out as it will lie in the file, so that media bytes are never moved:
//
//   [ room: prft, moof, free ][ mdat header ][ frames … ][ uuid: times and chain ][ free up to 4 KiB ]
//
// Frames are appended behind the mdat header; close() writes the boxes before and after them, seal() the chain. Shared
// (std::shared_ptr) between the recording thread, the disk's thread and live viewers: unchanging once sealed; while it
// is open, frames already announced don't change, and the memory that held them stays for as long as somebody holds it.
//
// Boxes: ISO/IEC 14496-12 §8.8 (movie fragments), §8.16.5 (prft, wall clock), §11.1 (uuid). The uuid box is described
// in docs/formats/archive.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/hash.hpp"
#include "media/codec/video.hpp"
#include "media/mp4/box.hpp"
#include "media/mp4/memory.hpp"
#include "media/rtp/frame.hpp"

namespace beffroi::mp4 {

struct Sample {
    std::uint32_t offset = 0;  // of its first byte in the fragment's memory
    std::uint32_t size = 0;
    std::uint32_t duration = 0;  // 90 kHz ticks; of the last one only known with the next frame: then repeated from the
                                 // one before
    std::int32_t composition = 0;    // shown minus decoded, ticks
    std::int64_t decode_time = 0;    // ticks since the start of the file's time line (tfdt)
    std::int64_t rtp_time = 0;       // as the camera sent it, unwrapped
    std::int64_t arrival_us = 0;     // UTC
    std::uint32_t lost_packets = 0;  // since the frame before
    bool key = false;
    bool damaged = false;
    bool operator==(const Sample&) const = default;
};

// Why nothing was recorded before a fragment. The numbers lie in files: never give one another meaning.
enum class GapReason : std::uint8_t {
    None = 0,
    CameraLost = 1,
    RecorderStopped = 2,
    DiskBehind = 3,
    Damaged = 4,
    FormatChanged = 5,
    Other = 6,
    ClockSet = 7  // forward: by the wall clock something is missing, in truth nothing is
};
// As a file says it; a number that only a later version knows is Other.
[[nodiscard]] constexpr GapReason gap_reason(std::uint32_t stored) {
    return stored <= static_cast<std::uint32_t>(GapReason::ClockSet) ? static_cast<GapReason>(stored)
                                                                     : GapReason::Other;
}

// What is kept beside the images: times as they came, and the chain.
struct Evidence {
    std::uint64_t sequence = 0;               // of the camera's fragments, from 1, through all files
    std::uint64_t durable_bytes = 0;          // of the file, known to be on disk when this fragment was written
    std::int64_t from_us = 0;                 // UTC, arrival of the first frame
    std::int64_t to_us = 0;                   // UTC, end of the last one
    std::optional<rtp::SenderReport> report;  // the last one
    std::uint64_t lost_packets = 0;           // of this fragment
    bool discontinuity = false;               // its line of time does not go on from the fragment before
    bool chained = false;                     // hashes are there
    GapReason gap = GapReason::None;
    crypto::Digest header_hash{};  // SHA-256 of the file's bytes before the first fragment
    crypto::Digest previous{};     // hash of the camera's fragment before; zeros: the first one
    crypto::Digest hash{};         // SHA-256 of the fragment's bytes from prft up to this field: it holds `previous`
};

class Fragment final : public rtp::FrameBuffer {
  public:
    // Room for about that much; both grow.
    Fragment(std::shared_ptr<MemoryPool> pool, std::size_t expected_bytes, std::size_t expected_samples);

    // Its bytes were appended at sample.offset. Durations are reckoned in close().
    void add(const Sample& sample) { samples_.push_back(sample); }
    [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
    [[nodiscard]] std::size_t media_bytes() const { return size_ - room_; }
    // Where the bytes of the next sample must begin: samples lie one behind the other.
    [[nodiscard]] std::size_t next_offset() const {
        return samples_.empty() ? room_ : samples_.back().offset + samples_.back().size;
    }
    // Keeps the bytes of the samples announced so far.
    [[nodiscard]] const std::shared_ptr<Memory>& memory() const { return memory_; }

    // Writes the boxes. At least one sample; bytes behind the last one are forgotten. `next_decode` is the decode time
    // of the frame that follows, if it is known and follows without a break. to_us is filled in.
    void close(Evidence evidence, std::optional<std::int64_t> next_decode);
    [[nodiscard]] bool closed() const { return closed_bytes_ != 0; }
    // Writes what only the writing thread knows, and the hash when `chained`. Once, after close().
    void seal(std::uint64_t durable_bytes, const crypto::Digest& header_hash, const crypto::Digest& previous,
              bool chained);
    [[nodiscard]] const Evidence& evidence() const { return evidence_; }
    // A multiple of kAlignment, as it lies in the file. After close(), and unchanging after seal().
    [[nodiscard]] Bytes bytes() const { return {data_, closed_bytes_}; }
    // From prft to the end of mdat: what a player needs. After close().
    [[nodiscard]] Bytes media_segment() const { return {data_, media_end_}; }

  protected:
    void grow(std::size_t more) override;

  private:
    void move_to(std::size_t capacity, std::size_t room);
    void finish_samples(std::optional<std::int64_t> next_decode);
    void write_head();
    void write_tail();

    std::shared_ptr<MemoryPool> pool_;
    std::shared_ptr<Memory> memory_;
    std::size_t room_;  // offset of the first media byte
    std::vector<Sample> samples_;
    Evidence evidence_;
    std::size_t media_end_ = 0;
    std::size_t closed_bytes_ = 0;
};

using FragmentPtr = std::shared_ptr<Fragment>;

// moof alone: durations, sizes, flags and compositions of the samples, whose bytes lie one behind the other;
// `data_offset` is where the first begins, counted from the start of moof. For fragments and for live viewers.
void write_moof(BoxWriter& out, std::uint32_t sequence, std::int64_t decode_time, std::span<const Sample> samples,
                std::uint32_t data_offset);
[[nodiscard]] constexpr std::size_t moof_bytes(std::size_t samples) {
    return 88 + 16 * samples;
}

// Layout of the uuid box behind mdat, for the reader.
extern const BoxId kEvidenceId;
[[nodiscard]] constexpr std::size_t evidence_bytes(std::size_t samples) {
    return 24 + 160 + 24 * samples;
}

// Bits of a sample's entry in the uuid box, and of the box itself.
inline constexpr std::uint32_t kSampleKey = 1;
inline constexpr std::uint32_t kSampleDamaged = 2;
inline constexpr std::uint8_t kEvidenceDiscontinuity = 1;
inline constexpr std::uint8_t kEvidenceChained = 2;
inline constexpr std::uint8_t kEvidenceReport = 4;

}  // namespace beffroi::mp4
