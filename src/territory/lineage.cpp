// What became of a commune, and what it was before.
#include <algorithm>
#include <set>

#include "territory/directory_data.hpp"

namespace beffroi::territory {

namespace {

std::span<const FormerCode> rows_of(const std::vector<FormerCode>& former, InseeCode code) {
    auto less = [](const FormerCode& row, InseeCode wanted) { return row.former < wanted; };
    auto from = std::lower_bound(former.begin(), former.end(), code, less);
    auto to = from;
    while (to != former.end() && to->former == code) ++to;
    return {from, to};
}

const CommuneState* state_in(std::span<const CommuneState> states, std::uint64_t bit) {
    for (const CommuneState& state : states)
        if ((state.years & bit) != 0) return &state;
    return nullptr;
}

std::span<const SirenEntry> bearers(const std::vector<SirenEntry>& entries, Siren siren) {
    auto from = std::lower_bound(entries.begin(), entries.end(), siren,
                                 [](const SirenEntry& e, Siren wanted) { return e.siren < wanted; });
    auto to = from;
    while (to != entries.end() && to->siren == siren) ++to;
    return {from, to};
}

// A chain of mergers is never long; a table that turns in a circle must not hang us.
constexpr int kLongestChain = 8;

std::optional<InseeCode> successor_in(const Directory::Data& data, InseeCode code, std::uint64_t bit, int chain) {
    if (auto index = data.find(code); index && (data.years[*index] & bit) != 0) return code;
    if (chain == kLongestChain) return std::nullopt;
    std::span<const FormerCode> rows = rows_of(data.former, code);
    for (const FormerCode& row : rows)
        if ((row.years & bit) != 0) return data.codes[row.into];
    // The table of that year no longer names it: through the newest table that does, among those before.
    for (std::size_t i = rows.size(); i-- > 0;)
        if (year_bit(first_year_of(rows[i].years)) < bit)
            return successor_in(data, data.codes[rows[i].into], bit, chain + 1);
    return std::nullopt;
}

}  // namespace

std::optional<InseeCode> Directory::successor(InseeCode code, int year) const {
    return successor_in(*data_, code, year_bit(cog_for(year)), 0);
}

std::optional<InseeCode> Directory::heir(InseeCode code, int since, int year) const {
    std::uint64_t then = year_bit(cog_for(since));
    std::uint64_t now = year_bit(cog_for(year));
    std::optional<InseeCode> holder = successor_in(*data_, code, then, 0);
    if (!holder) return successor(code, year);
    std::optional<CommuneIndex> index = data_->find(*holder);
    const CommuneState* state = index ? state_in(data_->states.row(*index), then) : nullptr;
    if (state != nullptr && state->siren)
        for (const SirenEntry& bearer : bearers(data_->siren_entries, state->siren))
            if ((bearer.years & now) != 0) return data_->codes[bearer.commune];
    return successor(*holder, year);
}

std::vector<InseeCode> Directory::predecessors(InseeCode code, int year) const {
    auto index = data_->find(code);
    if (!index) return {};
    std::uint64_t now = year_bit(cog_for(year));
    std::set<InseeCode> found;
    for (const FormerCode& row : data_->former)
        if (row.into == *index && (row.years & now) != 0) found.insert(row.former);
    // Communes that bore its SIREN under another code, up to that year.
    if (const CommuneState* state = state_in(data_->states.row(*index), now); state != nullptr && state->siren)
        for (const SirenEntry& bearer : bearers(data_->siren_entries, state->siren))
            if ((bearer.years & (now - 1)) != 0) found.insert(data_->codes[bearer.commune]);
    found.erase(code);
    return {found.begin(), found.end()};
}

std::vector<Naming> Directory::history(InseeCode code) const {
    std::vector<Naming> out;
    auto index = data_->find(code);
    if (!index) return out;
    auto states = data_->states.row(*index);
    bool gap = false;
    for (int year : data_->cog_years) {
        const CommuneState* state = state_in(states, year_bit(year));
        if (state == nullptr) {
            gap = true;
            continue;
        }
        std::optional<Siren> siren = state->siren ? std::optional(state->siren) : std::nullopt;
        // Early files give no SIREN to a few: unknown is not another one.
        bool same_siren = !out.empty() && (!siren || !out.back().siren || siren == out.back().siren);
        if (!gap && same_siren && out.back().name == state->name) {
            out.back().last_year = year;
            if (siren) out.back().siren = siren;
        } else {
            out.push_back({state->name, siren, year, year});
        }
        gap = false;
    }
    return out;
}

}  // namespace beffroi::territory
