#include "accounts/rows.hpp"

#include "crypto/random.hpp"

namespace beffroi::accounts {

namespace {

#define BEFFROI_PERSON_COLUMNS                                                                                      \
    "SELECT id, email, name, language, password_hash, totp_secret, totp_pending, totp_last_step, disabled_ms FROM " \
    "person "
constexpr db::Query kById{"person_by_id", BEFFROI_PERSON_COLUMNS "WHERE id = $1"};
constexpr db::Query kByEmail{"person_by_email", BEFFROI_PERSON_COLUMNS "WHERE email_key = $1"};
#undef BEFFROI_PERSON_COLUMNS
constexpr db::Query kRoles{"person_roles", "SELECT role FROM person_role WHERE person_id = $1 AND ended_ms IS NULL"};
constexpr db::Query kMemberships{
    "person_memberships",
    "SELECT id, siren, role FROM membership WHERE person_id = $1 AND status = 'active' ORDER BY id"};
constexpr db::Query kAddLink{
    "activation_add", "INSERT INTO activation (token_hash, person_id, created_ms, expires_ms) VALUES ($1, $2, $3, $4)"};
constexpr db::Query kDropLinks{"activation_drop", "DELETE FROM activation WHERE person_id = $1"};

PersonRow row_of(const db::Row& row) {
    return {.id = row.id<PersonId>(0),
            .email = row.string(1),
            .name = row.string(2),
            .language = language_named(row.text(3)),
            .password_hash = row.string(4),
            .totp_secret = raw(row.bytes(5)),
            .totp_pending = raw(row.bytes(6)),
            .totp_last_step = row.integer(7),
            .disabled = !row.is_null(8)};
}

}  // namespace

std::optional<PersonRow> person_row(db::Reader& reader, PersonId id) {
    return reader.first(kById, {id}, row_of);
}

std::optional<PersonRow> person_row(db::Reader& reader, std::string_view email_key) {
    return reader.first(kByEmail, {email_key}, row_of);
}

Principal principal_with_rights(db::Reader& reader, PersonId id, std::string name, std::string email,
                                base::Language language) {
    Principal principal{.id = id, .name = std::move(name), .email = std::move(email), .language = language};
    reader.query(kRoles, {id}, [&](const db::Row& row) {
        if (auto role = role_named(row.text(0))) principal.roles.add(*role);
    });
    reader.query(kMemberships, {id}, [&](const db::Row& row) {
        bool signs = row.text(2) == "cosigner";
        principal.roles.add(signs ? Role::Cosigner : Role::Applicant);
        principal.memberships.push_back(
            {row.id<MembershipId>(0), row.string(1), signs ? MembershipRole::Cosigner : MembershipRole::Applicant});
    });
    return principal;
}

std::string_view language_name(base::Language language) {
    return language == base::Language::En ? "en" : "fr";
}

base::Language language_named(std::string_view name) {
    return name == "en" ? base::Language::En : base::Language::Fr;
}

std::string raw(db::Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

base::Result<std::string_view> as_administrator(const Principal& by) {
    if (by.program) return "system";
    if (by.has(Role::Admin)) return role_name(Role::Admin);
    return base::fail(base::Code::Refused, "accounts are changed by an administrator");
}

void record(db::Writer& writer, base::Timestamp now, const Principal& by, std::string_view role, std::string_view kind,
            PersonId person, std::string detail) {
    journal::append(writer, {.at = now,
                             .actor = by.id.value,
                             .actor_name = by.name,
                             .role = std::string(role),
                             .kind = std::string(kind),
                             .subject = {"person", person.value},
                             .detail = std::move(detail)});
}

void record_self(db::Writer& writer, base::Timestamp now, const PersonRow& person, std::string_view kind,
                 std::string detail) {
    Principal by{.id = person.id, .name = person.name, .email = {}};
    record(writer, now, by, "self", kind, person.id, std::move(detail));
}

base::Error too_many(std::int64_t wait_ms) {
    std::int64_t minutes = (wait_ms + 59'999) / 60'000;
    return {base::Code::Refused,
            "too many failures, closed for " + std::to_string(minutes) + " min",
            {"accounts.sign_in.locked", {{"minutes", std::to_string(minutes)}}}};
}

std::string add_link(db::Writer& writer, PersonId person, base::Timestamp now, base::Timestamp expires) {
    std::string token = crypto::random_token();
    crypto::Digest hash = crypto::sha256(token);
    writer.execute(kAddLink, {db::Bytes(hash), person, now, expires});
    return token;
}

void drop_links(db::Writer& writer, PersonId person) {
    writer.execute(kDropLinks, {person});
}

}  // namespace beffroi::accounts
