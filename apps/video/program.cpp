#include "program.hpp"

#include <fmt/format.h>

namespace beffroi::apps {

base::Result<std::unique_ptr<Recorder>> Recorder::open(const Common& common, const recorder::Config& config,
                                                       const base::Clock& clock, base::Log& log) {
    std::error_code error;
    std::filesystem::create_directories(config.data_folder, error);
    if (error)
        return base::fail(base::Code::Unavailable, fmt::format("{}: {}", config.data_folder.string(), error.message()));
    // Images of people: the owner's alone.
    std::filesystem::permissions(config.data_folder, std::filesystem::perms::owner_all, error);
    auto out = std::make_unique<Recorder>(TRY(FolderLock::take(config.data_folder)));
    // The archive tells its events to the log itself.
    out->archive = TRY(archive::Archive::open(archive_of(common, config), clock, log, {}));
    out->engine = std::make_unique<recorder::Engine>(*out->archive, clock, log, config);
    return out;
}

}  // namespace beffroi::apps
