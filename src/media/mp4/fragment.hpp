// One fragment of a recording while it is filled, and the same bytes ready for the disk and for those who watch.
//
// Its memory is laid out as it will lie in the file, so that media bytes are never moved:
//
//   [ room: prft, moof, free ][ mdat header ][ frames … ][ uuid: times and chain ][ free up to 4 KiB ]
//
// Frames are appended behind the mdat header; close() writes the boxes before and after them. Shared (std::shared_ptr) between the
// recording thread, the disk's thread and live viewers: unchanging once closed; while it is open, frames already announced don't change
// and don't move as long as somebody else holds it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "media/codec/video.hpp"
#include "media/rtp/frame.hpp"

namespace beffroi::mp4 {

struct Sample {
    std::uint32_t offset = 0;       // of its first byte in the fragment's memory
    std::uint32_t size = 0;
    std::uint32_t duration = 0;     // 90 kHz ticks; of the last one only known with the next frame: then repeated from the one before
    std::int32_t composition = 0;   // shown minus decoded, ticks
    std::int64_t decode_time = 0;   // ticks since the start of the file's time line (tfdt)
    std::int64_t rtp_time = 0;      // as the camera sent it, unwrapped
    std::int64_t arrival_us = 0;    // UTC
    bool key = false;
    bool damaged = false;
};

}  // namespace beffroi::mp4
