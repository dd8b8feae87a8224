// The schemes: what is open, and each edition in plain words with its estimator.
#include <algorithm>

#include "aides/application/editions.hpp"
#include "aides/envelope/ledger.hpp"
#include "aides/pages/open/estimator.hpp"
#include "aides/pages/open/parts.hpp"
#include "aides/pages/open/scheme_text.hpp"

namespace beffroi::aides::pages::open {

namespace {

using application::EditionRow;
using application::EditionStatus;
using scheme::EditionPtr;

void write_refs(html::Writer& w, const scheme::Refs& refs) {
    for (const auto& ref : refs)
        w(" <a class='ref' href='#source-{}'>{}{}</a>", ref, html::Hidden{w.t("open.scheme.source_of")}, ref);
}

void write_said(html::Writer& w, const Said& said) {
    w(
        "<li>{}{}{}</li>", said.text, [&] { write_refs(w, said.refs); },
        [&] {
            if (said.state == scheme::State::Unknown)
                w(" {} <span class='hint remark'>{}</span>", html::Tag{w.t("open.scheme.unknown"), html::Tone::Bad},
                  said.remark);
            else if (said.state == scheme::State::Assumed)
                w(" {} <span class='hint remark'>{}</span>", html::Tag{w.t("open.scheme.assumed"), html::Tone::Warning},
                  said.remark);
            else if (!said.remark.empty())
                w(" <span class='hint remark'>{}</span>", said.remark);
        });
}

void write_list(html::Writer& w, const std::vector<Said>& list) {
    if (list.empty()) return;
    w("<ul class='said'>{}</ul>", [&] {
        for (const auto& said : list) write_said(w, said);
    });
}

struct Part {
    std::string_view id;       // of the heading
    std::string_view key;      // of its title
    std::string_view section;  // of the file, whose question is shown when nothing is known
    std::vector<Said> list;
};

void write_part(html::Writer& w, const SchemeText& text, const Part& part) {
    std::string question = text.question(part.section);
    if (part.list.empty() && question.empty()) return;
    html::heading(w, 2, w.t(part.key), part.id);
    if (!question.empty())
        html::notice(
            w,
            {.tone = html::Tone::Warning, .title = w.t("open.scheme.section_unknown"), .content = std::move(question)});
    write_list(w, part.list);
}

void write_sources(html::Writer& w, const scheme::Model& model) {
    html::heading(w, 2, w.t("open.scheme.sources"), "sources");
    w("<p>{}</p>", w.t("open.scheme.sources_lead"));
    w("<ul class='sources'>{}</ul>", [&] {
        for (const auto& source : model.sources)
            w(
                "<li id='source-{}'><strong>{}</strong> {}{} {}</li>", source.id, source.id,
                [&] {
                    if (source.url.empty() || !html::safe_url(source.url))
                        w("{}", source.title);
                    else
                        w("<a href='{}'>{}</a>", source.url, source.title);
                },
                [&] {
                    if (source.date) w(", {}", html::Day{*source.date});
                },
                [&] {
                    const bool read = source.mark == scheme::Mark::Read;
                    w("{}", html::Tag{w.t("open.scheme.mark." + std::string(scheme::name_of(source.mark))),
                                      read ? html::Tone::Good : html::Tone::Warning});
                });
    });
}

void write_legal(html::Writer& w, const scheme::Model& model) {
    if (model.legal_basis.empty()) return;
    html::heading(w, 2, w.t("open.scheme.legal"), "base-legale");
    w("<ul class='said'>{}</ul>", [&] {
        for (const auto& basis : model.legal_basis)
            w(
                "<li>{}{}{}</li>", basis.text.in(w.language()), [&] { write_refs(w, basis.refs); },
                [&] {
                    if (basis.contested) w(" {}", html::Tag{w.t("open.scheme.contested"), html::Tone::Warning});
                });
    });
}

struct Shown {
    EditionPtr edition;
    std::optional<EditionRow> row;  // none: known to this program, not published by this region
    std::optional<envelope::Envelope> envelope;
    bool open = false;
};

Shown find_edition(const Context& c) {
    const std::string_view scheme = c.request.param("scheme");
    const std::string_view name = c.request.param("edition");
    Shown shown;
    c.db().read([&](db::Reader& reader) {
        shown.row = application::find_edition(reader, scheme, name);
        if (!shown.row) return;
        shown.edition = base::value_or_throw(c.site.desk.editions.get(reader, shown.row->id));
        shown.envelope = envelope::find(reader, scheme, name);
    });
    if (!shown.row) {
        auto known = c.site.schemes.find(std::string(scheme) + "/" + std::string(name));
        if (!known || !*known) throw base::Failure({base::Code::NotFound, "no such edition", {}});
        shown.edition = *known;
    }
    shown.open = shown.row && shown.row->status == EditionStatus::Open && shown.edition->open_at(c.now());
    return shown;
}

html::Tag state_tag(const base::Text& t, const Shown& shown) {
    if (!shown.row) return {t("open.scheme.state.elsewhere"), html::Tone::Neutral};
    if (shown.row->status == EditionStatus::Suspended) return {t("open.scheme.state.suspended"), html::Tone::Bad};
    if (shown.open) return {t("open.scheme.state.open"), html::Tone::Good};
    return {t("open.scheme.state.closed"), html::Tone::Neutral};
}

void write_key_figures(html::Writer& w, const Shown& shown) {
    const auto& model = shown.edition->model();
    const base::Date at = shown.edition->judgement_date({});
    std::vector<html::Figure> figures;
    if (model.rates.size() == 1 && model.rates.front().percent.present()) {
        const auto& row = model.rates.front();
        const bool at_most = row.form == scheme::RateForm::UpTo;
        figures.push_back({.label = w.t(at_most ? "open.scheme.figure_rate_max" : "open.scheme.figure_rate"),
                           .value = base::format_percent(row.percent.value_or(at, {}), w.language()),
                           .strong = true});
    }
    if (model.ceilings.size() == 1)
        figures.push_back({.label = w.t("open.scheme.figure_ceiling"),
                           .value = base::format_euros(model.ceilings.front().amount.value_or(at, {}), w.language())});
    if (model.population_tests.size() == 1 && model.population_tests.front().below.present())
        figures.push_back(
            {.label = w.t("open.scheme.figure_population"),
             .value =
                 w.t("open.scheme.fewer",
                     {{"n", base::format_count(model.population_tests.front().below.value_or(at, 0), w.language())}}),
             .hint = w.t("open.scheme.inhabitants")});
    if (shown.envelope && shown.envelope->balance.authorised.value > 0)
        figures.push_back(
            {.label = w.t("open.scheme.figure_envelope"),
             .value = base::format_euros(shown.envelope->balance.authorised, w.language()),
             .hint = w.t("open.scheme.figure_committed",
                         {{"amount", base::format_euros(shown.envelope->balance.committed, w.language())}})});
    if (!figures.empty()) html::figures(w, figures);
}

void write_contents(html::Writer& w, const std::vector<Part>& parts, const SchemeText& text) {
    w("<nav class='contents' aria-label='{}'><ul>{}</ul></nav>", w.t("open.scheme.contents"), [&] {
        for (const auto& part : parts)
            if (!part.list.empty() || !text.question(part.section).empty())
                w("<li><a href='#{}'>{}</a></li>", part.id, w.t(part.key));
        w("<li><a href='#base-legale'>{}</a></li><li><a href='#sources'>{}</a></li>", w.t("open.scheme.legal"),
          w.t("open.scheme.sources"));
    });
}

void write_notices(html::Writer& w, const Context& c, const Shown& shown) {
    const auto doubts = shown.edition->model().doubts;
    const auto assumed = std::count_if(doubts.begin(), doubts.end(),
                                       [](const auto& doubt) { return doubt.state == scheme::State::Assumed; });
    if (!shown.row)
        html::notice(w, {.title = c.t("open.scheme.elsewhere"), .content = c.t("open.scheme.elsewhere_text")});
    if (shown.row && shown.row->status == EditionStatus::Suspended)
        html::notice(w, {.tone = html::Tone::Bad,
                         .title = c.t("open.scheme.state.suspended"),
                         .content = c.t("open.scheme.suspended_text")});
    if (!doubts.empty()) {
        std::string said = counted(c.t, "open.scheme.doubts_assumed", assumed);
        if (const auto unknown = static_cast<std::int64_t>(doubts.size()) - assumed; unknown > 0)
            said += " " + counted(c.t, "open.scheme.doubts_unknown", unknown);
        html::notice(w, {.tone = html::Tone::Warning, .title = c.t("open.scheme.doubts"), .content = std::move(said)});
    }
    const auto& basis = shown.edition->model().legal_basis;
    if (std::any_of(basis.begin(), basis.end(), [](const auto& one) { return one.contested; }))
        html::notice(w, {.tone = html::Tone::Warning, .title = c.t("open.scheme.contested_title"), .content = [&] {
                             w("<p><a href='#base-legale'>{}</a></p>", c.t("open.scheme.contested_text"));
                         }});
}

http::Response edition_page(Context& c) {
    const Shown shown = find_edition(c);
    const auto& model = shown.edition->model();
    EstimateForm form = read_estimate_form(c.request, *shown.edition);
    html::Errors errors;
    std::optional<Estimated> result;
    if (form.asked) result = compute(c, *shown.edition, form, errors);
    const SchemeText text(*shown.edition, c.site.desk.territory, c.t);
    const std::vector<Part> parts{
        {"qui", "open.scheme.who", "applicants", text.who()},
        {"projets", "open.scheme.projects", "natures", text.projects()},
        {"combien", "open.scheme.how_much", "rate", text.how_much()},
        {"autres-aides", "open.scheme.cofunding", "cofunding", text.cofunding()},
        {"depenses-retenues", "open.scheme.paid", "categories", text.paid()},
        {"depenses-non-retenues", "open.scheme.not_paid", "", text.not_paid()},
        {"pieces", "open.scheme.documents", "documents", text.documents()},
        {"dates", "open.scheme.dates", "windows", text.dates()},
        {"choix", "open.scheme.chosen", "selection", text.chosen()},
        {"versement", "open.scheme.payment", "payment", text.payment()},
    };
    return c.page({.title = model.title.in(c.language()),
                   .breadcrumb = {{"/dispositifs", c.t("open.schemes.title")}},
                   .errors = errors.empty() ? nullptr : &errors,
                   .caption = c.t("open.scheme.caption", {{"funder", model.funder}, {"edition", model.edition}}),
                   .aside = [&](html::Writer& w) { w("{}", state_tag(c.t, shown)); },
                   .public_page = true,
                   .main =
                       [&](html::Writer& w) {
                           html::lead(w, model.summary.in(c.language()));
                           write_notices(w, c, shown);
                           write_key_figures(w, shown);
                           html::buttons(w, [&] {
                               html::button_link(w, "#estimation", c.t("open.estimate.title"));
                               if (shown.open)
                                   html::button_link(w, "/dossiers/nouveau?edition=" + shown.edition->id(),
                                                     c.t("open.scheme.apply"), html::Weight::Secondary);
                           });
                           if (result || !errors.empty() || form.searching)
                               write_estimator(w, c, *shown.edition, form, result, errors);
                           write_contents(w, parts, text);
                           for (const auto& part : parts) write_part(w, text, part);
                           write_legal(w, model);
                           if (!(result || !errors.empty() || form.searching))
                               write_estimator(w, c, *shown.edition, form, result, errors);
                           write_sources(w, model);
                       }},
                  errors.empty() ? 200 : 422);
}

http::Response list_page(Context& c) {
    struct Line {
        EditionRow row;
        EditionPtr edition;
    };
    std::vector<Line> published;
    c.db().read([&](db::Reader& reader) {
        for (auto& row : application::editions(reader)) {
            if (row.status == EditionStatus::Superseded) continue;
            if (auto edition = c.site.desk.editions.get(reader, row.id))
                published.push_back({std::move(row), std::move(*edition)});
        }
    });
    auto is_published = [&](std::string_view id) {
        return std::any_of(published.begin(), published.end(), [&](const Line& line) { return line.row.name() == id; });
    };
    return c.page(
        {.title = c.t("open.schemes.title"), .public_page = true, .main = [&](html::Writer& w) {
             html::lead(w, c.t("open.schemes.lead"));
             std::vector<html::CardItem> cards;
             for (const auto& line : published) {
                 const Shown shown{line.edition,
                                   line.row,
                                   {},
                                   line.row.status == EditionStatus::Open && line.edition->open_at(c.now())};
                 cards.push_back(
                     {.href = "/dispositifs/" + line.row.name(),
                      .title = line.edition->model().title.in(c.language()) + " " + line.row.edition,
                      .content =
                          [&w, summary = std::string(line.edition->model().summary.in(c.language())),
                           tag = state_tag(c.t, shown)] { w("<p>{}</p><p>{}</p>", [&] { w("{}", tag); }, summary); },
                      .footer = line.edition->model().funder});
             }
             html::heading(w, 2, c.t("open.schemes.published"));
             if (cards.empty())
                 html::empty_state(w, {.title = c.t("open.schemes.none"), .content = c.t("open.schemes.none_text")});
             else
                 html::cards(w, cards);
             std::vector<const scheme::LibraryEntry*> others;
             for (const auto& entry : c.site.schemes.entries())
                 if (entry.edition && !is_published(entry.edition->id())) others.push_back(&entry);
             if (others.empty()) return;
             html::heading(w, 2, c.t("open.schemes.others"), "autres");
             w("<p>{}</p>", c.t("open.schemes.others_lead"));
             html::table(w,
                         {.caption = c.t("open.schemes.others"),
                          .columns = {{.label = c.t("open.schemes.scheme")},
                                      {.label = c.t("open.edition")},
                                      {.label = c.t("open.schemes.funder")}},
                          .hide_caption = true},
                         [&](html::Rows& rows) {
                             for (const auto* entry : others) {
                                 const auto& model = entry->edition->model();
                                 rows.row()
                                     .cell(html::Link{"/dispositifs/" + model.id(), model.title.in(c.language())})
                                     .cell(model.edition)
                                     .cell(model.funder);
                             }
                         });
         }});
}

}  // namespace

void add_schemes(Routes& routes, const SharedShelf& shelf) {
    routes.get("/dispositifs", kAnyone, kept_page(shelf, From::Publication, list_page));
    // Without question the page is the same for everyone; the estimator reads what the desk knows of an applicant.
    auto plain = kept_page(shelf, From::Publication, edition_page);
    routes.get("/dispositifs/{scheme}/{edition}", kAnyone,
               [plain](Context& c) { return c.request.query.empty() ? plain(c) : edition_page(c); });
}

}  // namespace beffroi::aides::pages::open
