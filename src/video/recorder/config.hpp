// What a recorder is told: one commented TOML file (docs/beffroi-video.example.toml), read again without losing a
// frame.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "media/rtsp/stream.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::recorder {

// What the camera is for, which decides the norm that its images must meet (arrêté of 3 August 2007, art. 2).
enum class Function {
    Narrow,  // to recognise people and plates: at least 704 × 576 and 12 images a second
    Wide,    // to see what happens: at least 352 × 288 and 6 images a second
};

struct CameraConfig {
    archive::CameraId id;
    std::string name;   // as people say it: "Place de la mairie"
    std::string place;  // where it stands; may be empty
    std::string url;
    std::string sub_url;  // a smaller stream for grids; empty: none. Never recorded
    std::string user;
    std::string password;
    std::filesystem::path password_file;  // read instead of `password`
    std::filesystem::path ca_file;
    rtsp::Transport transport = rtsp::Transport::Auto;
    bool tls_verify = true;
    bool follow_control_host = false;
    bool enabled = true;
    Function function = Function::Wide;
    int days = 0;  // images are erased after so many days; 0: the calendar month, the most that the law allows
    bool operator==(const CameraConfig&) const = default;
};

struct DiskConfig {
    std::filesystem::path folder;
    int keep_free_mib = 2048;
    bool require_mount = false;
    bool operator==(const DiskConfig&) const = default;
};

struct ServerConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8081;
    std::filesystem::path tls_certificate;
    std::filesystem::path tls_key;
    std::filesystem::path tokens_file;  // one "name token" a line; made with one token when it is missing
    std::vector<std::string> hosts;
    bool operator==(const ServerConfig&) const = default;
};

struct Config {
    std::string name = "Beffroi";
    std::string log_level = "info";
    int threads = 0;  // that receive; 0: one per core
    // How long packets may wait in the kernel while nobody watches live: two frames at 25 a second, which costs a third
    // less than one by one. Counts in the two seconds of the archive's contract.
    int batch_ms = 80;
    std::filesystem::path data_folder = "var/video";  // database, tokens, and the archive when no disk is named
    std::vector<DiskConfig> disks;
    bool chain = true;
    archive::WhenShort when_short = archive::WhenShort::EraseOldest;
    int file_seconds = 600;
    ServerConfig server;
    std::vector<CameraConfig> cameras;
};

// Errors: Invalid, every fault with its line; NotFound. Relative paths are taken from the folder of the file.
[[nodiscard]] base::Result<Config> load_config(const std::filesystem::path& file);
[[nodiscard]] base::Result<Config> parse_config(std::string_view text, std::string_view name);

[[nodiscard]] bool valid_camera_id(std::string_view id);  // a-z, 0-9 and hyphen, 1 to 40, not at the ends
// "rtsp://user:secret@host/x" → "rtsp://host/x": for the log, the API and the pages. Nothing before the last @ is
// shown: passwords hold slashes and @ that nobody escaped, and a path cut short does less harm than half a password.
[[nodiscard]] std::string without_credentials(std::string_view url);
// Reads password_file where there is one. Errors: Unavailable.
[[nodiscard]] base::Result<rtsp::StreamOptions> stream_options(const CameraConfig& camera, bool sub);
[[nodiscard]] archive::ArchiveOptions archive_options(const Config& config, const std::filesystem::path& migrations);

}  // namespace beffroi::recorder
