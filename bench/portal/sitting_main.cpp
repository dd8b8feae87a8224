// The papers of a sitting of 300 grants through the functions of the desk, as its pages call them: agenda closed
// (report and annex drawn up and kept), then every applicant told (order and letter as PDF, kept, mail queued).
//
//   bench_sitting FOLDER NODE_MODULES [FILES]     FOLDER must not exist
//
// Database and documents are as durable as on a server: each act is on the disk before the next.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>
#include <sys/resource.h>

#include "aides/envelope/ledger.hpp"
#include "aides/replay/files.hpp"
#include "aides/replay/years.hpp"
#include "aides/sitting/papers.hpp"
#include "aides/sitting/session.hpp"
#include "app.hpp"
#include "territory/import.hpp"

#ifndef BEFFROI_SHARE
#define BEFFROI_SHARE "."
#endif

namespace {

using namespace beffroi;         // NOLINT(google-build-using-namespace)
using namespace beffroi::aides;  // NOLINT(google-build-using-namespace)
using application::Action;
using base::make_date;

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Spent {
    double seconds = 0;
    double processor = 0;
};

template <typename What>
base::Result<Spent> timed(What what) {
    const auto from = std::chrono::steady_clock::now();
    const double before = processor_seconds();
    TRY(what());
    return Spent{std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count(),
                 processor_seconds() - before};
}

base::Result<std::string> run(const std::filesystem::path& folder, const std::filesystem::path& packages, int files) {
    pages::Settings settings;
    settings.data_folder = folder;
    settings.share_folder = BEFFROI_SHARE;
    settings.log_level = "error";
    settings.demonstration = true;
    settings.second_factor_required = false;
    base::ManualClock clock(base::from_paris(make_date(2023, 1, 2), 8, 0));
    auto app = TRY(apps::App::open(settings, clock));
    TRY(territory::import_packages(*app->db, packages, clock.now(), [](const territory::ImportProgress&) {}));
    TRY(app->reload_territory());
    replay::Stage stage{*app->desk, app->accounts, app->schemes, clock, 2023, {}};
    replay::Random random(stage.seed);
    auto cast = TRY(replay::make_cast(stage));
    replay::at(stage, make_date(2023, 3, 10), 10);
    auto edition = TRY(replay::open_edition(stage, cast, "hdf-videoprotection/2023"));
    TRY(app->db->write([&](db::Writer& writer) {
        return envelope::open(writer, "hdf-videoprotection", "2023", "2023", base::Cents{1'000'000'000},
                              {cast.finance.id, clock.now(), "Banc d’essai", "Banc d’essai"});
    }));
    // Inside the window of that edition: 13 March to 16 June.
    replay::at(stage, make_date(2023, 3, 14), 9);
    std::vector<replay::File> all;
    for (const auto& planned : replay::plan_2023(*app->territory, {}, files, random)) {
        all.push_back(TRY(replay::write_draft(stage, edition, planned, random)));
        TRY(replay::sign(stage, all.back()));
        clock.set({clock.now().ms + 60'000});
        TRY(replay::review(stage, all.back(), cast.officers[0]));
        TRY(replay::act(stage, all.back(), Action::Propose, cast.officers[0]));
        if (all.size() % 50 == 0) std::cerr << fmt::format("        {} of {} files\n", all.size(), files);
    }
    replay::at(stage, make_date(2023, 6, 1), 10);
    auto sitting = TRY(sitting::create(
        *app->desk, {"Commission permanente du 29 juin 2023", make_date(2023, 6, 29), "simulated"}, cast.secretary));
    for (const auto& file : all) TRY(sitting::put_on_agenda(*app->desk, sitting, file.id, cast.secretary));

    const Spent papers =
        TRY(timed([&] { return sitting::close_agenda(*app->desk, sitting, "2023-R1", cast.secretary); }));
    replay::at(stage, make_date(2023, 6, 29), 11);
    std::vector<sitting::ItemId> items;
    auto view = app->db->read([&](db::Reader& reader) { return sitting::load(reader, sitting); });
    for (const auto& item : view->items) items.push_back(item.id);
    TRY(sitting::record_vote(*app->desk, sitting, "Vote sur l’ensemble", {60, 58, 50, 4, 4}, items, cast.secretary));
    const Spent decisions =
        TRY(timed([&] { return sitting::decide(*app->desk, sitting, {"2023.S1", "Aides"}, cast.secretary); }));
    replay::at(stage, make_date(2023, 7, 1), 10);
    TRY(sitting::transmit(*app->desk, sitting, "accusé", clock.now(), cast.secretary));
    int told = 0;
    const Spent letters = TRY(timed([&]() -> base::Status {
        for (const auto& line : sitting::notify_all(*app->desk, sitting, cast.secretary)) {
            if (line.refusal) return base::fail(base::Code::Internal, "a letter was refused: " + line.number);
            ++told;
        }
        return {};
    }));
    return fmt::format(
        R"({{"grants":{},"told":{},"papers_s":{:.3f},"papers_cpu_s":{:.3f},"decisions_s":{:.3f},"letters_s":{:.3f},"letters_cpu_s":{:.3f}}})",
        items.size(), told, papers.seconds, papers.processor, decisions.seconds, letters.seconds, letters.processor);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr << "bench_sitting FOLDER NODE_MODULES [FILES]\n";
        return 2;
    }
    auto result = run(arguments[1], arguments[2], count > 3 ? std::atoi(arguments[3]) : 300);
    if (!result) {
        std::cerr << "bench_sitting: " << result.error().detail << '\n';
        return 1;
    }
    std::cout << *result << '\n';
    return 0;
}
