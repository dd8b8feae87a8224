// On the real packages: BEFFROI_NPM_DATA=tools/npm/node_modules build/release/bin/bench_territory, from the root of the
// repository.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "db/test_support.hpp"
#include "territory/directory.hpp"
#include "territory/import.hpp"

namespace {

using namespace beffroi;
using namespace beffroi::territory;

struct Data {
    db::ScratchFolder folder;
    std::unique_ptr<db::Database> database = db::migrated_database(folder.file("territory.db"));
    std::shared_ptr<const Directory> directory;
    static Data& get() {
        static Data data;
        return data;
    }

  private:
    Data() {
        base::value_or_throw(import_packages(*database, std::filesystem::path(std::getenv("BEFFROI_NPM_DATA")), {}));
        directory = base::value_or_throw(Directory::load(*database));
    }
};

void import_everything(benchmark::State& state) {
    for (auto _ : state) {
        db::ScratchFolder folder;
        auto database = db::migrated_database(folder.file("territory.db"));
        benchmark::DoNotOptimize(
            import_packages(*database, std::filesystem::path(std::getenv("BEFFROI_NPM_DATA")), {}));
    }
}
BENCHMARK(import_everything)->Unit(benchmark::kMillisecond)->Iterations(2);

void import_again(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(
            import_packages(*Data::get().database, std::filesystem::path(std::getenv("BEFFROI_NPM_DATA")), {}));
}
BENCHMARK(import_again)->Unit(benchmark::kMillisecond);

void load(benchmark::State& state) {
    Data& data = Data::get();
    for (auto _ : state) benchmark::DoNotOptimize(Directory::load(*data.database));
    state.counters["MB"] = static_cast<double>(data.directory->memory()) / 1e6;
}
BENCHMARK(load)->Unit(benchmark::kMillisecond);

void search(benchmark::State& state, const char* words, const char* region) {
    const Directory& directory = *Data::get().directory;
    std::optional<RegionCode> in;
    if (region != nullptr) in = base::value_or_throw(RegionCode::parse(region));
    for (auto _ : state) benchmark::DoNotOptimize(directory.search({.words = words, .region = in}));
}
#define SEARCH(name, words, region) BENCHMARK_CAPTURE(search, name, words, region)->Unit(benchmark::kMicrosecond)
SEARCH(one_letter, "s", nullptr);
SEARCH(one_letter_small_region, "s", "94");
SEARCH(prefix, "den", nullptr);
SEARCH(name, "saint jans cappel", nullptr);
SEARCH(two_frequent_words, "le sur", nullptr);
SEARCH(two_frequent_words_small_region, "le sur", "94");
SEARCH(label, "Saint-Jans-Cappel (Nord, 59)", nullptr);
SEARCH(insee, "59172", nullptr);
SEARCH(mistyped, "denin", nullptr);

// Every prefix that typing the name of each commune of the region goes through.
void search_as_typed(benchmark::State& state) {
    const Directory& directory = *Data::get().directory;
    std::vector<std::string> prefixes;
    for (CommuneIndex i : directory.communes_of(base::value_or_throw(RegionCode::parse("32")), 2026)) {
        std::string_view name = directory.commune_at(i).name;
        for (std::size_t n = 1; n <= name.size(); ++n) prefixes.emplace_back(name.substr(0, n));
    }
    std::size_t at = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(directory.search({.words = prefixes[at++ % prefixes.size()], .region = std::nullopt}));
}
BENCHMARK(search_as_typed)->Unit(benchmark::kMicrosecond);

void all_communes_against_a_threshold(benchmark::State& state) {
    const Directory& directory = *Data::get().directory;
    for (auto _ : state) {
        Columns columns = directory.columns(Figure::Municipale, 2026, 2026);
        int below = 0;
        for (CommuneIndex i : columns.present) below += columns.population[i] < 20'000 ? 1 : 0;
        benchmark::DoNotOptimize(below);
    }
}
BENCHMARK(all_communes_against_a_threshold)->Unit(benchmark::kMicrosecond);

void population_of_one(benchmark::State& state) {
    const Directory& directory = *Data::get().directory;
    InseeCode denain = base::value_or_throw(InseeCode::parse("59172"));
    for (auto _ : state) benchmark::DoNotOptimize(directory.population(denain, Figure::Municipale, 2022));
}
BENCHMARK(population_of_one);

}  // namespace

int main(int argc, char** argv) {
    if (std::getenv("BEFFROI_NPM_DATA") == nullptr) {
        std::puts("skipped: no data (set BEFFROI_NPM_DATA to the node_modules of tools/npm)");
        return 0;
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
