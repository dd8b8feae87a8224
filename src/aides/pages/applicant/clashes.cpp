// Two people typed in the same field: both values, and the choice.
#include <algorithm>

#include <fmt/format.h>

#include "aides/pages/applicant/parts.hpp"

namespace beffroi::aides::pages::applicant {

std::vector<OpenClash> open_clashes(Context& c, const ApplicationView& view, std::optional<Step> step) {
    const auto history = c.db().read(
        [&](db::Reader& reader) { return application::form_history(reader, view.application.id, {}, 400); });
    std::vector<OpenClash> clashes;
    std::vector<std::string> named;
    bool chosen = false;
    for (const auto& change : history) {  // newest first
        const bool mine = change.by == c.principal().id;
        if (!change.clash) {
            // Whoever saves again after having been told has chosen; the save of the clash itself is no such save.
            if (mine && (clashes.empty() || change.version < clashes.back().version)) chosen = true;
            for (auto& clash : clashes)
                if (!mine && clash.field == change.field && clash.by.empty()) clash.by = person_name(c, change.by);
            continue;
        }
        if (chosen) break;
        if (!mine || (step && step_of(change.field) != *step)) continue;
        if (std::find(named.begin(), named.end(), change.field) != named.end()) continue;
        named.push_back(change.field);
        const auto stored = view.fields.find(change.field);
        OpenClash clash{.field = change.field,
                        .typed = change.before.value_or(""),
                        .stored = stored == view.fields.end() ? std::string() : stored->second,
                        .by = {},
                        .version = change.version,
                        .at = change.at};
        if (clash.typed != clash.stored) clashes.push_back(std::move(clash));
    }
    return clashes;
}

html::Notice clash_notice(Context& c, const ApplicationView& view, std::vector<OpenClash> clashes) {
    const bool pen = application::applicant_holds_pen(view.application.state);
    std::string token(c.csrf());
    const std::string action = file_url(view.application.id, "historique-saisie");
    auto edition = view.edition;
    return {
        .tone = html::Tone::Warning,
        .title = c.t(pen ? "applicant.clash.title" : "applicant.clash.title_pen"),
        .content =
            [clashes = std::move(clashes), token, action, edition, pen](html::Writer& w) {
                for (const OpenClash& clash : clashes) {
                    const std::string label = field_label(clash.field, *edition, w.text());
                    html::summary_list(
                        w, {.title = label,
                            .rows = {{.key = w.t("applicant.clash.typed"), .value = std::string_view(clash.typed)},
                                     {.key = clash.by.empty() ? std::string(w.t("applicant.clash.stored"))
                                                              : w.t("applicant.clash.stored_by", {{"who", clash.by}}),
                                      .value = std::string_view(clash.stored)}}});
                    if (!pen) continue;
                    html::form(w, {.action = action, .csrf = token}, [&] {
                        html::hidden_field(w, "champ", clash.field);
                        html::hidden_field(w, "version", fmt::to_string(clash.version));
                        html::hidden_field(w, "le", fmt::to_string(clash.at.ms));
                        html::hidden_field(w, "ecarte", "1");
                        html::button(
                            w,
                            {.text = w.t("applicant.clash.take"), .weight = html::Weight::Secondary, .context = label});
                    });
                }
                html::paragraph(w, w.t(pen ? "applicant.clash.keep" : "applicant.clash.kept"));
            },
        .live = true};
}

}  // namespace beffroi::aides::pages::applicant
