#include "accounts/principal.hpp"

#include <algorithm>

namespace beffroi::accounts {

std::string_view role_name(Role role) {
    switch (role) {
        case Role::Applicant:
            return "applicant";
        case Role::Cosigner:
            return "cosigner";
        case Role::Officer:
            return "officer";
        case Role::Head:
            return "head";
        case Role::Finance:
            return "finance";
        case Role::Secretary:
            return "secretary";
        case Role::Elected:
            return "elected";
        case Role::Auditor:
            return "auditor";
        case Role::Admin:
            return "admin";
    }
    return "";
}

std::optional<Role> role_named(std::string_view name) {
    for (Role role : kAllRoles)
        if (role_name(role) == name) return role;
    return std::nullopt;
}

bool Principal::acts_for(std::string_view siren) const {
    return std::ranges::any_of(memberships, [&](const ActingFor& one) { return one.siren == siren; });
}

bool Principal::cosigns_for(std::string_view siren) const {
    return std::ranges::any_of(
        memberships, [&](const ActingFor& one) { return one.siren == siren && one.role == MembershipRole::Cosigner; });
}

Principal Principal::nobody(base::Language language) {
    Principal principal;
    principal.language = language;
    return principal;
}

Principal Principal::the_program() {
    Principal principal;
    principal.name = "Beffroi";
    principal.program = true;
    return principal;
}

}  // namespace beffroi::accounts
