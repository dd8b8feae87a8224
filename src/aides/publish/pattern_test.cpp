#include "aides/publish/pattern.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using beffroi::aides::publish::Pattern;

TEST_CASE("a pattern holds for the whole text, with or without anchors") {
    struct Case {
        const char* pattern;
        const char* text;
        bool holds;
    };
    const std::vector<Case> cases{
        {"^\\d{14}$", "20005374200017", true},
        {"^\\d{14}$", "2000537420001", false},
        {"^\\d{14}$", "20005374200017\n", false},  // Python's $ lets this through
        {"^\\d{14}$", "٢٠٠٠٥٣٧٤٢٠٠٠١٧", false},    // digits are ASCII
        {"\\d{3}", "123", true},
        {"\\d{3}", "x123", false},
        {"a|ab", "ab", true},
        {"^(a|ab)(c|bcd)$", "abcd", true},
        {"^W\\d{9}$", "W380475558", true},
        {"^[0-9]{4}\\-[0-9]{2}\\-[0-9]{2}(\\/[0-9]{4}\\-[0-9]{2}\\-[0-9]{2})?$", "2017-03-14/2018-03-14", true},
        {"^[0-9]{4}\\-[0-9]{2}\\-[0-9]{2}(\\/[0-9]{4}\\-[0-9]{2}\\-[0-9]{2})?$", "2017-03-14", true},
        {"^[0-9]{4}\\-[0-9]{2}\\-[0-9]{2}(\\/[0-9]{4}\\-[0-9]{2}\\-[0-9]{2})?$", "2017-03-14_2018-03-14", false},
        {"^[A-Z]+-\\d+(\\|[A-Z]+-\\d+)*$", "REG-84|DEP-01|COM-83141", true},
        {"^[A-Z]+-\\d+(\\|[A-Z]+-\\d+)*$", "REG-84|", false},
        {"^(\\d{2}|2[AB])\\d{3}$", "2A004", true},
        {"[^a-c]", "d", true},
        {"[^a-c]", "b", false},
        {"[a\\]-]", "-", true},
        {"[\\w.]+@x", "a.b@x", true},
        {"é?.", "è", true},  // characters, not bytes
        {"", "", true},
        {"", "a", false},
        {"(a*)*", "aaa", true},
        {"a{2,}", "a", false},
        {"a{2,}", "aaaa", true},
        {"a{0,2}", "aaa", false},
        {"\\D\\W\\S", "x x", true},
        {"a??b", "ab", true},
        {"^", "", true},
        {"a$b", "ab", false},
    };
    for (const Case& c : cases) {
        CAPTURE(std::string(c.pattern));
        CAPTURE(std::string(c.text));
        const auto pattern = Pattern::compile(c.pattern);
        REQUIRE(pattern);
        CHECK(pattern->matches(c.text) == c.holds);
    }
}

TEST_CASE("what cannot be run in linear time, or makes no sense, is refused with the place") {
    for (const char* pattern : {"(a", "a)", "[a", "*a", "a**", "a{2,1}", "a{2000}", "\\1", "(?=a)", "(?<n>a)", "\\b",
                                "\\p{L}", "[b-a]", "a{", "{2}", "\\", "((((a{900}){900}){900}))", "[[:alpha:]]"}) {
        CAPTURE(std::string(pattern));
        const auto compiled = Pattern::compile(pattern);
        REQUIRE_FALSE(compiled);
        CHECK(compiled.error().detail.starts_with("pattern"));
    }
    CHECK_FALSE(Pattern::compile(std::string(3000, 'a')));
    CHECK_FALSE(Pattern::compile(std::string(100, '(') + "a" + std::string(100, ')')));
}

TEST_CASE("patterns that make other engines run for ever take no time") {
    const std::string hostile(9000, 'a');
    const auto start = std::chrono::steady_clock::now();
    for (const char* pattern : {"^(a+)+b$", "^(a|aa)+b$", "^(a*)*b$", "(.*)(.*)(.*)(.*)(.*)b"}) {
        const auto compiled = Pattern::compile(pattern);
        REQUIRE(compiled);
        CHECK_FALSE(compiled->matches(hostile));
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}
