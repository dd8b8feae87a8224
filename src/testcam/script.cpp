#include "testcam/script.hpp"

#include <charconv>
#include <deque>

#include "base/config.hpp"

namespace beffroi::testcam {

namespace {

// A camera as the file writes it.
struct Entry {
    CameraSettings camera;
    std::string size = "1280x720";
    std::int64_t rate = 25;
    std::int64_t kbit = 0;
    std::int64_t count = 1;
    std::vector<std::string> faults;
};

base::ConfigSection section_of(Entry& entry) {
    CameraSettings& camera = entry.camera;
    return {
        {"codec",
         base::config_choice<VideoCodec>(
             camera.codec, {{"h264", VideoCodec::H264}, {"h265", VideoCodec::H265}, {"mjpeg", VideoCodec::Jpeg}})},
        {"size", base::config_text(entry.size)},
        {"rate", base::config_number(entry.rate, 1, 240)},
        {"gop", base::config_number(camera.group, 1, 100'000)},
        {"kbit", base::config_number(entry.kbit, 0, 1'000'000)},
        {"b_frames", base::config_flag(camera.b_frames)},
        {"sound", base::config_flag(camera.sound)},
        {"user", base::config_text(camera.user)},
        {"password", base::config_text(camera.password)},
        {"authentication",
         base::config_choice<Authentication>(camera.authentication, {{"basic", Authentication::Basic},
                                                                     {"digest", Authentication::DigestMd5},
                                                                     {"sha256", Authentication::DigestSha256},
                                                                     {"both", Authentication::DigestBoth},
                                                                     {"all", Authentication::All}})},
        {"faults", base::config_texts(entry.faults)},
        {"count", base::config_number(entry.count, 1, 10'000)},
    };
}

// What the file says, whichever way it is read.
base::Result<ServerSettings> settings_from(ServerSettings settings, auto&& read) {
    std::deque<Entry> entries;
    std::vector<std::string> faults;
    base::ConfigLayout layout;
    layout.sections["server"] = {
        {"address", base::config_text(settings.address)},
        {"port", base::config_number(settings.port, 0, 65'535)},
        {"tls", base::config_flag(settings.tls)},
        {"cheap", base::config_flag(settings.shared_pictures)},
        {"session_timeout", base::config_number(settings.session_timeout_s, 1, 3'600)},
        {"faults", base::config_texts(faults)},
    };
    layout.lists["cameras"] = [&] { return section_of(entries.emplace_back()); };
    TRY(read(layout));
    for (const std::string& text : faults) settings.script.push_back(TRY(parse_fault(text)));
    if (!entries.empty()) settings.cameras.clear();
    for (Entry& entry : entries) {
        TRY(read_size(entry.size, entry.camera));
        entry.camera.rate = static_cast<double>(entry.rate);
        entry.camera.bit_rate = static_cast<std::uint64_t>(entry.kbit) * 1000;
        for (const std::string& text : entry.faults) entry.camera.faults.push_back(TRY(parse_fault(text)));
        settings.cameras.insert(settings.cameras.end(), static_cast<std::size_t>(entry.count), entry.camera);
    }
    return settings;
}

}  // namespace

base::Result<ServerSettings> read_script(const std::filesystem::path& file, ServerSettings start) {
    return settings_from(std::move(start), [&](const auto& layout) { return base::read_config(file, layout); });
}

base::Result<ServerSettings> read_script_text(std::string_view text, ServerSettings start) {
    return settings_from(std::move(start),
                         [&](const auto& layout) { return base::read_config_text(text, "script", layout); });
}

base::Status read_size(std::string_view text, CameraSettings& camera) {
    const char* end = text.data() + text.size();
    const auto width = std::from_chars(text.data(), end, camera.width);
    if (width.ec == std::errc() && width.ptr != end && *width.ptr == 'x') {
        const auto height = std::from_chars(width.ptr + 1, end, camera.height);
        if (height.ec == std::errc() && height.ptr == end) return {};
    }
    return base::fail(base::Code::Invalid, "size \"" + std::string(text) + "\": expected WIDTHxHEIGHT, 1280x720");
}

}  // namespace beffroi::testcam
