// For tests: frames of a real encoder (ffmpeg), made once per kind, and files written with them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "media/codec/video.hpp"
#include "media/mp4/fragment.hpp"

namespace beffroi::mp4 {

struct TestFrame {
    std::vector<std::uint8_t> bytes;  // NAL units with their length, or a JPEG
    std::int64_t rtp_time = 0;        // 90 kHz, from 0, of showing
    bool key = false;
};
struct TestStream {
    codec::FormatPtr format;
    std::vector<TestFrame> frames;  // in decoding order
};

// True when this machine has the programs that some tests look at files with.
[[nodiscard]] bool have_ffmpeg();
[[nodiscard]] bool have_gstreamer();
// What a command prints, with its errors; its exit code.
struct Ran {
    int code = 0;
    std::string out;
};
[[nodiscard]] Ran run_command(const std::string& command);

// 320×180, 25 images a second, a key frame each `gop`.
struct TestEncoding {
    codec::Codec codec = codec::Codec::H264;
    int seconds = 5;
    int gop = 25;
    int b_frames = 0;
    int width = 320;
};
[[nodiscard]] TestStream encode(const TestEncoding& encoding);
// Frames that no decoder would like, but that need no encoder: `bytes` each, without zeros.
[[nodiscard]] TestStream synthetic(int frames, int gop, std::size_t bytes);

void write_file(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes);
[[nodiscard]] std::vector<std::uint8_t> read_file(const std::filesystem::path& path);

}  // namespace beffroi::mp4
