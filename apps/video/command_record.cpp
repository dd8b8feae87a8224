// `record URL`: one camera, no configuration, files that any player opens.
#include <condition_variable>
#include <iostream>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "commands.hpp"
#include "net/signals.hpp"
#include "program.hpp"

namespace beffroi::apps {

namespace {

// A line every five seconds, and one for each event as it comes, until told to stop.
void tell(const std::stop_token& stop, const recorder::Engine& engine, bool json) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::int64_t told_us = 0;
    for (;;) {
        for (const auto& camera : engine.cameras()) {
            for (const auto& event : camera.events) {
                if (event.at_us <= told_us || json) continue;
                std::cerr << fmt::format("{}  {}{}{}\n", iso_ms(event.at_us), recorder::event_name(event.kind),
                                         event.detail.empty() ? "" : ": ", event.detail);
            }
            if (!camera.events.empty()) told_us = camera.events.back().at_us;
            std::string size = camera.format ? fmt::format("{} {}×{}", codec::name_of(camera.format->codec),
                                                           camera.format->width, camera.format->height)
                                             : std::string("…");
            if (json)
                std::cout
                    << fmt::format(
                           R"({{"camera":"{}","playing":{},"frames":{},"bytes":{},"lost_packets":{},"rate":{:.2f}}})",
                           camera.id, camera.stats.playing, camera.stats.frames, camera.stats.bytes, camera.stats.lost,
                           camera.stats.rate)
                    << std::endl;
            else
                std::cerr << fmt::format("{}  {}  {:.1f} images/s  {} images  {:.1f} MB\n", camera.id, size,
                                         camera.stats.rate, camera.stats.frames,
                                         static_cast<double>(camera.stats.bytes) / 1e6);
        }
        std::unique_lock lock(mutex);
        if (wake.wait_for(lock, stop, std::chrono::seconds(5), [&] { return stop.stop_requested(); })) return;
    }
}

}  // namespace

int record(const Common& common, const RecordArguments& arguments) {
    net::StopSignals signals;
    base::SystemClock clock;
    base::Log log(stderr, clock, base::Level::Error);
    recorder::Config config;
    config.data_folder = arguments.to;
    config.threads = 1;
    config.cameras.push_back(arguments.camera.resolved());
    if (!recorder::valid_camera_id(config.cameras.front().id))
        return say(common, {base::Code::Invalid, "--camera: expected 1 to 40 of a-z, 0-9 and hyphens", {}});
    auto recorder = Recorder::open(common, config, clock, log);
    if (!recorder) return say(common, recorder.error());
    if (!common.json)
        std::cerr << fmt::format("recording {} into {}; stop with Ctrl-C\n",
                                 recorder::without_credentials(config.cameras.front().url), arguments.to.string());
    std::jthread teller([&](const std::stop_token& stop) { tell(stop, *(*recorder)->engine, common.json); });
    if (arguments.seconds > 0)
        (void)signals.wait_for(std::chrono::seconds(arguments.seconds));
    else
        (void)signals.wait();
    teller.request_stop();
    teller.join();
    std::uint64_t frames = 0;
    for (const auto& camera : (*recorder)->engine->cameras()) frames += camera.stats.frames;
    (*recorder)->engine.reset();
    (*recorder)->archive->flush();
    if (frames == 0) return say(common, {base::Code::Unavailable, "not one image came from this camera", {}});
    return kDone;
}

}  // namespace beffroi::apps
