// Every commune and grouping of France, in memory: who they are, who they were, how many live there by figure and year.
//
// A Directory never changes once loaded and may be read from any thread. Keep it by std::shared_ptr<const Directory>:
// after an import, load another one and swap. Every string_view and span it gives lives as long as it does.
//
// Years. A COG year is the state of the map on 1 January (Code officiel géographique). A population has a figure
// (municipale: each person counted once, or totale: with those counted apart), a census year, and a year in force: that
// from whose 1 January the decree applies it (CGCT R2151-1 and following: census of 2019, in force in 2022). Rules name
// the figure and the year in force.
//
// Source: @etalab/decoupage-administratif (Licence Ouverte), see docs/formats/territory.md for what each package really
// holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "territory/codes.hpp"

namespace beffroi::territory {

enum class Figure : std::uint8_t { Municipale, Totale };
[[nodiscard]] std::string_view figure_name(Figure figure);  // "municipale", "totale"
[[nodiscard]] base::Result<Figure> parse_figure(std::string_view name);

struct Population {
    std::int32_t value = 0;
    Figure figure = Figure::Municipale;
    int in_force = 0;  // year from whose 1 January it applies
    std::optional<int>
        census;               // none: the collectivities of the Pacific and others that count on calendars of their own
    std::string_view source;  // "@etalab/decoupage-administratif 2.1.0, communes.json"
    bool operator==(const Population&) const = default;
};

// A place in the columns of the Directory: small, dense, valid for this Directory only, never stored.
using CommuneIndex = std::uint32_t;
using GroupingIndex = std::uint32_t;

struct Commune {
    CommuneIndex index = 0;
    InseeCode code;
    std::string_view name;       // in the last year it exists
    std::optional<Siren> siren;  // none: collectivities overseas and a few islands
    DepartementCode departement;
    std::string_view departement_name;
    RegionCode region;
    std::string_view region_name;
    std::optional<GroupingIndex> grouping;  // in the last year it exists
    int first_year = 0;                     // first and last COG year in which it is seen
    int last_year = 0;
    bool current = false;  // it exists in the newest COG loaded

    // "Saint-Jans-Cappel (Nord, 59)": what every list shows, since names repeat.
    [[nodiscard]] std::string label() const;
};

enum class GroupingKind : std::uint8_t {
    CommunauteDeCommunes,
    CommunauteAgglomeration,
    CommunauteUrbaine,
    Metropole,
    MetropoleDeLyon,  // not an EPCI but a collectivity (CGCT L3611-1); the files list it among them
};
[[nodiscard]] std::string_view grouping_kind_code(GroupingKind kind);  // CC, CA, CU, METRO, MET69

struct Grouping {
    GroupingIndex index = 0;
    Siren siren;
    std::string_view name;
    GroupingKind kind = GroupingKind::CommunauteDeCommunes;
    std::string_view funding;     // FPU: single business tax; FA: additional taxes
    DepartementCode departement;  // where most of its inhabitants live
    std::string_view departement_name;
    int first_year = 0;
    int last_year = 0;
    bool current = false;

    [[nodiscard]] std::string label() const;  // "CC des Villes Sœurs (Seine-Maritime, 76)"
};

struct MemberPopulation {
    CommuneIndex commune = 0;
    std::optional<Population> population;
};

// The sum of what its members count: that is what the decree does too.
struct GroupingPopulation {
    std::int64_t value = 0;
    Figure figure = Figure::Municipale;
    int in_force = 0;
    int members_year = 0;  // COG year of the list of members used
    bool complete = true;  // false: at least one member has no such figure, and the value is only a part
    std::vector<MemberPopulation> members;
};

struct Departement {
    DepartementCode code;
    std::string_view name;
    RegionCode region;
};
struct Region {
    RegionCode code;
    std::string_view name;
};

// A name or a SIREN that held over some years.
struct Naming {
    std::string_view name;
    std::optional<Siren> siren;
    int first_year = 0;
    int last_year = 0;
};

// Columns for whoever goes over all communes at once (the simulator). Index i of each is the same commune; -1 means no
// figure.
struct Columns {
    std::span<const InseeCode> codes;
    std::span<const std::int32_t> population;   // of the figure and year asked
    std::span<const std::uint8_t> departement;  // place in departements()
    std::span<const std::uint8_t> region;       // place in regions()
    std::span<const CommuneIndex> present;      // those that exist in the COG of the year asked, ascending
};

// ---- Search

enum class SearchKinds { All, Communes, Groupings };

struct SearchQuery {
    std::string_view words;            // as typed: words in any order, INSEE code, SIREN, SIRET or postal code
    std::optional<RegionCode> region;  // groupings: those with a member there
    SearchKinds kinds = SearchKinds::All;
    std::size_t limit = 20;
    bool former = true;  // also communes that merged into another and names no longer borne
};

struct SearchHit {
    std::variant<Commune, Grouping> what;
    std::string label;                       // with its département, ready to show
    std::string_view matched_name;           // a former name that was typed; empty when it is the name itself
    std::optional<InseeCode> successor;      // of a commune that is gone: the one that absorbed it
    std::optional<std::int32_t> population;  // newest municipale
    [[nodiscard]] const Commune* commune() const { return std::get_if<Commune>(&what); }
    [[nodiscard]] const Grouping* grouping() const { return std::get_if<Grouping>(&what); }
};

// ---- Lists (priority zones, rural communes…)

enum class HasTag { Yes, No, NotLoaded };

struct TagList {
    std::string_view name;  // "petites-villes-de-demain"
    std::string_view title;
    std::string_view source;
    base::Date from;  // this version of the list applies from here to the next version
    std::size_t size = 0;
};

class Directory {
  public:
    // Reads the whole from the tables of migration 0003. Empty tables give an empty Directory, not an error.
    [[nodiscard]] static base::Result<std::shared_ptr<const Directory>> load(db::Reader& reader);
    [[nodiscard]] static base::Result<std::shared_ptr<const Directory>> load(db::Database& database);
    ~Directory();

    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    // -- Who
    [[nodiscard]] std::optional<Commune> commune(InseeCode code) const;
    // By any SIREN it has borne; the one who bears it last, when two did (Les Hauts-Talican, 60054 then 60694).
    [[nodiscard]] std::optional<Commune> commune(Siren siren) const;
    [[nodiscard]] std::optional<Grouping> grouping(Siren siren) const;
    [[nodiscard]] Commune commune_at(CommuneIndex index) const;
    [[nodiscard]] Grouping grouping_at(GroupingIndex index) const;
    [[nodiscard]] std::size_t commune_count() const;  // all that were ever seen, present or not
    [[nodiscard]] std::size_t grouping_count() const;
    [[nodiscard]] std::span<const Departement> departements() const;
    [[nodiscard]] std::span<const Region> regions() const;
    [[nodiscard]] std::string_view name_of(DepartementCode code) const;  // empty when unknown
    [[nodiscard]] std::string_view name_of(RegionCode code) const;
    // Names and SIRENs in order of years; a gap between two means that it did not exist meanwhile.
    [[nodiscard]] std::vector<Naming> history(InseeCode code) const;
    [[nodiscard]] std::vector<std::uint32_t> postal_codes(InseeCode code) const;

    // -- When
    [[nodiscard]] std::span<const int> cog_years() const;  // ascending
    [[nodiscard]] std::span<const int> years_in_force(Figure figure) const;
    // The COG to use for a year: its own, or the nearest before it, or the first we have. 0 when nothing is loaded.
    [[nodiscard]] int cog_for(int year) const;
    [[nodiscard]] bool exists(InseeCode code, int year) const;

    // -- How many
    // The one figure that applies. Where files differ (mergers), the one in the limits of that very year wins.
    [[nodiscard]] std::optional<Population> population(InseeCode code, Figure figure, int in_force) const;
    [[nodiscard]] std::optional<Population> population(CommuneIndex index, Figure figure, int in_force) const;
    // All that the files say, also the figures set aside, by figure then year.
    [[nodiscard]] std::vector<Population> populations(InseeCode code) const;
    // None when the grouping is unknown or has no member in that year.
    [[nodiscard]] std::optional<GroupingPopulation> population(Siren grouping, Figure figure, int in_force) const;

    // -- Together
    [[nodiscard]] std::optional<Grouping> grouping_of(InseeCode code, int year) const;
    [[nodiscard]] std::span<const CommuneIndex> members(Siren grouping, int year) const;
    [[nodiscard]] std::vector<CommuneIndex> communes_of(RegionCode region, int year) const;
    [[nodiscard]] std::vector<CommuneIndex> communes_of(DepartementCode departement, int year) const;
    // Those with at least one member in the region.
    [[nodiscard]] std::vector<GroupingIndex> groupings_of(RegionCode region, int year) const;
    // The regions of its members, that with most members first; more than one: it straddles.
    [[nodiscard]] std::vector<std::pair<RegionCode, std::size_t>> regions_of(Siren grouping, int year) const;
    [[nodiscard]] std::vector<GroupingIndex> straddling(int year) const;

    // -- After and before
    // The commune that stands on this ground in `year`: itself while it exists, else the one that absorbed it. None
    // when unknown.
    [[nodiscard]] std::optional<InseeCode> successor(InseeCode code, int year) const;
    // The commune that, in `year`, answers for what `code` was in `since`: the same legal person (SIREN) first, then as
    // above. An award of 2022 to 60054 (Les Hauts-Talican) is that of 60694 from 2024 on, though 60054 still exists
    // (Beaumont-les-Nonains).
    [[nodiscard]] std::optional<InseeCode> heir(InseeCode code, int since, int year) const;
    // What `code` in `year` may have inherited: every code that was absorbed into it before, and whose heir it is.
    // Without itself.
    [[nodiscard]] std::vector<InseeCode> predecessors(InseeCode code, int year) const;

    // -- All at once
    [[nodiscard]] Columns columns(Figure figure, int in_force, int cog_year) const;

    // -- Found by name
    // Ranked: the exact name, names that start so, the others; in each by population. Empty words give nothing.
    [[nodiscard]] std::vector<SearchHit> search(const SearchQuery& query) const;

    // -- Lists
    // Yes or No when a version of the list is in force at that date, NotLoaded otherwise. By the codes that the list
    // writes: what a merger does to it is for the next version of the list to say.
    [[nodiscard]] HasTag has_tag(InseeCode code, std::string_view list, base::Date at) const;
    [[nodiscard]] HasTag has_tag(Siren grouping, std::string_view list, base::Date at) const;
    [[nodiscard]] std::span<const TagList> tag_lists() const;

    // What it holds in memory, in bytes.
    [[nodiscard]] std::size_t memory() const;

    struct Data;

  private:
    explicit Directory(std::unique_ptr<const Data> data);
    std::unique_ptr<const Data> data_;
};

}  // namespace beffroi::territory
