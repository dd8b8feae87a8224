#include "aides/envelope/selection.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace beffroi::aides::envelope {

namespace {

using base::Cents;

// A message has one set of figures for both languages: amounts are written as the French write them.
std::string french(Cents amount) {
    return base::format_amount(amount, base::Language::Fr);
}

// Ties go to the earlier filing, then to the smaller identifier: the order is total.
auto rank_key(const Candidate& one, const SelectionRules& rules) {
    const auto date = rules.date == DateUsed::Complete ? one.complete : one.filed;
    const auto priority = rules.order == Order::FirstCome ? 0 : one.priority;
    return std::tuple(priority, date, one.filed, one.application);
}

struct Money {
    Cents free;
    std::map<std::string, Cents, std::less<>> quota_left;

    // Nothing when the department has no quota.
    [[nodiscard]] Cents* quota(std::string_view department) {
        auto found = quota_left.find(department);
        return found == quota_left.end() ? nullptr : &found->second;
    }
};

Money money_for(Cents free, const SelectionRules& rules) {
    Money money{.free = free, .quota_left = {}};
    for (const auto& quota : rules.quotas) money.quota_left[quota.department] = quota.cents - quota.used;
    return money;
}

base::Message why(std::string_view key, const Choice& choice, const Candidate& one, Cents free) {
    return {std::string("envelope.select.") + std::string(key),
            {{"rank", std::to_string(choice.rank)},
             {"asked", french(one.amount)},
             {"amount", french(choice.amount)},
             {"free", french(free)},
             {"missing", french(choice.missing)},
             {"department", one.department}}};
}

Selection in_order(const std::vector<Candidate>& ranked, Cents free, const SelectionRules& rules) {
    Selection result;
    auto money = money_for(free, rules);
    bool stopped = false;
    Cents ahead;  // asked by those who wait for the envelope, this one included
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        const auto& one = ranked[i];
        Choice choice{.application = one.application, .rank = static_cast<int>(i) + 1};
        auto* quota = money.quota(one.department);
        const bool quota_full = quota && one.amount > *quota;
        if (!stopped && !quota_full && one.amount <= money.free) {
            choice.outcome = Outcome::Proposed;
            choice.amount = one.amount;
            choice.why = why("proposed", choice, one, money.free);
            money.free -= one.amount;
            if (quota) *quota -= one.amount;
            result.proposed += one.amount;
        } else if (quota_full && !stopped) {
            choice.outcome = rules.when_short == WhenShort::Refuse ? Outcome::Refused : Outcome::Waiting;
            choice.missing = one.amount - *quota;
            choice.why = why("quota", choice, one, *quota);
        } else {
            stopped = true;
            ahead += one.amount;
            choice.outcome = rules.when_short == WhenShort::Refuse ? Outcome::Refused : Outcome::Waiting;
            choice.missing = ahead - money.free;
            choice.why = why(choice.outcome == Outcome::Refused ? "refused" : "waiting", choice, one, money.free);
        }
        result.choices.push_back(std::move(choice));
    }
    result.left = money.free;
    if (stopped) result.missing = ahead - money.free;
    return result;
}

// The share free ÷ asked of each amount, rounded down to the cent; what the rounding leaves stays free. Quotas bound
// the sum of a department first, in the same way.
Selection pro_rata(const std::vector<Candidate>& ranked, Cents free, const SelectionRules& rules) {
    const auto share = [](Cents amount, Cents available, Cents asked) {
        if (asked <= available || asked == Cents{}) return amount;
        if (available <= Cents{}) return Cents{};
        const auto product = static_cast<__int128>(amount.value) * available.value;
        return Cents{static_cast<std::int64_t>(product / asked.value)};
    };
    auto money = money_for(free, rules);
    std::map<std::string, Cents, std::less<>> asked_by_department;
    for (const auto& one : ranked) asked_by_department[one.department] += one.amount;
    std::vector<Cents> bounded;
    Cents asked;
    for (const auto& one : ranked) {
        const auto* quota = money.quota(one.department);
        bounded.push_back(quota ? share(one.amount, *quota, asked_by_department[one.department]) : one.amount);
        asked += bounded.back();
    }
    Selection result;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        const auto& one = ranked[i];
        Choice choice{.application = one.application, .rank = static_cast<int>(i) + 1};
        choice.amount = share(bounded[i], free, asked);
        choice.missing = one.amount - choice.amount;
        if (choice.amount == Cents{}) {
            choice.outcome = Outcome::Waiting;
            choice.why = why("waiting", choice, one, free);
        } else if (choice.amount < one.amount) {
            choice.outcome = Outcome::Partial;
            choice.why = why("partial", choice, one, free);
        } else {
            choice.outcome = Outcome::Proposed;
            choice.why = why("proposed", choice, one, free);
        }
        result.proposed += choice.amount;
        result.missing += choice.missing;
        result.choices.push_back(std::move(choice));
    }
    result.left = free - result.proposed;
    return result;
}

}  // namespace

Selection select(std::vector<Candidate> candidates, Cents free, const SelectionRules& rules) {
    std::sort(candidates.begin(), candidates.end(),
              [&](const Candidate& a, const Candidate& b) { return rank_key(a, rules) < rank_key(b, rules); });
    if (rules.when_short == WhenShort::Reduce) return pro_rata(candidates, free, rules);
    return in_order(candidates, free, rules);
}

Selection waiting_list_after(std::vector<Candidate> waiting, Cents free, const SelectionRules& rules) {
    auto selection = select(std::move(waiting), free, rules);
    if (rules.top_up_reopens) return selection;
    selection.proposed = {};
    selection.left = free;
    for (auto& choice : selection.choices) {
        choice.outcome = Outcome::Waiting;
        choice.amount = {};
        choice.why.key = "envelope.select.closed";
    }
    return selection;
}

}  // namespace beffroi::aides::envelope
