// One edition: what is missing, what is assumed, its cases, its published revisions; publishing it, closing it.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "aides/pages/steer/parts.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace beffroi::aides::pages::steer {

namespace {

using application::EditionRow;
using application::EditionStatus;

struct Shown {
    const scheme::LibraryEntry& entry;
    const scheme::Model& model;
    std::optional<EditionRow> in_force;
    std::vector<EditionRow> revisions;
    std::string here;
};

Shown shown(const Context& c) {
    const std::string scheme(c.request.param("scheme"));
    const std::string edition(c.request.param("edition"));
    const auto* entry = c.site.schemes.entry(scheme + "/" + edition);
    if (entry == nullptr || !entry->edition) throw base::Failure({base::Code::NotFound, "no such edition", {}});
    Shown page{*entry, entry->edition->model(), {}, {}, html::url("/editions/{}/{}", scheme, edition)};
    c.db().read([&](db::Reader& reader) {
        page.in_force = application::find_edition(reader, scheme, edition);
        for (auto& row : application::editions(reader))
            if (row.scheme == scheme && row.edition == edition) page.revisions.push_back(std::move(row));
    });
    return page;
}

// Empty when it cannot be read.
std::string text_of(const std::filesystem::path& file) {
    std::error_code error;
    if (const auto size = std::filesystem::file_size(file, error); error || size > scheme::kLargestFile) return {};
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string source_of(const Shown& page) {
    return text_of(page.entry.file);
}

// As loaded at start: the text on the disk may have moved since, then a restart is needed before it is published.
bool is_published(const Shown& page) {
    return page.in_force && page.in_force->sha256 == crypto::hex(crypto::sha256(source_of(page)));
}

void doubts(html::Writer& w, const Context& c, std::string_view title, std::string_view none,
            const std::vector<scheme::Doubt>& list) {
    html::table(w,
                {.caption = title,
                 .columns = {{.label = c.t("steer.edition.key")},
                             {.label = c.t("steer.edition.text")},
                             {.label = c.t("steer.edition.line"), .kind = html::Column::Kind::Number}},
                 .empty = none},
                [&](html::Rows& rows) {
                    for (const auto& doubt : list)
                        rows.row()
                            .cell([&] { w("<code>{}</code>", doubt.key); })
                            .cell(doubt.text.in(c.language()))
                            .cell(doubt.line);
                });
}

void cases(html::Writer& w, const Context& c, const Shown& page) {
    const auto results = scheme::run_cases(*page.entry.edition, page.entry.cases);
    html::heading(w, 2, c.t("steer.editions.cases"), "cas");
    html::table(w,
                {.caption = c.t("steer.editions.cases"),
                 .columns = {{.label = c.t("steer.edition.case")},
                             {.label = c.t("steer.edition.amount"), .kind = html::Column::Kind::Number},
                             {.label = c.t("steer.edition.result")}},
                 .hide_caption = true,
                 .empty = c.t("steer.edition.no_case")},
                [&](html::Rows& rows) {
                    for (const auto& result : results)
                        rows.row()
                            .cell([&] {
                                w("{}<br><span class='hint'>{}</span>", result.one->name.in(c.language()),
                                  result.one->source);
                            })
                            .cell(html::Money{result.evaluation.outcome.amount})
                            .cell([&] {
                                if (result.passed()) {
                                    w("{}", html::Tag{c.t("steer.edition.passes"), html::Tone::Good});
                                    return;
                                }
                                w("{}", html::Tag{c.t("steer.edition.fails"), html::Tone::Bad});
                                for (const auto& difference : result.differences)
                                    w("<br>{}", c.t("steer.edition.difference", {{"what", difference.what},
                                                                                 {"expected", difference.expected},
                                                                                 {"found", difference.found}}));
                            });
                });
    for (const auto& fault : page.entry.cases.faults) {
        scheme::Fault line = fault;
        line.file = std::filesystem::path(fault.file).filename().string();
        html::notice(w, {.tone = html::Tone::Bad, .title = line.text(c.t)});
    }
}

void revisions(html::Writer& w, const Context& c, const Shown& page) {
    html::heading(w, 2, c.t("steer.edition.revisions"), "revisions");
    html::table(w,
                {.caption = c.t("steer.edition.revisions"),
                 .columns = {{.label = c.t("steer.edition.revision")},
                             {.label = c.t("steer.editions.state")},
                             {.label = c.t("steer.edition.published")},
                             {.label = c.t("steer.edition.hash")}},
                 .hide_caption = true,
                 .empty = c.t("steer.edition.never")},
                [&](html::Rows& rows) {
                    for (const auto& row : page.revisions)
                        rows.row()
                            .cell(row.revision)
                            .cell(edition_tag(c.t, row.status))
                            .cell(html::Moment{row.published})
                            .cell([&] { w("<code>{}</code>", std::string_view(row.sha256).substr(0, 16)); });
                });
}

void state_form(html::Writer& w, const Context& c, const Shown& page, const html::Errors& errors) {
    if (!page.in_force) return;
    html::heading(w, 3, c.t("steer.edition.change_state"));
    html::form(w, {.action = page.here + "/etat", .csrf = c.csrf()}, [&] {
        std::vector<html::Choice> choices;
        for (EditionStatus status : {EditionStatus::Open, EditionStatus::Closed, EditionStatus::Suspended}) {
            if (status == page.in_force->status) continue;
            const std::string name(application::name(status));
            choices.push_back({.value = name,
                               .label = c.t("steer.edition.set." + name),
                               .hint = c.t("steer.edition.set." + name + ".hint"),
                               .checked = c.request.method == http::Method::Post && c.form("status") == name});
        }
        html::radios(w, {.name = "status", .label = c.t("steer.edition.new_state"), .error = errors.of("status")},
                     choices);
        html::text_area(w,
                        {.name = "reason",
                         .label = c.t("steer.edition.reason"),
                         .hint = c.t("steer.edition.reason.hint"),
                         .value = c.request.method == http::Method::Post ? c.form("reason") : std::string_view(),
                         .error = errors.of("reason"),
                         .need = html::Need::Required,
                         .max_length = 1000},
                        3);
        html::buttons(
            w, [&] { html::button(w, {.text = c.t("steer.edition.set.button"), .weight = html::Weight::Secondary}); });
    });
}

void acts(html::Writer& w, const Context& c, const Shown& page, const html::Errors& errors) {
    if (!kHeads.allows(c.principal())) return;
    html::heading(w, 2, c.t("steer.edition.acts"), "actes");
    const auto publishable = scheme::publishable(*page.entry.edition, page.entry.cases);
    if (is_published(page)) {
        html::paragraph(w, c.t("steer.edition.same"));
    } else if (!publishable) {
        html::notice(w, {.tone = html::Tone::Warning,
                         .title = c.t("steer.edition.not_openable"),
                         .content = c.t(publishable.error())});
    } else {
        html::paragraph(w, c.t(page.in_force ? "steer.edition.publish.again" : "steer.edition.publish.lead"));
        html::button_form(w, {.action = page.here + "/publier", .csrf = c.csrf()},
                          {.text = c.t("steer.edition.publish.button")});
    }
    state_form(w, c, page, errors);
}

http::Response edition_page(Context& c, const html::Errors& errors = {}, int status = 200) {
    const Shown page = shown(c);
    const auto& edition = *page.entry.edition;
    return c.page(
        {.title = page.model.title.in(c.language()),
         .breadcrumb = {{.href = "/editions", .text = c.t("steer.editions.title")}},
         .errors = errors.empty() ? nullptr : &errors,
         .caption = page.model.id(),
         .aside =
             [&](html::Writer& w) {
                 w("{}", page.in_force ? edition_tag(c.t, page.in_force->status)
                                       : html::Tag{c.t("steer.editions.unpublished"), html::Tone::Neutral});
             },
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 html::lead(w, page.model.summary.in(c.language()));
                 const auto missing = edition.missing_to_open();
                 html::figures(
                     w, {{.label = c.t("steer.editions.openable"),
                          .value = c.t(scheme::publishable(edition, page.entry.cases) ? "steer.yes" : "steer.no"),
                          .strong = true},
                         {.label = c.t("steer.editions.unknown"),
                          .value = base::format_count(static_cast<std::int64_t>(missing.size()), c.language())},
                         {.label = c.t("steer.editions.assumed"),
                          .value = base::format_count(static_cast<std::int64_t>(edition.assumptions().size()),
                                                      c.language())}});
                 html::paragraph(w, [&] {
                     w("{}", html::Link{html::url("/dispositifs/{}/{}", page.model.scheme, page.model.edition),
                                        c.t("steer.edition.public")});
                 });
                 html::heading(w, 2, c.t("steer.edition.doubts"), "inconnues");
                 doubts(w, c, c.t("steer.edition.missing"), c.t("steer.edition.missing.none"), missing);
                 std::vector<scheme::Doubt> open;
                 for (const auto& doubt : page.model.doubts)
                     if (doubt.state == scheme::State::Unknown && !doubt.needed) open.push_back(doubt);
                 if (!open.empty()) doubts(w, c, c.t("steer.edition.open"), {}, open);
                 doubts(w, c, c.t("steer.edition.assumptions"), c.t("steer.edition.assumptions.none"),
                        edition.assumptions());
                 cases(w, c, page);
                 revisions(w, c, page);
                 acts(w, c, page, errors);
             }},
        status);
}

http::Response publish(Context& c) {
    const Shown page = shown(c);
    const std::string source = source_of(page);
    const std::string beside = text_of(scheme::cases_beside(page.entry.file));
    auto done = c.db().write(
        [&](db::Writer& writer) { return application::publish(writer, source, beside, c.principal().id, c.now()); });
    if (done) return c.see_other(page.here, "steer.notice.published");
    html::Errors errors;
    errors.add_general(c.t(done.error()));
    return edition_page(c, errors, 422);
}

http::Response set_state(Context& c) {
    const Shown page = shown(c);
    if (!page.in_force) throw base::Failure({base::Code::NotFound, "never published", {}});
    const auto status = application::parse_edition_status(c.form("status"));
    const std::string_view reason = base::trim(c.form("reason"));
    html::Errors errors;
    if (!status || *status == EditionStatus::Superseded)
        errors.add("status", std::string(c.t("steer.edition.error.status")));
    if (reason.empty()) errors.add("reason", std::string(c.t("steer.edition.error.reason")));
    if (!errors.empty()) return edition_page(c, errors, 422);
    auto done = c.db().write([&](db::Writer& writer) {
        return application::set_status(writer, page.in_force->id, *status, reason, c.principal().id, c.now());
    });
    if (done) return c.see_other(page.here, "steer.notice.state");
    errors.add_general(c.t(done.error()));
    return edition_page(c, errors, 409);
}

}  // namespace

void add_edition(Routes& routes) {
    routes.get("/editions/{scheme}/{edition}", kReaders, [](Context& c) { return edition_page(c); },
               {.where = http::Where::Worker});
    routes.post("/editions/{scheme}/{edition}/publier", kHeads, [](Context& c) { return publish(c); });
    routes.post("/editions/{scheme}/{edition}/etat", kHeads, [](Context& c) { return set_state(c); });
}

}  // namespace beffroi::aides::pages::steer
