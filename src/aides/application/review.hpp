// The case officer's work on one file: what is retained of each line, what is missing, opinions, messages, labels,
// assignment. Each of these writes its journal entry in the same transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/acts.hpp"
#include "aides/application/desk.hpp"
#include "aides/application/estimate.hpp"
#include "aides/envelope/selection.hpp"

namespace beffroi::aides::application {

// --- lines ---

struct LineReview {
    int position = 0;
    base::Cents retained;  // HT, 0 to the line's own
    std::string reason;    // mandatory when less than the line is retained
};
// What the edition itself would retain, line by line, with its reason in French: the default that the officer confirms
// or changes.
[[nodiscard]] base::Result<std::vector<LineReview>> proposed_review(const Desk& desk, db::Reader& reader,
                                                                    ApplicationId id);
// Only under review (or opinions asked). The retained base and the amount of the file follow.
[[nodiscard]] base::Status review_lines(const Desk& desk, ApplicationId id, const std::vector<LineReview>& lines,
                                        const Actor& actor);
[[nodiscard]] base::Status review_lines(const Desk& desk, db::Writer& writer, ApplicationId id,
                                        const std::vector<LineReview>& lines, const Actor& actor);
// On the retained lines (on all lines while they are not reviewed).
[[nodiscard]] base::Result<Estimate> reviewed_estimate(const Desk& desk, db::Reader& reader, ApplicationId id,
                                                       std::optional<base::Rate> decided_rate = {},
                                                       std::optional<base::Cents> decided_amount = {});

// --- completeness ---

enum class PieceState { Present, Missing, NotScanned, Infected, Later, Optional };
struct PieceLine {
    std::string kind;
    scheme::Bilingual label;
    bool required = false;
    scheme::Due due = scheme::Due::Filing;
    PieceState state = PieceState::Missing;
    std::vector<DocumentId> documents;
    bool restricted = false;
    bool asked = false;  // a request for it is open
};
// Documents asked by the edition for this very file, in its order, then "other".
[[nodiscard]] base::Result<std::vector<PieceLine>> check_sheet(const Desk& desk, db::Reader& reader, ApplicationId id);

// The applicant's answer to one request: the documents attached since then and this note.
[[nodiscard]] base::Status answer_piece(const Desk& desk, PieceRequestId piece, std::string_view note,
                                        const Actor& actor);

// --- opinions ---

enum class OpinionAnswer { Favourable, Reserved, Unfavourable, None };
[[nodiscard]] std::string_view name(OpinionAnswer answer);
[[nodiscard]] std::optional<OpinionAnswer> parse_opinion_answer(std::string_view name);

// By an officer, for an opinion received by other means or inside the house.
[[nodiscard]] base::Status record_opinion(const Desk& desk, OpinionId opinion, OpinionAnswer answer,
                                          std::string_view note, std::string_view answered_by, const Actor& actor);

struct OpinionRow;  // view.hpp
// What an outside expert may see through the link: the file's parts that were shared, and nothing else. NotFound for a
// link that is wrong or used.
struct SharedFile {
    OpinionId opinion;
    ApplicationId application;
    std::string number;
    std::string question;
    base::Date due_on{};
    std::vector<std::string> parts;
    std::vector<DocumentId> documents;  // that may be opened through the link
};
[[nodiscard]] base::Result<SharedFile> shared_file(db::Reader& reader, std::string_view token);
// Once: the link is dead afterwards.
[[nodiscard]] base::Status answer_by_link(const Desk& desk, std::string_view token, OpinionAnswer answer,
                                          std::string_view note, std::string_view name);

// --- messages, labels, assignment ---

enum class Side { Applicant, Region, Internal };
[[nodiscard]] std::string_view name(Side side);
// The side follows from the actor; `internal` only for the Region. A message to the other side queues a mail saying
// that one is there (never its text).
[[nodiscard]] base::Result<MessageId> post_message(const Desk& desk, ApplicationId id, std::string_view body,
                                                   bool internal, const Actor& actor);
// Those of the other side.
void mark_read(const Desk& desk, ApplicationId id, const Actor& actor);

[[nodiscard]] base::Status add_label(const Desk& desk, ApplicationId id, std::string_view label, const Actor& actor);
[[nodiscard]] base::Status remove_label(const Desk& desk, ApplicationId id, LabelId label, const Actor& actor);
struct Label {
    LabelId id;
    std::string name;
};
[[nodiscard]] std::vector<Label> labels(db::Reader& reader);

// 0 takes the officer away.
[[nodiscard]] base::Status assign(const Desk& desk, ApplicationId id, PersonId officer, const Actor& actor);
[[nodiscard]] std::vector<BulkLine> assign_all(const Desk& desk, const std::vector<ApplicationId>& ids,
                                               PersonId officer, const Actor& actor);
// 0 is served first; by a head of unit, with a reason.
[[nodiscard]] base::Status set_priority(const Desk& desk, ApplicationId id, int priority, std::string_view reason,
                                        const Actor& actor);

// --- the short envelope ---

// The files proposed for the selection (waiting list and those under review whose lines are reviewed), ranked as the
// edition says.
[[nodiscard]] base::Result<envelope::Selection> selection(const Desk& desk, db::Reader& reader, EditionId edition);
// Of the waiting list only, with the money that is free now.
[[nodiscard]] base::Result<envelope::Selection> waiting_list(const Desk& desk, db::Reader& reader, EditionId edition);

}  // namespace beffroi::aides::application
