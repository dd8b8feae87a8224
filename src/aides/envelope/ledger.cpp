#include "aides/envelope/ledger.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/money.hpp"

namespace beffroi::aides::envelope {

namespace {

using base::Cents;
using base::Code;

constexpr db::Query kExists{"envelope_exists", "SELECT id FROM envelope WHERE scheme = $1 AND edition = $2"};
constexpr db::Query kOpen{"envelope_open",
                          "INSERT INTO envelope (scheme, edition, name, authorised_cents) VALUES ($1, $2, $3, $4) "
                          "RETURNING id"};
constexpr db::Query kAddEntry{
    "envelope_entry_add",
    "INSERT INTO envelope_entry (envelope_id, at_ms, kind, cents, application_id, act, actor, reason) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};

// Each change is one guarded UPDATE: it changes no row when the money is not there, whoever else writes.
constexpr db::Query kTopUp{"envelope_top_up",
                           "UPDATE envelope SET authorised_cents = authorised_cents + $2 WHERE id = $1"};
constexpr db::Query kReduce{"envelope_reduce",
                            "UPDATE envelope SET authorised_cents = authorised_cents - $2 "
                            "WHERE id = $1 AND authorised_cents - reserved_cents - committed_cents >= $2"};
constexpr db::Query kReserve{"envelope_reserve",
                             "UPDATE envelope SET reserved_cents = reserved_cents + $2 "
                             "WHERE id = $1 AND authorised_cents - reserved_cents - committed_cents >= $2"};
constexpr db::Query kUnreserve{
    "envelope_unreserve",
    "UPDATE envelope SET reserved_cents = reserved_cents - $2 WHERE id = $1 AND reserved_cents >= $2"};
constexpr db::Query kCommit{"envelope_commit",
                            "UPDATE envelope SET reserved_cents = reserved_cents - $2, committed_cents = "
                            "committed_cents + $2 WHERE id = $1 AND reserved_cents >= $2"};
constexpr db::Query kRelease{
    "envelope_release",
    "UPDATE envelope SET committed_cents = committed_cents - $2 WHERE id = $1 AND committed_cents >= $2"};

constexpr db::Query kFindByEdition{"envelope_find_edition",
                                   "SELECT id, scheme, edition, name, authorised_cents, reserved_cents, "
                                   "committed_cents FROM envelope WHERE scheme = $1 AND edition = $2"};
constexpr db::Query kFind{"envelope_find",
                          "SELECT id, scheme, edition, name, authorised_cents, reserved_cents, committed_cents "
                          "FROM envelope WHERE id = $1"};
constexpr db::Query kList{"envelope_list",
                          "SELECT id, scheme, edition, name, authorised_cents, reserved_cents, committed_cents "
                          "FROM envelope ORDER BY scheme, edition"};
constexpr db::Query kEntries{"envelope_entries",
                             "SELECT id, envelope_id, at_ms, kind, cents, application_id, act, actor, reason "
                             "FROM envelope_entry WHERE envelope_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};
constexpr db::Query kHolding{
    "envelope_holding",
    "SELECT (SELECT envelope_id FROM envelope_entry WHERE application_id = $1 ORDER BY id DESC LIMIT 1), "
    "sum(CASE kind WHEN 'reserved' THEN cents WHEN 'unreserved' THEN -cents WHEN 'committed' THEN -cents ELSE 0 END), "
    "sum(CASE kind WHEN 'committed' THEN cents WHEN 'released' THEN -cents ELSE 0 END) "
    "FROM envelope_entry WHERE application_id = $1"};
constexpr db::Query kDepartments{
    "envelope_departments",
    "SELECT a.department, count(DISTINCT CASE WHEN e.reserved <> 0 OR e.committed <> 0 THEN e.application_id END), "
    "sum(e.reserved), sum(e.committed) FROM ("
    "SELECT application_id, "
    "sum(CASE kind WHEN 'reserved' THEN cents WHEN 'unreserved' THEN -cents WHEN 'committed' THEN -cents ELSE 0 END) "
    "AS reserved, "
    "sum(CASE kind WHEN 'committed' THEN cents WHEN 'released' THEN -cents ELSE 0 END) AS committed "
    "FROM envelope_entry WHERE envelope_id = $1 AND application_id IS NOT NULL GROUP BY application_id) AS e "
    "JOIN application a ON a.id = e.application_id GROUP BY a.department "
    "HAVING sum(e.reserved) <> 0 OR sum(e.committed) <> 0 ORDER BY a.department"};
constexpr db::Query kAllEntries{"envelope_all_entries",
                                "SELECT envelope_id, kind, cents, application_id FROM envelope_entry ORDER BY id"};

constexpr auto kKinds = std::to_array<std::pair<EntryKind, std::string_view>>({
    {EntryKind::Opened, "opened"},
    {EntryKind::ToppedUp, "topped_up"},
    {EntryKind::Reduced, "reduced"},
    {EntryKind::Reserved, "reserved"},
    {EntryKind::Unreserved, "unreserved"},
    {EntryKind::Committed, "committed"},
    {EntryKind::Released, "released"},
});

void add_entry(db::Writer& writer, EnvelopeId envelope, EntryKind kind, Cents cents, ApplicationId application,
               const Stamp& stamp) {
    const std::optional<ApplicationId> file = application ? std::optional(application) : std::nullopt;
    writer.execute(kAddEntry,
                   {envelope, stamp.at, name(kind), cents, file, stamp.act, stamp.actor.value, stamp.reason});
}

// What holding() just told is there: anything else is our own mistake.
void must_change(db::Writer& writer, const db::Query& query, std::initializer_list<db::Param> params) {
    const auto changed = writer.execute(query, params);
    ASSERT(changed == 1);
}

base::Status above_zero(Cents cents) {
    if (cents <= Cents{}) {
        return fail(Code::Invalid, "an amount of the ledger must be above zero", {"envelope.not_above_zero", {}});
    }
    return {};
}

std::unexpected<base::Error> no_envelope(EnvelopeId envelope) {
    return fail(Code::NotFound, "no envelope " + std::to_string(envelope.value), {"envelope.none", {}});
}

std::string french(Cents amount) {
    return base::format_amount(amount, base::Language::Fr);
}

std::unexpected<base::Error> too_short(Cents asked, Cents available) {
    return fail(Code::Refused,
                "envelope short: asked " + base::plain_euros(asked) + ", free " + base::plain_euros(available),
                {"envelope.short", {{"asked", french(asked)}, {"free", french(available)}}});
}

Envelope envelope_of(const db::Row& row) {
    return {.id = row.id<EnvelopeId>(0),
            .scheme = row.string(1),
            .edition = row.string(2),
            .name = row.string(3),
            .balance = {.authorised = row.cents(4), .reserved = row.cents(5), .committed = row.cents(6)}};
}

}  // namespace

std::string_view name(EntryKind kind) {
    return std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& row) { return row.first == kind; })->second;
}

std::optional<EntryKind> parse_entry_kind(std::string_view name) {
    auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& row) { return row.second == name; });
    if (found == kKinds.end()) return std::nullopt;
    return found->first;
}

base::Result<EnvelopeId> open(db::Writer& writer, std::string_view scheme, std::string_view edition,
                              std::string_view name, Cents cents, const Stamp& stamp) {
    if (cents < Cents{}) return std::unexpected(above_zero(cents).error());
    if (writer.number(kExists, {scheme, edition}) != 0) {
        return fail(Code::Conflict, "this edition has an envelope already", {"envelope.exists", {}});
    }
    const auto id = writer.insert<EnvelopeId>(kOpen, {scheme, edition, name, cents});
    if (cents > Cents{}) add_entry(writer, id, EntryKind::Opened, cents, {}, stamp);
    return id;
}

base::Status top_up(db::Writer& writer, EnvelopeId envelope, Cents cents, const Stamp& stamp) {
    TRY(above_zero(cents));
    if (writer.execute(kTopUp, {envelope, cents}) == 0) return no_envelope(envelope);
    add_entry(writer, envelope, EntryKind::ToppedUp, cents, {}, stamp);
    return {};
}

base::Status reduce(db::Writer& writer, EnvelopeId envelope, Cents cents, const Stamp& stamp) {
    TRY(above_zero(cents));
    if (writer.execute(kReduce, {envelope, cents}) == 0) {
        const auto now = TRY(balance(writer, envelope));
        return too_short(cents, now.free());
    }
    add_entry(writer, envelope, EntryKind::Reduced, cents, {}, stamp);
    return {};
}

base::Status reserve(db::Writer& writer, EnvelopeId envelope, ApplicationId application, Cents cents,
                     const Stamp& stamp) {
    TRY(above_zero(cents));
    ASSERT(application);
    const auto held = holding(writer, application);
    if (held.envelope && held.envelope != envelope && (held.reserved + held.committed) > Cents{}) {
        return fail(Code::Conflict, "the file holds money on another envelope", {"envelope.other", {}});
    }
    if (writer.execute(kReserve, {envelope, cents}) == 0) {
        const auto now = TRY(balance(writer, envelope));
        return too_short(cents, now.free());
    }
    add_entry(writer, envelope, EntryKind::Reserved, cents, application, stamp);
    return {};
}

base::Result<Cents> unreserve(db::Writer& writer, ApplicationId application, const Stamp& stamp) {
    const auto held = holding(writer, application);
    if (held.reserved == Cents{}) return Cents{};
    must_change(writer, kUnreserve, {held.envelope, held.reserved});
    add_entry(writer, held.envelope, EntryKind::Unreserved, held.reserved, application, stamp);
    return held.reserved;
}

base::Status commit(db::Writer& writer, ApplicationId application, Cents cents, const Stamp& stamp) {
    TRY(above_zero(cents));
    const auto held = holding(writer, application);
    if (cents > held.reserved) return too_short(cents, held.reserved);
    if (cents < held.reserved) {
        const auto rest = held.reserved - cents;
        must_change(writer, kUnreserve, {held.envelope, rest});
        add_entry(writer, held.envelope, EntryKind::Unreserved, rest, application, stamp);
    }
    must_change(writer, kCommit, {held.envelope, cents});
    add_entry(writer, held.envelope, EntryKind::Committed, cents, application, stamp);
    return {};
}

base::Status release(db::Writer& writer, ApplicationId application, Cents cents, const Stamp& stamp) {
    TRY(above_zero(cents));
    const auto held = holding(writer, application);
    if (cents > held.committed) return too_short(cents, held.committed);
    must_change(writer, kRelease, {held.envelope, cents});
    add_entry(writer, held.envelope, EntryKind::Released, cents, application, stamp);
    return {};
}

std::optional<Envelope> find(db::Reader& reader, std::string_view scheme, std::string_view edition) {
    return reader.first(kFindByEdition, {scheme, edition}, envelope_of);
}

std::optional<Envelope> find(db::Reader& reader, EnvelopeId envelope) {
    return reader.first(kFind, {envelope}, envelope_of);
}

std::vector<Envelope> list(db::Reader& reader) {
    std::vector<Envelope> all;
    reader.query(kList, {}, [&](const db::Row& row) { all.push_back(envelope_of(row)); });
    return all;
}

base::Result<Balance> balance(db::Reader& reader, EnvelopeId envelope) {
    const auto found = find(reader, envelope);
    if (!found) return no_envelope(envelope);
    return found->balance;
}

std::vector<Entry> entries(db::Reader& reader, EnvelopeId envelope, EntryId before, int limit) {
    std::vector<Entry> found;
    const auto from = before ? before.value : INT64_MAX;
    reader.query(kEntries, {envelope, from, limit}, [&](const db::Row& row) {
        found.push_back({.id = row.id<EntryId>(0),
                         .envelope = row.id<EnvelopeId>(1),
                         .at = row.timestamp(2),
                         .kind = parse_entry_kind(row.text(3)).value_or(EntryKind::Opened),
                         .cents = row.cents(4),
                         .application = ApplicationId{row.optional_integer(5).value_or(0)},
                         .act = row.string(6),
                         .actor = row.id<PersonId>(7),
                         .reason = row.string(8)});
    });
    return found;
}

Holding holding(db::Reader& reader, ApplicationId application) {
    return reader
        .first(kHolding, {application},
               [](const db::Row& row) {
                   if (row.is_null(0)) return Holding{};
                   return Holding{
                       .envelope = row.id<EnvelopeId>(0), .reserved = row.cents(1), .committed = row.cents(2)};
               })
        .value_or(Holding{});
}

std::vector<DepartmentTotal> department_totals(db::Reader& reader, EnvelopeId envelope) {
    std::vector<DepartmentTotal> totals;
    reader.query(kDepartments, {envelope}, [&](const db::Row& row) {
        totals.push_back({.department = row.string(0),
                          .files = row.integer(1),
                          .reserved = row.cents(2),
                          .committed = row.cents(3)});
    });
    return totals;
}

namespace {

struct FileSums {
    std::int64_t envelope = 0;
    Cents reserved;
    Cents committed;
    bool wrong = false;
};

// Replays one entry on the sums of its envelope and of its file.
void replay(EntryKind kind, Cents cents, Balance& sums, FileSums* file) {
    switch (kind) {
        case EntryKind::Opened:
        case EntryKind::ToppedUp:
            sums.authorised += cents;
            return;
        case EntryKind::Reduced:
            sums.authorised -= cents;
            return;
        case EntryKind::Reserved:
            sums.reserved += cents;
            if (file) file->reserved += cents;
            return;
        case EntryKind::Unreserved:
            sums.reserved -= cents;
            if (file) file->reserved -= cents;
            return;
        case EntryKind::Committed:
            sums.reserved -= cents;
            sums.committed += cents;
            if (file) {
                file->reserved -= cents;
                file->committed += cents;
            }
            return;
        case EntryKind::Released:
            sums.committed -= cents;
            if (file) file->committed -= cents;
            return;
    }
}

}  // namespace

std::vector<Mismatch> verify(db::Reader& reader) {
    std::map<std::int64_t, Balance> sums;
    std::map<std::int64_t, FileSums> files;
    reader.query(kAllEntries, {}, [&](const db::Row& row) {
        const auto kind = parse_entry_kind(row.text(1));
        if (!kind) return;
        FileSums* file = row.is_null(3) ? nullptr : &files[row.integer(3)];
        if (file) {
            const bool holds = file->reserved != Cents{} || file->committed != Cents{};
            if (holds && file->envelope != row.integer(0)) file->wrong = true;
            file->envelope = row.integer(0);
        }
        replay(*kind, row.cents(2), sums[row.integer(0)], file);
        if (file && (file->reserved < Cents{} || file->committed < Cents{})) file->wrong = true;
    });
    std::vector<Mismatch> found;
    for (const auto& envelope : list(reader)) {
        const auto& recomputed = sums[envelope.id.value];
        if (recomputed == envelope.balance && recomputed.free() >= Cents{}) continue;
        found.push_back({.envelope = envelope.id, .stored = envelope.balance, .recomputed = recomputed});
    }
    for (const auto& [id, file] : files) {
        if (!file.wrong) continue;
        found.push_back({.envelope = EnvelopeId{file.envelope},
                         .stored = {},
                         .recomputed = {.reserved = file.reserved, .committed = file.committed},
                         .application = ApplicationId{id}});
    }
    return found;
}

}  // namespace beffroi::aides::envelope
