#include "aides/scheme/tree.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace beffroi::scheme {

namespace {

// Deep enough for any edition, shallow enough for the stack.
constexpr int kDeepest = 32;

struct TooDeep {
    int line;
};

base::Date to_date(const toml::date& date) {
    return base::make_date(date.year, date.month, date.day);
}

Tree convert(const toml::node& node, int depth) {
    Tree tree;
    tree.line = static_cast<int>(node.source().begin.line);
    tree.column = static_cast<int>(node.source().begin.column);
    if (depth > kDeepest) throw TooDeep{tree.line};
    if (const auto* table = node.as_table()) {
        tree.kind = Tree::Kind::Table;
        for (const auto& [key, value] : *table)
            tree.entries.push_back({std::string(key.str()), static_cast<int>(key.source().begin.line),
                                    static_cast<int>(key.source().begin.column), convert(value, depth + 1)});
    } else if (const auto* array = node.as_array()) {
        tree.kind = Tree::Kind::Array;
        for (const auto& item : *array) tree.items.push_back(convert(item, depth + 1));
    } else if (const auto* text = node.as_string()) {
        tree.kind = Tree::Kind::String;
        tree.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        tree.kind = Tree::Kind::Integer;
        tree.integer = integer->get();
    } else if (const auto* boolean = node.as_boolean()) {
        tree.kind = Tree::Kind::Boolean;
        tree.boolean = boolean->get();
    } else if (const auto* date = node.as_date()) {
        tree.kind = Tree::Kind::Date;
        tree.date = to_date(date->get());
    } else if (const auto* at = node.as_date_time()) {
        tree.kind = at->get().is_local() ? Tree::Kind::DateTime : Tree::Kind::OffsetDateTime;
        tree.date = to_date(at->get().date);
        tree.hour = at->get().time.hour;
        tree.minute = at->get().time.minute;
        tree.second = at->get().time.second;
    } else if (node.is_time()) {
        tree.kind = Tree::Kind::Time;
    } else {
        tree.kind = Tree::Kind::Float;
        if (const auto* number = node.as_floating_point()) tree.text = fmt::format("{}", number->get());
    }
    return tree;
}

}  // namespace

const Tree* Tree::find(std::string_view key) const {
    for (const auto& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

std::string Tree::shown() const {
    switch (kind) {
        case Kind::Table:
            return "{…}";
        case Kind::Array:
            return "[…]";
        case Kind::String: {
            if (text.size() <= 60) return "\"" + text + "\"";
            std::size_t end = 57;
            while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
            return "\"" + text.substr(0, end) + "…\"";
        }
        case Kind::Integer:
            return fmt::format("{}", integer);
        case Kind::Float:
            return text;
        case Kind::Boolean:
            return boolean ? "true" : "false";
        case Kind::Date:
            return base::iso(date);
        case Kind::Time:
            return "a time";
        case Kind::DateTime:
            return fmt::format("{}T{:02}:{:02}:{:02}", base::iso(date), hour, minute, second);
        case Kind::OffsetDateTime:
            return fmt::format("{}T{:02}:{:02}:{:02}+…", base::iso(date), hour, minute, second);
    }
    return {};
}

std::expected<Tree, SyntaxFault> parse_tree(std::string_view text) {
    try {
        return convert(toml::parse(text), 0);
    } catch (const toml::parse_error& fault) {
        return std::unexpected(SyntaxFault{static_cast<int>(fault.source().begin.line),
                                           static_cast<int>(fault.source().begin.column),
                                           std::string(fault.description())});
    } catch (const TooDeep& fault) {
        return std::unexpected(SyntaxFault{fault.line, 1, "tables nested too deep"});
    }
}

}  // namespace beffroi::scheme
