// Shared by the pages of the Region's desk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/acts.hpp"
#include "aides/application/list.hpp"
#include "aides/application/review.hpp"
#include "aides/application/view.hpp"
#include "aides/pages/site/explain.hpp"
#include "aides/pages/site/kept.hpp"
#include "aides/pages/site/navigation.hpp"
#include "aides/pages/site/routes.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::review {

using application::ApplicationId;
using application::ApplicationView;
using application::PersonId;
using application::State;

// ---- words

[[nodiscard]] html::Tag state_tag(const base::Text& t, State state);
// Nothing for a file that came through the portal.
[[nodiscard]] std::optional<html::Tag> provenance_tag(const base::Text& t, application::Provenance provenance);
// "area.name" as a key.
[[nodiscard]] std::string_view word(const base::Text& t, std::string_view area, std::string_view name);
// "1 dossier", "2 dossiers": keys `key`.one and `key`.many with {n}.
[[nodiscard]] std::string counted(const base::Text& t, std::string_view key, std::int64_t n);
// The name of someone with an account; "personne" words for 0.
[[nodiscard]] std::string person_name(const Context& c, PersonId person);
[[nodiscard]] std::string edition_label(db::Reader& reader, const Context& c, application::EditionId edition);
[[nodiscard]] std::string file_url(ApplicationId id, std::string_view tab = {});

// Who may act on files here (officer, head of unit): others read.
[[nodiscard]] bool reviews(const Context& c);
// Case officers and heads of unit, by name.
[[nodiscard]] std::vector<accounts::Person> officers(const Context& c);

// ---- the page of a file

enum class Tab { Summary, Expenses, Funding, Papers, Opinions, Messages, History, None };

[[nodiscard]] ApplicationView load_file(const Context& c);
// Its frame: number, applicant, state, tabs.
[[nodiscard]] http::Response file_page(const Context& c, const ApplicationView& view, Tab tab, const html::Slot& main,
                                       const html::Errors* errors = nullptr, int status = 200);
// After a POST: back to that tab with the sentence, or the page that says why not.
[[nodiscard]] http::Response answer(const Context& c, const base::Status& status, std::string_view back,
                                    std::string_view notice);

// The result of an act on several files, one line each.
[[nodiscard]] http::Response bulk_result(const Context& c, std::string_view title,
                                         const std::vector<application::BulkLine>& lines, std::string_view back);
// The ids ticked in a list ("dossier"), at most 200.
[[nodiscard]] std::vector<ApplicationId> ticked(const Context& c);

// ---- filters of the work list, as its address says them

// "etat=a_traiter": every state in which the Region or the applicant still has something to do.
inline constexpr std::string_view kToDo = "a_traiter";
[[nodiscard]] bool still_to_do(State state);

struct Asked {
    application::Filter filter;
    application::Sort sort = application::Sort::OldestFirst;
    std::string url;  // of the list with these filters, without its place
    bool any = false;
};
[[nodiscard]] Asked asked_of(const Context& c, std::string_view path);

void add_work_list(Routes& routes, const KeptPages& kept);
void add_bulk(Routes& routes);
void add_exports(Routes& routes);
void add_summary(Routes& routes, const KeptPages& kept);
void add_lines(Routes& routes);
void add_papers(Routes& routes);
void add_opinions(Routes& routes);
void add_messages(Routes& routes);
void add_history(Routes& routes);
void add_actions(Routes& routes);
void add_expert(Routes& routes);
void add_envelopes(Routes& routes);
void add_selection(Routes& routes);

// The buttons of what can be done now, and what cannot with its reason (action.cpp).
void actions_block(html::Writer& w, const Context& c, const ApplicationView& view,
                   const std::vector<application::Available>& available);
// The ledger of an envelope in four figures and a gauge (envelopes.cpp).
void balance_block(html::Writer& w, const envelope::Balance& balance);

}  // namespace beffroi::aides::pages::review
