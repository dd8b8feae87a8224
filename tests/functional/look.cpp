// Looks into a database beside the program: each row of each statement as one JSON array of texts, numbers and nulls.
//   look DATABASE SQL …
#include <iostream>
#include <string>

#include "base/text.hpp"
#include "db/db.hpp"

int main(int argc, char** argv) {
    using namespace beffroi;  // NOLINT(google-build-using-namespace): a program of one function
    if (argc < 3) {
        std::cerr << "usage: look DATABASE SQL …\n";
        return 2;
    }
    auto database = db::Database::open({.path = argv[1]});
    if (!database) {
        std::cerr << database.error().detail << "\n";
        return 1;
    }
    // The statement says what its columns are: SELECT json_array(…).
    (*database)->read([&](db::Reader& reader) {
        for (int i = 2; i < argc; ++i)
            reader.query(db::Query{"look", argv[i]}, {}, [](const db::Row& row) { std::cout << row.text(0) << "\n"; });
    });
    return 0;
}
