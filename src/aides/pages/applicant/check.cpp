// The last step: everything on one page, every fault as a link to where it is mended, the undertakings.
#include <algorithm>

#include <fmt/format.h>

#include "aides/application/acts.hpp"
#include "aides/pages/applicant/parts.hpp"
#include "aides/pages/applicant/signers.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::PieceState;
using application::State;
using html::Tone;

void fault_list(html::Writer& w, const ApplicationView& view, const Progress& progress) {
    const auto id = view.application.id;
    int count = 0;
    for (const auto& step : progress.steps) count += step.second.missing + step.second.wrong;
    if (count == 0) {
        html::notice(w, {.tone = Tone::Good, .title = w.t("applicant.check.ready")});
        return;
    }
    html::notice(
        w, {.tone = Tone::Bad, .title = w.t("applicant.check.faults", {{"n", fmt::to_string(count)}}), .content = [&] {
                w("<ul class='faults'>{}</ul>", [&] {
                    // In the order of the steps, as they will be gone through.
                    for (Step step : kSteps)
                        for (const auto& [name, fault] : progress.reading.faults)
                            if (step_of(name) == step)
                                w("<li><a href='{}#{}'>{}</a></li>", step_url(id, step),
                                  html::field_id(wire_name(name)), fault_text(name, fault, *view.edition, w.text()));
                    for (const auto& piece : progress.pieces) {
                        const bool missing =
                            piece.required && piece.due == scheme::Due::Filing &&
                            (piece.state == PieceState::Missing || piece.state == PieceState::NotScanned);
                        if (!missing && piece.state != PieceState::Infected) continue;
                        const std::string key = missing && piece.state == PieceState::Missing
                                                    ? "applicant.check.piece_missing"
                                                : missing ? "applicant.check.piece_not_scanned"
                                                          : "applicant.check.piece_infected";
                        w("<li><a href='{}#piece-{}'>{}</a></li>", step_url(id, Step::Documents), piece.kind,
                          w.t(key, {{"piece", piece.label.in(w.language())}}));
                    }
                });
            }});
}

void undertakings(html::Writer& w, const ApplicationView& view, const html::Errors& errors) {
    html::fieldset(w, {.legend = w.t("applicant.undertakings"), .hint = w.t("applicant.undertakings.hint")}, [&] {
        for (std::string_view id : application::undertakings()) {
            const std::string name = "undertaking." + std::string(id);
            const auto typed = view.fields.find(name);
            html::checkbox(w,
                           {.name = name,
                            .label = w.t("application." + name),
                            .error = errors.of(name),
                            .need = html::Need::Required},
                           typed != view.fields.end() && typed->second == "yes");
        }
    });
}

void signature_request(html::Writer& w, Context& c, const ApplicationView& view) {
    html::heading(w, 2, w.t("applicant.sign.next"), "signature");
    if (view.application.state == State::Incomplete) {
        html::paragraph(w, w.t("applicant.check.answer"));
        html::buttons(w, [&] {
            html::button(w, {.text = w.t("applicant.save"), .weight = html::Weight::Secondary});
            html::button_link(w, file_url(view.application.id, "demandes"), w.t("applicant.requests.title"));
        });
        return;
    }
    const auto signers = signers_of(c, view.application.siren, c.principal().id);
    if (signers.empty())
        html::notice(w, {.tone = Tone::Warning,
                         .title = w.t("applicant.sign.nobody"),
                         .content = w.t("applicant.sign.nobody.how")});
    else
        html::paragraph(w, w.t("applicant.sign.who", {{"names", joined(signers)}}));
    html::buttons(w, [&] {
        html::button(w, {.text = w.t("applicant.sign.ask"), .name = "demander", .value = "1"});
        html::button(w,
                     {.text = w.t("applicant.save"), .weight = html::Weight::Secondary, .name = "ici", .value = "1"});
    });
}

http::Response check_page(Context& c, const ApplicationView& view, const html::Errors& errors, int status) {
    const Progress progress = progress_of(c, view);
    const auto estimate = estimate_of(c, view.application.id);
    const Live live = live_texts(estimate, progress.reading.project, c.t);
    const bool pen = application::applicant_holds_pen(view.application.state);
    FilePage page{.title = std::string(c.t("applicant.step.verifier")), .errors = &errors, .wide = true};
    if (auto clashes = open_clashes(c, view, Step::Check); !clashes.empty())
        page.notices.push_back(clash_notice(c, view, std::move(clashes)));
    page.main = [&](html::Writer& w) {
        if (pen) {
            w("<p class='caption'>{}</p>",
              w.t("applicant.step.place", {{"n", fmt::to_string(static_cast<int>(Step::Check) + 1)},
                                           {"all", fmt::to_string(std::size(kSteps))}}));
            fault_list(w, view, progress);
        } else {
            html::notice(
                w, {.title = w.t("applicant.pen.title"),
                    .content = w.t("application.public." + std::string(application::name(view.application.state)))});
        }
        estimate_panel(w, estimate, live, *view.edition);
        answer_cards(w, c, view, progress, pen ? Change::Possible : Change::Not);
        if (!pen) return;
        html::form(
            w,
            {.action = step_url(view.application.id, Step::Check),
             .csrf = c.csrf(),
             .autosave = {.url = file_url(view.application.id, "enregistrer"),
                          .key = fmt::format("{}:verifier:{}", view.application.id.value, c.principal().id.value),
                          .version = view.application.form_version}},
            [&] {
                html::hidden_field(w, "etape", "verifier");
                undertakings(w, view, errors);
                signature_request(w, c, view);
            });
    };
    return file_page(c, view, std::move(page), status);
}

// Why the signature cannot be asked for, each point leading to its own page.
html::Errors refusals(Context& c, const ApplicationView& view, const base::Error& error) {
    html::Errors errors;
    const Progress progress = progress_of(c, view);
    for (const auto& [name, fault] : progress.reading.faults)
        if (step_of(name) == Step::Check) errors.add(name, fault_text(name, fault, *view.edition, c.t));
    if (progress.ready() || errors.empty())
        errors.add_general(progress.ready() ? c.t(error) : std::string(c.t("applicant.check.not_ready")));
    return errors;
}

http::Response save(Context& c) {
    auto view = open_file(c);
    const auto id = view.application.id;
    const auto change = change_of(Step::Check, c.request.form(), view.fields);
    std::int64_t version = view.application.form_version;
    if (auto sent = std::strtoll(std::string(c.form("version")).c_str(), nullptr, 10); sent > 0) version = sent;
    auto saved = application::autosave(c.desk(), id, version, change, c.principal());
    if (!saved) return c.error(saved.error());
    view = open_file(c);
    if (!saved->held || !saved->clashes.empty()) return check_page(c, view, {}, 409);
    if (c.form("demander").empty()) return c.see_other(step_url(id, Step::Check), "applicant.notice.saved");
    auto asked = application::perform(c.desk(), id, application::Action::RequestSignature, c.principal(),
                                      {.expected_version = saved->version});
    if (asked) return c.see_other(file_url(id, "signature"), "applicant.notice.signature_asked");
    return check_page(c, view, refusals(c, view, asked.error()), 422);
}

}  // namespace

void add_check(Routes& routes) {
    routes.get("/dossiers/{id}/verifier", kApplicants, [](Context& c) { return check_page(c, open_file(c), {}, 200); });
    routes.post("/dossiers/{id}/verifier", kApplicants, save);
}

}  // namespace beffroi::aides::pages::applicant
