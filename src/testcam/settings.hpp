// What the simulated cameras are: one struct for a camera, one for the server.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "testcam/encoder.hpp"
#include "testcam/fault.hpp"

namespace beffroi::testcam {

enum class Authentication : std::uint8_t {
    None,
    Basic,
    DigestMd5,
    DigestSha256,
    DigestBoth,
    All
};  // All: Basic offered too

struct CameraSettings {
    VideoCodec codec = VideoCodec::H264;
    std::uint32_t width = 1280;
    std::uint32_t height = 720;
    double rate = 25;              // images a second
    std::uint32_t group = 50;      // pictures from one key picture to the next
    std::uint64_t bit_rate = 0;    // bits a second to reach by texture; 0: what the picture needs
    std::uint32_t key_weight = 8;  // a key picture is so many times as large as the others
    bool b_frames = false;
    bool sound = true;                  // offered as PCMA; sent only to who sets it up
    std::uint32_t payload_most = 1400;  // bytes in an RTP packet
    std::string user;                   // with a password: who may watch
    std::string password;
    Authentication authentication = Authentication::DigestMd5;
    std::vector<Fault> faults;  // from the start
};

// An access unit as it went to a session: what a test compares a recording with.
struct SentUnit {
    std::uint32_t camera = 0;
    Mark mark;
    bool key = false;
    std::uint32_t rtp_time = 0;
    const std::vector<Buffer>* nals = nullptr;  // none in cheap mode
};

struct ServerSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    bool tls = false;        // rtsps with a certificate signed by itself
    std::vector<CameraSettings> cameras;
    // Cheap mode: cameras of the same settings film the same picture, encoded and cut into packets once for all of
    // them.
    bool shared_pictures = false;
    double pace = 1;        // how many times faster than the timestamps say frames are sent
    double patience_s = 1;  // later than that, by the real clock, pictures are left out, not sent late
    std::uint32_t session_timeout_s = 60;
    std::uint32_t report_interval_ms = 5'000;      // between sender reports
    std::size_t backlog_most = 1U << 20U;          // bytes waiting for a slow client; beyond, whole frames are left out
    std::vector<Fault> script;                     // timed faults of all cameras
    std::function<void(const SentUnit&)> on_sent;  // on the server's thread
};

}  // namespace beffroi::testcam
