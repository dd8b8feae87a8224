// Who is asking, and what that person may do. A plain value, unchanging for the length of a request.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/money.hpp"

namespace beffroi::accounts {

struct PersonTag {};
using PersonId = base::Id<PersonTag>;
struct MembershipTag {};
using MembershipId = base::Id<MembershipTag>;

// Applicant and Cosigner come from memberships, for one commune or grouping each; the others are roles in the Region.
// The administrator runs the accounts and has no right on files.
enum class Role { Applicant, Cosigner, Officer, Head, Finance, Secretary, Elected, Auditor, Admin };
inline constexpr Role kAllRoles[] = {Role::Applicant, Role::Cosigner, Role::Officer, Role::Head, Role::Finance,
                                     Role::Secretary, Role::Elected,  Role::Auditor, Role::Admin};

[[nodiscard]] std::string_view role_name(Role role);  // "officer": in the database, the journal and on the command line
[[nodiscard]] std::optional<Role> role_named(std::string_view name);
[[nodiscard]] constexpr bool is_region_role(Role role) {
    return role != Role::Applicant && role != Role::Cosigner;
}

class RoleSet {
  public:
    constexpr RoleSet() = default;
    constexpr RoleSet(std::initializer_list<Role> roles) {
        for (Role role : roles) add(role);
    }
    constexpr void add(Role role) { bits_ |= bit(role); }
    [[nodiscard]] constexpr bool has(Role role) const { return (bits_ & bit(role)) != 0; }
    [[nodiscard]] constexpr bool any_of(RoleSet others) const { return (bits_ & others.bits_) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const RoleSet&) const = default;

  private:
    static constexpr std::uint32_t bit(Role role) { return 1u << static_cast<unsigned>(role); }
    std::uint32_t bits_ = 0;
};

enum class MembershipRole { Applicant, Cosigner };

// An active membership.
struct ActingFor {
    MembershipId id;
    std::string siren;
    MembershipRole role = MembershipRole::Applicant;
};

struct Principal {
    PersonId id;  // 0: nobody, or the program itself
    std::string name;
    std::string email;
    base::Language language = base::Language::Fr;
    RoleSet roles;                       // with Applicant and Cosigner when any membership gives them
    std::vector<ActingFor> memberships;  // the active ones
    bool program = false;                // commands, imports and jobs

    [[nodiscard]] bool has(Role role) const { return roles.has(role); }
    [[nodiscard]] bool anonymous() const { return !id && !program; }
    [[nodiscard]] bool of_region() const {
        return roles.any_of(
            {Role::Officer, Role::Head, Role::Finance, Role::Secretary, Role::Elected, Role::Auditor, Role::Admin});
    }
    // Whether the person may prepare files of that commune or grouping (applicant or co-signer there, now).
    [[nodiscard]] bool acts_for(std::string_view siren) const;
    // Whether the person may sign for it: its mayor, its president, or whom they delegated.
    [[nodiscard]] bool cosigns_for(std::string_view siren) const;

    [[nodiscard]] static Principal nobody(base::Language language = base::Language::Fr);
    // The program itself, on the command line or in a job: the journal shows person 0, "beffroi-aides", role "system".
    [[nodiscard]] static Principal the_program();
};

}  // namespace beffroi::accounts
