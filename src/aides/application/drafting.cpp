#include "aides/application/drafting.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "aides/application/internal.hpp"
#include "base/text.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;

constexpr db::Query kOpenFile{
    "draft_open_file",
    "SELECT a.id, a.number FROM application a JOIN edition e ON e.id = a.edition_id "
    "JOIN edition asked ON asked.id = $1 AND asked.scheme = e.scheme AND asked.name = e.name "
    "WHERE a.siren = $2 AND a.state NOT IN ('withdrawn', 'granted', 'refused', 'notified') ORDER BY a.id LIMIT 1"};
constexpr db::Query kNumber{"draft_number",
                            "INSERT INTO counter (name, value) VALUES ($1, 1) "
                            "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"};
constexpr db::Query kInsert{
    "draft_insert",
    "INSERT INTO application (number, edition_id, siren, insee, applicant_name, department, state, provenance, "
    "created_ms, created_by, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $8, $9, $8) RETURNING id"};
constexpr db::Query kInsertForm{"draft_insert_form",
                                "INSERT INTO application_text (application_id, form) VALUES ($1, $2)"};
constexpr db::Query kSaveForm{"draft_save_form", "UPDATE application_text SET form = $2 WHERE application_id = $1"};
constexpr db::Query kSave{"draft_save",
                          "UPDATE application SET form_version = form_version + 1, title = $2, nature = $3, "
                          "total_cents = $4, cameras = $5, updated_ms = $6 WHERE id = $1 RETURNING form_version"};
constexpr db::Query kAddChange{"draft_add_change",
                               "INSERT INTO form_change (application_id, version, field, before, clash, changed_by, "
                               "changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr db::Query kChangesSince{"draft_changes_since",
                                  "SELECT field, before, changed_by, changed_ms FROM form_change "
                                  "WHERE application_id = $1 AND version > $2 AND clash = 0 ORDER BY id"};
constexpr db::Query kHistory{"draft_history",
                             "SELECT version, field, before, clash, changed_by, changed_ms FROM form_change "
                             "WHERE application_id = $1 AND ($2 = '' OR field = $2) ORDER BY id DESC LIMIT $3"};
constexpr db::Query kPersonName{"draft_person", "SELECT name FROM person WHERE id = $1"};

constexpr auto kProvenances = std::to_array<std::pair<Provenance, std::string_view>>(
    {{Provenance::Live, "live"}, {Provenance::Real, "real"}, {Provenance::Simulated, "simulated"}});

base::Result<Created> insert_draft(const Desk& desk, db::Writer& writer, const NewDraft& draft,
                                   const EditionRow& edition, const Actor& actor) {
    const auto who = TRY(identify(desk.territory, draft.siren));
    const auto counter = "VP-" + edition.edition;
    const auto number = fmt::format("{}-{:05}", counter, writer.number(kNumber, {counter}));
    Fields fields;
    if (!actor.name.empty()) fields.emplace("contact.name", actor.name);
    if (!actor.email.empty()) fields.emplace("contact.email", actor.email);
    const auto insee = who.insee.empty() ? std::nullopt : std::optional(who.insee);
    const auto id =
        writer.insert<ApplicationId>(kInsert, {number, edition.id, who.siren, insee, who.name, who.department,
                                               name(draft.provenance), desk.clock.now(), actor.id});
    writer.execute(kInsertForm, {id, to_json(fields)});
    internal::index_words(writer, id);
    const auto file = TRY(internal::need(writer, id));
    internal::note(desk, writer, actor, internal::kApplicantSide, file, "application.created",
                   journal::details({{"number", number}, {"edition", edition.name()}, {"siren", who.siren}}));
    return Created{.id = id, .number = number};
}

// What was changed since the version that the page was made from.
struct Since {
    std::optional<std::string> before;  // the value that the page showed
    PersonId by;
    base::Timestamp at;
};

std::map<std::string, Since, std::less<>> changes_since(db::Reader& reader, ApplicationId id, std::int64_t version) {
    std::map<std::string, Since, std::less<>> changes;
    reader.query(kChangesSince, {id, version}, [&](const db::Row& row) {
        auto [it, first] = changes.try_emplace(row.string(0));
        if (first && !row.is_null(1)) it->second.before = row.string(1);
        it->second.by = row.id<PersonId>(2);
        it->second.at = row.timestamp(3);
    });
    return changes;
}

std::optional<std::string> value_in(const Fields& fields, std::string_view name) {
    auto found = fields.find(name);
    return found == fields.end() ? std::nullopt : std::optional(found->second);
}

// One save being merged into the stored form.
class Merge {
  public:
    Merge(db::Writer& writer, const Application& file, Fields& fields, std::int64_t expected, bool held, PersonId by)
        : writer_(writer), fields_(fields), since_(changes_since(writer, file.id, expected)), held_(held), by_(by) {}

    // `wanted` nothing: the field goes away.
    void apply(const std::string& field, const std::optional<std::string>& wanted) {
        const auto stored = value_in(fields_, field);
        if (stored == wanted || (!stored && wanted && wanted->empty())) return;
        const auto since = since_.find(field);
        if (since != since_.end()) {
            // The page shows what it was made from: this person did not touch the field.
            if (since->second.before.value_or("") == wanted.value_or("")) return;
        }
        // One's own later typing is no clash: the answer to the first save may have been lost on the way.
        if (since != since_.end() && since->second.by != by_) {
            clash(field, stored, wanted, since->second.by, since->second.at);
        } else if (!held_) {
            clash(field, stored, wanted, {}, {});
        } else {
            changed_.emplace_back(field, stored);
            if (wanted)
                fields_[field] = *wanted;
            else
                fields_.erase(field);
        }
    }

    [[nodiscard]] const std::vector<std::pair<std::string, std::optional<std::string>>>& changed() const {
        return changed_;
    }
    [[nodiscard]] std::vector<Clash>& clashes() { return clashes_; }

  private:
    void clash(const std::string& field, const std::optional<std::string>& stored,
               const std::optional<std::string>& wanted, PersonId by, base::Timestamp at) {
        const auto who = writer_.first(kPersonName, {by}, [](const db::Row& row) { return row.string(0); });
        clashes_.push_back({.field = field,
                            .stored = stored.value_or(""),
                            .typed = wanted.value_or(""),
                            .changed_by = who.value_or(""),
                            .changed = at});
    }

    db::Writer& writer_;
    Fields& fields_;
    std::map<std::string, Since, std::less<>> since_;
    bool held_;
    PersonId by_;
    std::vector<std::pair<std::string, std::optional<std::string>>> changed_;
    std::vector<Clash> clashes_;
};

void merge_change(Merge& merge, const FormChange& change, const Fields& before) {
    for (const auto& row : change.remove_rows) {
        const auto prefix = row + ".";
        if (!row_field(prefix + "label") && !row_field(prefix + "source") && !row_field(prefix + "scheme")) continue;
        for (auto it = before.lower_bound(prefix); it != before.end() && it->first.starts_with(prefix); ++it)
            merge.apply(it->first, std::nullopt);
    }
    for (const auto& [field, value] : change.set)
        if (is_field(field)) merge.apply(field, value);
}

base::Result<Saved> saved(const Desk& desk, db::Reader& reader, const Application& file, const Fields& fields) {
    const auto edition = TRY(internal::edition_of(desk, reader, file));
    auto reading = read(fields, *edition);
    Saved result{.version = file.form_version};
    for (const auto& field : reading.missing) reading.faults.erase(field);
    result.faults = std::move(reading.faults);
    result.missing.assign(reading.missing.begin(), reading.missing.end());
    result.estimate = estimate(*edition, TRY(internal::facts_for(desk, reader, file, *edition, reading.project)));
    return result;
}

}  // namespace

std::string_view name(Provenance provenance) {
    return std::find_if(kProvenances.begin(), kProvenances.end(),
                        [&](const auto& row) { return row.first == provenance; })
        ->second;
}

std::optional<Provenance> parse_provenance(std::string_view name) {
    auto found =
        std::find_if(kProvenances.begin(), kProvenances.end(), [&](const auto& row) { return row.second == name; });
    if (found == kProvenances.end()) return std::nullopt;
    return found->first;
}

std::optional<Created> open_file_of(db::Reader& reader, EditionId edition, std::string_view siren) {
    return reader.first(kOpenFile, {edition, siren}, [](const db::Row& row) {
        return Created{.id = row.id<ApplicationId>(0), .number = row.string(1)};
    });
}

base::Result<Created> create_draft(const Desk& desk, db::Writer& writer, const NewDraft& draft, const Actor& actor) {
    TRY(internal::check_party(actor, draft.siren, internal::kApplicantSide));
    const auto edition = find_edition(writer, draft.edition);
    if (!edition) return fail(Code::NotFound, "no edition " + std::to_string(draft.edition.value));
    if (edition->status != EditionStatus::Open) {
        return fail(Code::Refused, "edition " + edition->name() + " is not open",
                    {"application.edition_not_open", {{"edition", edition->edition}}});
    }
    const auto existing = open_file_of(writer, draft.edition, draft.siren);
    if (existing && !draft.another) {
        return fail(
            Code::Conflict, "there is a file already: " + existing->number,
            {"application.draft_exists", {{"number", existing->number}, {"id", std::to_string(existing->id.value)}}});
    }
    return insert_draft(desk, writer, draft, *edition, actor);
}

base::Result<Created> create_draft(const Desk& desk, const NewDraft& draft, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) { return create_draft(desk, writer, draft, actor); });
}

base::Result<Saved> autosave(const Desk& desk, db::Writer& writer, ApplicationId id, std::int64_t expected,
                             const FormChange& change, const Actor& actor) {
    auto file = TRY(internal::need_readable(writer, id, actor));
    TRY(internal::check_party(actor, file.siren, internal::kApplicantSide));
    if (expected < 0 || expected > file.form_version)
        return fail(Code::Invalid, "no such version of the form", {"application.no_such_version", {}});
    auto fields = TRY(internal::fields_of(writer, id));
    TRY(check(change, fields));
    const bool held = applicant_holds_pen(file.state);
    const auto before = fields;
    Merge merge(writer, file, fields, expected, held, actor.id);
    merge_change(merge, change, before);

    const auto now = desk.clock.now();
    if (!merge.changed().empty()) {
        const auto edition = TRY(internal::edition_of(desk, writer, file));
        const auto project = read(fields, *edition).project;
        const auto cameras = project.cameras > 0 ? std::optional(project.cameras) : std::nullopt;
        file.form_version = writer.number(kSave, {id, project.title, project.nature, project.total_ht(), cameras, now});
        writer.execute(kSaveForm, {id, to_json(fields)});
        for (const auto& [field, value] : merge.changed())
            writer.execute(kAddChange, {id, file.form_version, field, value, 0, actor.id, now});
        if (project.title != file.title) internal::index_words(writer, id);
    }
    for (const auto& clash : merge.clashes())
        writer.execute(kAddChange, {id, file.form_version, clash.field, clash.typed, 1, actor.id, now});
    auto result = TRY(saved(desk, writer, file, fields));
    result.clashes = std::move(merge.clashes());
    result.held = held;
    return result;
}

base::Result<Saved> autosave(const Desk& desk, ApplicationId id, std::int64_t expected, const FormChange& change,
                             const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) { return autosave(desk, writer, id, expected, change, actor); });
}

std::vector<FieldChange> form_history(db::Reader& reader, ApplicationId id, std::string_view field, int limit) {
    std::vector<FieldChange> all;
    reader.query(kHistory, {id, field, limit}, [&](const db::Row& row) {
        all.push_back({.version = row.integer(0),
                       .field = row.string(1),
                       .before = row.is_null(2) ? std::nullopt : std::optional(row.string(2)),
                       .clash = row.flag(3),
                       .by = row.id<PersonId>(4),
                       .at = row.timestamp(5)});
    });
    return all;
}

base::Result<Estimate> live_estimate(const Desk& desk, db::Reader& reader, ApplicationId id) {
    const auto file = TRY(internal::need(reader, id));
    const auto edition = TRY(internal::edition_of(desk, reader, file));
    const auto project = read(TRY(internal::fields_of(reader, id)), *edition).project;
    return estimate(*edition, TRY(internal::facts_for(desk, reader, file, *edition, project)));
}

base::Result<Estimate> first_estimate(const Desk& desk, db::Reader& reader, EditionId edition_id,
                                      std::string_view siren, const Project& project) {
    const auto edition = TRY(desk.editions.get(reader, edition_id));
    const auto today = base::paris_date(desk.clock.now());
    auto facts = TRY(applicant_facts(reader, desk.territory, *edition, siren, today));
    facts = facts_of(std::move(facts), project, *edition);
    facts.filed = today;
    facts.decided = today;
    return estimate(*edition, std::move(facts));
}

}  // namespace beffroi::aides::application
