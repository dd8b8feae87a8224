#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "aides/replay/replay.hpp"
#include "app.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "territory/import.hpp"

namespace beffroi::apps {

namespace {

namespace fs = std::filesystem;
using aides::replay::Replayed;
using base::Code;

constexpr std::string_view kAccountsFile = "demonstration.json";

// Holds passwords: for the owner's eyes only.
base::Status write_private(const fs::path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    std::error_code error;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
    out << text;
    if (error || !out.flush())
        return base::fail(Code::Unavailable, fmt::format("{}: cannot be written", file.string()));
    return {};
}

std::string accounts_json(const Replayed& replayed, int port) {
    std::string accounts;
    for (const auto& account : replayed.accounts)
        accounts += fmt::format(R"({}  {{"role":"{}","name":{},"email":{},"password":{},"place":{}}})",
                                accounts.empty() ? "" : ",\n", account.role, base::json_string(account.name),
                                base::json_string(account.email), base::json_string(account.password),
                                base::json_string(account.place));
    return fmt::format(
        "{{\"url\":\"http://"
        "127.0.0.1:{}\",\n\"communes_2022\":{},\"granted_2022_cents\":{},\"communes_2022_11_22\":{},\"granted_2022_11_"
        "22_cents\":{},"
        "\"files_2023\":{},\n\"accounts\":[\n{}\n]}}\n",
        port, replayed.communes_2022, replayed.granted_2022.value, replayed.communes_november,
        replayed.granted_november.value, replayed.files_2023, accounts);
}

std::string config_toml(const fs::path& data, int port, base::Timestamp now, base::Timestamp since) {
    return fmt::format(
        "# Written by `beffroi-aides demo`: a demonstration on this machine only. docs/configuration.md tells every "
        "key.\n"
        "[server]\naddress = \"127.0.0.1\"\nport = {}\nbase_url = \"http://127.0.0.1:{}\"\n\n"
        "[data]\nfolder = {}\n\n"
        "[safety]\ndemonstration = true\nsecond_factor_required = false\n"
        "# The portal lives in May 2023, while that edition receives applications.\n"
        "demonstration_now = \"{}\"\ndemonstration_since = \"{}\"\n",
        port, port, base::json_string(fs::absolute(data).string()), base::iso(now), base::iso(since));
}

std::string field(std::string_view line, std::string_view name) {
    std::string key = fmt::format(R"("{}":")", name);
    std::size_t at = line.find(key);
    if (at == std::string_view::npos) return {};
    std::string_view rest = line.substr(at + key.size());
    return std::string(rest.substr(0, rest.find('"')));
}

void tell(const fs::path& data, bool json) {
    std::ifstream file(data / kAccountsFile);
    std::string all((std::istreambuf_iterator<char>(file)), {});
    if (json) {
        std::cout << all;
        return;
    }
    std::cout << fmt::format("\n  Beffroi: demonstration at {}\n\n", field(all, "url"));
    std::cout << fmt::format("  {:<10} {:<36} {:<28} {}\n", "role", "e-mail", "password", "place");
    for (std::string_view line : base::split(all, '\n'))
        if (line.find(R"("role":")") != std::string_view::npos)
            std::cout << fmt::format("  {:<10} {:<36} {:<28} {}\n", field(line, "role"), field(line, "email"),
                                     field(line, "password"), field(line, "place"));
    std::cout << "\n  Passwords were drawn for this machine; they are kept in " << (data / kAccountsFile).string()
              << "\n\n";
}

base::Status build(const Common& common, const fs::path& building, const fs::path& node_modules, int port) {
    Settings settings = common.settings;
    settings.data_folder = building;
    settings.demonstration = true;
    settings.second_factor_required = false;
    settings.base_url = fmt::format("http://127.0.0.1:{}", port);
    settings.log_level = "warn";
    base::ManualClock clock(base::from_paris(base::make_date(2022, 1, 3), 8, 0));
    auto app = TRY(App::open(settings, clock));
    TRY(territory::import_packages(*app->db, node_modules, clock.now(), [](const territory::ImportProgress& progress) {
        if (progress.step == "storing" || progress.step == "unchanged")
            std::cerr << fmt::format("        communes {}/{}: {}\n", progress.done + 1, progress.total,
                                     progress.package);
    }));
    TRY(app->reload_territory());
    aides::replay::Stage stage{*app->desk, app->accounts, app->schemes, clock};
    stage.progress = [](std::string_view step, int done, int total) {
        std::cerr << fmt::format("        {}: {}/{} files\n", step, done, total);
    };
    Replayed replayed = TRY(aides::replay::replay(stage));
    TRY(write_private(building / kAccountsFile, accounts_json(replayed, port)));
    return write_private(building / "beffroi-aides.toml",
                         config_toml(common.settings.data_folder, port, replayed.now, base::SystemClock().now()));
}

}  // namespace

int demo(const Common& common, const fs::path& node_modules, int port) {
    const fs::path& data = common.settings.data_folder;
    if (!fs::exists(data / kAccountsFile)) {
        if (fs::exists(database_file(common.settings)))
            return say(common,
                       {Code::Conflict,
                        fmt::format("{} holds data that are no demonstration: choose another folder with --data",
                                    data.string()),
                        {}});
        // Made aside and put in place whole: an interrupted replay leaves nothing behind that looks finished.
        fs::path building = data;
        building += ".building";
        std::error_code error;
        fs::remove_all(building, error);
        if (auto built = build(common, building, node_modules, port); !built) return say(common, built.error());
        fs::remove_all(data, error);
        fs::create_directories(fs::absolute(data).parent_path(), error);
        fs::rename(building, data, error);
        if (error) return say(common, {Code::Unavailable, fmt::format("{}: {}", data.string(), error.message()), {}});
    }
    tell(data, common.json);
    return kDone;
}

}  // namespace beffroi::apps
