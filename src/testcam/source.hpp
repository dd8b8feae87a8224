// What one camera films, from its settings: pictures by number, as NAL units and as packets, and the texts that
// announce them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "testcam/packets.hpp"
#include "testcam/settings.hpp"

namespace beffroi::testcam {

// Where a picture stands: groups begin with a key picture; with B pictures the order of sending is not that of display.
struct PicturePlace {
    std::uint64_t group_start = 0;  // number of the key picture, in order of display
    std::uint32_t slot = 0;         // how manieth of its group to be sent
    std::uint32_t group = 0;        // length
    std::uint32_t step =
        1;  // numbers since the picture before: more than 1 when some were left out (not with B pictures)
    std::uint32_t left_out = 0;  // of the group so far
    bool half_key = false;       // an intra picture that is no key picture, with parameter sets in front
};

struct PictureTimes {
    std::int64_t utc_us = 0;      // of frame number 0
    double interval_us = 40'000;  // between two numbers, by the camera's clock
};

class Source {
  public:
    Source(const CameraSettings& settings, std::uint32_t tint);

    struct Picture {
        std::vector<Buffer> nals;
        PictureType type = PictureType::Key;
        std::uint64_t frame = 0;  // in order of display
    };
    // `camera`: drawn, when given. `mark`: what the SEI message says, frame number aside.
    [[nodiscard]] Picture picture(const PicturePlace& place, const PictureTimes& times,
                                  std::optional<std::uint32_t> camera, const Mark& mark) const;
    [[nodiscard]] std::vector<Buffer> parameter_sets() const;
    // The number, in order of display, of what is sent in this slot.
    [[nodiscard]] std::uint64_t frame_of(const PicturePlace& place) const;
    [[nodiscard]] PictureType type_of(const PicturePlace& place) const;
    [[nodiscard]] const CameraSettings& settings() const { return settings_; }

  private:
    struct Slot {
        std::uint32_t order = 0;  // in display, since the key picture
        std::uint32_t past = 0;
        std::uint32_t future = 0;
        std::uint32_t references = 0;
        PictureType type = PictureType::Key;
    };
    [[nodiscard]] Slot slot_of(const PicturePlace& place) const;
    [[nodiscard]] std::size_t wanted_bytes(PictureType type, std::uint32_t group) const;

    CameraSettings settings_;
    std::unique_ptr<PictureEncoder> encoder_;
};

}  // namespace beffroi::testcam
