// What is the same for every engine.
#include "db/db.hpp"

#include "db/sqlite.hpp"
#include "db/version.hpp"

namespace beffroi::db {

std::int64_t Reader::number(const Query& query, std::initializer_list<Param> params) {
    std::int64_t value = 0;
    run(query, std::span(params.begin(), params.size()), [&](const Row& row) {
        value = row.is_null(0) ? 0 : row.integer(0);
        return false;
    });
    return value;
}

std::int64_t Writer::execute(const Query& query, std::initializer_list<Param> params) {
    run(query, std::span(params.begin(), params.size()), [](const Row&) { return true; });
    return changes();
}

std::int64_t version(Database& database) {
    auto* versioned = dynamic_cast<Versioned*>(&database);
    ASSERT(versioned != nullptr);
    return versioned->version();
}

base::Result<std::unique_ptr<Database>> Database::open(const Options& options) {
    for (std::string_view scheme : {"postgresql://", "postgres://"})
        if (std::string_view(options.path).substr(0, scheme.size()) == scheme)
            return base::fail(base::Code::Invalid, "this version keeps its data in SQLite: give the path of a file");
    return open_sqlite(options);
}

}  // namespace beffroi::db
