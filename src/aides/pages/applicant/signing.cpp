// The signature by a second person, taking the pen back, withdrawing the request.
#include <algorithm>

#include <fmt/format.h>

#include "aides/application/acts.hpp"
#include "aides/pages/applicant/parts.hpp"
#include "aides/pages/applicant/signers.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

using application::Action;
using application::State;
using html::Tone;

void take_back_form(html::Writer& w, Context& c, const ApplicationView& view) {
    html::heading(w, 2, w.t("applicant.sign.take_back"), "reprendre");
    html::paragraph(w, w.t("applicant.sign.take_back.why"));
    html::form(w, {.action = file_url(view.application.id, "signature"), .csrf = c.csrf()}, [&] {
        html::button(w, {.text = w.t("applicant.sign.take_back"),
                         .weight = html::Weight::Secondary,
                         .name = "action",
                         .value = "reprendre"});
    });
}

void sign_form(html::Writer& w, Context& c, const ApplicationView& view, const html::Errors& errors) {
    html::heading(w, 2, w.t("applicant.sign.title"), "signer");
    html::paragraph(w, w.t("applicant.sign.undertake", {{"place", view.application.applicant_name}}));
    w("<ul>{}</ul>", [&] {
        for (std::string_view id : application::undertakings())
            w("<li>{}</li>", w.t("application.undertaking." + std::string(id)));
    });
    html::form(w, {.action = file_url(view.application.id, "signature"), .csrf = c.csrf()}, [&] {
        html::hidden_field(w, "version", fmt::to_string(view.application.form_version));
        html::checkbox(w,
                       {.name = "lu",
                        .label = w.t("applicant.sign.read", {{"name", c.principal().name}}),
                        .error = errors.of("lu"),
                        .need = html::Need::Required},
                       false);
        html::buttons(
            w, [&] { html::button(w, {.text = w.t("applicant.sign.button"), .name = "action", .value = "signer"}); });
    });
    html::paragraph(w, w.t("applicant.sign.effect"));
}

// Why this person cannot sign, said plainly; none: they can.
std::optional<html::Notice> hindrance(Context& c, const ApplicationView& view) {
    const auto& file = view.application;
    const auto signers = signers_of(c, file.siren, file.signature_requested_by);
    const std::string names = joined(signers);
    if (file.signature_requested_by == c.principal().id)
        return html::Notice{.tone = Tone::Info,
                            .title = c.t("applicant.sign.same"),
                            .content = signers.empty() ? std::string(c.t("applicant.sign.nobody.how"))
                                                       : c.t("applicant.sign.who", {{"names", names}})};
    if (!c.principal().cosigns_for(file.siren))
        return html::Notice{.tone = Tone::Info,
                            .title = c.t("applicant.sign.not_signer"),
                            .content = signers.empty() ? std::string(c.t("applicant.sign.nobody.how"))
                                                       : c.t("applicant.sign.who", {{"names", names}})};
    const auto offered = c.db().read(
        [&](db::Reader& reader) { return application::available_actions(c.desk(), reader, file.id, c.principal()); });
    for (const auto& action : offered)
        if (action.action == Action::File && action.refusal)
            return html::Notice{
                .tone = Tone::Warning, .title = c.t("applicant.sign.not_now"), .content = c.t(*action.refusal)};
    return std::nullopt;
}

http::Response signature_page(Context& c, const ApplicationView& view, const html::Errors& errors, int status) {
    const auto& file = view.application;
    if (file.state == State::Draft) return http::redirect_see_other(step_url(file.id, Step::Check));
    if (file.state != State::AwaitingSignature) return http::redirect_see_other(file_url(file.id));
    const Progress progress = progress_of(c, view);
    const auto estimate = estimate_of(c, file.id);
    const Live live = live_texts(estimate, progress.reading.project, c.t);
    auto stopped = hindrance(c, view);
    const bool may_sign = !stopped;
    FilePage page{.title = std::string(c.t("applicant.sign.page")), .errors = &errors, .wide = true};
    if (stopped) page.notices.push_back(std::move(*stopped));
    page.main = [&](html::Writer& w) {
        if (file.signature_requested)
            html::lead(w, w.t("applicant.sign.asked",
                              {{"name", person_name(c, file.signature_requested_by)},
                               {"date", base::format_instant(*file.signature_requested, w.language())}}));
        estimate_panel(w, estimate, live, *view.edition);
        answer_cards(w, c, view, progress, Change::Not);
        if (may_sign) sign_form(w, c, view, errors);
        take_back_form(w, c, view);
    };
    return file_page(c, view, std::move(page), status);
}

http::Response sign(Context& c, const ApplicationView& view) {
    html::Errors errors;
    const auto id = view.application.id;
    if (view.application.signature_requested_by == c.principal().id) {
        errors.add_general(std::string(c.t("applicant.sign.same.error")));
        return signature_page(c, view, errors, 403);
    }
    if (c.form("lu").empty()) {
        errors.add("lu", std::string(c.t("applicant.sign.read.error")));
        return signature_page(c, view, errors, 422);
    }
    const std::int64_t version = std::strtoll(std::string(c.form("version")).c_str(), nullptr, 10);
    auto done = application::perform(c.desk(), id, Action::File, c.principal(), {.expected_version = version});
    if (done) return c.see_other(file_url(id), "applicant.notice.filed");
    errors.add_general(c.t(done.error()));
    return signature_page(c, open_file(c), errors, http::status_of(done.error().code));
}

http::Response act(Context& c) {
    const auto view = open_file(c);
    const auto id = view.application.id;
    const std::string_view action = c.form("action");
    if (action == "signer") return sign(c, view);
    if (action == "reprendre") {
        base::value_or_throw(application::perform(c.desk(), id, Action::TakeBack, c.principal()));
        return c.see_other(file_url(id), "applicant.notice.taken_back");
    }
    if (action == "demander") {
        auto asked = application::perform(c.desk(), id, Action::RequestSignature, c.principal());
        if (asked) return c.see_other(file_url(id, "signature"), "applicant.notice.signature_asked");
        return http::redirect_see_other(step_url(id, Step::Check));
    }
    return c.error({base::Code::Invalid, "unknown action", {}});
}

// ---- withdrawal

bool posted(const Context& c) {
    return c.request.method == http::Method::Post;
}

http::Response withdrawal_page(Context& c, const ApplicationView& view, const html::Errors& errors, int status) {
    const auto& file = view.application;
    const auto* transition = application::find_transition(file.state, Action::Withdraw);
    if (transition == nullptr || !transition->who.has(application::Party::Cosigner))
        return c.error({base::Code::Conflict, "cannot be withdrawn", {"applicant.withdraw.late", {}}});
    const bool may = (application::parties_of(c.principal(), file.siren).bits & transition->who.bits) != 0;
    const bool filed = file.filed.has_value();
    FilePage page{.title = std::string(c.t("applicant.withdraw.title")), .errors = &errors};
    page.main = [&](html::Writer& w) {
        if (!may) {
            const std::string names = joined(signers_of(c, file.siren, {}));
            html::notice(w, {.tone = Tone::Info,
                             .title = w.t("applicant.withdraw.signer"),
                             .content = names.empty() ? std::string(w.t("applicant.sign.nobody.how"))
                                                      : w.t("applicant.withdraw.who", {{"names", names}})});
            html::button_link(w, file_url(file.id), w.t("applicant.back_to_file"), html::Weight::Secondary);
            return;
        }
        html::notice(w, {.tone = Tone::Warning,
                         .title = w.t(filed ? "applicant.withdraw.filed" : "applicant.withdraw.draft"),
                         .content = w.t("applicant.withdraw.kept")});
        html::form(w, {.action = file_url(file.id, "retrait"), .csrf = c.csrf()}, [&] {
            html::text_area(w,
                            {.name = "raison",
                             .label = w.t("applicant.withdraw.reason"),
                             .value = posted(c) ? c.form("raison") : std::string_view{},
                             .error = errors.of("raison"),
                             .need = html::Need::Optional},
                            3);
            html::checkbox(w,
                           {.name = "sur",
                            .label = w.t("applicant.withdraw.sure"),
                            .error = errors.of("sur"),
                            .need = html::Need::Required},
                           false);
            html::buttons(w, [&] {
                html::button(w, {.text = w.t("applicant.withdraw.button"), .weight = html::Weight::Danger});
                html::button_link(w, file_url(file.id), w.t("applicant.withdraw.no"), html::Weight::Secondary);
            });
        });
    };
    return file_page(c, view, std::move(page), status);
}

http::Response withdraw(Context& c) {
    const auto view = open_file(c);
    html::Errors errors;
    if (c.form("sur").empty()) {
        errors.add("sur", std::string(c.t("applicant.withdraw.sure.error")));
        return withdrawal_page(c, view, errors, 422);
    }
    auto done = application::perform(c.desk(), view.application.id, Action::Withdraw, c.principal(),
                                     {.reason = std::string(c.form("raison"))});
    if (done) return c.see_other(file_url(view.application.id), "applicant.notice.withdrawn");
    errors.add_general(c.t(done.error()));
    return withdrawal_page(c, open_file(c), errors, http::status_of(done.error().code));
}

}  // namespace

std::vector<std::string> signers_of(Context& c, std::string_view siren, accounts::PersonId but) {
    std::vector<std::string> names;
    for (const auto& member : c.site.accounts.members_of(siren))
        if (member.status == accounts::MembershipStatus::Active && member.role == accounts::MembershipRole::Cosigner &&
            member.person != but)
            names.push_back(member.person_name);
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

void add_signing(Routes& routes) {
    routes.get("/dossiers/{id}/signature", kApplicants,
               [](Context& c) { return signature_page(c, open_file(c), {}, 200); });
    routes.post("/dossiers/{id}/signature", kApplicants, act);
    routes.get("/dossiers/{id}/retrait", kApplicants,
               [](Context& c) { return withdrawal_page(c, open_file(c), {}, 200); });
    routes.post("/dossiers/{id}/retrait", kApplicants, withdraw);
}

}  // namespace beffroi::aides::pages::applicant
