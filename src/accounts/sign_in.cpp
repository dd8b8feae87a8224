// Signing in: address and password, then the second factor.
#include "accounts/attempts.hpp"
#include "accounts/rows.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/totp.hpp"

namespace beffroi::accounts {

namespace {

using base::Code;

constexpr db::Query kRehash{"person_rehash",
                            "UPDATE person SET password_hash = $2 WHERE id = $1 AND password_hash = $3"};
constexpr db::Query kStep{"person_totp_step", "UPDATE person SET totp_last_step = $2 WHERE id = $1"};
constexpr db::Query kPending{"person_totp_pending", "UPDATE person SET totp_pending = $2 WHERE id = $1"};
constexpr db::Query kEnrol{
    "person_totp_set",
    "UPDATE person SET totp_secret = totp_pending, totp_pending = NULL, totp_last_step = $2 WHERE id = $1"};
constexpr db::Query kReset{
    "person_totp_reset",
    "UPDATE person SET totp_secret = NULL, totp_pending = NULL, totp_last_step = 0 WHERE id = $1 AND (totp_secret "
    "IS NOT NULL OR totp_pending IS NOT NULL)"};
constexpr db::Query kAddRecovery{"recovery_add", "INSERT INTO recovery_code (person_id, code_hash) VALUES ($1, $2)"};
constexpr db::Query kDropRecovery{"recovery_drop", "DELETE FROM recovery_code WHERE person_id = $1"};
constexpr db::Query kUseRecovery{
    "recovery_use",
    "UPDATE recovery_code SET used_ms = $3 WHERE person_id = $1 AND code_hash = $2 AND used_ms IS NULL"};

constexpr int kRecoveryCodes = 8;
constexpr std::size_t kRecoveryLength = 17;  // three of the four groups of a random password: 74 bits

base::Error wrong() {
    return {Code::Refused, "sign-in refused", {"accounts.sign_in.wrong", {}}};
}
base::Error wrong_code() {
    return {Code::Refused, "code refused", {"accounts.code.wrong", {}}};
}
base::Error no_session() {
    return {Code::Refused, "no session that awaits this", {"accounts.session.over", {}}};
}

std::string lower_without_spaces(std::string_view text) {
    std::string out;
    for (char c : text)
        if (c != ' ') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

// Whether the code is right, now and for the first time; what it uses up is used up in the caller's transaction.
bool take_code(db::Writer& writer, const PersonRow& person, std::string_view code, base::Timestamp now) {
    if (auto step = crypto::totp_step(person.totp_secret, code, now, person.totp_last_step)) {
        writer.execute(kStep, {person.id, *step});
        return true;
    }
    crypto::Digest hash = crypto::sha256(lower_without_spaces(code));
    if (writer.execute(kUseRecovery, {person.id, db::Bytes(hash), now}) == 0) return false;
    record_self(writer, now, person, "person.recovery_code_used", "{}");
    return true;
}

// What was typed, as a key for counting failures even when it is no address at all.
std::string typed_key(std::string_view email) {
    auto key = email_key(email);
    return key ? *key : std::string(base::trim(email.substr(0, 300)));
}

}  // namespace

base::Result<NewSession> Accounts::sign_in(std::string_view email, std::string_view password, std::string_view replaced,
                                           std::string_view origin) {
    base::Timestamp now = clock_.now();
    std::string key = typed_key(email);
    AttemptRules rules{options_.failures_before_lock, options_.first_lock_ms, options_.longest_lock_ms};
    std::optional<PersonRow> person;
    auto attempt = base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Result<Attempt> {
        person = person_row(writer, key);
        return count_attempt(writer, rules, "sign_in", key, now);
    }));
    if (attempt.wait_ms) {
        log_.warn("accounts.sign_in_locked", {{"origin", origin}});
        return std::unexpected(too_many(*attempt.wait_ms));
    }
    // No password is longer: the work stays bounded, and the same.
    bool right = TRY(hasher_.verify(person ? person->password_hash : "", password.substr(0, 1000)));
    if (!right || !person || person->disabled) {
        // The address is not written: people type their password there.
        log_.warn("accounts.sign_in_refused",
                  {{"origin", origin}, {"person", person ? std::to_string(person->id.value) : ""}});
        return std::unexpected(wrong());
    }
    std::string fresh = hasher_.outdated(person->password_hash) ? TRY(hasher_.hash(password)) : std::string();
    base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Status {
        wipe_attempts(writer, "sign_in", key);
        if (!fresh.empty()) writer.execute(kRehash, {person->id, fresh, person->password_hash});
        return {};
    }));
    log_.info("accounts.signed_in", {{"origin", origin}, {"person", std::to_string(person->id.value)}});
    return sessions_.start(person->id, SecondFactor::NotGiven, replaced);
}

base::Result<NewSession> Accounts::give_code(std::string_view session_token, std::string_view code) {
    auto resolved = sessions_.resolve(session_token);
    if (resolved == nullptr || resolved->session.awaiting != Awaiting::Code) return std::unexpected(no_session());
    base::Timestamp now = clock_.now();
    PersonId id = resolved->session.person;
    AttemptRules rules{options_.failures_before_lock, options_.first_lock_ms, options_.longest_lock_ms};
    std::string who = std::to_string(id.value);
    // The count is kept whatever the outcome, so the outcome is a value and not an error.
    base::Status outcome;
    base::value_or_throw(database_.write([&](db::Writer& writer) -> base::Status {
        auto person = person_row(writer, id);
        if (!person || person->disabled)
            outcome = std::unexpected(no_session());
        else if (auto wait = count_attempt(writer, rules, "code", who, now).wait_ms)
            outcome = std::unexpected(too_many(*wait));
        else if (!take_code(writer, *person, code.substr(0, 100), now))
            outcome = std::unexpected(wrong_code());
        else
            wipe_attempts(writer, "code", who);
        return {};
    }));
    if (!outcome) {
        log_.warn("accounts.code_refused", {{"person", who}});
        return std::unexpected(outcome.error());
    }
    return sessions_.start(id, SecondFactor::Given, session_token);
}

base::Result<Enrolment> Accounts::begin_enrolment(std::string_view session_token) {
    auto resolved = sessions_.resolve(session_token);
    if (resolved == nullptr || resolved->session.awaiting == Awaiting::Code) return std::unexpected(no_session());
    const Session& session = resolved->session;
    return database_.write([&](db::Writer& writer) -> base::Result<Enrolment> {
        auto person = person_row(writer, session.person);
        if (!person) return std::unexpected(no_session());
        if (!person->totp_secret.empty())
            return base::fail(Code::Conflict, "there is a second factor already", {"accounts.code.enrolled", {}});
        // The same again on a second visit: what the app has read stays right.
        std::string secret = person->totp_pending.empty() ? crypto::new_totp_secret() : person->totp_pending;
        db::Bytes bytes = crypto::as_bytes(secret);
        writer.execute(kPending, {person->id, bytes});
        return Enrolment{crypto::base32(secret), crypto::otpauth_uri(options_.issuer, person->email, secret)};
    });
}

base::Result<Accounts::Enrolled> Accounts::confirm_enrolment(std::string_view session_token, std::string_view code) {
    auto resolved = sessions_.resolve(session_token);
    if (resolved == nullptr || resolved->session.awaiting == Awaiting::Code) return std::unexpected(no_session());
    base::Timestamp now = clock_.now();
    PersonId id = resolved->session.person;
    std::vector<std::string> codes;
    codes.reserve(kRecoveryCodes);
    for (int i = 0; i < kRecoveryCodes; ++i) codes.push_back(crypto::random_password().substr(0, kRecoveryLength));
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        auto person = person_row(writer, id);
        if (!person || person->totp_pending.empty()) return std::unexpected(no_session());
        if (!person->totp_secret.empty())
            return base::fail(Code::Conflict, "there is a second factor already", {"accounts.code.enrolled", {}});
        auto step = crypto::totp_step(person->totp_pending, code, now, 0);
        if (!step) return std::unexpected(wrong_code());
        writer.execute(kEnrol, {id, *step});
        writer.execute(kDropRecovery, {id});
        for (const std::string& one : codes) {
            crypto::Digest hash = crypto::sha256(one);
            writer.execute(kAddRecovery, {id, db::Bytes(hash)});
        }
        // Whoever signed in elsewhere with the password alone signs in again, with a code.
        Sessions::end_all_in(writer, id, session_token);
        record_self(writer, now, *person, "person.second_factor_set", "{}");
        return {};
    }));
    sessions_.forget(id);
    return Enrolled{TRY(sessions_.start(id, SecondFactor::Given, session_token)), std::move(codes)};
}

base::Status Accounts::reset_second_factor(const Principal& by, PersonId person) {
    std::string_view role = TRY(as_administrator(by));
    if (by.id == person && !by.program)
        return base::fail(Code::Refused, "another administrator does this", {"accounts.self.refused", {}});
    base::Timestamp now = clock_.now();
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        if (!person_row(writer, person)) return base::fail(Code::NotFound, "no such person");
        if (writer.execute(kReset, {person}) == 0) return base::fail(Code::Conflict, "there is no second factor");
        writer.execute(kDropRecovery, {person});
        wipe_attempts(writer, "code", std::to_string(person.value));
        Sessions::end_all_in(writer, person);
        record(writer, now, by, role, "person.second_factor_reset", person, "{}");
        return {};
    }));
    sessions_.forget(person);
    return {};
}

}  // namespace beffroi::accounts
