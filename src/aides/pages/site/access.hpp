// Who may open a route. Said once, where the route is added; the table of all of them is tested role by role, both ways
// (tests/functional), and written to docs/rights.md.
//
// A route's access is about roles. Which files a person may see within it is decided by application::load (membership
// of the applicant, state of the file), and the pages give NotFound for the others.
#pragma once

#include "accounts/principal.hpp"

namespace beffroi::aides::pages {

using accounts::Role;
using accounts::RoleSet;

struct Access {
    enum class Who {
        Anyone,
        SignedIn,  // also while the second factor is awaited: the pages that ask for it, and signing out
        Person,    // any account, whatever its roles
        Roles,
    };
    Who who = Who::Roles;
    RoleSet roles;

    [[nodiscard]] bool allows(const accounts::Principal& principal) const {
        switch (who) {
            case Who::Anyone:
                return true;
            case Who::SignedIn:
            case Who::Person:
                return !principal.anonymous();
            case Who::Roles:
                return principal.roles.any_of(roles);
        }
        return false;
    }
};

inline constexpr Access kAnyone{Access::Who::Anyone, {}};
inline constexpr Access kSignedIn{Access::Who::SignedIn, {}};
inline constexpr Access kPerson{Access::Who::Person, {}};
inline constexpr Access kApplicants{Access::Who::Roles, {Role::Applicant, Role::Cosigner}};
inline constexpr Access kSigners{Access::Who::Roles, {Role::Cosigner}};
inline constexpr Access kReviewers{Access::Who::Roles, {Role::Officer, Role::Head}};
inline constexpr Access kHeads{Access::Who::Roles, {Role::Head}};
inline constexpr Access kSecretaries{Access::Who::Roles, {Role::Secretary, Role::Head}};
inline constexpr Access kFinance{Access::Who::Roles, {Role::Finance, Role::Head}};
inline constexpr Access kAuditors{Access::Who::Roles, {Role::Auditor}};
inline constexpr Access kAdmins{Access::Who::Roles, {Role::Admin}};
// Every role of the Region that reads files: not the administrator.
inline constexpr Access kReaders{
    Access::Who::Roles, {Role::Officer, Role::Head, Role::Finance, Role::Secretary, Role::Elected, Role::Auditor}};
// A file's own pages (documents, letters): its applicant and the Region's readers.
inline constexpr Access kFileReaders{Access::Who::Roles,
                                     {Role::Applicant, Role::Cosigner, Role::Officer, Role::Head, Role::Finance,
                                      Role::Secretary, Role::Elected, Role::Auditor}};

}  // namespace beffroi::aides::pages
