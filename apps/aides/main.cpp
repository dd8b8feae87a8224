// The command line of beffroi-aides: arguments and help, nothing else.
#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "config.hpp"

namespace {

using namespace beffroi;  // NOLINT(google-build-using-namespace): this file is the program

struct Options {
    std::string config;
    std::string data;
    std::string share;
    std::string language = "fr";
    bool json = false;
};

std::string from_environment(const char* name, std::string fallback) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    return value != nullptr && *value != 0 ? value : std::move(fallback);
}

base::Result<apps::Common> common_of(const Options& options) {
    apps::Common common;
    if (!options.config.empty()) common.settings = TRY(apps::load_config(options.config));
    auto& settings = common.settings;
    if (!options.data.empty()) settings.data_folder = options.data;
    if (settings.data_folder.empty()) settings.data_folder = from_environment("BEFFROI_DATA", "var/aides");
    if (!options.share.empty()) settings.share_folder = options.share;
    if (settings.share_folder.empty()) settings.share_folder = from_environment("BEFFROI_SHARE", BEFFROI_SHARE);
    common.language = options.language == "en" ? base::Language::En : base::Language::Fr;
    common.json = options.json;
    return common;
}

// The words of the command line, as CLI11 reads them.
class Program {
  public:
    Program();
    int run(int argc, char** argv);

  private:
    using Command = std::function<int(const apps::Common&)>;
    CLI::App* command(CLI::App& parent, const std::string& name, const std::string& help, Command action);
    void territory();
    void schemes();
    void desk();
    void keeping();

    CLI::App cli_{
        "beffroi-aides: the aid scheme of a French region for video-protection, from the call to the published list.\n"
        "Data are in the folder of --data (or $BEFFROI_DATA, or ./var/aides). Every command takes --json."};
    Options options_;
    Command chosen_;
    apps::AmountArguments amount_;
    apps::SimulateArguments simulate_;
    std::string text_;
    std::string second_;
    std::string siren_;
    std::string file_;
    std::vector<std::string> roles_;
    double tolerance_ = 100;
    int port_ = 8080;
};

CLI::App* Program::command(CLI::App& parent, const std::string& name, const std::string& help, Command action) {
    CLI::App* added = parent.add_subcommand(name, help);
    added->callback([this, action = std::move(action)] { chosen_ = action; });
    added->fallthrough();
    return added;
}

void Program::territory() {
    CLI::App* group = cli_.add_subcommand("territory", "Communes and groupings of France, with their populations");
    group->require_subcommand(1)->fallthrough();
    command(*group, "show", "One commune or grouping: populations by figure and year, grouping, history",
            [this](const apps::Common& c) { return apps::territory_show(c, text_); })
        ->add_option("WHAT", text_, "INSEE code, SIREN or name: 59172, 215901729, Denain")
        ->required();
    command(*group, "search", "By the beginning of words, whatever accents, hyphens and saints",
            [this](const apps::Common& c) { return apps::territory_search(c, text_); })
        ->add_option("WORDS", text_)
        ->required();
    command(*group, "import", "From the npm packages @etalab/decoupage-administratif (tools/npm)",
            [this](const apps::Common& c) { return apps::territory_import(c, file_); })
        ->add_option("NODE_MODULES", file_, "folder node_modules of tools/npm")
        ->default_str("tools/npm/node_modules");
    CLI::App* contours =
        command(*group, "import-contours", "Contours for the maps, from a GeoJSON of contours-administratifs",
                [this](const apps::Common& c) { return apps::territory_import_contours(c, file_, tolerance_); });
    contours->add_option("FILE", file_, "communes-1000m.geojson")->required();
    contours->add_option("--tolerance", tolerance_, "metres by which a simplified border may stray")
        ->capture_default_str();
}

void Program::schemes() {
    CLI::App* group = cli_.add_subcommand("scheme", "Editions of schemes: files under schemes/");
    group->require_subcommand(1)->fallthrough();
    command(*group, "list", "All editions, and whether they can be opened",
            [](const apps::Common& c) { return apps::scheme_list(c); });
    command(*group, "check", "Reads a file and runs its cases: says file, line, key and what was expected",
            [this](const apps::Common& c) { return apps::scheme_check(c, file_); })
        ->add_option("FILE", file_)
        ->required();
    command(*group, "show", "Every value of an edition with its source",
            [this](const apps::Common& c) { return apps::scheme_show(c, text_); })
        ->add_option("ID/EDITION", text_, "hdf-videoprotection/2022")
        ->required();

    CLI::App* amount = command(cli_, "amount",
                               "What a project would get, and why.\n"
                               "Exit 0 eligible, 3 not eligible, 2 wrong arguments. Example:\n"
                               "  beffroi-aides amount hdf-videoprotection/2022 --applicant 62502 --nature extension "
                               "--expense cameras=56961.00",
                               [this](const apps::Common& c) { return apps::amount(c, amount_); });
    amount->add_option("ID/EDITION", amount_.edition, "hdf-videoprotection/2022")->required();
    amount->add_option("--applicant", amount_.applicant, "INSEE code of a commune, or SIREN")->required();
    amount->add_option("--nature", amount_.nature, "installation, extension, renewal or improvement")->required();
    amount->add_option("--expense", amount_.expenses, "CATEGORY=EUR, or CATEGORY:QUANTITY=EUR; may be repeated")
        ->required();
    amount->add_option("--public-funding", amount_.funding, "SOURCE=EUR (detr=20000); may be repeated");
    amount->add_option("--at", amount_.at, "date at which the rules are read, 2022-06-01");

    CLI::App* simulate =
        command(cli_, "simulate", "The effect of a rule over every commune: eligible, amounts, need, per département",
                [this](const apps::Common& c) { return apps::simulate(c, simulate_); });
    simulate->add_option("FILE", simulate_.file, "an edition's file, or ID/EDITION")->required();
    simulate->add_option("--against", simulate_.against, "ID/EDITION to compare with");
    auto* region =
        simulate->add_option("--region", simulate_.region, "INSEE code of the region")->capture_default_str();
    simulate->add_flag("--all", simulate_.all, "all of France")->excludes(region);
    simulate->add_option("--below", simulate_.below, "what if: population below");
    simulate->add_option("--rate", simulate_.rate, "what if: rate, 40 or 40 %");
    simulate->add_option("--ceiling", simulate_.ceiling, "what if: ceiling in euros");
}

void Program::desk() {
    command(cli_, "serve", "Starts the portal and the postman; stops in order at SIGTERM or SIGINT",
            [](const apps::Common& c) { return apps::serve(c); });
    CLI::App* demo =
        command(cli_, "demo",
                "Replays 2022 into an empty data folder, for visitors; tells the accounts when it is there already",
                [this](const apps::Common& c) { return apps::demo(c, file_, port_); });
    demo->add_option("--npm", file_, "folder node_modules of tools/npm")->default_str("tools/npm/node_modules");
    demo->add_option("--port", port_, "port of the portal")->capture_default_str();
    CLI::App* edition = cli_.add_subcommand("edition", "Editions open to applications");
    edition->require_subcommand(1)->fallthrough();
    command(*edition, "publish", "Opens an edition: refused when a case fails or a needed value is unknown",
            [this](const apps::Common& c) { return apps::edition_publish(c, text_); })
        ->add_option("ID/EDITION", text_)
        ->required();
    CLI::App* person = cli_.add_subcommand("person", "Accounts");
    person->require_subcommand(1)->fallthrough();
    CLI::App* create =
        command(*person, "create", "Creates an account and prints its activation link, once",
                [this](const apps::Common& c) { return apps::person_create(c, text_, second_, roles_, siren_); });
    create->add_option("EMAIL", text_)->required();
    create->add_option("NAME", second_)->required();
    create->add_option("--role", roles_, "officer, head, finance, secretary, elected, auditor, admin; may be repeated");
    create->add_option("--signs-for", siren_, "SIREN of the commune or grouping that this person signs for");
}

void Program::keeping() {
    CLI::App* journal = cli_.add_subcommand("journal", "The record of acts");
    journal->require_subcommand(1)->fallthrough();
    command(*journal, "verify", "Reads the whole chain; exit 4 and the first broken entry when it was tampered with",
            [this](const apps::Common& c) { return apps::journal_verify(c, text_); })
        ->add_option("--head", text_, "a head kept elsewhere, as `journal head` prints it");
    command(*journal, "head", "Where the chain stands: keep it outside",
            [](const apps::Common& c) { return apps::journal_head(c); });
    command(cli_, "backup", "Copies database and documents while the portal runs",
            [this](const apps::Common& c) { return apps::backup(c, file_); })
        ->add_option("FOLDER", file_, "must not exist, or be a former backup")
        ->required();
    command(cli_, "restore", "Makes a data folder from a backup; refuses to write over data",
            [this](const apps::Common& c) { return apps::restore(c, file_); })
        ->add_option("FOLDER", file_)
        ->required();
    command(cli_, "verify", "Checks database, journal, envelope and every stored document",
            [](const apps::Common& c) { return apps::verify_store(c); });
    command(cli_, "compact",
            "Gives back to the disk what the database file holds empty; the portal is stopped meanwhile",
            [](const apps::Common& c) { return apps::compact(c); });
}

Program::Program() {
    cli_.require_subcommand(1);
    cli_.fallthrough();
    cli_.set_version_flag("--version", std::string("beffroi-aides ") + BEFFROI_VERSION);
    cli_.add_option("--config", options_.config, "configuration file (docs/configuration.md)");
    cli_.add_option("--data", options_.data, "data folder");
    cli_.add_option("--share", options_.share, "folder of schemes, locale, templates, assets and migrations");
    cli_.add_option("--language", options_.language, "fr or en")->check(CLI::IsMember({"fr", "en"}));
    cli_.add_flag("--json", options_.json, "for scripts: one JSON value on standard output");
    territory();
    schemes();
    desk();
    keeping();
}

int Program::run(int argc, char** argv) {
    try {
        cli_.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return cli_.exit(success);
    } catch (const CLI::ParseError& fault) {
        std::cerr << "beffroi-aides: " << fault.what() << "\n\n";
        const CLI::App* deepest = &cli_;
        while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
        std::cerr << deepest->help();
        return apps::kWrongArguments;
    }
    auto common = common_of(options_);
    if (!common) {
        std::cerr << "beffroi-aides: " << common.error().detail << "\n";
        return apps::kWrongArguments;
    }
    if (file_.empty()) file_ = "tools/npm/node_modules";
    try {
        return chosen_(*common);
    } catch (const base::Failure& failure) {
        return apps::say(*common, failure.error());
    } catch (const std::exception& fault) {
        return apps::say(*common, {base::Code::Internal, fault.what(), {}});
    }
}

}  // namespace

int main(int argc, char** argv) {
    return Program().run(argc, argv);
}
