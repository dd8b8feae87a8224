// One row of the agenda: taken off before the session; pulled, amended, recusals during it.
#include <algorithm>

#include "aides/pages/site/resume.hpp"
#include "aides/pages/sitting/parts.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

struct Row {
    View view;
    Item item;
    std::string here;
};

Row row_of(const Context& c) {
    View view = view_of(c);
    const auto id = c.id<ItemId>("item");
    auto found = std::find_if(view.items.begin(), view.items.end(), [&](const Item& item) { return item.id == id; });
    if (found == view.items.end()) throw base::Failure({base::Code::NotFound, "no such row of this sitting", {}});
    Item item = *found;
    std::string here = address(view.sitting.id, "lignes/" + std::to_string(id.value));
    return {std::move(view), std::move(item), std::move(here)};
}

void reason_field(html::Writer& w, const Context& c, const html::Errors& errors, std::string_view name,
                  std::string_view label) {
    html::text_area(w,
                    {.name = name,
                     .label = c.t(label),
                     .value = typed(c, name),
                     .error = errors.of(name),
                     .need = html::Need::Required,
                     .max_length = 1000},
                    3);
}

void remove_form(html::Writer& w, const Context& c, const Row& row, const html::Errors& errors) {
    html::heading(w, 2, c.t("session.remove.title"), "retirer");
    html::paragraph(w, c.t("session.remove.lead"));
    html::form(w, {.action = row.here + "/retirer", .csrf = c.csrf()}, [&] {
        reason_field(w, c, errors, "remove_reason", "session.reason");
        html::buttons(w,
                      [&] { html::button(w, {.text = c.t("session.remove.button"), .weight = html::Weight::Danger}); });
    });
}

void recusal_form(html::Writer& w, const Context& c, const Row& row, const html::Errors& errors) {
    html::heading(w, 2, c.t("session.recuse.title"), "deport");
    html::paragraph(w, c.t("session.recuse.lead"));
    html::form(w, {.action = row.here + "/deport", .csrf = c.csrf()}, [&] {
        html::text_field(w, {.name = "member",
                             .label = c.t("session.recuse.member"),
                             .value = typed(c, "member"),
                             .error = errors.of("member"),
                             .need = html::Need::Required,
                             .width = html::Width::Long,
                             .max_length = 200});
        reason_field(w, c, errors, "recuse_reason", "session.reason");
        html::buttons(
            w, [&] { html::button(w, {.text = c.t("session.recuse.button"), .weight = html::Weight::Secondary}); });
    });
}

void amend_form(html::Writer& w, const Context& c, const Row& row, const html::Errors& errors) {
    html::heading(w, 2, c.t("session.amend.title"), "amender");
    html::paragraph(w, c.t("session.amend.lead", {{"amount", base::format_euros(row.item.proposed, c.language())}}));
    html::form(w, {.action = row.here + "/amender", .csrf = c.csrf()}, [&] {
        html::money_field(w, {.name = "amount",
                              .label = c.t("session.amend.amount"),
                              .value = typed(c, "amount"),
                              .error = errors.of("amount"),
                              .need = html::Need::Required,
                              .width = html::Width::Short});
        reason_field(w, c, errors, "amend_reason", "session.reason");
        html::buttons(
            w, [&] { html::button(w, {.text = c.t("session.amend.button"), .weight = html::Weight::Secondary}); });
    });
}

void pull_form(html::Writer& w, const Context& c, const Row& row, const html::Errors& errors) {
    html::heading(w, 2, c.t("session.pull.title"), "ecarter");
    html::paragraph(w, c.t("session.pull.lead"));
    html::form(w, {.action = row.here + "/ecarter", .csrf = c.csrf()}, [&] {
        const std::string chosen = typed(c, "outcome");
        const html::Choice outcomes[] = {{.value = "adjourned",
                                          .label = c.t("session.pull.adjourned"),
                                          .hint = c.t("session.pull.adjourned.hint"),
                                          .checked = chosen == "adjourned"},
                                         {.value = "withdrawn",
                                          .label = c.t("session.pull.withdrawn"),
                                          .hint = c.t("session.pull.withdrawn.hint"),
                                          .checked = chosen == "withdrawn"}};
        html::radios(w, {.name = "outcome", .label = c.t("session.pull.how"), .error = errors.of("outcome")}, outcomes);
        reason_field(w, c, errors, "pull_reason", "session.reason");
        html::buttons(w,
                      [&] { html::button(w, {.text = c.t("session.pull.button"), .weight = html::Weight::Danger}); });
    });
}

http::Response row_page(Context& c, const html::Errors& errors = {}, int status = 200) {
    const Row row = row_of(c);
    const Item& item = row.item;
    const bool listed = item.state == ItemState::Listed;
    return c.page(
        {.title = item.applicant,
         .breadcrumb = {{.href = "/gestion/seances", .text = c.t("session.list.title")},
                        {.href = address(row.view.sitting.id), .text = row.view.sitting.name}},
         .errors = errors.empty() ? nullptr : &errors,
         .caption = item.number,
         .aside = [&](html::Writer& w) { w("{}", origin_tag(item.provenance, c.t)); },
         .main =
             [&](html::Writer& w) {
                 html::summary_list(
                     w,
                     {.rows = {
                          {.key = c.t("session.department"), .value = department_label(c.site, item.department)},
                          {.key = c.t("session.project"), .value = std::string_view(item.title)},
                          {.key = c.t("session.base"),
                           .value = base::format_euros(item.base, c.language()) + " × " +
                                    base::format_percent(item.rate, c.language())},
                          {.key = c.t("session.proposed"),
                           .value = item.proposal == Proposal::Grant ? base::format_euros(item.proposed, c.language())
                                                                     : std::string(c.t("session.proposal.refusal"))},
                          {.key = c.t("session.recusals"), .value = [&](html::Writer& inner) {
                               if (item.recusals.empty()) inner("–");
                               for (const auto& member : item.recusals) inner("<p>{}</p>", member);
                           }}}});
                 if (item.decided && *item.decided != item.proposed)
                     html::notice(w, {.title = c.t("session.amended",
                                                   {{"amount", base::format_euros(*item.decided, c.language())}}),
                                      .content = std::string_view(item.amendment)});
                 if (!listed)
                     html::notice(
                         w, {.tone = html::Tone::Warning,
                             .title = c.t(item.state == ItemState::Removed ? "session.removed" : "session.pulled"),
                             .content = std::string_view(item.amendment)});
                 if (!runs(c) || !listed) return;
                 if (row.view.sitting.status == Phase::Preparing) {
                     remove_form(w, c, row, errors);
                 } else if (row.view.sitting.status == Phase::Agenda) {
                     recusal_form(w, c, row, errors);
                     if (item.proposal == Proposal::Grant) amend_form(w, c, row, errors);
                     pull_form(w, c, row, errors);
                 }
             }},
        status);
}

// Back to the sitting, or the row again with what is wrong.
http::Response after(Context& c, const Row& row, const base::Status& done, std::string_view field,
                     std::string_view notice) {
    if (done) return c.see_other(address(row.view.sitting.id), notice);
    pass_on_ours(done.error());
    html::Errors errors;
    errors.add(std::string(field), c.t(done.error()));
    return row_page(c, errors, done.error().code == base::Code::Conflict ? 409 : 422);
}

bool is_reason(const base::Status& done) {
    return !done && done.error().message.key == "sitting.refused.reason";
}

http::Response amend(Context& c) {
    const Row row = row_of(c);
    auto amount = base::parse_euros(c.form("amount"));
    if (!amount) {
        html::Errors errors;
        errors.add("amount", std::string(c.t("session.error.amount")));
        return row_page(c, errors, 422);
    }
    auto done = sitting::amend(c.desk(), row.item.id, *amount, c.form("amend_reason"), c.principal());
    return after(c, row, done, is_reason(done) ? "amend_reason" : "amount", "session.notice.amended");
}

http::Response pull(Context& c) {
    const Row row = row_of(c);
    const std::string_view outcome = c.form("outcome");
    if (outcome != "adjourned" && outcome != "withdrawn") {
        html::Errors errors;
        errors.add("outcome", std::string(c.t("sitting.refused.pull")));
        return row_page(c, errors, 422);
    }
    auto done = sitting::pull(c.desk(), row.item.id, outcome == "adjourned" ? Outcome::Adjourned : Outcome::Withdrawn,
                              c.form("pull_reason"), c.principal());
    return after(c, row, done, "pull_reason", "session.notice.pulled");
}

}  // namespace

void add_row(Routes& routes) {
    const std::string row = "/gestion/seances/{id}/lignes/{item}";
    routes.get(row, kReaders, [](Context& c) { return row_page(c); });
    routes.post(row + "/retirer", kSecretaries, [](Context& c) {
        const Row one = row_of(c);
        return after(c, one, sitting::take_off_agenda(c.desk(), one.item.id, c.form("remove_reason"), c.principal()),
                     "remove_reason", "session.notice.removed");
    });
    routes.post(row + "/ecarter", kSecretaries, [](Context& c) { return pull(c); });
    routes.post(row + "/amender", kSecretaries, [](Context& c) { return amend(c); });
    routes.post(row + "/deport", kSecretaries, [](Context& c) {
        const Row one = row_of(c);
        auto done = sitting::recuse(c.desk(), one.item.id, c.form("member"), c.form("recuse_reason"), c.principal());
        return after(c, one, done, is_reason(done) ? "recuse_reason" : "member", "session.notice.recused");
    });
}

}  // namespace beffroi::aides::pages::sittings
