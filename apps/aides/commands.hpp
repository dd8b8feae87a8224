// The commands of beffroi-aides, each a function from what was typed to an exit code:
// 0 done (eligible), 1 failed, 2 wrong arguments, 3 not eligible, 4 found something wrong (check, verify).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "aides/pages/site/settings.hpp"
#include "base/catalogue.hpp"
#include "base/result.hpp"

namespace beffroi::apps {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongArguments = 2;
inline constexpr int kNotEligible = 3;
inline constexpr int kFound = 4;

// What every command takes.
struct Common {
    aides::pages::Settings settings;
    base::Language language = base::Language::Fr;
    bool json = false;
};

// Writes the error for a person on standard error and gives the code of its kind.
int say(const Common& common, const base::Error& error);

int territory_show(const Common& common, const std::string& what);
int territory_search(const Common& common, const std::string& words);
int territory_import(const Common& common, const std::filesystem::path& node_modules);
int territory_import_contours(const Common& common, const std::filesystem::path& file, double tolerance_m);

int scheme_list(const Common& common);
int scheme_check(const Common& common, const std::filesystem::path& file);
int scheme_show(const Common& common, const std::string& id);

struct AmountArguments {
    std::string edition;
    std::string applicant;
    std::string nature;
    std::vector<std::string> expenses;
    std::vector<std::string> funding;
    std::string at;
};
int amount(const Common& common, const AmountArguments& arguments);

struct SimulateArguments {
    std::filesystem::path file;
    std::string against;
    std::string region = "32";
    bool all = false;
    std::optional<long> below;
    std::string rate;
    std::string ceiling;
};
int simulate(const Common& common, const SimulateArguments& arguments);

int edition_publish(const Common& common, const std::string& id);
int person_create(const Common& common, const std::string& email, const std::string& name,
                  const std::vector<std::string>& roles, const std::string& siren);

int journal_verify(const Common& common, const std::string& expected_head);
int journal_head(const Common& common);

int backup(const Common& common, const std::filesystem::path& to);
int restore(const Common& common, const std::filesystem::path& from);
int verify_store(const Common& common);
int compact(const Common& common);

int serve(const Common& common);
// Makes the demonstration in the data folder, once; then only tells its accounts.
int demo(const Common& common, const std::filesystem::path& node_modules, int port);

}  // namespace beffroi::apps
