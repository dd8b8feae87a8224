#include "territory/package_store.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

namespace beffroi::territory {

namespace {

using db::Query;

constexpr Query kForget[] = {
    {"territory_forget_package", "DELETE FROM territory_package"},
    {"territory_forget_file", "DELETE FROM territory_file"},
    {"territory_forget_region", "DELETE FROM region"},
    {"territory_forget_departement", "DELETE FROM departement"},
    {"territory_forget_commune", "DELETE FROM commune"},
    {"territory_forget_commune_state", "DELETE FROM commune_state"},
    {"territory_forget_commune_former", "DELETE FROM commune_former"},
    {"territory_forget_grouping_state", "DELETE FROM grouping_state"},
    {"territory_forget_population_source", "DELETE FROM population_source"},
    {"territory_forget_population", "DELETE FROM population"},
};

constexpr Query kKnownValues{"population_known",
                             "SELECT p.code, s.figure, s.in_force, p.value FROM population p "
                             "JOIN population_source s ON s.id = p.source_id"};
constexpr Query kAddPackage{
    "territory_package_add",
    "INSERT INTO territory_package (version, cog, in_force, census, groupings, groupings_in_force, "
    "groupings_census, imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr Query kAddFile{"territory_file_add",
                         "INSERT INTO territory_file (version, file, sha256) VALUES ($1, $2, $3)"};
constexpr Query kAddRegion{
    "region_add",
    "INSERT INTO region (code, name) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET name = excluded.name"};
constexpr Query kAddDepartement{"departement_add",
                                "INSERT INTO departement (code, name, region) VALUES ($1, $2, $3) "
                                "ON CONFLICT (code) DO UPDATE SET name = excluded.name, region = excluded.region"};
constexpr Query kAddCommune{
    "commune_add",
    "INSERT INTO commune (code, name, siren, grouping_siren, departement, region, postcodes, first_year, last_year) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (code) DO UPDATE SET name = excluded.name, siren = "
    "excluded.siren, "
    "grouping_siren = excluded.grouping_siren, departement = excluded.departement, region = excluded.region, "
    "postcodes = excluded.postcodes, last_year = excluded.last_year WHERE excluded.last_year >= commune.last_year"};
constexpr Query kClearStates{"commune_state_clear",
                             "UPDATE commune_state SET years = years & ~$1 WHERE years & $1 <> 0"};
constexpr Query kClearFormer{"commune_former_clear",
                             "UPDATE commune_former SET years = years & ~$1 WHERE years & $1 <> 0"};
constexpr Query kClearGroupings{"grouping_state_clear",
                                "UPDATE grouping_state SET years = years & ~$1 WHERE years & $1 <> 0"};
constexpr Query kDropStates{"commune_state_drop", "DELETE FROM commune_state WHERE years = 0"};
constexpr Query kDropFormer{"commune_former_drop", "DELETE FROM commune_former WHERE years = 0"};
constexpr Query kDropGroupings{"grouping_state_drop", "DELETE FROM grouping_state WHERE years = 0"};
constexpr Query kAddState{
    "commune_state_add",
    "INSERT INTO commune_state (code, name, siren, grouping_siren, years) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (code, name, siren, grouping_siren) DO UPDATE SET years = commune_state.years | excluded.years"};
constexpr Query kAddFormer{"commune_former_add",
                           "INSERT INTO commune_former (former, code, years) VALUES ($1, $2, $3) "
                           "ON CONFLICT (former, code) DO UPDATE SET years = commune_former.years | excluded.years"};
constexpr Query kAddGrouping{
    "grouping_state_add",
    "INSERT INTO grouping_state (siren, name, kind, funding, years) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (siren, name, kind, funding) DO UPDATE SET years = grouping_state.years | excluded.years"};
constexpr Query kFirstYears{"commune_first_years",
                            "UPDATE commune SET first_year = $1 WHERE first_year > $1 AND code IN "
                            "(SELECT code FROM commune_state WHERE years & $2 <> 0)"};
// The newest table of former codes that names it: bits grow with the years.
constexpr Query kSuccessors{
    "commune_successors",
    "UPDATE commune SET successor = CASE WHEN last_year < (SELECT max(cog) FROM territory_package) THEN "
    "(SELECT f.code FROM commune_former f WHERE f.former = commune.code ORDER BY f.years DESC, f.code LIMIT 1) END "
    "WHERE successor IS NOT NULL OR last_year < (SELECT max(cog) FROM territory_package)"};
constexpr Query kNewestCog{"territory_newest_cog", "SELECT coalesce(max(cog), 0) FROM territory_package"};
constexpr Query kLastSource{"population_last_source", "SELECT coalesce(max(id), 0) FROM population_source"};
constexpr Query kAddSource{"population_source_add",
                           "INSERT INTO population_source (id, version, file, figure, in_force, census, cog) "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Query kAddPopulation{"population_add", "INSERT INTO population (source_id, code, value) VALUES ($1, $2, $3)"};

std::int64_t bit(int year) {
    return std::int64_t{1} << (year - 2000);
}

// Mayotte is still counted as in 2017, and the collectivities without a département by censuses of their own (README of
// the package).
enum class Census { National, Mayotte, Own };
constexpr int kMayotteCensus = 2017;

Census census_of(InseeCode code) {
    DepartementCode departement = code.departement();
    if (departement.view() == "976") return Census::Mayotte;
    bool own = departement.view() == "975" || departement.view() >= "977";
    return own && departement.view().size() == 3 ? Census::Own : Census::National;
}

// What is the same for all rows of one transaction.
class Store {
  public:
    Store(db::Writer& writer, const Package& package, const PackageContent& content, KnownValues& known,
          ImportReport& report)
        : writer_(writer), package_(package), content_(content), known_(known), report_(report) {
        for (const GroupingRecord& grouping : content.groupings)
            for (const MemberRecord& member : grouping.members)
                memberships_[member.code] = {grouping.siren, member.siren};
    }

    void identity(base::Timestamp now) {
        const Package& p = package_;
        writer_.execute(kAddPackage, {p.version, p.cog, p.in_force, p.census, p.groupings, p.groupings_in_force,
                                      p.groupings_census, now});
        for (const PackageFile& file : content_.files) writer_.execute(kAddFile, {p.version, file.name, file.sha256});
    }

    void areas() {
        for (const AreaRecord& area : content_.regions) writer_.execute(kAddRegion, {area.code, area.name});
        for (const AreaRecord& area : content_.departements)
            writer_.execute(kAddDepartement, {area.code, area.name, area.region});
    }

    void states() {
        std::int64_t year = bit(package_.cog);
        for (const Query& clear : {kClearStates, kClearFormer, kClearGroupings}) writer_.execute(clear, {year});
        for (const CommuneRecord& commune : content_.communes) {
            auto membership = memberships_.find(commune.code);
            std::string grouping = membership == memberships_.end() ? "" : membership->second.grouping.str();
            std::string siren = commune.siren                      ? commune.siren.str()
                                : membership == memberships_.end() ? ""
                                                                   : membership->second.member.str();
            add_commune(commune, siren, grouping, year);
        }
        for (const GroupingRecord& g : content_.groupings)
            writer_.execute(kAddGrouping, {g.siren.str(), g.name, g.kind, g.funding, year});
        for (const Query& drop : {kDropStates, kDropFormer, kDropGroupings}) writer_.execute(drop, {});
        writer_.execute(kFirstYears, {package_.cog, year});
        report_.communes += content_.communes.size();
    }

    void populations() {
        for (const CommuneRecord& commune : content_.communes)
            if (commune.population) value("communes.json", Figure::Municipale, commune.code, *commune.population);
        if (package_.groupings_in_force == 0) return;
        for (Figure figure : {Figure::Municipale, Figure::Totale})
            for (const GroupingRecord& grouping : content_.groupings)
                for (const MemberRecord& member : grouping.members) {
                    std::optional<std::int32_t> count =
                        figure == Figure::Municipale ? member.municipale : member.totale;
                    if (count) value("epci.json", figure, member.code, *count);
                }
    }

  private:
    struct Membership {
        Siren grouping;
        Siren member;
    };

    void add_commune(const CommuneRecord& commune, const std::string& siren, const std::string& grouping,
                     std::int64_t year) {
        std::string postcodes;
        for (const std::string& postcode : commune.postcodes) postcodes += (postcodes.empty() ? "" : " ") + postcode;
        writer_.execute(kAddCommune, {commune.code.str(), commune.name, siren, grouping, commune.departement.str(),
                                      commune.region.str(), postcodes, package_.cog});
        writer_.execute(kAddState, {commune.code.str(), commune.name, siren, grouping, year});
        for (const InseeCode& former : commune.former)
            writer_.execute(kAddFormer, {former.str(), commune.code.str(), year});
    }

    void value(std::string_view file, Figure figure, InseeCode code, std::int32_t count) {
        bool of_communes = file == "communes.json";
        int in_force = of_communes ? package_.in_force : package_.groupings_in_force;
        if (!known_.add(code, figure, in_force, count)) return;
        writer_.execute(kAddPopulation, {source(file, figure, census_of(code)), code.str(), count});
        ++report_.populations;
    }

    // Made when its first value comes.
    std::int64_t source(std::string_view file, Figure figure, Census census) {
        bool of_communes = file == "communes.json";
        std::int64_t& id =
            sources_[(of_communes ? 0U : 6U) + (figure == Figure::Totale ? 3U : 0U) + static_cast<unsigned>(census)];
        if (id != 0) return id;
        id = writer_.number(kLastSource) + 1;
        std::optional<int> year;
        switch (census) {
            case Census::National:
                year = of_communes ? package_.census : package_.groupings_census;
                break;
            case Census::Mayotte:
                year = kMayotteCensus;
                break;
            case Census::Own:
                break;
        }
        writer_.execute(kAddSource, {id, package_.version, file, figure_name(figure),
                                     of_communes ? package_.in_force : package_.groupings_in_force, year,
                                     of_communes ? package_.cog : package_.groupings});
        return id;
    }

    db::Writer& writer_;
    const Package& package_;
    const PackageContent& content_;
    KnownValues& known_;
    ImportReport& report_;
    std::unordered_map<InseeCode, Membership> memberships_;
    std::int64_t sources_[12] = {};
};

}  // namespace

void KnownValues::load(db::Reader& reader) {
    keys_.reserve(600'000);
    reader.query(kKnownValues, {}, [&](const db::Row& row) {
        base::Result<InseeCode> code = InseeCode::parse(row.text(0));
        base::Result<Figure> figure = parse_figure(row.text(1));
        if (code && figure)
            add(*code, *figure, static_cast<int>(row.integer(2)), static_cast<std::int32_t>(row.integer(3)));
    });
}

bool KnownValues::add(InseeCode code, Figure figure, int in_force, std::int32_t value) {
    std::uint64_t key = 0;
    for (char c : code.view()) key = key * 12 + static_cast<std::uint64_t>(c >= 'A' ? c - 'A' + 10 : c - '0');
    key = key * 2 + static_cast<std::uint64_t>(figure);
    key = key << 7U | static_cast<std::uint64_t>(in_force - 2000);
    key = key << 31U | static_cast<std::uint64_t>(value);
    return keys_.insert(key).second;
}

base::Status store_package(db::Writer& writer, const Package& package, const PackageContent& content,
                           TakesState takes_state, base::Timestamp now, KnownValues& known, ImportReport& report) {
    Store store(writer, package, content, known, report);
    if (package.cog >= writer.number(kNewestCog)) store.areas();
    store.identity(now);
    if (takes_state == TakesState::Yes) store.states();
    store.populations();
    writer.execute(kSuccessors, {});
    return {};
}

void forget_packages(db::Writer& writer) {
    for (const Query& query : kForget) writer.execute(query, {});
}

}  // namespace beffroi::territory
