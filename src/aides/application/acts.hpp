// Every change of state of a file goes through perform(): the table of state.hpp says whether it exists, the actor's
// parties whether they may, the guard whether it can be done now; then all effects, the journal entry and the search
// index are written in one transaction. Nothing is half done.
//
// Errors: Conflict ("application.not_possible") when the state has no such action; Refused ("application.not_yours")
// for a party that may not; Refused with the guard's own sentence ("application.guard.<name>" or a more precise one)
// when it does not hold; NotFound.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/desk.hpp"
#include "aides/application/ids.hpp"
#include "aides/application/state.hpp"
#include "base/money.hpp"
#include "base/result.hpp"

namespace beffroi::aides::application {

enum class PieceReason { Missing, Incorrect, Incomplete, Outdated };
[[nodiscard]] std::string_view name(PieceReason reason);
[[nodiscard]] std::optional<PieceReason> parse_piece_reason(std::string_view name);

struct PieceAsk {
    std::string kind;  // a document of the edition, "other", or "form" (something of the form itself)
    PieceReason reason = PieceReason::Missing;
    std::string note;
};

struct OpinionAsk {
    std::string asked_of;
    std::string email;  // outside experts only: the link goes there
    bool outside = false;
    std::string question;
    std::vector<std::string> shared;  // parts shown to an outside expert: see kShareableParts
    std::optional<base::Date> due_on;
};
inline constexpr std::string_view kShareableParts[] = {"identity", "project",   "expenses",
                                                       "funding",  "documents", "restricted_documents"};

// What an action may need; the others are ignored.
struct Params {
    std::string reason;                         // Reasoned guards, refusal, withdrawal; also a note to the applicant
    std::vector<PieceAsk> pieces;               // AskPieces
    std::optional<base::Date> due_on;           // AskPieces: last day to answer
    std::vector<OpinionAsk> opinions;           // AskOpinion
    std::optional<base::Rate> decided_rate;     // Propose, where the edition lets the region decide
    std::optional<base::Cents> decided_amount;  // Propose, where a committee decides
    std::optional<base::Cents> reduced_to;      // Propose, where the edition reduces everyone when money is short
    SittingId sitting;                          // PutOnAgenda
    std::optional<std::int64_t>
        expected_version;  // of the form, when the page was made from one: Conflict when it moved
    // Letters are issued and mails queued. Off only for imports of files that got theirs elsewhere.
    bool letters = true;
};

struct Done {
    ApplicationId id;
    State from = State::Draft;
    State to = State::Draft;
    base::Cents amount;                         // reserved or committed by this act
    std::vector<correspondence::ActId> issued;  // letters that went out
    // Links for outside experts, by opinion: shown once, only their hash is kept. They are in the queued mails too.
    std::vector<std::pair<OpinionId, std::string>> links;
};

[[nodiscard]] base::Result<Done> perform(const Desk& desk, db::Writer& writer, ApplicationId id, Action action,
                                         const Actor& actor, const Params& params = {});
[[nodiscard]] base::Result<Done> perform(const Desk& desk, ApplicationId id, Action action, const Actor& actor,
                                         const Params& params = {});

// The letters that this very act would issue now, byte for byte: it is performed and undone. Errors are those of the
// act.
struct Preview {
    std::string title;
    std::string pdf;
};
[[nodiscard]] base::Result<std::vector<Preview>> preview(const Desk& desk, ApplicationId id, Action action,
                                                         const Actor& actor, const Params& params = {});

// The same action on many files, each in its own transaction: one that is refused does not stop the others.
struct BulkLine {
    ApplicationId id;
    std::string number;
    std::optional<base::Error> refusal;
};
[[nodiscard]] std::vector<BulkLine> perform_all(const Desk& desk, const std::vector<ApplicationId>& ids, Action action,
                                                const Actor& actor, const Params& params = {});

// What perform_all would issue now, byte for byte, numbers that follow one another included: performed in that order,
// then undone. Stops at the first file that is refused: `refusal` says why, for the last line given.
struct PreviewLine {
    ApplicationId id;
    std::string number;
    std::vector<Preview> letters;
    std::optional<base::Error> refusal;
};
[[nodiscard]] base::Result<std::vector<PreviewLine>> preview_all(const Desk& desk,
                                                                 const std::vector<ApplicationId>& ids, Action action,
                                                                 const Actor& actor, const Params& params = {});

// What this person could do now, in the order of the table. Actions that need an input (a reason, pieces, a sitting)
// are offered as if it were given: `needs` says which.
struct Available {
    Action action;
    State to;
    Guard guard;
    std::optional<base::Message> refusal;  // why it is not possible now; none: it is
    bool needs_reason = false;
    bool needs_pieces = false;
    bool needs_opinions = false;
    bool needs_sitting = false;
};
[[nodiscard]] std::vector<Available> available_actions(const Desk& desk, db::Reader& reader, ApplicationId id,
                                                       const Actor& actor);

}  // namespace beffroi::aides::application
