#include "stills.hpp"

#include <algorithm>

#include "media/mp4/stored.hpp"

namespace beffroi::apps {

namespace {

using base::Code;

constexpr std::int64_t kLookBack =
    60'000'000;  // µs: no camera goes longer without a key frame and is still worth a still

struct KeyFrame {
    codec::FormatPtr format;
    std::vector<std::uint8_t> unit;
};

// The last key frame of a file at or before the instant.
base::Result<KeyFrame> key_frame(archive::Archive& archive, const archive::FileInfo& file, std::int64_t at_us) {
    auto fragments = TRY(archive.fragments(file));
    auto source = TRY(mp4::open_source(file.path));
    for (auto fragment = fragments.rbegin(); fragment != fragments.rend(); ++fragment) {
        if (fragment->from_us > at_us) continue;
        auto stored = TRY(mp4::read_fragment(*source, fragment->offset));
        for (auto sample = stored.samples.rbegin(); sample != stored.samples.rend(); ++sample) {
            if (!sample->key || sample->arrival_us > at_us) continue;
            KeyFrame out{file.format, {}};
            out.unit = TRY(source->read_up_to(stored.offset + sample->offset, sample->size));
            return out;
        }
    }
    return base::fail(Code::NotFound, "no key frame before that instant in this file");
}

}  // namespace

std::filesystem::path still_program(const Common& common) {
    // Beside this program, as it is built and installed.
    std::error_code error;
    std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    return (error ? common.share_folder : self.parent_path()) / "beffroi-still";
}

base::Result<std::string> Stills::at(const archive::CameraId& camera, std::int64_t at_us) {
    auto files = archive_.files(camera, at_us - kLookBack, at_us + 1);
    std::ranges::sort(files, std::ranges::greater{}, &archive::FileInfo::from_us);
    for (const auto& file : files) {
        if (file.from_us > at_us || !file.format) continue;
        auto found = key_frame(archive_, file, at_us);
        if (found) return maker_.jpeg(*found->format, found->unit, 0);
        if (found.error().code != Code::NotFound) return std::unexpected(std::move(found).error());
    }
    return base::fail(Code::NotFound, "nothing was recorded at that instant");
}

}  // namespace beffroi::apps
