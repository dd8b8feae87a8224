// The applicant's pen: opening a draft, saving what is typed, documents.
//
// Nothing typed is lost. Each save is one transaction; each value that it replaces is kept beside (form_change). When
// two people write at the same time, fields that only one of them touched are merged; where both changed the same field
// the stored value stays, the other one is kept as a clash and given back, so that the page shows both. The same holds
// for a save that arrives when the pen is no longer the applicant's (signed meanwhile).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/desk.hpp"
#include "aides/application/estimate.hpp"
#include "aides/application/form.hpp"

namespace beffroi::aides::application {

enum class Provenance { Live, Real, Simulated };
[[nodiscard]] std::string_view name(Provenance provenance);
[[nodiscard]] std::optional<Provenance> parse_provenance(std::string_view name);

struct NewDraft {
    EditionId edition;
    std::string siren;
    bool another = false;  // asked explicitly although a file of the same applicant and edition exists
    Provenance provenance = Provenance::Live;
};
struct Created {
    ApplicationId id;
    std::string number;
};
// Refused when the actor is no member of the applicant or the edition is not open; Conflict
// ("application.draft_exists", {number}, {id}) when there is a file that is neither withdrawn nor decided and `another`
// is false.
[[nodiscard]] base::Result<Created> create_draft(const Desk& desk, const NewDraft& draft, const Actor& actor);
[[nodiscard]] base::Result<Created> create_draft(const Desk& desk, db::Writer& writer, const NewDraft& draft,
                                                 const Actor& actor);
// The file to continue rather than to open a second one.
[[nodiscard]] std::optional<Created> open_file_of(db::Reader& reader, EditionId edition, std::string_view siren);

// A field that someone else changed meanwhile: both values.
struct Clash {
    std::string field;
    std::string stored;
    std::string typed;       // kept in the history of the form
    std::string changed_by;  // name
    base::Timestamp changed;
};

struct Saved {
    std::int64_t version = 0;  // of the form: give it back with the next save
    Faults faults;             // wrong fields; not those that are only empty
    std::vector<std::string> missing;
    std::vector<Clash> clashes;
    bool held = true;   // false: the pen is gone, everything typed is in `clashes`
    Estimate estimate;  // live figures
};
// `expected` is the version that the page was made from. TooLarge and Invalid change nothing (see form.hpp check).
[[nodiscard]] base::Result<Saved> autosave(const Desk& desk, ApplicationId id, std::int64_t expected,
                                           const FormChange& change, const Actor& actor);
[[nodiscard]] base::Result<Saved> autosave(const Desk& desk, db::Writer& writer, ApplicationId id,
                                           std::int64_t expected, const FormChange& change, const Actor& actor);

// What a field held before, newest first; clashes too. For "bring back what I had typed".
struct FieldChange {
    std::int64_t version = 0;
    std::string field;
    std::optional<std::string> before;  // none: the field was not there
    bool clash = false;                 // `before` was typed and not stored
    PersonId by;
    base::Timestamp at;
};
[[nodiscard]] std::vector<FieldChange> form_history(db::Reader& reader, ApplicationId id, std::string_view field = {},
                                                    int limit = 200);

// The estimate of a file as its form stands now.
[[nodiscard]] base::Result<Estimate> live_estimate(const Desk& desk, db::Reader& reader, ApplicationId id);
// Before any file exists: the page where one asks "what could my commune get?".
[[nodiscard]] base::Result<Estimate> first_estimate(const Desk& desk, db::Reader& reader, EditionId edition,
                                                    std::string_view siren, const Project& project);

// --- documents ---

struct Upload {
    std::string kind;       // a key of the edition's documents, or "other"
    std::string file_name;  // as the browser sent it
    std::string_view bytes;
    DocumentId replaces;  // 0: none
};
// Checked by content, size and clamd before anything is written. Refused while the pen is not the applicant's, except
// for answers to pieces asked for; Invalid or TooLarge with the sentence of the document checks; Refused when clamd
// found something.
[[nodiscard]] base::Result<DocumentId> attach(const Desk& desk, ApplicationId id, const Upload& upload,
                                              const Actor& actor);
// While holding the pen, what was not part of a filing yet.
[[nodiscard]] base::Status withdraw_document(const Desk& desk, DocumentId document, const Actor& actor);
// Documents whose scan is pending or failed, tried again: for the job thread. Gives how many got an answer.
[[nodiscard]] int rescan(const Desk& desk, int limit = 50);

}  // namespace beffroi::aides::application
