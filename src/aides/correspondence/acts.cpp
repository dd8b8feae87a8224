#include "aides/correspondence/acts.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <boost/json.hpp>

#include "base/text.hpp"

namespace beffroi::aides::correspondence {

namespace {

using base::Code;

constexpr db::Query kFormerDraft{"act_former_draft",
                                 "SELECT id FROM act WHERE kind = $1 AND coalesce(application_id, 0) = $2 AND "
                                 "coalesce(sitting_id, 0) = $3 AND status = 'draft' ORDER BY id DESC LIMIT 1"};
constexpr db::Query kInsert{"act_insert",
                            "INSERT INTO act (kind, number, application_id, sitting_id, blob, title, status, tags) "
                            "VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7) RETURNING id"};
constexpr db::Query kRedraft{"act_redraft",
                             "UPDATE act SET number = $2, blob = $3, title = $4, tags = $5 "
                             "WHERE id = $1 AND status = 'draft'"};
constexpr db::Query kIssue{"act_issue",
                           "UPDATE act SET status = 'issued', issued_by = $2, issued_ms = $3 "
                           "WHERE id = $1 AND status = 'draft'"};
constexpr db::Query kSupersede{"act_supersede",
                               "UPDATE act SET status = 'superseded', superseded_by = $4 WHERE kind = $1 AND "
                               "coalesce(application_id, 0) = $2 AND coalesce(sitting_id, 0) = $3 AND id <> $4 AND "
                               "status = 'issued' AND ($2 <> 0 OR $3 <> 0)"};
constexpr db::Query kTags{"act_tags", "SELECT tags FROM act WHERE id = $1"};
constexpr db::Query kFind{"act_find",
                          "SELECT id, kind, number, application_id, sitting_id, blob, title, status, issued_by, "
                          "issued_ms, superseded_by FROM act WHERE id = $1"};
constexpr db::Query kOfApplication{"act_of_application",
                                   "SELECT id, kind, number, application_id, sitting_id, blob, title, status, "
                                   "issued_by, issued_ms, superseded_by FROM act WHERE application_id = $1 "
                                   "ORDER BY id DESC"};
constexpr db::Query kOfSitting{"act_of_sitting",
                               "SELECT id, kind, number, application_id, sitting_id, blob, title, status, issued_by, "
                               "issued_ms, superseded_by FROM act WHERE sitting_id = $1 ORDER BY id DESC"};

std::string text_or_empty(const db::Row& row, int column) {
    return row.is_null(column) ? std::string() : row.string(column);
}

ActStatus status_of(std::string_view name) {
    if (name == "issued") return ActStatus::Issued;
    if (name == "superseded") return ActStatus::Superseded;
    return ActStatus::Draft;
}

Act act_of(const db::Row& row) {
    return {.id = row.id<ActId>(0),
            .kind = row.string(1),
            .number = text_or_empty(row, 2),
            .application = ApplicationId{row.optional_integer(3).value_or(0)},
            .sitting = SittingId{row.optional_integer(4).value_or(0)},
            .blob = documents::BlobId{text_or_empty(row, 5)},
            .title = row.string(6),
            .status = status_of(row.text(7)),
            .issued_by = PersonId{row.optional_integer(8).value_or(0)},
            .issued = row.optional_timestamp(9),
            .superseded_by = ActId{row.optional_integer(10).value_or(0)}};
}

template <typename IdType>
std::optional<IdType> or_null(IdType id) {
    return id ? std::optional(id) : std::nullopt;
}

// The bytes are on disk before the row that names them; an act that is rolled back leaves bytes that nobody names.
ActId draft(db::Writer& writer, const NewAct& act, const documents::BlobId& blob) {
    const auto number = act.number.empty() ? std::nullopt : std::optional(act.number);
    const auto tags = to_json(act.tags);
    const ActId former{writer.number(kFormerDraft, {act.kind, act.application, act.sitting})};
    if (former && (act.application || act.sitting)) {
        writer.execute(kRedraft, {former, number, blob.hex, act.title, tags});
        return former;
    }
    return writer.insert<ActId>(
        kInsert, {act.kind, number, or_null(act.application), or_null(act.sitting), blob.hex, act.title, tags});
}

base::Result<documents::BlobId> print(const Office& office, const NewLetter& letter, base::Date date) {
    const auto doc = TRY(office.templates.render_letter(letter.kind, letter.act.tags, date));
    const auto pdf = TRY(office.writers->borrow()->write(doc, {.compact = false}));
    return TRY(office.blobs.put(pdf)).id;
}

}  // namespace

void set_sender(documents::Tags& tags, const Sender& sender, documents::LetterKind kind) {
    if (!sender.lines.empty()) {
        tags.set("region", sender.lines.front());
        tags.set("region_adresse", std::vector<std::string>(sender.lines.begin() + 1, sender.lines.end()));
    }
    tags.set("service", sender.service);
    tags.set("service_courriel", sender.email.empty() ? sender.contact : sender.email);
    if (!sender.phone.empty()) tags.set("service_telephone", sender.phone);
    tags.set("lieu", sender.place);
    tags.set("signataire_fonction", sender.signatory_function);
    tags.set("signataire_nom", sender.signatory_name);
    const auto allowed = documents::allowed_tags(kind);
    if (std::any_of(allowed.begin(), allowed.end(), [](const auto& tag) { return tag.name == "tribunal"; }))
        tags.set("tribunal", sender.court);
}

base::Result<ActId> draft_document(db::Writer& writer, const Office& office, const NewAct& act,
                                   std::string_view bytes) {
    return draft(writer, act, TRY(office.blobs.put(bytes)).id);
}

base::Status issue(db::Writer& writer, ActId act, const documents::Tags& expected, PersonId by, base::Timestamp at) {
    const auto found = find(writer, act);
    if (!found) return fail(Code::NotFound, "no act " + std::to_string(act.value));
    const auto tags = writer.first(kTags, {act}, [](const db::Row& row) { return row.string(0); });
    if (tags != to_json(expected)) {
        return fail(Code::Conflict, "the rows behind the draft have changed", {"correspondence.stale", {}});
    }
    if (writer.execute(kIssue, {act, by, at}) == 0) {
        return fail(Code::Conflict, "the act is no draft any more", {"correspondence.not_draft", {}});
    }
    writer.execute(kSupersede, {found->kind, found->application, found->sitting, act});
    return {};
}

base::Result<std::vector<ActId>> issue_letters(db::Writer& writer, const Office& office,
                                               std::span<const NewLetter> letters, base::Date date, PersonId by,
                                               base::Timestamp at) {
    if (letters.empty()) return std::vector<ActId>();
    std::vector<std::future<base::Result<documents::BlobId>>> others;
    for (const auto& letter : letters.subspan(1))
        others.push_back(std::async(std::launch::async, [&] { return print(office, letter, date); }));
    std::vector<documents::BlobId> blobs{TRY(print(office, letters.front(), date))};
    for (auto& other : others) blobs.push_back(TRY(other.get()));
    std::vector<ActId> acts;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const auto& act = letters[i].act;
        acts.push_back(draft(writer, act, blobs[i]));
        TRY(issue(writer, acts.back(), act.tags, by, at));
    }
    return acts;
}

std::optional<Act> find(db::Reader& reader, ActId act) {
    return reader.first(kFind, {act}, act_of);
}

std::vector<Act> acts_of(db::Reader& reader, ApplicationId application) {
    std::vector<Act> all;
    reader.query(kOfApplication, {application}, [&](const db::Row& row) { all.push_back(act_of(row)); });
    return all;
}

std::vector<Act> acts_of(db::Reader& reader, SittingId sitting) {
    std::vector<Act> all;
    reader.query(kOfSitting, {sitting}, [&](const db::Row& row) { all.push_back(act_of(row)); });
    return all;
}

base::Result<std::string> bytes(const Office& office, const Act& act) {
    if (act.blob.hex.empty()) return fail(Code::NotFound, "act " + std::to_string(act.id.value) + " has no bytes");
    return office.blobs.read(act.blob);
}

std::string to_json(const documents::Tags& tags) {
    std::string json = "{";
    for (const auto& [name, values] : tags.all()) {
        if (json.size() > 1) json += ',';
        json += base::json_string(name) + ":[";
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) json += ',';
            json += base::json_string(values[i]);
        }
        json += ']';
    }
    json += '}';
    return json;
}

base::Result<documents::Tags> tags_from_json(std::string_view json) {
    boost::system::error_code error;
    const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
    if (error || !value.is_object()) return fail(Code::Corrupt, "tags are not a JSON object");
    documents::Tags tags;
    for (const auto& member : value.get_object()) {
        if (!member.value().is_array()) return fail(Code::Corrupt, "a tag is not an array");
        std::vector<std::string> values;
        for (const auto& each : member.value().get_array()) {
            if (!each.is_string()) return fail(Code::Corrupt, "a tag's value is not a string");
            values.emplace_back(each.get_string().c_str(), each.get_string().size());
        }
        tags.set(std::string_view(member.key().data(), member.key().size()), std::move(values));
    }
    return tags;
}

}  // namespace beffroi::aides::correspondence
