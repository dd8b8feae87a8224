// Any interval of a recording as one MP4 file that is never written: a computed header, then stored bytes as they lie.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/guarded.hpp"
#include "base/result.hpp"
#include "http/response.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::playback {

struct Clip {
    std::shared_ptr<const http::Pieces> pieces;
    std::int64_t from_us = 0;   // UTC of the first picture shown
    std::int64_t to_us = 0;     // end of the last one
    std::uint64_t frames = 0;   // stored in the file
    std::uint64_t lead_in = 0;  // of these, decoded but hidden: from the key frame to the first one shown
    bool begins_at_key = true;  // false: nothing before the interval's first key frame can be shown
    std::string etag;
};

// Plans are kept for a while, since a player asks for one range after the other. Any thread that may wait for a disk.
class Clips {
  public:
    explicit Clips(archive::Archive& archive) : archive_(archive) {}
    // Errors: Invalid, NotFound, Unavailable.
    [[nodiscard]] base::Result<std::shared_ptr<const Clip>> find(const archive::CameraId& camera, std::int64_t from_us,
                                                                 std::int64_t to_us);

  private:
    [[nodiscard]] base::Result<std::shared_ptr<const Clip>> plan(const archive::CameraId& camera, std::int64_t from_us,
                                                                 std::int64_t to_us);
    struct Kept {
        archive::CameraId camera;
        std::int64_t from_us = 0;
        std::int64_t to_us = 0;
        std::shared_ptr<const Clip> clip;
    };
    archive::Archive& archive_;
    base::Guarded<std::deque<Kept>> kept_;
};

// 200 or 206 with the clip's facts: Beffroi-First-Frame and Beffroi-End (UTC, ISO 8601), Beffroi-Frames,
// Beffroi-Lead-In, Beffroi-Exact-Start ("yes", or "no" when the recording has no key frame before).
[[nodiscard]] http::Response answer(const Clip& clip);

}  // namespace beffroi::playback
