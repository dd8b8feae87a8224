#include "aides/application/review.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "aides/application/guards.hpp"
#include "aides/application/internal.hpp"
#include "base/text.hpp"

namespace beffroi::aides::application {

namespace {

using base::Cents;
using base::Code;
using internal::kRegionSide;

constexpr db::Query kReviewLine{"review_line",
                                "UPDATE expense_line SET retained_cents = $4, reject_reason = $5, reviewed_by = $6, "
                                "reviewed_ms = $7 WHERE application_id = $1 AND version = $2 AND position = $3"};
constexpr db::Query kReviewed{"review_amounts",
                              "UPDATE application SET base_cents = $2, rate = $3, updated_ms = $4 WHERE id = $1"};
constexpr db::Query kAnswerPiece{"review_answer_piece",
                                 "UPDATE piece_request SET answer = $2, answered_ms = $3, answered_by = $4 "
                                 "WHERE id = $1 AND closed_ms IS NULL RETURNING application_id"};
constexpr db::Query kPieceFile{"review_piece_file", "SELECT application_id FROM piece_request WHERE id = $1"};
constexpr db::Query kOpenKinds{
    "review_open_kinds",
    "SELECT DISTINCT kind FROM piece_request WHERE application_id = $1 AND closed_ms IS NULL "
    "AND answered_ms IS NULL"};
constexpr db::Query kAssign{"review_assign", "UPDATE application SET officer_id = $2, updated_ms = $3 WHERE id = $1"};
constexpr db::Query kIsOfficer{"review_is_officer",
                               "SELECT count(*) FROM person_role WHERE person_id = $1 AND role IN ('officer', 'head') "
                               "AND ended_ms IS NULL"};
constexpr db::Query kPriority{"review_priority", "UPDATE application SET priority = $2, updated_ms = $3 WHERE id = $1"};
constexpr db::Query kLabelId{"review_label", "SELECT id FROM label WHERE name = $1"};
constexpr db::Query kNewLabel{"review_new_label", "INSERT INTO label (name) VALUES ($1) RETURNING id"};
constexpr db::Query kHasLabel{"review_has_label",
                              "SELECT count(*) FROM application_label WHERE application_id = $1 AND label_id = $2 AND "
                              "removed_ms IS NULL"};
constexpr db::Query kPutLabel{"review_put_label",
                              "INSERT INTO application_label (application_id, label_id, added_by, added_ms) "
                              "VALUES ($1, $2, $3, $4) ON CONFLICT (application_id, label_id, added_ms) DO UPDATE SET "
                              "removed_ms = NULL"};
constexpr db::Query kTakeLabel{"review_take_label",
                               "UPDATE application_label SET removed_ms = $3 WHERE application_id = $1 AND label_id = "
                               "$2 AND removed_ms IS NULL"};
constexpr db::Query kLabels{"review_labels", "SELECT id, name FROM label ORDER BY name"};
constexpr db::Query kReviewedFiles{
    "review_reviewed_files",
    "SELECT a.id FROM application a JOIN edition e ON e.id = a.edition_id WHERE e.scheme = $1 AND e.name = $2 AND "
    "a.state IN ('under_review', 'waiting_list') AND NOT EXISTS (SELECT 1 FROM expense_line l WHERE l.application_id = "
    "a.id AND l.version = a.version AND l.retained_cents IS NULL)"};

constexpr std::size_t kLongestLabel = 40;
constexpr int kLowestPriority = 99;

bool blank(std::string_view text) {
    return base::trim(text).empty();
}

// A line's reason in French, as the edition tells it.
std::string reason_of(const Desk& desk, const scheme::Edition& edition, const scheme::LineResult& line,
                      std::string_view category) {
    if (line.sentence.empty()) return {};
    if (const auto* found = edition.model().category(category);
        found && !found->reason.empty() && line.retained == Cents{})
        return found->reason.fr;
    return scheme::sentence(line, base::Text(desk.catalogue, base::Language::Fr));
}

base::Result<Application> under_review(db::Reader& reader, ApplicationId id, const Actor& actor) {
    auto file = TRY(internal::need_readable(reader, id, actor));
    TRY(internal::check_party(actor, file.siren, kRegionSide));
    if (file.state != State::UnderReview && file.state != State::OpinionsAsked)
        return fail(Code::Conflict, "the file is not under review", {"application.not_under_review", {}});
    return file;
}

base::Status check_line(const LineReview& review, const ExpenseRow& line) {
    if (review.retained < Cents{} || review.retained > line.ht) {
        return fail(
            Code::Invalid, "retained outside 0 to the line",
            {"application.retained_out_of_range", {{"label", line.label}, {"amount", internal::euros(line.ht)}}});
    }
    if (review.retained < line.ht && blank(review.reason))
        return fail(Code::Invalid, "rejected without a reason",
                    {"application.rejected_without_reason", {{"label", line.label}}});
    return {};
}

PieceState state_of(const Desk& desk, const std::vector<const DocumentRow*>& present, bool required, scheme::Due due) {
    if (present.empty()) {
        if (due != scheme::Due::Filing) return PieceState::Later;
        return required ? PieceState::Missing : PieceState::Optional;
    }
    bool readable = false;
    for (const auto* document : present) {
        if (document->scan == documents::ScanState::Infected) return PieceState::Infected;
        readable = readable || desk.scanner.readable(document->scan);
    }
    return readable ? PieceState::Present : PieceState::NotScanned;
}

// Whether the edition asks this document for this very file.
bool asked_of(const scheme::Document& document, const scheme::Facts& facts, const scheme::Outcome& outcome) {
    return internal::holds(document.when, facts, outcome);
}

}  // namespace

// --- lines ---

base::Result<std::vector<LineReview>> proposed_review(const Desk& desk, db::Reader& reader, ApplicationId id) {
    const auto file = TRY(internal::need(reader, id));
    const auto edition = TRY(internal::edition_of(desk, reader, file));
    const auto rows = expense_rows(reader, id, file.version);
    auto facts = TRY(internal::reviewed_facts(desk, reader, file, *edition));
    facts.expenses.clear();
    for (const auto& row : rows) {
        facts.expenses.push_back({.category = row.category,
                                  .ht = row.ht,
                                  .ttc = row.ht + base::apply(row.vat, row.ht, base::Rounding::HalfUp),
                                  .quantity = row.quantity,
                                  .date = row.date,
                                  .label = row.label});
    }
    const auto evaluation = scheme::evaluate(*edition, facts);
    std::vector<LineReview> reviews;
    for (std::size_t i = 0; i < rows.size() && i < evaluation.lines.size(); ++i) {
        const auto& line = evaluation.lines[i];
        LineReview review{.position = rows[i].position, .retained = rows[i].ht, .reason = {}};
        if (line.retained < line.claimed) {
            // In HT whatever the edition counts: an edition that counts TTC retains the same share of the line.
            const auto share = static_cast<__int128>(rows[i].ht.value) * line.retained.value;
            review.retained =
                line.claimed == Cents{} ? Cents{} : Cents{static_cast<std::int64_t>(share / line.claimed.value)};
            review.reason = reason_of(desk, *edition, line, rows[i].category);
        }
        reviews.push_back(std::move(review));
    }
    return reviews;
}

base::Status review_lines(const Desk& desk, db::Writer& writer, ApplicationId id, const std::vector<LineReview>& lines,
                          const Actor& actor) {
    const auto file = TRY(under_review(writer, id, actor));
    const auto rows = expense_rows(writer, id, file.version);
    const auto now = desk.clock.now();
    Cents retained;
    for (const auto& review : lines) {
        const auto row =
            std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.position == review.position; });
        if (row == rows.end()) return fail(Code::NotFound, "no line " + std::to_string(review.position));
        TRY(check_line(review, *row));
        const auto reason = review.retained < row->ht ? std::optional(review.reason) : std::nullopt;
        writer.execute(kReviewLine, {id, file.version, review.position, review.retained, reason, actor.id, now});
        retained += review.retained;
    }
    const auto edition = TRY(internal::edition_of(desk, writer, file));
    const auto outcome = scheme::evaluate_fast(*edition, TRY(internal::reviewed_facts(desk, writer, file, *edition)));
    writer.execute(kReviewed, {id, outcome.base, outcome.rate.per_10000, now});
    internal::note(desk, writer, actor, kRegionSide, file, "application.lines_reviewed",
                   journal::details({{"version", file.version},
                                     {"lines", lines.size()},
                                     {"retained_cents", retained},
                                     {"base_cents", outcome.base},
                                     {"amount_cents", outcome.amount}}));
    return {};
}

base::Status review_lines(const Desk& desk, ApplicationId id, const std::vector<LineReview>& lines,
                          const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) { return review_lines(desk, writer, id, lines, actor); });
}

base::Result<Estimate> reviewed_estimate(const Desk& desk, db::Reader& reader, ApplicationId id,
                                         std::optional<base::Rate> decided_rate, std::optional<Cents> decided_amount) {
    const auto file = TRY(internal::need(reader, id));
    const auto edition = TRY(internal::edition_of(desk, reader, file));
    auto facts = TRY(internal::reviewed_facts(desk, reader, file, *edition));
    facts.decided_rate = decided_rate;
    facts.decided_amount = decided_amount;
    return estimate(*edition, std::move(facts));
}

// --- completeness ---

base::Result<std::vector<PieceLine>> check_sheet(const Desk& desk, db::Reader& reader, ApplicationId id) {
    const auto file = TRY(internal::need(reader, id));
    const auto edition = TRY(internal::edition_of(desk, reader, file));
    const auto project = read(TRY(internal::fields_of(reader, id)), *edition).project;
    const auto facts = TRY(internal::facts_for(desk, reader, file, *edition, project));
    const auto outcome = scheme::evaluate_fast(*edition, facts);
    const auto at = edition->judgement_date(facts);
    const auto documents = document_rows(reader, id);
    std::vector<std::string> open;
    reader.query(kOpenKinds, {id}, [&](const db::Row& row) { open.push_back(row.string(0)); });
    const auto present = [&](std::string_view kind) {
        std::vector<const DocumentRow*> found;
        for (const auto& document : documents)
            if (document.kind == kind && document.current()) found.push_back(&document);
        return found;
    };
    const auto add = [&](PieceLine line, std::vector<PieceLine>& sheet) {
        const auto found = present(line.kind);
        line.state = state_of(desk, found, line.required, line.due);
        for (const auto* document : found) line.documents.push_back(document->id);
        line.asked = std::find(open.begin(), open.end(), line.kind) != open.end();
        sheet.push_back(std::move(line));
    };
    std::vector<PieceLine> sheet;
    for (const auto& document : edition->model().documents) {
        const bool asked = asked_of(document, facts, outcome);
        if (!asked && present(document.key).empty()) continue;
        add({.kind = document.key,
             .label = document.label,
             .required = asked && document.required.value_or(at, false),
             .due = document.due.value_or(at, scheme::Due::Filing),
             .restricted = document.restricted},
            sheet);
    }
    const auto in = [&](base::Language language) {
        return std::string(desk.catalogue.text(language, "application.piece.other"));
    };
    add({.kind = "other", .label = {in(base::Language::Fr), in(base::Language::En)}}, sheet);
    return sheet;
}

base::Status answer_piece(const Desk& desk, PieceRequestId piece, std::string_view note, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const ApplicationId id{writer.number(kPieceFile, {piece})};
        const auto file = TRY(internal::need_readable(writer, id, actor));
        TRY(internal::check_party(actor, file.siren, internal::kApplicantSide));
        if (!applicant_holds_pen(file.state))
            return fail(Code::Conflict, "the applicant does not hold the pen", {"application.not_your_turn", {}});
        if (note.size() > kFormLimits.field_bytes || !base::valid_utf8(note))
            return fail(Code::Invalid, "a note that is no text", {"application.field_not_text", {{"field", "note"}}});
        if (writer.number(kAnswerPiece, {piece, note, desk.clock.now(), actor.id}) == 0)
            return fail(Code::Conflict, "the request is closed", {"application.piece_closed", {}});
        internal::note(desk, writer, actor, internal::kApplicantSide, file, "application.piece_answered",
                       journal::details({{"piece", piece}}));
        return {};
    });
}

// --- labels, assignment, priority ---

base::Status add_label(const Desk& desk, ApplicationId id, std::string_view label, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto file = TRY(internal::need_readable(writer, id, actor));
        TRY(internal::check_party(actor, file.siren, kRegionSide));
        const auto text = base::trim(label);
        if (text.empty() || text.size() > kLongestLabel || !base::valid_utf8(text))
            return fail(Code::Invalid, "no label",
                        {"application.label_length", {{"limit", std::to_string(kLongestLabel)}}});
        LabelId found{writer.number(kLabelId, {text})};
        if (!found) found = writer.insert<LabelId>(kNewLabel, {text});
        if (writer.number(kHasLabel, {id, found}) > 0) return {};
        writer.execute(kPutLabel, {id, found, actor.id, desk.clock.now()});
        internal::note(desk, writer, actor, kRegionSide, file, "application.label_added",
                       journal::details({{"label", text}}));
        return {};
    });
}

base::Status remove_label(const Desk& desk, ApplicationId id, LabelId label, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto file = TRY(internal::need_readable(writer, id, actor));
        TRY(internal::check_party(actor, file.siren, kRegionSide));
        if (writer.execute(kTakeLabel, {id, label, desk.clock.now()}) == 0) return {};
        internal::note(desk, writer, actor, kRegionSide, file, "application.label_removed",
                       journal::details({{"label", label}}));
        return {};
    });
}

std::vector<Label> labels(db::Reader& reader) {
    std::vector<Label> all;
    reader.query(kLabels, {}, [&](const db::Row& row) { all.push_back({row.id<LabelId>(0), row.string(1)}); });
    return all;
}

base::Status assign(const Desk& desk, ApplicationId id, PersonId officer, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto file = TRY(internal::need_readable(writer, id, actor));
        TRY(internal::check_party(actor, file.siren, kRegionSide));
        if (officer && writer.number(kIsOfficer, {officer}) == 0)
            return fail(Code::Invalid, "not a case officer", {"application.not_an_officer", {}});
        if (officer == file.officer) return {};
        const auto who = officer ? std::optional(officer) : std::nullopt;
        writer.execute(kAssign, {id, who, desk.clock.now()});
        internal::note(desk, writer, actor, kRegionSide, file, "application.assigned",
                       journal::details({{"officer", officer}, {"before", file.officer}}));
        return {};
    });
}

std::vector<BulkLine> assign_all(const Desk& desk, const std::vector<ApplicationId>& ids, PersonId officer,
                                 const Actor& actor) {
    std::vector<BulkLine> lines;
    for (const auto id : ids) {
        const auto done = assign(desk, id, officer, actor);
        const auto file = desk.db.read([&](db::Reader& reader) { return find(reader, id); });
        lines.push_back({.id = id,
                         .number = file && internal::readable(*file, actor) ? file->number : std::string(),
                         .refusal = done ? std::nullopt : std::optional(done.error())});
    }
    return lines;
}

base::Status set_priority(const Desk& desk, ApplicationId id, int priority, std::string_view reason,
                          const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto file = TRY(internal::need_readable(writer, id, actor));
        constexpr Parties kHead = {Party::Head};
        TRY(internal::check_party(actor, file.siren, kHead));
        if (priority < 0 || priority > kLowestPriority)
            return fail(Code::Invalid, "priority outside 0 to 99",
                        {"application.priority_range", {{"limit", std::to_string(kLowestPriority)}}});
        if (blank(reason)) return fail(Code::Invalid, "no reason", {"application.guard.reasoned", {}});
        writer.execute(kPriority, {id, priority, desk.clock.now()});
        internal::note(desk, writer, actor, kHead, file, "application.priority",
                       journal::details({{"priority", priority}, {"before", file.priority}, {"reason", reason}}));
        return {};
    });
}

// --- the short envelope ---

namespace {

base::Result<EditionRow> edition_row(db::Reader& reader, EditionId id) {
    auto row = find_edition(reader, id);
    if (!row) return fail(Code::NotFound, "no edition " + std::to_string(id.value));
    return std::move(*row);
}

Cents free_of(const std::optional<envelope::Envelope>& envelope) {
    return envelope ? envelope->balance.free() : Cents{};
}

}  // namespace

base::Result<envelope::Selection> selection(const Desk& desk, db::Reader& reader, EditionId id) {
    const auto row = TRY(edition_row(reader, id));
    const auto edition = TRY(desk.editions.get(reader, id));
    std::vector<ApplicationId> ids;
    reader.query(kReviewedFiles, {row.scheme, row.edition},
                 [&](const db::Row& found) { ids.push_back(found.id<ApplicationId>(0)); });
    std::vector<envelope::Candidate> candidates;
    for (const auto file_id : ids) {
        const auto file = TRY(internal::need(reader, file_id));
        auto amount = file.proposed;
        if (file.state == State::UnderReview) {
            const auto own = TRY(internal::edition_of(desk, reader, file));
            const auto outcome = scheme::evaluate_fast(*own, TRY(internal::reviewed_facts(desk, reader, file, *own)));
            if (!outcome.eligible || !outcome.amount_known) continue;
            amount = outcome.amount;
        }
        if (amount > Cents{}) candidates.push_back(internal::candidate_of(file, amount));
    }
    const auto envelope = envelope::find(reader, row.scheme, row.edition);
    return envelope::select(std::move(candidates), free_of(envelope),
                            internal::rules_now(desk, reader, *edition, envelope));
}

base::Result<envelope::Selection> waiting_list(const Desk& desk, db::Reader& reader, EditionId id) {
    const auto row = TRY(edition_row(reader, id));
    const auto edition = TRY(desk.editions.get(reader, id));
    const auto envelope = envelope::find(reader, row.scheme, row.edition);
    return envelope::waiting_list_after(internal::waiting_candidates(reader, row, {}), free_of(envelope),
                                        internal::rules_now(desk, reader, *edition, envelope));
}

}  // namespace beffroi::aides::application
