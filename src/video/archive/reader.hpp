// An archive that is only read: by commands that run beside the recorder, or without one. Writes nothing, erases
// nothing, starts no thread.
#pragma once

#include <memory>

#include "video/archive/archive.hpp"

namespace beffroi::archive {

// Sees what is being written as far as it lies in the files. track() is refused (base::Failure). `clock` must outlive
// it. Errors: NotFound (no database there: nothing was recorded, or rebuild first), Corrupt.
[[nodiscard]] base::Result<std::unique_ptr<Archive>> open_reader(ArchiveOptions options, const base::Clock& clock);

}  // namespace beffroi::archive
