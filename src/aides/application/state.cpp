#include "aides/application/state.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace beffroi::aides::application {

namespace {

using enum State;
using A = Action;
using G = Guard;
using E = Effect;

constexpr Parties kApplicant = {Party::Applicant, Party::Cosigner};
constexpr Parties kSigner = {Party::Cosigner};
constexpr Parties kOfficer = {Party::Officer, Party::Head};
constexpr Parties kHead = {Party::Head};
constexpr Parties kSecretary = {Party::Secretary};

constexpr auto kTransitions = std::to_array<Transition>({
    {Draft, A::RequestSignature, AwaitingSignature, kApplicant, G::FormValid, {}},
    {AwaitingSignature, A::TakeBack, Draft, kApplicant, G::None, {}},
    {AwaitingSignature,
     A::File,
     Filed,
     kSigner,
     G::SecondPerson,
     {E::FreezeLines, E::StartClock, E::IssueReceipt, E::NotifyApplicant}},
    {Draft, A::Withdraw, Withdrawn, kApplicant, G::NotDecided, {}},
    {AwaitingSignature, A::Withdraw, Withdrawn, kApplicant, G::NotDecided, {}},

    {Filed, A::AskPieces, Incomplete, kOfficer, G::PiecesListed, {E::NotifyApplicant}},
    {Incomplete, A::AnswerPieces, Filed, kApplicant, G::PiecesAnswered, {E::FreezeLines, E::NotifyOfficer}},
    {Filed, A::DeclareComplete, Complete, kOfficer, G::NothingMissing, {E::NotifyApplicant}},
    {Complete, A::AskPieces, Incomplete, kOfficer, G::PiecesListed, {E::NotifyApplicant}},
    {Complete, A::StartReview, UnderReview, kOfficer, G::None, {}},
    {UnderReview, A::AskPieces, Incomplete, kOfficer, G::PiecesListed, {E::NotifyApplicant}},
    {UnderReview, A::AskOpinion, OpinionsAsked, kOfficer, G::None, {}},
    {OpinionsAsked, A::ReceiveOpinions, UnderReview, kOfficer, G::OpinionsClosed, {}},

    {UnderReview, A::Propose, Proposed, kOfficer, G::ProposalHolds, {E::Reserve}},
    {UnderReview, A::ProposeRefusal, ProposedRefusal, kOfficer, G::Reasoned, {}},
    {UnderReview, A::PutOnWaitingList, WaitingList, kOfficer, G::EnvelopeShort, {E::NotifyApplicant}},
    {WaitingList, A::CallFromWaitingList, Proposed, kHead, G::RoomInEnvelope, {E::Reserve, E::NotifyApplicant}},
    {WaitingList, A::SendBackToReview, UnderReview, kOfficer, G::Reasoned, {}},
    {Proposed, A::SendBackToReview, UnderReview, kOfficer, G::Reasoned, {E::Unreserve}},
    {ProposedRefusal, A::SendBackToReview, UnderReview, kOfficer, G::Reasoned, {}},

    {Proposed, A::PutOnAgenda, OnAgenda, {Party::Head, Party::Secretary}, G::SittingOpen, {}},
    {ProposedRefusal, A::PutOnAgenda, OnAgenda, {Party::Head, Party::Secretary}, G::SittingOpen, {}},
    {OnAgenda, A::TakeOffAgenda, UnderReview, {Party::Head, Party::Secretary}, G::Reasoned, {E::Unreserve}},
    {OnAgenda, A::Grant, Granted, kSecretary, G::VoteRecorded, {E::Commit}},
    {OnAgenda, A::Refuse, Refused, kSecretary, G::VoteRecorded, {E::Unreserve}},
    {OnAgenda, A::Adjourn, Adjourned, kSecretary, G::Reasoned, {E::Unreserve, E::NotifyApplicant}},
    {Adjourned, A::SendBackToReview, UnderReview, kOfficer, G::None, {}},
    {Granted,
     A::Notify,
     Notified,
     {Party::Secretary, Party::Head},
     G::DecisionEnforceable,
     {E::IssueDecision, E::NotifyApplicant}},
    {Refused,
     A::Notify,
     Notified,
     {Party::Secretary, Party::Head},
     G::DecisionEnforceable,
     {E::IssueDecision, E::NotifyApplicant}},

    // An applicant may give up until the vote; what was reserved for it is free again.
    {Filed, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {Incomplete, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {Complete, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {UnderReview, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {OpinionsAsked, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {WaitingList, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {Adjourned, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {Proposed, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::Unreserve, E::NotifyOfficer}},
    {ProposedRefusal, A::Withdraw, Withdrawn, kSigner, G::NotDecided, {E::NotifyOfficer}},
    {OnAgenda, A::Withdraw, Withdrawn, kSecretary, G::Reasoned, {E::Unreserve, E::NotifyOfficer}},
});

constexpr auto kStates = std::to_array<std::pair<State, std::string_view>>({
    {Draft, "draft"},
    {AwaitingSignature, "awaiting_signature"},
    {Filed, "filed"},
    {Incomplete, "incomplete"},
    {Complete, "complete"},
    {UnderReview, "under_review"},
    {OpinionsAsked, "opinions_asked"},
    {Proposed, "proposed"},
    {ProposedRefusal, "proposed_refusal"},
    {WaitingList, "waiting_list"},
    {OnAgenda, "on_agenda"},
    {Granted, "granted"},
    {Refused, "refused"},
    {Adjourned, "adjourned"},
    {Withdrawn, "withdrawn"},
    {Notified, "notified"},
});

constexpr auto kStateList = [] {
    std::array<State, kStates.size()> list{};
    for (std::size_t i = 0; i < list.size(); ++i) list[i] = kStates[i].first;
    return list;
}();

constexpr auto kActions = std::to_array<std::pair<Action, std::string_view>>({
    {A::RequestSignature, "request_signature"},
    {A::TakeBack, "take_back"},
    {A::File, "file"},
    {A::AskPieces, "ask_pieces"},
    {A::AnswerPieces, "answer_pieces"},
    {A::DeclareComplete, "declare_complete"},
    {A::StartReview, "start_review"},
    {A::AskOpinion, "ask_opinion"},
    {A::ReceiveOpinions, "receive_opinions"},
    {A::Propose, "propose"},
    {A::ProposeRefusal, "propose_refusal"},
    {A::PutOnWaitingList, "put_on_waiting_list"},
    {A::CallFromWaitingList, "call_from_waiting_list"},
    {A::SendBackToReview, "send_back_to_review"},
    {A::PutOnAgenda, "put_on_agenda"},
    {A::TakeOffAgenda, "take_off_agenda"},
    {A::Grant, "grant"},
    {A::Refuse, "refuse"},
    {A::Adjourn, "adjourn"},
    {A::Withdraw, "withdraw"},
    {A::Notify, "notify"},
});

constexpr auto kGuards = std::to_array<std::pair<Guard, std::string_view>>({
    {G::None, "none"},
    {G::FormValid, "form_valid"},
    {G::WindowOpen, "window_open"},
    {G::SecondPerson, "second_person"},
    {G::PiecesListed, "pieces_listed"},
    {G::PiecesAnswered, "pieces_answered"},
    {G::NothingMissing, "nothing_missing"},
    {G::OpinionsClosed, "opinions_closed"},
    {G::LinesReviewed, "lines_reviewed"},
    {G::ProposalHolds, "proposal_holds"},
    {G::Reasoned, "reasoned"},
    {G::EnvelopeShort, "envelope_short"},
    {G::RoomInEnvelope, "room_in_envelope"},
    {G::SittingOpen, "sitting_open"},
    {G::VoteRecorded, "vote_recorded"},
    {G::DecisionEnforceable, "decision_enforceable"},
    {G::NotDecided, "not_decided"},
});

template <typename Table, typename Key>
std::string_view name_in(const Table& table, Key key) {
    return std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == key; })->second;
}

template <typename Key, typename Table>
std::optional<Key> key_in(const Table& table, std::string_view name) {
    auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.second == name; });
    if (found == table.end()) return std::nullopt;
    return found->first;
}

}  // namespace

std::span<const Transition> transitions() {
    return kTransitions;
}

const Transition* find_transition(State from, Action action) {
    auto found = std::find_if(kTransitions.begin(), kTransitions.end(),
                              [&](const Transition& t) { return t.from == from && t.action == action; });
    return found == kTransitions.end() ? nullptr : &*found;
}

std::string_view name(State state) {
    return name_in(kStates, state);
}
std::string_view name(Action action) {
    return name_in(kActions, action);
}
std::string_view name(Guard guard) {
    return name_in(kGuards, guard);
}
std::optional<State> parse_state(std::string_view name) {
    return key_in<State>(kStates, name);
}
std::optional<Action> parse_action(std::string_view name) {
    return key_in<Action>(kActions, name);
}
std::span<const State> all_states() {
    return kStateList;
}

bool applicant_holds_pen(State state) {
    return state == Draft || state == Incomplete;
}
bool visible_to_region(State state) {
    return state != Draft && state != AwaitingSignature;
}

}  // namespace beffroi::aides::application
