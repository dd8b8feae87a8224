// The portal: pages, the postman, an orderly stop.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "aides/application/drafting.hpp"
#include "aides/correspondence/mail_queue.hpp"
#include "aides/pages/site/routes.hpp"
#include "app.hpp"
#include "commands.hpp"
#include "http/server.hpp"
#include "net/descriptors.hpp"
#include "net/signals.hpp"
#include "pages.hpp"

namespace beffroi::apps {

namespace {

// The clock of a demonstration: it goes on from the day where the replay stopped.
class ShiftedClock final : public base::Clock {
  public:
    explicit ShiftedClock(std::int64_t shift_ms) : shift_ms_(shift_ms) {}
    [[nodiscard]] base::Timestamp now() const override { return {system_.now().ms + shift_ms_}; }

  private:
    base::SystemClock system_;
    std::int64_t shift_ms_;
};

base::Result<std::int64_t> clock_shift(const Settings& settings) {
    if (settings.demonstration_now.empty()) return 0;
    auto now = TRY(base::parse_timestamp(settings.demonstration_now));
    auto since = TRY(base::parse_timestamp(settings.demonstration_since));
    return now.ms - since.ms;
}

// Mails that wait, scans that failed, sessions seen and old: once in a while, never in a request.
class Postman {
  public:
    explicit Postman(App& app) : app_(app), thread_([this](const std::stop_token& stop) { run(stop); }) {}

  private:
    void run(const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        for (int round = 0; !stop.stop_requested(); ++round) {
            try {
                // As long as letters wait: the one of a person who stands at the door must not queue behind a pause.
                for (bool more = true; more && !stop.stop_requested();) {
                    const auto delivery =
                        aides::correspondence::deliver_due(*app_.db, *app_.mailer, app_.office, app_.clock);
                    more = delivery.sent > 0;
                }
                if (round % 12 == 0) app_.sessions.write_seen();
                if (round % 12 == 6) (void)aides::application::rescan(*app_.desk);
                if (round % 720 == 700) (void)app_.accounts.purge();
            } catch (const std::exception& fault) {
                app_.log.error("postman", {{"detail", fault.what()}});
            }
            std::unique_lock lock(mutex);
            wake.wait_for(lock, stop, std::chrono::seconds(5), [] { return false; });
        }
        app_.sessions.write_seen();
    }

    App& app_;
    std::jthread thread_;
};

base::Result<http::ServerOptions> server_options(const Settings& settings) {
    http::ServerOptions options;
    options.address = settings.address;
    options.port = settings.port;
    options.threads = settings.threads;
    // A crowd at the door must not take what acts need: the database, documents, mails, the scanner.
    constexpr std::size_t kProgram = 256;
    options.max_connections = net::connections_beside(kProgram, options.max_connections);
    options.hosts = settings.hosts;
    options.trusted_proxies = settings.trusted_proxies;
    options.upload_folder = settings.data_folder / "televersements";
    std::error_code error;
    std::filesystem::create_directories(options.upload_folder, error);
    if (error) return base::fail(base::Code::Unavailable, options.upload_folder.string() + ": " + error.message());
    // What a portal that was killed left of uploads that nobody was told are kept.
    for (const auto& entry : std::filesystem::directory_iterator(options.upload_folder, error)) {
        std::error_code stays;
        if (entry.is_regular_file(stays)) std::filesystem::remove(entry.path(), stays);
    }
    if (!settings.tls_certificate.empty())
        options.tls = TRY(net::TlsContext::from_files(settings.tls_certificate, settings.tls_key));
    return options;
}

}  // namespace

int serve(const Common& common) {
    auto shift = clock_shift(common.settings);
    if (!shift) return say(common, shift.error());
    ShiftedClock clock(*shift);
    base::SystemClock wire_clock;  // what HTTP says is the time of the machine
    net::StopSignals signals;      // before any thread, so that all of them inherit the mask
    auto opened = App::open(common.settings, clock);
    if (!opened) return say(common, opened.error());
    App& app = **opened;
    auto assets = http::Assets::load(app.settings.share_folder / "assets");
    if (!assets) return say(common, assets.error());
    auto options = server_options(app.settings);
    if (!options) return say(common, options.error());

    aides::pages::Site site{*app.desk, app.schemes, app.accounts, *app.mailer, app.log, **assets, app.settings};
    http::Router router;
    aides::pages::Routes routes(site, router);
    Portal portal(site);
    portal.add(routes);
    http::Assets::serve(*assets, router);
    auto server = http::Server::start(*options, std::move(router), aides::pages::error_page(site), app.log, wire_clock);
    if (!server) return say(common, server.error());
    portal.watch(**server);
    Postman postman(app);
    app.log.info("listening", {{"url", app.settings.base_url}, {"routes", std::to_string(routes.table().size())}});
    (void)signals.wait();
    app.log.info("stopping", {});
    (*server)->stop();
    return kDone;
}

}  // namespace beffroi::apps
