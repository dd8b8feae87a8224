#include "video/recorder/config.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "base/config.hpp"
#include "base/text.hpp"

namespace beffroi::recorder {

namespace {

namespace fs = std::filesystem;
using base::Code;

struct Reading {
    Config config;
    std::deque<CameraConfig> cameras;  // stay where they are while keys are bound to them
    std::deque<DiskConfig> disks;
};

base::ConfigSection camera_section(CameraConfig& camera) {
    return {
        {"id", base::config_text(camera.id)},
        {"name", base::config_text(camera.name)},
        {"place", base::config_text(camera.place)},
        {"url", base::config_text(camera.url)},
        {"sub_url", base::config_text(camera.sub_url)},
        {"user", base::config_text(camera.user)},
        {"password", base::config_text(camera.password)},
        {"password_file", base::config_path(camera.password_file)},
        {"ca_file", base::config_path(camera.ca_file)},
        {"transport", base::config_choice<rtsp::Transport>(camera.transport, {{"auto", rtsp::Transport::Auto},
                                                                              {"tcp", rtsp::Transport::Tcp},
                                                                              {"udp", rtsp::Transport::Udp}})},
        {"tls_verify", base::config_flag(camera.tls_verify)},
        {"follow_control_host", base::config_flag(camera.follow_control_host)},
        {"enabled", base::config_flag(camera.enabled)},
        {"function",
         base::config_choice<Function>(camera.function, {{"narrow", Function::Narrow}, {"wide", Function::Wide}})},
        {"days", base::config_number(camera.days, 0, 31)},
    };
}

base::ConfigLayout layout(Reading& reading) {
    Config& c = reading.config;
    base::ConfigLayout out;
    out.sections["recorder"] = {
        {"name", base::config_text(c.name)},
        {"data_folder", base::config_path(c.data_folder)},
        {"threads", base::config_number(c.threads, 0, 64)},
        {"batch_ms", base::config_number(c.batch_ms, 0, 500)},
        {"log_level", base::config_text(c.log_level)},
    };
    out.sections["archive"] = {
        {"chain", base::config_flag(c.chain)},
        {"file_seconds", base::config_number(c.file_seconds, 60, 3600)},
        {"when_short", base::config_choice<archive::WhenShort>(
                           c.when_short, {{"erase_oldest", archive::WhenShort::EraseOldest},
                                          {"stop_recording", archive::WhenShort::StopRecording}})},
    };
    out.sections["server"] = {
        {"address", base::config_text(c.server.address)},
        {"port", base::config_number(c.server.port, 0, 65535)},
        {"tls_certificate", base::config_path(c.server.tls_certificate)},
        {"tls_key", base::config_path(c.server.tls_key)},
        {"tokens_file", base::config_path(c.server.tokens_file)},
        {"hosts", base::config_texts(c.server.hosts)},
    };
    out.lists["disks"] = [&reading] {
        DiskConfig& disk = reading.disks.emplace_back();
        return base::ConfigSection{{"folder", base::config_path(disk.folder)},
                                   {"keep_free_mib", base::config_number(disk.keep_free_mib, 64, 10'000'000)},
                                   {"require_mount", base::config_flag(disk.require_mount)}};
    };
    out.lists["cameras"] = [&reading] { return camera_section(reading.cameras.emplace_back()); };
    return out;
}

bool rtsp_url(std::string_view url) {
    return url.starts_with("rtsp://") || url.starts_with("rtsps://");
}

// What a key alone can't tell.
std::string faults_between(const Config& config, std::string_view name) {
    std::string faults;
    std::set<std::string> ids;
    for (const auto& camera : config.cameras) {
        auto say = [&](std::string_view what) {
            faults += fmt::format("\n{}: camera \"{}\": {}", name, camera.id, what);
        };
        if (!valid_camera_id(camera.id)) say("id: expected 1 to 40 of a-z, 0-9 and hyphens");
        if (!ids.insert(camera.id).second) say("this id is given twice");
        if (!rtsp_url(camera.url)) say("url: expected rtsp:// or rtsps://");
        if (!camera.sub_url.empty() && !rtsp_url(camera.sub_url)) say("sub_url: expected rtsp:// or rtsps://");
        if (!camera.password.empty() && !camera.password_file.empty())
            say("password and password_file exclude each other");
    }
    for (const auto& disk : config.disks)
        if (disk.folder.empty()) faults += fmt::format("\n{}: disks.folder: expected a path", name);
    if (config.server.tls_certificate.empty() != config.server.tls_key.empty())
        faults += fmt::format("\n{}: server.tls_certificate and server.tls_key go together", name);
    return faults;
}

base::Result<Config> finished(Reading reading, std::string_view name) {
    Config config = std::move(reading.config);
    config.cameras.assign(reading.cameras.begin(), reading.cameras.end());
    config.disks.assign(reading.disks.begin(), reading.disks.end());
    for (auto& camera : config.cameras)
        if (camera.name.empty()) camera.name = camera.id;
    if (std::string faults = faults_between(config, name); !faults.empty())
        return base::fail(Code::Invalid, faults.substr(1));
    return config;
}

void relative_to(fs::path& path, const fs::path& folder) {
    if (!path.empty() && path.is_relative()) path = folder / path;
}

}  // namespace

base::Result<Config> parse_config(std::string_view text, std::string_view name) {
    Reading reading;
    TRY(base::read_config_text(text, name, layout(reading)));
    return finished(std::move(reading), name);
}

base::Result<Config> load_config(const fs::path& file) {
    Reading reading;
    TRY(base::read_config(file, layout(reading)));
    Config config = TRY(finished(std::move(reading), file.string()));
    fs::path folder = fs::absolute(file).parent_path();
    relative_to(config.data_folder, folder);
    for (fs::path* path : {&config.server.tls_certificate, &config.server.tls_key, &config.server.tokens_file})
        relative_to(*path, folder);
    for (auto& disk : config.disks) relative_to(disk.folder, folder);
    for (auto& camera : config.cameras) {
        relative_to(camera.password_file, folder);
        relative_to(camera.ca_file, folder);
    }
    return config;
}

bool valid_camera_id(std::string_view id) {
    if (id.empty() || id.size() > 40 || id.front() == '-' || id.back() == '-') return false;
    return std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string without_credentials(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::size_t at = url.rfind('@');
    if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme) return std::string(url);
    return std::string(url.substr(0, scheme + 3)) + std::string(url.substr(at + 1));
}

base::Result<rtsp::StreamOptions> stream_options(const CameraConfig& camera, bool sub) {
    rtsp::StreamOptions out;
    out.url = sub ? camera.sub_url : camera.url;
    out.user = camera.user;
    out.password = camera.password;
    if (!camera.password_file.empty()) {
        std::ifstream file(camera.password_file);
        if (!std::getline(file, out.password))
            return base::fail(Code::Unavailable,
                              fmt::format("camera {}: {} cannot be read", camera.id, camera.password_file.string()));
    }
    out.transport = camera.transport;
    out.ca_file = camera.ca_file;
    out.tls_verify = camera.tls_verify;
    out.follow_control_host = camera.follow_control_host;
    return out;
}

archive::ArchiveOptions archive_options(const Config& config, const fs::path& migrations) {
    archive::ArchiveOptions out;
    for (const auto& disk : config.disks)
        out.disks.push_back({disk.folder, static_cast<std::uint64_t>(disk.keep_free_mib) << 20U, disk.require_mount});
    if (out.disks.empty()) out.disks.push_back({config.data_folder / "archive"});
    out.database = config.data_folder / "archive.db";
    out.migrations = migrations;
    out.file_length = std::chrono::seconds(config.file_seconds);
    out.chain = config.chain;
    out.when_short = config.when_short;
    return out;
}

}  // namespace beffroi::recorder
