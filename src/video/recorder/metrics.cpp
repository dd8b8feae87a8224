// Prometheus text of the streams (https://prometheus.io/docs/instrumenting/exposition_formats/, 0.0.4).
#include <fmt/format.h>

#include "video/recorder/engine.hpp"

namespace beffroi::recorder {

namespace {

struct Family {
    std::string_view name, kind, help;
    double (*value)(const CameraStatus&);
};

constexpr Family kFamilies[] = {
    {"beffroi_camera_playing", "gauge", "1 while frames are asked for and come",
     [](const CameraStatus& c) { return c.stats.playing ? 1.0 : 0.0; }},
    {"beffroi_camera_images_per_second", "gauge", "Measured from RTP time stamps",
     [](const CameraStatus& c) { return c.stats.rate; }},
    {"beffroi_camera_norm_met", "gauge", "1 when size and rate meet the norm of the camera's function",
     [](const CameraStatus& c) { return c.norm == Norm::Met ? 1.0 : 0.0; }},
    {"beffroi_camera_received_bytes_total", "counter", "Of RTP",
     [](const CameraStatus& c) { return static_cast<double>(c.stats.bytes); }},
    {"beffroi_camera_packets_total", "counter", "Of RTP",
     [](const CameraStatus& c) { return static_cast<double>(c.stats.packets); }},
    {"beffroi_camera_packets_lost_total", "counter", "Sequence numbers that never came",
     [](const CameraStatus& c) { return static_cast<double>(c.stats.lost); }},
    {"beffroi_camera_frames_total", "counter", "Whole or damaged",
     [](const CameraStatus& c) { return static_cast<double>(c.stats.frames); }},
    {"beffroi_camera_frames_damaged_total", "counter", "A part was missing",
     [](const CameraStatus& c) { return static_cast<double>(c.stats.damaged); }},
    {"beffroi_camera_connects_total", "counter", "Connections made",
     [](const CameraStatus& c) { return static_cast<double>(c.stats.connects); }},
    {"beffroi_camera_clock_offset_seconds", "gauge", "Camera's clock minus ours, as its sender reports tell it",
     [](const CameraStatus& c) { return static_cast<double>(c.stats.clock_offset_us) / 1e6; }},
};

}  // namespace

std::string Engine::metrics_text() const {
    std::vector<CameraStatus> all = cameras();
    std::string out;
    for (const auto& family : kFamilies) {
        out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name, family.kind);
        for (const auto& camera : all)
            out += fmt::format("{}{{camera=\"{}\"}} {}\n", family.name, camera.id, family.value(camera));
    }
    return out;
}

}  // namespace beffroi::recorder
