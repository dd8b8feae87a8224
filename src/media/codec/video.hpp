// What a video stream is, as far as a recorder must know without decoding it.
//
// Sources: H.264 = Rec. ITU-T H.264; H.265 = Rec. ITU-T H.265; configuration records = ISO/IEC 14496-15; codec strings
// = RFC 6381.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace beffroi::codec {

using Bytes = std::span<const std::uint8_t>;

enum class Codec : std::uint8_t { H264, H265, Jpeg };

[[nodiscard]] const char* name_of(Codec codec);  // "H.264", "H.265", "MJPEG"

// The facts of a stream between two changes of its parameter sets. Values that the stream does not give are 0 or empty:
// nothing is refused because a parameter set can't be read whole.
struct VideoFormat {
    Codec codec = Codec::H264;
    std::uint16_t width = 0;  // pixels as shown, after cropping
    std::uint16_t height = 0;
    std::string codec_string;                 // "avc1.64001F", "hvc1.1.6.L93.B0", "jpeg"
    std::vector<std::uint8_t> configuration;  // payload of avcC or hvcC; empty for MJPEG
    std::uint8_t reorder_frames = 0;  // most frames that come earlier in the stream and are shown later; 0: no B-frames
    bool reorder_known = false;       // said by the bitstream (VUI, VPS), not guessed
    double declared_rate = 0;  // images a second as the parameter sets say it; 0: not said. The real rate is measured
    bool operator==(const VideoFormat&) const = default;
};

using FormatPtr = std::shared_ptr<const VideoFormat>;

}  // namespace beffroi::codec
