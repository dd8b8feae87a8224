#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/catalogue.hpp"
#include "base/money.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace beffroi::base {

TEST_CASE("amounts are read as people write them and refused when they are ambiguous") {
    CHECK(parse_euros("56961.00")->value == 5696100);
    CHECK(parse_euros("56 961,00 €")->value == 5696100);
    CHECK(parse_euros("56\u202f961,5\u00a0€")->value == 5696150);
    CHECK(parse_euros("-12")->value == -1200);
    for (const char* bad : {"", "€", "1,234.5", "1.2345", "12e3", "1 23", "1 2345", "abc", "12,", "999999999999999999"})
        CHECK_MESSAGE(!parse_euros(bad), bad);
}

TEST_CASE("amounts are written as the French write them, and come back") {
    CHECK(format_euros(Cents{1708830}, Language::Fr) == "17\u202f088,30\u00a0€");
    CHECK(format_euros(Cents{-5}, Language::Fr) == "-0,05\u00a0€");
    CHECK(format_euros(Cents{1708830}, Language::En) == "€17,088.30");
    CHECK(plain_euros(Cents{1708830}) == "17088.30");
    CHECK(format_percent(Rate{3000}, Language::Fr) == "30\u00a0%");
    CHECK(format_percent(Rate{3350}, Language::En) == "33.5%");
    CHECK(rc::check("an amount written in French is read back to the cent", [] {
        Cents amount{*rc::gen::inRange<std::int64_t>(-99'999'999'999, 99'999'999'999)};
        RC_ASSERT(parse_euros(format_euros(amount, Language::Fr))->value == amount.value);
        RC_ASSERT(parse_euros(plain_euros(amount))->value == amount.value);
    }));
}

TEST_CASE("a rate is applied to the exact cent") {
    CHECK(apply(Rate{3000}, Cents{5696100}, Rounding::Down).value == 1708830);
    CHECK(apply(Rate{3000}, Cents{5}, Rounding::Down).value == 1);      // 1.5
    CHECK(apply(Rate{3000}, Cents{5}, Rounding::HalfEven).value == 2);  // 1.5 → 2
    CHECK(apply(Rate{5000}, Cents{1}, Rounding::HalfEven).value == 0);  // 0.5 → 0
    CHECK(apply(Rate{5000}, Cents{1}, Rounding::HalfUp).value == 1);
    CHECK(apply(Rate{5000}, Cents{-1}, Rounding::HalfUp).value == -1);
    CHECK(rc::check("a grant is never above its rate by rounding down", [] {
        Cents base{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)};
        Rate rate{*rc::gen::inRange<std::int32_t>(0, 10001)};
        RC_ASSERT(apply(rate, base, Rounding::Down).value * 10000 <= base.value * rate.per_10000);
        RC_ASSERT((apply(rate, base, Rounding::Down).value + 1) * 10000 > base.value * rate.per_10000);
    }));
}

TEST_CASE("dates exist or are refused, and months end where they end") {
    CHECK(parse_date("2024-02-29"));
    CHECK(!parse_date("2023-02-29"));
    CHECK(!parse_date("2017-30-05"));
    CHECK(!parse_date("2023-2-9"));
    CHECK(*parse_person_date(" 22/11/2022 ") == make_date(2022, 11, 22));
    CHECK(add_months(make_date(2023, 1, 31), 1) == make_date(2023, 2, 28));
    CHECK(add_months(make_date(2024, 1, 31), 1) == make_date(2024, 2, 29));
    CHECK(add_months(make_date(2022, 11, 22), 2) == make_date(2023, 1, 22));
    CHECK(format_date(make_date(2022, 4, 1), Language::Fr) == "1er avril 2022");
    CHECK(format_date(make_date(2022, 11, 22), Language::En) == "22 November 2022");
}

TEST_CASE("an instant belongs to its day in Paris, also on the nights when the clocks change") {
    CHECK(paris_date(*parse_timestamp("2022-12-31T23:30:00Z")) == make_date(2023, 1, 1));
    CHECK(iso(from_paris(make_date(2022, 7, 1), 0, 0)) == "2022-06-30T22:00:00.000Z");
    CHECK(iso(from_paris(make_date(2022, 10, 30), 2, 30)) == "2022-10-30T00:30:00.000Z");  // repeated hour: the first
    CHECK(iso(from_paris(make_date(2022, 3, 27), 2, 30)) == "2022-03-27T01:00:00.000Z");   // skipped hour: the change
    CHECK(format_instant(*parse_timestamp("2022-11-22T08:30:00Z"), Language::Fr) ==
          "22 novembre 2022 à 9\u00a0h\u00a030");
    CHECK(!parse_timestamp("2022-11-22T24:00:00Z"));
}

TEST_CASE("a name is found whatever its accents, ligatures, hyphens and saints") {
    CHECK(fold("Saint-Jans-Cappel") == "saint jans cappel");
    CHECK(fold("ST JANS CAPPEL") == "saint jans cappel");
    CHECK(fold("Ste-Œuvre") == "sainte oeuvre");
    CHECK(fold("L'Haÿ-les-Roses") == "l hay les roses");
    CHECK(fold("  Épe\u0301camps ") == "epecamps");
    CHECK(slug("Saint-Omer-en-Chaussée (60)") == "saint-omer-en-chaussee-60");
    CHECK(rc::check("folding twice changes nothing more",
                    [](const std::string& any) { RC_ASSERT(fold(fold(any)) == fold(any)); }));
}

TEST_CASE("bytes that are not UTF-8 are seen") {
    CHECK(valid_utf8("é€𝄞"));
    for (const char* bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"})
        CHECK_MESSAGE(!valid_utf8(bad), bad);
    CHECK(json_string("a\"\n\x01\xFF") == "\"a\\\"\\n\\u0001\xEF\xBF\xBD\"");
}

TEST_CASE("the two catalogues hold the same sentences") {
    auto catalogue = Catalogue::load("locale");
    REQUIRE_MESSAGE(catalogue, (catalogue ? "" : catalogue.error().detail));
    Text text(*catalogue, Language::Fr);
    CHECK(text("error.date", {{"value", "hier"}}) == "« hier » n’est pas une date : écrivez par exemple 22/11/2022.");
}

}  // namespace beffroi::base
