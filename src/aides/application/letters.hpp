// The letters of a file, filled from its rows; and the e-mails that go with them. French only, like the acts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/application/acts.hpp"
#include "aides/application/guards.hpp"
#include "aides/correspondence/acts.hpp"
#include "aides/correspondence/mail_queue.hpp"
#include "documents/letters.hpp"

namespace beffroi::aides::application {

// "la commune d’Arras", "la commune du Quesnoy", "la communauté de communes des Villes Sœurs".
[[nodiscard]] std::string with_article(std::string_view name, bool commune);

namespace internal {

// What a letter needs besides the rows.
struct LetterContext {
    const Desk& desk;
    db::Writer& writer;
    const Application& file;  // as it stands after the act
    const scheme::Edition& edition;
    const Actor& actor;
    const Params& params;
    const Findings& findings;
};

// Renders, stores and issues the letter; its date is today's.
[[nodiscard]] base::Result<correspondence::ActId> issue_letter(const LetterContext& context,
                                                               documents::LetterKind kind);
// The letter and the order that it names, drawn up at the same time; or the letter of refusal.
[[nodiscard]] base::Result<std::vector<correspondence::ActId>> issue_decision(const LetterContext& context);

// To the contact of the file and to whoever signed it, once per address. `act` is attached.
[[nodiscard]] base::Status mail_applicant(const LetterContext& context, Action action, correspondence::ActId act);
[[nodiscard]] base::Status mail_officer(const LetterContext& context, Action action);
// The link that opens the shared parts, to an outside expert.
[[nodiscard]] base::Status mail_expert(const LetterContext& context, const OpinionAsk& ask, base::Date due_on,
                                       std::string_view token);
// "There is a message": never its text.
[[nodiscard]] base::Status mail_of_message(const Desk& desk, db::Writer& writer, const Application& file,
                                           bool to_applicant);

}  // namespace internal

}  // namespace beffroi::aides::application
