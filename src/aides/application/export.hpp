// Every column of many files, for exports: read in the order of their opening, batch after batch, in constant memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/application/list.hpp"

namespace beffroi::aides::application {

struct ExportRow {
    ApplicationId id;
    std::string number;
    std::string scheme;
    std::string edition;
    int revision = 1;
    State state = State::Draft;
    Provenance provenance = Provenance::Live;
    std::string applicant_name;
    std::string siren;
    std::string insee;  // of a commune
    std::string department;
    std::string title;
    std::string nature;
    base::Timestamp created;
    std::optional<base::Timestamp> filed;
    std::optional<base::Timestamp> complete;
    std::optional<base::Date> implicit_rejection;
    PersonId officer;
    int priority = 0;
    base::Cents total;
    base::Cents asked;
    base::Cents base;
    base::Rate rate;
    base::Cents proposed;
    std::optional<base::Timestamp> proposed_at;
    std::string refusal_reason;
    std::string decision;
    std::optional<base::Date> decided_on;
    base::Cents granted;
    std::string sitting;     // its name; empty when the file is on none
    std::string resolution;  // number of the resolution
    std::optional<base::Timestamp> notified;
    base::Timestamp updated;
    std::vector<std::string> labels;
};

// The files that the Region sees, after `after` (0: from the first), at most `limit`. The last row's id continues; an
// empty batch is the end. Each batch is one snapshot of its own. Filter::sirens is not looked at: this is the Region's.
[[nodiscard]] std::vector<ExportRow> export_batch(db::Reader& reader, const Filter& filter, ApplicationId after,
                                                  int limit);

}  // namespace beffroi::aides::application
