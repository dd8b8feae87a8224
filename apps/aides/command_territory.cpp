#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "app.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "territory/import.hpp"
#include "territory/map.hpp"
#include "territory/report.hpp"

namespace beffroi::apps {

int say(const Common& common, const base::Error& error) {
    std::string detail = error.detail;
    if (!error.message.key.empty())
        if (auto catalogue = load_catalogue(common.settings)) detail = catalogue->text(common.language, error);
    if (common.json)
        std::cout << fmt::format(R"({{"error":"{}","message":{}}})", base::code_name(error.code),
                                 base::json_string(detail))
                  << "\n";
    std::cerr << "beffroi-aides: " << detail << "\n";
    bool arguments = error.code == base::Code::Invalid || error.code == base::Code::NotFound;
    return arguments ? kWrongArguments : kFailed;
}

namespace {

// Opens the data and writes what `use(App&, Text)` gives, a Result of text and JSON.
template <typename Use>
int with_app(const Common& common, Use&& use) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    auto shown = use(**app, base::Text((*app)->catalogue, common.language));
    if (!shown) return say(common, shown.error());
    std::cout << *shown;
    if (!shown->ends_with('\n')) std::cout << "\n";
    return kDone;
}

base::Status need_territory(const territory::Directory& directory) {
    if (directory.commune_count() == 0)
        return base::fail(base::Code::Unavailable, "no commune is loaded: run `beffroi-aides territory import` first");
    return {};
}

}  // namespace

int territory_show(const Common& common, const std::string& what) {
    return with_app(common, [&](App& app, const base::Text& text) -> base::Result<std::string> {
        TRY(need_territory(*app.territory));
        auto sheet = TRY(territory::show(*app.territory, what, base::paris_date(app.clock.now())));
        return common.json ? territory::to_json(*app.territory, sheet)
                           : territory::to_text(*app.territory, sheet, text);
    });
}

int territory_search(const Common& common, const std::string& words) {
    return with_app(common, [&](App& app, const base::Text& text) -> base::Result<std::string> {
        TRY(need_territory(*app.territory));
        auto hits = app.territory->search({.words = words});
        return common.json ? territory::to_json(*app.territory, hits) : territory::to_text(*app.territory, hits, text);
    });
}

int territory_import(const Common& common, const std::filesystem::path& node_modules) {
    return with_app(common, [&](App& app, const base::Text& text) -> base::Result<std::string> {
        auto report = TRY(territory::import_packages(
            *app.db, node_modules, app.clock.now(), [](const territory::ImportProgress& progress) {
                std::cerr << fmt::format("        {}/{} {} {}\n", progress.done, progress.total, progress.package,
                                         progress.step);
            }));
        return common.json ? territory::to_json(report) : territory::to_text(report, text);
    });
}

int territory_import_contours(const Common& common, const std::filesystem::path& file, double tolerance_m) {
    return with_app(common, [&](App& app, const base::Text& text) -> base::Result<std::string> {
        auto report = TRY(territory::import_contours(*app.db, file, app.clock.now(), tolerance_m));
        return common.json ? territory::to_json(report) : territory::to_text(report, text);
    });
}

}  // namespace beffroi::apps
