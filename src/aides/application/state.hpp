// The life of an application, as one table: from, action, to, who may, what must hold, what follows, what the applicant
// reads.
//
// Source: the practice model of regional grants (code officer's completeness check, CRPA L112-3 receipt, L231-4 3°
// silence = rejection; CGCT L4221-5 commission permanente). The table is data: the pages show its actions, service.hpp
// performs them, tests walk it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace beffroi::aides::application {

enum class State {
    Draft,              // being written by the applicant
    AwaitingSignature,  // complete in the eyes of the writer, waits for a second person of the applicant
    Filed,              // signed and received: the receipt is out
    Incomplete,         // pieces were asked for; the applicant holds the pen
    Complete,           // nothing is missing
    UnderReview,
    OpinionsAsked,
    Proposed,  // amount reserved on the envelope
    ProposedRefusal,
    WaitingList,  // eligible, envelope short
    OnAgenda,     // row of a sitting
    Granted,
    Refused,
    Adjourned,  // by the sitting; goes back to review or to another agenda
    Withdrawn,  // by the applicant
    Notified,   // the decision was sent; see application.decision for which
};

enum class Action {
    RequestSignature,
    TakeBack,  // from signature to the pen again
    File,
    AskPieces,
    AnswerPieces,
    DeclareComplete,
    StartReview,
    AskOpinion,
    ReceiveOpinions,
    Propose,
    ProposeRefusal,
    PutOnWaitingList,
    CallFromWaitingList,  // a top-up or a release made room
    SendBackToReview,
    PutOnAgenda,
    TakeOffAgenda,
    Grant,
    Refuse,
    Adjourn,
    Withdraw,
    Notify,
};

// Who may: roles of accounts::Role seen from the file. System: the clock or a batch, in the name of an act of the
// sitting.
enum class Party : std::uint16_t {
    Applicant = 1,
    Cosigner = 2,
    Officer = 4,
    Head = 8,
    Secretary = 16,
};

struct Parties {
    std::uint16_t bits = 0;
    constexpr Parties() = default;
    constexpr Parties(std::initializer_list<Party> parties) {
        for (Party p : parties) bits = static_cast<std::uint16_t>(bits | static_cast<std::uint16_t>(p));
    }
    [[nodiscard]] constexpr bool has(Party p) const { return (bits & static_cast<std::uint16_t>(p)) != 0; }
};

// What must hold besides state and role. Each refusal has its sentence "application.guard.<name>".
enum class Guard {
    None,
    FormValid,       // every required field reads, every document asked at filing is there and safe
    WindowOpen,      // FormValid, and the edition receives applications at that instant
    SecondPerson,    // WindowOpen, and the signer is not who asked for the signature
    PiecesListed,    // at least one piece is asked for, with a due date
    PiecesAnswered,  // each piece asked for got an answer
    NothingMissing,
    OpinionsClosed,
    LinesReviewed,  // each line of the filed version has its retained amount, with a reason where lower
    ProposalHolds,  // LinesReviewed, eligible under its edition, co-funding holds, the amount fits in the envelope
    Reasoned,       // a reason is given
    EnvelopeShort,  // LinesReviewed, eligible, and the amount does not fit
    RoomInEnvelope,
    SittingOpen,          // the sitting is being prepared
    VoteRecorded,         // a vote whose counts allow it bears on this row
    DecisionEnforceable,  // voted, with number and date, transmitted: CGCT L4141-1
    NotDecided,
};

// What the transition does besides the state, in the same transaction.
enum class Effect : std::uint16_t {
    FreezeLines = 1,  // the form becomes a numbered version of expense and funding lines
    IssueReceipt = 2,
    NotifyApplicant = 4,  // a mail, with the letter where there is one
    Reserve = 8,          // on the envelope
    Unreserve = 16,
    Commit = 32,
    StartClock = 64,  // date of implicit rejection
    NotifyOfficer = 128,
    IssueDecision = 256,  // order and notification letter
};

struct Effects {
    std::uint16_t bits = 0;
    constexpr Effects() = default;
    constexpr Effects(std::initializer_list<Effect> effects) {
        for (Effect e : effects) bits = static_cast<std::uint16_t>(bits | static_cast<std::uint16_t>(e));
    }
    [[nodiscard]] constexpr bool has(Effect e) const { return (bits & static_cast<std::uint16_t>(e)) != 0; }
};

struct Transition {
    State from;
    Action action;
    State to;
    Parties who;
    Guard guard;
    Effects effects;
};

[[nodiscard]] std::span<const Transition> transitions();
[[nodiscard]] const Transition* find_transition(State from, Action action);

// Stored names ("under_review"), also the last part of the keys application.state.<name>, application.public.<name>
// (what the applicant reads) and application.action.<name>.
[[nodiscard]] std::string_view name(State state);
[[nodiscard]] std::string_view name(Action action);
[[nodiscard]] std::string_view name(Guard guard);
[[nodiscard]] std::optional<State> parse_state(std::string_view name);
[[nodiscard]] std::optional<Action> parse_action(std::string_view name);
[[nodiscard]] std::span<const State> all_states();

// The applicant may change form and documents in these.
[[nodiscard]] bool applicant_holds_pen(State state);
// The region sees files from Filed on: drafts are the applicant's own.
[[nodiscard]] bool visible_to_region(State state);

}  // namespace beffroi::aides::application
