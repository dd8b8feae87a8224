#include "base/catalogue.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace beffroi::base {

namespace {

std::set<std::string_view> placeholders(std::string_view sentence) {
    std::set<std::string_view> names;
    for (std::size_t at = sentence.find('{'); at != std::string_view::npos; at = sentence.find('{', at + 1)) {
        std::size_t end = sentence.find('}', at);
        if (end == std::string_view::npos) break;
        names.insert(sentence.substr(at + 1, end - at - 1));
    }
    return names;
}

template <typename Args>
std::string fill(std::string_view sentence, const Args& args) {
    std::string out;
    out.reserve(sentence.size() + 32);
    while (!sentence.empty()) {
        std::size_t open = sentence.find('{');
        std::size_t close = open == std::string_view::npos ? open : sentence.find('}', open);
        if (close == std::string_view::npos) break;
        std::string_view name = sentence.substr(open + 1, close - open - 1);
        auto found = std::find_if(args.begin(), args.end(), [&](const auto& arg) { return arg.first == name; });
        out += sentence.substr(0, open);
        if (found != args.end())
            out += found->second;
        else
            out += sentence.substr(open, close - open + 1);
        sentence.remove_prefix(close + 1);
    }
    out += sentence;
    return out;
}

}  // namespace

Result<Catalogue::Sentences> Catalogue::load_language(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    if (error) return fail(Code::NotFound, fmt::format("{}: {}", folder.string(), error.message()));
    std::sort(files.begin(), files.end());
    Sentences sentences;
    for (const auto& file : files) {
        toml::table parsed;
        try {
            parsed = toml::parse_file(file.string());
        } catch (const toml::parse_error& fault) {
            return fail(Code::Invalid,
                        fmt::format("{}:{}: {}", file.string(), fault.source().begin.line, fault.description()));
        }
        for (const auto& [key, value] : parsed) {
            auto sentence = value.value<std::string>();
            if (!sentence)
                return fail(Code::Invalid,
                            fmt::format("{}:{}: '{}' is not a sentence in quotes (keys with a dot need quotes too)",
                                        file.string(), key.source().begin.line, key.str()));
            if (!sentences.emplace(std::string(key.str()), std::move(*sentence)).second)
                return fail(Code::Invalid, fmt::format("{}:{}: '{}' stands in another file already", file.string(),
                                                       key.source().begin.line, key.str()));
        }
    }
    return sentences;
}

Result<Catalogue> Catalogue::load(const std::filesystem::path& folder) {
    Catalogue catalogue;
    catalogue.french_ = TRY(load_language(folder / "fr"));
    catalogue.english_ = TRY(load_language(folder / "en"));
    std::string faults;
    for (const auto& [key, sentence] : catalogue.french_) {
        auto other = catalogue.english_.find(key);
        if (other == catalogue.english_.end())
            faults += fmt::format("\n  '{}' has no English sentence", key);
        else if (placeholders(sentence) != placeholders(other->second))
            faults += fmt::format("\n  '{}' has other placeholders in English than in French", key);
    }
    for (const auto& [key, sentence] : catalogue.english_)
        if (!catalogue.french_.contains(key)) faults += fmt::format("\n  '{}' has no French sentence", key);
    if (!faults.empty())
        return fail(Code::Invalid, fmt::format("message catalogues in {}:{}", folder.string(), faults));
    return catalogue;
}

std::string_view Catalogue::text(Language language, std::string_view key) const {
    const Sentences& sentences = language == Language::Fr ? french_ : english_;
    auto found = sentences.find(key);
    return found == sentences.end() ? key : std::string_view(found->second);
}

std::string Catalogue::text(Language language, std::string_view key, TextArgs args) const {
    return fill(text(language, key), args);
}

std::string Catalogue::text(Language language, const Message& message) const {
    return fill(text(language, message.key), message.args);
}

std::string Catalogue::text(Language language, const Error& error) const {
    if (!error.message.key.empty()) return text(language, error.message);
    return std::string(text(language, "error.code." + std::string(code_name(error.code))));
}

bool Catalogue::has(std::string_view key) const {
    return french_.contains(key);
}

}  // namespace beffroi::base
