// The recorder at work: pollers, cameras, hubs and the archive, made from one configuration and changed by another
// without losing a frame of the cameras that stay as they were.
//
// Threads: "rtsp-<n>" read cameras (a camera stays on one of them for life); apply() and the destructor belong to the
// program's thread; everything else may be asked from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "video/live/hub.hpp"
#include "video/recorder/camera.hpp"

namespace beffroi::recorder {

// What must not be done on the thread that asks for it, because it waits (a camera that is stopped is told so): one
// thread, "errands".
class Errands {
  public:
    Errands();
    ~Errands();  // runs what waits, then ends
    Errands(const Errands&) = delete;
    Errands& operator=(const Errands&) = delete;
    void add(std::function<void()> errand);

  private:
    void run();
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> waiting_;
    bool ending_ = false;
    std::thread thread_;
};

// What a reload changed, in camera ids.
struct Applied {
    std::vector<std::string> added, removed, restarted, adjusted;
};

class Engine {
  public:
    Engine(archive::Archive& archive, const base::Clock& clock, base::Log& log, const Config& config);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Starts, stops and adjusts cameras. Threads and batching stay as they were at the start.
    Applied apply(const Config& config);

    [[nodiscard]] std::vector<CameraStatus> cameras() const;
    enum class Quality { Main, Sub };
    // None: no such camera, or it has no smaller stream.
    [[nodiscard]] std::shared_ptr<live::Hub> hub(const archive::CameraId& camera, Quality quality) const;
    // Prometheus text of the streams.
    [[nodiscard]] std::string metrics_text() const;

  private:
    // One receiving thread. While somebody watches one of its cameras live, nothing waits to be read together.
    struct Line {
        explicit Line(const std::string& name) : poller(name) {}
        net::Poller poller;
        std::atomic<int> watchers{0};
        std::size_t cameras = 0;
    };
    struct Post;  // one camera with its hubs

    [[nodiscard]] std::shared_ptr<Post> make(const CameraConfig& config);
    [[nodiscard]] std::shared_ptr<live::Hub> make_hub(const CameraConfig& config, std::string_view quality, Line& line,
                                                      const std::weak_ptr<Post>& post);
    Line& least_loaded();

    archive::Archive& archive_;
    const base::Clock& clock_;
    base::Log& log_;
    std::chrono::milliseconds batch_;
    std::vector<std::unique_ptr<Line>> lines_;
    mutable std::mutex mutex_;  // of posts_
    std::map<archive::CameraId, std::shared_ptr<Post>> posts_;
    Errands errands_;  // last: ends before what its errands use
};

}  // namespace beffroi::recorder
