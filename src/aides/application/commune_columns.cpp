#include "aides/application/commune_columns.hpp"

namespace beffroi::aides::application {

namespace {

// The figure and year in force that the edition looks at; the year of the edition and the population municipale when it
// has no test.
std::pair<territory::Figure, int> needed(const scheme::Edition& edition) {
    base::Date first_day = base::make_date(edition.model().year, 1, 1);
    auto need = edition.population_needed(first_day);
    if (!need) return {territory::Figure::Municipale, edition.model().year};
    auto figure =
        need->first == scheme::PopulationFigure::Totale ? territory::Figure::Totale : territory::Figure::Municipale;
    return {figure, need->second};
}

// The nearest year at or before the one wanted, or the first there is: a simulation of next year uses today's figures.
int nearest(std::span<const int> years, int wanted) {
    int best = years.empty() ? wanted : years.front();
    for (int year : years)
        if (year <= wanted) best = year;
    return best;
}

}  // namespace

CommuneColumns::CommuneColumns(const territory::Directory& directory, const scheme::Edition& edition,
                               const scheme::Edition* against, territory::RegionCode region) {
    auto [figure, wanted] = needed(edition);
    int year = nearest(directory.years_in_force(figure), wanted);
    territory::Columns columns = directory.columns(figure, year, directory.cog_for(wanted));
    std::pair<territory::Figure, int> other{figure, wanted};
    if (against != nullptr) other = needed(*against);
    bool same = other == std::pair{figure, wanted};
    int other_year = nearest(directory.years_in_force(other.first), other.second);
    territory::Columns other_columns =
        same ? columns : directory.columns(other.first, other_year, directory.cog_for(wanted));
    for (territory::CommuneIndex index : columns.present) {
        const territory::Region& of = directory.regions()[columns.region[index]];
        if (region && of.code != region) continue;
        communes_.push_back(index);
        codes_.push_back(columns.codes[index].str());
        departments_.push_back(directory.departements()[columns.departement[index]].code.str());
        regions_.push_back(of.code.str());
        population_.push_back(columns.population[index]);
        if (!same) population_against_.push_back(other_columns.population[index]);
    }
}

scheme::CommuneColumns CommuneColumns::view() const {
    return {codes_, departments_, regions_, population_, population_against_};
}

}  // namespace beffroi::aides::application
