// What a project would get, at any moment of its life: the edition's own computation on what is typed or retained, and
// the financing plan as the applicant reads it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/application/form.hpp"
#include "aides/scheme/edition.hpp"
#include "aides/scheme/facts.hpp"

namespace beffroi::aides::application {

// The financing plan with the probable grant, and the share that the law leaves to the applicant (CGCT L1111-10) in
// figures.
struct Plan {
    base::Cents total;         // whole project, HT (TTC when the applicant does not recover VAT)
    base::Cents grant;         // probable or proposed
    base::Cents public_money;  // of others, without the applicant's own
    base::Cents private_money;
    base::Cents own;  // what is left to the applicant: total − grant − others; below zero when the plan has too much
    base::Cents own_typed;         // what the plan says that it brings
    base::Rate own_share;          // own ÷ (own + all public money), rounded down
    base::Rate own_share_minimum;  // of the edition; zero when it has no such test
    base::Cents own_minimum;       // in money
    bool own_share_holds = true;
    base::Cents gap;  // total − everything typed − grant: above zero, money is missing; below, there is too much
};

struct Estimate {
    scheme::Facts facts;
    scheme::Evaluation evaluation;
    Plan plan;
};

// `applicant` as applicant_facts() gives it; the project's lines, funding, nature and tags are added.
[[nodiscard]] scheme::Facts facts_of(scheme::Facts applicant, const Project& project, const scheme::Edition& edition);
[[nodiscard]] Estimate estimate(const scheme::Edition& edition, scheme::Facts facts);
// `minimum` is the applicant's least share (see own_share_minimum).
[[nodiscard]] Plan plan_of(const scheme::Facts& facts, base::Cents grant, base::Rate minimum);
[[nodiscard]] base::Rate own_share_minimum(const scheme::Edition& edition, base::Date at);
// The rank of priority of the edition for these facts: the first of its priorities that holds, from 0; after the last
// one when none.
[[nodiscard]] int priority_rank(const scheme::Edition& edition, const scheme::Facts& facts,
                                const scheme::Outcome& outcome);

// A line as the review retains it.
struct RetainedLine {
    std::string category;
    base::Cents ht;
    base::Rate vat;
    std::int64_t quantity = 1;
    std::optional<base::Date> date;
    base::Cents retained;  // HT, at most ht
};
// The same computation on what was retained: each line counts for its retained part.
[[nodiscard]] scheme::Facts retained_facts(scheme::Facts filed, const std::vector<RetainedLine>& lines);

}  // namespace beffroi::aides::application
