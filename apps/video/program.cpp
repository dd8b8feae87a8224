#include "program.hpp"

#include <fmt/format.h>

namespace beffroi::apps {

namespace {

std::string_view name_of(archive::ArchiveEvent::Kind kind) {
    using Kind = archive::ArchiveEvent::Kind;
    switch (kind) {
        case Kind::DiskLost:
            return "disk_lost";
        case Kind::DiskWrong:
            return "disk_wrong";
        case Kind::DiskFull:
            return "disk_full";
        case Kind::DiskSlow:
            return "disk_slow";
        case Kind::DiskBack:
            return "disk_back";
        case Kind::Dropped:
            return "frames_dropped";
        case Kind::Erased:
            return "erased";
        case Kind::SpaceShort:
            return "space_short";
        case Kind::Recovered:
            return "recovered";
        case Kind::ClockStep:
            return "clock_step";
    }
    return "";
}

}  // namespace

base::Result<std::unique_ptr<Recorder>> Recorder::open(const Common& common, const recorder::Config& config,
                                                       const base::Clock& clock, base::Log& log) {
    std::error_code error;
    std::filesystem::create_directories(config.data_folder, error);
    if (error)
        return base::fail(base::Code::Unavailable, fmt::format("{}: {}", config.data_folder.string(), error.message()));
    // Images of people: the owner's alone.
    std::filesystem::permissions(config.data_folder, std::filesystem::perms::owner_all, error);
    auto out = std::make_unique<Recorder>(TRY(FolderLock::take(config.data_folder)));
    out->archive =
        TRY(archive::Archive::open(archive_of(common, config), clock, log, [&log](const archive::ArchiveEvent& event) {
            bool routine = event.kind == archive::ArchiveEvent::Kind::Erased ||
                           event.kind == archive::ArchiveEvent::Kind::DiskBack ||
                           event.kind == archive::ArchiveEvent::Kind::Recovered;
            log.write(routine ? base::Level::Info : base::Level::Warn, "archive",
                      {{"event", name_of(event.kind)}, {"camera", event.camera}, {"detail", event.detail}});
        }));
    out->engine = std::make_unique<recorder::Engine>(*out->archive, clock, log, config);
    return out;
}

}  // namespace beffroi::apps
