// A TOML text as a tree that remembers where each thing stands, so that a fault can name its line. Internal to the
// loader.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace beffroi::scheme {

struct TreeEntry;

struct Tree {
    enum class Kind : std::uint8_t {
        Table,
        Array,
        String,
        Integer,
        Float,
        Boolean,
        Date,
        Time,
        DateTime,
        OffsetDateTime
    };
    Kind kind = Kind::Table;
    int line = 0;
    int column = 0;
    std::string text;          // String
    std::int64_t integer = 0;  // Integer
    bool boolean = false;
    base::Date date{};                     // Date, DateTime
    int hour = 0, minute = 0, second = 0;  // DateTime
    std::vector<TreeEntry> entries;        // Table, in alphabetical order of the keys
    std::vector<Tree> items;               // Array

    [[nodiscard]] const Tree* find(std::string_view key) const;
    // As it would be written, shortened: for "found 12".
    [[nodiscard]] std::string shown() const;
};

struct TreeEntry {
    std::string key;
    int line = 0;
    int column = 0;
    Tree value;
};

struct SyntaxFault {
    int line = 0;
    int column = 0;
    std::string what;  // English, from the parser
};

[[nodiscard]] std::expected<Tree, SyntaxFault> parse_tree(std::string_view text);

}  // namespace beffroi::scheme
