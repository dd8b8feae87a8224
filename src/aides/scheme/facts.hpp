// What a rule may look at: the applicant, the project, the money, the dates. Filled by the caller from its own sources;
// no clock, no database.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/scheme/vocabulary.hpp"
#include "base/money.hpp"
#include "base/time.hpp"

namespace beffroi::scheme {

struct Population {
    PopulationFigure figure = PopulationFigure::Municipale;
    int year = 0;  // in force on 1 January of that year
    std::int64_t value = 0;
    std::string source;
};

struct Member {
    std::string code;  // INSEE
    std::string department;
    std::string region;
    std::vector<Population> populations;
};

struct Applicant {
    ApplicantKind kind = ApplicantKind::Commune;
    std::string code;  // INSEE code of a commune, SIREN of the others
    std::string name;
    std::optional<GroupingType> type;
    std::string department;  // of the seat
    std::string region;      // of the seat
    std::vector<Population> populations;
    std::vector<Member> members;
    bool recovers_vat = true;
    std::vector<Applicant> holder;  // none or one: the authority that holds the competence in a purchasing group
};

// A tag that someone answered for. A tag that is not named is unknown.
struct TagFact {
    std::string tag;
    bool held = false;
};

// What the region granted, or was asked for, before.
struct PastAid {
    std::string scheme;
    std::string edition;
    base::Date date{};
    base::Cents amount;  // granted; 0 for a request that is still open
};

struct History {
    bool loaded = false;
    std::vector<std::string> schemes;  // those it covers; empty = all
    std::vector<PastAid> aids;
};

struct ExpenseLine {
    std::string category;
    base::Cents ht;
    std::optional<base::Cents> ttc;
    std::optional<std::int64_t> quantity;
    std::optional<base::Date> date;  // of the order or invoice
    std::string label;
};

struct Funding {
    std::string source;  // "detr", "departement", "private"…
    base::Cents amount;
    std::optional<Funder>
        funder;  // otherwise from the name: the edition's funder_names, then known_funder(), else OtherPublic
};

struct Facts {
    Applicant applicant;
    std::vector<TagFact> tags;
    History history;
    std::vector<std::string> other_aids;  // schemes asked for the same project
    Nature nature = Nature::Installation;
    std::vector<ExpenseLine> expenses;
    std::vector<Funding> funding;  // of others than this grant
    std::optional<base::Cents> asked;
    std::optional<base::Rate> decided_rate;
    std::optional<base::Cents> decided_amount;
    std::optional<base::Date> filed;
    std::optional<base::Date> completed;
    std::optional<base::Date> decided;
};

// A line below zero, or that takes the project above that (100 billion euros), is rejected, not computed.
inline constexpr base::Cents kLargestAmount{10'000'000'000'000};

}  // namespace beffroi::scheme
