// The sentences that people read, in French and in English, from locale/fr/*.toml and locale/en/*.toml.
//
// A file is flat: "area.key" = "sentence with {placeholders}". Both languages must hold the same keys and placeholders;
// load() refuses otherwise, so a missing translation is found at start and not by a reader.
#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/money.hpp"
#include "base/result.hpp"

namespace beffroi::base {

using TextArgs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Unchanging after load, safe to read from any thread.
class Catalogue {
  public:
    // `folder` holds fr/ and en/.
    [[nodiscard]] static Result<Catalogue> load(const std::filesystem::path& folder);

    // The sentence as written, placeholders and all. A key that is in no file gives itself back: tests/structure looks
    // for those.
    [[nodiscard]] std::string_view text(Language language, std::string_view key) const;
    [[nodiscard]] std::string text(Language language, std::string_view key, TextArgs args) const;
    [[nodiscard]] std::string text(Language language, const Message& message) const;
    // What a person is told of an error: its own message, or the general sentence of its code ("error.code.<name>").
    [[nodiscard]] std::string text(Language language, const Error& error) const;
    [[nodiscard]] bool has(std::string_view key) const;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    using Sentences = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;

    static Result<Sentences> load_language(const std::filesystem::path& folder);

    Sentences french_;
    Sentences english_;
};

// A catalogue in one language: what a page writes with.
class Text {
  public:
    Text(const Catalogue& catalogue, Language language) : catalogue_(catalogue), language_(language) {}
    [[nodiscard]] Language language() const { return language_; }
    [[nodiscard]] std::string_view operator()(std::string_view key) const { return catalogue_.text(language_, key); }
    [[nodiscard]] std::string operator()(std::string_view key, TextArgs args) const {
        return catalogue_.text(language_, key, args);
    }
    [[nodiscard]] std::string operator()(const Message& message) const { return catalogue_.text(language_, message); }
    [[nodiscard]] std::string operator()(const Error& error) const { return catalogue_.text(language_, error); }
    [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }

  private:
    const Catalogue& catalogue_;
    Language language_;
};

}  // namespace beffroi::base
