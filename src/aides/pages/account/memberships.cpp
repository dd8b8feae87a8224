// Whom one acts for: asking to join a commune or grouping, deciding on the requests of others, leaving.
#include "aides/pages/account/parts.hpp"
#include "aides/pages/site/explain.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::account {

namespace {

html::Tone tone_of(accounts::MembershipStatus status) {
    switch (status) {
        case accounts::MembershipStatus::Requested:
            return html::Tone::Warning;
        case accounts::MembershipStatus::Active:
            return html::Tone::Good;
        case accounts::MembershipStatus::Refused:
            return html::Tone::Bad;
        case accounts::MembershipStatus::Ended:
            return html::Tone::Neutral;
    }
    return html::Tone::Neutral;
}

std::string key_of(std::string_view area, std::string_view name) {
    return "account." + std::string(area) + "." + std::string(name);
}

// What was typed or chosen: an INSEE code or SIREN from the list, else the words searched for.
struct Chosen {
    std::string siren;
    std::vector<html::Choice> results;
    bool searched = false;
};

std::string siren_of(const territory::SearchHit& hit) {
    if (const auto* commune = hit.commune()) return commune->siren ? commune->siren->str() : std::string();
    return hit.grouping()->siren.str();
}

Chosen choose(const Site& site, std::string_view code, std::string_view words) {
    Chosen chosen;
    auto one = [&](std::string_view text) {
        if (auto siren = territory::Siren::parse(text)) return siren->str();
        if (auto insee = territory::InseeCode::parse(text))
            if (auto commune = site.desk.territory.commune(*insee); commune && commune->siren)
                return commune->siren->str();
        return std::string();
    };
    chosen.siren = one(code);
    if (!chosen.siren.empty() || words.empty()) return chosen;
    chosen.searched = true;
    for (const auto& hit : site.desk.territory.search({.words = words, .limit = 15, .former = false}))
        if (std::string siren = siren_of(hit); !siren.empty())
            chosen.results.push_back({.value = std::move(siren), .label = std::string(hit.label)});
    return chosen;
}

http::Response memberships_page(Context& c, const Chosen& chosen, const html::Errors& errors, int status = 200) {
    auto mine = c.site.accounts.memberships_of(c.principal().id);
    bool posted = c.request.method == http::Method::Post;
    return c.page({.title = c.t("account.memberships.title"),
                   .errors = errors.empty() ? nullptr : &errors,
                   .main =
                       [&](html::Writer& w) {
                           html::lead(w, c.t("account.memberships.lead"));
                           html::table(
                               w,
                               {.caption = c.t("account.memberships.mine"),
                                .columns = {{.label = c.t("account.place")},
                                            {.label = c.t("account.role")},
                                            {.label = c.t("account.state")}},
                                .empty = c.t("account.memberships.none")},
                               [&](html::Rows& rows) {
                                   for (const auto& m : mine)
                                       rows.row()
                                           .cell(html::Link{html::url("/organisations/{}", m.siren),
                                                            place_label(c.site, m.siren)})
                                           .cell(c.t(key_of("membership", accounts::membership_role_name(m.role))))
                                           .cell(html::Tag{c.t(key_of("status", accounts::status_name(m.status))),
                                                           tone_of(m.status)});
                               });
                           html::heading(w, 2, c.t("account.join.title"));
                           html::paragraph(w, c.t("account.join.how"));
                           html::form(w, {.action = "/compte/rattachements", .csrf = c.csrf()}, [&] {
                               html::lookup_field(w,
                                                  {.name = "place",
                                                   .label = c.t("account.join.place"),
                                                   .hint = c.t("account.join.place.hint"),
                                                   .value = posted ? c.form("place") : std::string_view(),
                                                   .error = errors.of("place")},
                                                  {.code_name = "code",
                                                   .code = std::string_view(chosen.siren),
                                                   .results = chosen.results,
                                                   .searched = chosen.searched});
                               const html::Choice roles[] = {{.value = "applicant",
                                                              .label = c.t("account.membership.applicant"),
                                                              .hint = c.t("account.join.applicant.hint"),
                                                              .checked = !posted || c.form("role") != "cosigner"},
                                                             {.value = "cosigner",
                                                              .label = c.t("account.membership.cosigner"),
                                                              .hint = c.t("account.join.cosigner.hint"),
                                                              .checked = posted && c.form("role") == "cosigner"}};
                               html::radios(w, {.name = "role", .label = c.t("account.role")}, roles);
                               html::buttons(w, [&] { html::button(w, {.text = c.t("account.join.button")}); });
                           });
                       }},
                  status);
}

http::Response ask(Context& c) {
    Chosen chosen = choose(c.site, c.form("code"), c.form("place"));
    html::Errors errors;
    if (chosen.siren.empty() || !c.form("place-search").empty()) {
        if (c.form("place-search").empty())
            errors.add("place",
                       std::string(c.t(chosen.results.empty() ? "account.error.place" : "account.error.choose")));
        return memberships_page(c, chosen, errors, errors.empty() ? 200 : 422);
    }
    auto role = c.form("role") == "cosigner" ? accounts::MembershipRole::Cosigner : accounts::MembershipRole::Applicant;
    auto asked = c.site.accounts.request_membership(c.principal(), chosen.siren, role);
    if (asked) return c.see_other("/compte/rattachements", "account.notice.asked");
    errors.add("place", c.t(asked.error()));
    return memberships_page(c, chosen, errors, 422);
}

http::Response requests_page(Context& c) {
    auto requests = c.site.accounts.requests_for(c.principal());
    return c.page(
        {.title = c.t("account.requests.title"), .wide = true, .main = [&](html::Writer& w) {
             html::lead(w, c.t("account.requests.lead"));
             html::table(
                 w,
                 {.caption = c.t("account.requests.title"),
                  .columns = {{.label = c.t("account.name")},
                              {.label = c.t("account.place")},
                              {.label = c.t("account.role")},
                              {.label = c.t("account.since")},
                              {.label = c.t("account.decide"), .hide_label = true}},
                  .hide_caption = true,
                  .empty = c.t("account.requests.none")},
                 [&](html::Rows& rows) {
                     for (const auto& m : requests)
                         rows.row()
                             .cell([&] { w("{}<br>{}", m.person_name, m.person_email); })
                             .cell(html::Link{html::url("/organisations/{}", m.siren), place_label(c.site, m.siren)})
                             .cell(c.t(key_of("membership", accounts::membership_role_name(m.role))))
                             .cell(html::Moment{m.requested})
                             .cell([&] {
                                 html::button_form(
                                     w, {.action = html::url("/rattachements/{}/accepter", m.id), .csrf = c.csrf()},
                                     {.text = c.t("account.accept"), .context = std::string_view(m.person_name)});
                                 html::form(w,
                                            {.action = html::url("/rattachements/{}/refuser", m.id), .csrf = c.csrf()},
                                            [&] {
                                                // A name of its own: ids stay unique on the page.
                                                html::text_field(w, {.name = "reason-" + std::to_string(m.id.value),
                                                                     .label = c.t("account.reason"),
                                                                     .width = html::Width::Medium});
                                                html::button(w, {.text = c.t("account.refuse"),
                                                                 .weight = html::Weight::Danger,
                                                                 .context = std::string_view(m.person_name)});
                                            });
                             });
                 });
         }});
}

// Members of one commune or grouping, for those who act for it and the head of unit.
http::Response place_page(Context& c) {
    std::string siren(c.request.param("siren"));
    if (!c.principal().acts_for(siren) && !c.principal().has(Role::Head))
        throw base::Failure({base::Code::NotFound, "not a member", {}});
    bool may_end = c.principal().cosigns_for(siren) || c.principal().has(Role::Head);
    auto members = c.site.accounts.members_of(siren);
    return c.page(
        {.title = place_label(c.site, siren), .caption = c.t("account.place.colleagues"), .main = [&](html::Writer& w) {
             html::table(
                 w,
                 {.caption = c.t("account.place.members"),
                  .columns = {{.label = c.t("account.name")},
                              {.label = c.t("account.role")},
                              {.label = c.t("account.state")},
                              {.label = c.t("account.decide"), .hide_label = true}}},
                 [&](html::Rows& rows) {
                     for (const auto& m : members)
                         rows.row()
                             .cell(m.person_name)
                             .cell(c.t(key_of("membership", accounts::membership_role_name(m.role))))
                             .cell(html::Tag{c.t(key_of("status", accounts::status_name(m.status))), tone_of(m.status)})
                             .cell([&] {
                                 if (m.status != accounts::MembershipStatus::Active ||
                                     !(may_end || m.person == c.principal().id))
                                     return;
                                 html::button_form(
                                     w, {.action = html::url("/rattachements/{}/terminer", m.id), .csrf = c.csrf()},
                                     {.text = c.t("account.end"),
                                      .weight = html::Weight::Quiet,
                                      .context = std::string_view(m.person_name)});
                             });
                 });
             html::paragraph(w, c.t("account.place.stays"));
             if (may_end) w("<p><a href='/rattachements'>{}</a></p>", c.t("account.requests.title"));
         }});
}

http::Response decide(Context& c, base::Status status, std::string_view back, std::string_view notice) {
    if (!status) return c.error(status.error());
    return c.see_other(back, notice);
}

}  // namespace

void add_memberships(Routes& routes) {
    constexpr Access kDeciders{Access::Who::Roles, {Role::Cosigner, Role::Head}};
    constexpr Access kInvolved{Access::Who::Roles, {Role::Applicant, Role::Cosigner, Role::Head}};
    routes.get("/compte/rattachements", kPerson, [](Context& c) { return memberships_page(c, {}, {}); });
    routes.post("/compte/rattachements", kPerson, [](Context& c) { return ask(c); });
    routes.get("/organisations/{siren}", kInvolved, [](Context& c) { return place_page(c); });
    routes.get("/rattachements", kDeciders, [](Context& c) { return requests_page(c); });
    routes.post("/rattachements/{id}/accepter", kDeciders, [](Context& c) {
        return decide(c, c.site.accounts.approve_membership(c.principal(), c.id<accounts::MembershipId>()),
                      "/rattachements", "account.notice.accepted");
    });
    routes.post("/rattachements/{id}/refuser", kDeciders, [](Context& c) {
        return decide(
            c,
            c.site.accounts.refuse_membership(c.principal(), c.id<accounts::MembershipId>(),
                                              c.form("reason-" + std::to_string(c.id<accounts::MembershipId>().value))),
            "/rattachements", "account.notice.refused");
    });
    routes.post("/rattachements/{id}/terminer", kInvolved, [](Context& c) {
        auto membership = c.site.accounts.membership(c.id<accounts::MembershipId>());
        std::string back = membership && c.principal().id != membership->person
                               ? html::url("/organisations/{}", membership->siren)
                               : std::string("/compte/rattachements");
        return decide(c,
                      c.site.accounts.end_membership(c.principal(), c.id<accounts::MembershipId>(), c.form("reason")),
                      back, "account.notice.ended");
    });
}

}  // namespace beffroi::aides::pages::account
