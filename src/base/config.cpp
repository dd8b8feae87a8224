#include "base/config.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace beffroi::base {

namespace {

class TomlValue final : public ConfigValue {
  public:
    explicit TomlValue(const toml::node& node) : node_(node) {}
    [[nodiscard]] std::optional<std::string> text() const override { return node_.value_exact<std::string>(); }
    [[nodiscard]] std::optional<std::int64_t> number() const override { return node_.value_exact<std::int64_t>(); }
    [[nodiscard]] std::optional<bool> flag() const override { return node_.value_exact<bool>(); }
    [[nodiscard]] std::optional<std::vector<std::string>> texts() const override {
        const toml::array* list = node_.as_array();
        if (list == nullptr) return std::nullopt;
        std::vector<std::string> out;
        for (const auto& item : *list) {
            auto value = item.value_exact<std::string>();
            if (!value) return std::nullopt;
            out.push_back(*value);
        }
        return out;
    }

  private:
    const toml::node& node_;
};

template <typename Map>
std::string names(const Map& map) {
    std::string out;
    for (const auto& [name, value] : map) out += (out.empty() ? "" : ", ") + name;
    return out;
}

class ReadingConfig {
  public:
    ReadingConfig(std::string_view file, const ConfigLayout& layout) : file_(file), layout_(layout) {}

    Status read(const toml::table& parsed) {
        for (const auto& [name, node] : parsed) top(name, node);
        if (!faults_.empty()) return fail(Code::Invalid, faults_.substr(1));
        return {};
    }

  private:
    void top(const toml::key& name, const toml::node& node) {
        auto section = layout_.sections.find(name.str());
        auto list = layout_.lists.find(name.str());
        if (section != layout_.sections.end() && node.is_table()) {
            table(name.str(), *node.as_table(), section->second);
            return;
        }
        if (list != layout_.lists.end() && node.is_array_of_tables()) {
            for (const auto& item : *node.as_array()) table(name.str(), *item.as_table(), list->second());
            return;
        }
        std::string lists = names(layout_.lists);
        fault(name, fmt::format("{}: expected one of the sections {}{}{}", name.str(), names(layout_.sections),
                                lists.empty() ? "" : " or the lists ", lists));
    }

    void table(std::string_view section, const toml::table& keys, const ConfigSection& known) {
        for (const auto& [name, value] : keys) {
            auto key = known.find(name.str());
            if (key == known.end())
                fault(name, fmt::format("{}.{}: no such key; expected one of {}", section, name.str(), names(known)));
            else if (!key->second.take(TomlValue(value)))
                fault(name, fmt::format("{}.{}: expected {}", section, name.str(), key->second.expected));
        }
    }

    void fault(const toml::key& at, const std::string& what) {
        faults_ += fmt::format("\n{}:{}: {}", file_, at.source().begin.line, what);
    }

    std::string_view file_;
    const ConfigLayout& layout_;
    std::string faults_;
};

}  // namespace

Status read_config(const std::filesystem::path& file, const ConfigLayout& layout) {
    if (std::error_code error; !std::filesystem::exists(file, error))
        return fail(Code::NotFound, file.string() + ": no such file");
    try {
        return ReadingConfig(file.string(), layout).read(toml::parse_file(file.string()));
    } catch (const toml::parse_error& fault) {
        return fail(Code::Invalid,
                    fmt::format("{}:{}: {}", file.string(), fault.source().begin.line, fault.description()));
    }
}

Status read_config_text(std::string_view text, std::string_view name, const ConfigLayout& layout) {
    try {
        return ReadingConfig(name, layout).read(toml::parse(text, name));
    } catch (const toml::parse_error& fault) {
        return fail(Code::Invalid, fmt::format("{}:{}: {}", name, fault.source().begin.line, fault.description()));
    }
}

ConfigKey config_text(std::string& into) {
    return {"a text in quotes", [&into](const ConfigValue& value) {
                auto found = value.text();
                if (found) into = *found;
                return found.has_value();
            }};
}

ConfigKey config_path(std::filesystem::path& into) {
    return {"a path in quotes", [&into](const ConfigValue& value) {
                auto found = value.text();
                if (found) into = *found;
                return found.has_value();
            }};
}

ConfigKey config_flag(bool& into) {
    return {"true or false", [&into](const ConfigValue& value) {
                auto found = value.flag();
                if (found) into = *found;
                return found.has_value();
            }};
}

ConfigKey config_texts(std::vector<std::string>& into) {
    return {"a list of texts in quotes", [&into](const ConfigValue& value) {
                auto found = value.texts();
                if (found) into = std::move(*found);
                return found.has_value();
            }};
}

ConfigKey config_integer(std::int64_t low, std::int64_t high, std::function<void(std::int64_t)> store) {
    return {fmt::format("a whole number from {} to {}", low, high),
            [low, high, store = std::move(store)](const ConfigValue& value) {
                auto found = value.number();
                if (!found || *found < low || *found > high) return false;
                store(*found);
                return true;
            }};
}

ConfigKey config_word(const std::vector<std::string>& words, std::function<void(std::size_t)> store) {
    std::string expected = "one of";
    for (const auto& word : words) expected += fmt::format("{} \"{}\"", word == words.front() ? "" : ",", word);
    return {expected, [words, store = std::move(store)](const ConfigValue& value) {
                auto found = value.text();
                if (!found) return false;
                auto at = std::find(words.begin(), words.end(), *found);
                if (at == words.end()) return false;
                store(static_cast<std::size_t>(at - words.begin()));
                return true;
            }};
}

}  // namespace beffroi::base
