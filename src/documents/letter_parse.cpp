#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "documents/letter_syntax.hpp"

namespace beffroi::documents::detail {

using base::Code;

namespace {

constexpr std::string_view kSignature = "signature";
constexpr std::array<std::string_view, 2> kFields{"objet", "titre"};

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, change}));
        }
    }
    return row.back();
}

class Parser {
  public:
    Parser(LetterKind kind, std::string_view name) : kind_(kind), name_(name) {}

    base::Result<LetterTree> parse(std::string_view text) {
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        if (!base::valid_utf8(text)) return wrong("the file is not UTF-8", "documents.letter.encoding");
        LetterTree tree;
        std::size_t at = 0;
        for (bool head = true; head;) {
            const auto line = next_line(text, at);
            if (!line)
                return wrong("no line of dashes (---) between the head and the text", "documents.letter.no_dashes");
            const std::string_view trimmed = base::trim(*line);
            if (trimmed == "---")
                head = false;
            else if (!trimmed.empty())
                TRY(field(tree, trimmed));
        }
        TRY(lines(text, at, tree.body));
        if (!stack_.empty()) {
            line_ = stack_.back().line;
            return wrong("{{" + stack_.back().word + "}} is never closed by {{fin}}", "documents.letter.open");
        }
        if (!signed_) return wrong("{{signature}} is missing", "documents.letter.no_signature");
        return tree;
    }

  private:
    struct Open {
        std::string tag;
        std::string word;
        bool when_present = true;
        bool otherwise = false;
        std::size_t line = 0;
        std::vector<Node> yes;
        std::vector<Node> no;
    };

    using Detail = std::vector<std::pair<std::string, std::string>>;

    std::unexpected<base::Error> wrong(std::string_view what, std::string_view key, Detail args = {}) const {
        const std::string line = std::to_string(line_);
        args.emplace_back("file", name_);
        args.emplace_back("line", line);
        return base::fail(Code::Invalid, std::string(name_) + ":" + line + ": " + std::string(what),
                          {std::string(key), std::move(args)});
    }

    std::optional<std::string_view> next_line(std::string_view text, std::size_t& at) {
        if (at >= text.size()) return std::nullopt;
        const auto end = text.find('\n', at);
        std::string_view line = text.substr(at, end == std::string_view::npos ? end : end - at);
        at = end == std::string_view::npos ? text.size() : end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++line_;
        return line;
    }

    base::Status field(LetterTree& tree, std::string_view line) {
        const auto colon = line.find(':');
        const std::string_view key = base::trim(line.substr(0, colon == std::string_view::npos ? 0 : colon));
        if (std::ranges::find(kFields, key) == kFields.end())
            return wrong("expected \"objet: …\" or \"titre: …\" above the line of dashes", "documents.letter.field");
        std::string list;
        tree.fields.emplace_back(std::string(key), TRY(pieces(base::trim(line.substr(colon + 1)), list)));
        return {};
    }

    base::Status lines(std::string_view text, std::size_t& at, std::vector<Node>& body) {
        while (const auto line = next_line(text, at)) {
            const std::string_view trimmed = base::trim(*line);
            if (const auto word = lone_word(trimmed)) {
                const bool handled = TRY(control(*word, body));
                if (handled) continue;
            }
            Node node;
            node.pieces = TRY(pieces(trimmed, node.list));
            target(body).push_back(std::move(node));
        }
        return {};
    }

    // What stands between the braces when they are all there is on the line.
    static std::optional<std::string_view> lone_word(std::string_view line) {
        if (!line.starts_with("{{") || line.find("}}") != line.size() - 2) return std::nullopt;
        return base::trim(line.substr(2, line.size() - 4));
    }

    std::vector<Node>& target(std::vector<Node>& body) {
        if (stack_.empty()) return body;
        return stack_.back().otherwise ? stack_.back().no : stack_.back().yes;
    }

    base::Result<bool> control(std::string_view word, std::vector<Node>& body) {
        if (const auto condition = TRY(condition_of(word))) {
            stack_.push_back({condition->first, std::string(word), condition->second, false, line_, {}, {}});
            if (condition->second)
                tested_.push_back(condition->first);
            else
                tested_.emplace_back();
            return true;
        }
        if (word == "sinon") {
            if (stack_.empty() || stack_.back().otherwise)
                return wrong("{{sinon}} without {{si}}", "documents.letter.no_open");
            stack_.back().otherwise = true;
            tested_.back() = stack_.back().when_present ? std::string() : stack_.back().tag;
            return true;
        }
        if (word == "fin") {
            if (stack_.empty()) return wrong("{{fin}} without {{si}}", "documents.letter.no_open");
            Open open = std::move(stack_.back());
            stack_.pop_back();
            tested_.pop_back();
            Node node;
            node.kind = Node::Kind::Choice;
            node.tag = open.tag;
            node.when_present = open.when_present;
            node.yes = std::move(open.yes);
            node.no = std::move(open.no);
            target(body).push_back(std::move(node));
            return true;
        }
        if (word == kSignature) {
            signed_ = true;
            Node node;
            node.pieces.push_back({Piece::Kind::Literal, "{{signature}}", true, {}, {}});
            target(body).push_back(std::move(node));
            return true;
        }
        return false;
    }

    // "si date_limite" → (date_limite, true), "sauf …" → (…, false).
    base::Result<std::optional<std::pair<std::string, bool>>> condition_of(std::string_view word) {
        const bool si = word.starts_with("si ");
        if (!si && !word.starts_with("sauf ")) return std::optional<std::pair<std::string, bool>>();
        const std::string_view tag = base::trim(word.substr(si ? 3 : 5));
        TRY(spec_of(tag));
        return std::optional(std::pair(std::string(tag), si));
    }

    base::Result<const TagSpec*> spec_of(std::string_view tag) const {
        const auto allowed = allowed_tags(kind_);
        const auto found = std::ranges::find(allowed, tag, &TagSpec::name);
        if (found != allowed.end()) return &*found;
        std::string names;
        std::string_view nearest;
        std::size_t best = std::max<std::size_t>(2, tag.size() / 3) + 1;
        for (const TagSpec& spec : allowed) {
            names += (names.empty() ? "" : ", ") + std::string(spec.name);
            if (const std::size_t d = distance(tag, spec.name); d < best) {
                best = d;
                nearest = spec.name;
            }
        }
        const std::string shown(tag.substr(0, 60));
        if (nearest.empty())
            return wrong("unknown tag {{" + shown + "}}; allowed: " + names, "documents.letter.unknown_tag",
                         {{"tag", shown}, {"allowed", names}});
        return wrong("unknown tag {{" + shown + "}}: did you mean " + std::string(nearest) + "? Allowed: " + names,
                     "documents.letter.unknown_tag_near",
                     {{"tag", shown}, {"near", std::string(nearest)}, {"allowed", names}});
    }

    base::Result<std::vector<Piece>> pieces(std::string_view line, std::string& list) {
        std::size_t at = 0;
        return pieces_until(line, at, list, Until::LineEnd);
    }

    enum class Until { LineEnd, Fin };

    base::Result<std::vector<Piece>> pieces_until(std::string_view line, std::size_t& at, std::string& list,
                                                  Until until, std::vector<Piece>* otherwise = nullptr) {
        std::vector<Piece> first;
        std::vector<Piece>* into = &first;
        while (at < line.size()) {
            const auto open = line.find("{{", at);
            const std::string_view literal = line.substr(at, open == std::string_view::npos ? open : open - at);
            if (literal.find("}}") != std::string_view::npos) return wrong("}} without {{", "documents.letter.braces");
            if (!literal.empty()) into->push_back({Piece::Kind::Literal, std::string(literal), true, {}, {}});
            if (open == std::string_view::npos) break;
            const auto close = line.find("}}", open);
            if (close == std::string_view::npos) return wrong("{{ without }}", "documents.letter.braces");
            const std::string_view word = base::trim(line.substr(open + 2, close - open - 2));
            at = close + 2;
            if (word == "fin") {
                if (until == Until::LineEnd) return wrong("{{fin}} without {{si}}", "documents.letter.no_open");
                return first;
            }
            if (word == "sinon") {
                if (otherwise == nullptr || into == otherwise)
                    return wrong("{{sinon}} without {{si}}", "documents.letter.no_open");
                into = otherwise;
                continue;
            }
            if (const auto condition = TRY(condition_of(word))) {
                Piece choice{Piece::Kind::Choice, condition->first, condition->second, {}, {}};
                tested_.push_back(condition->first);
                choice.yes = TRY(pieces_until(line, at, list, Until::Fin, &choice.no));
                tested_.pop_back();
                into->push_back(std::move(choice));
                continue;
            }
            into->push_back(TRY(value(word, list)));
        }
        if (until == Until::Fin) return wrong("{{si}} is never closed by {{fin}} on its line", "documents.letter.open");
        return first;
    }

    base::Result<Piece> value(std::string_view word, std::string& list) {
        if (word == kSignature)
            return wrong("{{signature}} stands alone on its line", "documents.letter.signature_alone");
        const TagSpec* spec = TRY(spec_of(word));
        const bool tested = std::ranges::find(tested_, word) != tested_.end();
        if (spec->need == TagNeed::Optional && word != "date_courrier" && !tested) {
            const std::string tag(word);
            return wrong("{{" + tag + "}} may be absent: put it between {{si " + tag + "}} and {{fin}}",
                         "documents.letter.untested", {{"tag", tag}});
        }
        if (spec->list) {
            if (!list.empty() && list != word) return wrong("two lists on one line", "documents.letter.two_lists");
            list = word;
        }
        return Piece{Piece::Kind::Value, std::string(word), true, {}, {}};
    }

    LetterKind kind_;
    std::string_view name_;
    std::size_t line_ = 0;
    bool signed_ = false;
    std::vector<Open> stack_;
    std::vector<std::string> tested_;
};

}  // namespace

base::Result<LetterTree> parse_letter(LetterKind kind, std::string_view text, std::string_view name) {
    return Parser(kind, name).parse(text);
}

}  // namespace beffroi::documents::detail
