// The start of a file: ftyp and moov (ISO/IEC 14496-12 §8.2), from which a player knows what the fragments hold.
//
// One video track, number 1, timescale 90 000. H.264 is `avc1` and H.265 `hvc1` with their configuration record
// (ISO/IEC 14496-15), the names every player knows; parameter sets that the camera also sends in band stay in the
// frames, which all of them accept. Without a record (the camera has not said its parameter sets yet) the names are
// `avc3` and `hev1`, which promise nothing. MJPEG is `mp4v` with object type 0x6C (ISO/IEC 14496-1 §7.2.6.6).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "media/codec/video.hpp"
#include "media/mp4/box.hpp"

namespace beffroi::mp4 {

inline constexpr std::uint32_t kTimescale = 90'000;

// Whose file it is, in a `uuid` box of moov: the archive can be read without its database.
struct Origin {
    std::string camera;
    std::int64_t created_us = 0;  // UTC, arrival of the first frame
};

// Exactly the sample entry box; used by every kind of file.
void write_sample_entry(BoxWriter& out, const codec::VideoFormat& format);
// For live viewers and HLS: ftyp and moov, nothing behind them.
[[nodiscard]] std::vector<std::uint8_t> init_segment(const codec::VideoFormat& format);
// For a file: with its origin, filled up to 4 KiB with a `free` box.
[[nodiscard]] std::vector<std::uint8_t> file_header(const codec::VideoFormat& format, const Origin& origin);

struct FileHeader {
    codec::VideoFormat format;  // codec_string, reorder_frames and declared_rate as far as they were stored
    Origin origin;
    std::uint64_t bytes = 0;       // up to the first fragment
    std::uint64_t moov_bytes = 0;  // of ftyp and moov: what an HLS player needs
};
// `start` holds the first bytes of a file (64 KiB suffice). Corrupt: not a file of ours.
[[nodiscard]] base::Result<FileHeader> parse_file_header(Bytes start);

// Parts of moov that the export shares.
void write_ftyp(BoxWriter& out);
void write_matrix(BoxWriter& out);
void write_data_information(BoxWriter& out);

}  // namespace beffroi::mp4
