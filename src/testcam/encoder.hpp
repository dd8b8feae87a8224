// A picture in, NAL units out: what the encoders of H.264 and H.265 have in common. They know flat ground, black and
// white cells and texture, nothing else, and no codec library.
//
// Threads: an encoder is unchanging once made; slice() may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "testcam/mark.hpp"
#include "testcam/scene.hpp"

namespace beffroi::testcam {

// The same names as media/codec, which the test camera does not depend upon: what checks it must not be what it is made
// of.
enum class VideoCodec : std::uint8_t { H264, H265, Jpeg };

struct VideoShape {
    std::uint32_t width = 1280;  // pixels, even
    std::uint32_t height = 720;
    double rate = 25;        // images a second
    bool b_frames = false;   // H.264 only: every second picture is a B picture
    std::uint32_t tint = 0;  // which of the colours of ground
};

enum class PictureType : std::uint8_t { Key, Forward, Between };

struct PictureJob {
    PictureType type = PictureType::Key;
    const Scene* scene = nullptr;   // what the picture shows
    const Scene* past = nullptr;    // what the reference picture shows (Forward, Between)
    const Scene* future = nullptr;  // Between only
    std::uint32_t references = 0;   // reference pictures since the key picture, this one not counted
    std::uint32_t order = 0;        // pictures since the key picture, in order of display
    std::uint32_t key_id = 0;       // another one for each key picture in a row
    std::size_t texture =
        0;  // bytes of noise that the slice should hold at the bottom of the picture, as far as there is room
    std::size_t seed = 0;   // which noise
    bool half_key = false;  // Forward only: all intra, but no key picture
};

class PictureEncoder {
  public:
    PictureEncoder() = default;
    PictureEncoder(const PictureEncoder&) = delete;
    PictureEncoder& operator=(const PictureEncoder&) = delete;
    virtual ~PictureEncoder() = default;

    // NAL units without start codes, in the order in which they are sent.
    [[nodiscard]] virtual std::vector<Buffer> parameter_sets() const = 0;
    [[nodiscard]] virtual Buffer slice(const PictureJob& job) const = 0;
    [[nodiscard]] virtual Buffer mark(const Mark& mark) const = 0;
    [[nodiscard]] virtual Buffer filler(std::size_t size) const = 0;  // at least 2 bytes
};

[[nodiscard]] std::unique_ptr<PictureEncoder> make_h264(const VideoShape& shape);
[[nodiscard]] std::unique_ptr<PictureEncoder> make_h265(const VideoShape& shape);
// Scans without headers; no parameter sets, no mark (RTP has no place for either).
[[nodiscard]] std::unique_ptr<PictureEncoder> make_jpeg(const VideoShape& shape);

// Bytes without pattern, none of them zero (so never in need of emulation prevention): the texture that gives a stream
// its bit rate.
[[nodiscard]] Bytes noise(std::size_t seed, std::size_t size);  // size at most kNoiseMost
inline constexpr std::size_t kNoiseMost = 1024;

// What a picture changes: blocks to draw, blocks to give back to the ground, in order of index.
struct Change {
    std::uint32_t index = 0;
    bool ground = false;
    std::uint16_t cells = 0;
};
// Against what the references predict; with `future`, where the two references differ everything is drawn again.
[[nodiscard]] std::vector<Change> changes(const PictureJob& job);
[[nodiscard]] bool is_drawn(const Scene& scene, std::uint32_t index);

}  // namespace beffroi::testcam
