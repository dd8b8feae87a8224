// Documents of a file: checked by content before anything is written.
#include <algorithm>
#include <utility>

#include "aides/application/drafting.hpp"
#include "aides/application/internal.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;
using documents::ScanState;

constexpr db::Query kInsert{"document_insert",
                            "INSERT INTO document (application_id, kind, blob, name, type, size, scan, restricted, "
                            "uploaded_by, uploaded_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id"};
constexpr db::Query kReplace{"document_replace",
                             "UPDATE document SET replaced_by = $2 WHERE id = $1 AND application_id = $3 AND "
                             "replaced_by IS NULL AND withdrawn_ms IS NULL"};
constexpr db::Query kWithdraw{"document_withdraw",
                              "UPDATE document SET withdrawn_ms = $2 WHERE id = $1 AND version IS NULL AND "
                              "replaced_by IS NULL AND withdrawn_ms IS NULL"};
constexpr db::Query kCount{"document_count",
                           "SELECT count(*) FROM document WHERE application_id = $1 AND replaced_by IS NULL AND "
                           "withdrawn_ms IS NULL"};
constexpr db::Query kToScan{"document_to_scan",
                            "SELECT id, blob FROM document WHERE scan IN ('pending', 'error') ORDER BY id LIMIT $1"};
constexpr db::Query kScanned{"document_scanned", "UPDATE document SET scan = $2 WHERE id = $1"};
constexpr db::Query kTouch{"document_touch", "UPDATE application SET updated_ms = $2 WHERE id = $1"};

constexpr std::int64_t kMostDocuments = 200;

const scheme::Document* asked(const scheme::Edition& edition, std::string_view kind) {
    const auto& list = edition.model().documents;
    auto found = std::find_if(list.begin(), list.end(), [&](const auto& document) { return document.key == kind; });
    return found == list.end() ? nullptr : &*found;
}

base::Status check_format(const scheme::Document& document, documents::FileType type) {
    const auto extension = documents::usual_extension(type);
    const auto same = [&](const std::string& format) {
        return format == extension || (format == "jpeg" && extension == "jpg") ||
               (format == "jpg" && extension == "jpeg");
    };
    if (document.formats.empty() ? extension == "pdf"
                                 : std::any_of(document.formats.begin(), document.formats.end(), same))
        return {};
    std::string wanted;
    for (const auto& format : document.formats) wanted += (wanted.empty() ? "" : ", ") + format;
    if (wanted.empty()) wanted = "pdf";
    return fail(Code::Invalid, "a " + std::string(extension) + " where " + wanted + " is asked",
                {"application.document_format", {{"found", std::string(extension)}, {"wanted", wanted}}});
}

base::Status check_pen(const Application& file, const Actor& actor) {
    TRY(internal::check_party(actor, file.siren, internal::kApplicantSide));
    if (applicant_holds_pen(file.state)) return {};
    return fail(Code::Conflict, "the applicant does not hold the pen", {"application.not_your_turn", {}});
}

}  // namespace

base::Result<DocumentId> attach(const Desk& desk, ApplicationId id, const Upload& upload, const Actor& actor) {
    struct Asked {
        Application file;
        scheme::EditionPtr edition;
    };
    const auto before = TRY(desk.db.read([&](db::Reader& reader) -> base::Result<Asked> {
        auto file = TRY(internal::need_readable(reader, id, actor));
        TRY(check_pen(file, actor));
        auto edition = TRY(internal::edition_of(desk, reader, file));
        return Asked{std::move(file), std::move(edition)};
    }));
    const auto* document = asked(*before.edition, upload.kind);
    if (!document && upload.kind != "other")
        return fail(Code::Invalid, "the edition asks for no " + upload.kind, {"application.document_kind", {}});
    const auto found = TRY(desk.inspector.inspect(upload.bytes, upload.file_name));
    if (document) TRY(check_format(*document, found.type));
    const auto scan = desk.scanner.scan(upload.bytes);
    if (scan.state == ScanState::Infected) {
        return fail(Code::Refused, "clamd found " + scan.detail, {"application.document_infected", {}});
    }
    const auto blob = TRY(desk.office.blobs.put(upload.bytes));

    return desk.db.write([&](db::Writer& writer) -> base::Result<DocumentId> {
        const auto file = TRY(internal::need_readable(writer, id, actor));
        TRY(check_pen(file, actor));
        if (writer.number(kCount, {id}) >= kMostDocuments) {
            return fail(Code::TooLarge, "too many documents",
                        {"application.too_many_documents", {{"limit", std::to_string(kMostDocuments)}}});
        }
        const auto now = desk.clock.now();
        const auto name = documents::safe_file_name(upload.file_name, found.type);
        const auto made = writer.insert<DocumentId>(
            kInsert, {id, upload.kind, blob.id.hex, name, documents::mime_type(found.type), upload.bytes.size(),
                      documents::scan_state_name(scan.state), document && document->restricted, actor.id, now});
        if (upload.replaces && writer.execute(kReplace, {upload.replaces, made, id}) == 0) {
            return fail(Code::Conflict, "the document to replace is gone", {"application.document_gone", {}});
        }
        writer.execute(kTouch, {id, now});
        internal::note(desk, writer, actor, internal::kApplicantSide, file, "application.document_added",
                       journal::details({{"document", made},
                                         {"kind", upload.kind},
                                         {"sha256", blob.id.hex},
                                         {"replaces", upload.replaces},
                                         {"scan", documents::scan_state_name(scan.state)}}));
        return made;
    });
}

base::Status withdraw_document(const Desk& desk, DocumentId document, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto row = find_document(writer, document);
        if (!row) return fail(Code::NotFound, "no document " + std::to_string(document.value));
        const auto file = TRY(internal::need_readable(writer, row->application, actor));
        TRY(check_pen(file, actor));
        if (writer.execute(kWithdraw, {document, desk.clock.now()}) == 0)
            return fail(Code::Conflict, "the document was filed", {"application.document_filed", {}});
        internal::note(desk, writer, actor, internal::kApplicantSide, file, "application.document_withdrawn",
                       journal::details({{"document", document}, {"kind", row->kind}}));
        return {};
    });
}

int rescan(const Desk& desk, int limit) {
    if (!desk.scanner.configured()) return 0;
    std::vector<std::pair<DocumentId, documents::BlobId>> waiting;
    desk.db.read([&](db::Reader& reader) {
        reader.query(kToScan, {limit}, [&](const db::Row& row) {
            waiting.emplace_back(row.id<DocumentId>(0), documents::BlobId{row.string(1)});
        });
    });
    int answered = 0;
    for (const auto& [id, blob] : waiting) {
        const auto result = desk.scanner.scan_file(desk.office.blobs.path_of(blob));
        if (result.state != ScanState::Safe && result.state != ScanState::Infected) continue;
        auto done = desk.db.write([&](db::Writer& writer) -> base::Status {
            const auto row = find_document(writer, id);
            writer.execute(kScanned, {id, documents::scan_state_name(result.state)});
            if (!row || result.state != ScanState::Infected) return {};
            const auto file = TRY(internal::need(writer, row->application));
            internal::note(desk, writer, accounts::Principal::the_program(), {}, file, "application.document_infected",
                           journal::details({{"document", id}, {"found", result.detail}}));
            return {};
        });
        if (done) ++answered;
    }
    return answered;
}

}  // namespace beffroi::aides::application
