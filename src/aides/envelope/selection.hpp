// Who is served when the envelope is short: the order that the edition asks for, the quotas per department, the waiting
// list, and for each file the reason in words. Pure: no database, no clock; the same input gives the same output, ties
// included.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "aides/envelope/ids.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace beffroi::aides::envelope {

enum class Order {
    FirstCome,         // by date
    PriorityThenDate,  // by rank of priority (0 first), then by date
    Committee,         // by the rank that the committee gave (Candidate::priority), then by date
};
enum class DateUsed { Filed, Complete };
enum class WhenShort {
    WaitingList,  // those that do not fit wait, in order; nobody overtakes: the first that does not fit stops the list
    Refuse,       // the same, but those that do not fit are proposed for refusal
    Reduce,       // everyone gets the same share of their amount, to the cent, rounded down
};

struct Quota {
    std::string department;
    base::Cents cents;  // at most this for the files of the department, together with `used`
    base::Cents used;   // already reserved or committed there
};

// What scheme::Edition says, as figures (see application/selection_rules.hpp).
struct SelectionRules {
    Order order = Order::FirstCome;
    DateUsed date = DateUsed::Complete;
    WhenShort when_short = WhenShort::WaitingList;
    bool top_up_reopens = true;
    std::vector<Quota> quotas;  // a department without a row has no quota
};

struct Candidate {
    ApplicationId application;
    std::string department;
    base::Cents amount;
    std::int32_t priority = 0;  // 0 is served first
    base::Timestamp filed;
    base::Timestamp complete;
};

enum class Outcome { Proposed, Partial, Waiting, Refused };

struct Choice {
    ApplicationId application;
    Outcome outcome = Outcome::Waiting;
    int rank = 0;         // in the order of the edition, from 1
    base::Cents amount;   // proposed now; zero when it waits
    base::Cents missing;  // what the envelope (or the quota) lacks for this file and those before it
    base::Message
        why;  // "envelope.select.…" with {rank}, {asked}, {free}, {missing}, {department}: figures as plain euros
};

struct Selection {
    std::vector<Choice> choices;  // every candidate once, in rank order
    base::Cents proposed;         // sum of what is proposed
    base::Cents left;             // what stays free
    // What a top-up would have to bring for all to be served.
    base::Cents missing;
};

// `free` is what the envelope has left. A quota that is full makes its department wait without stopping the others.
[[nodiscard]] Selection select(std::vector<Candidate> candidates, base::Cents free, const SelectionRules& rules);

// Who of the waiting list can be called after a top-up or a release brought the free money to `free`. When the edition
// says that a top-up does not reopen the list, everyone keeps waiting and the reason says so.
[[nodiscard]] Selection waiting_list_after(std::vector<Candidate> waiting, base::Cents free,
                                           const SelectionRules& rules);

}  // namespace beffroi::aides::envelope
