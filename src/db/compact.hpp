// Gives back to the disk what removed and shortened rows left empty in the file: after a migration that moved much, a
// file stays as large and as sparse as it was. For an operator; apart from db.hpp, since no page does it.
#pragma once

#include <cstdint>
#include <string>

#include "db/db.hpp"

namespace beffroi::db {

struct Compacted {
    std::int64_t before_bytes = 0;
    std::int64_t after_bytes = 0;
};

// The file is rewritten in place, under the engine's own lock: whoever opens it meanwhile is told that it is busy, and
// a program killed in the middle leaves what was there before. Nobody else may have it open, this program included.
//
// Errors: Conflict ("db.in_use") while another has it open; Unavailable ("db.no_room") when the disk lacks the room
// that it takes meanwhile, up to twice the file; NotFound without a file. Then nothing was changed.
[[nodiscard]] base::Result<Compacted> compact(const std::string& path);

}  // namespace beffroi::db
