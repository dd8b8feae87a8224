// Figures that follow what is typed.
#include <algorithm>

#include <fmt/format.h>

#include "aides/pages/applicant/parts.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

std::string amount_text(const application::Estimate& estimate, const base::Text& t) {
    const auto& outcome = estimate.evaluation.outcome;
    if (outcome.undetermined) return std::string(t("applicant.live.undetermined"));
    if (!outcome.eligible) return std::string(t("applicant.live.not_eligible"));
    if (!outcome.amount_known) return std::string(t("applicant.live.to_decide"));
    std::string amount = base::format_euros(outcome.amount, t.language());
    return outcome.at_most ? t("applicant.live.at_most", {{"amount", amount}}) : amount;
}

std::string line_text(const scheme::LineResult& line, const base::Text& t) {
    const std::string retained = base::format_euros(line.retained, t.language());
    if (line.retained == line.claimed) return t("applicant.live.line", {{"retained", retained}});
    const std::string reason = line.sentence.empty() ? std::string() : scheme::sentence(line, t);
    return t("applicant.live.line_less", {{"retained", retained}, {"reason", reason}});
}

}  // namespace

application::Estimate estimate_of(Context& c, ApplicationId id) {
    return base::value_or_throw(
        c.db().read([&](db::Reader& reader) { return application::live_estimate(c.desk(), reader, id); }));
}

Live live_texts(const application::Estimate& estimate, const application::Project& project, const base::Text& t) {
    const auto language = t.language();
    const auto& plan = estimate.plan;
    auto euros = [&](base::Cents cents) { return base::format_euros(cents, language); };
    Live live = {
        {"live-total", euros(estimate.evaluation.outcome.total)},
        {"live-base", euros(estimate.evaluation.outcome.base)},
        {"live-amount", amount_text(estimate, t)},
        {"live-public", euros(plan.public_money + plan.grant)},
        {"live-own", euros(plan.own)},
    };
    const std::string share = base::format_percent(plan.own_share, language);
    const std::string minimum = base::format_percent(plan.own_share_minimum, language);
    const std::string least = euros(plan.own_minimum);
    if (plan.total == base::Cents{})
        live.emplace_back("live-share", t("applicant.live.share_none"));
    else if (plan.own_share_minimum == base::Rate{})
        live.emplace_back("live-share", t("applicant.live.share_plain", {{"share", share}}));
    else
        live.emplace_back("live-share",
                          t(plan.own_share_holds ? "applicant.live.share_holds" : "applicant.live.share_fails",
                            {{"share", share}, {"minimum", minimum}, {"least", least}}));
    live.emplace_back("live-share-bar",
                      fmt::format("{}.{:02} {}", plan.own_share.per_10000 / 100, plan.own_share.per_10000 % 100,
                                  plan.own_share_holds ? "good" : "bad"));
    const std::string gap = euros(plan.gap < base::Cents{} ? -plan.gap : plan.gap);
    live.emplace_back("live-gap", plan.gap == base::Cents{}  ? std::string(t("applicant.live.balanced"))
                                  : plan.gap > base::Cents{} ? t("applicant.live.gap_missing", {{"gap", gap}})
                                                             : t("applicant.live.gap_over", {{"gap", gap}}));
    // One result a line that was read; a line that is still empty has none.
    const auto& lines = estimate.evaluation.lines;
    for (std::size_t i = 0; i < std::min(lines.size(), project.expenses.size()); ++i)
        live.emplace_back(fmt::format("live-line-{}", project.expenses[i].row - 1), line_text(lines[i], t));
    return live;
}

std::string_view live_text(const Live& live, std::string_view id) {
    const auto found = std::find_if(live.begin(), live.end(), [&](const auto& one) { return one.first == id; });
    return found == live.end() ? std::string_view{} : std::string_view(found->second);
}

void amount_figures(html::Writer& w, const Live& live) {
    html::figures(w,
                  {{.label = w.t("applicant.live.total"), .value = live_text(live, "live-total"), .id = "live-total"},
                   {.label = w.t("applicant.live.base"),
                    .value = live_text(live, "live-base"),
                    .hint = w.t("applicant.live.base.hint"),
                    .id = "live-base"},
                   {.label = w.t("applicant.live.amount"),
                    .value = live_text(live, "live-amount"),
                    .hint = w.t("applicant.live.amount.hint"),
                    .id = "live-amount",
                    .strong = true}});
}

void plan_gauge(html::Writer& w, const application::Estimate& estimate, const Live& live) {
    const auto& plan = estimate.plan;
    html::gauge(w, {.label = w.t("applicant.live.share"),
                    .value = plan.own_share.per_10000,
                    .mark = plan.own_share_minimum.per_10000,
                    .text = live_text(live, "live-share"),
                    .tone = plan.own_share_holds ? html::Tone::Good : html::Tone::Bad,
                    .id = "live-share"});
}

void estimate_panel(html::Writer& w, const application::Estimate& estimate, const Live& live,
                    const scheme::Edition& edition) {
    amount_figures(w, live);
    html::details(w, {.summary = w.t("applicant.why"), .content = [&](html::Writer& inner) {
                          html::explanation(inner, reasons_of(estimate.evaluation, edition, inner.text()));
                      }});
}

}  // namespace beffroi::aides::pages::applicant
