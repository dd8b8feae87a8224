// Inside accounts only: rows as values, and the journal's entries about people.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "accounts/accounts.hpp"
#include "journal/journal.hpp"

namespace beffroi::accounts {

struct PersonRow {
    PersonId id;
    std::string email;
    std::string name;
    base::Language language = base::Language::Fr;
    std::string password_hash;  // empty: none
    std::string totp_secret;    // empty: none
    std::string totp_pending;
    std::int64_t totp_last_step = 0;
    bool disabled = false;
};
[[nodiscard]] std::optional<PersonRow> person_row(db::Reader& reader, PersonId id);
[[nodiscard]] std::optional<PersonRow> person_row(db::Reader& reader, std::string_view email_key);

// With the roles and active memberships of this moment.
[[nodiscard]] Principal principal_with_rights(db::Reader& reader, PersonId id, std::string name, std::string email,
                                              base::Language language);

[[nodiscard]] std::string_view language_name(base::Language language);
[[nodiscard]] base::Language language_named(std::string_view name);
[[nodiscard]] std::string raw(db::Bytes bytes);

// In which role `by` may act on accounts: as the program or an administrator. Refused for others.
[[nodiscard]] base::Result<std::string_view> as_administrator(const Principal& by);

// An act on a person's account. `role`: in which `by` acted ("system", "admin", "self" …).
void record(db::Writer& writer, base::Timestamp now, const Principal& by, std::string_view role, std::string_view kind,
            PersonId person, std::string detail);
// By the person, about the own account.
void record_self(db::Writer& writer, base::Timestamp now, const PersonRow& person, std::string_view kind,
                 std::string detail);

// A door that is closed for a while: the sentence says how long.
[[nodiscard]] base::Error too_many(std::int64_t wait_ms);

// Links (table activation). Gives the token, which is kept nowhere.
[[nodiscard]] std::string add_link(db::Writer& writer, PersonId person, base::Timestamp now, base::Timestamp expires);
void drop_links(db::Writer& writer, PersonId person);

}  // namespace beffroi::accounts
