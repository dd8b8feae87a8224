// 100,000 applications out of the few hundred of the demonstration.
//
// Every application of the demonstration went through the functions of the desk, act by act, with its receipt, its
// letters and its entries in the journal: 100,000 of them would take an hour and more. Here each is a pattern instead:
// its rows are copied, table by table, for other communes, editions, dates and officers. The journal is the exception:
// entries go through journal::append, so that the chain is whole and as long as it would be.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "db/db.hpp"
#include "territory/directory.hpp"

namespace beffroi::bench {

struct Multiplied {
    std::int64_t applications = 0;  // with those of the demonstration
    std::int64_t grants = 0;        // published
    std::int64_t sittings = 0;
    std::int64_t communes = 0;
    std::int64_t journal = 0;
};

// `files`: how many there are to be. The database is one of `beffroi-aides demo`, opened without durability.
[[nodiscard]] base::Result<Multiplied> multiply(db::Database& database, const territory::Directory& directory,
                                                std::int64_t files);

}  // namespace beffroi::bench
