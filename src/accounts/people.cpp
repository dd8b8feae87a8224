// Persons and their roles in the Region.
#include <algorithm>

#include "accounts/rows.hpp"
#include "base/text.hpp"

namespace beffroi::accounts {

namespace {

using base::Code;

constexpr db::Query kAdd{
    "person_add",
    "INSERT INTO person (email, email_key, name, name_key, password_hash, password_set_ms, language, created_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id"};
constexpr db::Query kRename{"person_rename", "UPDATE person SET name = $2, name_key = $3, language = $4 WHERE id = $1"};
constexpr db::Query kDisable{"person_disable",
                             "UPDATE person SET disabled_ms = $2 WHERE id = $1 AND disabled_ms IS NULL"};
constexpr db::Query kEnable{"person_enable",
                            "UPDATE person SET disabled_ms = NULL WHERE id = $1 AND disabled_ms IS NOT NULL"};
constexpr db::Query kEndRoles{"person_end_roles",
                              "UPDATE person_role SET ended_ms = $2 WHERE person_id = $1 AND ended_ms IS NULL"};
constexpr db::Query kEndMemberships{
    "person_end_memberships",
    "UPDATE membership SET status = 'ended', ended_ms = $2 WHERE person_id = $1 AND status IN "
    "('requested', 'active')"};
constexpr db::Query kGrant{"role_grant",
                           "INSERT INTO person_role (person_id, role, granted_by, granted_ms) VALUES ($1, $2, $3, $4) "
                           "ON CONFLICT DO NOTHING"};
constexpr db::Query kEndRole{
    "role_end", "UPDATE person_role SET ended_ms = $3 WHERE person_id = $1 AND role = $2 AND ended_ms IS NULL"};
constexpr db::Query kAdmins{
    "role_admins",
    "SELECT count(*) FROM person_role r JOIN person p ON p.id = r.person_id WHERE r.role = 'admin' AND "
    "r.ended_ms IS NULL AND p.disabled_ms IS NULL AND r.person_id <> $1"};

constexpr std::string_view kPerson =
    "SELECT p.id, p.email, p.name, p.language, p.created_ms, p.disabled_ms, CASE WHEN p.password_hash IS NULL THEN 0 "
    "ELSE 1 END, "
    "CASE WHEN p.totp_secret IS NULL THEN 0 ELSE 1 END FROM person p ";
constexpr db::Query kRoles{"person_roles_of", "SELECT role FROM person_role WHERE person_id = $1 AND ended_ms IS NULL"};

Person person_of(const db::Row& row) {
    return {.id = row.id<PersonId>(0),
            .email = row.string(1),
            .name = row.string(2),
            .language = language_named(row.text(3)),
            .created = row.timestamp(4),
            .disabled = row.optional_timestamp(5),
            .has_password = row.flag(6),
            .has_second_factor = row.flag(7)};
}

// Persons that `rest` of the statement picks, with their roles.
std::vector<Person> find(db::Reader& reader, std::string_view name, std::string_view rest,
                         std::initializer_list<db::Param> params) {
    std::vector<Person> found;
    std::string sql = std::string(kPerson) + std::string(rest);
    reader.query({name, sql}, params, [&](const db::Row& row) { found.push_back(person_of(row)); });
    for (Person& person : found)
        reader.query(kRoles, {person.id}, [&](const db::Row& row) {
            if (auto role = role_named(row.text(0))) person.region_roles.add(*role);
        });
    return found;
}

std::optional<Person> only(std::vector<Person> found) {
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::string like(std::string_view text) {
    std::string pattern = "%";
    for (char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

base::Result<std::string> checked_name(std::string_view name) {
    std::string trimmed(base::trim(name));
    bool control =
        std::ranges::any_of(trimmed, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
    if (trimmed.empty() || trimmed.size() > 200 || control || !base::valid_utf8(trimmed))
        return base::fail(Code::Invalid, "not a person's name", {"accounts.name.invalid", {}});
    return trimmed;
}

base::Status unknown() {
    return base::fail(Code::NotFound, "no such person");
}

// Checked and ready to be a row.
struct Checked {
    std::string email, key, name;
};
base::Result<Checked> check(const NewPerson& person) {
    return Checked{std::string(base::trim(person.email)), TRY(email_key(person.email)), TRY(checked_name(person.name))};
}

PersonId add_row(db::Writer& writer, const Checked& checked, base::Language language,
                 const std::optional<std::string>& hash, base::Timestamp now) {
    std::optional<std::int64_t> set;
    if (hash) set = now.ms;
    return writer.insert<PersonId>(kAdd, {checked.email, checked.key, checked.name, base::fold(checked.name), hash, set,
                                          language_name(language), now});
}

base::Result<PersonId> add(db::Database& database, base::Timestamp now, const Principal& by, const NewPerson& person,
                           const std::optional<std::string>& hash) {
    std::string_view role = TRY(as_administrator(by));
    Checked checked = TRY(check(person));
    return database.write([&](db::Writer& writer) -> base::Result<PersonId> {
        if (person_row(writer, checked.key))
            return base::fail(Code::Conflict, "this address has an account already", {"accounts.email.taken", {}});
        PersonId id = add_row(writer, checked, person.language, hash, now);
        record(writer, now, by, role, "person.created", id,
               journal::details({{"email", checked.email}, {"name", checked.name}, {"password", hash.has_value()}}));
        return id;
    });
}

}  // namespace

Accounts::Accounts(db::Database& database, const base::Clock& clock, base::Log& log, crypto::PasswordHasher& hasher,
                   Sessions& sessions, Options options)
    : database_(database),
      clock_(clock),
      log_(log),
      hasher_(hasher),
      sessions_(sessions),
      options_(std::move(options)) {}

base::Result<PersonId> Accounts::create_person(const Principal& by, const NewPerson& person) {
    return add(database_, clock_.now(), by, person, std::nullopt);
}

base::Result<PersonId> Accounts::create_person(const Principal& by, const NewPerson& person,
                                               std::string_view password) {
    TRY(as_administrator(by));
    TRY(check_password(password, person.email, person.name));
    return add(database_, clock_.now(), by, person, TRY(hasher_.hash(password)));
}

base::Result<Activation> Accounts::first_administrator(const NewPerson& person) {
    Checked checked = TRY(check(person));
    base::Timestamp now = clock_.now();
    Principal program = Principal::the_program();
    return database_.write([&](db::Writer& writer) -> base::Result<Activation> {
        if (writer.number(kAdmins, {PersonId{}}) != 0)
            return base::fail(Code::Conflict,
                              "there is an administrator already: they invite others, from the page of the accounts");
        if (person_row(writer, checked.key))
            return base::fail(Code::Conflict, "this address has an account already", {"accounts.email.taken", {}});
        PersonId id = add_row(writer, checked, person.language, std::nullopt, now);
        record(writer, now, program, "system", "person.created", id,
               journal::details({{"email", checked.email}, {"name", checked.name}, {"password", false}}));
        writer.execute(kGrant, {id, role_name(Role::Admin), program.id, now});
        record(writer, now, program, "system", "person.role_granted", id,
               journal::details({{"role", role_name(Role::Admin)}}));
        base::Timestamp expires{now.ms + options_.activation_ms};
        return Activation{id,     checked.email, checked.name, person.language, add_link(writer, id, now, expires),
                          expires};
    });
}

base::Result<std::optional<Activation>> Accounts::sign_up(const NewPerson& person) {
    Checked checked = TRY(check(person));
    base::Timestamp now = clock_.now();
    return database_.write([&](db::Writer& writer) -> base::Result<std::optional<Activation>> {
        auto known = person_row(writer, checked.key);
        if (known && known->disabled) return std::nullopt;
        if (!known) {
            add_row(writer, checked, person.language, std::nullopt, now);
            known = person_row(writer, checked.key);
            record_self(writer, now, *known, "person.signed_up",
                        journal::details({{"email", checked.email}, {"name", checked.name}}));
        }
        // An account that has a password is only ever given the shorter life of a forgotten one.
        base::Timestamp expires{now.ms + (known->password_hash.empty() ? options_.activation_ms : options_.reset_ms)};
        return Activation{
            known->id, known->email, known->name, known->language, add_link(writer, known->id, now, expires), expires};
    });
}

base::Status Accounts::rename(const Principal& by, PersonId person, std::string_view name, base::Language language) {
    std::string_view role = "self";
    if (by.id != person || !person) role = TRY(as_administrator(by));
    std::string wanted = TRY(checked_name(name));
    base::Timestamp now = clock_.now();
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        auto row = person_row(writer, person);
        if (!row) return unknown();
        writer.execute(kRename, {person, wanted, base::fold(wanted), language_name(language)});
        record(writer, now, by, role, "person.renamed", person,
               journal::details({{"from", row->name}, {"to", wanted}, {"language", language_name(language)}}));
        return {};
    }));
    sessions_.forget(person);
    return {};
}

base::Status Accounts::disable(const Principal& by, PersonId person) {
    std::string_view role = TRY(as_administrator(by));
    if (by.id == person)
        return base::fail(Code::Refused, "nobody shuts the own account", {"accounts.self.refused", {}});
    base::Timestamp now = clock_.now();
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        if (!person_row(writer, person)) return unknown();
        if (writer.execute(kDisable, {person, now}) == 0) return base::fail(Code::Conflict, "disabled already");
        std::int64_t roles = writer.execute(kEndRoles, {person, now});
        std::int64_t memberships = writer.execute(kEndMemberships, {person, now});
        Sessions::end_all_in(writer, person);
        drop_links(writer, person);
        record(writer, now, by, role, "person.disabled", person,
               journal::details({{"roles_ended", roles}, {"memberships_ended", memberships}}));
        return {};
    }));
    sessions_.forget(person);
    return {};
}

base::Status Accounts::enable(const Principal& by, PersonId person) {
    std::string_view role = TRY(as_administrator(by));
    base::Timestamp now = clock_.now();
    return database_.write([&](db::Writer& writer) -> base::Status {
        if (!person_row(writer, person)) return unknown();
        if (writer.execute(kEnable, {person}) == 0) return base::fail(Code::Conflict, "not disabled");
        record(writer, now, by, role, "person.enabled", person, "{}");
        return {};
    });
}

std::optional<Person> Accounts::person(PersonId id) {
    return database_.read(
        [&](db::Reader& reader) { return only(find(reader, "person_show", "WHERE p.id = $1", {id})); });
}

std::optional<Person> Accounts::person_by_email(std::string_view email) {
    auto key = email_key(email);
    if (!key) return std::nullopt;
    return database_.read(
        [&](db::Reader& reader) { return only(find(reader, "person_show_email", "WHERE p.email_key = $1", {*key})); });
}

std::vector<Person> Accounts::people(std::string_view search, int limit, int offset) {
    std::string folded = base::fold(search);
    std::string address(base::trim(search));
    // Signs alone fold to nothing, which would match every name.
    std::string name = folded.empty() && !address.empty() ? "" : like(folded);
    std::ranges::transform(address, address.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return database_.read([&](db::Reader& reader) {
        return find(reader, "person_search",
                    "WHERE p.name_key LIKE $1 ESCAPE '\\' OR p.email_key LIKE $2 ESCAPE '\\' ORDER BY p.name_key, p.id "
                    "LIMIT $3 OFFSET $4",
                    {name, like(address), std::clamp(limit, 1, 1000), std::max(offset, 0)});
    });
}

std::vector<Person> Accounts::people_with(Role role) {
    if (!is_region_role(role)) return {};
    return database_.read([&](db::Reader& reader) {
        return find(reader, "person_with_role",
                    "JOIN person_role r ON r.person_id = p.id AND r.ended_ms IS NULL WHERE r.role = $1 AND "
                    "p.disabled_ms IS NULL "
                    "ORDER BY p.name_key, p.id",
                    {role_name(role)});
    });
}

Principal Accounts::principal_of(PersonId person) {
    return database_.read([&](db::Reader& reader) {
        auto row = person_row(reader, person);
        if (!row || row->disabled) return Principal::nobody();
        return principal_with_rights(reader, row->id, row->name, row->email, row->language);
    });
}

base::Status Accounts::grant_role(const Principal& by, PersonId person, Role role) {
    std::string_view as = TRY(as_administrator(by));
    if (!is_region_role(role))
        return base::fail(Code::Invalid, "applicants and co-signers are members of a commune, not roles");
    // Whoever runs the accounts would otherwise be one click away from the files.
    if (by.id == person && !by.program)
        return base::fail(Code::Refused, "nobody grants themselves a role", {"accounts.self.refused", {}});
    base::Timestamp now = clock_.now();
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        auto row = person_row(writer, person);
        if (!row || row->disabled) return unknown();
        if (writer.execute(kGrant, {person, role_name(role), by.id, now}) == 0)
            return base::fail(Code::Conflict, "the person has this role already", {"accounts.role.held", {}});
        record(writer, now, by, as, "person.role_granted", person, journal::details({{"role", role_name(role)}}));
        return {};
    }));
    sessions_.forget(person);
    return {};
}

base::Status Accounts::end_role(const Principal& by, PersonId person, Role role) {
    std::string_view as = TRY(as_administrator(by));
    base::Timestamp now = clock_.now();
    TRY(database_.write([&](db::Writer& writer) -> base::Status {
        if (role == Role::Admin && !by.program && writer.number(kAdmins, {person}) == 0)
            return base::fail(Code::Conflict, "the last administrator stays", {"accounts.role.last_admin", {}});
        if (writer.execute(kEndRole, {person, role_name(role), now}) == 0)
            return base::fail(Code::NotFound, "the person does not have this role");
        record(writer, now, by, as, "person.role_ended", person, journal::details({{"role", role_name(role)}}));
        return {};
    }));
    sessions_.forget(person);
    return {};
}

}  // namespace beffroi::accounts
