// From a camera and an instant to a JPEG: finds the key frame in the archive, has it decoded by beffroi-still.
#pragma once

#include "commands.hpp"
#include "video/still/still.hpp"

namespace beffroi::apps {

[[nodiscard]] std::filesystem::path still_program(const Common& common);

class Stills {
  public:
    Stills(archive::Archive& archive, std::filesystem::path program)
        : archive_(archive), maker_({.program = std::move(program)}) {}
    // The key frame at or before that instant (UTC, microseconds). Errors: NotFound, and those of still::Maker.
    [[nodiscard]] base::Result<std::string> at(const archive::CameraId& camera, std::int64_t at_us);

  private:
    archive::Archive& archive_;
    still::Maker maker_;
};

}  // namespace beffroi::apps
