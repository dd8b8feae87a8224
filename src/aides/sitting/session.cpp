#include "aides/sitting/session.hpp"

#include <algorithm>

#include "aides/application/view.hpp"
#include "aides/sitting/internal.hpp"
#include "aides/sitting/papers.hpp"
#include "base/text.hpp"

namespace beffroi::aides::sitting {

namespace {

constexpr db::Query kPull{"sitting_item_pull",
                          "UPDATE sitting_item SET state = 'pulled', outcome = $2, amendment = $3 WHERE id = $1"};
constexpr db::Query kAmend{"sitting_item_amend",
                           "UPDATE sitting_item SET decided_cents = $2, amendment = $3 WHERE id = $1"};
constexpr db::Query kRecuse{"recusal_insert",
                            "INSERT INTO recusal (sitting_id, item_id, member, reason, recorded_by, recorded_ms) "
                            "VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr db::Query kInsertVote{
    "sitting_vote_insert",
    "INSERT INTO sitting_vote (sitting_id, position, title, members, voting, in_favour, against, abstaining, "
    "recorded_by, recorded_ms) SELECT $1, COALESCE(MAX(position), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 "
    "FROM sitting_vote WHERE sitting_id = $1 RETURNING id"};
constexpr db::Query kPutVote{"sitting_item_vote", "UPDATE sitting_item SET vote_id = $2 WHERE id = $1"};
constexpr db::Query kSupersedeVotes{
    "sitting_vote_supersede",
    "UPDATE sitting_vote SET superseded_by = $2 WHERE sitting_id = $1 AND superseded_by IS NULL AND id <> $2 "
    "AND NOT EXISTS (SELECT 1 FROM sitting_item i WHERE i.vote_id = sitting_vote.id AND i.state = 'listed')"};
constexpr db::Query kOutcome{"sitting_item_outcome",
                             "UPDATE sitting_item SET outcome = $2, decided_cents = $3 WHERE id = $1"};
constexpr db::Query kHeld{
    "sitting_held", "UPDATE sitting SET status = 'held', resolution_number = $2, resolution_title = $3 WHERE id = $1"};
constexpr db::Query kTransmitted{"sitting_transmitted",
                                 "UPDATE sitting SET transmitted_ms = $2, acknowledgement = $3 WHERE id = $1"};
constexpr db::Query kPublished{"sitting_published",
                               "UPDATE sitting SET status = 'published', published_ms = $2 WHERE id = $1"};
constexpr db::Query kResolutionTaken{"sitting_resolution_taken",
                                     "SELECT COUNT(*) FROM sitting WHERE resolution_number = $1 AND id <> $2"};

base::Status check_counts(const Counts& counts) {
    bool whole = counts.members > 0 && counts.in_favour >= 0 && counts.against >= 0 && counts.abstaining >= 0 &&
                 counts.in_favour + counts.against + counts.abstaining == counts.voting &&
                 counts.voting <= counts.members;
    if (!whole)
        return base::fail(base::Code::Invalid, "vote counts do not add up",
                          {"sitting.refused.counts",
                           {{"voting", std::to_string(counts.voting)}, {"members", std::to_string(counts.members)}}});
    return {};
}

// The agenda is closed, and the day on which it is debated has come.
base::Status expect_in_session(const Desk& desk, db::Reader& reader, SittingId id) {
    const Sitting sitting = TRY(internal::expect(reader, id, {Status::Agenda}));
    if (day_has_come(sitting, desk.clock.now())) return {};
    return base::fail(base::Code::Refused, "before the day of the sitting",
                      {"sitting.refused.too_early", {{"date", base::short_date(sitting.held_on)}}});
}

const Vote* find_vote(const View& view, VoteId id) {
    auto found = std::find_if(view.votes.begin(), view.votes.end(), [&](const Vote& vote) { return vote.id == id; });
    return found == view.votes.end() ? nullptr : &*found;
}

// A member who left the room on a row cannot have voted on it.
base::Status check_recusals(const Item& item, const Counts& counts) {
    if (counts.voting + static_cast<int>(item.recusals.size()) <= counts.members) return {};
    return base::fail(
        base::Code::Invalid, "recused members are counted as voting",
        {"sitting.refused.recused_voted", {{"number", item.number}, {"count", std::to_string(item.recusals.size())}}});
}

base::Status decide_row(const Desk& desk, db::Writer& writer, const Item& item, const Vote& vote, const Actor& actor) {
    TRY(check_recusals(item, vote.counts));
    application::Params params;
    params.reason = item.amendment;
    const Outcome outcome = outcome_of(item.proposal, vote.counts);
    if (outcome == Outcome::Granted) {
        writer.execute(kOutcome, {item.id, name(outcome), item.decided.value_or(item.proposed)});
        TRY(application::perform(desk, writer, item.application, application::Action::Grant, actor, params));
    } else if (outcome == Outcome::Adjourned) {
        params.reason = std::string(desk.catalogue.text(base::Language::Fr, "sitting.reason.refusal_not_carried"));
        writer.execute(kOutcome, {item.id, name(outcome), nullptr});
        TRY(application::perform(desk, writer, item.application, application::Action::Adjourn, actor, params));
    } else {
        if (item.proposal == Proposal::Grant)
            params.reason = std::string(desk.catalogue.text(base::Language::Fr, "sitting.reason.not_carried"));
        writer.execute(kOutcome, {item.id, name(outcome), base::Cents{}});
        TRY(application::perform(desk, writer, item.application, application::Action::Refuse, actor, params));
    }
    return {};
}

base::Status release_pulled(const Desk& desk, db::Writer& writer, const Item& item, const Actor& actor) {
    application::Params params;
    params.reason = item.amendment;
    auto action = item.outcome == Outcome::Withdrawn ? application::Action::Withdraw : application::Action::Adjourn;
    TRY(application::perform(desk, writer, item.application, action, actor, params));
    return {};
}

}  // namespace

bool day_has_come(const Sitting& sitting, base::Timestamp now) {
    return base::paris_date(now) >= sitting.held_on;
}

base::Status pull(const Desk& desk, ItemId item, Outcome outcome, std::string_view reason, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        TRY(internal::need_reason(reason));
        if (outcome != Outcome::Adjourned && outcome != Outcome::Withdrawn)
            return base::fail(base::Code::Invalid, "a pulled row is adjourned or withdrawn",
                              {"sitting.refused.pull", {}});
        internal::RowRef row = TRY(internal::expect_row(writer, item, {Status::Agenda}));
        writer.execute(kPull, {item, name(outcome), reason});
        internal::note(desk, writer, actor, "sitting.row_pulled", row.sitting.id,
                       {{"application", row.item.application},
                        {"number", row.item.number},
                        {"outcome", name(outcome)},
                        {"reason", reason}});
        return {};
    });
}

base::Status amend(const Desk& desk, ItemId item, base::Cents cents, std::string_view reason, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        TRY(internal::need_reason(reason));
        internal::RowRef row = TRY(internal::expect_row(writer, item, {Status::Agenda}));
        if (row.item.proposal != Proposal::Grant || cents <= base::Cents{} || cents > row.item.proposed)
            return base::fail(
                base::Code::Refused, "an amendment lowers a grant that is proposed",
                {"sitting.refused.amend", {{"proposed", base::format_euros(row.item.proposed, base::Language::Fr)}}});
        writer.execute(kAmend, {item, cents, reason});
        internal::note(desk, writer, actor, "sitting.row_amended", row.sitting.id,
                       {{"application", row.item.application},
                        {"number", row.item.number},
                        {"proposed_cents", row.item.proposed},
                        {"amended_cents", cents},
                        {"reason", reason}});
        return {};
    });
}

base::Status recuse(const Desk& desk, ItemId item, std::string_view member, std::string_view reason,
                    const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        if (base::trim(member).empty())
            return base::fail(base::Code::Invalid, "whose recusal?", {"sitting.refused.member", {}});
        internal::RowRef row = TRY(internal::expect_row(writer, item, {Status::Preparing, Status::Agenda}));
        writer.execute(kRecuse, {row.sitting.id, item, base::trim(member), reason, actor.id, desk.clock.now()});
        internal::note(desk, writer, actor, "sitting.recusal", row.sitting.id,
                       {{"application", row.item.application}, {"member", base::trim(member)}, {"reason", reason}});
        return {};
    });
}

base::Result<VoteId> record_vote(const Desk& desk, SittingId sitting, std::string_view title, const Counts& counts,
                                 const std::vector<ItemId>& items, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Result<VoteId> {
        TRY(internal::role_of(actor));
        TRY(expect_in_session(desk, writer, sitting));
        TRY(check_counts(counts));
        if (items.empty())
            return base::fail(base::Code::Invalid, "a vote bears on rows", {"sitting.refused.no_rows", {}});
        std::optional<View> view = load(writer, sitting);
        auto vote = writer.insert<VoteId>(kInsertVote, {sitting, title, counts.members, counts.voting, counts.in_favour,
                                                        counts.against, counts.abstaining, actor.id, desk.clock.now()});
        for (ItemId id : items) {
            auto item = std::find_if(view->items.begin(), view->items.end(), [&](const Item& i) { return i.id == id; });
            if (item == view->items.end() || item->state != ItemState::Listed)
                return base::fail(base::Code::Conflict, "the row is not listed",
                                  {"sitting.refused.row_gone",
                                   {{"number", item == view->items.end() ? std::string() : item->number}}});
            TRY(check_recusals(*item, counts));
            writer.execute(kPutVote, {id, vote});
        }
        writer.execute(kSupersedeVotes, {sitting, vote});
        internal::note(desk, writer, actor, "sitting.vote", sitting,
                       {{"vote", vote},
                        {"rows", static_cast<std::int64_t>(items.size())},
                        {"members", counts.members},
                        {"voting", counts.voting},
                        {"in_favour", counts.in_favour},
                        {"against", counts.against},
                        {"abstaining", counts.abstaining}});
        return vote;
    });
}

Outcome outcome_of(Proposal proposal, const Counts& counts) {
    if (proposal == Proposal::Grant) return counts.carried() ? Outcome::Granted : Outcome::Refused;
    return counts.carried() ? Outcome::Refused : Outcome::Adjourned;
}

Forecast forecast(const View& view) {
    Forecast result;
    for (const Item& item : view.items) {
        if (item.state == ItemState::Removed) continue;
        std::optional<Outcome> outcome;
        if (item.state == ItemState::Pulled)
            outcome = item.outcome;
        else if (const Vote* vote = find_vote(view, item.vote))
            outcome = outcome_of(item.proposal, vote->counts);
        else
            result.without_vote.push_back(item.id);
        if (!outcome) continue;
        switch (*outcome) {
            case Outcome::Granted:
                ++result.granted;
                result.amount += item.decided.value_or(item.proposed);
                break;
            case Outcome::Refused:
                ++result.refused;
                break;
            case Outcome::Adjourned:
                ++result.adjourned;
                break;
            case Outcome::Withdrawn:
                ++result.withdrawn;
                break;
        }
    }
    return result;
}

base::Status decide(const Desk& desk, SittingId sitting, const Resolution& resolution, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        TRY(expect_in_session(desk, writer, sitting));
        std::string_view number = base::trim(resolution.number);
        if (number.empty())
            return base::fail(base::Code::Invalid, "a resolution number is needed", {"sitting.refused.resolution", {}});
        if (writer.number(kResolutionTaken, {number, sitting}) != 0)
            return base::fail(base::Code::Conflict, "another sitting has this resolution number",
                              {"sitting.refused.resolution_taken", {{"number", std::string(number)}}});
        std::optional<View> view = load(writer, sitting);
        for (const Item& item : view->items)
            if (item.state == ItemState::Listed && find_vote(*view, item.vote) == nullptr)
                return base::fail(base::Code::Refused, "a row has no vote",
                                  {"sitting.refused.row_without_vote", {{"number", item.number}}});
        // Outcomes are the secretary's alone on the files, so that nobody takes them outside a sitting; here the head
        // of unit stands in.
        Actor secretary = actor;
        secretary.roles.add(accounts::Role::Secretary);
        // The number first: the guards of the files read it.
        writer.execute(kHeld, {sitting, number, base::trim(resolution.title)});
        for (const Item& item : view->items) {
            if (item.state == ItemState::Listed)
                TRY(decide_row(desk, writer, item, *find_vote(*view, item.vote), secretary));
            else if (item.state == ItemState::Pulled)
                TRY(release_pulled(desk, writer, item, secretary));
        }
        view = load(writer, sitting);
        TRY(issue_resolution(desk, writer, *view, actor));
        internal::note(desk, writer, actor, "sitting.decided", sitting,
                       {{"resolution", number}, {"total_cents", total(*view)}});
        return {};
    });
}

base::Status transmit(const Desk& desk, SittingId sitting, std::string_view acknowledgement, base::Timestamp at,
                      const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        Sitting held = TRY(internal::expect(writer, sitting, {Status::Held}));
        if (base::trim(acknowledgement).empty())
            return base::fail(base::Code::Invalid, "the acknowledgement is needed",
                              {"sitting.refused.acknowledgement", {}});
        if (base::paris_date(at) < held.held_on || at > desk.clock.now())
            return base::fail(base::Code::Invalid, "transmitted before the sitting or in the future",
                              {"sitting.refused.transmitted_on", {}});
        writer.execute(kTransmitted, {sitting, at, base::trim(acknowledgement)});
        internal::note(desk, writer, actor, "sitting.transmitted", sitting,
                       {{"at", at}, {"acknowledgement", acknowledgement}});
        return {};
    });
}

std::vector<ApplicationId> awaiting_notification(db::Reader& reader, SittingId sitting) {
    std::vector<ApplicationId> decided;
    std::optional<View> view = load(reader, sitting);
    if (!view) return decided;
    for (const Item& item : view->items) {
        if (item.outcome != Outcome::Granted && item.outcome != Outcome::Refused) continue;
        auto file = application::find(reader, item.application);
        if (file && !file->notified) decided.push_back(item.application);
    }
    return decided;
}

std::vector<application::BulkLine> notify_all(const Desk& desk, SittingId sitting, const Actor& actor) {
    auto decided = desk.db.read([&](db::Reader& reader) { return awaiting_notification(reader, sitting); });
    return application::perform_all(desk, decided, application::Action::Notify, actor);
}

base::Status publish(const Desk& desk, SittingId sitting, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        Sitting held = TRY(internal::expect(writer, sitting, {Status::Held}));
        if (!held.transmitted)
            return base::fail(base::Code::Refused, "not transmitted yet", {"sitting.refused.not_transmitted", {}});
        writer.execute(kPublished, {sitting, desk.clock.now()});
        internal::note(desk, writer, actor, "sitting.published", sitting, {{"resolution", held.resolution_number}});
        return {};
    });
}

}  // namespace beffroi::aides::sitting
