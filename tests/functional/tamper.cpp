// Changes one entry of a journal behind the program's back, as someone who holds the file could: triggers away first.
//   tamper DATABASE SEQ
#include <cstdlib>
#include <iostream>

#include "db/db.hpp"

int main(int argc, char** argv) {
    using namespace beffroi;  // NOLINT(google-build-using-namespace): a program of one function
    if (argc != 3) {
        std::cerr << "usage: tamper DATABASE SEQ\n";
        return 2;
    }
    constexpr db::Query kUnguard{"unguard", "DROP TRIGGER journal_no_update"};
    constexpr db::Query kForge{"forge", "UPDATE journal SET actor_name = 'Somebody Else' WHERE seq = $1"};
    auto database = db::Database::open({.path = argv[1]});
    if (!database) {
        std::cerr << database.error().detail << "\n";
        return 1;
    }
    auto changed = (*database)->write([&](db::Writer& writer) -> base::Result<std::int64_t> {
        writer.execute(kUnguard);
        return writer.execute(kForge, {std::atoll(argv[2])});
    });
    return changed && *changed == 1 ? 0 : 1;
}
