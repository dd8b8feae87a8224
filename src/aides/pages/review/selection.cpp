// Who is served when the envelope is short, in the order of the edition, why, and who of the waiting list can be
// called.
#include <map>

#include "aides/pages/review/parts.hpp"

namespace beffroi::aides::pages::review {

namespace {

using envelope::Choice;
using envelope::Outcome;

struct Ranking {
    envelope::Envelope envelope;
    scheme::EditionPtr edition;
    envelope::Selection all;
    envelope::Selection waiting;
    std::map<ApplicationId, application::Application> files;
};

Ranking read_ranking(const Context& c) {
    return c.db().read([&](db::Reader& reader) {
        auto found = envelope::find(reader, c.id<envelope::EnvelopeId>());
        if (!found) throw base::Failure({base::Code::NotFound, "no such envelope", {"envelope.none", {}}});
        const auto row = application::find_edition(reader, found->scheme, found->edition);
        if (!row) throw base::Failure({base::Code::NotFound, "no edition of this envelope", {}});
        Ranking ranking{.envelope = std::move(*found),
                        .edition = base::value_or_throw(c.desk().editions.get(reader, row->id)),
                        .all = base::value_or_throw(application::selection(c.desk(), reader, row->id)),
                        .waiting = base::value_or_throw(application::waiting_list(c.desk(), reader, row->id)),
                        .files = {}};
        for (const auto* selection : {&ranking.all, &ranking.waiting})
            for (const auto& choice : selection->choices)
                if (!ranking.files.contains(choice.application))
                    if (auto file = application::find(reader, choice.application))
                        ranking.files.emplace(choice.application, std::move(*file));
        return ranking;
    });
}

html::Tag outcome_tag(const Context& c, Outcome outcome) {
    switch (outcome) {
        case Outcome::Proposed:
            return {.text = c.t("review.outcome.proposed"), .tone = html::Tone::Good};
        case Outcome::Partial:
            return {.text = c.t("review.outcome.partial"), .tone = html::Tone::Info};
        case Outcome::Waiting:
            return {.text = c.t("review.outcome.waiting"), .tone = html::Tone::Warning};
        case Outcome::Refused:
            return {.text = c.t("review.outcome.refused"), .tone = html::Tone::Bad};
    }
    return {};
}

void ranking_table(html::Writer& w, const Context& c, const Ranking& ranking, const envelope::Selection& selection,
                   std::string_view caption, bool tick) {
    html::table(w,
                {.caption = caption,
                 .columns = {{.label = c.t("review.rank")},
                             {.label = c.t("review.number")},
                             {.label = c.t("review.applicant")},
                             {.label = c.t("review.state")},
                             {.label = c.t("review.amount"), .kind = html::Column::Kind::Number},
                             {.label = c.t("review.outcome")},
                             {.label = c.t("review.outcome.why")}},
                 .empty = c.t("review.selection.none")},
                [&](html::Rows& rows) {
                    for (const Choice& choice : selection.choices) {
                        const auto file = ranking.files.find(choice.application);
                        if (file == ranking.files.end()) continue;
                        rows.row()
                            .cell([&] {
                                if (tick && choice.outcome == Outcome::Proposed)
                                    w("<input type='checkbox' name='dossier' value='{}' aria-label='{}'> ",
                                      choice.application, c.t("review.list.tick", {{"number", file->second.number}}));
                                w("{}", choice.rank);
                            })
                            .cell(html::Link{.href = file_url(choice.application), .text = file->second.number})
                            .cell([&] {
                                w("{}<br>{}", file->second.applicant_name,
                                  department_label(c.site, file->second.department));
                            })
                            .cell([&] {
                                w("{}", state_tag(c.t, file->second.state));
                                if (auto tag = provenance_tag(c.t, file->second.provenance)) w(" {}", *tag);
                            })
                            .cell([&] {
                                if (choice.amount > base::Cents{}) w("{}", html::Money{choice.amount});
                            })
                            .cell(outcome_tag(c, choice.outcome))
                            .cell(c.t(choice.why));
                    }
                });
}

void explain(html::Writer& w, const Context& c, const Ranking& ranking) {
    const auto rules = application::selection_rules(*ranking.edition, c.today());
    auto choose = [&](std::string_view area, std::string_view name) { return word(c.t, area, name); };
    std::string_view order = "first_come";
    if (rules.order == envelope::Order::PriorityThenDate) order = "priority";
    if (rules.order == envelope::Order::Committee) order = "committee";
    std::string_view when_short = "waiting_list";
    if (rules.when_short == envelope::WhenShort::Refuse) when_short = "refuse";
    if (rules.when_short == envelope::WhenShort::Reduce) when_short = "reduce";
    w("<ul><li>{}</li><li>{}</li><li>{}</li><li>{}</li></ul>", choose("review.rule.order", order),
      choose("review.rule.date", rules.date == envelope::DateUsed::Filed ? "filed" : "complete"),
      choose("review.rule.short", when_short),
      choose("review.rule.top_up", rules.top_up_reopens ? "reopens" : "closed"));
    if (rules.quotas.empty()) return;
    html::table(w,
                {.caption = c.t("review.rule.quotas"),
                 .columns = {{.label = c.t("review.department")},
                             {.label = c.t("review.rule.quota"), .kind = html::Column::Kind::Number}}},
                [&](html::Rows& rows) {
                    for (const auto& quota : rules.quotas)
                        rows.row().cell(department_label(c.site, quota.department)).cell(html::Money{quota.cents});
                });
}

http::Response selection_page(Context& c) {
    const auto ranking = read_ranking(c);
    const bool head = c.principal().has(Role::Head);
    return c.page(
        {.title = c.t("review.selection.title"),
         .breadcrumb = {{.href = "/enveloppes", .text = c.t("review.envelopes.title")},
                        {.href = html::url("/enveloppes/{}", ranking.envelope.id),
                         .text = std::string_view(ranking.envelope.name)}},
         .wide = true,
         .main = [&](html::Writer& w) {
             html::lead(w, c.t("review.selection.lead"));
             balance_block(w, ranking.envelope.balance);
             html::heading(w, 2, c.t("review.selection.rules"));
             explain(w, c, ranking);
             auto euros = [&](base::Cents cents) { return base::format_euros(cents, c.language()); };
             html::heading(w, 2, c.t("review.selection.ranking"), "classement");
             html::paragraph(w, c.t("review.selection.sums", {{"proposed", euros(ranking.all.proposed)},
                                                              {"left", euros(ranking.all.left)},
                                                              {"missing", euros(ranking.all.missing)}}));
             ranking_table(w, c, ranking, ranking.all, c.t("review.selection.caption"), false);
             html::heading(w, 2, c.t("review.waiting"), "attente");
             if (ranking.waiting.choices.empty()) return html::paragraph(w, c.t("review.waiting.none"));
             html::paragraph(w, c.t("review.waiting.missing", {{"missing", euros(ranking.waiting.missing)}}));
             if (!head) {
                 ranking_table(w, c, ranking, ranking.waiting, c.t("review.waiting.caption"), false);
                 return html::paragraph(w, c.t("review.waiting.by_head"));
             }
             html::form(
                 w, {.action = html::url("/enveloppes/{}/selection/appeler", ranking.envelope.id), .csrf = c.csrf()},
                 [&] {
                     ranking_table(w, c, ranking, ranking.waiting, c.t("review.waiting.caption"), true);
                     html::buttons(w, [&] { html::button(w, {.text = c.t("review.waiting.call")}); });
                 });
         }});
}

http::Response call(Context& c) {
    const auto ids = ticked(c);
    if (ids.empty()) return c.error({base::Code::Invalid, "nothing ticked", {"review.bulk.error.none", {}}});
    return bulk_result(c, c.t("application.action.call_from_waiting_list"),
                       application::perform_all(c.desk(), ids, application::Action::CallFromWaitingList, c.principal()),
                       html::url("/enveloppes/{}/selection", c.id<envelope::EnvelopeId>()));
}

}  // namespace

void add_selection(Routes& routes) {
    routes.get("/enveloppes/{id}/selection", kReaders, [](Context& c) { return selection_page(c); },
               {.where = http::Where::Worker});
    routes.post("/enveloppes/{id}/selection/appeler", kHeads, [](Context& c) { return call(c); });
}

}  // namespace beffroi::aides::pages::review
