// Shared by the pages of the sittings.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/pages/site/explain.hpp"
#include "aides/pages/site/navigation.hpp"
#include "aides/pages/site/routes.hpp"
#include "aides/sitting/agenda.hpp"
#include "aides/sitting/session.hpp"
#include "html/url.hpp"

namespace beffroi::aides::pages::sittings {

using sitting::Item;
using sitting::ItemId;
using sitting::ItemState;
using sitting::Outcome;
using sitting::Proposal;
using sitting::SittingId;
using sitting::View;
using Phase = sitting::Status;

// Secretary or head of unit: sees the forms.
[[nodiscard]] bool runs(const Context& c);
// The sitting at {id}; ends the request with NotFound.
[[nodiscard]] View view_of(const Context& c);
// "/gestion/seances/7", "/gestion/seances/7/votes".
[[nodiscard]] std::string address(SittingId id, std::string_view below = {});

[[nodiscard]] html::Tag phase_tag(Phase phase, const base::Text& t);
[[nodiscard]] html::Tag outcome_tag(Outcome outcome, const base::Text& t);
[[nodiscard]] html::Tag origin_tag(std::string_view provenance, const base::Text& t);
// Of a sitting: one that was really held is real in part, since its votes were published nowhere.
[[nodiscard]] html::Tag sitting_tag(std::string_view provenance, const base::Text& t);
// Keys `key`.one and `key`.many with {n}.
[[nodiscard]] std::string counted(const base::Text& t, std::string_view key, std::int64_t n);
// What was typed when this form was just sent, `otherwise` else.
[[nodiscard]] std::string typed(const Context& c, std::string_view name, std::string_view otherwise = {});

// A positive number as written in a form or a file name; nothing when it is none.
[[nodiscard]] std::optional<std::int64_t> number_of(std::string_view text);

// Rows of the agenda. `tick` puts a box named "item" before each number.
struct RowsTable {
    std::string caption;
    std::string empty;
    std::function<bool(const Item&)> shown;
    std::function<bool(const Item&)> tick;  // none: no boxes; otherwise whether the box is ticked
};
void rows_table(html::Writer& w, const Context& c, const View& view, const RowsTable& table);

// One line per file: done, or why not.
[[nodiscard]] http::Response bulk_page(Context& c, SittingId sitting, std::string_view title,
                                       const std::vector<application::BulkLine>& lines);

// The page of a sitting, with what is wrong in the form just sent.
[[nodiscard]] http::Response desk_page(Context& c, const html::Errors& errors = {}, int status = 200);
// After an act: back to the page of the sitting, or the same page with the error beside `field`.
[[nodiscard]] http::Response answer(Context& c, SittingId sitting, const base::Status& status, std::string_view field,
                                    std::string_view notice);

void preparing_part(html::Writer& w, const Context& c, const View& view, const html::Errors& errors);
void agenda_part(html::Writer& w, const Context& c, const View& view, const html::Errors& errors);
void after_part(html::Writer& w, const Context& c, const View& view, const html::Errors& errors);
void votes_table(html::Writer& w, const Context& c, const View& view);
void papers_list(html::Writer& w, const Context& c, const View& view);

void add_list(Routes& routes);
void add_desk(Routes& routes);
void add_preparing(Routes& routes);
void add_session(Routes& routes);
void add_after(Routes& routes);
void add_row(Routes& routes);
void add_papers(Routes& routes);
void add_letters(Routes& routes);

}  // namespace beffroi::aides::pages::sittings
