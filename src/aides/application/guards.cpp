#include "aides/application/guards.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace beffroi::aides::application::internal {

namespace {

using base::Cents;
using base::Code;

constexpr db::Query kOpenPieces{"guard_open_pieces",
                                "SELECT kind, answered_ms FROM piece_request "
                                "WHERE application_id = $1 AND closed_ms IS NULL"};
// Attached since the last filing.
constexpr db::Query kPieceAnswered{"guard_piece_answered",
                                   "SELECT count(*) FROM document WHERE application_id = $1 AND kind = $2 AND "
                                   "version IS NULL AND replaced_by IS NULL AND withdrawn_ms IS NULL"};
constexpr db::Query kOpinionsOpen{"guard_opinions_open",
                                  "SELECT count(*) FROM opinion WHERE application_id = $1 AND answered_ms IS NULL AND "
                                  "due_on >= $2"};
constexpr db::Query kSitting{"guard_sitting",
                             "SELECT status, held_on, resolution_number, transmitted_ms FROM sitting WHERE id = $1"};
constexpr db::Query kAnySitting{"guard_any_sitting", "SELECT count(*) FROM sitting WHERE status = 'preparing'"};
constexpr db::Query kVote{"guard_vote",
                          "SELECT i.proposal, coalesce(i.decided_cents, i.proposed_cents), v.in_favour, v.against "
                          "FROM sitting_item i JOIN sitting_vote v ON v.id = i.vote_id WHERE i.sitting_id = $1 AND "
                          "i.application_id = $2 AND i.state = 'listed' AND v.superseded_by IS NULL "
                          "ORDER BY i.id DESC LIMIT 1"};
constexpr db::Query kWaiting{"guard_waiting",
                             "SELECT a.id, a.department, a.proposed_cents, a.priority, a.filed_ms, "
                             "coalesce(a.complete_ms, a.filed_ms) FROM application a JOIN edition e ON e.id = "
                             "a.edition_id WHERE e.scheme = $1 AND e.name = $2 AND a.state = 'waiting_list' AND "
                             "a.id <> $3"};

// "application.guard.<name>" of a guard, or a more precise sentence below it.
std::unexpected<base::Error> refuse(std::string_view which,
                                    std::vector<std::pair<std::string, std::string>> args = {}) {
    return fail(Code::Refused, "guard: " + std::string(which),
                {"application.guard." + std::string(which), std::move(args)});
}

bool blank(std::string_view text) {
    return base::trim(text).empty();
}

std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& one : list) text += (text.empty() ? "" : ", ") + one;
    return text;
}

base::Status form_valid(const Question& q) {
    const auto reading = read(TRY(fields_of(q.reader, q.file.id)), q.edition);
    if (!reading.faults.empty()) {
        return refuse("form_valid",
                      {{"count", std::to_string(reading.faults.size())}, {"field", reading.faults.begin()->first}});
    }
    const auto missing = TRY(missing_pieces(q.desk, q.reader, q.file));
    if (!missing.empty()) return refuse("documents", {{"pieces", joined(missing)}});
    return {};
}

base::Status window_open(const Question& q) {
    TRY(form_valid(q));
    const auto row = find_edition(q.reader, q.file.edition);
    // A newer revision of the edition does not close the window of a file that was opened under the former one.
    const bool receives = row && (row->status == EditionStatus::Open || row->status == EditionStatus::Superseded);
    if (!receives || !q.edition.open_at(q.desk.clock.now())) return refuse("window_open");
    return {};
}

base::Status second_person(const Question& q) {
    TRY(window_open(q));
    if (q.actor.id == q.file.signature_requested_by) return refuse("second_person");
    return {};
}

base::Status pieces_listed(const Question& q) {
    if (q.mode == Mode::Offer) return {};
    if (q.params.pieces.empty() || !q.params.due_on) return refuse("pieces_listed");
    if (*q.params.due_on < base::paris_date(q.desk.clock.now())) return refuse("due_in_the_past");
    const auto& documents = q.edition.model().documents;
    for (const auto& piece : q.params.pieces) {
        const bool known = piece.kind == "other" || piece.kind == "form" ||
                           std::any_of(documents.begin(), documents.end(),
                                       [&](const auto& document) { return document.key == piece.kind; });
        if (!known) return refuse("piece_unknown", {{"kind", piece.kind}});
        if ((piece.kind == "other" || piece.kind == "form") && blank(piece.note)) return refuse("piece_without_note");
    }
    return {};
}

base::Status pieces_answered(const Question& q) {
    struct Open {
        std::string kind;
        bool answered = false;
    };
    std::vector<Open> open;
    q.reader.query(kOpenPieces, {q.file.id},
                   [&](const db::Row& row) { open.push_back({row.string(0), !row.is_null(1)}); });
    int left = 0;
    for (const auto& piece : open) {
        if (piece.answered) continue;
        if (q.reader.number(kPieceAnswered, {q.file.id, piece.kind}) == 0) ++left;
    }
    if (left > 0) return refuse("pieces_answered", {{"count", std::to_string(left)}});
    const auto reading = read(TRY(fields_of(q.reader, q.file.id)), q.edition);
    if (!reading.faults.empty()) {
        return refuse("form_valid",
                      {{"count", std::to_string(reading.faults.size())}, {"field", reading.faults.begin()->first}});
    }
    return {};
}

base::Status nothing_missing(const Question& q) {
    const auto missing = TRY(missing_pieces(q.desk, q.reader, q.file));
    if (!missing.empty()) return refuse("nothing_missing", {{"pieces", joined(missing)}});
    return {};
}

base::Status opinions_closed(const Question& q) {
    const auto today = base::iso(base::paris_date(q.desk.clock.now()));
    const auto open = q.reader.number(kOpinionsOpen, {q.file.id, today});
    if (open > 0) return refuse("opinions_closed", {{"count", std::to_string(open)}});
    return {};
}

base::Status reviewed(const Question& q) {
    if (!lines_reviewed(q.reader, q.file)) return refuse("lines_reviewed");
    return {};
}

base::Status reasoned(const Question& q) {
    if (q.mode == Mode::Offer) return {};
    if (blank(q.params.reason)) return refuse("reasoned");
    if (q.params.reason.size() > 4000) return refuse("reason_too_long", {{"limit", "4000"}});
    return {};
}

// The amount on the retained lines, when the file is eligible under its edition.
base::Result<Estimate> proposal(const Question& q) {
    TRY(reviewed(q));
    auto facts = TRY(reviewed_facts(q.desk, q.reader, q.file, q.edition));
    facts.decided_rate = q.params.decided_rate;
    facts.decided_amount = q.params.decided_amount;
    auto result = estimate(q.edition, std::move(facts));
    const auto& outcome = result.evaluation.outcome;
    if (outcome.undetermined) return refuse("undetermined", {{"rules", joined(result.evaluation.to_check())}});
    if (!outcome.eligible) return refuse("not_eligible", {{"rules", joined(result.evaluation.failed())}});
    if (!outcome.amount_known && q.mode == Mode::Perform) return refuse("amount_unknown");
    if (outcome.amount_known && outcome.amount <= Cents{}) return refuse("no_amount");
    return result;
}

std::vector<std::pair<std::string, std::string>> choice_args(const Room& room, Cents amount) {
    return {{"rank", std::to_string(room.choice.rank)},
            {"asked", euros(amount)},
            {"free", euros(room.envelope ? room.envelope->balance.free() : Cents{})},
            {"missing", euros(room.choice.missing)}};
}

bool served(const envelope::Choice& choice) {
    return choice.outcome == envelope::Outcome::Proposed;
}

base::Result<Findings> proposal_holds(const Question& q) {
    Findings found;
    found.estimate = TRY(proposal(q));
    found.amount = found.estimate->evaluation.outcome.amount;
    if (q.params.reduced_to) {
        if (*q.params.reduced_to <= Cents{} || *q.params.reduced_to > found.amount)
            return refuse("reduced_amount", {{"asked", euros(found.amount)}});
        if (blank(q.params.reason)) return refuse("reasoned");
        found.amount = *q.params.reduced_to;
    }
    const auto room = TRY(room_for(q, found.amount));
    if (!room.envelope) return refuse("no_envelope");
    found.envelope = room.envelope;
    found.choice = room.choice;
    const bool reduced_fits = q.params.reduced_to && found.amount <= room.envelope->balance.free();
    if (!served(room.choice) && !reduced_fits)
        return refuse(room.choice.rank > 1 ? "envelope_queue" : "proposal_holds", choice_args(room, found.amount));
    return found;
}

base::Result<Findings> envelope_short(const Question& q) {
    Findings found;
    found.estimate = TRY(proposal(q));
    found.amount = found.estimate->evaluation.outcome.amount;
    const auto room = TRY(room_for(q, found.amount));
    if (!room.envelope) return refuse("no_envelope");
    if (served(room.choice)) return refuse("envelope_short", choice_args(room, found.amount));
    const auto today = base::paris_date(q.desk.clock.now());
    if (selection_rules(q.edition, today).when_short != envelope::WhenShort::WaitingList)
        return refuse("no_waiting_list");
    found.envelope = room.envelope;
    found.choice = room.choice;
    return found;
}

base::Status another_than_proposer(const Question& q) {
    if (q.actor.id == q.file.proposed_by) return refuse("four_eyes");
    return {};
}

base::Result<Findings> room_in_envelope(const Question& q) {
    TRY(another_than_proposer(q));
    Findings found;
    // What was decided when it was put on the list holds when it is called.
    found.amount = q.file.proposed;
    const auto today = base::paris_date(q.desk.clock.now());
    if (!selection_rules(q.edition, today).top_up_reopens) return refuse("list_closed");
    const auto room = TRY(room_for(q, found.amount));
    if (!room.envelope) return refuse("no_envelope");
    found.envelope = room.envelope;
    found.choice = room.choice;
    if (!served(room.choice)) return refuse("room_in_envelope", choice_args(room, found.amount));
    return found;
}

base::Status sitting_open(const Question& q) {
    TRY(another_than_proposer(q));
    if (q.mode == Mode::Offer) {
        if (q.reader.number(kAnySitting) == 0) return refuse("no_sitting");
        return {};
    }
    const auto status = q.reader.first(kSitting, {q.params.sitting}, [](const db::Row& row) { return row.string(0); });
    if (status != "preparing") return refuse("sitting_open");
    return {};
}

struct SittingRow {
    base::Date held_on{};
    std::string resolution;
    bool transmitted = false;
};

std::optional<SittingRow> sitting_of(const Question& q) {
    return q.reader.first(kSitting, {q.file.sitting}, [](const db::Row& row) {
        return SittingRow{row.date(1), row.is_null(2) ? std::string() : row.string(2), !row.is_null(3)};
    });
}

struct VoteRow {
    bool grant = false;
    Cents cents;
    bool carried = false;
};

base::Result<Findings> vote_recorded(const Question& q, Action action) {
    const auto sitting = sitting_of(q);
    const auto vote = q.reader.first(kVote, {q.file.sitting, q.file.id}, [](const db::Row& row) {
        return VoteRow{row.text(0) == "grant", row.cents(1), row.integer(2) > row.integer(3)};
    });
    if (!sitting || !vote) return refuse("vote_recorded");
    // A refusal is a proposal of refusal that was carried, or a grant that was not.
    const bool allows = action == Action::Grant ? vote->grant && vote->carried : vote->grant != vote->carried;
    if (!allows) return refuse("vote_says_otherwise");
    if (sitting->resolution.empty()) return refuse("no_resolution");
    return Findings{.estimate = {},
                    .amount = action == Action::Grant ? vote->cents : Cents{},
                    .choice = {},
                    .envelope = {},
                    .held_on = sitting->held_on,
                    .resolution = sitting->resolution};
}

base::Result<Findings> decision_enforceable(const Question& q) {
    const auto sitting = sitting_of(q);
    if (!sitting || sitting->resolution.empty() || !sitting->transmitted ||
        sitting->held_on > base::paris_date(q.desk.clock.now()))
        return refuse("decision_enforceable");
    return Findings{.estimate = {},
                    .amount = q.file.granted,
                    .choice = {},
                    .envelope = {},
                    .held_on = sitting->held_on,
                    .resolution = sitting->resolution};
}

base::Status not_decided(const Question& q) {
    if (q.file.decision == "granted" || q.file.decision == "refused") return refuse("not_decided");
    return {};
}

base::Result<Findings> plain(base::Status status) {
    TRY(std::move(status));
    return Findings{};
}

}  // namespace

envelope::Candidate candidate_of(const Application& file, Cents amount) {
    const auto filed = file.filed.value_or(base::Timestamp{});
    return {.application = file.id,
            .department = file.department,
            .amount = amount,
            .priority = file.priority,
            .filed = filed,
            .complete = file.complete.value_or(filed)};
}

std::vector<envelope::Candidate> waiting_candidates(db::Reader& reader, const EditionRow& edition, ApplicationId but) {
    std::vector<envelope::Candidate> all;
    reader.query(kWaiting, {edition.scheme, edition.edition, but}, [&](const db::Row& row) {
        all.push_back({.application = row.id<ApplicationId>(0),
                       .department = row.string(1),
                       .amount = row.cents(2),
                       .priority = static_cast<std::int32_t>(row.integer(3)),
                       .filed = row.timestamp(4),
                       .complete = row.timestamp(5)});
    });
    return all;
}

envelope::SelectionRules rules_now(const Desk& desk, db::Reader& reader, const scheme::Edition& edition,
                                   const std::optional<envelope::Envelope>& envelope) {
    auto rules = selection_rules(edition, base::paris_date(desk.clock.now()));
    if (!envelope || rules.quotas.empty()) return rules;
    const auto totals = envelope::department_totals(reader, envelope->id);
    for (auto& quota : rules.quotas) {
        for (const auto& total : totals)
            if (total.department == quota.department) quota.used = total.reserved + total.committed;
    }
    return rules;
}

base::Result<Room> room_for(const Question& q, Cents amount) {
    const auto row = find_edition(q.reader, q.file.edition);
    ASSERT(row.has_value());
    Room room{.envelope = envelope::find(q.reader, row->scheme, row->edition), .choice = {}};
    if (!room.envelope) return room;
    const auto rules = rules_now(q.desk, q.reader, q.edition, room.envelope);
    std::vector<envelope::Candidate> candidates;
    // A list that no top-up reopens holds nobody back.
    if (rules.top_up_reopens) candidates = waiting_candidates(q.reader, *row, q.file.id);
    candidates.push_back(candidate_of(q.file, amount));
    const auto selection = envelope::select(std::move(candidates), room.envelope->balance.free(), rules);
    for (const auto& choice : selection.choices)
        if (choice.application == q.file.id) room.choice = choice;
    return room;
}

base::Result<std::vector<std::string>> missing_pieces(const Desk& desk, db::Reader& reader, const Application& file) {
    std::vector<std::string> missing;
    for (const auto& line : TRY(check_sheet(desk, reader, file.id))) {
        const bool wanted = line.required && line.due == scheme::Due::Filing;
        if ((wanted && line.state != PieceState::Present) || line.state == PieceState::Infected)
            missing.push_back(line.label.fr);
    }
    return missing;
}

base::Result<Findings> check_guard(Guard guard, const Question& q) {
    switch (guard) {
        case Guard::None:
            return Findings{};
        case Guard::FormValid:
            return plain(form_valid(q));
        case Guard::WindowOpen:
            return plain(window_open(q));
        case Guard::SecondPerson:
            return plain(second_person(q));
        case Guard::PiecesListed:
            return plain(pieces_listed(q));
        case Guard::PiecesAnswered:
            return plain(pieces_answered(q));
        case Guard::NothingMissing:
            return plain(nothing_missing(q));
        case Guard::OpinionsClosed:
            return plain(opinions_closed(q));
        case Guard::LinesReviewed:
            return plain(reviewed(q));
        case Guard::ProposalHolds:
            return proposal_holds(q);
        case Guard::Reasoned:
            return plain(reasoned(q));
        case Guard::EnvelopeShort:
            return envelope_short(q);
        case Guard::RoomInEnvelope:
            return room_in_envelope(q);
        case Guard::SittingOpen:
            return plain(sitting_open(q));
        case Guard::VoteRecorded:
            return vote_recorded(q, q.action);
        case Guard::DecisionEnforceable:
            return decision_enforceable(q);
        case Guard::NotDecided:
            return plain(not_decided(q));
    }
    return Findings{};
}

}  // namespace beffroi::aides::application::internal
