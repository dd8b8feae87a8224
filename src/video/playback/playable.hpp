// What of an interval is stored, ready to be played: stretches of files in segments that begin with a key frame. The
// HLS playlist, the list for our own player and its answers about exactness are all made from this.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::playback {

// Bytes of one file that can be decoded alone: one or several groups of pictures.
struct Segment {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::int64_t from_us = 0;  // UTC
    std::int64_t to_us = 0;
    std::int64_t decode_time = 0;  // 90 kHz, on the line of time of its file
    bool gap_before = false;       // nothing is stored between the segment before and this one
};

struct Stretch {
    archive::FileInfo file;
    std::uint64_t header_bytes = 0;  // ftyp and moov: what must be read before any segment
    std::vector<Segment> segments;
};

struct Playable {
    std::vector<Stretch> stretches;
    std::int64_t from_us = 0;  // asked
    std::int64_t to_us = 0;
    std::int64_t first_us =
        0;  // where the first segment begins: its key frame lies at or before `from_us` when one is stored
    std::int64_t last_us = 0;  // where the last one ends
};

inline constexpr std::int64_t kDay = 86'400'000'000;  // microseconds
inline constexpr std::int64_t kLongest = 31 * kDay;   // of a timeline
inline constexpr std::int64_t kLongestPlay =
    kDay + 2 * 3'600'000'000;  // of a playlist or a file: a day, also in autumn

// Errors: Invalid (interval), NotFound (nothing stored there). Reads the index and, for files not yet in it, their
// fragments: workers only.
[[nodiscard]] base::Result<Playable> find_playable(archive::Archive& archive, const archive::CameraId& camera,
                                                   std::int64_t from_us, std::int64_t to_us);

// Where a stored file is served: "/recordings/porte-nord/12-1764061200000000.mp4".
[[nodiscard]] std::string file_address(const archive::FileInfo& file);

// RFC 8216: byte ranges of the stored files, nothing rewritten. EXT-X-PROGRAM-DATE-TIME at each change,
// EXT-X-DISCONTINUITY at gaps and where another file begins (its line of time starts anew).
[[nodiscard]] std::string vod_playlist(const Playable& playable);

}  // namespace beffroi::playback
