#include "aides/application/view.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "aides/application/internal.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;

constexpr db::Query kFind{
    "application_find",
    "SELECT id, number, edition_id, siren, insee, applicant_name, department, state, provenance, title, nature, "
    "form_version, version, created_ms, created_by, updated_ms, signature_requested_ms, signature_requested_by, "
    "filed_ms, filed_by, complete_ms, implicit_rejection_on, officer_id, priority, total_cents, asked_cents, "
    "base_cents, rate, proposed_cents, proposed_by, proposed_ms, refusal_reason, decision, decided_on, "
    "granted_cents, sitting_id, notified_ms FROM application WHERE id = $1"};
constexpr db::Query kEvaluation{"application_evaluation",
                                "SELECT evaluation FROM application_text WHERE application_id = $1"};
constexpr db::Query kByNumber{"application_by_number", "SELECT id FROM application WHERE number = $1"};
constexpr db::Query kExpenses{"application_expenses",
                              "SELECT position, quote, supplier, label, category, quantity, ht_cents, vat, spent_on, "
                              "retained_cents, reject_reason, reviewed_by FROM expense_line "
                              "WHERE application_id = $1 AND version = $2 ORDER BY position"};
constexpr db::Query kFunding{"application_funding",
                             "SELECT source, name, cents, obtained FROM funding_line "
                             "WHERE application_id = $1 AND version = $2 ORDER BY position"};
constexpr db::Query kDocuments{
    "application_documents",
    "SELECT id, application_id, kind, blob, name, type, size, scan, restricted, uploaded_by, "
    "uploaded_ms, replaced_by, withdrawn_ms, version FROM document "
    "WHERE application_id = $1 ORDER BY id"};
constexpr db::Query kDocument{"application_document",
                              "SELECT id, application_id, kind, blob, name, type, size, scan, restricted, uploaded_by, "
                              "uploaded_ms, replaced_by, withdrawn_ms, version FROM document WHERE id = $1"};
constexpr db::Query kPieces{"application_pieces",
                            "SELECT id, kind, reason, note, asked_by, asked_ms, due_on, answer, answered_ms, closed_ms "
                            "FROM piece_request WHERE application_id = $1 ORDER BY id"};
constexpr db::Query kOpinions{"application_opinions",
                              "SELECT id, asked_of, email, outside, question, shared, asked_by, asked_ms, due_on, "
                              "answer, note, answered_name, answered_ms FROM opinion "
                              "WHERE application_id = $1 ORDER BY id"};
constexpr db::Query kMessages{"application_messages",
                              "SELECT id, side, author_id, author_name, body, at_ms, read_ms FROM message "
                              "WHERE application_id = $1 ORDER BY id"};
constexpr db::Query kLabels{"application_labels",
                            "SELECT l.id, l.name FROM application_label a JOIN label l ON l.id = a.label_id "
                            "WHERE a.application_id = $1 AND a.removed_ms IS NULL ORDER BY l.name"};

std::string text_or_empty(const db::Row& row, int column) {
    return row.is_null(column) ? std::string() : row.string(column);
}

template <typename IdType>
IdType id_or_none(const db::Row& row, int column) {
    return IdType{row.optional_integer(column).value_or(0)};
}

Application application_of(const db::Row& row) {
    return {.id = row.id<ApplicationId>(0),
            .number = row.string(1),
            .edition = row.id<EditionId>(2),
            .siren = row.string(3),
            .insee = text_or_empty(row, 4),
            .applicant_name = row.string(5),
            .department = row.string(6),
            .state = parse_state(row.text(7)).value_or(State::Draft),
            .provenance = parse_provenance(row.text(8)).value_or(Provenance::Live),
            .title = row.string(9),
            .nature = row.string(10),
            .form_version = row.integer(11),
            .version = row.integer(12),
            .created = row.timestamp(13),
            .created_by = row.id<PersonId>(14),
            .updated = row.timestamp(15),
            .signature_requested = row.optional_timestamp(16),
            .signature_requested_by = id_or_none<PersonId>(row, 17),
            .filed = row.optional_timestamp(18),
            .filed_by = id_or_none<PersonId>(row, 19),
            .complete = row.optional_timestamp(20),
            .implicit_rejection = row.optional_date(21),
            .officer = id_or_none<PersonId>(row, 22),
            .priority = static_cast<int>(row.integer(23)),
            .total = row.cents(24),
            .asked = row.cents(25),
            .base = row.cents(26),
            .rate = base::Rate{static_cast<std::int32_t>(row.integer(27))},
            .proposed = row.cents(28),
            .proposed_by = id_or_none<PersonId>(row, 29),
            .proposed_at = row.optional_timestamp(30),
            .refusal_reason = text_or_empty(row, 31),
            .decision = text_or_empty(row, 32),
            .decided_on = row.optional_date(33),
            .granted = row.cents(34),
            .sitting = id_or_none<SittingId>(row, 35),
            .notified = row.optional_timestamp(36)};
}

DocumentRow document_of(const db::Row& row) {
    return {.id = row.id<DocumentId>(0),
            .application = row.id<ApplicationId>(1),
            .kind = row.string(2),
            .blob = documents::BlobId{row.string(3)},
            .name = row.string(4),
            .type = row.string(5),
            .size = static_cast<std::uint64_t>(row.integer(6)),
            .scan = documents::parse_scan_state(row.text(7)).value_or(documents::ScanState::Error),
            .restricted = row.flag(8),
            .uploaded_by = row.id<PersonId>(9),
            .uploaded = row.timestamp(10),
            .replaced_by = id_or_none<DocumentId>(row, 11),
            .withdrawn = row.optional_timestamp(12),
            .version = row.optional_integer(13)};
}

std::vector<std::string> shared_parts(std::string_view json) {
    boost::system::error_code error;
    const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
    std::vector<std::string> parts;
    if (error || !value.is_array()) return parts;
    for (const auto& part : value.get_array())
        if (part.is_string()) parts.emplace_back(part.get_string().c_str());
    return parts;
}

Side side_of(std::string_view name) {
    if (name == "region") return Side::Region;
    if (name == "internal") return Side::Internal;
    return Side::Applicant;
}

std::vector<PieceRow> pieces_of(db::Reader& reader, ApplicationId id) {
    std::vector<PieceRow> all;
    reader.query(kPieces, {id}, [&](const db::Row& row) {
        all.push_back({.id = row.id<PieceRequestId>(0),
                       .kind = row.string(1),
                       .reason = parse_piece_reason(row.text(2)).value_or(PieceReason::Missing),
                       .note = row.string(3),
                       .asked_by = row.id<PersonId>(4),
                       .asked = row.timestamp(5),
                       .due_on = row.date(6),
                       .answer = row.string(7),
                       .answered = row.optional_timestamp(8),
                       .closed = row.optional_timestamp(9)});
    });
    return all;
}

std::vector<OpinionRow> opinions_of(db::Reader& reader, ApplicationId id) {
    std::vector<OpinionRow> all;
    reader.query(kOpinions, {id}, [&](const db::Row& row) {
        all.push_back({.id = row.id<OpinionId>(0),
                       .asked_of = row.string(1),
                       .email = text_or_empty(row, 2),
                       .outside = row.flag(3),
                       .question = row.string(4),
                       .shared = shared_parts(row.text(5)),
                       .asked_by = row.id<PersonId>(6),
                       .asked = row.timestamp(7),
                       .due_on = row.date(8),
                       .answer = row.is_null(9) ? std::nullopt : parse_opinion_answer(row.text(9)),
                       .note = text_or_empty(row, 10),
                       .answered_by = text_or_empty(row, 11),
                       .answered = row.optional_timestamp(12)});
    });
    return all;
}

std::vector<MessageRow> messages_of(db::Reader& reader, ApplicationId id, bool with_internal) {
    std::vector<MessageRow> all;
    reader.query(kMessages, {id}, [&](const db::Row& row) {
        const auto side = side_of(row.text(1));
        if (side == Side::Internal && !with_internal) return;
        all.push_back({.id = row.id<MessageId>(0),
                       .side = side,
                       .author = row.id<PersonId>(2),
                       .author_name = row.string(3),
                       .body = row.string(4),
                       .at = row.timestamp(5),
                       .read = row.optional_timestamp(6)});
    });
    return all;
}

std::vector<Label> labels_of(db::Reader& reader, ApplicationId id) {
    std::vector<Label> all;
    reader.query(kLabels, {id},
                 [&](const db::Row& row) { all.push_back({.id = row.id<LabelId>(0), .name = row.string(1)}); });
    return all;
}

}  // namespace

std::optional<Application> find(db::Reader& reader, ApplicationId id) {
    return reader.first(kFind, {id}, application_of);
}

std::optional<ApplicationId> find_number(db::Reader& reader, std::string_view number) {
    return reader.first(kByNumber, {number}, [](const db::Row& row) { return row.id<ApplicationId>(0); });
}

std::string proposal_evaluation(db::Reader& reader, ApplicationId id) {
    return reader.first(kEvaluation, {id}, [](const db::Row& row) { return text_or_empty(row, 0); }).value_or("");
}

std::vector<ExpenseRow> expense_rows(db::Reader& reader, ApplicationId id, std::int64_t version) {
    std::vector<ExpenseRow> all;
    reader.query(kExpenses, {id, version}, [&](const db::Row& row) {
        ExpenseRow line{.position = static_cast<int>(row.integer(0)),
                        .quote = row.string(1),
                        .supplier = row.string(2),
                        .label = row.string(3),
                        .category = row.string(4),
                        .quantity = row.integer(5),
                        .ht = row.cents(6),
                        .vat = base::Rate{static_cast<std::int32_t>(row.integer(7))},
                        .date = row.optional_date(8),
                        .retained = {},
                        .reject_reason = text_or_empty(row, 10),
                        .reviewed_by = id_or_none<PersonId>(row, 11)};
        if (!row.is_null(9)) line.retained = row.cents(9);
        all.push_back(std::move(line));
    });
    return all;
}

std::vector<FundingRow> funding_rows(db::Reader& reader, ApplicationId id, std::int64_t version) {
    std::vector<FundingRow> all;
    reader.query(kFunding, {id, version}, [&](const db::Row& row) {
        all.push_back({.source = row.string(0), .name = row.string(1), .cents = row.cents(2), .obtained = row.flag(3)});
    });
    return all;
}

std::vector<DocumentRow> document_rows(db::Reader& reader, ApplicationId id) {
    std::vector<DocumentRow> all;
    reader.query(kDocuments, {id}, [&](const db::Row& row) { all.push_back(document_of(row)); });
    return all;
}

std::optional<DocumentRow> find_document(db::Reader& reader, DocumentId id) {
    return reader.first(kDocument, {id}, document_of);
}

base::Result<ApplicationView> load(const Desk& desk, db::Reader& reader, ApplicationId id, const Actor& actor) {
    ApplicationView view;
    view.application = TRY(internal::need_readable(reader, id, actor));
    const auto& file = view.application;
    const bool region = reads_files(actor);
    const auto row = find_edition(reader, file.edition);
    ASSERT(row.has_value());
    view.edition_row = *row;
    view.edition = TRY(desk.editions.get(reader, file.edition));
    view.fields = TRY(internal::fields_of(reader, id));
    if (file.version > 0) {
        view.expenses = expense_rows(reader, id, file.version);
        view.funding = funding_rows(reader, id, file.version);
    }
    view.documents = document_rows(reader, id);
    view.pieces = pieces_of(reader, id);
    view.messages = messages_of(reader, id, region);
    if (region) {
        view.opinions = opinions_of(reader, id);
        view.labels = labels_of(reader, id);
    }
    view.acts = correspondence::acts_of(reader, id);
    if (!region)
        std::erase_if(view.acts, [](const auto& act) { return act.status == correspondence::ActStatus::Draft; });
    view.holding = envelope::holding(reader, id);
    return view;
}

base::Status may_open(const Desk& desk, db::Reader& reader, const DocumentRow& document, const Actor& actor) {
    const auto file = TRY(internal::need_readable(reader, document.application, actor));
    const bool member = actor.acts_for(file.siren);
    // Plans and security diagnoses: the applicant's own people, and who works on the file.
    const auto parties = parties_of(actor, file.siren);
    if (document.restricted && !member && !parties.has(Party::Officer) && !parties.has(Party::Head)) {
        return fail(Code::Refused, "restricted document", {"application.document_restricted", {}});
    }
    if (!desk.scanner.readable(document.scan)) {
        return fail(Code::Refused, "document not readable: " + std::string(documents::scan_state_name(document.scan)),
                    {document.scan == documents::ScanState::Infected ? "application.document_infected"
                                                                     : "application.document_not_scanned",
                     {}});
    }
    return {};
}

}  // namespace beffroi::aides::application
