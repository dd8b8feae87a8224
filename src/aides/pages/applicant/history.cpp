// "Retrouver ce que j'avais saisi": every value that was replaced or set aside, and the way to bring it back.
#include <algorithm>

#include <fmt/format.h>

#include "aides/pages/applicant/parts.hpp"
#include "base/text.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::FieldChange;

constexpr int kShown = 200;
constexpr std::size_t kExcerpt = 400;

// Cut between two characters.
std::string excerpt(std::string_view text) {
    if (text.size() <= kExcerpt) return std::string(text);
    std::size_t end = kExcerpt;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "…";
}

void restore_button(html::Writer& w, Context& c, const ApplicationView& view, const FieldChange& change,
                    std::string_view label) {
    html::form(w, {.action = file_url(view.application.id, "historique-saisie"), .csrf = c.csrf()}, [&] {
        html::hidden_field(w, "champ", change.field);
        html::hidden_field(w, "version", fmt::to_string(change.version));
        html::hidden_field(w, "le", fmt::to_string(change.at.ms));
        if (change.clash) html::hidden_field(w, "ecarte", "1");
        html::button(w, {.text = w.t("applicant.history.take"), .weight = html::Weight::Quiet, .context = label});
    });
}

http::Response history_page(Context& c) {
    const auto view = open_file(c);
    const std::string field(c.query("champ"));
    const auto changes = c.db().read(
        [&](db::Reader& reader) { return application::form_history(reader, view.application.id, field, kShown); });
    const bool pen = application::applicant_holds_pen(view.application.state);
    std::map<std::int64_t, std::string> names;
    FilePage page{.title = std::string(c.t("applicant.history.title")), .wide = true};
    page.main = [&](html::Writer& w) {
        html::lead(w, w.t("applicant.history.lead"));
        if (!field.empty())
            w("<p><a href='{}'>{}</a></p>", file_url(view.application.id, "historique-saisie"),
              w.t("applicant.history.all"));
        html::table(
            w,
            {.caption = w.t("applicant.history.caption"),
             .columns = {{.label = w.t("applicant.history.field")},
                         {.label = w.t("applicant.history.before")},
                         {.label = w.t("applicant.history.when")},
                         {.label = w.t("applicant.history.who")},
                         {.label = w.t("applicant.history.action"), .hide_label = true}},
             .empty = w.t("applicant.history.none")},
            [&](html::Rows& rows) {
                for (const FieldChange& change : changes) {
                    // A field that was filled in for the first time replaced nothing.
                    if (!change.clash && change.before.value_or("").empty()) continue;
                    auto& who = names[change.by.value];
                    if (who.empty()) who = person_name(c, change.by);
                    const std::string label = field_label(change.field, *view.edition, w.text());
                    const auto stored = view.fields.find(change.field);
                    const bool now = stored != view.fields.end() && stored->second == change.before.value_or("");
                    rows.row()
                        .cell(html::Link{
                            html::with_param(file_url(view.application.id, "historique-saisie"), "champ", change.field),
                            label})
                        .cell([&] {
                            w("<span class='typed'>{}</span>{}", excerpt(change.before.value_or("")), [&] {
                                if (change.clash)
                                    w(" {}", html::Tag{w.t("applicant.history.clash"), html::Tone::Warning});
                            });
                        })
                        .cell(html::Moment{change.at})
                        .cell(who)
                        .cell([&] {
                            if (now)
                                w.put(w.t("applicant.history.now"));
                            else if (pen)
                                restore_button(w, c, view, change, label);
                        });
                }
            });
        html::button_link(w, file_url(view.application.id), w.t("applicant.back_to_file"), html::Weight::Secondary);
    };
    return file_page(c, view, std::move(page));
}

// The value of that very change becomes the field's value again; the present one joins the history.
http::Response bring_back(Context& c) {
    const auto view = open_file(c);
    const auto id = view.application.id;
    const std::string field(c.form("champ"));
    const bool clash = !c.form("ecarte").empty();
    const auto changes =
        c.db().read([&](db::Reader& reader) { return application::form_history(reader, id, field, 1000); });
    const auto found = std::find_if(changes.begin(), changes.end(), [&](const FieldChange& change) {
        return change.clash == clash && fmt::to_string(change.version) == c.form("version") &&
               fmt::to_string(change.at.ms) == c.form("le");
    });
    if (found == changes.end()) throw base::Failure({base::Code::NotFound, "no such change", {}});
    auto saved =
        application::autosave(c.desk(), id, view.application.form_version,
                              {.set = {{field, found->before.value_or("")}}, .remove_rows = {}}, c.principal());
    base::value_or_throw(saved);
    if (!saved->held) return c.error({base::Code::Conflict, "no pen", {"application.not_your_turn", {}}});
    const Step step = step_of(field);
    return c.see_other(step_url(id, step) + "#" + html::field_id(wire_name(field)), "applicant.notice.brought_back");
}

}  // namespace

void add_history(Routes& routes) {
    routes.get("/dossiers/{id}/historique-saisie", kApplicants, history_page);
    routes.post("/dossiers/{id}/historique-saisie", kApplicants, bring_back);
}

}  // namespace beffroi::aides::pages::applicant
