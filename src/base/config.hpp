// Configuration files in TOML, read strictly: a misspelt key is said, not ignored, and every fault is told at once with
// file, line, key and what was expected.
//
//   ConfigLayout layout;
//   layout.sections["server"] = {{"address", config_text(s.address)}, {"port", config_number(s.port, 0, 65535)}};
//   layout.lists["cameras"] = [&] { auto& camera = cameras.emplace_back(); return ConfigSection{{"id",
//   config_text(camera.id)}}; }; TRY(read_config(file, layout));
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace beffroi::base {

// A value of the file, whatever library read it. Each call gives nothing when the value is of another kind.
class ConfigValue {
  public:
    ConfigValue() = default;
    ConfigValue(const ConfigValue&) = delete;
    ConfigValue& operator=(const ConfigValue&) = delete;
    virtual ~ConfigValue() = default;
    [[nodiscard]] virtual std::optional<std::string> text() const = 0;
    [[nodiscard]] virtual std::optional<std::int64_t> number() const = 0;
    [[nodiscard]] virtual std::optional<bool> flag() const = 0;
    [[nodiscard]] virtual std::optional<std::vector<std::string>> texts() const = 0;
};

// One key: how to take its value, and how to say what was expected.
struct ConfigKey {
    std::string expected;
    std::function<bool(const ConfigValue&)> take;
};
using ConfigSection = std::map<std::string, ConfigKey, std::less<>>;

struct ConfigLayout {
    std::map<std::string, ConfigSection, std::less<>> sections;                // [server]
    std::map<std::string, std::function<ConfigSection()>, std::less<>> lists;  // [[cameras]]: called once for each
};

// Errors: Invalid, with every fault on a line of its own; NotFound.
[[nodiscard]] Status read_config(const std::filesystem::path& file, const ConfigLayout& layout);
// The same from memory; `name` stands for the file in the faults.
[[nodiscard]] Status read_config_text(std::string_view text, std::string_view name, const ConfigLayout& layout);

// What is bound must outlive the reading.
[[nodiscard]] ConfigKey config_text(std::string& into);
[[nodiscard]] ConfigKey config_path(std::filesystem::path& into);
[[nodiscard]] ConfigKey config_flag(bool& into);
[[nodiscard]] ConfigKey config_texts(std::vector<std::string>& into);
[[nodiscard]] ConfigKey config_integer(std::int64_t low, std::int64_t high, std::function<void(std::int64_t)> store);
template <typename Number>
[[nodiscard]] ConfigKey config_number(Number& into, std::int64_t low, std::int64_t high) {
    return config_integer(low, high, [&into](std::int64_t value) { into = static_cast<Number>(value); });
}
// One of a closed list of words.
[[nodiscard]] ConfigKey config_word(const std::vector<std::string>& words, std::function<void(std::size_t)> store);
template <typename Enum>
[[nodiscard]] ConfigKey config_choice(Enum& into, const std::vector<std::pair<std::string, Enum>>& choices) {
    std::vector<std::string> words;
    for (const auto& [word, value] : choices) words.push_back(word);
    return config_word(words, [&into, choices](std::size_t index) { into = choices[index].second; });
}

}  // namespace beffroi::base
