#include "aides/application/export.hpp"

#include <deque>
#include <utility>

namespace beffroi::aides::application {

namespace {

constexpr std::string_view kColumns =
    "SELECT a.id, a.number, e.scheme, e.name, e.revision, a.state, a.provenance, a.applicant_name, a.siren, a.insee, "
    "a.department, a.title, a.nature, a.created_ms, a.filed_ms, a.complete_ms, a.implicit_rejection_on, a.officer_id, "
    "a.priority, a.total_cents, a.asked_cents, a.base_cents, a.rate, a.proposed_cents, a.proposed_ms, "
    "a.refusal_reason, a.decision, a.decided_on, a.granted_cents, s.name, s.resolution_number, a.notified_ms, "
    "a.updated_ms FROM application a JOIN edition e ON e.id = a.edition_id LEFT JOIN sitting s ON s.id = a.sitting_id "
    "WHERE a.id > $1 AND a.filed_ms IS NOT NULL";
constexpr db::Query kLabels{"export_labels",
                            "SELECT al.application_id, l.name FROM application_label al JOIN label l ON l.id = "
                            "al.label_id WHERE al.application_id >= $1 AND al.application_id <= $2 AND al.removed_ms "
                            "IS NULL ORDER BY al.application_id, l.name"};

std::string text_or_none(const db::Row& row, int column) {
    return row.is_null(column) ? std::string() : row.string(column);
}

ExportRow row_of(const db::Row& row) {
    return {.id = row.id<ApplicationId>(0),
            .number = row.string(1),
            .scheme = row.string(2),
            .edition = row.string(3),
            .revision = static_cast<int>(row.integer(4)),
            .state = parse_state(row.text(5)).value_or(State::Draft),
            .provenance = parse_provenance(row.text(6)).value_or(Provenance::Live),
            .applicant_name = row.string(7),
            .siren = row.string(8),
            .insee = text_or_none(row, 9),
            .department = row.string(10),
            .title = row.string(11),
            .nature = row.string(12),
            .created = row.timestamp(13),
            .filed = row.optional_timestamp(14),
            .complete = row.optional_timestamp(15),
            .implicit_rejection = row.optional_date(16),
            .officer = PersonId{row.optional_integer(17).value_or(0)},
            .priority = static_cast<int>(row.integer(18)),
            .total = row.cents(19),
            .asked = row.cents(20),
            .base = row.cents(21),
            .rate = base::Rate{static_cast<std::int32_t>(row.integer(22))},
            .proposed = row.cents(23),
            .proposed_at = row.optional_timestamp(24),
            .refusal_reason = text_or_none(row, 25),
            .decision = text_or_none(row, 26),
            .decided_on = row.optional_date(27),
            .granted = row.cents(28),
            .sitting = text_or_none(row, 29),
            .resolution = text_or_none(row, 30),
            .notified = row.optional_timestamp(31),
            .updated = row.timestamp(32),
            .labels = {}};
}

// Fixed parts and parameters, like list.cpp.
class Statement {
  public:
    Statement(const Filter& filter, ApplicationId after, int limit) : sql_(kColumns) {
        params_.emplace_back(after);
        if (!filter.states.empty()) {
            sql_ += " AND a.state IN (";
            for (std::size_t i = 0; i < filter.states.size(); ++i)
                sql_ += (i > 0 ? ", " : "") + param(name(filter.states[i]));
            sql_ += ")";
        }
        if (filter.edition) sql_ += " AND a.edition_id + 0 = " + param(filter.edition->value);
        if (filter.officer && *filter.officer) sql_ += " AND a.officer_id + 0 = " + param(filter.officer->value);
        if (filter.officer && !*filter.officer) sql_ += " AND a.officer_id + 0 IS NULL";
        if (!filter.department.empty()) sql_ += " AND a.department || '' = " + param(filter.department);
        if (filter.sitting) sql_ += " AND a.sitting_id + 0 = " + param(filter.sitting->value);
        if (filter.label)
            sql_ += " AND a.id IN (SELECT application_id FROM application_label WHERE label_id = " +
                    param(filter.label->value) + " AND removed_ms IS NULL)";
        for (const auto& word : search_words(filter.words)) {
            const auto from = param(keep(word));
            sql_ +=
                " AND EXISTS (SELECT 1 FROM application_word w WHERE w.application_id = a.id AND w.word >= " + from +
                " AND w.word < " + param(keep(word + "\xF4\x8F\xBF\xBF")) + ")";
        }
        sql_ += " ORDER BY a.id LIMIT " + param(limit);
    }
    template <typename Each>
    void run(db::Reader& reader, Each&& each) {
        reader.run({"application_export", sql_}, params_, [&](const db::Row& row) {
            each(row);
            return true;
        });
    }

  private:
    std::string param(db::Param value) {
        params_.push_back(value);
        return "$" + std::to_string(params_.size());
    }
    std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

    std::string sql_;
    std::vector<db::Param> params_;
    std::deque<std::string> texts_;
};

}  // namespace

std::vector<ExportRow> export_batch(db::Reader& reader, const Filter& filter, ApplicationId after, int limit) {
    std::vector<ExportRow> rows;
    rows.reserve(static_cast<std::size_t>(limit));
    Statement(filter, after, limit).run(reader, [&](const db::Row& row) { rows.push_back(row_of(row)); });
    if (rows.empty()) return rows;
    auto at = rows.begin();
    reader.query(kLabels, {rows.front().id, rows.back().id}, [&](const db::Row& row) {
        const auto id = row.id<ApplicationId>(0);
        while (at != rows.end() && at->id < id) ++at;
        if (at != rows.end() && at->id == id) at->labels.push_back(row.string(1));
    });
    return rows;
}

}  // namespace beffroi::aides::application
