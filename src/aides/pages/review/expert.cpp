// The outside expert's page: opened by a link, shows the parts that were shared and nothing else, answers once.
#include <algorithm>

#include "aides/pages/review/parts.hpp"
#include "documents/blob_store.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::OpinionAnswer;
using application::SharedFile;

struct Opened {
    SharedFile shared;
    ApplicationView view;
};

bool has_part(const SharedFile& shared, std::string_view part) {
    return std::find(shared.parts.begin(), shared.parts.end(), part) != shared.parts.end();
}

// The file is read as an officer reads it; only the shared parts reach the page.
Opened open_link(const Context& c) {
    return c.db().read([&](db::Reader& reader) {
        auto shared = base::value_or_throw(application::shared_file(reader, c.request.param("token")));
        auto program = accounts::Principal::the_program();
        program.roles.add(Role::Officer);
        auto view = base::value_or_throw(application::load(c.desk(), reader, shared.application, program));
        return Opened{std::move(shared), std::move(view)};
    });
}

void identity(html::Writer& w, const Context& c, const ApplicationView& view, const application::Project& project) {
    html::summary_list(
        w, {.title = c.t("review.part.identity"),
            .rows = {{.key = c.t("review.applicant"), .value = std::string_view(view.application.applicant_name)},
                     {.key = c.t("review.department"), .value = department_label(c.site, view.application.department)},
                     {.key = c.t("review.project.contact"), .value = std::string_view(project.contact.name)}},
            .change_href = {}});
}

void project_part(html::Writer& w, const Context& c, const application::Project& project) {
    std::vector<html::SummaryRow> rows;
    auto add = [&](std::string_view key, std::string value) {
        if (!value.empty()) rows.push_back({.key = c.t(key), .value = std::move(value)});
    };
    add("review.project.title", project.title);
    add("review.project.nature",
        project.nature.empty() ? std::string() : std::string(word(c.t, "scheme.nature", project.nature)));
    add("review.project.cameras", project.cameras > 0 ? base::format_count(project.cameras, c.language()) : "");
    add("review.project.places", project.places);
    add("review.project.purpose", project.purpose);
    add("review.project.description", project.description);
    html::summary_list(w, {.title = c.t("review.part.project"), .rows = std::move(rows), .change_href = {}});
}

void expenses_part(html::Writer& w, const Context& c, const ApplicationView& view) {
    html::table(w,
                {.caption = c.t("review.part.expenses"),
                 .columns = {{.label = c.t("review.line")},
                             {.label = c.t("review.line.quote")},
                             {.label = c.t("review.line.ht"), .kind = html::Column::Kind::Number}},
                 .empty = c.t("review.lines.none")},
                [&](html::Rows& rows) {
                    for (const auto& row : view.expenses)
                        rows.row().cell(row.label).cell(row.quote).cell(html::Money{row.ht});
                });
}

void funding_part(html::Writer& w, const Context& c, const ApplicationView& view) {
    html::table(w,
                {.caption = c.t("review.part.funding"),
                 .columns = {{.label = c.t("review.funding.source")},
                             {.label = c.t("review.funding.name")},
                             {.label = c.t("review.amount"), .kind = html::Column::Kind::Number}},
                 .empty = c.t("review.funding.none")},
                [&](html::Rows& rows) {
                    for (const auto& row : view.funding)
                        rows.row()
                            .cell(word(c.t, "application.funding_source", row.source))
                            .cell(row.name)
                            .cell(html::Money{row.cents});
                });
}

void documents_part(html::Writer& w, const Context& c, const Opened& opened) {
    if (opened.shared.documents.empty()) return;
    html::heading(w, 2, c.t("review.part.documents"));
    w("<ul>{}</ul>", [&] {
        for (const auto& document : opened.view.documents) {
            const auto& ids = opened.shared.documents;
            if (std::find(ids.begin(), ids.end(), document.id) == ids.end()) continue;
            w(
                "<li>{} ({})</li>",
                [&] {
                    if (c.desk().scanner.readable(document.scan))
                        w("{}",
                          html::Link{.href = html::url("/avis/{}/pieces/{}", c.request.param("token"), document.id),
                                     .text = document.name});
                    else
                        w("{}", document.name);
                },
                html::format_size(static_cast<std::int64_t>(document.size), c.language()));
        }
    });
}

void answer_form(html::Writer& w, const Context& c, const html::Errors& errors) {
    const bool posted = c.request.method == http::Method::Post;
    auto typed = [&](std::string_view name) { return posted ? c.form(name) : std::string_view(); };
    html::heading(w, 2, c.t("review.expert.answer"));
    // Who holds the link is the expert: there is no session that a token could protect, the link itself is the secret.
    html::form(
        w,
        {.action = html::url("/avis/{}", c.request.param("token")),
         .csrf = c.csrf().empty() ? std::string_view("lien") : c.csrf()},
        [&] {
            std::vector<html::Choice> answers;
            for (const auto answer : {OpinionAnswer::Favourable, OpinionAnswer::Reserved, OpinionAnswer::Unfavourable})
                answers.push_back({.value = name(answer),
                                   .label = word(c.t, "application.opinion", name(answer)),
                                   .checked = typed("answer") == name(answer)});
            html::radios(w,
                         {.name = "answer",
                          .label = c.t("review.opinion.answer"),
                          .error = errors.of("answer"),
                          .need = html::Need::Required},
                         answers);
            html::text_area(w, {.name = "note",
                                .label = c.t("review.opinion.note"),
                                .value = typed("note"),
                                .error = errors.of("note"),
                                .max_length = 10'000});
            html::text_field(w, {.name = "name",
                                 .label = c.t("review.expert.name"),
                                 .hint = c.t("review.expert.name.hint"),
                                 .value = typed("name"),
                                 .error = errors.of("name"),
                                 .need = html::Need::Required,
                                 .width = html::Width::Long,
                                 .autocomplete = "name"});
            html::paragraph(w, c.t("review.expert.once"));
            html::buttons(w, [&] { html::button(w, {.text = c.t("review.expert.send")}); });
        });
}

http::Response expert_page(Context& c, const html::Errors& errors = {}, int status = 200) {
    const auto opened = open_link(c);
    const auto& shared = opened.shared;
    const auto project = application::read(opened.view.fields, *opened.view.edition).project;
    auto response =
        c.page({.title = c.t("review.expert.title", {{"number", shared.number}}),
                .errors = errors.empty() ? nullptr : &errors,
                .caption = c.t("review.expert.due", {{"date", base::format_date(shared.due_on, c.language())}}),
                .main =
                    [&](html::Writer& w) {
                        html::lead(w, std::string_view(shared.question));
                        if (has_part(shared, "identity")) identity(w, c, opened.view, project);
                        if (has_part(shared, "project")) project_part(w, c, project);
                        if (has_part(shared, "expenses")) expenses_part(w, c, opened.view);
                        if (has_part(shared, "funding")) funding_part(w, c, opened.view);
                        documents_part(w, c, opened);
                        answer_form(w, c, errors);
                    }},
               status);
    // The address is a secret: no other site may learn it, no cache keep the page.
    return std::move(response).header("Referrer-Policy", "no-referrer").header("Cache-Control", "no-store");
}

http::Response send(Context& c) {
    html::Errors errors;
    const auto answer = application::parse_opinion_answer(c.form("answer"));
    if (!answer || *answer == OpinionAnswer::None)
        errors.add("answer", std::string(c.t("review.opinion.answer.missing")));
    if (c.form("name").empty()) errors.add("name", std::string(c.t("review.expert.name.missing")));
    if (!errors.empty()) return expert_page(c, errors, 422);
    auto done =
        application::answer_by_link(c.desk(), c.request.param("token"), *answer, c.form("note"), c.form("name"));
    if (!done) {
        if (done.error().code != base::Code::Invalid && done.error().code != base::Code::TooLarge)
            return c.error(done.error());
        errors.add(done.error().message.key == "application.text_empty" ? "name" : "note", c.t(done.error()));
        return expert_page(c, errors, 422);
    }
    return c.page({.title = c.t("review.expert.thanks"), .main = [&](html::Writer& w) {
                       html::notice(w, {.tone = html::Tone::Good,
                                        .title = c.t("review.expert.received"),
                                        .content = c.t("review.expert.received.more"),
                                        .live = true});
                   }});
}

http::Response document(Context& c) {
    const auto id = c.id<application::DocumentId>("document");
    const auto [shared, found] = c.db().read([&](db::Reader& reader) {
        return std::pair(base::value_or_throw(application::shared_file(reader, c.request.param("token"))),
                         application::find_document(reader, id));
    });
    const bool listed = std::find(shared.documents.begin(), shared.documents.end(), id) != shared.documents.end();
    if (!listed || !found) throw base::Failure({base::Code::NotFound, "not shared", {}});
    if (!c.desk().scanner.readable(found->scan))
        return c.error({base::Code::Refused,
                        "document not readable",
                        {found->scan == documents::ScanState::Infected ? "application.document_infected"
                                                                       : "application.document_not_scanned",
                         {}}});
    return http::file(found->type, {.path = c.desk().office.blobs.path_of(found->blob), .offset = 0, .length = {}})
        .attachment(found->name)
        .header("Referrer-Policy", "no-referrer")
        .header("Cache-Control", "no-store");
}

}  // namespace

void add_expert(Routes& routes) {
    routes.get("/avis/{token}", kAnyone, [](Context& c) { return expert_page(c); }, {.where = http::Where::Worker});
    routes.post("/avis/{token}", kAnyone, [](Context& c) { return send(c); });
    routes.get("/avis/{token}/pieces/{document}", kAnyone, [](Context& c) { return document(c); },
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::review
