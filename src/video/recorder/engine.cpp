#include "video/recorder/engine.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

namespace beffroi::recorder {

namespace {

archive::Retention retention_of(const CameraConfig& config) {
    archive::Retention out;
    if (config.days > 0) out.days = config.days;
    return out;
}

}  // namespace

// Hubs outlive cameras: a viewer may hold one while its camera starts again under another address.
struct Engine::Post {
    Line* line = nullptr;
    std::shared_ptr<live::Hub> main_hub, sub_hub;
    std::unique_ptr<Camera> main, sub;
    ~Post() {
        sub.reset();
        main.reset();
        if (line != nullptr) --line->cameras;
    }
    Post() = default;
    Post(const Post&) = delete;
    Post& operator=(const Post&) = delete;
};

Engine::Engine(archive::Archive& archive, const base::Clock& clock, base::Log& log, const Config& config)
    : archive_(archive), clock_(clock), log_(log), batch_(config.batch_ms) {
    std::size_t threads = config.threads > 0 ? static_cast<std::size_t>(config.threads)
                                             : std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < threads; ++i) {
        lines_.push_back(std::make_unique<Line>(fmt::format("rtsp-{}", i)));
        lines_.back()->poller.set_batch(batch_);
    }
    (void)apply(config);
}

Engine::~Engine() {
    std::map<archive::CameraId, std::shared_ptr<Post>> posts;
    std::lock_guard lock(mutex_);
    posts.swap(posts_);
}

Engine::Line& Engine::least_loaded() {
    return **std::ranges::min_element(lines_, {}, [](const auto& line) { return line->cameras; });
}

std::shared_ptr<live::Hub> Engine::make_hub(const CameraConfig& config, std::string_view quality, Line& line,
                                            const std::weak_ptr<Post>& post) {
    return std::make_shared<live::Hub>(fmt::format("/live/{}{}", config.id, quality), clock_, live::HubOptions{},
                                       [this, &line, post, sub = !quality.empty()](bool watched) {
                                           int watchers = watched ? ++line.watchers : --line.watchers;
                                           line.poller.set_batch(watchers > 0 ? std::chrono::milliseconds{0} : batch_);
                                           if (!sub) return;
                                           if (auto held = post.lock(); held && held->sub) held->sub->watch(watched);
                                       });
}

std::shared_ptr<Engine::Post> Engine::make(const CameraConfig& config) {
    auto post = std::make_shared<Post>();
    Line& line = least_loaded();
    ++line.cameras;
    post->line = &line;
    auto connect = [&](std::shared_ptr<live::Hub>& hub, std::string_view quality,
                       std::unique_ptr<archive::Track> track) {
        hub = make_hub(config, quality, line, post);
        return std::make_unique<Camera>(
            config, !quality.empty(), line.poller, clock_, log_, std::move(track),
            LiveLine{[hub](const archive::Track::LiveFrame& frame) { hub->on_frame(frame); },
                     [hub](const std::string& reason) { hub->on_gap(reason); }});
    };
    post->main = connect(post->main_hub, "", archive_.track(config.id, retention_of(config)));
    if (!config.sub_url.empty()) post->sub = connect(post->sub_hub, "/sub", nullptr);
    if (config.enabled)
        if (auto started = post->main->start(); !started)
            log_.error("stream_not_started", {{"camera", config.id}, {"detail", started.error().detail}});
    return post;
}

Applied Engine::apply(const Config& config) {
    Applied out;
    std::map<archive::CameraId, std::shared_ptr<Post>> gone;  // destroyed outside the lock: it waits for TEARDOWN
    std::vector<const CameraConfig*> wanted;
    {
        std::lock_guard lock(mutex_);
        std::map<archive::CameraId, std::shared_ptr<Post>> kept;
        for (const auto& camera : config.cameras) {
            auto found = posts_.find(camera.id);
            if (found == posts_.end()) {
                out.added.push_back(camera.id);
                wanted.push_back(&camera);
                continue;
            }
            CameraConfig before = found->second->main->config();
            bool same_sub = before.sub_url == camera.sub_url;
            if (same_sub && found->second->main->adopt(camera)) {
                if (found->second->sub) (void)found->second->sub->adopt(camera);
                if (before != camera) out.adjusted.push_back(camera.id);
                kept.insert(posts_.extract(found));
                continue;
            }
            out.restarted.push_back(camera.id);
            wanted.push_back(&camera);
        }
        for (const auto& [id, post] : posts_)
            if (std::ranges::find(out.restarted, id) == out.restarted.end()) out.removed.push_back(id);
        gone = std::move(posts_);
        posts_ = std::move(kept);
    }
    gone.clear();  // before their successors: one track a camera
    for (const auto* camera : wanted) {
        auto post = make(*camera);
        std::lock_guard lock(mutex_);
        posts_[camera->id] = std::move(post);
    }
    return out;
}

std::vector<CameraStatus> Engine::cameras() const {
    std::vector<CameraStatus> out;
    std::lock_guard lock(mutex_);
    out.reserve(posts_.size());
    for (const auto& [id, post] : posts_) out.push_back(post->main->status());
    return out;
}

std::shared_ptr<live::Hub> Engine::hub(const archive::CameraId& camera, Quality quality) const {
    std::lock_guard lock(mutex_);
    auto found = posts_.find(camera);
    if (found == posts_.end()) return nullptr;
    return quality == Quality::Main ? found->second->main_hub : found->second->sub_hub;
}

}  // namespace beffroi::recorder
