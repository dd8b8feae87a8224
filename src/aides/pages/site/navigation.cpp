#include "aides/pages/site/navigation.hpp"

#include <string>

namespace beffroi::aides::pages {

namespace {

struct Entry {
    std::string_view href;
    std::string_view key;
    RoleSet roles;  // empty: everyone
};

constexpr Entry kPublic[] = {
    {"/dispositifs", "site.nav.schemes", {}},
    {"/aides-accordees", "site.nav.grants", {}},
    {"/seances", "site.nav.sittings", {}},
    {"/donnees", "site.nav.data", {}},
};

constexpr Entry kPrivate[] = {
    {"/mes-dossiers", "site.nav.mine", {Role::Applicant, Role::Cosigner}},
    {"/instruction?etat=a_traiter",
     "site.nav.review",
     {Role::Officer, Role::Head, Role::Finance, Role::Secretary, Role::Elected, Role::Auditor}},
    {"/enveloppes",
     "site.nav.envelopes",
     {Role::Officer, Role::Head, Role::Finance, Role::Secretary, Role::Elected, Role::Auditor}},
    {"/gestion/seances",
     "site.nav.agenda",
     {Role::Officer, Role::Head, Role::Finance, Role::Secretary, Role::Elected, Role::Auditor}},
    {"/simulation", "site.nav.simulation", {Role::Head, Role::Finance, Role::Elected}},
    {"/editions",
     "site.nav.editions",
     {Role::Officer, Role::Head, Role::Finance, Role::Secretary, Role::Elected, Role::Auditor}},
    {"/courriels", "site.nav.mails", {Role::Head}},
    {"/journal", "site.nav.journal", {Role::Auditor}},
    {"/administration", "site.nav.admin", {Role::Admin}},
    {"/rattachements", "site.nav.memberships", {Role::Head, Role::Cosigner}},
};

bool is_here(std::string_view path, std::string_view href) {
    href = href.substr(0, href.find('?'));
    return path == href || (path.size() > href.size() && path.starts_with(href) && path[href.size()] == '/');
}

}  // namespace

std::string department_label(const Site& site, std::string_view code) {
    auto parsed = territory::DepartementCode::parse(code);
    if (!parsed) return std::string(code);
    std::string_view name = site.desk.territory.name_of(*parsed);
    return name.empty() ? std::string(code) : std::string(name) + " (" + std::string(code) + ")";
}

void frame(const Context& context, html::Page& page) {
    const accounts::Principal& person = context.principal();
    const accounts::Session* session = context.session();
    if (page.version.empty()) page.version = std::string_view(context.site.assets.version());
    if (page.path.empty()) page.path = std::string_view(context.request.target);
    if (page.banner.empty() && context.site.settings.demonstration)
        page.banner = context.t("site.banner.demonstration");
    if (session != nullptr) {
        page.visitor.name = std::string_view(session->name);
        page.visitor.csrf = std::string_view(session->csrf_token);
        if (page.visitor.place.empty() && !person.memberships.empty()) {
            auto siren = territory::Siren::parse(person.memberships.front().siren);
            if (siren) {
                if (auto commune = context.site.desk.territory.commune(*siren))
                    page.visitor.place = commune->name;
                else if (auto grouping = context.site.desk.territory.grouping(*siren))
                    page.visitor.place = grouping->name;
            }
        } else if (page.visitor.place.empty() && person.of_region()) {
            page.visitor.place = std::string_view(context.site.settings.authority.name);
        }
    }
    if (page.nav.empty()) {
        std::string_view here = context.request.path;
        for (const Entry& entry : kPublic)
            page.nav.push_back(
                {.href = entry.href, .text = context.t(entry.key), .current = is_here(here, entry.href)});
        for (const Entry& entry : kPrivate)
            if (person.roles.any_of(entry.roles))
                page.nav.push_back(
                    {.href = entry.href, .text = context.t(entry.key), .current = is_here(here, entry.href)});
    }
}

}  // namespace beffroi::aides::pages
