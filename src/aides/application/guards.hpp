// The guards of state.hpp, one function each. Nobody outside this module includes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/application/acts.hpp"
#include "aides/application/estimate.hpp"
#include "aides/application/internal.hpp"

namespace beffroi::aides::application::internal {

// Offer: what the action needs as input is taken as given, so that a page can say what is possible.
enum class Mode { Perform, Offer };

// What guards find on their way and effects use.
struct Findings {
    std::optional<Estimate> estimate;        // of the proposal
    base::Cents amount;                      // to reserve or to commit
    std::optional<envelope::Choice> choice;  // where the file stands when money is short
    std::optional<envelope::Envelope> envelope;
    std::optional<base::Date> held_on;  // of the sitting
    std::string resolution;             // its number
};

struct Question {
    const Desk& desk;
    db::Reader& reader;
    const Application& file;
    const scheme::Edition& edition;
    const Actor& actor;
    const Params& params;
    Action action;
    Mode mode = Mode::Perform;
};

// The sentence why it does not hold, or what was found.
[[nodiscard]] base::Result<Findings> check_guard(Guard guard, const Question& question);

// Documents that the edition asks for at filing and that are not there, or cannot be read: their labels in French.
[[nodiscard]] base::Result<std::vector<std::string>> missing_pieces(const Desk& desk, db::Reader& reader,
                                                                    const Application& file);

// Where the file stands with that amount among those who wait, with the money that is free. `own`: its money counts as
// free.
struct Room {
    std::optional<envelope::Envelope> envelope;
    envelope::Choice choice;
};
[[nodiscard]] base::Result<Room> room_for(const Question& question, base::Cents amount);

// Files of the waiting list of an edition, all revisions, but one.
[[nodiscard]] std::vector<envelope::Candidate> waiting_candidates(db::Reader& reader, const EditionRow& edition,
                                                                  ApplicationId but);
[[nodiscard]] envelope::Candidate candidate_of(const Application& file, base::Cents amount);
// With what each department holds already.
[[nodiscard]] envelope::SelectionRules rules_now(const Desk& desk, db::Reader& reader, const scheme::Edition& edition,
                                                 const std::optional<envelope::Envelope>& envelope);

}  // namespace beffroi::aides::application::internal
