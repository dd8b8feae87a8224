#include "aides/publish/pattern.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "aides/publish/utf8.hpp"

namespace beffroi::aides::publish {

namespace {

constexpr int kMaxDepth = 50;
constexpr int kMaxRepeat = 1000;
constexpr int kForEver = -1;

}  // namespace

// Reads the pattern into a tree, then writes the tree out as steps; {m,n} is why the tree is needed.
class PatternCompiler {
  public:
    explicit PatternCompiler(std::string_view pattern) : text_(pattern) {}

    base::Result<Pattern> run() {
        const std::uint32_t root = TRY(alternatives(0));
        if (at_ != text_.size()) return refuse("a closing parenthesis without an opening one");
        if (!emit(root)) return refuse("a pattern that is too large once its repetitions are written out");
        add({Pattern::Op::Match, 0, 0});
        return std::move(out_);
    }

  private:
    enum class Kind { Empty, Set, Begin, End, Sequence, Choice, Repeat };
    struct Node {
        Kind kind = Kind::Empty;
        std::vector<std::uint32_t> parts;
        std::uint32_t set = 0;
        int least = 0;
        int most = 0;
    };

    std::unexpected<base::Error> refuse(std::string_view what) const {
        return base::fail(base::Code::Invalid,
                          "pattern, at byte " + std::to_string(at_ + 1) + ": " + std::string(what));
    }
    std::uint32_t node(Node made) {
        nodes_.push_back(std::move(made));
        return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    std::uint32_t set_node(Pattern::Set set) {
        out_.sets_.push_back(std::move(set));
        return node({.kind = Kind::Set, .set = static_cast<std::uint32_t>(out_.sets_.size() - 1)});
    }
    [[nodiscard]] bool more() const { return at_ < text_.size(); }
    [[nodiscard]] char peek() const { return text_[at_]; }

    base::Result<std::uint32_t> alternatives(int depth) {
        if (depth > kMaxDepth) return refuse("groups nested too deep");
        Node choice{.kind = Kind::Choice};
        choice.parts.push_back(TRY(sequence(depth)));
        while (more() && peek() == '|') {
            ++at_;
            choice.parts.push_back(TRY(sequence(depth)));
        }
        if (choice.parts.size() == 1) return choice.parts.front();
        return node(std::move(choice));
    }

    base::Result<std::uint32_t> sequence(int depth) {
        Node row{.kind = Kind::Sequence};
        while (more() && peek() != '|' && peek() != ')') {
            std::uint32_t part = TRY(atom(depth));
            part = TRY(repeated(part));
            row.parts.push_back(part);
        }
        return node(std::move(row));
    }

    base::Result<std::uint32_t> atom(int depth) {
        switch (peek()) {
            case '(':
                return grouped(depth);
            case '[':
                return bracket();
            case '\\': {
                ++at_;
                Pattern::Set set;
                TRY(escape(set));
                return set_node(std::move(set));
            }
            case '.':
                ++at_;
                return set_node({.negated = true, .ranges = {{U'\n', U'\n'}}});
            case '^':
                ++at_;
                return node({.kind = Kind::Begin});
            case '$':
                ++at_;
                return node({.kind = Kind::End});
            case '*':
            case '+':
            case '?':
                return refuse("a repetition with nothing to repeat");
            case '{':
                return refuse("a brace that must be written \\{");
            default: {
                const char32_t c = next_code_point(text_, at_);
                return set_node({.ranges = {{c, c}}});
            }
        }
    }

    base::Result<std::uint32_t> grouped(int depth) {
        ++at_;
        if (more() && peek() == '?') {
            if (text_.substr(at_, 2) != "?:") return refuse("look-around and named groups are not read");
            at_ += 2;
        }
        const std::uint32_t inside = TRY(alternatives(depth + 1));
        if (!more() || peek() != ')') return refuse("a group that is never closed");
        ++at_;
        return inside;
    }

    base::Result<std::uint32_t> repeated(std::uint32_t part) {
        if (!more()) return part;
        int least = 0;
        int most = kForEver;
        switch (peek()) {
            case '*':
                ++at_;
                break;
            case '+':
                least = 1, ++at_;
                break;
            case '?':
                most = 1, ++at_;
                break;
            case '{':
                TRY(braces(least, most));
                break;
            default:
                return part;
        }
        if (more() && peek() == '?') ++at_;
        if (more() && (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{'))
            return refuse("a repetition of a repetition");
        return node({.kind = Kind::Repeat, .parts = {part}, .least = least, .most = most});
    }

    base::Status braces(int& least, int& most) {
        ++at_;
        const std::optional<int> first = digits();
        if (!first) return refuse("a number is expected after {");
        least = most = *first;
        if (more() && peek() == ',') {
            ++at_;
            const std::optional<int> second = digits();
            most = second.value_or(kForEver);
        }
        if (!more() || peek() != '}') return refuse("} is expected");
        ++at_;
        if (least > kMaxRepeat || most > kMaxRepeat) return refuse("more than 1000 repetitions");
        if (most != kForEver && most < least) return refuse("the end of {m,n} is below its beginning");
        return {};
    }

    std::optional<int> digits() {
        std::optional<int> value;
        while (more() && peek() >= '0' && peek() <= '9') {
            value = std::min(value.value_or(0) * 10 + (peek() - '0'), kMaxRepeat + 1);
            ++at_;
        }
        return value;
    }

    // After the backslash. Adds to the set; tells the character through `single` when it stands for one.
    base::Status escape(Pattern::Set& set, char32_t* single = nullptr) {
        if (!more()) return refuse("nothing after the backslash");
        const char c = peek();
        const auto one = [&](char32_t letter) {
            set.ranges.emplace_back(letter, letter);
            if (single != nullptr) *single = letter;
            ++at_;
            return base::Status{};
        };
        switch (c) {
            case 'd':
            case 'w':
            case 's':
            case 'D':
            case 'W':
            case 'S':
                ++at_;
                return shorthand(set, c);
            case 'n':
                return one(U'\n');
            case 't':
                return one(U'\t');
            case 'r':
                return one(U'\r');
            case 'f':
                return one(U'\f');
            case 'v':
                return one(U'\v');
            default:
                break;
        }
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            return refuse(std::string("\\") + c + " is not read");
        const char32_t letter = next_code_point(text_, at_);
        set.ranges.emplace_back(letter, letter);
        if (single != nullptr) *single = letter;
        return {};
    }

    static base::Status shorthand(Pattern::Set& set, char name) {
        std::vector<std::pair<char32_t, char32_t>> ranges;
        const char lower = static_cast<char>(name | 0x20);
        if (lower == 'd') ranges = {{U'0', U'9'}};
        if (lower == 'w') ranges = {{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}};
        if (lower == 's') ranges = {{U'\t', U'\r'}, {U' ', U' '}};
        if (name == lower) {
            set.ranges.insert(set.ranges.end(), ranges.begin(), ranges.end());
            return {};
        }
        char32_t from = 0;
        for (const auto& [low, high] : ranges) {
            if (low > from) set.ranges.emplace_back(from, low - 1);
            from = high + 1;
        }
        set.ranges.emplace_back(from, 0x10FFFF);
        return {};
    }

    base::Result<std::uint32_t> bracket() {
        ++at_;
        Pattern::Set set;
        if (more() && peek() == '^') {
            set.negated = true;
            ++at_;
        }
        bool first = true;
        while (true) {
            if (!more()) return refuse("a class that is never closed");
            if (peek() == ']' && !first) break;
            if (peek() == '[') return refuse("a bracket inside a class must be written \\[");
            first = false;
            TRY(class_item(set));
        }
        ++at_;
        return set_node(std::move(set));
    }

    base::Status class_item(Pattern::Set& set) {
        constexpr char32_t kNone = 0x110000;
        const auto letter = [&](Pattern::Set& into) -> base::Result<char32_t> {
            char32_t single = kNone;
            if (peek() == '\\') {
                ++at_;
                TRY(escape(into, &single));
            } else {
                single = next_code_point(text_, at_);
                into.ranges.emplace_back(single, single);
            }
            return single;
        };
        const char32_t low = TRY(letter(set));
        const bool range = more() && peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
        if (!range) return {};
        if (low == kNone) return refuse("a range that begins with a class");
        ++at_;
        Pattern::Set ignored;
        const char32_t high = TRY(letter(ignored));
        if (high == kNone) return refuse("a range that ends with a class");
        if (high < low) return refuse("a range that ends before it begins");
        set.ranges.back() = {low, high};
        return {};
    }

    bool add(Pattern::Step step) {
        if (out_.steps_.size() >= Pattern::kMaxSteps) return false;
        out_.steps_.push_back(step);
        return true;
    }
    [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(out_.steps_.size()); }

    bool emit(std::uint32_t index) {
        const Node& made = nodes_[index];
        switch (made.kind) {
            case Kind::Empty:
                return true;
            case Kind::Set:
                return add({Pattern::Op::Set, here() + 1, made.set});
            case Kind::Begin:
                return add({Pattern::Op::Begin, here() + 1, 0});
            case Kind::End:
                return add({Pattern::Op::End, here() + 1, 0});
            case Kind::Sequence:
                return std::all_of(made.parts.begin(), made.parts.end(), [&](std::uint32_t p) { return emit(p); });
            case Kind::Choice:
                return emit_choice(made);
            case Kind::Repeat:
                return emit_repeat(made);
        }
        return false;
    }

    bool emit_choice(const Node& made) {
        std::vector<std::uint32_t> jumps;
        for (std::size_t i = 0; i < made.parts.size(); ++i) {
            const bool last = i + 1 == made.parts.size();
            const std::uint32_t split = here();
            if (!last && !add({Pattern::Op::Split, split + 1, 0})) return false;
            if (!emit(made.parts[i])) return false;
            if (last) break;
            jumps.push_back(here());
            if (!add({Pattern::Op::Jump, 0, 0})) return false;
            out_.steps_[split].y = here();
        }
        for (const std::uint32_t jump : jumps) out_.steps_[jump].x = here();
        return true;
    }

    bool emit_repeat(const Node& made) {
        const std::uint32_t part = made.parts.front();
        for (int i = 0; i < made.least; ++i)
            if (!emit(part)) return false;
        if (made.most == kForEver) {
            const std::uint32_t split = here();
            if (!add({Pattern::Op::Split, split + 1, 0}) || !emit(part)) return false;
            if (!add({Pattern::Op::Jump, split, 0})) return false;
            out_.steps_[split].y = here();
            return true;
        }
        std::vector<std::uint32_t> splits;
        for (int i = made.least; i < made.most; ++i) {
            splits.push_back(here());
            if (!add({Pattern::Op::Split, here() + 1, 0}) || !emit(part)) return false;
        }
        for (const std::uint32_t split : splits) out_.steps_[split].y = here();
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Node> nodes_;
    Pattern out_;
};

base::Result<Pattern> Pattern::compile(std::string_view pattern) {
    if (pattern.size() > kMaxPatternBytes) return base::fail(base::Code::TooLarge, "pattern: more than 2000 bytes");
    return PatternCompiler(pattern).run();
}

bool Pattern::Set::holds(char32_t c) const {
    const bool inside = std::any_of(ranges.begin(), ranges.end(),
                                    [c](const auto& range) { return c >= range.first && c <= range.second; });
    return inside != negated;
}

// The steps that are waiting for a character, each at most once: that is what keeps the time linear.
struct Pattern::Threads {
    explicit Threads(std::size_t steps) : mark(steps, 0) {}
    std::vector<std::uint32_t> now;
    std::vector<std::uint32_t> next;
    std::vector<std::uint32_t> mark;
    std::vector<std::uint32_t> open;
    std::uint32_t generation = 0;
    bool matched = false;
};

void Pattern::follow(Threads& threads, std::uint32_t from, bool at_begin, bool at_end) const {
    threads.open.push_back(from);
    while (!threads.open.empty()) {
        const std::uint32_t index = threads.open.back();
        threads.open.pop_back();
        if (threads.mark[index] == threads.generation) continue;
        threads.mark[index] = threads.generation;
        const Step& step = steps_[index];
        switch (step.op) {
            case Op::Set:
                threads.next.push_back(index);
                break;
            case Op::Jump:
                threads.open.push_back(step.x);
                break;
            case Op::Split:
                threads.open.push_back(step.y);
                threads.open.push_back(step.x);
                break;
            case Op::Begin:
                if (at_begin) threads.open.push_back(step.x);
                break;
            case Op::End:
                if (at_end) threads.open.push_back(step.x);
                break;
            case Op::Match:
                threads.matched = true;
                break;
        }
    }
}

bool Pattern::matches(std::string_view text) const {
    if (text.size() > kMaxTextBytes) return false;
    Threads threads(steps_.size());
    std::size_t at = 0;
    threads.generation = 1;
    follow(threads, 0, true, text.empty());
    while (at < text.size()) {
        if (threads.next.empty()) return false;
        const char32_t c = next_code_point(text, at);
        threads.now.swap(threads.next);
        threads.next.clear();
        threads.matched = false;
        ++threads.generation;
        for (const std::uint32_t index : threads.now)
            if (sets_[steps_[index].y].holds(c)) follow(threads, steps_[index].x, false, at == text.size());
    }
    return threads.matched;
}

}  // namespace beffroi::aides::publish
