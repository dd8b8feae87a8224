// Before the session: rows come on the agenda and leave it, then it is closed with its report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aides/application/acts.hpp"
#include "aides/application/desk.hpp"
#include "aides/sitting/sitting.hpp"

namespace beffroi::aides::sitting {

using application::Actor;
using application::Desk;

struct NewSitting {
    std::string name;  // "Commission permanente du 22 novembre 2022"
    base::Date held_on{};
    std::string provenance = "live";  // real, simulated
};
// By a secretary or the head of unit, like everything here.
[[nodiscard]] base::Result<SittingId> create(const Desk& desk, const NewSitting& sitting, const Actor& actor);

// Freezes the proposal of the file as a row, and moves the file (Action::PutOnAgenda), in one transaction.
[[nodiscard]] base::Result<ItemId> put_on_agenda(const Desk& desk, SittingId sitting, ApplicationId application,
                                                 const Actor& actor);
// Each in its own transaction: one that is refused does not stop the others.
[[nodiscard]] std::vector<application::BulkLine> put_all_on_agenda(const Desk& desk, SittingId sitting,
                                                                   const std::vector<ApplicationId>& applications,
                                                                   const Actor& actor);
// The row stays, marked removed with its reason; the file goes back to review.
[[nodiscard]] base::Status take_off_agenda(const Desk& desk, ItemId item, std::string_view reason, const Actor& actor);

// The agenda is final: rows in the order of departments and names, report and annex drawn up and kept as acts.
[[nodiscard]] base::Status close_agenda(const Desk& desk, SittingId sitting, std::string_view report_number,
                                        const Actor& actor);
// Back to preparing, before any vote; the papers drawn up are superseded when it is closed again.
[[nodiscard]] base::Status reopen_agenda(const Desk& desk, SittingId sitting, std::string_view reason,
                                         const Actor& actor);

}  // namespace beffroi::aides::sitting
