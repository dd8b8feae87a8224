// Shared by the pages of one file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aides/application/view.hpp"
#include "aides/pages/applicant/wire.hpp"
#include "aides/pages/site/explain.hpp"
#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages::applicant {

using application::ApplicationId;
using application::ApplicationView;

// The file of {id}, for someone who acts for its applicant now; ends the request with NotFound for anyone else. What
// the Region keeps to itself is left out.
[[nodiscard]] ApplicationView open_file(Context& c);
// The same check on the row alone, for actions.
void require_member(Context& c, ApplicationId id);

[[nodiscard]] std::string file_url(ApplicationId id, std::string_view part = {});
[[nodiscard]] std::string step_url(ApplicationId id, Step step);
[[nodiscard]] html::Tag state_tag(application::State state, const base::Text& t);
[[nodiscard]] std::string person_name(Context& c, accounts::PersonId id);

// A page of a file: path back, number and place above the title, its state beside it.
struct FilePage {
    std::string title;
    const html::Errors* errors = nullptr;
    std::vector<html::Notice> notices;
    bool wide = false;
    html::Slot main;
};
[[nodiscard]] http::Response file_page(Context& c, const ApplicationView& view, FilePage page, int status = 200);

// ---- what the form says ----

// The form read once, with its faults by step.
struct Progress {
    application::Reading reading;
    std::vector<application::PieceLine> pieces;
    struct Count {
        int missing = 0;
        int wrong = 0;
    };
    std::map<Step, Count> steps;
    [[nodiscard]] bool ready() const;  // nothing missing, nothing wrong, documents included
    [[nodiscard]] Step first_open() const;
};
[[nodiscard]] Progress progress_of(Context& c, const ApplicationView& view);
[[nodiscard]] html::Tag step_tag(const Progress& progress, Step step, const base::Text& t);
// What to call a field: "Dépense 3 : montant HT".
[[nodiscard]] std::string field_label(std::string_view form_name, const scheme::Edition& edition, const base::Text& t);
// Label and sentence.
[[nodiscard]] std::string fault_text(std::string_view form_name, const base::Message& fault,
                                     const scheme::Edition& edition, const base::Text& t);

// ---- live figures: the same words on the page and in the answer of an autosave ----

[[nodiscard]] application::Estimate estimate_of(Context& c, ApplicationId id);
// Element id → text.
using Live = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Live live_texts(const application::Estimate& estimate, const application::Project& project,
                              const base::Text& t);
[[nodiscard]] std::string_view live_text(const Live& live, std::string_view id);
void amount_figures(html::Writer& w, const Live& live);
void plan_gauge(html::Writer& w, const application::Estimate& estimate, const Live& live);
// Figures, then the reasons folded.
void estimate_panel(html::Writer& w, const application::Estimate& estimate, const Live& live,
                    const scheme::Edition& edition);

// "Vous aviez saisi… ; Jeanne Martin a enregistré…": clashes of this person that nothing was saved after.
struct OpenClash {
    std::string field;
    std::string typed;
    std::string stored;
    std::string by;
    std::int64_t version = 0;
    base::Timestamp at;
};
[[nodiscard]] std::vector<OpenClash> open_clashes(Context& c, const ApplicationView& view, std::optional<Step> step);
// One notice with both values and the button that takes the typed one.
[[nodiscard]] html::Notice clash_notice(Context& c, const ApplicationView& view, std::vector<OpenClash> clashes);

// The answers as read-only cards; with links to change them when `change` is true.
enum class Change { Possible, Not };
void answer_cards(html::Writer& w, Context& c, const ApplicationView& view, const Progress& progress, Change change);

// ---- each file of pages adds its own ----
void add_lists(Routes& routes);
void add_opening(Routes& routes);
void add_file_page(Routes& routes);
void add_steps(Routes& routes);
void add_pieces(Routes& routes);
void add_check(Routes& routes);
void add_signing(Routes& routes);
void add_exchanges(Routes& routes);
void add_history(Routes& routes);
void add_papers(Routes& routes);

}  // namespace beffroi::aides::pages::applicant
