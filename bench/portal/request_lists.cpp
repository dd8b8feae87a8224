#include "request_lists.hpp"

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace beffroi::bench {

namespace {

constexpr db::Query kFiles{
    "bench_some_files",
    "SELECT id FROM application WHERE filed_ms IS NOT NULL AND id % 17 = 3 ORDER BY id % 997, id "
    "LIMIT 1000"};
constexpr db::Query kGrants{
    "bench_some_grants",
    "SELECT a.number FROM application a JOIN sitting s ON s.id = a.sitting_id WHERE a.decision = "
    "'granted' AND s.status = 'published' AND a.id % 13 = 5 ORDER BY a.id % 997, a.id LIMIT 1000"};
constexpr db::Query kNames{"bench_some_names",
                           "SELECT DISTINCT applicant_name FROM application WHERE id % 11 = 7 AND filed_ms IS NOT NULL "
                           "ORDER BY id % 997, id LIMIT 1000"};
constexpr db::Query kFarPlaces{
    "bench_some_places",
    "SELECT filed_ms, id FROM application WHERE filed_ms IS NOT NULL AND id % 499 = 1 ORDER BY id "
    "LIMIT 200"};

std::vector<std::string> texts(db::Reader& reader, const db::Query& query) {
    std::vector<std::string> all;
    reader.query(query, {}, [&](const db::Row& row) { all.push_back(row.string(0)); });
    return all;
}

base::Status write_list(const std::filesystem::path& file, const std::vector<std::string>& lines) {
    std::ofstream out(file, std::ios::trunc);
    for (const auto& line : lines) out << line << '\n';
    if (!out.flush()) return base::fail(base::Code::Unavailable, file.string() + ": cannot be written");
    return {};
}

}  // namespace

base::Status write_request_lists(db::Database& database, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::vector<std::string> files, grants, names, places;
    database.read([&](db::Reader& reader) {
        for (const auto& id : texts(reader, kFiles)) files.push_back("/instruction/dossiers/" + id);
        for (const auto& number : texts(reader, kGrants)) grants.push_back("/aides-accordees/" + number);
        for (const auto& name : texts(reader, kNames)) names.push_back(base::slug(name));
        reader.query(kFarPlaces, {}, [&](const db::Row& row) {
            places.push_back(fmt::format("a{}-{}", row.integer(0), row.integer(1)));
        });
    });
    constexpr std::string_view kStates[] = {"a_traiter", "filed",    "complete",  "under_review",
                                            "proposed",  "notified", "withdrawn", "incomplete"};
    constexpr std::string_view kDepartments[] = {"", "02", "33", "59", "60", "62", "69", "80"};
    std::vector<std::string> list, search, open_list, open_search;
    // The first page, those of a state, those of my own files, and pages deep in the list.
    for (const auto state : kStates)
        for (const std::string_view who : {"", "&qui=moi", "&ordre=recents"})
            list.push_back(fmt::format("/instruction?etat={}{}", state, who));
    for (const auto& place : places) list.push_back("/instruction?suite=" + place);
    for (std::size_t i = 0; i < names.size(); ++i) {
        search.push_back(fmt::format("/instruction?q={}", names[i]));
        if (i % 4 == 0)
            search.push_back(
                fmt::format("/instruction?q={}&departement={}", names[i].substr(0, 4), kDepartments[i / 4 % 8]));
        if (i % 8 == 0)
            search.push_back(fmt::format("/instruction?departement={}&etat={}", kDepartments[1 + i / 8 % 7],
                                         kStates[1 + i / 8 % 7]));
        open_search.push_back(fmt::format("/aides-accordees?q={}", names[i]));
        if (i % 4 == 0)
            open_search.push_back(
                fmt::format("/aides-accordees?departement={}&annee={}", kDepartments[1 + i / 4 % 7], 2022 + i / 4 % 3));
    }
    for (int page = 1; page <= 200; ++page) open_list.push_back(fmt::format("/aides-accordees?page={}", page));
    TRY(write_list(folder / "officer-list.txt", list));
    TRY(write_list(folder / "officer-search.txt", search));
    TRY(write_list(folder / "officer-file.txt", files));
    TRY(write_list(folder / "public-list.txt", open_list));
    TRY(write_list(folder / "public-search.txt", open_search));
    return write_list(folder / "public-grant.txt", grants);
}

}  // namespace beffroi::bench
