// A file as a page needs it: read in a handful of indexed queries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/acts.hpp"
#include "aides/application/applicant.hpp"
#include "aides/application/drafting.hpp"
#include "aides/application/editions.hpp"
#include "aides/application/form.hpp"
#include "aides/application/ids.hpp"
#include "aides/application/review.hpp"
#include "aides/correspondence/acts.hpp"
#include "aides/correspondence/mail_queue.hpp"
#include "aides/envelope/ledger.hpp"

namespace beffroi::aides::application {

// The row itself.
struct Application {
    ApplicationId id;
    std::string number;
    EditionId edition;
    std::string siren;
    std::string insee;
    std::string applicant_name;
    std::string department;
    State state = State::Draft;
    Provenance provenance = Provenance::Live;
    std::string title;
    std::string nature;
    std::int64_t form_version = 0;
    std::int64_t version = 0;  // of the filed lines
    base::Timestamp created;
    PersonId created_by;
    base::Timestamp updated;
    std::optional<base::Timestamp> signature_requested;
    PersonId signature_requested_by;
    std::optional<base::Timestamp> filed;
    PersonId filed_by;
    std::optional<base::Timestamp> complete;
    std::optional<base::Date> implicit_rejection;
    PersonId officer;
    int priority = 0;
    base::Cents total;
    base::Cents asked;
    base::Cents base;
    base::Rate rate;
    base::Cents proposed;
    PersonId proposed_by;
    std::optional<base::Timestamp> proposed_at;
    std::string refusal_reason;
    std::string decision;  // granted, refused, adjourned, withdrawn or empty
    std::optional<base::Date> decided_on;
    base::Cents granted;
    SittingId sitting;
    std::optional<base::Timestamp> notified;
};

struct ExpenseRow {
    int position = 0;
    std::string quote;
    std::string supplier;
    std::string label;
    std::string category;
    std::int64_t quantity = 1;
    base::Cents ht;
    base::Rate vat;
    std::optional<base::Date> date;
    std::optional<base::Cents> retained;  // none: not reviewed yet
    std::string reject_reason;
    PersonId reviewed_by;
};

struct FundingRow {
    std::string source;
    std::string name;
    base::Cents cents;
    bool obtained = false;
};

struct DocumentRow {
    DocumentId id;
    ApplicationId application;
    std::string kind;
    documents::BlobId blob;
    std::string name;
    std::string type;  // MIME, by content
    std::uint64_t size = 0;
    documents::ScanState scan = documents::ScanState::Pending;
    bool restricted = false;
    PersonId uploaded_by;
    base::Timestamp uploaded;
    DocumentId replaced_by;
    std::optional<base::Timestamp> withdrawn;
    std::optional<std::int64_t> version;  // of the filing that it was first part of
    [[nodiscard]] bool current() const { return !replaced_by && !withdrawn; }
};

struct PieceRow {
    PieceRequestId id;
    std::string kind;
    PieceReason reason = PieceReason::Missing;
    std::string note;
    PersonId asked_by;
    base::Timestamp asked;
    base::Date due_on{};
    std::string answer;
    std::optional<base::Timestamp> answered;
    std::optional<base::Timestamp> closed;
};

struct OpinionRow {
    OpinionId id;
    std::string asked_of;
    std::string email;
    bool outside = false;
    std::string question;
    std::vector<std::string> shared;
    PersonId asked_by;
    base::Timestamp asked;
    base::Date due_on{};
    std::optional<OpinionAnswer> answer;
    std::string note;
    std::string answered_by;
    std::optional<base::Timestamp> answered;
};

struct MessageRow {
    MessageId id;
    Side side = Side::Applicant;
    PersonId author;
    std::string author_name;
    std::string body;
    base::Timestamp at;
    std::optional<base::Timestamp> read;
};

struct ApplicationView {
    Application application;
    EditionRow edition_row;
    scheme::EditionPtr edition;
    Fields fields;                     // the form as typed
    std::vector<ExpenseRow> expenses;  // of the filed version; empty before the first filing
    std::vector<FundingRow> funding;
    std::vector<DocumentRow> documents;  // the replaced and withdrawn ones too
    std::vector<PieceRow> pieces;
    std::vector<OpinionRow> opinions;  // empty for the applicant
    std::vector<MessageRow> messages;  // internal ones only for the Region
    std::vector<Label> labels;         // Region only
    std::vector<correspondence::Act> acts;
    envelope::Holding holding;
};

// NotFound when there is none that this person may see.
[[nodiscard]] base::Result<ApplicationView> load(const Desk& desk, db::Reader& reader, ApplicationId id,
                                                 const Actor& actor);
// The row only, whoever asks: for the modules above.
[[nodiscard]] std::optional<Application> find(db::Reader& reader, ApplicationId id);
[[nodiscard]] std::optional<ApplicationId> find_number(db::Reader& reader, std::string_view number);
// The explanation of the proposal, as JSON; empty before it. Long, so apart from the row.
[[nodiscard]] std::string proposal_evaluation(db::Reader& reader, ApplicationId id);
[[nodiscard]] std::vector<ExpenseRow> expense_rows(db::Reader& reader, ApplicationId id, std::int64_t version);
[[nodiscard]] std::vector<FundingRow> funding_rows(db::Reader& reader, ApplicationId id, std::int64_t version);
[[nodiscard]] std::vector<DocumentRow> document_rows(db::Reader& reader, ApplicationId id);
[[nodiscard]] std::optional<DocumentRow> find_document(db::Reader& reader, DocumentId id);
// May this person open the document now (rights, restriction, antivirus): the reason when not.
[[nodiscard]] base::Status may_open(const Desk& desk, db::Reader& reader, const DocumentRow& document,
                                    const Actor& actor);

}  // namespace beffroi::aides::application
