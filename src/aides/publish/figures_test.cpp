#include "aides/publish/figures.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "aides/publish/test_rows.hpp"

using namespace beffroi;
using namespace beffroi::aides::publish;

namespace {

std::vector<PublishedGrant> of(const std::vector<std::int64_t>& cents) {
    std::vector<PublishedGrant> out;
    for (const std::int64_t value : cents)
        out.push_back(
            test::simulated("G" + std::to_string(out.size()), "6250" + std::to_string(out.size()), "62", value));
    return out;
}

}  // namespace

TEST_CASE("sums, mean and median are exact to the cent") {
    struct Case {
        std::vector<std::int64_t> cents;
        std::int64_t sum;
        std::int64_t mean;
        std::int64_t median;
    };
    const std::vector<Case> cases{
        {{}, 0, 0, 0},
        {{5}, 5, 5, 5},
        {{1, 2}, 3, 2, 2},  // 1.5 to the even cent
        {{2, 3}, 5, 2, 2},  // 2.5 too
        {{10, 1, 100}, 111, 37, 10},
        {{60000, 649700, 1419600, 1708830, 3000000},
         6838130,
         1367626,
         1419600},  // the five real awards of scheme.md §1.3
        {{1, 1, 1, 2}, 5, 1, 1},
    };
    for (const Case& c : cases) {
        const Figures found = figures(of(c.cents));
        CHECK(found.awarded.value == c.sum);
        CHECK(found.mean.value == c.mean);
        CHECK(found.median.value == c.median);
        CHECK(found.grants == c.cents.size());
    }
}

TEST_CASE("the median does not depend on the order, and lies between the ends") {
    CHECK(rc::check([] {
        auto cents = *rc::gen::nonEmpty(
            rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
        const Figures before = figures(of(cents));
        std::reverse(cents.begin(), cents.end());
        const Figures after = figures(of(cents));
        RC_ASSERT(before.median == after.median);
        RC_ASSERT(before.smallest <= before.median);
        RC_ASSERT(before.median <= before.largest);
        std::sort(cents.begin(), cents.end());
        if (cents.size() % 2 == 1) RC_ASSERT(before.median.value == cents[cents.size() / 2]);
    }));
}

TEST_CASE("grants are grouped by sitting, département and year, and the groups add up") {
    std::vector<PublishedGrant> grants = of({100, 200, 300});
    grants[1].departement_code = "59";
    grants[1].departement_name = "Nord";
    grants[1].sitting_id = "a-later-one";
    grants[1].sitting_label = "";
    grants[1].decision_date = base::make_date(2023, 1, 5);
    const auto by_departement = group(grants, GroupBy::Departement);
    REQUIRE(by_departement.size() == 2);
    CHECK(by_departement[0].label == "Nord");
    CHECK(by_departement[1].figures.awarded.value == 400);
    const auto by_sitting = group(grants, GroupBy::Sitting);
    CHECK(by_sitting[0].key == "cp-2022-11-22");
    CHECK(by_sitting[1].label == "a-later-one");
    CHECK(group(grants, GroupBy::Year)[1].key == "2023");
    CHECK(group(grants, GroupBy::Edition)[0].key == "hdf-videoprotection/2022");
    CHECK(group(grants, GroupBy::Origin)[0].key == "simulated");
    CHECK(group(grants, GroupBy::ProjectNature)[0].key == "extension");
    CHECK(figures(grants).not_actual == 3);
    CHECK(figures(grants).cameras == 141);
}

TEST_CASE("a commune aided twice is one beneficiary, and a shared grant counts for its share") {
    std::vector<PublishedGrant> grants{test::lestrem(), test::lestrem()};
    CHECK(figures(grants).beneficiaries == 1);
    CHECK(figures(grants).grants == 2);
    grants[0].share = grants[1].share = base::Rate{5000};
    CHECK(figures(grants).awarded.value == 1708830);
}

TEST_CASE("the spread counts each grant once") {
    const std::vector<base::Cents> bounds{{0}, {500000}, {1000000}};
    const auto steps = spread(of({0, 499999, 500000, 999999, 1000000, 9000000, -1}), bounds);
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].grants == 3);
    CHECK(steps[1].grants == 2);
    CHECK(steps[2].grants == 2);
    CHECK_FALSE(steps[2].to);
    CHECK(spread(of({1}), {}).empty());
}
