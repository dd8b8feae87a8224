#include "aides/application/form.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "aides/application/dates.hpp"
#include "aides/application/estimate.hpp"
#include "aides/application/letters.hpp"
#include "base/text.hpp"

namespace beffroi::aides::application {
namespace {

const scheme::Edition& edition() {
    static const auto loaded = scheme::load_edition_file("schemes/hdf-videoprotection/2022.toml");
    REQUIRE(loaded.edition);
    return *loaded.edition;
}

TEST_CASE("a field is read as people write it") {
    const Fields fields = {{"title", "  Caméras  "},        {"cameras", "12"},
                           {"expense.7.label", "Caméras"},  {"expense.7.category", "cameras"},
                           {"expense.7.ht", "56 961,00 €"}, {"expense.7.vat", "20 %"},
                           {"start_on", "22/11/2022"},      {"funding.2.source", "detr"},
                           {"funding.2.amount", "1 000"}};
    const auto reading = read(fields, edition());
    CHECK(reading.project.title == "Caméras");
    REQUIRE(reading.project.expenses.size() == 1);
    CHECK(reading.project.expenses[0].row == 7);
    CHECK(reading.project.expenses[0].ht == base::Cents{5'696'100});
    CHECK(reading.project.expenses[0].vat == base::Rate{2000});
    CHECK(reading.project.funding[0].cents == base::Cents{100'000});
    CHECK(reading.project.start_on == base::make_date(2022, 11, 22));
    CHECK(reading.missing.contains("description"));
    CHECK(!reading.faults.contains("expense.7.ht"));
}

TEST_CASE("what is wrong is named field by field") {
    struct Case {
        const char* field;
        const char* value;
        const char* key;
    };
    const Case cases[] = {{"cameras", "douze", "application.fault.count"},
                          {"cameras", "0", "application.fault.count"},
                          {"cameras", "-3", "application.fault.count"},
                          {"nature", "autre", "application.fault.choice"},
                          {"start_on", "31/02/2022", "error.date"},
                          {"contact.email", "maire", "application.fault.email"},
                          {"expense.1.ht", "1.234,56", "error.number"},
                          {"expense.1.ht", "-5", "application.fault.amount"},
                          {"expense.1.ht", "0", "application.fault.amount"},
                          {"expense.1.vat", "120", "application.fault.percent"},
                          {"expense.1.category", "drones", "application.fault.category"},
                          {"funding.1.source", "loto", "application.fault.funding_source"},
                          {"funding.1.amount", "9999999999999999", "error.number"},
                          {"vat_recovered", "peut-être", "application.fault.choice"}};
    for (const auto& one : cases) {
        CAPTURE(one.field);
        CAPTURE(one.value);
        const auto reading = read({{one.field, one.value}}, edition());
        REQUIRE(reading.faults.contains(one.field));
        const auto& key = reading.faults.find(one.field)->second.key;
        CHECK((key == one.key || key == "application.fault.amount"));
        CHECK(!reading.missing.contains(one.field));
    }
}

TEST_CASE("only names of the form are fields") {
    for (const char* name : {"title", "expense.1.ht", "expense.9999.label", "funding.3.status", "field.in-zsp",
                             "undertaking.accurate", "other_aids.1.scheme"})
        CHECK_MESSAGE(is_field(name), name);
    for (const char* name : {"", "csrf", "expense", "expense.0.ht", "expense.01.ht", "expense.10000.ht", "expense.1.x",
                             "expense.1.ht.x", "field.", "field.A", "undertaking.x", "titles", "expense.-1.ht"})
        CHECK_MESSAGE(!is_field(name), name);
}

TEST_CASE("too much is refused before anything is kept") {
    CHECK(check({.set = {{"title", std::string(20'000, 'a')}}, .remove_rows = {}}, {}));
    CHECK(!check({.set = {{"title", std::string(20'001, 'a')}}, .remove_rows = {}}, {}));
    CHECK(!check({.set = {{"title", "\xC3"}}, .remove_rows = {}}, {}));
    CHECK(!check({.set = {{"title", std::string("a\0b", 3)}}, .remove_rows = {}}, {}));
    CHECK(check({.set = {{"description", "ligne\r\nsuite\t"}}, .remove_rows = {}}, {}));
    Fields many;
    for (int i = 1; i <= 301; ++i) many["expense." + std::to_string(i) + ".label"] = "x";
    CHECK(!check({.set = many, .remove_rows = {}}, {}));
    CHECK(check({.set = many, .remove_rows = {}}, {}).error().code == base::Code::TooLarge);
}

TEST_CASE("whatever stands in the fields, reading ends, and JSON gives them back as they were") {
    CHECK(rc::check([] {
        const auto names = std::vector<std::string>{
            "title",   "cameras", "start_on", "expense.1.ht", "expense.1.vat", "expense.2.category", "funding.1.amount",
            "field.x", "nature"};
        Fields fields;
        for (const auto& name : names) {
            const auto value = *rc::gen::arbitrary<std::string>();
            if (base::valid_utf8(value)) fields[name] = value;
        }
        const auto back = from_json(to_json(fields));
        RC_ASSERT(back.has_value());
        RC_ASSERT(*back == fields);
        const auto reading = read(fields, edition());
        for (const auto& missing : reading.missing) RC_ASSERT(reading.faults.contains(missing));
    }));
}

TEST_CASE("a project written to fields and read again is the same project") {
    const auto word = rc::gen::map(rc::gen::inRange(1, 10'000), [](int n) { return "Été n° " + std::to_string(n); });
    CHECK(rc::check([&] {
        Project project;
        project.title = *word;
        project.description = *word;
        project.nature = *rc::gen::element(std::string("installation"), std::string("extension"));
        project.cameras = *rc::gen::inRange<std::int64_t>(1, 1000);
        project.places = *word;
        project.purpose = *word;
        project.start_on = base::add_days(base::make_date(2022, 1, 1), *rc::gen::inRange(0, 300));
        project.end_on = base::add_days(*project.start_on, *rc::gen::inRange(0, 300));
        project.vat_recovered = *rc::gen::arbitrary<bool>();
        project.contact = {.name = *word, .role = *word, .phone = "03", .email = "a@b.fr"};
        project.signatory_name = *word;
        project.signatory_role = *word;
        const auto lines = *rc::gen::inRange(1, 6);
        for (int i = 0; i < lines; ++i) {
            project.expenses.push_back({.row = 2 * i + 1,
                                        .quote = *word,
                                        .supplier = "",
                                        .label = *word,
                                        .category = *rc::gen::element(std::string("cameras"), std::string("storage")),
                                        .quantity = *rc::gen::inRange<std::int64_t>(1, 50),
                                        .ht = base::Cents{*rc::gen::inRange<std::int64_t>(1, 100'000'000)},
                                        .vat = base::Rate{*rc::gen::inRange(0, 10'001)},
                                        .date = std::nullopt});
        }
        project.funding.push_back(
            {.row = 4, .source = "detr", .name = *word, .cents = base::Cents{12345}, .obtained = true});
        for (const auto id : undertakings()) project.undertakings.emplace(id);
        const auto reading = read(write(project), edition());
        RC_ASSERT(reading.faults.empty());
        RC_ASSERT(reading.project == project);
    }));
}

TEST_CASE("silence is a rejection two months after filing, in Paris, at the end of a month too") {
    struct Case {
        const char* filed;
        base::Date rejected;
    };
    const Case cases[] = {{"2022-05-02T08:00:00.000Z", base::make_date(2022, 7, 2)},
                          {"2022-12-31T10:00:00.000Z", base::make_date(2023, 2, 28)},
                          {"2023-12-31T10:00:00.000Z", base::make_date(2024, 2, 29)},
                          {"2022-03-26T23:30:00.000Z", base::make_date(2022, 5, 27)},  // 27 March in Paris, winter time
                          {"2022-03-27T22:30:00.000Z", base::make_date(2022, 5, 28)},  // 28 March, summer time
                          {"2022-10-29T22:30:00.000Z", base::make_date(2022, 12, 30)}};
    for (const auto& one : cases)
        CHECK(implicit_rejection_date(base::value_or_throw(base::parse_timestamp(one.filed))) == one.rejected);
    // CRPA L114-5: suspended until the pieces come, at the latest until the day set for them.
    const auto day = [](unsigned month, unsigned d) { return base::make_date(2022, month, d); };
    CHECK(after_suspension(day(7, 2), day(5, 10), day(6, 10), day(5, 20)) == day(7, 12));
    CHECK(after_suspension(day(7, 2), day(5, 10), day(6, 10), day(9, 1)) == day(8, 2));
    CHECK(after_suspension(day(7, 2), day(5, 10), day(6, 10), day(5, 10)) == day(7, 2));
}

TEST_CASE("communes and groupings with their article") {
    CHECK(with_article("Lestrem", true) == "la commune de Lestrem");
    CHECK(with_article("Arras", true) == "la commune d’Arras");
    CHECK(with_article("Le Quesnoy", true) == "la commune du Quesnoy");
    CHECK(with_article("Les Attaques", true) == "la commune des Attaques");
    CHECK(with_article("La Bassée", true) == "la commune de La Bassée");
    CHECK(with_article("Étaples", true) == "la commune d’Étaples");
    CHECK(with_article("CC des Villes Sœurs", false) == "la communauté de communes des Villes Sœurs");
}

TEST_CASE("the financing plan: at least 20 % of public money stays with the applicant") {
    scheme::Facts facts;
    facts.expenses.push_back({.category = "cameras", .ht = base::Cents{100'000}, .label = {}});
    facts.funding.push_back({.source = "detr", .amount = base::Cents{50'000}, .funder = scheme::Funder::State});
    const auto plan = plan_of(facts, base::Cents{30'000}, base::Rate{2000});
    CHECK(plan.own == base::Cents{20'000});
    CHECK(plan.own_share == base::Rate{2000});
    CHECK(plan.own_share_holds);
    CHECK(plan.gap == base::Cents{20'000});
    CHECK(!plan_of(facts, base::Cents{30'001}, base::Rate{2000}).own_share_holds);
    facts.funding.push_back({.source = "private", .amount = base::Cents{10'000}, .funder = scheme::Funder::Private});
    CHECK(!plan_of(facts, base::Cents{30'000}, base::Rate{2000}).own_share_holds);
}

}  // namespace
}  // namespace beffroi::aides::application
