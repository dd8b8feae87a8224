// Inside this folder only: a letter's template as a tree, and the text it gives for some tags.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "documents/letters.hpp"

namespace beffroi::documents::detail {

struct Piece {
    enum class Kind { Literal, Value, Choice };
    Kind kind = Kind::Literal;
    std::string text;  // Literal: as written; Value, Choice: the tag
    bool when_present = true;
    std::vector<Piece> yes;
    std::vector<Piece> no;
};

struct Node {
    enum class Kind { Line, Choice };
    Kind kind = Kind::Line;
    std::vector<Piece> pieces;  // Line
    std::string list;           // Line: the list tag it is repeated for, or empty
    std::string tag;            // Choice
    bool when_present = true;
    std::vector<Node> yes;
    std::vector<Node> no;
};

struct LetterTree {
    std::vector<std::pair<std::string, std::vector<Piece>>> fields;  // above the line of dashes
    std::vector<Node> body;
};

[[nodiscard]] base::Result<LetterTree> parse_letter(LetterKind kind, std::string_view text, std::string_view name);

// Marks where a value begins, so that nothing in a value can be read as markup; taken out when blocks are made.
inline constexpr char kValueMark = '\x01';

// One string per line of the body. Values carry their markup signs behind a backslash.
[[nodiscard]] std::vector<std::string> expand(const std::vector<Node>& body, const Tags& tags);
[[nodiscard]] std::string expand(const std::vector<Piece>& pieces, const Tags& tags);

// Lines of the small markup (headings, bullets, "name :: value", notes) as blocks. A line "{{signature}}" becomes
// `signature`.
[[nodiscard]] std::vector<Block> blocks_of(const std::vector<std::string>& lines, const Signature& signature);
// Without marks and backslashes.
[[nodiscard]] std::string plain_text(std::string_view line);

}  // namespace beffroi::documents::detail
