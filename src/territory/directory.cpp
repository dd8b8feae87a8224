#include "territory/directory.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "territory/directory_data.hpp"

namespace beffroi::territory {

namespace {

template <typename Rows, typename Code>
std::optional<std::size_t> place_in(const Rows& rows, Code code) {
    auto found = std::lower_bound(rows.begin(), rows.end(), code,
                                  [](const auto& row, Code wanted) { return row.code < wanted; });
    if (found == rows.end() || found->code != code) return std::nullopt;
    return static_cast<std::size_t>(found - rows.begin());
}

std::string label_of(std::string_view name, std::string_view departement_name, DepartementCode departement) {
    if (!departement) return std::string(name);
    // An overseas collectivity is named as its département is: once is enough.
    if (departement_name.empty() || name == departement_name) return fmt::format("{} ({})", name, departement.view());
    return fmt::format("{} ({}, {})", name, departement_name, departement.view());
}

}  // namespace

std::string_view figure_name(Figure figure) {
    switch (figure) {
        case Figure::Municipale:
            return "municipale";
        case Figure::Totale:
            return "totale";
    }
    return {};
}

base::Result<Figure> parse_figure(std::string_view name) {
    for (Figure figure : {Figure::Municipale, Figure::Totale})
        if (figure_name(figure) == name) return figure;
    return base::fail(base::Code::Invalid,
                      fmt::format("\"{}\" is not a figure of population: expected municipale or totale", name));
}

std::string_view grouping_kind_code(GroupingKind kind) {
    switch (kind) {
        case GroupingKind::CommunauteDeCommunes:
            return "CC";
        case GroupingKind::CommunauteAgglomeration:
            return "CA";
        case GroupingKind::CommunauteUrbaine:
            return "CU";
        case GroupingKind::Metropole:
            return "METRO";
        case GroupingKind::MetropoleDeLyon:
            return "MET69";
    }
    return {};
}

std::string Commune::label() const {
    return label_of(name, departement_name, departement);
}

std::string Grouping::label() const {
    return label_of(name, departement_name, departement);
}

std::optional<CommuneIndex> Directory::Data::find(InseeCode code) const {
    auto found = std::lower_bound(codes.begin(), codes.end(), code);
    if (found == codes.end() || *found != code) return std::nullopt;
    return static_cast<CommuneIndex>(found - codes.begin());
}

std::optional<GroupingIndex> Directory::Data::find_grouping(Siren siren) const {
    auto found = std::lower_bound(grouping_sirens.begin(), grouping_sirens.end(), siren);
    if (found == grouping_sirens.end() || *found != siren) return std::nullopt;
    return static_cast<GroupingIndex>(found - grouping_sirens.begin());
}

const YearMap* Directory::Data::map_of(int year) const {
    if (maps.empty()) return nullptr;
    auto after = std::upper_bound(maps.begin(), maps.end(), year,
                                  [](int wanted, const YearMap& map) { return wanted < map.year; });
    return after == maps.begin() ? &maps.front() : &*(after - 1);
}

const Series* Directory::Data::series_of(Figure figure, int in_force) const {
    for (const Series& one : series)
        if (one.figure == figure && one.in_force == in_force) return &one;
    return nullptr;
}

std::optional<std::size_t> Directory::Data::place_of(DepartementCode code) const {
    return place_in(departements, code);
}

std::optional<std::size_t> Directory::Data::place_of(RegionCode code) const {
    return place_in(regions, code);
}

std::optional<std::int32_t> Directory::Data::newest_population(CommuneIndex commune) const {
    for (std::size_t i = series.size(); i-- > 0;)
        if (series[i].figure == Figure::Municipale && series[i].values[commune] >= 0) return series[i].values[commune];
    return std::nullopt;
}

Directory::Directory(std::unique_ptr<const Data> data) : data_(std::move(data)) {}
Directory::~Directory() = default;

std::optional<Commune> Directory::commune(InseeCode code) const {
    if (auto index = data_->find(code)) return commune_at(*index);
    return std::nullopt;
}

std::optional<Commune> Directory::commune(Siren siren) const {
    auto after = std::upper_bound(data_->siren_entries.begin(), data_->siren_entries.end(), siren,
                                  [](Siren wanted, const SirenEntry& entry) { return wanted < entry.siren; });
    if (after == data_->siren_entries.begin() || (after - 1)->siren != siren) return std::nullopt;
    return commune_at((after - 1)->commune);
}

std::optional<Grouping> Directory::grouping(Siren siren) const {
    if (auto index = data_->find_grouping(siren)) return grouping_at(*index);
    return std::nullopt;
}

Commune Directory::commune_at(CommuneIndex i) const {
    const Data& d = *data_;
    ASSERT(i < d.codes.size());
    const Departement& departement = d.departements[d.departement[i]];
    const Region& region = d.regions[d.region[i]];
    Commune out{.index = i,
                .code = d.codes[i],
                .name = d.names[i],
                .siren = std::nullopt,
                .departement = departement.code,
                .departement_name = departement.name,
                .region = region.code,
                .region_name = region.name,
                .grouping = std::nullopt,
                .first_year = first_year_of(d.years[i]),
                .last_year = last_year_of(d.years[i]),
                .current = (d.years[i] & d.newest_bit()) != 0};
    if (d.sirens[i]) out.siren = d.sirens[i];
    if (d.groupings_of[i] != kNoGrouping) out.grouping = d.groupings_of[i];
    return out;
}

Grouping Directory::grouping_at(GroupingIndex i) const {
    const Data& d = *data_;
    ASSERT(i < d.grouping_sirens.size());
    const GroupingState& state = d.grouping_states.row(i).back();
    const Departement& departement = d.departements[d.grouping_departement[i]];
    return {.index = i,
            .siren = d.grouping_sirens[i],
            .name = state.name,
            .kind = state.kind,
            .funding = state.funding,
            .departement = departement.code,
            .departement_name = departement.name,
            .first_year = first_year_of(d.grouping_years[i]),
            .last_year = last_year_of(d.grouping_years[i]),
            .current = (d.grouping_years[i] & d.newest_bit()) != 0};
}

std::size_t Directory::commune_count() const {
    return data_->codes.size();
}
std::size_t Directory::grouping_count() const {
    return data_->grouping_sirens.size();
}
std::span<const Departement> Directory::departements() const {
    return data_->departements;
}
std::span<const Region> Directory::regions() const {
    return data_->regions;
}

std::string_view Directory::name_of(DepartementCode code) const {
    auto place = data_->place_of(code);
    return place ? data_->departements[*place].name : std::string_view();
}

std::string_view Directory::name_of(RegionCode code) const {
    auto place = data_->place_of(code);
    return place ? data_->regions[*place].name : std::string_view();
}

std::vector<std::uint32_t> Directory::postal_codes(InseeCode code) const {
    auto index = data_->find(code);
    if (!index) return {};
    auto row = data_->postcodes.row(*index);
    return {row.begin(), row.end()};
}

std::span<const int> Directory::cog_years() const {
    return data_->cog_years;
}

std::span<const int> Directory::years_in_force(Figure figure) const {
    return data_->in_force_years[static_cast<std::size_t>(figure)];
}

int Directory::cog_for(int year) const {
    const YearMap* map = data_->map_of(year);
    return map == nullptr ? 0 : map->year;
}

bool Directory::exists(InseeCode code, int year) const {
    auto index = data_->find(code);
    return index && (data_->years[*index] & year_bit(cog_for(year))) != 0;
}

std::optional<Population> Directory::population(InseeCode code, Figure figure, int in_force) const {
    auto index = data_->find(code);
    return index ? population(*index, figure, in_force) : std::nullopt;
}

std::optional<Population> Directory::population(CommuneIndex index, Figure figure, int in_force) const {
    const Series* series = data_->series_of(figure, in_force);
    if (series == nullptr || series->values[index] < 0) return std::nullopt;
    const PopulationSource& source = data_->sources[series->sources[index]];
    return Population{series->values[index], figure, in_force, source.census, source.text};
}

std::vector<Population> Directory::populations(InseeCode code) const {
    std::vector<Population> out;
    auto index = data_->find(code);
    if (!index) return out;
    for (const Series& series : data_->series) {
        if (auto population = this->population(*index, series.figure, series.in_force)) out.push_back(*population);
        auto aside = std::lower_bound(data_->set_aside.begin(), data_->set_aside.end(), *index,
                                      [](const SetAside& one, CommuneIndex wanted) { return one.commune < wanted; });
        for (; aside != data_->set_aside.end() && aside->commune == *index; ++aside) {
            const PopulationSource& source = data_->sources[aside->source];
            if (source.figure == series.figure && source.in_force == series.in_force)
                out.push_back({aside->value, source.figure, source.in_force, source.census, source.text});
        }
    }
    return out;
}

std::optional<GroupingPopulation> Directory::population(Siren siren, Figure figure, int in_force) const {
    const YearMap* map = data_->map_of(in_force);
    std::span<const CommuneIndex> all = members(siren, in_force);
    if (map == nullptr || all.empty()) return std::nullopt;
    GroupingPopulation out{.value = 0,
                           .figure = figure,
                           .in_force = in_force,
                           .members_year = map->groupings_year,
                           .complete = true,
                           .members = {}};
    out.members.reserve(all.size());
    for (CommuneIndex member : all) {
        std::optional<Population> population = this->population(member, figure, in_force);
        if (population)
            out.value += population->value;
        else
            out.complete = false;
        out.members.push_back({member, population});
    }
    return out;
}

std::optional<Grouping> Directory::grouping_of(InseeCode code, int year) const {
    auto index = data_->find(code);
    const YearMap* map = data_->map_of(year);
    if (!index || map == nullptr || map->grouping_of[*index] == kNoGrouping) return std::nullopt;
    return grouping_at(map->grouping_of[*index]);
}

std::span<const CommuneIndex> Directory::members(Siren grouping, int year) const {
    auto index = data_->find_grouping(grouping);
    const YearMap* map = data_->map_of(year);
    if (!index || map == nullptr) return {};
    return map->members.row(*index);
}

namespace {

template <typename Fits>
std::vector<CommuneIndex> present(const YearMap* map, Fits&& fits) {
    std::vector<CommuneIndex> out;
    if (map == nullptr) return out;
    std::copy_if(map->present.begin(), map->present.end(), std::back_inserter(out), fits);
    return out;
}

}  // namespace

std::vector<CommuneIndex> Directory::communes_of(RegionCode region, int year) const {
    auto place = data_->place_of(region);
    if (!place) return {};
    return present(data_->map_of(year), [&](CommuneIndex i) { return data_->region[i] == *place; });
}

std::vector<CommuneIndex> Directory::communes_of(DepartementCode departement, int year) const {
    auto place = data_->place_of(departement);
    if (!place) return {};
    return present(data_->map_of(year), [&](CommuneIndex i) { return data_->departement[i] == *place; });
}

std::vector<GroupingIndex> Directory::groupings_of(RegionCode region, int year) const {
    std::vector<GroupingIndex> out;
    auto place = data_->place_of(region);
    const YearMap* map = data_->map_of(year);
    if (!place || map == nullptr) return out;
    for (GroupingIndex grouping = 0; grouping < data_->grouping_sirens.size(); ++grouping) {
        auto row = map->members.row(grouping);
        if (std::any_of(row.begin(), row.end(), [&](CommuneIndex i) { return data_->region[i] == *place; }))
            out.push_back(grouping);
    }
    return out;
}

std::vector<std::pair<RegionCode, std::size_t>> Directory::regions_of(Siren grouping, int year) const {
    std::map<std::uint8_t, std::size_t> count;
    for (CommuneIndex member : members(grouping, year)) ++count[data_->region[member]];
    std::vector<std::pair<RegionCode, std::size_t>> out;
    out.reserve(count.size());
    for (const auto& [place, members] : count) out.emplace_back(data_->regions[place].code, members);
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return out;
}

std::vector<GroupingIndex> Directory::straddling(int year) const {
    std::vector<GroupingIndex> out;
    const YearMap* map = data_->map_of(year);
    if (map == nullptr) return out;
    for (GroupingIndex grouping = 0; grouping < data_->grouping_sirens.size(); ++grouping) {
        auto row = map->members.row(grouping);
        if (std::any_of(row.begin(), row.end(),
                        [&](CommuneIndex i) { return data_->region[i] != data_->region[row.front()]; }))
            out.push_back(grouping);
    }
    return out;
}

Columns Directory::columns(Figure figure, int in_force, int cog_year) const {
    const Series* series = data_->series_of(figure, in_force);
    const YearMap* map = data_->map_of(cog_year);
    return {.codes = data_->codes,
            .population = series == nullptr ? data_->no_figures : series->values,
            .departement = data_->departement,
            .region = data_->region,
            .present = map == nullptr ? std::span<const CommuneIndex>() : map->present};
}

namespace {

const TagVersion* version_at(const std::vector<TagVersion>& tags, std::string_view list, base::Date at) {
    const TagVersion* found = nullptr;  // by name, then date: the last that fits is the one in force
    for (const TagVersion& version : tags)
        if (version.list.name == list && version.list.from <= at) found = &version;
    return found;
}

HasTag yes_or_no(bool yes) {
    return yes ? HasTag::Yes : HasTag::No;
}

}  // namespace

HasTag Directory::has_tag(InseeCode code, std::string_view list, base::Date at) const {
    const TagVersion* version = version_at(data_->tags, list, at);
    if (version == nullptr) return HasTag::NotLoaded;
    if (auto index = data_->find(code))
        return yes_or_no(std::binary_search(version->communes.begin(), version->communes.end(), *index));
    return yes_or_no(std::binary_search(version->gone.begin(), version->gone.end(), code));
}

HasTag Directory::has_tag(Siren grouping, std::string_view list, base::Date at) const {
    const TagVersion* version = version_at(data_->tags, list, at);
    if (version == nullptr) return HasTag::NotLoaded;
    return yes_or_no(std::binary_search(version->groupings.begin(), version->groupings.end(), grouping));
}

std::span<const TagList> Directory::tag_lists() const {
    return data_->tag_lists;
}

std::size_t Directory::memory() const {
    const Data& d = *data_;
    auto of = [](const auto& column) { return column.capacity() * sizeof(column[0]); };
    std::size_t sum = sizeof(Data) + d.texts.memory() + d.index.memory();
    sum += of(d.codes) + of(d.names) + of(d.sirens) + of(d.groupings_of) + of(d.departement) + of(d.region) +
           of(d.years) + of(d.no_figures);
    sum += d.postcodes.memory() + d.states.memory() + d.grouping_states.memory() + of(d.grouping_sirens) +
           of(d.grouping_years) + of(d.grouping_departement) + of(d.grouping_regions);
    for (const YearMap& map : d.maps) sum += of(map.present) + of(map.grouping_of) + map.members.memory();
    for (const Series& series : d.series) sum += of(series.values) + of(series.sources);
    sum += of(d.set_aside) + of(d.former) + of(d.siren_entries) + of(d.searchables) + of(d.postcode_entries);
    for (const TagVersion& tag : d.tags) sum += of(tag.communes) + of(tag.gone) + of(tag.groupings);
    return sum;
}

}  // namespace beffroi::territory
