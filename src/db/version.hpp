// When the data changed: for whoever keeps what was made from them. Apart from db.hpp, since few ask.
#pragma once

#include <cstdint>

#include "db/db.hpp"

namespace beffroi::db {

// A number that is another one whenever anything was committed since, by this program or another. What was made from
// the data under a version is what would be made now, while the version is the same: take it before reading. A few
// microseconds. Threads: safe from any.
[[nodiscard]] std::int64_t version(Database& database);

// What each engine gives for it.
class Versioned {
  public:
    virtual ~Versioned() = default;
    virtual std::int64_t version() = 0;
};

}  // namespace beffroi::db
