#include "aides/application/editions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "aides/scheme/cases.hpp"
#include "crypto/hash.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;

constexpr db::Query kSource{"edition_source", "SELECT source, scheme, name FROM edition WHERE id = $1"};
constexpr db::Query kInForce{
    "edition_in_force",
    "SELECT id, scheme, name, revision, sha256, status, published_ms, published_by FROM edition "
    "WHERE scheme = $1 AND name = $2 AND status <> 'superseded' ORDER BY revision DESC LIMIT 1"};
constexpr db::Query kFind{"edition_find",
                          "SELECT id, scheme, name, revision, sha256, status, published_ms, published_by FROM edition "
                          "WHERE id = $1"};
constexpr db::Query kAll{"edition_all",
                         "SELECT id, scheme, name, revision, sha256, status, published_ms, published_by FROM edition "
                         "ORDER BY name DESC, scheme, revision DESC"};
constexpr db::Query kLastRevision{"edition_last_revision",
                                  "SELECT coalesce(max(revision), 0) FROM edition WHERE scheme = $1 AND name = $2"};
constexpr db::Query kInsert{
    "edition_insert",
    "INSERT INTO edition (scheme, name, revision, source, sha256, status, published_ms, published_by) "
    "VALUES ($1, $2, $3, $4, $5, 'open', $6, $7) RETURNING id"};
constexpr db::Query kStatus{"edition_status", "UPDATE edition SET status = $2 WHERE id = $1"};
constexpr db::Query kPersonName{"edition_person", "SELECT name FROM person WHERE id = $1"};

constexpr auto kStatuses = std::to_array<std::pair<EditionStatus, std::string_view>>({
    {EditionStatus::Open, "open"},
    {EditionStatus::Closed, "closed"},
    {EditionStatus::Suspended, "suspended"},
    {EditionStatus::Superseded, "superseded"},
});

EditionRow row_of(const db::Row& row) {
    return {.id = row.id<EditionId>(0),
            .scheme = row.string(1),
            .edition = row.string(2),
            .revision = static_cast<int>(row.integer(3)),
            .sha256 = row.string(4),
            .status = parse_edition_status(row.text(5)).value_or(EditionStatus::Superseded),
            .published = row.timestamp(6),
            .published_by = row.id<PersonId>(7)};
}

void journal_edition(db::Writer& writer, std::string_view kind, EditionId id, PersonId by, base::Timestamp at,
                     std::string detail) {
    const auto name = writer.first(kPersonName, {by}, [](const db::Row& row) { return row.string(0); });
    journal::append(writer, {.at = at,
                             .actor = by.value,
                             .actor_name = name.value_or("beffroi-aides"),
                             .role = by ? "head" : "system",
                             .kind = std::string(kind),
                             .subject = {.kind = "edition", .id = id.value},
                             .detail = std::move(detail)});
}

envelope::Order order_of(scheme::SelectionOrder order) {
    switch (order) {
        case scheme::SelectionOrder::FirstCome:
            return envelope::Order::FirstCome;
        case scheme::SelectionOrder::PriorityThenDate:
            return envelope::Order::PriorityThenDate;
        case scheme::SelectionOrder::Committee:
            return envelope::Order::Committee;
    }
    return envelope::Order::FirstCome;
}

envelope::WhenShort when_short_of(scheme::WhenShort when) {
    switch (when) {
        case scheme::WhenShort::WaitingList:
            return envelope::WhenShort::WaitingList;
        case scheme::WhenShort::Refuse:
            return envelope::WhenShort::Refuse;
        case scheme::WhenShort::Reduce:
            return envelope::WhenShort::Reduce;
    }
    return envelope::WhenShort::WaitingList;
}

}  // namespace

std::string_view name(EditionStatus status) {
    return std::find_if(kStatuses.begin(), kStatuses.end(), [&](const auto& row) { return row.first == status; })
        ->second;
}

std::optional<EditionStatus> parse_edition_status(std::string_view name) {
    auto found = std::find_if(kStatuses.begin(), kStatuses.end(), [&](const auto& row) { return row.second == name; });
    if (found == kStatuses.end()) return std::nullopt;
    return found->first;
}

base::Result<scheme::EditionPtr> Editions::get(db::Reader& reader, EditionId id) {
    {
        const std::scoped_lock lock(mutex_);
        if (auto found = loaded_.find(id); found != loaded_.end()) return found->second;
    }
    struct Stored {
        std::string source;
        std::string file;
    };
    const auto stored = reader.first(kSource, {id}, [](const db::Row& row) {
        return Stored{row.string(0), row.string(1) + "/" + row.string(2) + ".toml"};
    });
    if (!stored) return fail(Code::NotFound, "no edition " + std::to_string(id.value));
    auto loaded = scheme::load_edition(stored->source, stored->file);
    if (!loaded.edition) {
        auto error = loaded.error();
        error.code = Code::Corrupt;
        return std::unexpected(std::move(error).wrapped("published edition " + stored->file));
    }
    const std::scoped_lock lock(mutex_);
    return loaded_.try_emplace(id, std::move(loaded.edition)).first->second;
}

base::Result<EditionId> publish(db::Writer& writer, std::string_view source, std::string_view cases, PersonId by,
                                base::Timestamp at) {
    auto loaded = scheme::load_edition(source, "edition.toml");
    if (!loaded.edition) return std::unexpected(loaded.error());
    const auto& edition = *loaded.edition;
    TRY(scheme::publishable(edition, scheme::load_cases(cases, "edition.cases.toml", edition)));
    const auto& model = edition.model();
    const auto sha256 = crypto::hex(crypto::sha256(source));
    const auto former = find_edition(writer, model.scheme, model.edition);
    if (former && former->sha256 == sha256) return former->id;
    const auto revision = writer.number(kLastRevision, {model.scheme, model.edition}) + 1;
    if (former) writer.execute(kStatus, {former->id, name(EditionStatus::Superseded)});
    const auto id = writer.insert<EditionId>(kInsert, {model.scheme, model.edition, revision, source, sha256, at, by});
    journal_edition(writer, "edition.published", id, by, at,
                    journal::details({{"edition", model.id()}, {"revision", revision}, {"sha256", sha256}}));
    return id;
}

base::Status set_status(db::Writer& writer, EditionId id, EditionStatus status, std::string_view reason, PersonId by,
                        base::Timestamp at) {
    const auto found = find_edition(writer, id);
    if (!found) return fail(Code::NotFound, "no edition " + std::to_string(id.value));
    if (found->status == EditionStatus::Superseded || status == EditionStatus::Superseded) {
        return fail(Code::Conflict, "a superseded edition stays so", {"application.edition_superseded", {}});
    }
    if (found->status == status) return {};
    writer.execute(kStatus, {id, name(status)});
    journal_edition(writer, "edition." + std::string(name(status)), id, by, at,
                    journal::details({{"edition", found->name()}, {"reason", reason}}));
    return {};
}

std::vector<EditionRow> editions(db::Reader& reader) {
    std::vector<EditionRow> all;
    reader.query(kAll, {}, [&](const db::Row& row) { all.push_back(row_of(row)); });
    return all;
}

std::optional<EditionRow> find_edition(db::Reader& reader, EditionId id) {
    return reader.first(kFind, {id}, row_of);
}

std::optional<EditionRow> find_edition(db::Reader& reader, std::string_view scheme, std::string_view edition) {
    return reader.first(kInForce, {scheme, edition}, row_of);
}

envelope::SelectionRules selection_rules(const scheme::Edition& edition, base::Date at) {
    const auto& selection = edition.model().selection;
    envelope::SelectionRules rules;
    rules.order = order_of(selection.order.value_or(at, scheme::SelectionOrder::FirstCome));
    rules.date = selection.date.value_or(at, scheme::SelectionDate::Complete) == scheme::SelectionDate::Filed
                     ? envelope::DateUsed::Filed
                     : envelope::DateUsed::Complete;
    rules.when_short = when_short_of(selection.when_short.value_or(at, scheme::WhenShort::WaitingList));
    rules.top_up_reopens = selection.top_up_reopens.value_or(at, true);
    const auto whole = edition.envelope_at(at);
    for (const auto& quota : edition.model().quotas) {
        if (const auto* amount = quota.amount.at(at); amount && amount->state != scheme::State::Unknown) {
            rules.quotas.push_back({.department = quota.department, .cents = amount->value, .used = {}});
        } else if (const auto* share = quota.share.at(at); share && share->state != scheme::State::Unknown && whole) {
            rules.quotas.push_back({.department = quota.department,
                                    .cents = base::apply(share->value, *whole, base::Rounding::Down),
                                    .used = {}});
        }
    }
    return rules;
}

}  // namespace beffroi::aides::application
