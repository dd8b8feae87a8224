// The test camera itself: simulated cameras behind one RTSP server (RFC 2326), on a thread of its own.
//
//   auto server = TRY(testcam::Server::start({.cameras = {{.rate = 10}}}, clock));
//   record(server->url(0));
//   server->apply({FaultKind::Loss, 5});
//
// Threads: every call from any thread but the server's own (on_sent is called there); each waits until it has happened.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "testcam/settings.hpp"

namespace beffroi::testcam {

struct Counters {
    std::uint64_t connections = 0;  // accepted; of the whole server
    std::uint64_t sessions = 0;     // that reached PLAY
    std::uint32_t playing = 0;      // now
    std::uint64_t video_setups = 0;
    std::uint64_t sound_setups = 0;  // must stay 0 with a recorder that never asks for sound
    std::uint64_t sound_packets = 0;
    std::uint64_t frames = 0;            // given to sessions
    std::uint64_t frames_left_out = 0;   // because a client was too slow
    std::uint64_t packets = 0;           // of video
    std::uint64_t bytes = 0;             // of video, with framing
    std::uint64_t reports_received = 0;  // RTCP
    std::uint64_t keep_alives = 0;
    std::uint64_t teardowns = 0;
    std::uint64_t unauthorized = 0;  // 401 answers
    std::uint64_t pauses = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t last_frame = 0;  // number of the last one sent
    std::uint32_t boot = 0;
};

class Server {
  public:
    // `clock` gives the time of day once, at the start. Errors: Unavailable (address or port taken), Invalid
    // (settings).
    [[nodiscard]] static base::Result<std::unique_ptr<Server>> start(ServerSettings settings, const base::Clock& clock);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::string url(std::uint32_t camera = 0) const;  // without credentials

    void apply(const Fault& fault);
    void clear(FaultKind kind, std::int32_t camera = kAllCameras);
    [[nodiscard]] Counters counters(std::int32_t camera = kAllCameras) const;
    // The requests so far: "DESCRIBE rtsp://…/cam0", the last 1,000 of all cameras.
    [[nodiscard]] std::vector<std::string> requests() const;

    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace beffroi::testcam
