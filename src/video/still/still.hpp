// A key frame as a JPEG, made by another program (beffroi-still) that is shut in: decoders are the attack surface of a
// recorder, so none runs in it.
#pragma once

#include <chrono>
#include <filesystem>
#include <semaphore>
#include <string>

#include "base/result.hpp"
#include "media/codec/video.hpp"

namespace beffroi::still {

struct Options {
    std::filesystem::path program;              // beffroi-still
    std::chrono::milliseconds patience{5'000};  // then it is killed
};

// Safe from any thread; at most two at a time, others wait.
class Maker {
  public:
    explicit Maker(Options options) : options_(std::move(options)) {}

    // `unit`: one access unit that begins decoding (NAL units with lengths of four bytes, or a JPEG). `widest`: pixels;
    // 0 as it is. Waits for the other program. Errors: Unavailable (it is not installed, or took too long), Corrupt (it
    // can't decode this).
    [[nodiscard]] base::Result<std::string> jpeg(const codec::VideoFormat& format, codec::Bytes unit,
                                                 std::uint16_t widest);

  private:
    Options options_;
    std::counting_semaphore<2> places_{2};
};

}  // namespace beffroi::still
