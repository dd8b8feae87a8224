// The tests of eligibility: who applies, from where, for what, when, after which other aid. Part of machine.hpp.
#pragma once

#include "aides/scheme/machine.hpp"

namespace beffroi::scheme {

template <bool kTrace>
Tri Machine<kTrace>::place(const ApplicantRow& row, const Applicant& who, const std::vector<std::string>& list,
                           bool region) const {
    if (row.inside == Inside::Seat || (who.kind == ApplicantKind::Commune)) {
        const std::string& seat = region ? who.region : who.department;
        return seat.empty() ? Tri::Unknown : tri(in_list(list, seat));
    }
    if (who.members.empty()) return Tri::Unknown;
    std::size_t inside = 0;
    std::size_t unknown = 0;
    for (const auto& member : who.members) {
        const std::string& where = region ? member.region : member.department;
        if (where.empty())
            ++unknown;
        else if (in_list(list, where))
            ++inside;
    }
    std::size_t all = who.members.size();
    switch (row.inside) {
        case Inside::AllMembers:
            return inside + unknown < all ? Tri::False : unknown > 0 ? Tri::Unknown : Tri::True;
        case Inside::AnyMember:
            return inside > 0 ? Tri::True : unknown > 0 ? Tri::Unknown : Tri::False;
        case Inside::MostMembers:
            return inside * 2 > all ? Tri::True : (inside + unknown) * 2 > all ? Tri::Unknown : Tri::False;
        case Inside::Seat:
            break;
    }
    return Tri::Unknown;
}

template <bool kTrace>
Tri Machine<kTrace>::applicant_row(const ApplicantRow& row, const Applicant& who) const {
    if (row.kind != who.kind) return Tri::False;
    if (row.holder) {
        if (who.holder.empty()) return Tri::Unknown;
        // The authority that holds the competence must be one that could apply itself.
        Tri out = Tri::False;
        for (const auto& other : program_.applicants)
            if (!other.holder) out = either(out, applicant_row(other, who.holder.front()));
        return row.tags ? both(out, tags_hold(row.tags)) : out;
    }
    Tri out = row.unknown ? Tri::Unknown : Tri::True;
    if (row.has_types && row.types) out = both(out, who.type ? tri(row.types & bit_of(*who.type)) : Tri::Unknown);
    if (row.has_codes && !row.codes.empty())
        out = both(out, who.code.empty() ? Tri::Unknown : tri(in_list(row.codes, who.code)));
    if (row.has_regions && !row.regions.empty()) out = both(out, place(row, who, row.regions, true));
    if (row.has_departments && !row.departments.empty()) out = both(out, place(row, who, row.departments, false));
    if (row.tags) out = both(out, tags_hold(row.tags));
    return out;
}

template <bool kTrace>
void Machine<kTrace>::applicant(const Op& op) {
    Tri out = Tri::False;
    const ApplicantRow* nearest = nullptr;
    for (const auto& row : program_.applicants) {
        Tri one = applicant_row(row, facts_.applicant);
        if (row.kind == facts_.applicant.kind && (!nearest || one == Tri::True)) nearest = &row;
        out = either(out, one);
        if (out == Tri::True) break;
    }
    note(out, true);
    if constexpr (kTrace) {
        const Applicant& who = facts_.applicant;
        bool straddles = out == Tri::False && nearest && nearest->inside != Inside::Seat && !who.members.empty() &&
                         nearest->has_regions;
        std::string sentence = straddles ? "scheme.rule.applicant.straddles" : by_tri("scheme.rule.applicant", out);
        auto builder = add(op.rule, std::move(sentence), out);
        builder.key("kind", "kind", name_of(who.kind))
            .text("department", who.department.empty() ? "?" : who.department);
        builder.text("region", who.region.empty() ? "?" : who.region);
        if (straddles) {
            std::int64_t inside = 0;
            for (const auto& member : who.members) inside += in_list(nearest->regions, member.region);
            builder.count("inside", inside).count("members", static_cast<std::int64_t>(who.members.size()));
            builder.key("needed", "inside", name_of(nearest->inside));
        }
        if (nearest) {
            builder.backed_by(program_.rules[nearest->rule]);
        } else {
            for (const auto& row : program_.applicants) builder.backed_by(program_.rules[row.rule]);
        }
    }
}

template <bool kTrace>
void Machine<kTrace>::nature(const Op& op) {
    std::uint32_t bit = bit_of(facts_.nature);
    Tri out = op.unknown_bits & bit ? Tri::Unknown : tri(op.bits & bit);
    note(out, true);
    if constexpr (kTrace) {
        auto index = static_cast<std::uint16_t>(op.first + static_cast<unsigned>(facts_.nature));
        auto builder = add(index, by_tri("scheme.rule.nature", out), out);
        builder.key("nature", "nature", name_of(facts_.nature));
        // A nature left out of the file is refused by what the others say.
        for (unsigned i = 0; i < 4 && builder.node().refs.empty(); ++i) builder.backed_by(program_.rules[op.first + i]);
    }
}

template <bool kTrace>
Tri Machine<kTrace>::population_row(const PopulationRow& row) const {
    if (program_.population_unknown || row.unknown) return Tri::Unknown;
    auto inside = [&](std::int64_t value) {
        return value < 0 ? Tri::Unknown : tri(value >= row.range.low && value <= row.range.high);
    };
    Tri out = Tri::Unknown;
    if (row.of == PopulationOf::Own || who_->members.empty()) {
        out = row.of == PopulationOf::Own || who_->kind == ApplicantKind::Commune ? inside(out_.population)
                                                                                  : Tri::Unknown;
    } else {
        bool each = row.of == PopulationOf::EachMember;
        out = tri(each);
        for (const auto& member : who_->members) {
            const Population* found = population_of(member.populations);
            Tri one = inside(found ? found->value : -1);
            out = each ? both(out, one) : either(out, one);
        }
    }
    return row.tags ? both(out, tags_hold(row.tags)) : out;
}

template <bool kTrace>
void Machine<kTrace>::population(const Op& op) {
    Tri out = Tri::False;
    const PopulationRow* shown = nullptr;
    for (const auto& row : program_.populations) {
        if (row.kinds && !(row.kinds & (bit_of(facts_.applicant.kind) | bit_of(who_->kind)))) continue;
        Tri one = population_row(row);
        if (!shown || one == Tri::True) shown = &row;
        out = either(out, one);
    }
    if (!shown) return;
    note(out, true);
    if constexpr (kTrace) {
        const RuleInfo& info = program_.rules[shown->rule];
        bool edition_silent = program_.population_unknown || shown->unknown;
        std::string sentence = by_tri("scheme.rule.population", out);
        if (edition_silent)
            sentence = "scheme.rule.not_known";
        else if (shown->of != PopulationOf::Own)
            sentence = by_tri("scheme.rule.population_members", out);
        auto builder = add(op.rule, std::move(sentence), out);
        builder.key("figure", "figure", name_of(program_.figure)).year("year", year_);
        builder.count("value", out_.population).range("range", shown->range, false);
        builder.key("of", "population_of", name_of(shown->of)).backed_by(info);
    }
}

template <bool kTrace>
void Machine<kTrace>::tag(const Op& op) {
    Tri applies = holds(op.when);
    if (applies == Tri::False) return;
    std::uint64_t mask = std::uint64_t{1} << op.index;
    Tri held = tags_hold(mask);
    bool excluded = op.bits != 0;
    Tri out = held;
    if (excluded && held != Tri::Unknown) out = tri(held == Tri::False);
    if (applies == Tri::Unknown && out == Tri::False) out = Tri::Unknown;
    note(out, false);
    if constexpr (kTrace)
        add(op.rule, by_tri(excluded ? "scheme.rule.tag_excluded" : "scheme.rule.tag_required", out), out)
            .label("tag", program_.rules[op.rule].label);
}

template <bool kTrace>
Tri Machine<kTrace>::history_row(const HistoryRow& row, std::int64_t& found) const {
    if (row.test == HistoryTest::NotCumulable) {
        for (const auto& other : facts_.other_aids) found += in_list(row.schemes, other);
        return tri(found == 0);
    }
    base::Date since = base::make_date(1900, 1, 1);
    if (row.test == HistoryTest::AtMost)
        since = base::add_months(judged_, static_cast<int>(-12 * std::min<std::int64_t>(row.years, 100)));
    for (const auto& aid : facts_.history.aids) {
        if (!in_list(row.schemes, aid.scheme)) continue;
        bool granted = aid.amount.value > 0;
        bool this_edition = aid.scheme == program_.scheme && aid.edition == program_.edition;
        switch (row.test) {
            case HistoryTest::NotAided:
                found += granted && (row.all_editions ? !this_edition : in_list(row.editions, aid.edition));
                break;
            case HistoryTest::Once:
                found += granted;
                break;
            case HistoryTest::AtMost:
                found += granted && aid.date > since;
                break;
            case HistoryTest::NotSameYear:
                found += aid.date.year() == judged_.year();
                break;
            case HistoryTest::NotCumulable:
                break;
        }
    }
    std::int64_t most = row.test == HistoryTest::AtMost ? std::max<std::int64_t>(row.awards, 1) - 1 : 0;
    if (found > most) return Tri::False;
    const History& history = facts_.history;
    bool loaded = history.loaded;
    if (loaded && !history.schemes.empty())
        for (const auto& scheme : row.schemes) loaded = loaded && in_list(history.schemes, scheme);
    return loaded ? Tri::True : Tri::Unknown;
}

template <bool kTrace>
void Machine<kTrace>::history(const Op& op) {
    Tri applies = holds(op.when);
    if (applies == Tri::False) return;
    const HistoryRow& row = program_.history[op.index];
    std::int64_t found = 0;
    Tri out = op.unknown ? Tri::Unknown : history_row(row, found);
    if (applies == Tri::Unknown && out == Tri::False) out = Tri::Unknown;
    note(out, op.unknown);
    if constexpr (kTrace) {
        std::string schemes;
        for (const auto& scheme : row.schemes) schemes += (schemes.empty() ? "" : ", ") + scheme;
        std::string editions;
        for (const auto& edition : row.editions) editions += (editions.empty() ? "" : ", ") + edition;
        std::string key = "scheme.rule.history_" + std::string(name_of(row.test));
        if (row.test == HistoryTest::NotAided && row.all_editions) key += "_any";
        add(op.rule, op.unknown ? std::string("scheme.rule.not_known") : by_tri(key, out), out)
            .text("schemes", schemes)
            .text("editions", editions)
            .count("found", found)
            .count("awards", row.awards)
            .count("years", row.years)
            .year("year", int(judged_.year()))
            .label("rule", program_.rules[op.rule].label);
    }
}

template <bool kTrace>
void Machine<kTrace>::window(const Op& op) {
    // Without a date of filing this is a question for another day: an estimate does not ask it.
    if (!facts_.filed) return;
    Tri out = op.unknown ? Tri::Unknown : Tri::False;
    for (const auto& row : program_.windows)
        if (row.opens <= *facts_.filed && *facts_.filed <= row.closes) out = Tri::True;
    note(out, false);
    if constexpr (kTrace) {
        auto builder = add(op.rule, by_tri("scheme.rule.window", out), out);
        builder.date("filed", *facts_.filed);
        if (!program_.windows.empty())
            builder.date("opens", program_.windows.front().opens).date("closes", program_.windows.back().closes);
    }
}

template <bool kTrace>
void Machine<kTrace>::unknown_test(const Op& op) {
    note(Tri::Unknown, true);
    if constexpr (kTrace) add(op.rule, "scheme.rule.not_known", Tri::Unknown);
}

}  // namespace beffroi::scheme
