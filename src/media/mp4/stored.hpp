// Reads back what the archive wrote: fragments, their samples and evidence, and the tables at the end of a closed file.
// Never trusts a byte: a file may be torn, changed or not ours.
//
// Errors: Corrupt (and where), NotFound for "no fragment begins here" (zeros, the end, the closing tables).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "media/mp4/fragment.hpp"
#include "media/mp4/init.hpp"

namespace beffroi::mp4 {

// Bytes that can be read anywhere: a file, or memory in tests.
class ByteSource {
  public:
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    // As many bytes as there are; Unavailable when the disk fails.
    [[nodiscard]] virtual base::Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) = 0;
    [[nodiscard]] base::Result<std::vector<std::uint8_t>> read_up_to(std::uint64_t offset, std::size_t bytes);
};
[[nodiscard]] base::Result<std::unique_ptr<ByteSource>> open_source(const std::filesystem::path& path);
[[nodiscard]] std::unique_ptr<ByteSource> memory_source(Bytes bytes);  // borrowed

// Times beyond two thousand years are no times: such a file is refused, so that distances can be reckoned without care.
[[nodiscard]] constexpr bool sane_time(std::int64_t ticks_or_us) {
    constexpr std::int64_t kMost = std::int64_t{1} << 56U;
    return ticks_or_us > -kMost && ticks_or_us < kMost;
}

// One fragment as it lies in a file.
struct StoredFragment {
    std::uint64_t offset = 0;        // of prft
    std::uint64_t bytes = 0;         // with padding: the next one begins at offset + bytes
    std::uint64_t media_offset = 0;  // of the first byte of the first sample
    std::uint64_t media_bytes = 0;
    std::uint64_t media_segment_bytes = 0;  // from prft to the end of mdat
    std::uint64_t hash_at = 0;              // where the hash lies: it covers offset … hash_at
    std::int64_t decode_time = 0;           // of the first sample
    std::vector<Sample> samples;            // Sample::offset counts from the fragment's offset
    Evidence evidence;
    [[nodiscard]] bool key() const { return !samples.empty() && samples.front().key; }
};

[[nodiscard]] base::Result<FileHeader> read_file_header(ByteSource& source);
// The fragment that begins there, from its boxes alone: the images themselves are not read.
[[nodiscard]] base::Result<StoredFragment> read_fragment(ByteSource& source, std::uint64_t offset);
// SHA-256 over a part of a file.
[[nodiscard]] base::Result<crypto::Digest> hash_of(ByteSource& source, std::uint64_t offset, std::uint64_t bytes);
// Whether a fragment's images are all there: by its hash or, when it has none, because no 512 bytes of mdat are zeros
// (what preallocated space holds before it is written; no coded image does).
[[nodiscard]] base::Result<bool> whole(ByteSource& source, const StoredFragment& fragment);

// A line of the table at the end of a closed file.
struct TableEntry {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::int64_t from_us = 0, to_us = 0;
    std::int64_t decode_time = 0;
    std::uint32_t frames = 0;
    bool key = false;
    bool discontinuity = false;
    GapReason gap = GapReason::None;
    bool operator==(const TableEntry&) const = default;
};
[[nodiscard]] TableEntry table_entry(const StoredFragment& fragment);
[[nodiscard]] TableEntry table_entry(const Fragment& fragment, std::uint64_t offset);

// What is written behind the last fragment: our table (uuid), then mfra with its tfra and mfro (ISO/IEC 14496-12
// §8.8.9–11), filled in front to a multiple of kAlignment so that mfro is the last box.
[[nodiscard]] std::vector<std::uint8_t> closing_tables(std::span<const TableEntry> entries);
// From the end of a closed file. NotFound: it has none (still open, or cut off); then walk().
struct ClosingTables {
    std::vector<TableEntry> entries;
    std::uint64_t offset = 0;  // where they begin: end of the last fragment
};
[[nodiscard]] base::Result<ClosingTables> read_closing_tables(ByteSource& source);
// Fragment by fragment from `offset`, until none follows or `each` says false. Gives where it stopped.
[[nodiscard]] base::Result<std::uint64_t> walk(ByteSource& source, std::uint64_t offset,
                                               const std::function<bool(const StoredFragment&)>& each);

}  // namespace beffroi::mp4
