// What the simulation found: figures, comparison, départements, communes that change sides.
#include <algorithm>

#include "aides/pages/steer/parts.hpp"
#include "aides/publish/chart.hpp"
#include "html/drawing.hpp"

namespace beffroi::aides::pages::steer {

namespace {

using Kind = html::Column::Kind;

constexpr std::size_t kNamedAtMost = 100;

std::string count(const Context& c, std::int64_t n) {
    return base::format_count(n, c.language());
}

std::string euros(const Context& c, base::Cents cents) {
    return base::format_euros(cents, c.language());
}

void figures(html::Writer& w, const Context& c, const scheme::Simulation& s) {
    const auto gained = static_cast<std::int64_t>(s.gained.size());
    const auto lost = static_cast<std::int64_t>(s.lost.size());
    w("<p class='lead' data-announce>{}</p>", c.t("steer.results.summary", {{"eligible", count(c, s.now.eligible)},
                                                                            {"gained", count(c, gained)},
                                                                            {"lost", count(c, lost)},
                                                                            {"need", euros(c, s.now.need)}}));
    html::figures(w, {{.label = c.t("scheme.simulate.eligible"),
                       .value = count(c, s.now.eligible),
                       .hint = c.t("steer.results.of", {{"n", count(c, s.communes)}}),
                       .strong = true},
                      {.label = c.t("scheme.simulate.gained"), .value = count(c, gained)},
                      {.label = c.t("scheme.simulate.lost"), .value = count(c, lost)},
                      {.label = c.t("scheme.simulate.need"), .value = euros(c, s.now.need), .strong = true}});
    if (!s.now.envelope) {
        html::paragraph(w, c.t("steer.results.no_envelope"));
        return;
    }
    const base::Cents envelope = *s.now.envelope;
    const bool fits = s.now.need <= envelope;
    // A gauge shows up to the whole: beyond, the words say how much is missing.
    const auto share =
        envelope.value <= 0 ? 10'000 : std::min<std::int64_t>(s.now.need.value * 10'000 / envelope.value, 10'000);
    const base::Cents gap = fits ? envelope - s.now.need : s.now.need - envelope;
    html::gauge(w, {.label = c.t("steer.results.gauge"),
                    .value = static_cast<int>(share),
                    .text = c.t(fits ? "steer.results.fits" : "steer.results.short",
                                {{"envelope", euros(c, envelope)}, {"gap", euros(c, gap)}}),
                    .tone = fits ? html::Tone::Good : html::Tone::Bad});
}

void comparison(html::Writer& w, const Context& c, const scheme::Simulation& s) {
    html::table(w,
                {.caption = c.t("steer.results.comparison"),
                 .columns = {{.label = c.t("steer.results.measure")},
                             {.label = c.t("steer.results.now"), .kind = Kind::Number},
                             {.label = c.t("steer.results.before"), .kind = Kind::Number}}},
                [&](html::Rows& rows) {
                    auto numbers = [&](std::string_view key, std::int64_t now, std::int64_t before) {
                        rows.row().cell(c.t(key)).cell(count(c, now)).cell(count(c, before));
                    };
                    auto money = [&](std::string_view key, base::Cents now, base::Cents before) {
                        rows.row().cell(c.t(key)).cell(html::Money{now}).cell(html::Money{before});
                    };
                    numbers("scheme.simulate.eligible", s.now.eligible, s.before.eligible);
                    if (s.now.undetermined + s.before.undetermined > 0)
                        numbers("scheme.simulate.undetermined", s.now.undetermined, s.before.undetermined);
                    numbers("scheme.simulate.at_ceiling", s.now.at_ceiling, s.before.at_ceiling);
                    money("steer.results.min", s.now.amounts.min, s.before.amounts.min);
                    money("steer.results.q1", s.now.amounts.q1, s.before.amounts.q1);
                    money("steer.results.median", s.now.amounts.median, s.before.amounts.median);
                    money("steer.results.q3", s.now.amounts.q3, s.before.amounts.q3);
                    money("steer.results.max", s.now.amounts.max, s.before.amounts.max);
                    money("scheme.simulate.need", s.now.need, s.before.need);
                    money("scheme.simulate.if_all", s.now.if_all_apply, s.before.if_all_apply);
                });
}

void departments_table(html::Writer& w, const Context& c, const scheme::Simulation& s) {
    html::table(w,
                {.caption = c.t("steer.results.departments"),
                 .columns = {{.label = c.t("scheme.simulate.department")},
                             {.label = c.t("steer.results.communes"), .kind = Kind::Number},
                             {.label = c.t("scheme.simulate.eligible"), .kind = Kind::Number},
                             {.label = c.t("scheme.simulate.gained"), .kind = Kind::Number},
                             {.label = c.t("scheme.simulate.lost"), .kind = Kind::Number},
                             {.label = c.t("scheme.simulate.need"), .kind = Kind::Number},
                             {.label = c.t("steer.results.need_before"), .kind = Kind::Number}}},
                [&](html::Rows& rows) {
                    for (const auto& one : s.departments)
                        rows.row()
                            .cell(department_label(c.site, one.department))
                            .cell(count(c, one.communes))
                            .cell(count(c, one.eligible))
                            .cell(count(c, one.gained))
                            .cell(count(c, one.lost))
                            .cell(html::Money{one.need})
                            .cell(html::Money{one.need_against});
                });
}

void charts(html::Writer& w, const Context& c, const scheme::Simulation& s) {
    if (s.departments.empty()) return;
    std::vector<publish::Datum> needs;
    std::vector<publish::Stack> stacks;
    for (const auto& one : s.departments) {
        needs.push_back({department_label(c.site, one.department), one.need.value, {}});
        stacks.push_back(
            {department_label(c.site, one.department), {one.eligible - one.gained, one.gained, one.lost}, {}});
    }
    const std::string need = publish::bar_chart({.id = "besoin",
                                                 .title = std::string(c.t("steer.results.chart.need")),
                                                 .description = std::string(c.t("steer.results.chart.need.text")),
                                                 .unit = publish::Unit::Euros,
                                                 .language = c.language()},
                                                needs);
    html::chart(w, {.caption = c.t("steer.results.chart.need"),
                    .drawing = [&](html::Writer& inner) { html::drawing(inner, need); },
                    .table = [&](html::Writer& inner) { departments_table(inner, c, s); },
                    .source = c.t("scheme.simulate.model")});
    const std::string series[] = {std::string(c.t("steer.results.kept")), std::string(c.t("scheme.simulate.gained")),
                                  std::string(c.t("scheme.simulate.lost"))};
    const std::string sides =
        publish::stacked_chart({.id = "communes",
                                .title = std::string(c.t("steer.results.chart.communes")),
                                .description = std::string(c.t("steer.results.chart.communes.text")),
                                .language = c.language()},
                               series, stacks);
    html::chart(w, {.caption = c.t("steer.results.chart.communes"),
                    .drawing = [&](html::Writer& inner) { html::drawing(inner, sides); },
                    .table = [&](html::Writer& inner) { departments_table(inner, c, s); },
                    .source = c.t("scheme.simulate.model")});
}

// Rows of the columns as names; the first ones when they are many.
void names(html::Writer& w, const Context& c, const Result& result, const std::vector<std::uint32_t>& rows,
           std::string_view key) {
    if (rows.empty()) return;
    html::details(w, {.summary = c.t(key, {{"n", count(c, static_cast<std::int64_t>(rows.size()))}}),
                      .content = [&](html::Writer& inner) {
                          inner("<ul>{}</ul>", [&] {
                              for (std::size_t i = 0; i < std::min(rows.size(), kNamedAtMost); ++i) {
                                  const auto commune =
                                      c.site.desk.territory.commune_at(result.columns->communes()[rows[i]]);
                                  inner("<li>{}</li>", commune.label());
                              }
                          });
                          if (rows.size() > kNamedAtMost)
                              html::paragraph(
                                  inner, c.t("steer.results.more",
                                             {{"n", count(c, static_cast<std::int64_t>(rows.size() - kNamedAtMost))}}));
                      }});
}

}  // namespace

void results(html::Writer& w, const Context& c, const Result& result) {
    const auto& s = result.simulation;
    html::heading(w, 2, c.t("steer.results.title"));
    figures(w, c, s);
    html::notice(w, {.title = c.t("scheme.simulate.model"), .content = c.t("steer.results.model")});
    comparison(w, c, s);
    charts(w, c, s);
    names(w, c, result, s.gained, "steer.results.gained");
    names(w, c, result, s.lost, "steer.results.lost");
}

}  // namespace beffroi::aides::pages::steer
