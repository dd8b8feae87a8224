#include "config.hpp"

#include <functional>
#include <map>
#include <string>
#include <type_traits>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace beffroi::apps {

namespace {

using aides::pages::Settings;
using base::Code;

// One key of one section: how to take its value, and how to say what was expected.
struct Key {
    std::string expected;
    std::function<bool(const toml::node&)> take;
};
using Section = std::map<std::string, Key, std::less<>>;

Key text(std::string& into) {
    return {"a text in quotes", [&into](const toml::node& node) {
                auto value = node.value_exact<std::string>();
                if (value) into = *value;
                return value.has_value();
            }};
}

Key path(std::filesystem::path& into) {
    return {"a path in quotes", [&into](const toml::node& node) {
                auto value = node.value_exact<std::string>();
                if (value) into = *value;
                return value.has_value();
            }};
}

Key flag(bool& into) {
    return {"true or false", [&into](const toml::node& node) {
                auto value = node.value_exact<bool>();
                if (value) into = *value;
                return value.has_value();
            }};
}

template <typename Number>
Key number(Number& into, std::int64_t low, std::int64_t high) {
    return {fmt::format("a whole number from {} to {}", low, high), [&into, low, high](const toml::node& node) {
                auto value = node.value_exact<std::int64_t>();
                if (!value || *value < low || *value > high) return false;
                into = static_cast<Number>(*value);
                return true;
            }};
}

Key texts(std::vector<std::string>& into) {
    return {"a list of texts in quotes", [&into](const toml::node& node) {
                const toml::array* list = node.as_array();
                if (list == nullptr) return false;
                std::vector<std::string> taken;
                for (const auto& item : *list) {
                    auto value = item.value_exact<std::string>();
                    if (!value) return false;
                    taken.push_back(*value);
                }
                into = std::move(taken);
                return true;
            }};
}

std::map<std::string, Section, std::less<>> layout(Settings& s) {
    return {
        {"server",
         {{"address", text(s.address)},
          {"port", number(s.port, 0, 65535)},
          {"base_url", text(s.base_url)},
          {"tls_certificate", path(s.tls_certificate)},
          {"tls_key", path(s.tls_key)},
          {"hosts", texts(s.hosts)},
          {"trusted_proxies", texts(s.trusted_proxies)},
          {"threads", number(s.threads, 0, 64)},
          {"log_level", text(s.log_level)}}},
        {"data", {{"folder", path(s.data_folder)}, {"share", path(s.share_folder)}, {"clamd", text(s.clamd)}}},
        {"safety",
         {{"demonstration", flag(s.demonstration)},
          {"demonstration_now", text(s.demonstration_now)},
          {"demonstration_since", text(s.demonstration_since)},
          {"second_factor_required", flag(s.second_factor_required)}}},
        {"authority",
         {{"name", text(s.authority.name)},
          {"siret", text(s.authority.siret)},
          {"region_code", text(s.authority.region_code)},
          {"address", text(s.authority.address)},
          {"contact", text(s.authority.contact)},
          {"place", text(s.authority.place)},
          {"service", text(s.authority.service)},
          {"president", text(s.authority.president)},
          {"signatory", text(s.authority.signatory)},
          {"body", text(s.authority.body)},
          {"court", text(s.authority.court)},
          {"prefecture_id", text(s.authority.prefecture_id)}}},
        {"mail",
         {{"from", text(s.mail.from)},
          {"host", text(s.mail.host)},
          {"port", number(s.mail.port, 1, 65535)},
          {"tls", text(s.mail.tls)},
          {"user", text(s.mail.user)},
          {"password_file", path(s.mail.password_file)}}},
    };
}

template <typename Map>
std::string names(const Map& map) {
    std::string out;
    for (const auto& [name, value] : map) out += (out.empty() ? "" : ", ") + name;
    return out;
}

}  // namespace

base::Result<Settings> load_config(const std::filesystem::path& file) {
    toml::table parsed;
    try {
        parsed = toml::parse_file(file.string());
    } catch (const toml::parse_error& fault) {
        return base::fail(Code::Invalid,
                          fmt::format("{}:{}: {}", file.string(), fault.source().begin.line, fault.description()));
    }
    Settings settings;
    auto sections = layout(settings);
    std::string faults;
    for (const auto& [section_name, node] : parsed) {
        auto section = sections.find(section_name.str());
        const toml::table* keys = node.as_table();
        if (section == sections.end() || keys == nullptr) {
            faults += fmt::format("\n{}:{}: [{}]: expected one of the sections {}", file.string(),
                                  section_name.source().begin.line, section_name.str(), names(sections));
            continue;
        }
        for (const auto& [key_name, value] : *keys) {
            auto key = section->second.find(key_name.str());
            if (key == section->second.end())
                faults += fmt::format("\n{}:{}: {}.{}: no such key; expected one of {}", file.string(),
                                      key_name.source().begin.line, section_name.str(), key_name.str(),
                                      names(section->second));
            else if (!key->second.take(value))
                faults += fmt::format("\n{}:{}: {}.{}: expected {}", file.string(), key_name.source().begin.line,
                                      section_name.str(), key_name.str(), key->second.expected);
        }
    }
    if (settings.tls_certificate.empty() != settings.tls_key.empty())
        faults += fmt::format("\n{}: server.tls_certificate and server.tls_key go together", file.string());
    if (!faults.empty()) return base::fail(Code::Invalid, faults.substr(1));
    return settings;
}

}  // namespace beffroi::apps
