// Links by which a password is chosen, and changing it.
#include "accounts/attempts.hpp"
#include "accounts/rows.hpp"
#include "crypto/hash.hpp"

namespace beffroi::accounts {

namespace {

using base::Code;

constexpr db::Query kLink{
    "activation_find",
    "SELECT person_id FROM activation WHERE token_hash = $1 AND used_ms IS NULL AND expires_ms > $2"};
constexpr db::Query kUse{
    "activation_use",
    "UPDATE activation SET used_ms = $2 WHERE token_hash = $1 AND used_ms IS NULL AND expires_ms > $2"};
constexpr db::Query kDropOthers{"activation_drop_others",
                                "DELETE FROM activation WHERE person_id = $1 AND token_hash <> $2"};
constexpr db::Query kSet{"person_set_password",
                         "UPDATE person SET password_hash = $2, password_set_ms = $3 WHERE id = $1"};
constexpr db::Query kPurgeLinks{"activation_purge", "DELETE FROM activation WHERE expires_ms < $1"};

// How often one address can have itself written to; an hour's worth of mail, not a flood.
constexpr AttemptRules kMailRules{.failures_before_lock = 4, .first_lock_ms = 3'600'000, .longest_lock_ms = 3'600'000};
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

base::Error dead_link() {
    return {Code::NotFound, "link unknown, used or expired", {"accounts.link.dead", {}}};
}

std::optional<PersonRow> person_of_link(db::Reader& reader, const crypto::Digest& hash, base::Timestamp now) {
    PersonId id{reader.number(kLink, {db::Bytes(hash), now})};
    auto row = id ? person_row(reader, id) : std::nullopt;
    if (row && row->disabled) return std::nullopt;
    return row;
}

}  // namespace

base::Result<Activation> Accounts::invite(const Principal& by, PersonId person) {
    std::string_view role = TRY(as_administrator(by));
    base::Timestamp now = clock_.now();
    return database_.write([&](db::Writer& writer) -> base::Result<Activation> {
        auto row = person_row(writer, person);
        if (!row || row->disabled) return base::fail(Code::NotFound, "no such person");
        drop_links(writer, person);
        base::Timestamp expires{now.ms + options_.activation_ms};
        record(writer, now, by, role, "person.invited", person, journal::details({{"expires", base::iso(expires)}}));
        return Activation{row->id, row->email, row->name, row->language, add_link(writer, person, now, expires),
                          expires};
    });
}

base::Result<std::optional<Activation>> Accounts::forgot_password(std::string_view email) {
    std::string key = TRY(email_key(email));
    base::Timestamp now = clock_.now();
    return database_.write([&](db::Writer& writer) -> base::Result<std::optional<Activation>> {
        // Counted for unknown addresses too: the same work, and nobody's mailbox is flooded.
        if (count_attempt(writer, kMailRules, "forgot_password", key, now).wait_ms) return std::nullopt;
        auto row = person_row(writer, key);
        if (!row || row->disabled) return std::nullopt;
        base::Timestamp expires{now.ms + options_.reset_ms};
        return Activation{row->id, row->email, row->name, row->language, add_link(writer, row->id, now, expires),
                          expires};
    });
}

std::optional<Person> Accounts::activation_of(std::string_view token) {
    crypto::Digest hash = crypto::sha256(token);
    base::Timestamp now = clock_.now();
    auto row = database_.read([&](db::Reader& reader) { return person_of_link(reader, hash, now); });
    if (!row) return std::nullopt;
    return person(row->id);
}

base::Result<PersonId> Accounts::activate(std::string_view token, std::string_view password) {
    crypto::Digest hash = crypto::sha256(token);
    base::Timestamp now = clock_.now();
    auto row = database_.read([&](db::Reader& reader) { return person_of_link(reader, hash, now); });
    if (!row) return std::unexpected(dead_link());
    // The link still works after a password that is too short.
    TRY(check_password(password, row->email, row->name));
    std::string password_hash = TRY(hasher_.hash(password));
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        // Asked again inside the change: of two who click at once, one sets the password.
        if (writer.execute(kUse, {db::Bytes(hash), now}) == 0) return std::unexpected(dead_link());
        writer.execute(kDropOthers, {row->id, db::Bytes(hash)});
        writer.execute(kSet, {row->id, password_hash, now});
        wipe_attempts(writer, "sign_in", TRY(email_key(row->email)));
        Sessions::end_all_in(writer, row->id);
        record_self(writer, now, *row, "person.password_set", journal::details({{"by", "link"}}));
        return {};
    }));
    sessions_.forget(row->id);
    log_.info("accounts.password_set", {{"person", std::to_string(row->id.value)}});
    return row->id;
}

base::Status Accounts::change_password(const Principal& by, std::string_view current, std::string_view wanted,
                                       std::string_view session_token) {
    base::Timestamp now = clock_.now();
    AttemptRules rules{options_.failures_before_lock, options_.first_lock_ms, options_.longest_lock_ms};
    std::string who = std::to_string(by.id.value);
    PersonRow row = TRY(database_.write([&](db::Writer& writer) -> base::Result<PersonRow> {
        auto found = person_row(writer, by.id);
        if (!found || found->disabled) return base::fail(Code::Refused, "sign in to change the password");
        if (auto wait = count_attempt(writer, rules, "password", who, now).wait_ms)
            return std::unexpected(too_many(*wait));
        return *found;
    }));
    if (!TRY(hasher_.verify(row.password_hash, current)))
        return base::fail(Code::Invalid, "the present password is wrong", {"accounts.password.wrong_current", {}});
    TRY(check_password(wanted, row.email, row.name));
    if (wanted == current) return base::fail(Code::Invalid, "the same password again", {"accounts.password.same", {}});
    std::string hash = TRY(hasher_.hash(wanted));
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        wipe_attempts(writer, "password", who);
        writer.execute(kSet, {row.id, hash, now});
        drop_links(writer, row.id);
        Sessions::end_all_in(writer, row.id, session_token);
        record_self(writer, now, row, "person.password_set", journal::details({{"by", "change"}}));
        return {};
    }));
    sessions_.forget(row.id);
    return {};
}

std::int64_t Accounts::purge() {
    base::Timestamp now = clock_.now();
    std::int64_t rows = base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Result<std::int64_t> {
        std::int64_t links = writer.execute(kPurgeLinks, {now.ms - kDayMs});
        return links + purge_attempts(writer, now);
    }));
    return rows + sessions_.purge();
}

}  // namespace beffroi::accounts
