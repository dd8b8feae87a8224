// The letters of decision: before they go, exactly as they would go (the act is performed and undone); after, as kept.
#include "documents/letters.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "aides/application/view.hpp"
#include "aides/correspondence/acts.hpp"
#include "aides/pages/sitting/parts.hpp"
#include "documents/pdf_join.hpp"

namespace beffroi::aides::pages::sittings {

namespace {

using application::ApplicationId;

http::RouteOptions worker() {
    return {.where = http::Where::Worker};
}

bool is_decision(std::string_view kind) {
    using documents::LetterKind;
    return kind == template_name(LetterKind::Granted) || kind == template_name(LetterKind::Refused) ||
           kind == template_name(LetterKind::Order);
}

std::vector<correspondence::Act> issued_letters(const Context& c, ApplicationId file) {
    auto acts = c.db().read([&](db::Reader& reader) { return correspondence::acts_of(reader, file); });
    std::erase_if(acts, [](const auto& act) {
        return act.status != correspondence::ActStatus::Issued || !is_decision(act.kind);
    });
    std::reverse(acts.begin(), acts.end());
    return acts;
}

bool has_letters(const Item& item) {
    return item.outcome == Outcome::Granted || item.outcome == Outcome::Refused;
}

std::vector<ApplicationId> waiting_of(const Context& c, const View& view) {
    return c.db().read([&](db::Reader& reader) { return sitting::awaiting_notification(reader, view.sitting.id); });
}

// What notifying everyone would send to these: numbers of orders follow one another, so those before count too.
base::Result<std::vector<application::PreviewLine>> previews(const Context& c,
                                                             const std::vector<ApplicationId>& waiting) {
    auto lines = TRY(application::preview_all(c.desk(), waiting, application::Action::Notify, c.principal()));
    if (!lines.empty() && lines.back().refusal) return std::unexpected(*lines.back().refusal);
    return lines;
}

http::Response inline_pdf(std::string bytes, std::string_view name) {
    http::Response response = http::content("application/pdf", std::move(bytes));
    response.header("Content-Disposition", fmt::format("inline; filename=\"{}.pdf\"", name));
    response.header("Cache-Control", "private, no-store");
    return response;
}

http::Response letters_page(Context& c) {
    const View view = view_of(c);
    const auto waiting = waiting_of(c, view);
    auto waits = [&](const Item& item) {
        return std::find(waiting.begin(), waiting.end(), item.application) != waiting.end();
    };
    const bool possible = view.sitting.transmitted.has_value();
    return c.page(
        {.title = c.t("session.letters.title"),
         .breadcrumb = {{.href = "/gestion/seances", .text = c.t("session.list.title")},
                        {.href = address(view.sitting.id), .text = view.sitting.name}},
         .wide = true,
         .main = [&](html::Writer& w) {
             if (!possible)
                 html::notice(w, {.tone = html::Tone::Warning, .title = c.t("sitting.refused.not_transmitted")});
             html::paragraph(w, c.t(waiting.empty() ? "session.letters.gone" : "session.letters.lead"));
             const bool any = std::any_of(view.items.begin(), view.items.end(), has_letters);
             if (possible && any && (runs(c) || waiting.empty()))
                 html::paragraph(w, [&] {
                     w("{}", html::Link{address(view.sitting.id, "lettres.pdf"), c.t("session.letters.all")});
                 });
             html::table(
                 w,
                 {.caption = c.t("session.letters.title"),
                  .columns = {{.label = c.t("session.file")},
                              {.label = c.t("session.applicant")},
                              {.label = c.t("session.proposal")},
                              {.label = c.t("session.letters.letter")}},
                  .hide_caption = true,
                  .empty = c.t("session.letters.none")},
                 [&](html::Rows& rows) {
                     for (const Item& item : view.items) {
                         if (!has_letters(item)) continue;
                         const bool todo = waits(item);
                         rows.row()
                             .cell(html::Link{html::url("/instruction/dossiers/{}", item.application), item.number})
                             .cell([&] { w("{}<br>{}", item.applicant, department_label(c.site, item.department)); })
                             .cell(
                                 [&] { w("{} {}", outcome_tag(*item.outcome, c.t), origin_tag(item.provenance, c.t)); })
                             .cell([&] {
                                 const bool shown = !todo || (possible && runs(c));
                                 w("{} ", todo ? html::Tag{c.t("session.letters.todo"), html::Tone::Warning}
                                               : html::Tag{c.t("session.letters.sent"), html::Tone::Good});
                                 if (shown)
                                     w("{}", html::Link{address(view.sitting.id,
                                                                fmt::format("lettres/{}.pdf", item.application.value)),
                                                        c.t("session.letters.read"), item.number});
                             });
                     }
                 });
         }});
}

// Kept letters of those who were told, previews of the others, in the order of the agenda.
http::Response all_letters(Context& c) {
    const View view = view_of(c);
    const auto waiting = waiting_of(c, view);
    auto lines = previews(c, waiting);
    if (!lines) return c.error(lines.error());
    std::vector<std::string> files;
    for (const Item& item : view.items) {
        if (!has_letters(item)) continue;
        auto line =
            std::find_if(lines->begin(), lines->end(), [&](const auto& one) { return one.id == item.application; });
        if (line != lines->end())
            for (auto& letter : line->letters) files.push_back(std::move(letter.pdf));
        else
            for (const auto& act : issued_letters(c, item.application))
                files.push_back(base::value_or_throw(correspondence::bytes(c.desk().office, act)));
    }
    if (files.empty()) return c.error({base::Code::NotFound, "no letter", {"session.letters.none", {}}});
    return inline_pdf(base::value_or_throw(documents::join_pdfs(files, view.sitting.name)),
                      "lettres-" + base::iso(view.sitting.held_on));
}

http::Response one_letter(Context& c) {
    const View view = view_of(c);
    std::string_view name = c.request.param("file");
    if (!name.ends_with(".pdf")) throw base::Failure({base::Code::NotFound, "not a PDF", {}});
    name.remove_suffix(4);
    const auto number = number_of(name);
    const auto item = std::find_if(view.items.begin(), view.items.end(), [&](const Item& one) {
        return number && one.application.value == *number && has_letters(one);
    });
    if (item == view.items.end()) throw base::Failure({base::Code::NotFound, "no such letter", {}});
    auto waiting = waiting_of(c, view);
    const auto at = std::find(waiting.begin(), waiting.end(), item->application);
    std::vector<std::string> files;
    if (at != waiting.end()) {
        waiting.erase(at + 1, waiting.end());
        auto lines = previews(c, waiting);
        if (!lines) return c.error(lines.error());
        for (auto& letter : lines->back().letters) files.push_back(std::move(letter.pdf));
    } else {
        for (const auto& act : issued_letters(c, item->application))
            files.push_back(base::value_or_throw(correspondence::bytes(c.desk().office, act)));
    }
    if (files.empty()) throw base::Failure({base::Code::NotFound, "no letter", {}});
    // A single letter is given as it is, byte for byte.
    std::string bytes =
        files.size() == 1 ? files.front() : base::value_or_throw(documents::join_pdfs(files, item->number));
    return inline_pdf(std::move(bytes), item->number);
}

}  // namespace

void add_letters(Routes& routes) {
    routes.get("/gestion/seances/{id}/lettres", kReaders, [](Context& c) { return letters_page(c); }, worker());
    routes.get("/gestion/seances/{id}/lettres.pdf", kReaders, [](Context& c) { return all_letters(c); }, worker());
    routes.get("/gestion/seances/{id}/lettres/{file}", kReaders, [](Context& c) { return one_letter(c); }, worker());
}

}  // namespace beffroi::aides::pages::sittings
