// Acts and letters: drafted, previewed, issued, superseded; never erased.
//
// A letter is rendered once, from tags, to bytes that are stored by content. The preview is those bytes, and issuing
// sends those bytes: nothing is rendered again in between. Issuing an act of a kind that was already issued for the
// same file (or sitting) supersedes the former one and keeps it.
//
// Errors: Invalid when a template lacks a value, Conflict when the act is no draft any more or the rows behind the
// preview changed, NotFound, Unavailable when the disk refuses. Threads: Office is safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aides/correspondence/ids.hpp"
#include "aides/correspondence/pdf_writers.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "documents/blob_store.hpp"
#include "documents/letters.hpp"

namespace beffroi::aides::correspondence {

// The Region as its letters name it: from the configuration.
struct Sender {
    std::vector<std::string> lines;  // first line is the institution, the others its postal address
    std::string place;               // "Lille"
    std::string signatory_function;  // "Pour le président du conseil régional et par délégation, …"
    std::string signatory_name;
    std::string service;       // "Direction de la sécurité, mission vidéoprotection"
    std::string email;         // of the service
    std::string phone;         // of the service
    std::string contact;       // address, telephone, e-mail of the service, in one line
    std::string court;         // administrative court for appeals, with its address
    std::string mail_name;     // From: of the e-mails
    std::string mail_address;  // the same
    std::string portal;        // address of the portal, without a slash at the end
    // Where a mail sends its reader; the file's id, or the token of an expert's link, follows.
    std::string applicant_path = "/mes-dossiers/";
    std::string region_path = "/instruction/";
    std::string opinion_path = "/avis/";
};

enum class ActStatus { Draft, Issued, Superseded };

struct Act {
    ActId id;
    std::string kind;    // template_name of a letter, or report, annex, resolution …
    std::string number;  // may be empty
    ApplicationId application;
    SittingId sitting;
    documents::BlobId blob;
    std::string title;
    ActStatus status = ActStatus::Draft;
    PersonId issued_by;
    std::optional<base::Timestamp> issued;
    ActId superseded_by;
};

// What renders letters. Built once at start; the parts are borrowed and must outlive it.
struct Office {
    const documents::LetterTemplates& templates;
    const documents::BlobStore& blobs;
    Sender sender;
    std::shared_ptr<PdfWriters> writers = std::make_shared<PdfWriters>();
};

// The tags that every letter takes from the sender: region, region_adresse, service, service_courriel,
// service_telephone, lieu, signataire_fonction, signataire_nom; and tribunal where the kind of letter knows it.
void set_sender(documents::Tags& tags, const Sender& sender, documents::LetterKind kind);

struct NewAct {
    std::string kind;
    std::string number;
    ApplicationId application;
    SittingId sitting;
    std::string title;
    documents::Tags tags;
};

// For documents made elsewhere (report, annex): the bytes are stored as they are. A former draft of the same kind, file
// and sitting becomes this one.
[[nodiscard]] base::Result<ActId> draft_document(db::Writer& writer, const Office& office, const NewAct& act,
                                                 std::string_view bytes);
// `expected` are the tags as the rows give them now: Conflict ("correspondence.stale") when the draft was made from
// others.
[[nodiscard]] base::Status issue(db::Writer& writer, ActId act, const documents::Tags& expected, PersonId by,
                                 base::Timestamp at);
// A letter that nobody previews: `act.kind` is the name of its template.
struct NewLetter {
    documents::LetterKind kind = documents::LetterKind::Receipt;
    NewAct act;
};
// Renders and stores the letters at the same time, each on a thread of its own, then issues them in their order.
[[nodiscard]] base::Result<std::vector<ActId>> issue_letters(db::Writer& writer, const Office& office,
                                                             std::span<const NewLetter> letters, base::Date date,
                                                             PersonId by, base::Timestamp at);

[[nodiscard]] std::optional<Act> find(db::Reader& reader, ActId act);
// Newest first, superseded ones included.
[[nodiscard]] std::vector<Act> acts_of(db::Reader& reader, ApplicationId application);
[[nodiscard]] std::vector<Act> acts_of(db::Reader& reader, SittingId sitting);
// The stored bytes: of a draft the preview, of an issued act what went out.
[[nodiscard]] base::Result<std::string> bytes(const Office& office, const Act& act);

// Tags as stored in act.tags: a JSON object of arrays of strings.
[[nodiscard]] std::string to_json(const documents::Tags& tags);
[[nodiscard]] base::Result<documents::Tags> tags_from_json(std::string_view json);

}  // namespace beffroi::aides::correspondence
