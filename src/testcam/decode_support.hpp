// For tests only: pictures decoded by ffmpeg, a decoder that is not ours.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "testcam/bits.hpp"

namespace beffroi::testcam::test {

// A file that goes away with its owner.
class Scratch {
  public:
    explicit Scratch(const std::string& suffix) {
        std::string name = (std::filesystem::temp_directory_path() / ("beffroi-testcam-XXXXXX" + suffix)).string();
        const int descriptor = ::mkstemps(name.data(), static_cast<int>(suffix.size()));
        if (descriptor >= 0) std::fclose(::fdopen(descriptor, "w"));
        path_ = name;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code error;
        std::filesystem::remove(path_, error);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    void write(Bytes bytes) const {
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    [[nodiscard]] Buffer read() const {
        std::ifstream file(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

  private:
    std::string path_;
};

// What the command prints (its standard output, then its errors).
inline std::string output_of(const std::string& command) {
    struct Close {
        void operator()(std::FILE* pipe) const { ::pclose(pipe); }
    };
    const std::unique_ptr<std::FILE, Close> pipe(::popen((command + " 2>&1").c_str(), "r"));
    std::string out;
    char buffer[4096];
    while (pipe) {
        const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe.get());
        if (got == 0) break;
        out.append(buffer, got);
    }
    return out;
}

struct Decoded {
    std::vector<Buffer> luma;  // one a picture, `width` bytes a row
    std::string complaints;    // of the decoder
};

// `format`: h264, hevc or mjpeg; `stream`: as a file of it is.
inline Decoded decode(const std::string& format, Bytes stream, std::uint32_t width, std::uint32_t height) {
    const Scratch in("." + format);
    const Scratch out(".yuv");
    in.write(stream);
    Decoded decoded;
    decoded.complaints = output_of("ffmpeg -nostdin -v error -xerror -err_detect explode -y -f " + format + " -i " +
                                   in.path() + " -fps_mode passthrough -pix_fmt yuv420p -f rawvideo " + out.path());
    const Buffer raw = out.read();
    const std::size_t picture = std::size_t{width} * height;
    const std::size_t step = picture + 2 * (std::size_t{(width + 1) / 2} * ((height + 1) / 2));
    for (std::size_t at = 0; at + step <= raw.size(); at += step) {
        decoded.luma.emplace_back(raw.begin() + static_cast<std::ptrdiff_t>(at),
                                  raw.begin() + static_cast<std::ptrdiff_t>(at + picture));
    }
    return decoded;
}

}  // namespace beffroi::testcam::test
