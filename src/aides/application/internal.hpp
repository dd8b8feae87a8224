// What the functions of this module share; nobody else includes it.
#pragma once

#include <string>
#include <string_view>

#include "aides/application/desk.hpp"
#include "aides/application/view.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::application::internal {

// The row, or NotFound.
[[nodiscard]] base::Result<Application> need(db::Reader& reader, ApplicationId id);
// The row when this person may see it; NotFound otherwise, so that nobody learns which numbers exist.
[[nodiscard]] base::Result<Application> need_readable(db::Reader& reader, ApplicationId id, const Actor& actor);
[[nodiscard]] bool readable(const Application& file, const Actor& actor);

// The role in which this person acts on that file, among the parties that may.
[[nodiscard]] std::string_view acting_role(const Actor& actor, std::string_view siren, Parties who);
inline constexpr Parties kApplicantSide = {Party::Applicant, Party::Cosigner};
inline constexpr Parties kRegionSide = {Party::Officer, Party::Head};
// Refused ("application.not_yours") unless one of the person's parties is among `who`.
[[nodiscard]] base::Status check_party(const Actor& actor, std::string_view siren, Parties who);

// The journal entry of an act on a file.
void note(const Desk& desk, db::Writer& writer, const Actor& actor, Parties who, const Application& file,
          std::string_view kind, std::string detail = "{}");

// Rewrites the words by which the file is found.
void index_words(db::Writer& writer, ApplicationId id);
// Edition in force for life of that file, compiled.
[[nodiscard]] base::Result<scheme::EditionPtr> edition_of(const Desk& desk, db::Reader& reader,
                                                          const Application& file);
// The form as typed.
[[nodiscard]] base::Result<Fields> fields_of(db::Reader& reader, ApplicationId id);
[[nodiscard]] std::string form_json(db::Reader& reader, ApplicationId id);
// Facts for that file: applicant, history without itself, dates of filing and completion, project.
[[nodiscard]] base::Result<scheme::Facts> facts_for(const Desk& desk, db::Reader& reader, const Application& file,
                                                    const scheme::Edition& edition, const Project& project);
// The same on the filed and reviewed lines.
[[nodiscard]] base::Result<scheme::Facts> reviewed_facts(const Desk& desk, db::Reader& reader, const Application& file,
                                                         const scheme::Edition& edition);
[[nodiscard]] bool lines_reviewed(db::Reader& reader, const Application& file);

// A condition of the edition; what is not known does not hold.
[[nodiscard]] bool holds(const scheme::When& when, const scheme::Facts& facts, const scheme::Outcome& outcome);

// Amounts and dates in a Message are written as the French write them: one set of arguments serves both languages.
[[nodiscard]] std::string euros(base::Cents cents);
[[nodiscard]] std::string date(base::Date on);

}  // namespace beffroi::aides::application::internal
