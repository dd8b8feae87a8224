// Regular expressions that cannot be made to run for ever: the patterns of Table Schema, matched in time proportional
// to text × pattern whatever both hold.
//
// std::regex recurses once per character (a long cell overflows the stack) and, like Boost.Regex, goes back on its
// steps
// ((a+)+b is exponential); RE2 is not among our dependencies. The patterns of the schemas need little: an automaton of
// Thompson, simulated breadth first, is 200 lines and has no bad case. See docs/formats/opendata.md.
//
// Read: literals, . [classes] \d \w \s \D \W \S escapes, groups (captures are not kept), | * + ? {m,n} (lazy or not, it
// is the same language), ^ and $. Refused at compile: backreferences, look-around, \b, \p{…}. The whole text must
// match, with or without anchors. \d and \w are ASCII. `$` is the end of the text, never before a last line end.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace beffroi::aides::publish {

class Pattern {
  public:
    static constexpr std::size_t kMaxPatternBytes = 2000;
    static constexpr std::size_t kMaxSteps = 2000;        // instructions, after {m,n} is written out
    static constexpr std::size_t kMaxTextBytes = 10'000;  // longer texts do not match

    [[nodiscard]] static base::Result<Pattern> compile(std::string_view pattern);
    [[nodiscard]] bool matches(std::string_view text) const;

  private:
    friend class PatternCompiler;

    enum class Op : std::uint8_t { Set, Split, Jump, Begin, End, Match };
    struct Step {
        Op op = Op::Match;
        std::uint32_t x = 0;  // next, or first way
        std::uint32_t y = 0;  // second way, or the set
    };
    struct Set {
        bool negated = false;
        std::vector<std::pair<char32_t, char32_t>> ranges;
        [[nodiscard]] bool holds(char32_t c) const;
    };

    struct Threads;
    void follow(Threads& threads, std::uint32_t from, bool at_begin, bool at_end) const;

    std::vector<Step> steps_;
    std::vector<Set> sets_;
};

}  // namespace beffroi::aides::publish
