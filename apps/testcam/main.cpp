// The command line of beffroi-testcam: simulated cameras behind one RTSP server.
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "net/signals.hpp"
#include "testcam/script.hpp"
#include "testcam/server.hpp"

namespace {

using namespace beffroi;           // NOLINT(google-build-using-namespace): this file is the program
using namespace beffroi::testcam;  // NOLINT(google-build-using-namespace)

constexpr int kWrongArguments = 2;
constexpr int kFailed = 1;

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8554;
    std::uint32_t count = 1;
    std::string size = "1280x720";
    std::string codec = "h264";
    std::string authentication = "digest";
    std::string credentials;
    double bit_rate_mb = 0;
    std::vector<std::string> faults;
    std::string script;
    bool list_faults = false;
    bool tls = false;
    bool cheap = false;
    bool no_sound = false;
    double pace = 1;
    CameraSettings camera;
};

void list_faults() {
    for (const FaultInfo& info : fault_table()) {
        std::cout << fmt::format("{:<28} {:<4} {:<9} {}\n", info.name, info.quirk, info.unit, info.sentence);
    }
}

base::Result<ServerSettings> settings_of(const Options& options) {
    ServerSettings settings;
    settings.address = options.address;
    settings.port = options.port;
    settings.tls = options.tls;
    settings.shared_pictures = options.cheap;
    settings.pace = options.pace;
    CameraSettings camera = options.camera;
    TRY(read_size(options.size, camera));
    camera.codec = options.codec == "h265"    ? VideoCodec::H265
                   : options.codec == "mjpeg" ? VideoCodec::Jpeg
                                              : VideoCodec::H264;
    camera.bit_rate = static_cast<std::uint64_t>(options.bit_rate_mb * 1e6);
    camera.sound = !options.no_sound;
    if (const std::size_t colon = options.credentials.find(':'); colon != std::string::npos) {
        camera.user = options.credentials.substr(0, colon);
        camera.password = options.credentials.substr(colon + 1);
    }
    const std::vector<std::pair<std::string, Authentication>> kinds = {{"basic", Authentication::Basic},
                                                                       {"digest", Authentication::DigestMd5},
                                                                       {"sha256", Authentication::DigestSha256},
                                                                       {"both", Authentication::DigestBoth},
                                                                       {"all", Authentication::All}};
    for (const auto& [name, kind] : kinds) {
        if (name == options.authentication) camera.authentication = kind;
    }
    settings.cameras.assign(options.count, camera);
    if (!options.script.empty()) settings = TRY(read_script(options.script, std::move(settings)));
    for (const std::string& text : options.faults) settings.script.push_back(TRY(parse_fault(text)));
    return settings;
}

int serve(const Options& options, net::StopSignals& signals) {
    auto settings = settings_of(options);
    if (!settings) {
        std::cerr << "beffroi-testcam: " << settings.error().detail << "\n";
        return kWrongArguments;
    }
    const auto count = static_cast<std::uint32_t>(settings->cameras.size());
    const base::SystemClock clock;
    auto server = Server::start(std::move(*settings), clock);
    if (!server) {
        std::cerr << "beffroi-testcam: " << server.error().detail << "\n";
        return kFailed;
    }
    std::cout << "beffroi-testcam: " << (*server)->url(0);
    if (count > 1) std::cout << " … " << (*server)->url(count - 1);
    std::cout << std::endl;
    (void)signals.wait();
    const Counters counters = (*server)->counters();
    std::cout << fmt::format(
        "beffroi-testcam: {} sessions, {} pictures ({} left out), {} packets, {} bytes, sound set up {} times\n",
        counters.sessions, counters.frames, counters.frames_left_out, counters.packets, counters.bytes,
        counters.sound_setups);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    net::StopSignals signals;
    CLI::App cli{
        "beffroi-testcam: simulated cameras behind one RTSP server, for tests, demonstrations and benchmarks.\n"
        "Each picture shows its number (once for machines), the clock and the camera, and carries them in an SEI "
        "message.\n"
        "  beffroi-testcam --cameras 4                       rtsp://127.0.0.1:8554/cam0 … cam3\n"
        "  beffroi-testcam --user admin:secret --fault loss=2 --fault stall@10+3\n"
        "  beffroi-testcam --cameras 1000 --size 640x360 --mbit 1 --cheap"};
    Options options;
    CameraSettings& camera = options.camera;
    cli.set_version_flag("--version", std::string("beffroi-testcam ") + BEFFROI_VERSION);
    cli.add_option("--address", options.address, "IPv4 address to listen on")->capture_default_str();
    cli.add_option("--port", options.port, "0: any free one, printed at the start")->capture_default_str();
    cli.add_option("--cameras", options.count, "how many: /cam0, /cam1, …")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    cli.add_option("--codec", options.codec, "h264, h265 or mjpeg")
        ->capture_default_str()
        ->check(CLI::IsMember({"h264", "h265", "mjpeg"}));
    cli.add_option("--size", options.size, "WIDTHxHEIGHT, even numbers")->capture_default_str();
    cli.add_option("--rate", camera.rate, "images a second")->capture_default_str()->check(CLI::Range(0.1, 240.0));
    cli.add_option("--gop", camera.group, "pictures from key picture to key picture")->capture_default_str();
    cli.add_option("--mbit", options.bit_rate_mb, "bit rate to reach by texture, Mb/s; 0: what the picture needs")
        ->capture_default_str();
    cli.add_flag("--b-frames", camera.b_frames, "every second picture is a B picture (H.264)");
    cli.add_flag("--no-sound", options.no_sound, "don't offer sound (it is only sent to who sets it up)");
    cli.add_option("--user", options.credentials, "NAME:PASSWORD that watching takes");
    cli.add_option("--auth", options.authentication, "how: basic, digest (MD5), sha256, both (digests), all")
        ->capture_default_str()
        ->check(CLI::IsMember({"basic", "digest", "sha256", "both", "all"}));
    cli.add_flag("--tls", options.tls, "rtsps, with a certificate made on the spot");
    cli.add_flag("--cheap", options.cheap, "all cameras film the same picture: a thousand of them from one core");
    cli.add_option("--pace", options.pace, "send so many times faster than the timestamps say")
        ->capture_default_str()
        ->check(CLI::Range(0.01, 1000.0));
    cli.add_option("--fault", options.faults, "NAME[=VALUE][@AFTER][+FOR][#CAMERA], seconds; may be repeated");
    cli.add_option("--script", options.script,
                   "a TOML file: [server] and [[cameras]] with their faults; wins over the options");
    cli.add_flag("--list-faults", options.list_faults, "every fault: name, quirk, unit of its value, what it does");
    CLI11_PARSE(cli, argc, argv);
    if (options.list_faults) {
        list_faults();
        return 0;
    }
    return serve(options, signals);
}
