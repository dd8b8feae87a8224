// The object graph of a recorder at work, built by hand from top to bottom.
#pragma once

#include <memory>

#include "base/log.hpp"
#include "commands.hpp"
#include "lock.hpp"
#include "video/recorder/engine.hpp"

namespace beffroi::apps {

// Archive and engine together; destruction is the reverse.
class Recorder {
  public:
    // `clock` and `log` must outlive it.
    [[nodiscard]] static base::Result<std::unique_ptr<Recorder>> open(const Common& common,
                                                                      const recorder::Config& config,
                                                                      const base::Clock& clock, base::Log& log);
    explicit Recorder(FolderLock held) : lock(std::move(held)) {}
    FolderLock lock;
    std::unique_ptr<archive::Archive> archive;
    std::unique_ptr<recorder::Engine> engine;
};

}  // namespace beffroi::apps
