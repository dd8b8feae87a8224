// A session (séance) of the commission permanente, from its agenda to its published resolution.
//
// The rows of the agenda are the proposals of the applications, frozen when they are put on it. The report, the annex,
// the decisions, the letters and the published list are all read from these rows: nothing is typed twice. What the
// session changes is an amendment of the row; a vote recorded wrongly is superseded by another, never erased.
//
// Sources: CGCT L4221-5 (the council may delegate to its commission permanente), L4141-1 (acts enforceable once
// transmitted and brought to the knowledge of those concerned), L4141-2; members with an interest do not take part
// (recusal, déport).
//
// Every function that changes something takes the database and makes one transaction per act with its journal entry.
// Threads: safe from any. Errors: Refused with the sentence "sitting.refused.…", Conflict when the state moved
// meanwhile, NotFound.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/sitting/ids.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace beffroi::aides::sitting {

enum class Status {
    Preparing,  // rows come and go
    Agenda,     // closed: report and annex are final, members have them
    Held,       // voted: decisions taken, resolution numbered
    Published,  // enforceable and public
};
[[nodiscard]] std::string_view name(Status status);  // "preparing": also the key sitting.status.<name>

enum class Proposal { Grant, Refusal };
enum class ItemState {
    Listed,
    Removed,  // before the session, with its reason
    Pulled,   // in session
};
enum class Outcome { Granted, Refused, Adjourned, Withdrawn };
[[nodiscard]] std::string_view name(Outcome outcome);

struct Counts {
    int members = 0;  // VOTE_EFFECTIF of SCDL délibérations
    int voting = 0;   // VOTE_REEL = in favour + against + abstaining
    int in_favour = 0;
    int against = 0;
    int abstaining = 0;
    [[nodiscard]] bool carried() const { return in_favour > against; }
};

struct Item {
    ItemId id;
    ApplicationId application;
    int position = 0;
    std::string number;  // of the application
    std::string applicant;
    std::string siren;
    std::string insee;  // empty for a grouping
    std::string department;
    std::string nature;
    std::string title;
    Proposal proposal = Proposal::Grant;
    base::Cents base;
    base::Rate rate;
    base::Cents proposed;
    ItemState state = ItemState::Listed;
    std::string amendment;
    std::optional<Outcome> outcome;
    std::optional<base::Cents> decided;
    VoteId vote;
    std::vector<std::string> recusals;  // members who took no part
    std::string provenance;             // live, real, simulated
};

struct Vote {
    VoteId id;
    int position = 0;
    std::string title;
    Counts counts;
};

struct Sitting {
    SittingId id;
    std::string name;
    base::Date held_on{};
    Status status = Status::Preparing;
    std::string provenance;
    std::string report_number;
    std::string resolution_number;
    std::string resolution_title;
    std::optional<base::Timestamp> transmitted;
    std::string acknowledgement;
    std::optional<base::Timestamp> published;
};

struct View {
    Sitting sitting;
    std::vector<Item> items;  // listed and pulled and removed, by position
    std::vector<Vote> votes;  // in force
};

struct DepartmentTotal {
    std::string department;
    int rows = 0;
    base::Cents amount;  // decided where decided, else proposed
};

// What a row counts for: decided where decided, else proposed; nothing when it is no grant.
[[nodiscard]] base::Cents amount_of(const Item& item);
// What is listed and proposes money, per department in code order.
[[nodiscard]] std::vector<DepartmentTotal> department_totals(const View& view);
[[nodiscard]] base::Cents total(const View& view);

[[nodiscard]] std::optional<View> load(db::Reader& reader, SittingId id);
struct Listed {
    Sitting sitting;
    int rows = 0;
    base::Cents amount;
};
[[nodiscard]] std::vector<Listed> list(db::Reader& reader);

}  // namespace beffroi::aides::sitting
