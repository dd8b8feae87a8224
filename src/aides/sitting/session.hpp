// In session and after it: rows pulled and amended, recusals, votes, the decisions by batch, transmission,
// notification, publication.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aides/sitting/agenda.hpp"

namespace beffroi::aides::sitting {

// A row leaves the vote: adjourned (back to review) or withdrawn by its applicant.
[[nodiscard]] base::Status pull(const Desk& desk, ItemId item, Outcome outcome, std::string_view reason,
                                const Actor& actor);
// The session grants less than proposed. More would need money that is not reserved: adjourn and propose again.
[[nodiscard]] base::Status amend(const Desk& desk, ItemId item, base::Cents cents, std::string_view reason,
                                 const Actor& actor);
// A member with an interest took no part in the debate nor the vote on that row (CGCT L2131-11 by analogy; L4142-7 for
// regions [to be confirmed by the Region's lawyers]). The vote on it must count them out.
[[nodiscard]] base::Status recuse(const Desk& desk, ItemId item, std::string_view member, std::string_view reason,
                                  const Actor& actor);

// A vote is recorded, and a decision taken, on the day of the sitting at the earliest.
[[nodiscard]] bool day_has_come(const Sitting& sitting, base::Timestamp now);

// One vote on a batch of rows. Rows that had a vote get this one: the former is superseded when it has no row left.
[[nodiscard]] base::Result<VoteId> record_vote(const Desk& desk, SittingId sitting, std::string_view title,
                                               const Counts& counts, const std::vector<ItemId>& items,
                                               const Actor& actor);

// What a vote with these counts makes of such a proposal: a proposal that is not carried is no decision in favour; a
// proposal of refusal that is not carried goes back to review.
[[nodiscard]] Outcome outcome_of(Proposal proposal, const Counts& counts);

// What decide() would do now.
struct Forecast {
    int granted = 0;
    int refused = 0;
    int adjourned = 0;
    int withdrawn = 0;
    base::Cents amount;                // of the grants
    std::vector<ItemId> without_vote;  // decide() is refused while there is one
};
[[nodiscard]] Forecast forecast(const View& view);

struct Resolution {
    std::string number;  // "2022.01968"
    std::string title;
};
// Every row listed has its vote or was pulled: all decisions are taken, money committed or freed, in one transaction.
[[nodiscard]] base::Status decide(const Desk& desk, SittingId sitting, const Resolution& resolution,
                                  const Actor& actor);

// Sent to the State's representative, with its acknowledgement: from here the resolution is enforceable once published
// or notified (CGCT L4141-1).
[[nodiscard]] base::Status transmit(const Desk& desk, SittingId sitting, std::string_view acknowledgement,
                                    base::Timestamp at, const Actor& actor);

// Files granted or refused here whose applicant has not been told yet, in the order of the agenda.
[[nodiscard]] std::vector<ApplicationId> awaiting_notification(db::Reader& reader, SittingId sitting);
// Orders and letters to every applicant decided on; each in its own transaction, those already notified are left out.
[[nodiscard]] std::vector<application::BulkLine> notify_all(const Desk& desk, SittingId sitting, const Actor& actor);

// On the public pages and in open data from now on.
[[nodiscard]] base::Status publish(const Desk& desk, SittingId sitting, const Actor& actor);

}  // namespace beffroi::aides::sitting
