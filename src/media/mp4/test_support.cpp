#include "media/mp4/test_support.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/result.hpp"
#include "db/test_support.hpp"
#include "media/codec/format.hpp"
#include "media/codec/nal.hpp"

namespace beffroi::mp4 {

namespace {

using codec::Codec;

// Access units of an Annex B file, in decoding order, without a line of time.
std::vector<TestFrame> access_units(Codec codec, Bytes stream) {
    std::vector<TestFrame> frames;
    bool picture = false;
    codec::for_each_annex_b(stream, [&](Bytes nal) {
        codec::NalRole role = codec::role_of(codec, codec::nal_type(codec, nal[0]));
        bool slice = role == codec::NalRole::Slice || role == codec::NalRole::KeySlice;
        bool begins = slice ? codec::first_in_picture(codec, nal) : role != codec::NalRole::Suffix;
        if (frames.empty() || (picture && begins)) {
            frames.emplace_back();
            picture = false;
        }
        picture = picture || slice;
        TestFrame& frame = frames.back();
        frame.key = frame.key || role == codec::NalRole::KeySlice;
        for (unsigned shift : {24U, 16U, 8U, 0U}) frame.bytes.push_back(static_cast<std::uint8_t>(nal.size() >> shift));
        frame.bytes.insert(frame.bytes.end(), nal.begin(), nal.end());
    });
    return frames;
}

std::vector<TestFrame> jpegs(Bytes stream) {
    std::vector<TestFrame> frames;
    for (std::size_t i = 0; i + 1 < stream.size(); ++i) {
        if (stream[i] == 0xff && stream[i + 1] == 0xd8) frames.push_back({{}, 0, true});
        if (!frames.empty()) frames.back().bytes.push_back(stream[i]);
    }
    if (!frames.empty()) frames.back().bytes.push_back(stream.back());
    return frames;
}

// Showing times in decoding order, as ffprobe reads them from the encoder's own file.
void set_times(const std::filesystem::path& file, std::vector<TestFrame>& frames) {
    Ran ran = run_command(fmt::format(
        "ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 '{}'", file.string()));
    std::size_t at = 0;
    double first = 0;
    for (std::size_t i = 0; i < frames.size() && at < ran.out.size(); ++i) {
        double seconds = std::stod(ran.out.substr(at));
        if (i == 0) first = seconds;
        frames[i].rtp_time = static_cast<std::int64_t>((seconds - first) * 90'000 + (seconds < first ? -0.5 : 0.5));
        at = ran.out.find('\n', at) + 1;
    }
}

}  // namespace

Ran run_command(const std::string& command) {
    Ran ran;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    ASSERT(pipe != nullptr);
    std::array<char, 4096> buffer{};
    while (std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) ran.out.append(buffer.data(), got);
    ran.code = ::pclose(pipe);
    return ran;
}

bool have_ffmpeg() {
    static const bool have = run_command("command -v ffmpeg ffprobe").code == 0;
    return have;
}

bool have_gstreamer() {
    static const bool have = run_command("gst-inspect-1.0 qtdemux").code == 0;
    return have;
}

TestStream encode(const TestEncoding& encoding) {
    db::ScratchFolder folder;
    std::string mp4 = folder.file("a.mp4");
    std::string raw = folder.file("a.raw");
    bool hevc = encoding.codec == Codec::H265;
    std::string coder =
        encoding.codec == Codec::Jpeg
            ? "-c:v mjpeg -pix_fmt yuvj420p -q:v 8"
            : fmt::format("-c:v {} -preset ultrafast -pix_fmt yuv420p -g {} {}", hevc ? "libx265" : "libx264",
                          encoding.gop,
                          hevc ? fmt::format("-x265-params log-level=none:scenecut=0:open-gop=0:pools=1:bframes={}",
                                             encoding.b_frames)
                               : fmt::format("-sc_threshold 0 -threads 1 -bf {} -b_strategy 0", encoding.b_frames));
    Ran ran =
        run_command(fmt::format("ffmpeg -v error -y -f lavfi -i testsrc=size={}x{}:rate=25 -t {} {} '{}' && ffmpeg -v "
                                "error -y -i '{}' -c copy {} '{}'",
                                encoding.width, encoding.width * 9 / 16, encoding.seconds, coder, mp4, mp4,
                                encoding.codec == Codec::Jpeg ? "-f mjpeg"
                                : hevc                        ? "-bsf:v hevc_mp4toannexb -f hevc"
                                                              : "-bsf:v h264_mp4toannexb -f h264",
                                raw));
    ASSERT(ran.code == 0);
    std::vector<std::uint8_t> bytes = read_file(raw);
    TestStream stream;
    stream.frames = encoding.codec == Codec::Jpeg ? jpegs(bytes) : access_units(encoding.codec, bytes);
    set_times(mp4, stream.frames);
    if (encoding.codec == Codec::Jpeg) {
        stream.format = codec::jpeg_format(static_cast<std::uint16_t>(encoding.width),
                                           static_cast<std::uint16_t>(encoding.width * 9 / 16));
    } else {
        codec::ParameterSets sets(encoding.codec);
        codec::for_each_nal(stream.frames.front().bytes, [&](Bytes nal) { sets.add(nal); });
        stream.format = sets.format();
    }
    return stream;
}

TestStream synthetic(int frames, int gop, std::size_t bytes) {
    TestStream stream;
    codec::VideoFormat format;
    format.width = 640;
    format.height = 360;
    format.codec_string = "avc1.42C01E";
    format.configuration = {1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0};
    stream.format = std::make_shared<const codec::VideoFormat>(format);
    std::uint32_t seed = 1;
    for (int i = 0; i < frames; ++i) {
        TestFrame frame;
        frame.rtp_time = std::int64_t{i} * 3600;
        frame.key = i % gop == 0;
        frame.bytes.resize(bytes);
        for (std::uint8_t& byte : frame.bytes) {
            seed = seed * 1'664'525U + 1'013'904'223U;
            byte = static_cast<std::uint8_t>(seed >> 24U | 1U);
        }
        stream.frames.push_back(std::move(frame));
    }
    return stream;
}

void write_file(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    ASSERT(out.good());
}

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace beffroi::mp4
