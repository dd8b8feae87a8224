#include "video/archive/names.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace beffroi::archive {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries(const fs::path& folder, bool folders) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        if (folders ? it->is_directory(ignored) : (it->is_regular_file(ignored) && it->path().extension() == ".mp4"))
            found.push_back(it->path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

constexpr std::array<std::string_view, 8> kReasons{
    "", "camera_lost", "recorder_stopped", "disk_behind", "damaged", "format_changed", "other", "clock_set"};

}  // namespace

bool valid_camera(std::string_view id) {
    return !id.empty() && id.size() <= 40 && id[0] != '-' && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

fs::path file_name(const CameraId& camera, std::int64_t from_us, int again) {
    // 2022-11-22T08:30:00.000Z; before 1970 there is no recording, only a clock without a battery.
    std::string iso = base::iso(base::Timestamp{std::max<std::int64_t>(from_us, 0) / 1000});
    std::string compact;
    for (char c : iso)
        if (c != '-' && c != ':') compact += c;
    std::string name = again == 0 ? compact : fmt::format("{}-{}", compact, again);
    return fs::path(camera) / iso.substr(0, 4) / iso.substr(5, 2) / iso.substr(8, 2) / (name + ".mp4");
}

std::vector<CameraId> cameras_on(const fs::path& disk) {
    std::vector<CameraId> cameras;
    for (const fs::path& folder : entries(disk, true))
        if (valid_camera(folder.filename().string())) cameras.push_back(folder.filename().string());
    return cameras;
}

std::vector<fs::path> files_of(const fs::path& disk, const CameraId& camera) {
    std::vector<fs::path> files;
    for (const fs::path& year : entries(disk / camera, true))
        for (const fs::path& month : entries(year, true))
            for (const fs::path& day : entries(month, true))
                for (const fs::path& file : entries(day, false)) files.push_back(file.lexically_relative(disk));
    return files;
}

std::vector<fs::path> newest_files_of(const fs::path& disk, const CameraId& camera) {
    auto years = entries(disk / camera, true);
    for (auto year = years.rbegin(); year != years.rend(); ++year) {
        auto months = entries(*year, true);
        for (auto month = months.rbegin(); month != months.rend(); ++month) {
            auto days = entries(*month, true);
            for (auto day = days.rbegin(); day != days.rend(); ++day) {
                auto files = entries(*day, false);
                for (fs::path& file : files) file = file.lexically_relative(disk);
                if (!files.empty()) return files;
            }
        }
    }
    return {};
}

std::string_view reason_name(mp4::GapReason reason) {
    return kReasons.at(static_cast<std::size_t>(reason));
}

mp4::GapReason reason_of(std::string_view name) {
    for (std::size_t i = 1; i < kReasons.size(); ++i)
        if (kReasons.at(i) == name) return static_cast<mp4::GapReason>(i);
    return mp4::GapReason::Other;
}

}  // namespace beffroi::archive
