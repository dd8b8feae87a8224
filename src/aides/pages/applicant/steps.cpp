// The steps of the form: shown, saved by their button, saved as one types.
#include <algorithm>

#include <fmt/format.h>

#include "aides/pages/applicant/fields.hpp"
#include "base/text.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::applicant {

namespace {

// Room for a form at its own limits, percent-encoded.
const http::RouteOptions kFormRoute{
    .where = http::Where::Worker, .body_limit = std::size_t{4} << 20U, .form = {.count = 5000}};

html::Errors errors_of_step(const ApplicationView& view, const application::Faults& faults, Step step,
                            const base::Text& t) {
    html::Errors errors;
    for (const auto& [name, fault] : faults)
        if (step_of(name) == step) errors.add(wire_name(name), fault_text(name, fault, *view.edition, t));
    return errors;
}

// What was typed is wrong rather than absent.
application::Faults wrong_only(application::Reading reading) {
    for (const auto& name : reading.missing) reading.faults.erase(name);
    return std::move(reading.faults);
}

void step_buttons(html::Writer& w, Step step) {
    html::buttons(w, [&] {
        html::button(w, {.text = w.t("applicant.save_continue"), .name = "suite", .value = "1"});
        html::button(w,
                     {.text = w.t("applicant.save"), .weight = html::Weight::Secondary, .name = "ici", .value = "1"});
    });
    if (auto before = previous(step))
        w("<p><a href='{}'>{}</a></p>", path_of(*before),
          w.t("applicant.previous", {{"step", w.t("applicant.step." + std::string(path_of(*before)))}}));
}

http::Response step_page(Context& c, const ApplicationView& view, Step step, const html::Errors& errors, int status) {
    const auto& file = view.application;
    const std::string name(path_of(step));
    auto reading = application::read(view.fields, *view.edition);
    const auto estimate = estimate_of(c, file.id);
    const Live live = live_texts(estimate, reading.project, c.t);
    FilePage page{.title = std::string(c.t("applicant.step." + name))};
    if (auto clashes = open_clashes(c, view, step); !clashes.empty())
        page.notices.push_back(clash_notice(c, view, std::move(clashes)));
    page.errors = &errors;
    page.main = [&](html::Writer& w) {
        w("<p class='caption'>{}</p>", w.t("applicant.step.place", {{"n", fmt::to_string(static_cast<int>(step) + 1)},
                                                                    {"all", fmt::to_string(std::size(kSteps))}}));
        html::lead(w, w.t("applicant.lead." + name));
        const StepForm form{view, step, view.fields, errors, estimate, live, c.query("ajouter"), c.site, c.today()};
        auto body = [&] {
            html::hidden_field(w, "etape", name);
            step_fields(w, form);
            step_buttons(w, step);
        };
        html::form(w,
                   {.action = step_url(file.id, step),
                    .csrf = c.csrf(),
                    .autosave = {.url = file_url(file.id, "enregistrer"),
                                 .key = fmt::format("{}:{}:{}", file.id.value, name, c.principal().id.value),
                                 .version = file.form_version}},
                   body);
        if (step == Step::Expenses) {
            html::heading(w, 2, w.t("applicant.live.title"), "calcul");
            estimate_panel(w, estimate, live, *view.edition);
        }
        w("<p><a href='{}'>{}</a></p>", file_url(file.id, "historique-saisie"), w.t("applicant.history.link"));
    };
    return file_page(c, view, std::move(page), status);
}

// The pen is the Region's, or a signature is awaited: what was typed is shown, not changed.
http::Response read_only_page(Context& c, const ApplicationView& view, Step step, int status = 200) {
    const Progress progress = progress_of(c, view);
    FilePage page{.title = std::string(c.t("applicant.step." + std::string(path_of(step)))), .wide = true};
    page.notices.push_back(
        {.tone = html::Tone::Info,
         .title = c.t("applicant.pen.title"),
         .content = c.t("application.public." + std::string(application::name(view.application.state)))});
    if (auto clashes = open_clashes(c, view, std::nullopt); !clashes.empty())
        page.notices.push_back(clash_notice(c, view, std::move(clashes)));
    page.main = [&](html::Writer& w) {
        answer_cards(w, c, view, progress, Change::Not);
        html::button_link(w, file_url(view.application.id), w.t("applicant.back_to_file"), html::Weight::Secondary);
    };
    return file_page(c, view, std::move(page), status);
}

http::Response show(Context& c, Step step) {
    const auto view = open_file(c);
    if (!application::applicant_holds_pen(view.application.state)) return read_only_page(c, view, step);
    return step_page(c, view, step,
                     errors_of_step(view, wrong_only(application::read(view.fields, *view.edition)), step, c.t), 200);
}

std::int64_t version_sent(Context& c, std::int64_t otherwise) {
    std::int64_t version = 0;
    const std::string_view text = c.form("version");
    for (char digit : text) {
        if (digit < '0' || digit > '9' || version > 1'000'000'000'000) return otherwise;
        version = version * 10 + (digit - '0');
    }
    return text.empty() ? otherwise : version;
}

// The row that a press of "add" makes, so that the keyboard lands in it.
std::string add_target(const ApplicationView& view, Step step, std::string_view block) {
    const std::vector<std::string_view> blocks = blocks_of(step);
    if (std::find(blocks.begin(), blocks.end(), block) == blocks.end()) return step_url(view.application.id, step);
    const std::string_view column = block == "expense" ? "label" : block == "funding" ? "source" : "scheme";
    const int row = application::next_row(view.fields, block);
    return fmt::format("{}?ajouter={}#{}", step_url(view.application.id, step), block,
                       html::field_id(fmt::format("{}-{}-{}", block, row - 1, column)));
}

// By a button: saved first, whatever else was pressed.
http::Response save(Context& c, Step step) {
    auto view = open_file(c);
    const ApplicationId id = view.application.id;
    auto change = change_of(step, c.request.form(), view.fields);
    const auto split = split_row(change, c.form("split"), view.fields);
    auto saved =
        application::autosave(c.desk(), id, version_sent(c, view.application.form_version), change, c.principal());
    if (!saved) {
        // Nothing could be kept (too large, not text): the page shows what was sent, so that it can be shortened.
        html::Errors errors;
        errors.add_general(c.t(saved.error()));
        for (const auto& [name, value] : change.set) view.fields[name] = value;
        return step_page(c, view, step, errors, http::status_of(saved.error().code));
    }
    view = open_file(c);
    if (!saved->held) return read_only_page(c, view, step, 409);
    if (!saved->clashes.empty()) return step_page(c, view, step, {}, 409);
    if (auto block = c.form("add"); !block.empty()) return http::redirect_see_other(add_target(view, step, block));
    if (split)
        return http::redirect_see_other(
            fmt::format("{}#{}", step_url(id, step), html::field_id(fmt::format("expense-{}-category", *split - 1))));
    if (!c.form("remove").empty()) return c.see_other(step_url(id, step), "applicant.notice.row_removed");
    const html::Errors errors = errors_of_step(view, saved->faults, step, c.t);
    if (!errors.empty()) return step_page(c, view, step, errors, 422);
    if (!c.form("suite").empty())
        return c.see_other(step_url(id, next(step).value_or(Step::Check)), "applicant.notice.saved");
    return c.see_other(step_url(id, step), "applicant.notice.saved");
}

// ---- as one types

std::string json_object(const std::vector<std::pair<std::string, std::string>>& members) {
    std::string json = "{";
    for (const auto& [name, value] : members) {
        if (json.size() > 1) json += ',';
        json += base::json_string(name) + ":" + base::json_string(value);
    }
    return json + "}";
}

http::Response told(int status, std::string_view message) {
    return http::json(R"({"saved":false,"message":)" + base::json_string(message) + R"(,"errors":{}})", status);
}

// Both versions are in the history of the form.
http::Response kept(std::string_view message) {
    return http::json(R"({"saved":false,"kept":true,"message":)" + base::json_string(message) + R"(,"errors":{}})",
                      409);
}

http::Response conflict(Context& c, const ApplicationView& view, const application::Saved& saved) {
    if (!saved.held) return kept(c.t("applicant.autosave.pen_gone"));
    std::string fields;
    for (const auto& clash : saved.clashes)
        fields += (fields.empty() ? "" : ", ") + field_label(clash.field, *view.edition, c.t);
    const std::string who = saved.clashes.front().changed_by;
    return kept(c.t("applicant.autosave.clash", {{"who", who}, {"fields", fields}}));
}

http::Response autosave(Context& c) {
    const auto view = open_file(c);
    const auto step = step_named(c.form("etape"));
    if (!step) return told(400, c.t("error.code.invalid"));
    const auto change = change_of(*step, c.request.form(), view.fields);
    auto saved = application::autosave(c.desk(), view.application.id, version_sent(c, view.application.form_version),
                                       change, c.principal());
    if (!saved) return told(http::status_of(saved.error().code), c.t(saved.error()));
    if (!saved->held || !saved->clashes.empty()) return conflict(c, view, *saved);
    std::vector<std::pair<std::string, std::string>> errors;
    for (const auto& [name, fault] : saved->faults)
        if (step_of(name) == *step) errors.emplace_back(wire_name(name), c.t(fault));
    // The lines as they stand now say which result is whose.
    application::Fields fields = view.fields;
    for (const auto& [name, value] : change.set) fields[name] = value;
    for (const auto& row : change.remove_rows)
        std::erase_if(fields, [&](const auto& field) { return field.first.starts_with(row + "."); });
    const auto project = application::read(fields, *view.edition).project;
    const Live live = live_texts(saved->estimate, project, c.t);
    return http::json(fmt::format(R"({{"saved":true,"version":{},"at":"{}","message":"","errors":{},"live":{}}})",
                                  saved->version, base::iso(c.now()), json_object(errors), json_object(live)));
}

}  // namespace

void add_steps(Routes& routes) {
    for (Step step : {Step::Project, Step::Expenses, Step::Funding, Step::Calendar, Step::Contacts}) {
        const std::string pattern = "/dossiers/{id}/" + std::string(path_of(step));
        routes.get(pattern, kApplicants, [step](Context& c) { return show(c, step); });
        routes.post(pattern, kApplicants, [step](Context& c) { return save(c, step); }, kFormRoute);
    }
    routes.post("/dossiers/{id}/enregistrer", kApplicants, [](Context& c) { return autosave(c); }, kFormRoute);
}

}  // namespace beffroi::aides::pages::applicant
