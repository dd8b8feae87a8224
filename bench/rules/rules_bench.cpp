// Rule evaluations per second on one core, and the simulation over all communes. Prints JSON; run.mjs runs publicodes
// on the same applications and compares the sums, so that both are known to compute the same thing.
//
//   bench_rules schemes/hdf-videoprotection/2022.toml locale [applications.json]
#include <cstdio>
#include <ctime>
#include <fstream>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aides/scheme/edition.hpp"
#include "aides/scheme/simulate.hpp"

namespace {

using namespace beffroi;  // NOLINT(google-build-using-namespace): a program, not a header

constexpr std::size_t kApplications = 2048;
constexpr std::size_t kCommunes = 34'969;  // of metropolitan France and overseas, 1 January 2022
constexpr int kRounds = 7;

// Seconds of processor that this thread has had: what others do on the machine at the same time must not count.
double processor_seconds() {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
}

// A fixed sequence: the same applications on every machine.
class Sequence {
  public:
    std::int64_t next(std::int64_t below) {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::int64_t>((state_ >> 33U) % static_cast<std::uint64_t>(below));
    }

  private:
    std::uint64_t state_ = 42;
};

scheme::ExpenseLine line(std::string category, std::int64_t cents) {
    scheme::ExpenseLine out;
    out.category = std::move(category);
    out.ht.value = cents;
    return out;
}

// Three lines each, one of them not eligible; a commune in ten is too large, one in ten lies elsewhere. Whole tens of
// cents, so that 30 % is exact for publicodes too, which computes in binary floating point.
std::vector<scheme::Facts> applications() {
    Sequence random;
    std::vector<scheme::Facts> out(kApplications);
    for (auto& facts : out) {
        facts.applicant.code = fmt::format("{}", 59001 + random.next(600));
        facts.applicant.department = "59";
        facts.applicant.region = random.next(10) == 0 ? "28" : "32";
        std::int64_t population = random.next(10) == 0 ? 20'000 + random.next(80'000) : random.next(20'000);
        facts.applicant.populations.push_back({scheme::PopulationFigure::Municipale, 2022, population, "INSEE"});
        facts.history.loaded = true;
        facts.nature = random.next(3) == 0 ? scheme::Nature::Extension : scheme::Nature::Installation;
        facts.expenses.push_back(line("cameras", 10 * random.next(1'500'000)));
        facts.expenses.push_back(line("network", 10 * random.next(300'000)));
        facts.expenses.push_back(line("maintenance", 10 * random.next(50'000)));
    }
    return out;
}

struct Measure {
    double per_second = 0;
    std::int64_t sum = 0;
};

// The best of several rounds of at least 0.2 s of processor.
template <typename F>
Measure measure(std::size_t per_pass, F&& pass) {
    Measure out;
    for (int round = 0; round < kRounds; ++round) {
        std::size_t done = 0;
        double start = processor_seconds();
        double seconds = 0;
        do {
            out.sum = pass();
            done += per_pass;
            seconds = processor_seconds() - start;
        } while (seconds < 0.2);
        out.per_second = std::max(out.per_second, static_cast<double>(done) / seconds);
    }
    return out;
}

void dump(const std::vector<scheme::Facts>& all, const char* path) {
    boost::json::array out;
    for (const auto& facts : all) {
        out.push_back(boost::json::object{{"region", facts.applicant.region},
                                          {"population", facts.applicant.populations.front().value},
                                          {"nature", scheme::name_of(facts.nature)},
                                          {"cameras", static_cast<double>(facts.expenses[0].ht.value) / 100},
                                          {"network", static_cast<double>(facts.expenses[1].ht.value) / 100},
                                          {"maintenance", static_cast<double>(facts.expenses[2].ht.value) / 100}});
    }
    std::ofstream(path) << boost::json::serialize(out);
}

double simulation_ms(const scheme::Edition& edition, const scheme::Edition* against) {
    Sequence random;
    std::vector<std::string> codes, departments, regions;
    std::vector<std::int64_t> populations;
    for (std::size_t i = 0; i < kCommunes; ++i) {
        int department = 1 + static_cast<int>(i * 95 / kCommunes);
        departments.push_back(fmt::format("{:02}", department));
        codes.push_back(fmt::format("{:02}{:03}", department, i % 1000));
        regions.emplace_back("32");
        populations.push_back(random.next(100) < 97 ? random.next(10'000) : random.next(200'000));
    }
    scheme::CommuneColumns columns{codes, departments, regions, populations, {}};
    double best = 1e9;
    for (int round = 0; round < 20; ++round) {
        double start = processor_seconds();
        auto result = scheme::simulate(edition, against, columns, {});
        double ms = (processor_seconds() - start) * 1000;
        if (result.communes != static_cast<std::int64_t>(kCommunes)) std::abort();
        best = std::min(best, ms);
    }
    return best;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_rules EDITION.toml LOCALE_FOLDER [applications.json]\n");
        return 2;
    }
    scheme::Loaded loaded = scheme::load_edition_file(argv[1]);
    if (!loaded.edition) {
        std::fprintf(stderr, "%s\n", loaded.error().detail.c_str());
        return 1;
    }
    const scheme::Edition& edition = *loaded.edition;
    base::Catalogue catalogue = base::value_or_throw(base::Catalogue::load(argv[2]));
    base::Text text(catalogue, base::Language::Fr);
    std::vector<scheme::Facts> all = applications();
    if (argc > 3) dump(all, argv[3]);

    Measure fast = measure(all.size(), [&] {
        std::int64_t sum = 0;
        for (const auto& facts : all) sum += scheme::evaluate_fast(edition, facts).amount.value;
        return sum;
    });
    Measure explained = measure(all.size(), [&] {
        std::int64_t sum = 0;
        for (const auto& facts : all) sum += scheme::evaluate(edition, facts).outcome.amount.value;
        return sum;
    });
    Measure json = measure(256, [&] {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < 256; ++i)
            sum += scheme::to_json(scheme::evaluate(edition, all[i]), edition, text).size();
        return static_cast<std::int64_t>(sum);
    });
    auto varied =
        scheme::vary(edition, {.population_below = 25'000, .rate = base::Rate{4000}, .ceiling = {}, .envelope = {}});
    boost::json::object out{{"applications", all.size()},
                            {"amount_sum_cents", fast.sum},
                            {"same_with_explanation", fast.sum == explained.sum},
                            {"fast_per_second", fast.per_second},
                            {"explained_per_second", explained.per_second},
                            {"explained_json_per_second", json.per_second},
                            {"communes", kCommunes},
                            {"simulation_ms", simulation_ms(edition, nullptr)},
                            {"simulation_against_ms", simulation_ms(*varied, &edition)}};
    std::printf("%s\n", boost::json::serialize(out).c_str());
    return fast.sum == explained.sum ? 0 : 1;
}
