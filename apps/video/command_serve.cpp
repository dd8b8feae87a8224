// The recorder, its pages and its API; reloaded without losing a frame, stopped in order.
#include <csignal>
#include <iostream>

#include <fmt/format.h>

#include "base/guarded.hpp"
#include "commands.hpp"
#include "http/server.hpp"
#include "net/descriptors.hpp"
#include "net/signals.hpp"
#include "program.hpp"
#include "stills.hpp"
#include "tokens.hpp"
#include "video/pages/services.hpp"

namespace beffroi::apps {

namespace {

using base::Code;

video_pages::CameraStatus::State state_of(const recorder::CameraStatus& camera) {
    using State = video_pages::CameraStatus::State;
    using Kind = rtsp::StreamEvent::Kind;
    if (!camera.enabled) return State::Stopped;
    if (camera.stats.playing) return State::Recording;
    for (auto event = camera.events.rbegin(); event != camera.events.rend(); ++event) {
        if (event->kind == Kind::Refused || event->kind == Kind::Unauthorized || event->kind == Kind::NotFound ||
            event->kind == Kind::NoVideo)
            return State::Refused;
        if (event->kind == Kind::Lost) return State::Lost;
    }
    return State::Connecting;
}

video_pages::CameraStatus shown(const recorder::CameraStatus& camera) {
    video_pages::CameraStatus out;
    out.id = camera.id;
    out.name = camera.name;
    out.state = state_of(camera);
    if (!camera.events.empty()) {
        out.since_us = camera.events.back().at_us;
        out.detail = camera.events.back().detail;
    }
    out.format = camera.format;
    out.stats = camera.stats;
    out.bits_per_second = camera.bits_per_second;
    out.has_sub_stream = camera.has_sub;
    return out;
}

// Those who look must never take the descriptors that recording needs: a disk whose files can't be opened is a lost
// one.
std::size_t kept_for_recording(std::size_t cameras) {
    constexpr std::size_t kProgram = 128;     // databases, epoll, timers, what workers open for a moment
    constexpr std::size_t kCamera = 8;        // sockets of two streams, the file being written and the next one
    constexpr std::size_t kMoreCameras = 16;  // that a reload may add
    return kProgram + (cameras + kMoreCameras) * kCamera;
}

base::Result<http::ServerOptions> server_options(const recorder::ServerConfig& config, std::size_t cameras,
                                                 bool anonymous) {
    http::ServerOptions out;
    out.max_connections = net::connections_beside(kept_for_recording(cameras), out.max_connections);
    out.address = config.address;
    out.port = config.port;
    out.hosts = config.hosts;
    if (anonymous && config.address != "127.0.0.1" && config.address != "::1")
        return base::fail(Code::Invalid, "--anonymous is for loopback only: server.address is " + config.address);
    if (!config.tls_certificate.empty())
        out.tls = TRY(net::TlsContext::from_files(config.tls_certificate, config.tls_key));
    return out;
}

std::filesystem::path tokens_file(const recorder::Config& config) {
    return config.server.tokens_file.empty() ? config.data_folder / "tokens" : config.server.tokens_file;
}

class Reloading {
  public:
    Reloading(const Common& common, Recorder& recorder, base::Log& log, std::vector<video_pages::Token> tokens)
        : common_(common), recorder_(recorder), log_(log), tokens_(std::move(tokens)) {}

    // A configuration that is wrong changes nothing: the recorder goes on as it was, and says why.
    void reload() {
        auto config = config_of(common_);
        auto tokens = config ? load_tokens(tokens_file(*config)) : std::unexpected(config.error());
        if (!tokens) {
            log_.error("reload", {{"refused", tokens.error().detail}});
            return;
        }
        tokens_.with([&](auto& held) { held = std::move(*tokens); });
        recorder::Applied applied = recorder_.engine->apply(*config);
        log_.info("reload", {{"added", std::to_string(applied.added.size())},
                             {"removed", std::to_string(applied.removed.size())},
                             {"restarted", std::to_string(applied.restarted.size())},
                             {"adjusted", std::to_string(applied.adjusted.size())}});
    }
    std::vector<video_pages::Token> tokens() {
        return tokens_.with([](auto& held) { return held; });
    }

  private:
    const Common& common_;
    Recorder& recorder_;
    base::Log& log_;
    base::Guarded<std::vector<video_pages::Token>> tokens_;
};

std::string trouble_of(archive::Archive& archive) {
    for (const auto& disk : archive.disks())
        if (disk.state != "good") return fmt::format("disk {}: {}", disk.folder.string(), disk.state);
    return {};
}

}  // namespace

int serve(const Common& common, const ServeArguments& arguments) {
    net::StopSignals signals({SIGHUP});
    auto config = config_of(common);
    if (!config) return say(common, config.error());
    base::SystemClock clock;
    base::Log log(stderr, clock, base::level_named(config->log_level));
    auto catalogue = base::Catalogue::load(common.share_folder / "locale");
    if (!catalogue) return say(common, catalogue.error());
    auto assets = http::Assets::load(common.share_folder / "assets");
    if (!assets) return say(common, assets.error());
    auto tokens = load_tokens(tokens_file(*config));
    if (!tokens) return say(common, tokens.error());
    auto options = server_options(config->server, config->cameras.size(), arguments.anonymous);
    if (!options) return say(common, options.error());
    auto recorder = Recorder::open(common, *config, clock, log);
    if (!recorder) return say(common, recorder.error());

    Stills stills(*(*recorder)->archive, still_program(common));
    Reloading reloading(common, **recorder, log, std::move(*tokens));
    recorder::Engine& engine = *(*recorder)->engine;
    video_pages::Services services{.archive = *(*recorder)->archive,
                                   .clock = clock,
                                   .log = log,
                                   .catalogue = *catalogue,
                                   .assets = *assets,
                                   .version = BEFFROI_VERSION};
    services.cameras = [&] {
        std::vector<video_pages::CameraStatus> out;
        for (const auto& camera : engine.cameras()) out.push_back(shown(camera));
        return out;
    };
    services.hub = [&](const archive::CameraId& camera, video_pages::Services::Stream stream) {
        return engine.hub(camera, stream == video_pages::Services::Stream::Main ? recorder::Engine::Quality::Main
                                                                                : recorder::Engine::Quality::Sub);
    };
    services.still = [&](const archive::CameraId& camera, std::int64_t at_us) { return stills.at(camera, at_us); };
    services.tokens = [&] { return reloading.tokens(); };
    services.anonymous = arguments.anonymous;
    services.more_metrics = [&] { return engine.metrics_text(); };
    services.trouble = [&] { return trouble_of(*(*recorder)->archive); };
    services.secure_cookies = options->tls != nullptr;

    http::Router router;
    video_pages::add_routes(router, services);
    http::Assets::serve(*assets, router);
    auto server = http::Server::start(*options, std::move(router), video_pages::error_page(services), log, clock);
    if (!server) return say(common, server.error());
    std::string url =
        fmt::format("{}://{}:{}", options->tls ? "https" : "http", config->server.address, (*server)->port());
    log.info("listening", {{"url", url}, {"cameras", std::to_string(config->cameras.size())}});
    if (!common.json)
        std::cerr << fmt::format("beffroi-video: {}  (token: {})\n", url,
                                 tokens_file(*config).lexically_normal().string());
    while (signals.wait() == SIGHUP) reloading.reload();
    log.info("stopping", {});
    (*server)->stop();
    (*recorder)->engine.reset();
    (*recorder)->archive->flush();
    return kDone;
}

int config_check(const Common& common) {
    if (common.config_file.empty()) return say(common, {Code::Invalid, "--config FILE: which configuration?", {}});
    auto config = config_of(common);
    if (!config) return say(common, config.error());
    if (common.json)
        std::cout << fmt::format("{{\"valid\":true,\"cameras\":{}}}\n", config->cameras.size());
    else
        std::cout << fmt::format("{}: {} cameras, nothing wrong\n", common.config_file.string(),
                                 config->cameras.size());
    return kDone;
}

}  // namespace beffroi::apps
