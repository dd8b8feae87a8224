#include "aides/pages/sitting/parts.hpp"

#include <algorithm>
#include <charconv>

#include "aides/pages/site/resume.hpp"
#include "aides/pages/sitting/sitting.hpp"

namespace beffroi::aides::pages {

namespace sittings {

bool runs(const Context& c) {
    return kSecretaries.allows(c.principal());
}

View view_of(const Context& c) {
    auto view = c.db().read([&](db::Reader& reader) { return sitting::load(reader, c.id<SittingId>()); });
    if (!view) throw base::Failure({base::Code::NotFound, "no such sitting", {}});
    return std::move(*view);
}

std::string address(SittingId id, std::string_view below) {
    std::string text = html::url("/gestion/seances/{}", id);
    if (!below.empty()) {
        text += '/';
        text += below;
    }
    return text;
}

html::Tag phase_tag(Phase phase, const base::Text& t) {
    html::Tone tone = html::Tone::Neutral;
    switch (phase) {
        case Phase::Preparing:
            tone = html::Tone::Warning;
            break;
        case Phase::Agenda:
            tone = html::Tone::Info;
            break;
        case Phase::Held:
            tone = html::Tone::Info;
            break;
        case Phase::Published:
            tone = html::Tone::Good;
            break;
    }
    return {t("sitting.status." + std::string(sitting::name(phase))), tone};
}

html::Tag outcome_tag(Outcome outcome, const base::Text& t) {
    html::Tone tone = html::Tone::Neutral;
    switch (outcome) {
        case Outcome::Granted:
            tone = html::Tone::Good;
            break;
        case Outcome::Refused:
            tone = html::Tone::Bad;
            break;
        case Outcome::Adjourned:
        case Outcome::Withdrawn:
            tone = html::Tone::Warning;
            break;
    }
    return {t("sitting.outcome." + std::string(sitting::name(outcome))), tone};
}

html::Tag sitting_tag(std::string_view provenance, const base::Text& t) {
    if (provenance == "real") return {t("site.provenance.partly"), html::Tone::Info};
    return origin_tag(provenance, t);
}
html::Tag origin_tag(std::string_view provenance, const base::Text& t) {
    return provenance_tag(application::parse_provenance(provenance).value_or(application::Provenance::Live), t);
}

std::string counted(const base::Text& t, std::string_view key, std::int64_t n) {
    return t(std::string(key) + (n > 1 ? ".many" : ".one"), {{"n", base::format_count(n, t.language())}});
}

std::string typed(const Context& c, std::string_view name, std::string_view otherwise) {
    if (c.request.method == http::Method::Post && c.request.form().has(name)) return std::string(c.form(name));
    return std::string(otherwise);
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
    return value;
}

namespace {

void proposal_cell(html::Writer& w, const Context& c, const Item& item) {
    if (item.state == ItemState::Removed) {
        w("{}", html::Tag{c.t("session.removed"), html::Tone::Neutral});
    } else if (item.outcome) {
        w("{}", outcome_tag(*item.outcome, c.t));
    } else {
        const bool grant = item.proposal == Proposal::Grant;
        w("{}", html::Tag{c.t(grant ? "session.proposal.grant" : "session.proposal.refusal"),
                          grant ? html::Tone::Info : html::Tone::Warning});
    }
    if (!item.amendment.empty()) w("<br>{}", item.amendment);
    for (const std::string& member : item.recusals) w("<br>{}", c.t("session.recused", {{"member", member}}));
}

void amount_cell(html::Writer& w, const Context& c, const Item& item) {
    const bool none = item.proposal == Proposal::Refusal || (item.outcome && *item.outcome != Outcome::Granted);
    if (none)
        w("–");
    else if (item.decided && *item.decided != item.proposed)
        w("{}<br>{}", html::Money{*item.decided},
          c.t("session.instead_of", {{"amount", base::format_euros(item.proposed, c.language())}}));
    else
        w("{}", html::Money{item.proposed});
}

std::string vote_name(const View& view, const Item& item) {
    for (const auto& vote : view.votes)
        if (vote.id == item.vote) return vote.title;
    return "–";
}

}  // namespace

void rows_table(html::Writer& w, const Context& c, const View& view, const RowsTable& table) {
    const bool votes = !view.votes.empty();
    const bool acts = runs(c) && (view.sitting.status == Phase::Preparing || view.sitting.status == Phase::Agenda);
    std::vector<html::Column> columns{{.label = c.t("session.file")},
                                      {.label = c.t("session.applicant")},
                                      {.label = c.t("session.project")},
                                      {.label = c.t("session.base"), .kind = html::Column::Kind::Number},
                                      {.label = c.t("session.amount"), .kind = html::Column::Kind::Number},
                                      {.label = c.t("session.proposal")}};
    if (votes) columns.push_back({.label = c.t("session.vote")});
    if (acts) columns.push_back({.label = c.t("session.change"), .hide_label = true});
    html::table(
        w, {.caption = table.caption, .columns = std::move(columns), .empty = table.empty}, [&](html::Rows& rows) {
            for (const Item& item : view.items) {
                if (table.shown && !table.shown(item)) continue;
                rows.row()
                    .cell([&] {
                        if (table.tick)
                            w("<input type='checkbox' name='item' value='{}' aria-label='{}'{}> ", item.id,
                              c.t("session.tick", {{"number", item.number}}), html::attr("checked", table.tick(item)));
                        w("{} {}", html::Link{html::url("/instruction/dossiers/{}", item.application), item.number},
                          origin_tag(item.provenance, c.t));
                    })
                    .cell([&] { w("{}<br>{}", item.applicant, department_label(c.site, item.department)); })
                    .cell([&] { w("{}<br>{}", item.title, c.t("sitting.nature." + item.nature)); })
                    .cell([&] { w("{}<br>{}", html::Money{item.base}, item.rate); })
                    .cell([&] { amount_cell(w, c, item); })
                    .cell([&] { proposal_cell(w, c, item); });
                if (votes) rows.cell(vote_name(view, item));
                if (!acts) continue;
                if (item.state == ItemState::Listed)
                    rows.cell(html::Link{address(view.sitting.id, "lignes/" + std::to_string(item.id.value)),
                                         c.t("session.change"), item.number});
                else
                    rows.cell("");
            }
        });
}

http::Response bulk_page(Context& c, SittingId sitting, std::string_view title,
                         const std::vector<application::BulkLine>& lines) {
    const auto refused = std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.refusal; });
    const auto done = static_cast<std::int64_t>(lines.size()) - refused;
    return c.page(
        {.title = title,
         .breadcrumb = {{.href = "/gestion/seances", .text = c.t("session.list.title")},
                        {.href = address(sitting), .text = c.t("session.back")}},
         .main = [&](html::Writer& w) {
             html::notice(
                 w, {.tone = refused == 0 ? html::Tone::Good : html::Tone::Warning,
                     .title = c.t("session.bulk.summary", {{"done", base::format_count(done, c.language())},
                                                           {"refused", base::format_count(refused, c.language())}}),
                     .live = true});
             html::table(
                 w,
                 {.caption = title,
                  .columns = {{.label = c.t("session.file")}, {.label = c.t("session.result")}},
                  .hide_caption = true},
                 [&](html::Rows& rows) {
                     for (const auto& line : lines) {
                         rows.row().cell(html::Link{html::url("/instruction/dossiers/{}", line.id), line.number});
                         if (line.refusal)
                             rows.cell([&] {
                                 w("{} {}", html::Tag{c.t("session.result.no"), html::Tone::Bad}, c.t(*line.refusal));
                             });
                         else
                             rows.cell(html::Tag{c.t("session.result.yes"), html::Tone::Good});
                     }
                 });
             html::paragraph(w, [&] { w("{}", html::Link{address(sitting), c.t("session.back")}); });
         }});
}

http::Response answer(Context& c, SittingId sitting, const base::Status& status, std::string_view field,
                      std::string_view notice) {
    if (status) return c.see_other(address(sitting), notice);
    pass_on_ours(status.error());
    if (status.error().code == base::Code::NotFound) return c.error(status.error());
    html::Errors errors;
    if (field.empty())
        errors.add_general(c.t(status.error()));
    else
        errors.add(std::string(field), c.t(status.error()));
    return desk_page(c, errors, status.error().code == base::Code::Conflict ? 409 : 422);
}

}  // namespace sittings

void add_sitting_pages(Routes& routes, const Site& /*site*/) {
    sittings::add_list(routes);
    sittings::add_desk(routes);
    sittings::add_preparing(routes);
    sittings::add_session(routes);
    sittings::add_after(routes);
    sittings::add_row(routes);
    sittings::add_papers(routes);
    sittings::add_letters(routes);
}

}  // namespace beffroi::aides::pages
