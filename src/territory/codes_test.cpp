#include "territory/codes.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "territory/test_support.hpp"

namespace beffroi::territory {

TEST_CASE("the INSEE code of a commune is taken as people write it, and nothing else") {
    struct Case {
        std::string_view typed;
        std::string_view code;  // empty: refused
    };
    constexpr Case kCases[] = {
        {"59172", "59172"}, {" 59 172 ", "59172"}, {"2A004", "2A004"}, {"2b033", "2B033"}, {"97105", "97105"},
        {"98818", "98818"}, {"20004", "20004"},  // Ajaccio before 1976: in the lists of old codes
        {"00172", ""},      {"96172", ""},         {"99172", ""},      {"2C004", ""},      {"5917", ""},
        {"591722", ""},     {"59A72", ""},         {"", ""},           {"Denain", ""},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.typed);
        auto code = InseeCode::parse(c.typed);
        CHECK(code.has_value() == !c.code.empty());
        if (code)
            CHECK(code->str() == c.code);
        else
            CHECK(code.error().message.key == "territory.code.insee");
    }
}

TEST_CASE("the département is in the code of the commune") {
    CHECK(insee("59172").departement().str() == "59");
    CHECK(insee("02054").departement().str() == "02");
    CHECK(insee("2A004").departement().str() == "2A");
    CHECK(insee("97411").departement().str() == "974");
}

TEST_CASE("départements and regions") {
    for (std::string_view good : {"01", "59", "95", "2A", "2B", "971", "988"}) CHECK(DepartementCode::parse(good));
    for (std::string_view bad : {"00", "20", "96", "1", "970000", "590", "2C", ""})
        CHECK_FALSE(DepartementCode::parse(bad));
    for (std::string_view good : {"32", "01", "94", "988"}) CHECK(RegionCode::parse(good));
    for (std::string_view bad : {"00", "3", "320", "ab", ""}) CHECK_FALSE(RegionCode::parse(bad));
}

TEST_CASE("a SIREN or SIRET with a slip of the finger is refused") {
    CHECK(siren("215901729").spaced() == "215\u00A0901\u00A0729");
    CHECK(siren("215 901 729") == siren("215901729"));
    CHECK(Siren::parse("215901792").error().message.key == "territory.code.siren_check");
    CHECK(Siren::parse("21590172").error().message.key == "territory.code.siren");
    CHECK_FALSE(Siren::parse("000000000"));

    auto siret = Siret::parse("200 053 742 00017");
    REQUIRE(siret);
    CHECK(siret->siren() == siren("200053742"));
    CHECK(siret->str() == "20005374200017");
    CHECK_FALSE(Siret::parse("20005374200018"));
    CHECK_FALSE(Siret::parse("2000537420001"));
}

TEST_CASE("La Poste numbers its offices by another rule (INSEE)") {
    CHECK(Siret::parse("35600000000048"));        // head office: Luhn
    CHECK(Siret::parse("35600000049837"));        // an office: digits add up to 45
    CHECK_FALSE(Siret::parse("35600000049838"));  // 46
    CHECK_FALSE(Siret::parse("20005374200021"));  // adds up to 26 and fails Luhn: the rule is theirs only
}

TEST_CASE("laws of the codes") {
    CHECK(rc::check("a SIREN survives being written", [] {
        std::string text = siren_from(fmt::format("{:08}", *rc::gen::inRange(1, 99'999'999)));
        RC_ASSERT(siren(text).str() == text);
        RC_ASSERT(siren(siren(text).spaced()) == siren(text));
    }));
    CHECK(rc::check("one digit changed is always found", [] {
        std::string text = siren_from(fmt::format("{:08}", *rc::gen::inRange(1, 99'999'999)));
        std::size_t at = *rc::gen::inRange<std::size_t>(0, 9);
        text[at] = static_cast<char>('0' + (text[at] - '0' + *rc::gen::inRange(1, 10)) % 10);
        RC_ASSERT_FALSE(Siren::parse(text).has_value());
    }));
    CHECK(rc::check("codes are ordered as their texts", [] {
        auto any = [] {
            return insee(fmt::format("{:02}{:03}", *rc::gen::inRange(1, 96), *rc::gen::inRange(0, 1000)));
        };
        InseeCode a = any();
        InseeCode b = any();
        RC_ASSERT((a < b) == (a.str() < b.str()));
    }));
    CHECK(rc::check("whatever the text, parsing ends in a code or a refusal", [](const std::string& text) {
        if (auto code = InseeCode::parse(text)) RC_ASSERT(code->str().size() == 5U);
        (void)Siren::parse(text);
        (void)Siret::parse(text);
        (void)DepartementCode::parse(text);
        (void)RegionCode::parse(text);
    }));
}

}  // namespace beffroi::territory
