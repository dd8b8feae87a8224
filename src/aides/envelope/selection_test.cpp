#include "aides/envelope/selection.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace beffroi::aides::envelope {
namespace {

using base::Cents;

Candidate file(std::int64_t id, std::int64_t cents, std::int64_t complete, int priority = 0,
               const std::string& department = "59") {
    return {.application = ApplicationId{id},
            .department = department,
            .amount = Cents{cents},
            .priority = priority,
            .filed = base::Timestamp{complete - 10},
            .complete = base::Timestamp{complete}};
}

std::vector<std::int64_t> with(const Selection& selection, Outcome outcome) {
    std::vector<std::int64_t> ids;
    for (const auto& choice : selection.choices)
        if (choice.outcome == outcome) ids.push_back(choice.application.value);
    return ids;
}

using Ids = std::vector<std::int64_t>;

TEST_CASE("first come, first served: the first that does not fit stops the list, a smaller one does not overtake it") {
    const auto result =
        select({file(1, 400, 30), file(2, 500, 10), file(3, 700, 20), file(4, 100, 40)}, Cents{1000}, {});
    CHECK(with(result, Outcome::Proposed) == Ids{2});
    CHECK(with(result, Outcome::Waiting) == Ids{3, 1, 4});
    CHECK(result.proposed == Cents{500});
    CHECK(result.left == Cents{500});
    CHECK(result.missing == Cents{700 + 400 + 100 - 500});
    // Told to the applicant: its rank and what is missing up to it.
    const auto& waiting = result.choices[2];
    CHECK(waiting.application == ApplicationId{1});
    CHECK(waiting.rank == 3);
    CHECK(waiting.missing == Cents{600});
    CHECK(waiting.why.key == "envelope.select.waiting");
}

TEST_CASE("priority goes before the date, and the date settles between equals") {
    SelectionRules rules{.order = Order::PriorityThenDate};
    const auto result =
        select({file(1, 10, 1, 2), file(2, 10, 9, 0), file(3, 10, 5, 0), file(4, 10, 5, 0)}, Cents{30}, rules);
    std::vector<std::int64_t> order;
    for (const auto& choice : result.choices) order.push_back(choice.application.value);
    CHECK(order == Ids{3, 4, 2, 1});
    rules.order = Order::FirstCome;
    CHECK(select({file(1, 10, 1, 2), file(2, 10, 9, 0)}, Cents{30}, rules).choices[0].application == ApplicationId{1});
}

TEST_CASE("the order of filing when the edition says so") {
    auto late_complete = file(1, 10, 90);
    late_complete.filed = base::Timestamp{1};
    SelectionRules rules{.date = DateUsed::Filed};
    CHECK(select({file(2, 10, 50), late_complete}, Cents{10}, rules).choices[0].application == ApplicationId{1});
    rules.date = DateUsed::Complete;
    CHECK(select({file(2, 10, 50), late_complete}, Cents{10}, rules).choices[0].application == ApplicationId{2});
}

TEST_CASE("a department whose quota is full waits, the others go on") {
    SelectionRules rules{.quotas = {{.department = "59", .cents = Cents{150}, .used = Cents{50}}}};
    const auto result =
        select({file(1, 80, 1), file(2, 80, 2), file(3, 80, 3, 0, "62"), file(4, 20, 4)}, Cents{1000}, rules);
    CHECK(with(result, Outcome::Proposed) == Ids{1, 3, 4});
    CHECK(with(result, Outcome::Waiting) == Ids{2});
    CHECK(result.choices[1].why.key == "envelope.select.quota");
    CHECK(result.choices[1].missing == Cents{60});
}

TEST_CASE("when the edition reduces everyone, each gets the same share and nothing is given twice") {
    SelectionRules rules{.when_short = WhenShort::Reduce};
    const auto result = select({file(1, 1000, 1), file(2, 333, 2), file(3, 667, 3)}, Cents{1000}, rules);
    CHECK(with(result, Outcome::Partial) == Ids{1, 2, 3});
    CHECK(result.choices[0].amount == Cents{500});
    CHECK(result.choices[1].amount == Cents{166});
    CHECK(result.choices[2].amount == Cents{333});
    CHECK(result.left == Cents{1});
    CHECK(with(select({file(1, 600, 1), file(2, 400, 2)}, Cents{1000}, rules), Outcome::Proposed) == Ids{1, 2});
}

TEST_CASE("a top-up reopens the waiting list in its order, or not when the edition says so") {
    const std::vector<Candidate> waiting = {file(1, 300, 1), file(2, 300, 2), file(3, 300, 3)};
    SelectionRules rules;
    CHECK(with(waiting_list_after(waiting, Cents{650}, rules), Outcome::Proposed) == Ids{1, 2});
    rules.top_up_reopens = false;
    const auto closed = waiting_list_after(waiting, Cents{650}, rules);
    CHECK(with(closed, Outcome::Waiting) == Ids{1, 2, 3});
    CHECK(closed.choices[0].why.key == "envelope.select.closed");
    CHECK(closed.left == Cents{650});
}

TEST_CASE(
    "whatever the files, everyone gets one answer, the money is never exceeded and the order of typing plays no part") {
    CHECK(rc::check([] {
        const auto files = *rc::gen::container<std::vector<std::tuple<int, int, int, int>>>(rc::gen::tuple(
            rc::gen::inRange(1, 2000), rc::gen::inRange(0, 5), rc::gen::inRange(0, 3), rc::gen::inRange(0, 2)));
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i < files.size(); ++i) {
            const auto& [cents, date, priority, department] = files[i];
            candidates.push_back(
                file(static_cast<std::int64_t>(i) + 1, cents, date, priority, department == 0 ? "59" : "62"));
        }
        SelectionRules rules{
            .order = *rc::gen::element(Order::FirstCome, Order::PriorityThenDate),
            .when_short = *rc::gen::element(WhenShort::WaitingList, WhenShort::Refuse, WhenShort::Reduce),
            .quotas = {{"62", Cents{*rc::gen::inRange(0, 3000)}, Cents{}}}};
        const Cents free{*rc::gen::inRange(0, 6000)};
        const auto result = select(candidates, free, rules);
        RC_ASSERT(result.choices.size() == candidates.size());
        RC_ASSERT(result.proposed <= free);
        RC_ASSERT(result.left == free - result.proposed);
        Cents sum;
        Cents of_62;
        std::set<std::int64_t> seen;
        for (const auto& choice : result.choices) {
            sum += choice.amount;
            seen.insert(choice.application.value);
            if (candidates[static_cast<std::size_t>(choice.application.value) - 1].department == "62")
                of_62 += choice.amount;
        }
        RC_ASSERT(sum == result.proposed);
        RC_ASSERT(of_62 <= rules.quotas[0].cents);
        RC_ASSERT(seen.size() == candidates.size());
        std::reverse(candidates.begin(), candidates.end());
        const auto again = select(candidates, free, rules);
        for (std::size_t i = 0; i < result.choices.size(); ++i) {
            RC_ASSERT(again.choices[i].application == result.choices[i].application);
            RC_ASSERT(again.choices[i].amount == result.choices[i].amount);
        }
    }));
}

}  // namespace
}  // namespace beffroi::aides::envelope
