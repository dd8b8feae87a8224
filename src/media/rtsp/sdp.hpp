// What a camera offers, from its session description (RFC 8866, RFC 2326 appendix C), read line by line: what can't be
// read is left out, nothing but the video matters. Values only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beffroi::rtsp {

enum class Direction { Unsaid, SendReceive, ReceiveOnly, SendOnly, Inactive };

struct SdpFormat {
    int payload_type = 0;               // 0 … 127
    std::string encoding;               // upper case, "H264"; empty: not said
    std::uint32_t clock_rate = 90'000;  // ticks a second
    std::string parameters;             // fmtp, without the payload type: "packetization-mode=1;sprop-parameter-sets=…"
};

struct SdpMedia {
    std::string type;     // lower case: "video", "audio", "application", or what a camera invented
    std::string control;  // as written
    Direction direction = Direction::Unsaid;
    std::uint16_t width = 0, height = 0;  // x-dimensions (RFC 2435 by usage) or framesize (3GPP TS 26.234); 0: not said
    std::vector<SdpFormat> formats;
};

struct Sdp {
    std::string control;
    std::vector<SdpMedia> media;
    std::vector<std::string> quirks;  // "Q01": lines of the table of quirks that it shows
};

[[nodiscard]] Sdp parse_sdp(std::string_view text);

// The video to record: the first one whose encoding is one of ours, one meant to be received before a back channel.
// Sound never.
struct VideoChoice {
    const SdpMedia* media = nullptr;  // of the description given; none: no video that we understand
    const SdpFormat* format = nullptr;
    bool sound_offered = false;
    std::string others;  // encodings of video that we don't understand, for the message
};
[[nodiscard]] VideoChoice choose_video(const Sdp& sdp);

}  // namespace beffroi::rtsp
