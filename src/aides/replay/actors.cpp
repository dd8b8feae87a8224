#include "aides/replay/actors.hpp"

#include <fmt/format.h>

#include "crypto/random.hpp"

namespace beffroi::aides::replay {

namespace {

using accounts::Principal;
using accounts::Role;

struct Person {
    Role role;
    std::string_view name;
    std::string_view email;
    bool visitor;
};
constexpr Person kRegion[] = {
    {Role::Head, "Hélène Caron (responsable du service)", "responsable@demo.example.org", true},
    {Role::Officer, "Olivier Masson (instruction)", "instruction@demo.example.org", true},
    {Role::Officer, "Nadia Lefebvre (instruction)", "instruction2@demo.example.org", false},
    {Role::Officer, "Paul Dubois (instruction)", "instruction3@demo.example.org", false},
    {Role::Secretary, "Sophie Delattre (secrétariat de séance)", "seance@demo.example.org", true},
    {Role::Finance, "Farid Benali (finances)", "finances@demo.example.org", true},
    {Role::Elected, "Élise Vasseur (élue)", "elue@demo.example.org", true},
    {Role::Auditor, "Antoine Morel (audit)", "audit@demo.example.org", true},
    {Role::Admin, "Agnès Roussel (administration des comptes)", "comptes@demo.example.org", true},
};

std::string fresh_password() {
    return crypto::random_password();
}

base::Result<accounts::PersonId> add_person(Stage& stage, std::string_view email, std::string_view name,
                                            std::string_view password) {
    accounts::NewPerson person{std::string(email), std::string(name), base::Language::Fr};
    if (password.empty()) return stage.accounts.create_person(Principal::the_program(), person);
    return stage.accounts.create_person(Principal::the_program(), person, password);
}

}  // namespace

base::Result<Cast> make_cast(Stage& stage) {
    Cast cast;
    std::size_t officers = 0;
    for (const Person& person : kRegion) {
        std::string password = person.visitor ? fresh_password() : std::string();
        auto id = TRY(add_person(stage, person.email, person.name, password));
        TRY(stage.accounts.grant_role(Principal::the_program(), id, person.role));
        if (person.visitor)
            cast.accounts.push_back({std::string(accounts::role_name(person.role)),
                                     std::string(person.name),
                                     std::string(person.email),
                                     password,
                                     {}});
        Principal principal = stage.accounts.principal_of(id);
        if (person.role == Role::Head) cast.head = principal;
        if (person.role == Role::Officer) cast.officers[officers++] = principal;
        if (person.role == Role::Secretary) cast.secretary = principal;
        if (person.role == Role::Finance) cast.finance = principal;
    }
    return cast;
}

base::Result<TownHall> make_town_hall(Stage& stage, const Planned& planned, std::vector<DemoAccount>* visitors) {
    TownHall hall;
    auto make = [&](std::string_view who, accounts::MembershipRole role) -> base::Result<Principal> {
        bool signer = role == accounts::MembershipRole::Cosigner;
        std::string email = fmt::format("{}-{}@demo.example.org", signer ? "maire" : "mairie", planned.insee);
        std::string name = fmt::format("{} de {} (simulé)", who, planned.commune);
        std::string password = visitors != nullptr ? fresh_password() : std::string();
        auto id = TRY(add_person(stage, email, name, password));
        TRY(stage.accounts.add_membership(Principal::the_program(), id, planned.siren, role));
        if (visitors != nullptr)
            visitors->push_back({signer ? "cosigner" : "applicant", name, email, password, planned.commune});
        return stage.accounts.principal_of(id);
    };
    hall.writer = TRY(make("Secrétaire de mairie", accounts::MembershipRole::Applicant));
    hall.signer = TRY(make("Maire", accounts::MembershipRole::Cosigner));
    return hall;
}

}  // namespace beffroi::aides::replay
