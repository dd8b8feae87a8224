#include <algorithm>

#include "base/text.hpp"
#include "documents/letter_syntax.hpp"

namespace beffroi::documents::detail {

namespace {

// A value is shown as it is: its own stars, dashes or line breaks are not markup.
std::string shown(std::string_view value) {
    std::string text(1, kValueMark);
    for (const char c : value) {
        if (c == '*' || c == '_' || c == '\\') text += '\\';
        if (c == ':' && text.back() == ':') text += kValueMark;
        text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return text;
}

std::string expand_item(const std::vector<Piece>& pieces, const Tags& tags, std::string_view list,
                        const std::string* item) {
    std::string text;
    for (const Piece& piece : pieces) {
        switch (piece.kind) {
            case Piece::Kind::Literal:
                text += piece.text;
                break;
            case Piece::Kind::Value:
                if (item != nullptr && piece.text == list)
                    text += shown(*item);
                else if (const auto* values = tags.find(piece.text))
                    text += shown(values->front());
                break;
            case Piece::Kind::Choice:
                text += expand_item(tags.present(piece.text) == piece.when_present ? piece.yes : piece.no, tags, list,
                                    item);
                break;
        }
    }
    return text;
}

void expand_into(const std::vector<Node>& nodes, const Tags& tags, std::vector<std::string>& lines) {
    for (const Node& node : nodes) {
        if (node.kind == Node::Kind::Choice) {
            expand_into(tags.present(node.tag) == node.when_present ? node.yes : node.no, tags, lines);
            continue;
        }
        if (node.list.empty()) {
            lines.push_back(expand(node.pieces, tags));
            continue;
        }
        const auto* items = tags.find(node.list);
        if (items == nullptr) continue;
        for (const std::string& item : *items)
            lines.push_back(expand_item(node.pieces, tags, node.list, &item) + '\x02');
    }
}

bool take(std::string_view& line, std::string_view start) {
    if (!line.starts_with(start)) return false;
    line = base::trim(line.substr(start.size()));
    return true;
}

class Blocks {
  public:
    explicit Blocks(const Signature& signature) : signature_(signature) {}

    void add(std::string_view line) {
        const bool repeated = line.ends_with('\x02');
        if (repeated) line.remove_suffix(1);
        line = base::trim(line);
        if (line.empty()) return flush();
        if (line == "{{signature}}") {
            flush();
            blocks_.emplace_back(signature_);
            return;
        }
        if (take(line, "### ")) return heading(3, line);
        if (take(line, "## ")) return heading(2, line);
        if (take(line, "# ")) return heading(1, line);
        if (take(line, "- ")) return bullet(line);
        if (take(line, "> ")) return text(line, true, repeated);
        if (const auto at = line.find(" :: "); at != std::string_view::npos)
            return pair(line.substr(0, at), line.substr(at + 4));
        text(line, false, repeated);
    }

    std::vector<Block> take_all() {
        flush();
        return std::move(blocks_);
    }

  private:
    static Spans spans(std::string_view line) {
        std::string clean;
        for (const char c : line)
            if (c != kValueMark) clean += c;
        return parse_spans(clean);
    }

    void heading(int level, std::string_view line) {
        flush();
        blocks_.emplace_back(Heading{level, plain_text(line)});
    }
    void bullet(std::string_view line) {
        if (!paragraph_.empty() || !pairs_.rows.empty()) flush();
        items_.items.push_back(spans(line));
    }
    void pair(std::string_view key, std::string_view value) {
        if (!paragraph_.empty() || !items_.items.empty()) flush();
        pairs_.rows.emplace_back(plain_text(key), spans(value));
    }
    void text(std::string_view line, bool small, bool alone) {
        if (alone || small != small_ || !items_.items.empty() || !pairs_.rows.empty()) flush();
        small_ = small;
        if (!paragraph_.empty()) paragraph_ += ' ';
        paragraph_ += line;
        if (alone) flush();
    }
    void flush() {
        if (!paragraph_.empty()) blocks_.emplace_back(Paragraph{.spans = spans(paragraph_), .small = small_});
        if (!items_.items.empty()) blocks_.emplace_back(std::move(items_));
        if (!pairs_.rows.empty()) blocks_.emplace_back(std::move(pairs_));
        paragraph_.clear();
        items_ = {};
        pairs_ = {};
    }

    const Signature& signature_;
    std::vector<Block> blocks_;
    std::string paragraph_;
    bool small_ = false;
    BulletList items_;
    KeyValues pairs_;
};

}  // namespace

std::string expand(const std::vector<Piece>& pieces, const Tags& tags) {
    return expand_item(pieces, tags, {}, nullptr);
}

std::vector<std::string> expand(const std::vector<Node>& body, const Tags& tags) {
    std::vector<std::string> lines;
    expand_into(body, tags, lines);
    return lines;
}

std::vector<Block> blocks_of(const std::vector<std::string>& lines, const Signature& signature) {
    Blocks blocks(signature);
    for (const std::string& line : lines) blocks.add(line);
    return blocks.take_all();
}

std::string plain_text(std::string_view line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == kValueMark) continue;
        if (line[i] == '\\' && i + 1 < line.size()) ++i;
        text += line[i];
    }
    return text;
}

}  // namespace beffroi::documents::detail
