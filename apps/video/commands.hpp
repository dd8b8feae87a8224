// The commands of beffroi-video, each a function from what was typed to an exit code:
// 0 done, 1 failed, 2 wrong arguments or configuration, 4 found something wrong (camera test, archive verify).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/catalogue.hpp"
#include "base/result.hpp"
#include "video/recorder/config.hpp"

namespace beffroi::apps {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongArguments = 2;
inline constexpr int kFound = 4;

// What every command takes.
struct Common {
    std::filesystem::path config_file;  // empty: none was named
    std::filesystem::path share_folder;
    std::filesystem::path data_folder;  // --data: wins over the configuration's; empty: not said
    base::Language language = base::Language::Fr;
    bool json = false;
};

// Writes the error on standard error (with --json also as an object on standard output) and gives the code of its kind.
int say(const Common& common, const base::Error& error);
// The configuration with --data applied; the defaults when no file was named.
[[nodiscard]] base::Result<recorder::Config> config_of(const Common& common);
[[nodiscard]] archive::ArchiveOptions archive_of(const Common& common, const recorder::Config& config);
// "2026-11-25T14:03", "2026-11-25 14:03:20", with "Z" or without (then Paris), or seconds since 1970: microseconds UTC.
[[nodiscard]] base::Result<std::int64_t> parse_instant(const std::string& text);
[[nodiscard]] std::string iso_ms(std::int64_t us);

struct CameraArguments {
    recorder::CameraConfig camera;
    std::string transport = "auto";
    std::string function = "wide";
    int listen_s = 5;
    [[nodiscard]] recorder::CameraConfig resolved() const;
};

struct RecordArguments {
    CameraArguments camera;
    std::filesystem::path to = "enregistrements";
    int seconds = 0;  // 0: until stopped
};
// A camera without any configuration: records at once, until SIGINT.
int record(const Common& common, const RecordArguments& arguments);

struct ServeArguments {
    bool anonymous = false;  // no token: only on loopback
};
// Recorder, pages and API; SIGHUP reads the configuration again, SIGTERM and SIGINT stop in order.
int serve(const Common& common, const ServeArguments& arguments);
int config_check(const Common& common);

int camera_list(const Common& common);
int camera_add(const Common& common, const CameraArguments& arguments);
int camera_test(const Common& common, const CameraArguments& arguments);

struct ArchiveArguments {
    std::string camera;
    std::string from, to;
    std::filesystem::path output;
};
int archive_list(const Common& common, const ArchiveArguments& arguments);
int archive_timeline(const Common& common, const ArchiveArguments& arguments);
int archive_verify(const Common& common, const ArchiveArguments& arguments);
int archive_rebuild(const Common& common);
int archive_export(const Common& common, const ArchiveArguments& arguments);

}  // namespace beffroi::apps
