// Any bytes as the recorder's configuration: refused with a reason, or what it gives keeps the rules that the recorder
// relies on.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "video/recorder/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::recorder;  // NOLINT(google-build-using-namespace)
    const auto config = parse_config({reinterpret_cast<const char*>(data), size}, "beffroi-video.toml");
    if (!config) {
        if (config.error().detail.empty()) std::abort();
        return 0;
    }
    std::set<std::string> ids;
    for (const auto& camera : config->cameras) {
        // The id names a folder; no image is kept beyond the calendar month; a password is never shown.
        if (!valid_camera_id(camera.id) || !ids.insert(camera.id).second) std::abort();
        if (camera.days < 0 || camera.days > 31) std::abort();
        const auto shown = without_credentials(camera.url);
        if (shown.find('@') != std::string::npos) std::abort();
    }
    for (const auto& disk : config->disks)
        if (disk.folder.empty() || disk.keep_free_mib < 64) std::abort();
    return 0;
}
