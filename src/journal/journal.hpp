// The record of acts: who did what to which thing, when and in which role. Only ever appended; each entry holds the
// hash of the one before it, so that a change, a removal or an insertion is found and located (docs/formats/journal.md
// describes the bytes).
//
// What it does not protect from is someone who rewrites the whole chain after a point: keep a Head elsewhere (print it,
// mail it, publish it) and give it to verify().
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/hash.hpp"
#include "db/db.hpp"

namespace beffroi::journal {

// The facts of an act as canonical JSON: keys sorted by their bytes, no space, whole numbers only.
//   journal::details({{"reason", reason}, {"amount_cents", amount}, {"late", false}})
using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::string>;
struct Fact {
    template <typename T>
    Fact(std::string_view name, const T& fact) : key(name), value(to_value(fact)) {}
    std::string_view key;
    Value value;

  private:
    static Value to_value(std::nullptr_t) { return nullptr; }
    static Value to_value(bool v) { return v; }
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    static Value to_value(T v) {
        return static_cast<std::int64_t>(v);
    }
    static Value to_value(base::Cents v) { return v.value; }
    static Value to_value(base::Timestamp v) { return v.ms; }
    static Value to_value(base::Date v) { return base::iso(v); }
    static Value to_value(std::string_view v) { return std::string(v); }
    static Value to_value(const char* v) { return std::string(v); }
    static Value to_value(const std::string& v) { return v; }
    template <typename Tag>
    static Value to_value(base::Id<Tag> v) {
        return v.value;
    }
    template <typename T>
    static Value to_value(const std::optional<T>& v) {
        return v ? to_value(*v) : Value(nullptr);
    }
};
[[nodiscard]] std::string details(std::initializer_list<Fact> facts);
// The same form for nested JSON made elsewhere. Invalid: not JSON, a key twice, a number with a fraction or an
// exponent.
[[nodiscard]] base::Result<std::string> canonical_json(std::string_view json);

struct Subject {
    std::string kind;  // "application", "envelope", "person" …
    std::int64_t id = 0;
};

struct Entry {
    base::Timestamp at;
    std::int64_t actor = 0;  // a person's id; 0: the program itself
    std::string actor_name;  // as it was then: people change names and leave
    std::string role;        // in which they acted: "officer", "cosigner", "system" …
    std::string kind;        // "application.filed"
    Subject subject;
    std::string detail = "{}";  // from details() or canonical_json()
};

struct Record {
    std::int64_t seq = 0;
    Entry entry;
    crypto::Digest hash;
};

// Where the chain stood at a moment; {0, zeros} before the first entry.
struct Head {
    std::int64_t seq = 0;
    crypto::Digest hash{};
    bool operator==(const Head&) const = default;
};
[[nodiscard]] std::string to_text(const Head& head);  // "1234:9f86d0…" (64 hexadecimal digits)
[[nodiscard]] base::Result<Head> parse_head(std::string_view text);

// Adds an entry in the caller's transaction, which is that of the act itself: both are kept or neither. Gives its
// number.
std::int64_t append(db::Writer& writer, const Entry& entry);

[[nodiscard]] Head head(db::Reader& reader);

// All that happened to one thing, the oldest first.
[[nodiscard]] std::vector<Record> history(db::Reader& reader, const Subject& subject);

// For the auditor's page: the newest first, at most `limit` entries before `before` (0: from the end). An empty filter
// is none.
struct Filter {
    std::string subject_kind;
    std::int64_t subject_id = 0;        // only with subject_kind
    std::optional<std::int64_t> actor;  // 0 is the program itself
    std::string kind;                   // "application.filed", or its beginning with a final dot: "application."
    std::int64_t before = 0;
    int limit = 100;
};
[[nodiscard]] std::vector<Record> browse(db::Reader& reader, const Filter& filter);

enum class Fault {
    Missing,      // an entry is not there: its number is skipped
    Altered,      // the content does not give the hash that stands beside it
    BrokenLink,   // the entry does not follow the one that stands before it
    Truncated,    // the chain ends before the expected head
    HeadDiffers,  // the entry of the expected head has another hash: the chain was rewritten
};
[[nodiscard]] std::string_view fault_name(Fault fault);

struct Report {
    std::int64_t entries = 0;  // read and found right
    Head head;                 // of the last entry found right
    struct Break {
        std::int64_t seq = 0;  // the first wrong one
        Fault fault = Fault::Missing;
    };
    std::optional<Break> first_break;  // nothing: the journal is whole
    [[nodiscard]] bool whole() const { return !first_break.has_value(); }
};

// Reads the whole chain once, in constant memory, and stops at the first break. `expected` is a head kept elsewhere.
[[nodiscard]] base::Result<Report> verify(db::Reader& reader, std::optional<Head> expected = std::nullopt);

}  // namespace beffroi::journal
