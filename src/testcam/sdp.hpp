// How a camera announces itself (RFC 4566, RFC 6184 §8.2, RFC 7798 §7.2), rightly or with the faults of real ones.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testcam/settings.hpp"

namespace beffroi::testcam {

struct SdpInput {
    const CameraSettings* settings = nullptr;
    std::vector<Buffer> parameter_sets;
    std::string address;  // of the server
    std::string base;     // "rtsp://127.0.0.1:8554/cam0/"
    std::function<bool(FaultKind)> has;
};

inline constexpr std::uint8_t kVideoType = 96;
inline constexpr std::uint8_t kJpegType = 26;
inline constexpr std::uint8_t kSoundType = 8;  // PCMA
inline constexpr const char* kHostBehindNat = "192.168.1.64";

[[nodiscard]] std::string describe(const SdpInput& input);

}  // namespace beffroi::testcam
