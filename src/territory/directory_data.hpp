// What a Directory holds, in columns. Inside this module only. Filled by directory_load.cpp, never changed after.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "territory/directory.hpp"
#include "territory/name_index.hpp"

namespace beffroi::territory {

// Texts that stay where they are put.
class TextArena {
  public:
    std::string_view add(std::string_view text);
    [[nodiscard]] std::size_t memory() const { return blocks_.size() * kBlock; }

  private:
    static constexpr std::size_t kBlock = std::size_t{64} * 1024;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t used_ = kBlock;
};

// Rows of a variable number of items: those of row i stand from first[i] to first[i + 1].
template <typename T>
struct Jagged {
    std::vector<std::uint32_t> first{0};
    std::vector<T> items;
    [[nodiscard]] std::span<const T> row(std::size_t i) const {
        return std::span(items).subspan(first[i], first[i + 1] - first[i]);
    }
    void end_row() { first.push_back(static_cast<std::uint32_t>(items.size())); }
    [[nodiscard]] std::size_t memory() const {
        return first.capacity() * sizeof(std::uint32_t) + items.capacity() * sizeof(T);
    }
};

[[nodiscard]] constexpr std::uint64_t year_bit(int year) {
    return year < 2000 || year > 2062 ? 0 : std::uint64_t{1} << static_cast<unsigned>(year - 2000);
}
[[nodiscard]] int first_year_of(std::uint64_t years);
[[nodiscard]] int last_year_of(std::uint64_t years);

constexpr std::uint16_t kNoGrouping = 0xFFFF;
constexpr std::uint16_t kNoSource = 0xFFFF;

// What a commune was over a set of COG years (bit n: 2000 + n).
struct CommuneState {
    std::string_view name;
    Siren siren;
    std::uint16_t grouping = kNoGrouping;
    std::uint64_t years = 0;
};

struct GroupingState {
    std::string_view name;
    GroupingKind kind = GroupingKind::CommunauteDeCommunes;
    std::string_view funding;
    std::uint64_t years = 0;
};

// One figure in one year, for all communes.
struct Series {
    Figure figure = Figure::Municipale;
    int in_force = 0;
    std::vector<std::int32_t> values;    // -1: none
    std::vector<std::uint16_t> sources;  // place in Data::sources
};

struct PopulationSource {
    std::string_view text;
    std::optional<int> census;
    Figure figure = Figure::Municipale;
    int in_force = 0;
    int cog = 0;
    bool from_groupings = false;  // epci.json: already in the limits of its COG, also for communes merged that day
};

// A figure set aside because another source is in better limits.
struct SetAside {
    CommuneIndex commune = 0;
    std::uint16_t source = 0;
    std::int32_t value = 0;
};

// The map in one COG year.
struct YearMap {
    int year = 0;
    int groupings_year = 0;                  // of the list of members in use
    std::vector<CommuneIndex> present;       // ascending
    std::vector<std::uint16_t> grouping_of;  // by commune
    Jagged<CommuneIndex> members;            // by grouping
};

struct FormerCode {
    InseeCode former;
    CommuneIndex into = 0;
    std::uint64_t years = 0;
};

struct SirenEntry {
    Siren siren;
    CommuneIndex commune = 0;
    std::uint64_t years = 0;
};

struct TagVersion {
    TagList list;
    std::vector<CommuneIndex> communes;  // ascending
    std::vector<InseeCode> gone;         // codes that were gone before our first COG, as written; ascending
    std::vector<Siren> groupings;        // ascending
};

// What an id of the index of names stands for.
struct Searchable {
    std::uint32_t subject = 0;  // commune or grouping
    bool grouping = false;
    bool former = false;           // a commune that is gone, or a name no longer borne
    std::string_view former_name;  // empty: the name it bears
};

struct CodeEntry {
    std::uint32_t postcode = 0;
    CommuneIndex commune = 0;
};

struct Directory::Data {
    TextArena texts;

    // Communes, by code
    std::vector<InseeCode> codes;
    std::vector<std::string_view> names;
    std::vector<Siren> sirens;
    std::vector<std::uint16_t> groupings_of;
    std::vector<std::uint8_t> departement;
    std::vector<std::uint8_t> region;
    std::vector<std::uint64_t> years;
    Jagged<std::uint32_t> postcodes;
    Jagged<CommuneState> states;

    // Groupings, by SIREN
    std::vector<Siren> grouping_sirens;
    std::vector<std::uint64_t> grouping_years;
    Jagged<GroupingState> grouping_states;  // the last state is the newest
    std::vector<std::uint8_t> grouping_departement;
    std::vector<std::uint64_t> grouping_regions;  // set of places in `regions`, of its newest members

    std::vector<Departement> departements;  // by code
    std::vector<Region> regions;            // by code

    std::vector<int> cog_years;
    std::vector<YearMap> maps;  // one for each of cog_years
    std::vector<Series> series;
    std::vector<int> in_force_years[2];  // by figure
    std::vector<PopulationSource> sources;
    std::vector<SetAside> set_aside;        // by commune
    std::vector<std::int32_t> no_figures;   // -1 for each commune
    std::vector<FormerCode> former;         // by former code
    std::vector<SirenEntry> siren_entries;  // by SIREN
    std::vector<TagVersion> tags;           // by name, then date
    std::vector<TagList> tag_lists;

    NameIndex index;
    std::vector<Searchable> searchables;      // by the ids of the index
    std::vector<CodeEntry> postcode_entries;  // by postcode

    [[nodiscard]] std::optional<CommuneIndex> find(InseeCode code) const;
    [[nodiscard]] std::optional<GroupingIndex> find_grouping(Siren siren) const;
    [[nodiscard]] const YearMap* map_of(int year) const;  // that of cog_for(year); null when nothing is loaded
    [[nodiscard]] const Series* series_of(Figure figure, int in_force) const;
    [[nodiscard]] std::optional<std::size_t> place_of(DepartementCode code) const;
    [[nodiscard]] std::optional<std::size_t> place_of(RegionCode code) const;
    [[nodiscard]] std::optional<std::int32_t> newest_population(CommuneIndex commune) const;  // municipale
    [[nodiscard]] std::uint64_t newest_bit() const { return cog_years.empty() ? 0 : year_bit(cog_years.back()); }
};

}  // namespace beffroi::territory
