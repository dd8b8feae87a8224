// The envelope of an edition, as a ledger: opened, topped up, reserved for a file when it is proposed, committed when
// it is voted, released when the file needs it no more. Entries are only ever added; the balance row beside them is
// what makes a commitment above the envelope impossible, whoever writes at the same time (one guarded UPDATE and a
// CHECK in the database).
//
// Money is in cents. Every function that changes something runs inside the caller's transaction and must be followed by
// its journal entry there. An application holds money on one envelope at most.
//
// Errors: Refused when the money is not there, with the sentence "envelope.short" and the figures {asked} and {free};
// NotFound; Invalid for amounts that are not above zero. Threads: as the Reader or Writer given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/envelope/ids.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace beffroi::aides::envelope {

// Who, when, under which act (a resolution, or the number of the file), why.
struct Stamp {
    PersonId actor;
    base::Timestamp at;
    std::string act;
    std::string reason;
};

struct Balance {
    base::Cents authorised;  // opened + topped up − reduced
    base::Cents reserved;    // proposed, not voted yet
    base::Cents committed;   // voted, less what was released
    [[nodiscard]] base::Cents free() const { return authorised - reserved - committed; }
    bool operator==(const Balance&) const = default;
};

enum class EntryKind { Opened, ToppedUp, Reduced, Reserved, Unreserved, Committed, Released };
// "topped_up": in the database, and the last part of the keys envelope.kind.<name>.
[[nodiscard]] std::string_view name(EntryKind kind);
[[nodiscard]] std::optional<EntryKind> parse_entry_kind(std::string_view name);

struct Entry {
    EntryId id;
    EnvelopeId envelope;
    base::Timestamp at;
    EntryKind kind = EntryKind::Opened;
    base::Cents cents;          // always above zero: the kind says the direction
    ApplicationId application;  // 0 for the entries of the envelope itself
    std::string act;
    PersonId actor;
    std::string reason;
};

struct Envelope {
    EnvelopeId id;
    std::string scheme;   // "hdf-videoprotection"
    std::string edition;  // "2022"
    std::string name;
    Balance balance;
};

// --- what changes ---

// Conflict when this edition has an envelope already. The amount may be zero (to be topped up later).
[[nodiscard]] base::Result<EnvelopeId> open(db::Writer& writer, std::string_view scheme, std::string_view edition,
                                            std::string_view name, base::Cents cents, const Stamp& stamp);
[[nodiscard]] base::Status top_up(db::Writer& writer, EnvelopeId envelope, base::Cents cents, const Stamp& stamp);
// Refused below what is reserved and committed.
[[nodiscard]] base::Status reduce(db::Writer& writer, EnvelopeId envelope, base::Cents cents, const Stamp& stamp);

[[nodiscard]] base::Status reserve(db::Writer& writer, EnvelopeId envelope, ApplicationId application,
                                   base::Cents cents, const Stamp& stamp);
// All that is reserved for the file; gives it. Zero, and no entry, when nothing is.
[[nodiscard]] base::Result<base::Cents> unreserve(db::Writer& writer, ApplicationId application, const Stamp& stamp);
// From reserved to committed. `cents` is at most what is reserved for the file; the difference is unreserved.
[[nodiscard]] base::Status commit(db::Writer& writer, ApplicationId application, base::Cents cents, const Stamp& stamp);
// Gives committed money back to the envelope (lapse, reduction): at most what is committed for the file.
[[nodiscard]] base::Status release(db::Writer& writer, ApplicationId application, base::Cents cents,
                                   const Stamp& stamp);

// --- what is read ---

[[nodiscard]] std::optional<Envelope> find(db::Reader& reader, std::string_view scheme, std::string_view edition);
[[nodiscard]] std::optional<Envelope> find(db::Reader& reader, EnvelopeId envelope);
[[nodiscard]] std::vector<Envelope> list(db::Reader& reader);
// NotFound when there is no such envelope.
[[nodiscard]] base::Result<Balance> balance(db::Reader& reader, EnvelopeId envelope);
// Newest first; `before` 0 starts at the newest, then the id of the last one seen.
[[nodiscard]] std::vector<Entry> entries(db::Reader& reader, EnvelopeId envelope, EntryId before = {}, int limit = 100);

// What one file holds.
struct Holding {
    EnvelopeId envelope;  // 0: it never held anything
    base::Cents reserved;
    base::Cents committed;
};
[[nodiscard]] Holding holding(db::Reader& reader, ApplicationId application);

struct DepartmentTotal {
    std::string department;
    std::int64_t files = 0;  // that hold something
    base::Cents reserved;
    base::Cents committed;
};
// In the order of the department codes; departments without money are left out.
[[nodiscard]] std::vector<DepartmentTotal> department_totals(db::Reader& reader, EnvelopeId envelope);

// Recomputes every balance from its entries. Gives what does not agree: empty when all is well.
struct Mismatch {
    EnvelopeId envelope;
    Balance stored;
    Balance recomputed;
    ApplicationId application;  // not 0: this file's own entries go below zero or stand on two envelopes
};
[[nodiscard]] std::vector<Mismatch> verify(db::Reader& reader);

}  // namespace beffroi::aides::envelope
