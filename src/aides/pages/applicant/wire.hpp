// Names of the form on the wire, and what a sent step changes.
//
//   form (application::form)   control on the page      why
//   expense.3.ht               expense-2-ht             rows of html::repeater are counted from 0
//   contact.name               contact.name             everything else is the same
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/form.hpp"
#include "http/fields.hpp"

namespace beffroi::aides::pages::applicant {

[[nodiscard]] std::string wire_name(std::string_view form_name);
// Empty when it is no name of the form.
[[nodiscard]] std::string form_name(std::string_view wire_name);

enum class Step { Project, Expenses, Funding, Calendar, Contacts, Documents, Check };
inline constexpr Step kSteps[] = {Step::Project,  Step::Expenses,  Step::Funding, Step::Calendar,
                                  Step::Contacts, Step::Documents, Step::Check};
[[nodiscard]] std::string_view path_of(Step step);  // "projet": last part of the address, and of keys
[[nodiscard]] std::optional<Step> step_named(std::string_view path);
[[nodiscard]] std::optional<Step> next(Step step);
[[nodiscard]] std::optional<Step> previous(Step step);
// Where a field is filled in; "expense" and "funding" name the lists themselves.
[[nodiscard]] Step step_of(std::string_view form_name);
// The blocks of rows of a step: "expense".
[[nodiscard]] std::vector<std::string_view> blocks_of(Step step);

// What the sent controls of that step change in the stored form. A box that is not ticked is not sent: it is empty
// then. A stored row that is not sent was taken away (the merge keeps rows that someone else added meanwhile), and so
// is the row of a pressed "remove" button.
[[nodiscard]] application::FormChange change_of(Step step, const http::Fields& sent, const application::Fields& stored);

// A pressed "split": a row more, of the same quote, whose category and amount are still to be written (a quote that
// mixes aided expenses and others has a row for each). Gives the row that was made; nothing when nothing was pressed.
[[nodiscard]] std::optional<int> split_row(application::FormChange& change, std::string_view pressed,
                                           const application::Fields& stored);

}  // namespace beffroi::aides::pages::applicant
