#include "aides/pages/applicant/wire.hpp"

#include <doctest/doctest.h>

namespace beffroi::aides::pages::applicant {

using application::Fields;

namespace {

http::Fields sent(std::initializer_list<std::pair<const char*, const char*>> list) {
    http::Fields fields;
    for (const auto& [name, value] : list) fields.add(name, value);
    return fields;
}

}  // namespace

TEST_CASE("names of the form and of the controls lead to each other") {
    struct Case {
        const char* form;
        const char* wire;
        Step step;
    };
    for (const Case& c :
         {Case{"expense.1.ht", "expense-0-ht", Step::Expenses},
          Case{"expense.300.category", "expense-299-category", Step::Expenses},
          Case{"funding.12.amount", "funding-11-amount", Step::Funding},
          Case{"other_aids.1.scheme", "other_aids-0-scheme", Step::Funding},
          Case{"contact.email", "contact.email", Step::Contacts},
          Case{"signatory.role", "signatory.role", Step::Contacts},
          Case{"vat_recovered", "vat_recovered", Step::Expenses}, Case{"start_on", "start_on", Step::Calendar},
          Case{"undertaking.accurate", "undertaking.accurate", Step::Check},
          Case{"field.public-fibre", "field.public-fibre", Step::Project}, Case{"title", "title", Step::Project}}) {
        CAPTURE(c.form);
        CHECK(wire_name(c.form) == c.wire);
        CHECK(form_name(c.wire) == c.form);
        CHECK(step_of(c.form) == c.step);
    }
    for (const char* stranger :
         {"csrf", "version", "etape", "expense", "expense-", "expense--ht", "expense-00-ht", "expense-1x-ht",
          "expense-9999-ht", "expense--1-ht", "expense-0-", "expense-0-price", "funding-0-ht", "expense-__n__-ht", ""})
        CHECK_MESSAGE(form_name(stranger).empty(), stranger);
}

TEST_CASE("only the controls of the step count, whatever else is sent") {
    const auto change = change_of(
        Step::Contacts, sent({{"csrf", "x"}, {"contact.name", "Zoé"}, {"title", "pirate"}, {"expense-0-ht", "1"}}), {});
    CHECK(change.set == Fields{{"contact.name", "Zoé"}});
    CHECK(change.remove_rows.empty());
}

TEST_CASE("a row that is not sent any more is taken away, and so is the one whose button was pressed") {
    const Fields stored = {{"expense.1.label", "a"}, {"expense.2.label", "b"}, {"expense.4.label", "d"}};
    auto change = change_of(Step::Expenses, sent({{"expense-0-label", "a"}, {"expense-3-label", "d"}}), stored);
    CHECK(change.remove_rows == std::vector<std::string>{"expense.2"});
    change = change_of(
        Step::Expenses,
        sent({{"expense-0-label", "a"}, {"expense-1-label", "b"}, {"expense-3-label", "d"}, {"remove", "expense-0"}}),
        stored);
    CHECK(change.remove_rows == std::vector<std::string>{"expense.1"});
    CHECK(change.set == Fields{{"expense.2.label", "b"}, {"expense.4.label", "d"}});
}

TEST_CASE("a box that is not ticked empties its field, since browsers do not send it") {
    const auto change = change_of(Step::Check, sent({{"undertaking.accurate", "1"}}), {});
    CHECK(change.set.at("undertaking.accurate") == "yes");
    CHECK(change.set.at("undertaking.publicity").empty());
}

TEST_CASE("steps have an order and an address") {
    CHECK(step_named("depenses") == Step::Expenses);
    CHECK(!step_named("autre"));
    CHECK(next(Step::Project) == Step::Expenses);
    CHECK(!next(Step::Check));
    CHECK(!previous(Step::Project));
    for (Step step : kSteps) CHECK(step_named(path_of(step)) == step);
}

TEST_CASE(
    "a mixed quote is split: the new line has its supplier and number, its category and amount are to be written") {
    const Fields stored = {{"expense.1.label", "Caméras et entretien"}, {"expense.2.label", "Mâts"}};
    auto change = change_of(Step::Expenses,
                            sent({{"expense-0-label", "Caméras et entretien"},
                                  {"expense-0-supplier", "Vidéo du Nord"},
                                  {"expense-0-quote", "D-17"},
                                  {"expense-0-category", "cameras"},
                                  {"expense-0-ht", "12 000"},
                                  {"expense-0-vat", "20"},
                                  {"expense-1-label", "Mâts"}}),
                            stored);
    CHECK(split_row(change, "expense-0", stored) == 3);
    CHECK(change.set.at("expense.3.label") == "Caméras et entretien");
    CHECK(change.set.at("expense.3.supplier") == "Vidéo du Nord");
    CHECK(change.set.at("expense.3.quote") == "D-17");
    CHECK(change.set.at("expense.3.vat") == "20");
    CHECK_FALSE(change.set.contains("expense.3.ht"));
    CHECK_FALSE(change.set.contains("expense.3.category"));
    CHECK(change.remove_rows.empty());
    CHECK_FALSE(split_row(change, "funding-0", stored));
    CHECK_FALSE(split_row(change, "", stored));
}

}  // namespace beffroi::aides::pages::applicant
