// Tables to columns. The rows come in the order in which they were stored, which is nearly that of the codes: each
// look-up first tries the place after the last one.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "base/text.hpp"
#include "territory/directory_data.hpp"

namespace beffroi::territory {

namespace {

using base::Result;
using db::Query;
using db::Row;

constexpr Query kRegions{"territory_regions", "SELECT code, name FROM region"};
constexpr Query kDepartements{"territory_departements", "SELECT code, name, region FROM departement"};
constexpr Query kCommunes{"territory_communes",
                          "SELECT code, name, siren, grouping_siren, departement, region, postcodes FROM commune"};
constexpr Query kStates{"territory_states", "SELECT code, name, siren, grouping_siren, years FROM commune_state"};
constexpr Query kFormer{"territory_former", "SELECT former, code, years FROM commune_former"};
constexpr Query kGroupings{"territory_groupings", "SELECT siren, name, kind, funding, years FROM grouping_state"};
constexpr Query kCogs{"territory_cogs",
                      "SELECT cog, groupings, in_force FROM territory_package ORDER BY cog, in_force"};
constexpr Query kSources{"territory_sources",
                         "SELECT id, version, file, figure, in_force, census, cog FROM population_source ORDER BY id"};
constexpr Query kPopulations{"territory_populations", "SELECT source_id, code, value FROM population"};
constexpr Query kTagLists{"territory_tag_lists",
                          "SELECT id, name, from_date, title, source FROM tag_list ORDER BY name, from_date"};
constexpr Query kTags{"territory_tags", "SELECT code FROM tag WHERE list_id = $1"};

// What was stored was checked by the import; anything else means that the tables are damaged.
template <typename Code>
Code stored(std::string_view text) {
    if (text.empty()) return Code();
    Result<Code> code = Code::parse(text);
    if (!code) throw base::Failure({base::Code::Corrupt, "territory tables: " + code.error().detail, {}});
    return *code;
}

GroupingKind kind_of(std::string_view code) {
    for (GroupingKind kind : {GroupingKind::CommunauteDeCommunes, GroupingKind::CommunauteAgglomeration,
                              GroupingKind::CommunauteUrbaine, GroupingKind::Metropole})
        if (grouping_kind_code(kind) == code) return kind;
    return GroupingKind::MetropoleDeLyon;
}

class Loader {
  public:
    Loader(db::Reader& reader, Directory::Data& data) : reader_(reader), data_(data) {}

    void load() {
        areas();
        groupings();
        communes();
        states();
        former();
        maps();
        populations();
        tags();
        departements_of_groupings();
        search();
    }

  private:
    void areas() {
        reader_.query(kRegions, {}, [&](const Row& row) {
            data_.regions.push_back({stored<RegionCode>(row.text(0)), data_.texts.add(row.text(1))});
        });
        reader_.query(kDepartements, {}, [&](const Row& row) {
            data_.departements.push_back(
                {stored<DepartementCode>(row.text(0)), data_.texts.add(row.text(1)), stored<RegionCode>(row.text(2))});
        });
        std::sort(data_.regions.begin(), data_.regions.end(),
                  [](const Region& a, const Region& b) { return a.code < b.code; });
        std::sort(data_.departements.begin(), data_.departements.end(),
                  [](const Departement& a, const Departement& b) { return a.code < b.code; });
    }

    void groupings() {
        std::vector<std::pair<Siren, GroupingState>> rows;
        reader_.query(kGroupings, {}, [&](const Row& row) {
            rows.push_back(
                {stored<Siren>(row.text(0)), GroupingState{.name = data_.texts.add(row.text(1)),
                                                           .kind = kind_of(row.text(2)),
                                                           .funding = funding(row.text(3)),
                                                           .years = static_cast<std::uint64_t>(row.integer(4))}});
        });
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : last_year_of(a.second.years) < last_year_of(b.second.years);
        });
        for (std::size_t i = 0; i < rows.size(); ++i) {
            bool next = i == 0 || rows[i].first != rows[i - 1].first;
            if (next && i != 0) data_.grouping_states.end_row();
            if (next) {
                data_.grouping_sirens.push_back(rows[i].first);
                data_.grouping_years.push_back(0);
            }
            data_.grouping_years.back() |= rows[i].second.years;
            data_.grouping_states.items.push_back(rows[i].second);
        }
        if (!rows.empty()) data_.grouping_states.end_row();
    }

    std::string_view funding(std::string_view text) {
        if (text == "FPU") return "FPU";
        if (text == "FA") return "FA";
        return data_.texts.add(text);
    }

    void communes() {
        struct Raw {
            InseeCode code;
            std::string_view name;
            Siren siren;
            std::uint16_t grouping;
            std::uint8_t departement;
            std::uint8_t region;
            std::uint32_t postcodes;  // of `all`, from here
            std::uint32_t postcodes_end;
        };
        std::vector<Raw> rows;
        std::vector<std::uint32_t> all;
        reader_.query(kCommunes, {}, [&](const Row& row) {
            auto from = static_cast<std::uint32_t>(all.size());
            std::string_view list = row.text(6);
            for (std::size_t i = 0; i + 5 <= list.size(); i += 6) {
                std::uint32_t postcode = 0;
                std::from_chars(list.data() + i, list.data() + i + 5, postcode);
                all.push_back(postcode);
            }
            rows.push_back({stored<InseeCode>(row.text(0)), data_.texts.add(row.text(1)), stored<Siren>(row.text(2)),
                            grouping(row.text(3)), place(stored<DepartementCode>(row.text(4))),
                            place(stored<RegionCode>(row.text(5))), from, static_cast<std::uint32_t>(all.size())});
        });
        std::sort(rows.begin(), rows.end(), [](const Raw& a, const Raw& b) { return a.code < b.code; });
        reserve(rows.size());
        for (const Raw& row : rows) {
            data_.codes.push_back(row.code);
            data_.names.push_back(row.name);
            data_.sirens.push_back(row.siren);
            data_.groupings_of.push_back(row.grouping);
            data_.departement.push_back(row.departement);
            data_.region.push_back(row.region);
            data_.postcodes.items.insert(data_.postcodes.items.end(), all.begin() + row.postcodes,
                                         all.begin() + row.postcodes_end);
            data_.postcodes.end_row();
        }
        data_.years.assign(rows.size(), 0);
        data_.no_figures.assign(rows.size(), -1);
    }

    void reserve(std::size_t n) {
        data_.codes.reserve(n);
        data_.names.reserve(n);
        data_.sirens.reserve(n);
        data_.groupings_of.reserve(n);
        data_.departement.reserve(n);
        data_.region.reserve(n);
        data_.postcodes.first.reserve(n + 1);
    }

    std::uint16_t grouping(std::string_view siren) {
        if (siren.empty()) return kNoGrouping;
        auto found = data_.find_grouping(stored<Siren>(siren));
        return found ? static_cast<std::uint16_t>(*found) : kNoGrouping;
    }

    template <typename Code>
    std::uint8_t place(Code code) {
        auto found = data_.place_of(code);
        if (!found)
            throw base::Failure(
                {base::Code::Corrupt, fmt::format("territory tables: {} is in no list", code.view()), {}});
        return static_cast<std::uint8_t>(*found);
    }

    // The place of a code; none when it is in no commune row (a code gone before our first COG).
    std::optional<CommuneIndex> at(std::string_view code) {
        if (hint_ < data_.codes.size() && data_.codes[hint_].view() == code) return hint_++;
        auto found = data_.find(stored<InseeCode>(code));
        if (found) hint_ = *found + 1;
        return found;
    }

    void states() {
        std::vector<std::pair<CommuneIndex, CommuneState>> rows;
        rows.reserve(data_.codes.size() + 2000);
        reader_.query(kStates, {}, [&](const Row& row) {
            std::optional<CommuneIndex> commune = at(row.text(0));
            if (!commune) return;
            // Most keep their name: it is shared.
            std::string_view name =
                row.text(1) == data_.names[*commune] ? data_.names[*commune] : data_.texts.add(row.text(1));
            rows.push_back({*commune,
                            {name, stored<Siren>(row.text(2)), grouping(row.text(3)),
                             static_cast<std::uint64_t>(row.integer(4))}});
        });
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first
                                      : first_year_of(a.second.years) < first_year_of(b.second.years);
        });
        std::size_t row = 0;
        data_.states.items.reserve(rows.size());
        for (CommuneIndex commune = 0; commune < data_.codes.size(); ++commune) {
            for (; row < rows.size() && rows[row].first == commune; ++row) {
                data_.states.items.push_back(rows[row].second);
                data_.years[commune] |= rows[row].second.years;
                if (rows[row].second.siren)
                    data_.siren_entries.push_back({rows[row].second.siren, commune, rows[row].second.years});
            }
            data_.states.end_row();
        }
        std::sort(data_.siren_entries.begin(), data_.siren_entries.end(), [](const SirenEntry& a, const SirenEntry& b) {
            return a.siren != b.siren ? a.siren < b.siren : last_year_of(a.years) < last_year_of(b.years);
        });
    }

    void former() {
        reader_.query(kFormer, {}, [&](const Row& row) {
            if (std::optional<CommuneIndex> into = at(row.text(1)))
                data_.former.push_back(
                    {stored<InseeCode>(row.text(0)), *into, static_cast<std::uint64_t>(row.integer(2))});
        });
        std::sort(data_.former.begin(), data_.former.end(), [](const FormerCode& a, const FormerCode& b) {
            return a.former != b.former ? a.former < b.former : a.years < b.years;
        });
    }

    void maps() {
        reader_.query(kCogs, {}, [&](const Row& row) {
            int year = static_cast<int>(row.integer(0));
            if (data_.maps.empty() || data_.maps.back().year != year) {
                data_.cog_years.push_back(year);
                data_.maps.emplace_back().year = year;
            }
            data_.maps.back().groupings_year = static_cast<int>(row.integer(1));
        });
        for (YearMap& map : data_.maps) fill(map);
    }

    void fill(YearMap& map) const {
        std::uint64_t bit = year_bit(map.year);
        std::size_t groupings = data_.grouping_sirens.size();
        map.grouping_of.assign(data_.codes.size(), kNoGrouping);
        std::vector<std::uint32_t> count(groupings, 0);
        for (CommuneIndex commune = 0; commune < data_.codes.size(); ++commune) {
            if ((data_.years[commune] & bit) == 0) continue;
            map.present.push_back(commune);
            for (const CommuneState& state : data_.states.row(commune))
                if ((state.years & bit) != 0) map.grouping_of[commune] = state.grouping;
            if (map.grouping_of[commune] != kNoGrouping) ++count[map.grouping_of[commune]];
        }
        map.present.shrink_to_fit();
        map.members.first.assign(groupings + 1, 0);
        std::partial_sum(count.begin(), count.end(), map.members.first.begin() + 1);
        map.members.items.resize(map.members.first.back());
        std::vector<std::uint32_t> next(map.members.first.begin(), map.members.first.end() - 1);
        for (CommuneIndex commune : map.present)
            if (std::uint16_t grouping = map.grouping_of[commune]; grouping != kNoGrouping)
                map.members.items[next[grouping]++] = commune;
    }

    void populations() {
        std::map<std::int64_t, std::uint16_t> place_of_id;
        reader_.query(kSources, {}, [&](const Row& row) {
            PopulationSource source;
            source.text =
                data_.texts.add(fmt::format("@etalab/decoupage-administratif {}, {}", row.text(1), row.text(2)));
            source.from_groupings = row.text(2) == "epci.json";
            source.figure = row.text(3) == figure_name(Figure::Totale) ? Figure::Totale : Figure::Municipale;
            source.in_force = static_cast<int>(row.integer(4));
            if (auto census = row.optional_integer(5)) source.census = static_cast<int>(*census);
            source.cog = static_cast<int>(row.integer(6));
            place_of_id[row.integer(0)] = static_cast<std::uint16_t>(data_.sources.size());
            data_.sources.push_back(source);
            series(source.figure, source.in_force);
        });
        std::sort(data_.series.begin(), data_.series.end(), [](const Series& a, const Series& b) {
            return a.figure != b.figure ? a.figure < b.figure : a.in_force < b.in_force;
        });
        for (const Series& one : data_.series)
            data_.in_force_years[static_cast<std::size_t>(one.figure)].push_back(one.in_force);

        std::int64_t last_id = -1;
        std::uint16_t source = 0;
        Series* into = nullptr;
        reader_.query(kPopulations, {}, [&](const Row& row) {
            if (std::int64_t id = row.integer(0); id != last_id) {
                auto found = place_of_id.find(id);
                if (found == place_of_id.end())
                    throw base::Failure({base::Code::Corrupt, "territory tables: a population without source", {}});
                last_id = id;
                source = found->second;
                into = &series(data_.sources[source].figure, data_.sources[source].in_force);
            }
            if (std::optional<CommuneIndex> commune = at(row.text(1)))
                put(*into, *commune, source, static_cast<std::int32_t>(row.integer(2)));
        });
        std::sort(data_.set_aside.begin(), data_.set_aside.end(), [](const SetAside& a, const SetAside& b) {
            return a.commune != b.commune ? a.commune < b.commune : a.source < b.source;
        });
    }

    Series& series(Figure figure, int in_force) {
        for (Series& one : data_.series)
            if (one.figure == figure && one.in_force == in_force) return one;
        data_.series.push_back({figure, in_force, std::vector<std::int32_t>(data_.codes.size(), -1),
                                std::vector<std::uint16_t>(data_.codes.size(), kNoSource)});
        return data_.series.back();
    }

    // In the limits of its year first, and of these the file of groupings: communes.json still gives a commune merged
    // that day as it was.
    void put(Series& series, CommuneIndex commune, std::uint16_t source, std::int32_t value) {
        auto rank = [&](std::uint16_t s) {
            const PopulationSource& of = data_.sources[s];
            return std::tuple(of.cog != of.in_force, !of.from_groupings, s);
        };
        std::uint16_t& held = series.sources[commune];
        std::int32_t& held_value = series.values[commune];
        if (held == kNoSource) {
            held = source;
            held_value = value;
        } else if (rank(source) < rank(held)) {
            data_.set_aside.push_back({commune, held, held_value});
            held = source;
            held_value = value;
        } else {
            data_.set_aside.push_back({commune, source, value});
        }
    }

    void tags() {
        std::vector<std::int64_t> ids;
        reader_.query(kTagLists, {}, [&](const Row& row) {
            ids.push_back(row.integer(0));
            TagVersion version;
            version.list = {data_.texts.add(row.text(1)), data_.texts.add(row.text(3)), data_.texts.add(row.text(4)),
                            row.date(2), 0};
            data_.tags.push_back(std::move(version));
        });
        for (std::size_t i = 0; i < ids.size(); ++i) {
            TagVersion& version = data_.tags[i];
            reader_.query(kTags, {ids[i]}, [&](const Row& row) {
                ++version.list.size;
                if (row.text(0).size() == 9)
                    version.groupings.push_back(stored<Siren>(row.text(0)));
                else if (auto commune = at(row.text(0)))
                    version.communes.push_back(*commune);
                else
                    version.gone.push_back(stored<InseeCode>(row.text(0)));
            });
            std::sort(version.communes.begin(), version.communes.end());
            std::sort(version.gone.begin(), version.gone.end());
            std::sort(version.groupings.begin(), version.groupings.end());
            data_.tag_lists.push_back(version.list);
        }
    }

    [[nodiscard]] std::int64_t newest_population(CommuneIndex commune) const {
        return data_.newest_population(commune).value_or(0);
    }

    // Members of the newest list that has any.
    [[nodiscard]] std::span<const CommuneIndex> newest_members(GroupingIndex grouping) const {
        for (std::size_t i = data_.maps.size(); i-- > 0;)
            if (auto members = data_.maps[i].members.row(grouping); !members.empty()) return members;
        return {};
    }

    void departements_of_groupings() {
        for (GroupingIndex grouping = 0; grouping < data_.grouping_sirens.size(); ++grouping) {
            std::map<std::uint8_t, std::int64_t> people;
            std::uint64_t regions = 0;
            for (CommuneIndex member : newest_members(grouping)) regions |= std::uint64_t{1} << data_.region[member];
            data_.grouping_regions.push_back(regions);
            for (CommuneIndex member : newest_members(grouping))
                people[data_.departement[member]] += newest_population(member) + 1;
            auto most = std::max_element(people.begin(), people.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
            data_.grouping_departement.push_back(most == people.end() ? std::uint8_t{0} : most->first);
        }
    }

    void search() {
        std::vector<NameIndex::Entry> entries;
        entries.reserve(data_.codes.size() + data_.grouping_sirens.size() + 500);
        constexpr std::int64_t kAfterAll = -1'000'000'000;
        auto add = [&](std::string_view name, std::int64_t weight, Searchable what) {
            entries.push_back({static_cast<std::uint32_t>(data_.searchables.size()),
                               what.former ? kAfterAll + weight : weight, base::fold(name)});
            data_.searchables.push_back(what);
        };
        std::uint64_t newest = data_.cog_years.empty() ? 0 : year_bit(data_.cog_years.back());
        for (CommuneIndex commune = 0; commune < data_.codes.size(); ++commune) {
            std::int64_t weight = newest_population(commune);
            bool gone = (data_.years[commune] & newest) == 0;
            add(data_.names[commune], weight, {commune, false, gone, {}});
            std::string_view last = data_.names[commune];
            for (const CommuneState& state : data_.states.row(commune))
                if (state.name != last && base::fold(state.name) != base::fold(data_.names[commune])) {
                    add(state.name, weight, {commune, false, true, state.name});
                    last = state.name;
                }
            for (std::uint32_t postcode : data_.postcodes.row(commune))
                data_.postcode_entries.push_back({postcode, commune});
        }
        for (GroupingIndex grouping = 0; grouping < data_.grouping_sirens.size(); ++grouping) {
            std::int64_t weight = 0;
            for (CommuneIndex member : newest_members(grouping)) weight += newest_population(member);
            bool gone = (data_.grouping_years[grouping] & newest) == 0;
            add(data_.grouping_states.row(grouping).back().name, weight, {grouping, true, gone, {}});
        }
        data_.index = NameIndex(std::move(entries));
        std::sort(data_.postcode_entries.begin(), data_.postcode_entries.end(),
                  [](const CodeEntry& a, const CodeEntry& b) {
                      return a.postcode != b.postcode ? a.postcode < b.postcode : a.commune < b.commune;
                  });
    }

    db::Reader& reader_;
    Directory::Data& data_;
    CommuneIndex hint_ = 0;
};

}  // namespace

std::string_view TextArena::add(std::string_view text) {
    if (text.empty()) return {};
    ASSERT(text.size() <= kBlock);
    if (used_ + text.size() > kBlock) {
        blocks_.push_back(std::make_unique<char[]>(kBlock));
        used_ = 0;
    }
    char* at = blocks_.back().get() + used_;
    std::memcpy(at, text.data(), text.size());
    used_ += text.size();
    return {at, text.size()};
}

int first_year_of(std::uint64_t years) {
    return years == 0 ? 0 : 2000 + std::countr_zero(years);
}

int last_year_of(std::uint64_t years) {
    return years == 0 ? 0 : 2063 - std::countl_zero(years);
}

Result<std::shared_ptr<const Directory>> Directory::load(db::Reader& reader) {
    auto data = std::make_unique<Data>();
    try {
        Loader(reader, *data).load();
    } catch (const base::Failure& failure) {
        // At start there is no request to end: the caller decides.
        return std::unexpected(failure.error());
    }
    return std::shared_ptr<const Directory>(new Directory(std::move(data)));
}

Result<std::shared_ptr<const Directory>> Directory::load(db::Database& database) {
    return database.read([](db::Reader& reader) { return load(reader); });
}

}  // namespace beffroi::territory
