// What one camera shows now, for any number of viewers: the frames that are being recorded, shared and never copied per
// viewer.
//
// Keeps the frames since the last key frame, so that a new viewer gets a picture in one round trip; then each frame
// goes out as a small fragment (moof and mdat, ISO/IEC 14496-12 §8.8) as soon as the next one tells how long it lasts:
// at most one frame of delay. A viewer who can't follow loses what waits and goes on at the next key frame; it is told,
// and counted.
//
// Three ways out: fMP4 over WebSocket (Media Source Extensions), Low-Latency HLS (RFC 8216bis) for those without, and
// for MJPEG cameras multipart/x-mixed-replace or one JPEG at a time.
//
// Threads: on_frame and on_gap on the thread that feeds the track, never waiting for a viewer; everything else on any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::live {

struct HubOptions {
    std::uint64_t gop_bytes = 16ULL << 20U;  // a longer group of pictures is not kept: new viewers wait for its end
    std::uint64_t queue_bytes =
        4ULL << 20U;  // that may wait for one viewer beyond its first burst, before frames are dropped
    std::uint64_t window_bytes = 64ULL << 20U;  // kept for HLS while somebody uses it
};

struct HubStats {
    std::uint64_t viewers = 0;  // now, all kinds
    std::uint64_t viewers_total = 0;
    std::uint64_t frames = 0;      // that came in
    std::uint64_t dropped = 0;     // frames not sent to a viewer who could not follow, summed over viewers
    std::uint64_t gop_frames = 0;  // kept now
    std::uint64_t gop_bytes = 0;
    std::int64_t last_frame_us = 0;  // UTC, arrival
};

class Hub {
  public:
    // Called with true when the first viewer comes and false when the last one goes, on any thread, one call at a time:
    // reading from the camera is then not batched. Must not call back into the hub.
    using Watched = std::function<void(bool)>;

    // `clock` must outlive the hub. `address` is where its routes lie, "/live/porte-nord": playlists name their parts
    // below it.
    Hub(std::string address, const base::Clock& clock, HubOptions options = {}, Watched watched = {});
    ~Hub();  // viewers are closed
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    // The feeding thread: `track->set_live([hub](const auto& frame) { hub->on_frame(frame); })`.
    void on_frame(const archive::Track::LiveFrame& frame);
    // Nothing comes for now; viewers are told why ("camera_lost").
    void on_gap(const std::string& reason);

    // The format of the last frame; none before the first.
    [[nodiscard]] codec::FormatPtr format() const;
    [[nodiscard]] HubStats stats() const;

    // The answers of its routes.
    [[nodiscard]] http::Response websocket(const http::Request& request);                     // GET …/ws
    [[nodiscard]] http::Response hls(const http::Request& request, const std::string& file);  // GET …/hls/{file}
    [[nodiscard]] http::Response mjpeg(const http::Request& request);  // GET …/mjpeg: MJPEG cameras only
    [[nodiscard]] http::Response jpeg(const http::Request& request);   // GET …/jpeg: the last frame of an MJPEG camera

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace beffroi::live
