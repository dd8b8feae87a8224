// People: their roles, whom they act for, their passwords and second factors. Every change is an act in the journal,
// written in the same transaction. Accounts belong to people; files belong to the commune or grouping (SIREN), so when
// someone leaves, files stay.
//
// Errors: Refused when `by` may not, NotFound, Conflict when the state forbids it, Invalid with the sentence for the
// person (locale/*/accounts.toml). Safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/principal.hpp"
#include "accounts/sessions.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/password.hpp"
#include "db/db.hpp"

namespace beffroi::accounts {

struct NewPerson {
    std::string email;
    std::string name;
    base::Language language = base::Language::Fr;
};

struct Person {
    PersonId id;
    std::string email;
    std::string name;
    base::Language language = base::Language::Fr;
    base::Timestamp created;
    std::optional<base::Timestamp> disabled;
    bool has_password = false;
    bool has_second_factor = false;
    RoleSet region_roles;
};

enum class MembershipStatus { Requested, Active, Refused, Ended };
[[nodiscard]] std::string_view status_name(MembershipStatus status);
[[nodiscard]] std::string_view membership_role_name(MembershipRole role);

struct Membership {
    MembershipId id;
    PersonId person;
    std::string person_name;
    std::string person_email;
    std::string siren;
    MembershipRole role = MembershipRole::Applicant;
    MembershipStatus status = MembershipStatus::Requested;
    base::Timestamp requested;
    std::optional<base::Timestamp> decided;
    std::optional<base::Timestamp> ended;
    std::string reason;
};

// A link to send: its token is told once and kept nowhere.
struct Activation {
    PersonId person;
    std::string email;
    std::string name;
    base::Language language = base::Language::Fr;
    std::string token;
    base::Timestamp expires;
};

struct Enrolment {
    std::string secret_base32;  // to type by hand
    std::string uri;            // otpauth://, for the QR code
};

class Accounts {
  public:
    struct Options {
        std::int64_t activation_ms = 3LL * 24 * 3600 * 1000;  // a new account: three days
        std::int64_t reset_ms = 3600LL * 1000;                // a forgotten password: one hour
        int failures_before_lock = 5;
        std::int64_t first_lock_ms = 60'000;              // doubled by each further failure
        std::int64_t longest_lock_ms = 60LL * 60 * 1000;  // so that nobody can shut someone out for a day
        std::string issuer = "Beffroi";                   // shown by authenticator apps
    };

    Accounts(db::Database& database, const base::Clock& clock, base::Log& log, crypto::PasswordHasher& hasher,
             Sessions& sessions, Options options);

    // ---- people
    // ------------------------------------------------------------------------------------------------------------- By
    // an administrator or the program; Conflict when the address is taken.
    [[nodiscard]] base::Result<PersonId> create_person(const Principal& by, const NewPerson& person);
    // The same with a password made elsewhere (the demonstration's random ones): it goes through the same rules as one
    // typed in.
    [[nodiscard]] base::Result<PersonId> create_person(const Principal& by, const NewPerson& person,
                                                       std::string_view password);
    // The start of an installation: a person who is administrator, and the link by which they choose a password. By the
    // command line only; Conflict when there is an administrator already (who then invites others).
    [[nodiscard]] base::Result<Activation> first_administrator(const NewPerson& person);
    // A visitor asks for an account. Gives the link to mail, for an address that is already known too (the mail then
    // resets the password); the page says the same in both cases. Nothing when the person was disabled.
    [[nodiscard]] base::Result<std::optional<Activation>> sign_up(const NewPerson& person);
    [[nodiscard]] base::Status rename(const Principal& by, PersonId person, std::string_view name,
                                      base::Language language);
    // Leaves the service: signed out everywhere, memberships and roles ended. Never erased, since the acts name the
    // person.
    [[nodiscard]] base::Status disable(const Principal& by, PersonId person);
    [[nodiscard]] base::Status enable(const Principal& by, PersonId person);

    [[nodiscard]] std::optional<Person> person(PersonId id);
    [[nodiscard]] std::optional<Person> person_by_email(std::string_view email);
    // Accounts whose name or address holds `search` (any when empty), by name.
    [[nodiscard]] std::vector<Person> people(std::string_view search, int limit, int offset);
    // Those who have that role of the Region now: whom to assign a file to, whom to notify.
    [[nodiscard]] std::vector<Person> people_with(Role role);
    // With the rights of this moment, without a session: for jobs that act for a person, and for tests. Nobody when
    // unknown or disabled.
    [[nodiscard]] Principal principal_of(PersonId person);

    // ---- roles in the Region: by an administrator or the program
    // --------------------------------------------------------------
    [[nodiscard]] base::Status grant_role(const Principal& by, PersonId person, Role role);
    [[nodiscard]] base::Status end_role(const Principal& by, PersonId person, Role role);

    // ---- acting for a commune or grouping
    // -------------------------------------------------------------------------------------
    [[nodiscard]] base::Result<MembershipId> request_membership(const Principal& by, std::string_view siren,
                                                                MembershipRole role);
    // By an active co-signer of that commune or the head of unit, never by the one who asks.
    [[nodiscard]] base::Status approve_membership(const Principal& by, MembershipId membership);
    [[nodiscard]] base::Status refuse_membership(const Principal& by, MembershipId membership, std::string_view reason);
    // By the person, a co-signer of that commune or the head of unit. Takes effect at once.
    [[nodiscard]] base::Status end_membership(const Principal& by, MembershipId membership, std::string_view reason);
    // By the head of unit or the program: without a request (the replay, the first mayor).
    [[nodiscard]] base::Result<MembershipId> add_membership(const Principal& by, PersonId person,
                                                            std::string_view siren, MembershipRole role);
    [[nodiscard]] std::optional<Membership> membership(MembershipId id);
    [[nodiscard]] std::vector<Membership> memberships_of(PersonId person);
    [[nodiscard]] std::vector<Membership> members_of(std::string_view siren);
    // The requests that `by` may decide: of the communes that they sign for; all of them for the head of unit.
    [[nodiscard]] std::vector<Membership> requests_for(const Principal& by);

    // ---- passwords
    // ---------------------------------------------------------------------------------------------------------- A link
    // by which that person sets a password; those given before stop working. By an administrator or the program.
    [[nodiscard]] base::Result<Activation> invite(const Principal& by, PersonId person);
    // The same for whoever asks with an address; nothing for an unknown one, and the page says the same in both cases.
    [[nodiscard]] base::Result<std::optional<Activation>> forgot_password(std::string_view email);
    // Whose link it is, while it works: for the page that asks for the password.
    [[nodiscard]] std::optional<Person> activation_of(std::string_view token);
    // Sets the password, uses up the link, signs out everywhere, lifts a lock.
    [[nodiscard]] base::Result<PersonId> activate(std::string_view token, std::string_view password);
    // By the person, who proves to know the present one; signs out the other sessions than the one of `session_token`.
    [[nodiscard]] base::Status change_password(const Principal& by, std::string_view current, std::string_view wanted,
                                               std::string_view session_token);

    // ---- signing in
    // ----------------------------------------------------------------------------------------------------------- A
    // fresh session in place of the one the browser brought (`replaced`). One answer for a wrong address and a wrong
    // password, after the same work; it says how long when too many failures have closed the door, also for addresses
    // that nobody has. The rate per network address is for the caller to limit. `origin` goes to the log.
    [[nodiscard]] base::Result<NewSession> sign_in(std::string_view email, std::string_view password,
                                                   std::string_view replaced, std::string_view origin);
    // The code of the app, or one of the recovery codes, for a session that awaits it: gives the session that replaces
    // it.
    [[nodiscard]] base::Result<NewSession> give_code(std::string_view session_token, std::string_view code);

    // ---- second factor
    // -------------------------------------------------------------------------------------------------------- Shows a
    // new secret to the person of this session; it counts once a first code was given.
    [[nodiscard]] base::Result<Enrolment> begin_enrolment(std::string_view session_token);
    struct Enrolled {
        NewSession session;                       // replaces the present one
        std::vector<std::string> recovery_codes;  // shown once
    };
    [[nodiscard]] base::Result<Enrolled> confirm_enrolment(std::string_view session_token, std::string_view code);
    // The telephone is lost, and the recovery codes too: by an administrator or the program.
    [[nodiscard]] base::Status reset_second_factor(const Principal& by, PersonId person);

    // Old links, attempts and sessions; call it every hour. Gives how many rows went.
    std::int64_t purge();
    [[nodiscard]] Sessions& sessions() { return sessions_; }

  private:
    db::Database& database_;
    const base::Clock& clock_;
    base::Log& log_;
    crypto::PasswordHasher& hasher_;
    Sessions& sessions_;
    Options options_;
};

// 12 to 200 characters, not among the commonest, not the address or the name: Invalid with the sentence that says
// which.
[[nodiscard]] base::Status check_password(std::string_view password, std::string_view email, std::string_view name);
// Trimmed, in lower case: two spellings of one address are one account. Invalid when it is not an address.
[[nodiscard]] base::Result<std::string> email_key(std::string_view email);

}  // namespace beffroi::accounts
