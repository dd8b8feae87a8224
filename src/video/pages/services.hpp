// What the pages and the API need of the recorder. Filled by the program; the pages know nothing of how it is made.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/catalogue.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/assets.hpp"
#include "http/router.hpp"
#include "media/codec/video.hpp"
#include "media/rtsp/stream.hpp"
#include "video/archive/archive.hpp"
#include "video/live/hub.hpp"

namespace beffroi::video_pages {

// One camera as its operator may see it: no address with a password in it.
struct CameraStatus {
    enum class State { Recording, Connecting, Lost, Refused, Stopped };
    archive::CameraId id;
    std::string name;  // as configured, "Porte nord"
    State state = State::Stopped;
    std::int64_t since_us = 0;  // UTC, of that state
    std::string detail;         // English, why it is in that state; no secret
    codec::FormatPtr format;    // none before the first frame
    rtsp::StreamStats stats;
    double bits_per_second = 0;  // over the last seconds
    bool has_sub_stream = false;
};

// A token may open everything here. Only its SHA-256 is kept.
struct Token {
    std::string name;  // for the log: "poste de garde"
    std::array<std::uint8_t, 32> sha256{};
};

// Everything is called from any thread, often: quick, and without waiting for a camera (but still()).
struct Services {
    archive::Archive& archive;
    const base::Clock& clock;
    base::Log& log;
    const base::Catalogue& catalogue;
    std::shared_ptr<const http::Assets> assets;
    std::string version;  // of the program

    std::function<std::vector<CameraStatus>()> cameras;
    // The live hub of a camera, or of its sub-stream; none: no such camera, or no such stream.
    enum class Stream { Main, Sub };
    std::function<std::shared_ptr<live::Hub>(const archive::CameraId&, Stream)> hub;
    // The key frame at or before that instant (UTC, microseconds) as JPEG. Waits for the decoding process: workers
    // only.
    std::function<base::Result<std::string>(const archive::CameraId&, std::int64_t at_us)> still;
    // Read for each request, so that a reload of the configuration counts at once.
    std::function<std::vector<Token>()> tokens;
    bool anonymous = false;  // no token asked: the command line said so, and the server listens on loopback only
    // Lines of the program to add to /metrics (the server's own, threads, memory); may be none.
    std::function<std::string()> more_metrics;
    // Why the recorder is not healthy, in English; empty: it is. May be none.
    std::function<std::string()> trouble;
    bool secure_cookies = false;  // TLS: cookies are for https only
};

// Adds every route. `services` must outlive the server.
void add_routes(http::Router& router, Services& services);
// The page of an error, or JSON below /api.
[[nodiscard]] http::ErrorPage error_page(Services& services);

}  // namespace beffroi::video_pages
