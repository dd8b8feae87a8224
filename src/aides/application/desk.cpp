#include "aides/application/desk.hpp"

namespace beffroi::aides::application {

namespace {

using accounts::Role;

void add(Parties& parties, Party party) {
    parties.bits = static_cast<std::uint16_t>(parties.bits | static_cast<std::uint16_t>(party));
}

}  // namespace

Parties parties_of(const Actor& actor, std::string_view siren) {
    Parties parties;
    if (actor.acts_for(siren)) add(parties, Party::Applicant);
    if (actor.cosigns_for(siren)) add(parties, Party::Cosigner);
    if (actor.has(Role::Officer)) add(parties, Party::Officer);
    if (actor.has(Role::Head)) add(parties, Party::Head);
    if (actor.has(Role::Secretary)) add(parties, Party::Secretary);
    return parties;
}

bool reads_files(const Actor& actor) {
    return actor.roles.any_of(
        {Role::Officer, Role::Head, Role::Finance, Role::Secretary, Role::Elected, Role::Auditor});
}

bool may_read(const Actor& actor, std::string_view siren, State state) {
    return actor.acts_for(siren) || (reads_files(actor) && visible_to_region(state));
}

}  // namespace beffroi::aides::application
