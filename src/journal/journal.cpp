#include "journal/journal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace beffroi::journal {

namespace {

using base::Code;
using crypto::Digest;

constexpr db::Query kLast{"journal_last", "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"};
constexpr db::Query kAppend{
    "journal_append",
    "INSERT INTO journal (seq, at_ms, actor, actor_name, role, kind, subject_kind, subject_id, detail, "
    "prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
#define BEFFROI_JOURNAL_COLUMNS \
    "seq, at_ms, actor, actor_name, role, kind, subject_kind, subject_id, detail, hash, prev_hash FROM journal "
constexpr db::Query kHistory{
    "journal_history", "SELECT " BEFFROI_JOURNAL_COLUMNS "WHERE subject_kind = $1 AND subject_id = $2 ORDER BY seq"};
constexpr db::Query kAll{"journal_all", "SELECT " BEFFROI_JOURNAL_COLUMNS "ORDER BY seq"};
constexpr std::string_view kBrowse = "SELECT " BEFFROI_JOURNAL_COLUMNS "WHERE seq < $1";
#undef BEFFROI_JOURNAL_COLUMNS

enum Column { Seq, At, Actor, ActorName, Role, Kind, SubjectKind, SubjectId, Detail, Hash, PrevHash };

// Feeds the canonical bytes of docs/formats/journal.md.
class EntryHasher {
  public:
    Digest operator()(const Digest& previous, std::int64_t seq, const Entry& entry) {
        hasher_.reset();
        hasher_.add("beffroi-journal/1\n");
        hasher_.add(previous);
        for (std::int64_t number : {seq, entry.at.ms, entry.actor, entry.subject.id})
            add_number(static_cast<std::uint64_t>(number), 8);
        for (const std::string* text :
             {&entry.actor_name, &entry.role, &entry.kind, &entry.subject.kind, &entry.detail}) {
            ASSERT(text->size() <= 0xFFFFFFFFu);
            add_number(text->size(), 4);
            hasher_.add(*text);
        }
        return hasher_.finish();
    }

  private:
    void add_number(std::uint64_t number, std::size_t size) {
        std::array<std::byte, 8> bytes{};
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(number >> (8 * (size - 1 - i)));
        hasher_.add(crypto::Bytes(bytes).first(size));
    }

    crypto::Sha256 hasher_;
};

// Zeros when the stored bytes are no digest: then it fits nothing, and verify() says where.
Digest digest(db::Bytes bytes) {
    Digest out{};
    if (bytes.size() == out.size()) std::ranges::copy(bytes, out.begin());
    return out;
}

Entry entry_of(const db::Row& row) {
    return {.at = row.timestamp(At),
            .actor = row.integer(Actor),
            .actor_name = row.string(ActorName),
            .role = row.string(Role),
            .kind = row.string(Kind),
            .subject = {row.string(SubjectKind), row.integer(SubjectId)},
            .detail = row.string(Detail)};
}

Record record_of(const db::Row& row) {
    return {row.integer(Seq), entry_of(row), digest(row.bytes(Hash))};
}

// Looks at one row after the other; tells the first that is wrong.
class Verifier {
  public:
    explicit Verifier(std::optional<Head> expected) : expected_(expected) {
        if (expected_ && expected_->seq == 0 && expected_->hash != Digest{}) fail(0, Fault::HeadDiffers);
    }

    bool look(const db::Row& row) {
        std::int64_t seq = row.integer(Seq);
        std::int64_t due = report_.head.seq + 1;
        if (seq != due) return fail(std::min(seq, due), seq > due ? Fault::Missing : Fault::BrokenLink);
        if (row.bytes(PrevHash).size() != Digest{}.size() || digest(row.bytes(PrevHash)) != report_.head.hash)
            return fail(seq, Fault::BrokenLink);
        Digest computed = hasher_(report_.head.hash, seq, entry_of(row));
        if (row.bytes(Hash).size() != computed.size() || digest(row.bytes(Hash)) != computed)
            return fail(seq, Fault::Altered);
        if (expected_ && seq == expected_->seq && computed != expected_->hash) return fail(seq, Fault::HeadDiffers);
        report_.head = {seq, computed};
        ++report_.entries;
        return true;
    }

    Report finish() {
        if (report_.whole() && expected_ && expected_->seq > report_.head.seq)
            fail(report_.head.seq + 1, Fault::Truncated);
        return report_;
    }

    [[nodiscard]] bool broken() const { return !report_.whole(); }

  private:
    bool fail(std::int64_t seq, Fault fault) {
        report_.first_break = Report::Break{seq, fault};
        return false;
    }

    std::optional<Head> expected_;
    EntryHasher hasher_;
    Report report_;
};

}  // namespace

std::string to_text(const Head& head) {
    return std::to_string(head.seq) + ":" + crypto::hex(head.hash);
}

base::Result<Head> parse_head(std::string_view text) {
    Head head;
    const char* begin = text.data();
    const char* end = begin + text.size();
    auto [stop, error] = std::from_chars(begin, end, head.seq);
    if (error != std::errc() || stop == end || *stop != ':' || head.seq < 0)
        return base::fail(Code::Invalid, "a head of the journal is written NUMBER:HASH");
    std::string bytes = TRY(crypto::from_hex(std::string_view(stop + 1, static_cast<std::size_t>(end - stop - 1))));
    if (bytes.size() != head.hash.size())
        return base::fail(Code::Invalid, "the hash of a head has 64 hexadecimal digits");
    head.hash = digest(crypto::as_bytes(bytes));
    return head;
}

std::int64_t append(db::Writer& writer, const Entry& entry) {
    // The writer is alone until it commits: nobody can come between this head and the entry that follows it.
    Head last = head(writer);
    std::int64_t seq = last.seq + 1;
    Digest hash = EntryHasher()(last.hash, seq, entry);
    writer.execute(kAppend, {seq, entry.at, entry.actor, entry.actor_name, entry.role, entry.kind, entry.subject.kind,
                             entry.subject.id, entry.detail, db::Bytes(last.hash), db::Bytes(hash)});
    return seq;
}

Head head(db::Reader& reader) {
    return reader.first(kLast, {}, [](const db::Row& row) { return Head{row.integer(0), digest(row.bytes(1))}; })
        .value_or(Head{});
}

std::vector<Record> history(db::Reader& reader, const Subject& subject) {
    std::vector<Record> records;
    reader.query(kHistory, {subject.kind, subject.id}, [&](const db::Row& row) { records.push_back(record_of(row)); });
    return records;
}

std::vector<Record> browse(db::Reader& reader, const Filter& filter) {
    std::string sql(kBrowse);
    std::vector<db::Param> params{filter.before > 0 ? filter.before : std::numeric_limits<std::int64_t>::max()};
    auto add = [&](std::string_view condition, db::Param param) {
        params.push_back(param);
        sql += condition;
        sql += std::to_string(params.size());
    };
    if (!filter.subject_kind.empty()) add(" AND subject_kind = $", filter.subject_kind);
    if (!filter.subject_kind.empty() && filter.subject_id != 0) add(" AND subject_id = $", filter.subject_id);
    if (filter.actor) add(" AND actor = $", *filter.actor);
    std::string after;
    if (!filter.kind.empty() && filter.kind.back() == '.') {
        // All that begins so: up to the sign that follows the dot.
        after = filter.kind;
        after.back() = '/';
        add(" AND kind >= $", filter.kind);
        add(" AND kind < $", after);
    } else if (!filter.kind.empty()) {
        add(" AND kind = $", filter.kind);
    }
    add(" ORDER BY seq DESC LIMIT $", std::clamp(filter.limit, 1, 10'000));
    std::vector<Record> records;
    reader.run({"journal_browse", sql}, params, [&](const db::Row& row) {
        records.push_back(record_of(row));
        return true;
    });
    return records;
}

std::string_view fault_name(Fault fault) {
    switch (fault) {
        case Fault::Missing:
            return "missing";
        case Fault::Altered:
            return "altered";
        case Fault::BrokenLink:
            return "broken link";
        case Fault::Truncated:
            return "truncated";
        case Fault::HeadDiffers:
            return "head differs";
    }
    return "altered";
}

base::Result<Report> verify(db::Reader& reader, std::optional<Head> expected) {
    Verifier verifier(expected);
    if (verifier.broken()) return verifier.finish();
    reader.query(kAll, {}, [&](const db::Row& row) { return verifier.look(row); });
    return verifier.finish();
}

}  // namespace beffroi::journal
