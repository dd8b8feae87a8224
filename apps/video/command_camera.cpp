// `camera list | add | test`.
#include <algorithm>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"
#include "net/signals.hpp"
#include "video/recorder/camera.hpp"

namespace beffroi::apps {

using base::Code;
using recorder::CameraConfig;
using recorder::Function;
using recorder::Norm;

CameraConfig CameraArguments::resolved() const {
    CameraConfig out = camera;
    if (out.name.empty()) out.name = out.id;
    out.transport = transport == "tcp"   ? rtsp::Transport::Tcp
                    : transport == "udp" ? rtsp::Transport::Udp
                                         : rtsp::Transport::Auto;
    out.function = function == "narrow" ? Function::Narrow : Function::Wide;
    return out;
}

namespace {

std::string_view word_of(rtsp::Transport transport) {
    switch (transport) {
        case rtsp::Transport::Auto:
            return "auto";
        case rtsp::Transport::Tcp:
            return "tcp";
        case rtsp::Transport::Udp:
            return "udp";
    }
    return "";
}

std::string_view word_of(Norm norm) {
    switch (norm) {
        case Norm::Unknown:
            return "unknown";
        case Norm::Met:
            return "met";
        case Norm::TooSmall:
            return "too_small";
        case Norm::TooSlow:
            return "too_slow";
    }
    return "";
}

std::string toml_string(std::string_view text) {
    return base::json_string(text);
}  // the escapes of JSON are TOML's too

std::string as_toml(const CameraConfig& camera) {
    std::string out = fmt::format("\n[[cameras]]\nid = {}\nname = {}\nurl = {}\n", toml_string(camera.id),
                                  toml_string(camera.name), toml_string(camera.url));
    auto add = [&](std::string_view key, const std::string& value) {
        if (!value.empty()) out += fmt::format("{} = {}\n", key, toml_string(value));
    };
    add("place", camera.place);
    add("sub_url", camera.sub_url);
    add("user", camera.user);
    add("password_file", camera.password_file.string());
    if (camera.transport != rtsp::Transport::Auto) add("transport", std::string(word_of(camera.transport)));
    out += fmt::format("function = \"{}\"\n", camera.function == Function::Narrow ? "narrow" : "wide");
    if (camera.days > 0) out += fmt::format("days = {}\n", camera.days);
    return out;
}

// What a person should know of this camera, worst first. Empty: nothing is wrong.
std::vector<std::string> verdict(const rtsp::Probe& probe, Function function, bool french) {
    std::vector<std::string> out;
    auto add = [&](bool wrong, const char* fr, const char* en) {
        if (wrong) out.emplace_back(french ? fr : en);
    };
    add(!probe.format, "La caméra n’offre pas d’image que ce programme comprenne (H.264, H.265 ou MJPEG).",
        "The camera offers no image that this program understands (H.264, H.265 or MJPEG).");
    if (!probe.format) return out;
    Norm norm = norm_of(function, *probe.format, probe.rate);
    bool narrow = function == Function::Narrow;
    if (norm == Norm::TooSmall)
        add(true,
            narrow ? "Image trop petite : 704 × 576 au moins pour un champ étroit (arrêté du 3 août 2007)."
                   : "Image trop petite : 352 × 288 au moins (arrêté du 3 août 2007).",
            narrow ? "Image too small: at least 704 × 576 for a narrow field (arrêté of 3 August 2007)."
                   : "Image too small: at least 352 × 288 (arrêté of 3 August 2007).");
    if (norm == Norm::TooSlow)
        add(true,
            narrow ? "Trop peu d’images : 12 par seconde au moins pour un champ étroit (arrêté du 3 août 2007)."
                   : "Trop peu d’images : 6 par seconde au moins (arrêté du 3 août 2007).",
            narrow ? "Too few images: at least 12 a second for a narrow field (arrêté of 3 August 2007)."
                   : "Too few images: at least 6 a second (arrêté of 3 August 2007).");
    add(probe.rate <= 0, "Aucune image n’est arrivée pendant l’essai.", "Not one image came during the test.");
    add(probe.key_interval_s > 10,
        "Plus de dix secondes entre deux images clés : l’affichage en direct sera lent à commencer.",
        "More than ten seconds between two key frames: live viewing will be slow to begin.");
    add(probe.clock_known && std::abs(probe.clock_offset_us) > 500'000,
        "L’horloge de la caméra s’écarte de plus d’une demi-seconde.",
        "The camera's clock is more than half a second off.");
    return out;
}

std::string joined(const std::vector<std::string>& sentences) {
    std::string out;
    for (const auto& sentence : sentences) out += (out.empty() ? "" : ",") + base::json_string(sentence);
    return out;
}

void tell(const rtsp::Probe& probe, Function function, const std::vector<std::string>& wrong, bool french) {
    auto line = [](std::string_view name, const std::string& value) {
        std::cout << fmt::format("{:<22} {}\n", name, value);
    };
    if (!probe.server.empty()) line(french ? "Se présente comme" : "Calls itself", probe.server);
    if (probe.format) {
        line(french ? "Images" : "Images",
             fmt::format("{} {} × {} ({})", codec::name_of(probe.format->codec), probe.format->width,
                         probe.format->height, probe.format->codec_string));
        line(french ? "Cadence mesurée" : "Measured rate",
             fmt::format("{:.1f} {}", probe.rate, french ? "images/s" : "images a second"));
        line(french ? "Débit" : "Bit rate", fmt::format("{:.2f} Mb/s", probe.bits_per_second / 1e6));
        line(french ? "Image clé toutes les" : "A key frame every", fmt::format("{:.1f} s", probe.key_interval_s));
    }
    line(french ? "Transport" : "Transport", std::string(word_of(probe.transport)));
    line(french ? "Son" : "Sound", probe.sound_offered ? (french ? "offert par la caméra, jamais demandé"
                                                                 : "offered by the camera, never asked for")
                                                       : (french ? "aucun" : "none"));
    if (probe.clock_known)
        line(french ? "Horloge de la caméra" : "Camera's clock",
             fmt::format("{:+.3f} s", static_cast<double>(probe.clock_offset_us) / 1e6));
    for (const auto& event : probe.events)
        if (!event.quirk.empty()) line(event.quirk, event.detail);
    Norm norm = probe.format ? norm_of(function, *probe.format, probe.rate) : Norm::Unknown;
    if (norm == Norm::Met)
        line(french ? "Norme" : "Norm", french ? "respectée (arrêté du 3 août 2007)" : "met (arrêté of 3 August 2007)");
    for (const auto& sentence : wrong) std::cout << "✗ " << sentence << "\n";
    if (wrong.empty()) std::cout << (french ? "✓ Rien à redire.\n" : "✓ Nothing wrong.\n");
}

void tell_json(const rtsp::Probe& probe, Function function, const std::vector<std::string>& wrong) {
    std::string events;
    for (const auto& event : probe.events)
        if (!event.quirk.empty())
            events += fmt::format("{}{{\"quirk\":\"{}\",\"detail\":{}}}", events.empty() ? "" : ",", event.quirk,
                                  base::json_string(event.detail));
    std::string format = "null";
    if (probe.format)
        format = fmt::format(R"({{"codec":"{}","width":{},"height":{},"codec_string":"{}"}})",
                             codec::name_of(probe.format->codec), probe.format->width, probe.format->height,
                             probe.format->codec_string);
    Norm norm = probe.format ? norm_of(function, *probe.format, probe.rate) : Norm::Unknown;
    std::cout << fmt::format(
        R"({{"server":{},"format":{},"images_per_second":{:.3f},"bits_per_second":{:.0f},"key_interval_s":{:.3f},"transport":"{}",)"
        R"("sound_offered":{},"clock_offset_us":{},"norm":"{}","quirks":[{}],"wrong":[{}]}})"
        "\n",
        base::json_string(probe.server), format, probe.rate, probe.bits_per_second, probe.key_interval_s,
        word_of(probe.transport), probe.sound_offered,
        probe.clock_known ? std::to_string(probe.clock_offset_us) : std::string("null"), word_of(norm), events,
        joined(wrong));
}

}  // namespace

int camera_list(const Common& common) {
    auto config = config_of(common);
    if (!config) return say(common, config.error());
    std::string json;
    for (const auto& camera : config->cameras) {
        std::string address = recorder::without_credentials(camera.url);
        if (common.json)
            json += fmt::format(
                R"({}{{"id":"{}","name":{},"place":{},"url":{},"function":"{}","enabled":{},"days":{},"sub_stream":{}}})",
                json.empty() ? "" : ",", camera.id, base::json_string(camera.name), base::json_string(camera.place),
                base::json_string(address), camera.function == Function::Narrow ? "narrow" : "wide", camera.enabled,
                camera.days == 0 ? std::string("null") : std::to_string(camera.days), !camera.sub_url.empty());
        else
            std::cout << fmt::format("{:<20} {:<30} {}{}\n", camera.id, camera.name, address,
                                     camera.enabled ? "" : "  (off)");
    }
    if (common.json) std::cout << "[" << json << "]\n";
    return kDone;
}

int camera_add(const Common& common, const CameraArguments& arguments) {
    if (common.config_file.empty())
        return say(common, {Code::Invalid, "--config FILE: which configuration should the camera be added to?", {}});
    CameraConfig camera = arguments.resolved();
    if (!camera.password.empty())
        return say(common,
                   {Code::Invalid, "a password is not written into the configuration: use --password-file", {}});
    std::string before;
    if (std::ifstream file(common.config_file, std::ios::binary); file)
        before.assign(std::istreambuf_iterator<char>(file), {});
    std::string text = before + (before.empty() || before.ends_with('\n') ? "" : "\n") + as_toml(camera);
    if (auto read = recorder::parse_config(text, common.config_file.string()); !read) return say(common, read.error());
    // Written beside and put in place whole: the configuration of a running recorder is never half a file.
    std::filesystem::path beside = common.config_file;
    beside += ".new";
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    std::error_code error;
    std::filesystem::permissions(beside, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                                 error);
    out << text;
    out.close();
    if (out) std::filesystem::rename(beside, common.config_file, error);
    if (!out || error) return say(common, {Code::Unavailable, beside.string() + ": cannot be written", {}});
    if (common.json)
        std::cout << fmt::format("{{\"added\":\"{}\"}}\n", camera.id);
    else
        std::cout << fmt::format("{}: added to {}; a running recorder takes it with SIGHUP\n", camera.id,
                                 common.config_file.string());
    return kDone;
}

int camera_test(const Common& common, const CameraArguments& arguments) {
    CameraConfig camera = arguments.resolved();
    if (!camera.url.starts_with("rtsp")) {
        auto config = config_of(common);
        if (!config) return say(common, config.error());
        auto found = std::ranges::find(config->cameras, camera.url, &CameraConfig::id);
        if (found == config->cameras.end())
            return say(common, {Code::NotFound,
                                fmt::format("\"{}\" is neither an rtsp:// address nor a camera of the configuration",
                                            camera.url),
                                {}});
        camera = *found;
    }
    net::StopSignals signals;
    base::SystemClock clock;
    auto options = recorder::stream_options(camera, false);
    if (!options) return say(common, options.error());
    auto probe = rtsp::probe(*options, clock, std::chrono::seconds(arguments.listen_s));
    if (!probe) return say(common, probe.error());
    auto wrong = verdict(*probe, camera.function, common.language == base::Language::Fr);
    if (common.json)
        tell_json(*probe, camera.function, wrong);
    else
        tell(*probe, camera.function, wrong, common.language == base::Language::Fr);
    return wrong.empty() ? kDone : kFound;
}

}  // namespace beffroi::apps
