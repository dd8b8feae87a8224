// Any interval of a recording as one plain MP4 that is never written: a computed header (ftyp, moov with complete
// sample tables, header of mdat) and the pieces of stored files that follow it, byte for byte as they lie there.
//
// For exports and for HTTP Range with sendfile: byte n of the file is in the header, or in exactly one piece.
//
// Times: the wall time of a frame is the arrival of its fragment's first frame plus the distance on the camera's own
// time line, so the jitter of the network is not shown. Between files, and where the line of time breaks, the distance
// is that of the wall clock: second n of the result is `from_us` plus n seconds, and gaps show as a picture that stays.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "media/codec/video.hpp"
#include "media/mp4/stored.hpp"

namespace beffroi::mp4 {

// Stretch of one stored file, in order.
struct Part {
    std::filesystem::path path;
    codec::FormatPtr format;
    std::vector<StoredFragment> fragments;
};

struct Piece {
    std::uint64_t position = 0;  // of its first byte in the virtual file
    std::size_t part = 0;        // index into VirtualFile::paths
    std::uint64_t offset = 0;    // in that file
    std::uint64_t bytes = 0;
};

struct VirtualFile {
    std::vector<std::uint8_t> header;
    std::vector<std::filesystem::path> paths;
    std::vector<Piece> pieces;  // by position, without a hole, from header.size() on
    std::uint64_t bytes = 0;    // of the whole
    std::int64_t from_us = 0;   // UTC of the first picture shown
    std::int64_t to_us = 0;     // UTC of the end of the last one
    std::uint64_t frames = 0;   // stored, those before the first picture shown included
    std::uint64_t lead_in = 0;  // frames from the key frame to the first one shown: decoded and hidden by the edit list
    bool begins_at_key = true;  // false: the stored stretch has no key frame before its first frame

    // The piece that holds byte `position`, which is behind the header.
    [[nodiscard]] const Piece& piece_at(std::uint64_t position) const;
};

// The frames shown in [from_us, to_us), from the key frame at or before the first on. Parts in the order of time; they
// may reach further than the interval on both sides. NotFound: no frame of the interval is stored.
[[nodiscard]] base::Result<VirtualFile> plan_virtual_file(const std::vector<Part>& parts, std::int64_t from_us,
                                                          std::int64_t to_us);

}  // namespace beffroi::mp4
