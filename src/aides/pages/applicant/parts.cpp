#include "aides/pages/applicant/parts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "aides/pages/applicant/applicant.hpp"
#include "aides/pages/site/navigation.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages {

namespace applicant {

using application::State;
using html::Tone;

ApplicationView open_file(Context& c) {
    auto view = base::value_or_throw(c.db().read(
        [&](db::Reader& reader) { return application::load(c.desk(), reader, c.id<ApplicationId>(), c.principal()); }));
    if (!c.principal().acts_for(view.application.siren))
        throw base::Failure({base::Code::NotFound, "not a member of the applicant", {}});
    std::erase_if(view.messages, [](const auto& message) { return message.side == application::Side::Internal; });
    std::erase_if(view.acts, [](const auto& act) { return act.status == correspondence::ActStatus::Draft; });
    return view;
}

void require_member(Context& c, ApplicationId id) {
    auto file = c.db().read([&](db::Reader& reader) { return application::find(reader, id); });
    if (!file || !c.principal().acts_for(file->siren))
        throw base::Failure({base::Code::NotFound, "no such file of this person", {}});
}

std::string file_url(ApplicationId id, std::string_view part) {
    std::string address = html::url("/dossiers/{}", id);
    if (!part.empty()) address += "/" + std::string(part);
    return address;
}

std::string step_url(ApplicationId id, Step step) {
    return file_url(id, path_of(step));
}

html::Tag state_tag(State state, const base::Text& t) {
    Tone tone = Tone::Info;
    switch (state) {
        case State::Draft:
        case State::Withdrawn:
            tone = Tone::Neutral;
            break;
        case State::AwaitingSignature:
        case State::Incomplete:
        case State::WaitingList:
        case State::Adjourned:
            tone = Tone::Warning;
            break;
        case State::Refused:
        case State::ProposedRefusal:
            tone = Tone::Bad;
            break;
        case State::Granted:
        case State::Notified:
            tone = Tone::Good;
            break;
        case State::Filed:
        case State::Complete:
        case State::UnderReview:
        case State::OpinionsAsked:
        case State::Proposed:
        case State::OnAgenda:
            break;
    }
    return {t("application.state." + std::string(application::name(state))), tone};
}

std::string person_name(Context& c, accounts::PersonId id) {
    if (!id) return std::string(c.t("applicant.somebody"));
    auto person = c.site.accounts.person(id);
    return person ? person->name : std::string(c.t("applicant.somebody"));
}

http::Response file_page(Context& c, const ApplicationView& view, FilePage page, int status) {
    const auto& file = view.application;
    std::vector<html::Crumb> crumbs = {{.href = "/mes-dossiers", .text = c.t("applicant.files.title")}};
    if (c.request.path != file_url(file.id))
        crumbs.push_back({.href = file_url(file.id), .text = c.t("applicant.file.crumb", {{"number", file.number}})});
    return c.page(
        {.title = std::string_view(page.title),
         .breadcrumb = std::move(crumbs),
         .notices = std::move(page.notices),
         .errors = page.errors != nullptr && !page.errors->empty() ? page.errors : nullptr,
         .caption = fmt::format("{} · {}", file.number, place_label(c.site, file.siren, file.applicant_name)),
         .aside =
             [&](html::Writer& w) { w("{} {}", state_tag(file.state, c.t), provenance_tag(file.provenance, c.t)); },
         .wide = page.wide,
         .main = page.main},
        status);
}

// ---- what the form says

bool Progress::ready() const {
    return std::all_of(steps.begin(), steps.end(),
                       [](const auto& step) { return step.second.missing == 0 && step.second.wrong == 0; });
}

Step Progress::first_open() const {
    for (const auto& [step, count] : steps)
        if (count.missing + count.wrong > 0) return step;
    return Step::Check;
}

Progress progress_of(Context& c, const ApplicationView& view) {
    Progress progress;
    progress.reading = application::read(view.fields, *view.edition);
    for (Step step : kSteps) progress.steps[step] = {};
    for (const auto& [name, fault] : progress.reading.faults) {
        auto& count = progress.steps[step_of(name)];
        progress.reading.missing.contains(name) ? ++count.missing : ++count.wrong;
    }
    auto sheet = c.db().read(
        [&](db::Reader& reader) { return application::check_sheet(c.desk(), reader, view.application.id); });
    progress.pieces = base::value_or_throw(std::move(sheet));
    for (const auto& piece : progress.pieces) {
        auto& count = progress.steps[Step::Documents];
        const bool due = piece.required && piece.due == scheme::Due::Filing;
        if (piece.state == application::PieceState::Infected) ++count.wrong;
        if (due &&
            (piece.state == application::PieceState::Missing || piece.state == application::PieceState::NotScanned))
            ++count.missing;
    }
    return progress;
}

html::Tag step_tag(const Progress& progress, Step step, const base::Text& t) {
    const auto& count = progress.steps.at(step);
    if (count.wrong > 0) return {t("applicant.step.wrong", {{"n", fmt::to_string(count.wrong)}}), Tone::Bad};
    if (count.missing > 0)
        return {t(step == Step::Documents ? "applicant.step.pieces_missing" : "applicant.step.missing",
                  {{"n", fmt::to_string(count.missing)}}),
                Tone::Warning};
    return {t("applicant.step.complete"), Tone::Good};
}

std::string field_label(std::string_view name, const scheme::Edition& edition, const base::Text& t) {
    if (const auto row = application::row_field(name)) {
        const std::string column = fmt::format("applicant.field.{}.{}", row->block, row->column);
        return t(fmt::format("applicant.field.{}.row", row->block),
                 {{"n", fmt::to_string(row->row)}, {"column", t(column)}});
    }
    if (name.starts_with("field.")) {
        for (const auto& field : edition.model().fields)
            if (field.key == name.substr(6)) return field.label.in(t.language());
        return std::string(name.substr(6));
    }
    if (name.starts_with("undertaking.")) return std::string(t("application." + std::string(name)));
    return std::string(t("applicant.field." + std::string(name)));
}

std::string fault_text(std::string_view name, const base::Message& fault, const scheme::Edition& edition,
                       const base::Text& t) {
    const std::string label = field_label(name, edition, t);
    if (name.starts_with("undertaking.")) return t("applicant.fault.undertaking", {{"undertaking", label}});
    const std::string sentence = t(fault);
    return t("applicant.fault", {{"field", label}, {"fault", sentence}});
}

}  // namespace applicant

void add_applicant_pages(Routes& routes, const Site& /*site*/) {
    applicant::add_lists(routes);
    applicant::add_opening(routes);
    applicant::add_file_page(routes);
    applicant::add_steps(routes);
    applicant::add_pieces(routes);
    applicant::add_check(routes);
    applicant::add_signing(routes);
    applicant::add_exchanges(routes);
    applicant::add_history(routes);
    applicant::add_papers(routes);
}

}  // namespace beffroi::aides::pages
