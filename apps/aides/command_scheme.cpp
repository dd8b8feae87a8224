#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "aides/application/applicant.hpp"
#include "aides/application/commune_columns.hpp"
#include "aides/application/editions.hpp"
#include "aides/scheme/render.hpp"
#include "aides/scheme/simulate.hpp"
#include "app.hpp"
#include "base/text.hpp"
#include "commands.hpp"

namespace beffroi::apps {

namespace {

void print(const std::string& text) {
    std::cout << text;
    if (!text.ends_with('\n')) std::cout << "\n";
}

// Catalogue and schemes: what needs no database.
template <typename Use>
int with_library(const Common& common, Use&& use) {
    auto catalogue = load_catalogue(common.settings);
    if (!catalogue) return say(common, catalogue.error());
    auto library = scheme::SchemeLibrary::load(common.settings.share_folder / "schemes");
    if (!library) return say(common, library.error());
    return use(*library, base::Text(*catalogue, common.language));
}

base::Result<std::string> siren_of(const territory::Directory& directory, std::string_view applicant) {
    if (directory.commune_count() == 0)
        return base::fail(base::Code::Unavailable, "no commune is loaded: run `beffroi-aides territory import` first");
    if (auto code = territory::InseeCode::parse(applicant)) {
        auto commune = directory.commune(*code);
        if (!commune)
            return base::fail(base::Code::NotFound, fmt::format("no commune has the INSEE code {}", applicant));
        if (!commune->siren)
            return base::fail(base::Code::NotFound, fmt::format("the commune {} has no SIREN", applicant));
        return commune->siren->str();
    }
    auto siren = TRY(territory::Siren::parse(applicant));
    return siren.str();
}

base::Result<scheme::Evaluation> compute(App& app, const scheme::Edition& edition, const AmountArguments& arguments) {
    base::Date at =
        arguments.at.empty() ? base::make_date(edition.model().year, 1, 1) : TRY(base::parse_date(arguments.at));
    std::string siren = TRY(siren_of(*app.territory, arguments.applicant));
    auto facts = TRY(app.db->read([&](db::Reader& reader) {
        return aides::application::applicant_facts(reader, *app.territory, edition, siren, at);
    }));
    facts.nature = TRY(scheme::parse_nature(arguments.nature));
    for (const std::string& expense : arguments.expenses)
        facts.expenses.push_back(TRY(scheme::parse_expense(edition, expense)));
    for (const std::string& funding : arguments.funding) facts.funding.push_back(TRY(scheme::parse_funding(funding)));
    // Without a date, the question is about the rules and not about the window of filing.
    if (!arguments.at.empty()) facts.filed = at;
    return scheme::evaluate(edition, facts);
}

// The file itself, or the edition of that name in the library.
base::Result<scheme::EditionPtr> edition_at(const scheme::SchemeLibrary& library, const std::filesystem::path& what) {
    if (!std::filesystem::exists(what)) return library.find(what.string());
    scheme::Loaded loaded = scheme::load_edition_file(what);
    if (!loaded.edition) return std::unexpected(loaded.error());
    return loaded.edition;
}

base::Result<std::string> run_simulation(App& app, const SimulateArguments& arguments, bool json,
                                         const base::Text& text) {
    scheme::EditionPtr edition = TRY(edition_at(app.schemes, arguments.file));
    scheme::EditionPtr against;
    if (!arguments.against.empty()) against = TRY(app.schemes.find(arguments.against));
    scheme::Variation variation;
    if (arguments.below) variation.population_below = *arguments.below;
    if (!arguments.rate.empty()) variation.rate = TRY(base::parse_percent(arguments.rate));
    if (!arguments.ceiling.empty()) variation.ceiling = TRY(base::parse_euros(arguments.ceiling));
    bool varied = variation.population_below || variation.rate || variation.ceiling;
    if (varied && !against) against = edition;
    if (varied) edition = scheme::vary(*edition, variation);
    territory::RegionCode region;
    if (!arguments.all) region = TRY(territory::RegionCode::parse(arguments.region));
    aides::application::CommuneColumns columns(*app.territory, *edition, against.get(), region);
    if (columns.communes().empty()) return base::fail(base::Code::NotFound, "no commune is loaded there");
    scheme::Simulation simulation = scheme::simulate(*edition, against.get(), columns.view(), {});
    return json ? scheme::simulation_json(simulation, text) : scheme::simulation_text(simulation, variation, text);
}

}  // namespace

int scheme_list(const Common& common) {
    return with_library(common, [&](const scheme::SchemeLibrary& library, const base::Text& text) {
        print(common.json ? scheme::list_json(library, text) : scheme::list_text(library, text));
        return kDone;
    });
}

int scheme_check(const Common& common, const std::filesystem::path& file) {
    auto catalogue = load_catalogue(common.settings);
    if (!catalogue) return say(common, catalogue.error());
    if (!std::filesystem::exists(file))
        return say(common, {base::Code::NotFound, fmt::format("{}: no such file", file.string()), {}});
    base::Text text(*catalogue, common.language);
    scheme::CheckReport report = scheme::check_file(file);
    print(common.json ? scheme::check_json(report, text) : scheme::check_text(report, text));
    return report.valid() ? kDone : kFound;
}

int scheme_show(const Common& common, const std::string& id) {
    return with_library(common, [&](const scheme::SchemeLibrary& library, const base::Text& text) {
        auto edition = library.find(id);
        if (!edition) return say(common, edition.error());
        print(common.json ? scheme::show_json(**edition, text) : scheme::show_text(**edition, text));
        return kDone;
    });
}

int amount(const Common& common, const AmountArguments& arguments) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    auto edition = (*app)->schemes.find(arguments.edition);
    if (!edition) return say(common, edition.error());
    auto evaluation = compute(**app, **edition, arguments);
    if (!evaluation) return say(common, evaluation.error());
    base::Text text((*app)->catalogue, common.language);
    print(common.json ? scheme::amount_json(*evaluation, **edition, text)
                      : scheme::amount_text(*evaluation, **edition, text));
    return evaluation->eligible() ? kDone : kNotEligible;
}

int simulate(const Common& common, const SimulateArguments& arguments) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    auto shown = run_simulation(**app, arguments, common.json, base::Text((*app)->catalogue, common.language));
    if (!shown) return say(common, shown.error());
    print(*shown);
    return kDone;
}

int edition_publish(const Common& common, const std::string& id) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    const scheme::LibraryEntry* entry = (*app)->schemes.entry(id);
    if (entry == nullptr) return say(common, (*app)->schemes.find(id).error());
    auto read = [](const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    std::filesystem::path cases = entry->file;
    cases.replace_extension(".cases.toml");
    auto published = (*app)->db->write([&](db::Writer& writer) {
        return aides::application::publish(writer, read(entry->file), read(cases), {}, clock.now());
    });
    if (!published) return say(common, published.error());
    print(common.json ? fmt::format(R"({{"edition":{},"id":{}}})", base::json_string(id), published->value) : id);
    return kDone;
}

}  // namespace beffroi::apps
