#include "aides/replay/plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace beffroi::aides::replay {

namespace {

using base::Cents;
using base::make_date;

constexpr Cents kCeiling{3'000'000};
constexpr std::int64_t kBelow = 20'000;

// Awards published for communes of the Pas-de-Calais (Horizon, "la vidéoprotection déployée dans plusieurs communes");
// the base is the amount divided by 30 %, at least 100,000 € where the ceiling was reached.
struct RealAward {
    std::string_view insee;
    Cents base;
    Cents grant;
    int cameras;
};
constexpr std::array kRealAwards = {
    RealAward{"62516", Cents{2'165'667}, Cents{649'700}, 15},
    RealAward{"62502", Cents{5'696'100}, Cents{1'708'830}, 47},
    RealAward{"62732", Cents{200'000}, Cents{60'000}, 1},
    RealAward{"62555", Cents{11'480'000}, Cents{3'000'000}, 61},
};

// Communes and sums of each sitting. Only the last one's date and number are published; the sums keep within the
// envelope: 2 M€, then 4.5 M€.
struct Share {
    std::string_view name;
    base::Date held_on;
    base::Date filed_from;
    base::Date filed_to;
    int communes;
    Cents sum;
    Cents smallest;
    bool real;
};
const std::array kShares = {
    Share{"Commission permanente du 28 juin 2022", make_date(2022, 6, 28), make_date(2022, 2, 14),
          make_date(2022, 4, 29), 60, Cents{120'000'000}, Cents{300'000}, false},
    Share{"Commission permanente du 27 septembre 2022", make_date(2022, 9, 27), make_date(2022, 5, 2),
          make_date(2022, 6, 3), 40, Cents{79'000'000}, Cents{300'000}, false},
    Share{"Commission permanente du 18 octobre 2022", make_date(2022, 10, 18), make_date(2022, 7, 4),
          make_date(2022, 7, 29), 37, Cents{77'500'000}, Cents{1'300'000}, false},
    Share{"Commission permanente du 15 novembre 2022", make_date(2022, 11, 15), make_date(2022, 8, 1),
          make_date(2022, 9, 2), 40, Cents{79'500'000}, Cents{300'000}, false},
    Share{"Commission permanente du 22 novembre 2022", make_date(2022, 11, 22), make_date(2022, 10, 22),
          make_date(2022, 10, 30), 56, Cents{93'600'000}, Cents{200'000}, true},
};

std::vector<Planned> candidates(const territory::Directory& directory, int in_force, Random& random) {
    std::vector<Planned> found;
    auto region = territory::RegionCode::parse("32");
    if (!region) return found;
    for (territory::CommuneIndex index : directory.communes_of(*region, in_force)) {
        territory::Commune commune = directory.commune_at(index);
        auto population = directory.population(index, territory::Figure::Municipale, in_force);
        if (!commune.siren || !population || population->value >= kBelow || population->value < 100) continue;
        Planned planned;
        planned.siren = commune.siren->str();
        planned.insee = commune.code.str();
        planned.commune = std::string(commune.name);
        planned.department = commune.departement.str();
        planned.population = population->value;
        found.push_back(std::move(planned));
    }
    // Larger communes ask more often: shuffled, then thinned by size.
    for (std::size_t i = found.size(); i > 1; --i)
        std::swap(found[i - 1], found[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i) - 1))]);
    std::vector<Planned> first;
    std::vector<Planned> later;
    for (Planned& p : found) {
        bool asks = random.chance(p.population < 500 ? 2 : p.population < 2000 ? 8 : p.population < 5000 ? 25 : 40);
        (asks ? first : later).push_back(std::move(p));
    }
    first.insert(first.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
    return first;
}

// `count` amounts from `smallest` to the ceiling whose sum is close below `sum`, in whole euros.
std::vector<Cents> draw_amounts(int count, Cents sum, Cents smallest, Random& random) {
    std::vector<double> shares;
    for (int i = 0; i < count; ++i)
        shares.push_back(static_cast<double>(random.between(smallest.value, kCeiling.value)));
    for (int round = 0; round < 60; ++round) {
        double total = 0;
        for (double share : shares) total += share;
        double factor = static_cast<double>(sum.value) / total;
        for (double& share : shares)
            share =
                std::clamp(share * factor, static_cast<double>(smallest.value), static_cast<double>(kCeiling.value));
    }
    std::vector<Cents> amounts;
    // 30 % of a multiple of ten euros is a whole number of euros.
    for (double share : shares) amounts.push_back(Cents{static_cast<std::int64_t>(share) / 300 * 300});
    std::sort(amounts.begin(), amounts.end());
    return amounts;
}

void give(Planned& planned, Cents grant, Random& random) {
    planned.grant = grant;
    planned.base = Cents{grant.value / 3 * 10};
    if (grant.value >= kCeiling.value - 300) {
        planned.grant = kCeiling;
        planned.base = Cents{random.between(10'000'000, 18'000'000) / 1000 * 1000};
    }
    planned.cameras =
        static_cast<int>(std::clamp<std::int64_t>(planned.base.value / random.between(280'000, 520'000), 1, 90));
    planned.nature = random.chance(35) ? "extension" : "installation";
}

// Money follows size, roughly: amounts in order to communes in order of a noisy population.
void distribute(std::vector<Planned>& communes, const std::vector<Cents>& amounts, Random& random) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < communes.size(); ++i)
        order.emplace_back(static_cast<double>(communes[i].population) * static_cast<double>(random.between(30, 300)),
                           i);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) give(communes[order[i].second], amounts[i], random);
}

Cents percent_of(Cents amount, std::int64_t percent) {
    return Cents{amount.value * percent / 100 / 100 * 100};
}

application::ExpenseLine line(int row, std::string quote, std::string supplier, std::string label, std::string category,
                              std::int64_t quantity, Cents ht) {
    application::ExpenseLine made;
    made.row = row;
    made.quote = std::move(quote);
    made.supplier = std::move(supplier);
    made.label = std::move(label);
    made.category = std::move(category);
    made.quantity = quantity;
    made.ht = ht;
    made.vat = base::Rate{2000};
    return made;
}

constexpr std::array<std::string_view, 6> kSuppliers = {"Entreprise A (simulée)", "Entreprise B (simulée)",
                                                        "Entreprise C (simulée)", "Entreprise D (simulée)",
                                                        "Entreprise E (simulée)", "Entreprise F (simulée)"};
constexpr std::array<std::string_view, 7> kPlaces = {
    "place de la mairie", "entrées de la commune", "abords de l’école",        "parking de la salle des fêtes",
    "complexe sportif",   "rue principale",        "point d’apport volontaire"};

}  // namespace

base::Result<std::vector<PlannedSitting>> plan_2022(const territory::Directory& directory, Random& random) {
    std::vector<Planned> pool = candidates(directory, 2022, random);
    std::set<std::string> taken;
    for (const RealAward& award : kRealAwards) taken.insert(std::string(award.insee));
    std::erase_if(pool, [&](const Planned& p) { return taken.contains(p.insee); });
    std::size_t used = 0;
    std::vector<PlannedSitting> sittings;
    for (const Share& share : kShares) {
        PlannedSitting sitting;
        sitting.name = std::string(share.name);
        sitting.held_on = share.held_on;
        sitting.filed_from = share.filed_from;
        sitting.filed_to = share.filed_to;
        sitting.real = share.real;
        int number = static_cast<int>(sittings.size()) + 1;
        sitting.report = fmt::format("2022-R{:02}", number);
        sitting.resolution = fmt::format("2022.S{:02}", number);
        Cents sum = share.sum;
        int simulated = share.communes;
        if (share.real) {
            for (const RealAward& award : kRealAwards) {
                auto code = TRY(territory::InseeCode::parse(award.insee));
                auto commune = directory.commune(code);
                if (!commune || !commune->siren)
                    return base::fail(base::Code::NotFound, fmt::format("the commune {} is not loaded", award.insee));
                auto population = directory.population(code, territory::Figure::Municipale, 2022);
                Planned planned;
                planned.siren = commune->siren->str();
                planned.insee = code.str();
                planned.commune = std::string(commune->name);
                planned.department = commune->departement.str();
                planned.population = population ? population->value : 0;
                planned.base = award.base;
                planned.grant = award.grant;
                planned.cameras = award.cameras;
                planned.nature = "extension";
                planned.real = true;
                sitting.granted.push_back(std::move(planned));
                sum -= award.grant;
                --simulated;
            }
        }
        if (used + static_cast<std::size_t>(simulated) > pool.size())
            return base::fail(base::Code::NotFound,
                              fmt::format("only {} communes of the region are loaded", pool.size()));
        std::vector<Planned> communes(pool.begin() + static_cast<std::ptrdiff_t>(used),
                                      pool.begin() + static_cast<std::ptrdiff_t>(used) + simulated);
        used += static_cast<std::size_t>(simulated);
        distribute(communes, draw_amounts(simulated, sum, share.smallest, random), random);
        sitting.granted.insert(sitting.granted.end(), communes.begin(), communes.end());
        sittings.push_back(std::move(sitting));
    }
    return sittings;
}

std::vector<Planned> plan_2023(const territory::Directory& directory, const std::vector<PlannedSitting>& year,
                               int count, Random& random) {
    std::set<std::string> aided;
    for (const auto& sitting : year)
        for (const auto& planned : sitting.granted) aided.insert(planned.insee);
    std::vector<Planned> pool = candidates(directory, 2023, random);
    std::erase_if(pool, [&](const Planned& p) { return aided.contains(p.insee); });
    pool.resize(std::min(pool.size(), static_cast<std::size_t>(count)));
    for (Planned& planned : pool) {
        give(planned, Cents{random.between(1'000, 9'000) * 300}, random);
        planned.nature = "installation";
    }
    return pool;
}

application::Project project_of(const Planned& planned, base::Date start, Random& random) {
    application::Project project;
    std::string place(kPlaces[static_cast<std::size_t>(random.between(0, kPlaces.size() - 1))]);
    project.title = fmt::format("{} caméra{} ({})", planned.cameras, planned.cameras > 1 ? "s" : "", place);
    project.description =
        planned.real ? "Bénéficiaire, nombre de caméras et montant publiés dans la presse ; le reste du dossier est "
                       "simulé pour la démonstration."
                     : "Projet simulé pour la démonstration : équiper les lieux où des dégradations sont constatées.";
    project.nature = planned.nature;
    project.cameras = planned.cameras;
    project.places = place;
    project.purpose = "Prévention des atteintes à la sécurité des personnes et des biens (CSI L251-2)";
    project.start_on = base::add_months(start, 6);
    project.end_on = base::add_months(start, 12);
    project.contact = {"Secrétariat de mairie (simulé)", "Secrétaire de mairie", "03 00 00 00 00",
                       fmt::format("mairie-{}@example.org", planned.insee)};
    project.signatory_name = "Maire (simulé)";
    project.signatory_role = "Maire";
    std::string supplier(kSuppliers[static_cast<std::size_t>(random.between(0, kSuppliers.size() - 1))]);
    std::string quote = fmt::format("D-{}-{:03}", planned.insee, random.between(1, 999));
    int row = 0;
    Cents left = planned.base;
    auto add = [&](std::string label, std::string category, std::int64_t quantity, Cents ht) {
        if (ht <= Cents{}) return;
        project.expenses.push_back(line(++row, quote, supplier, std::move(label), std::move(category), quantity, ht));
        left -= ht;
    };
    if (planned.base >= Cents{2'000'000}) {
        add("Enregistreur et stockage des images", "storage", 1, percent_of(planned.base, random.between(8, 16)));
        add("Raccordement au réseau et au poste de supervision", "network", 1,
            percent_of(planned.base, random.between(5, 15)));
        if (random.chance(60)) add("Écran de contrôle", "screens", 1, percent_of(planned.base, 3));
        if (random.chance(50))
            add("Mâts et supports", "masts", std::max(1, planned.cameras / 2), percent_of(planned.base, 10));
    }
    add(fmt::format("Fourniture et pose de {} caméra(s)", planned.cameras), "cameras", planned.cameras, left);
    if (!planned.real && random.chance(30))
        project.expenses.push_back(line(++row, quote, supplier, "Contrat de maintenance, première année", "maintenance",
                                        1, percent_of(planned.base, 4) + Cents{12'000}));
    Cents total = project.total_ht();
    Cents others;
    int funding = 0;
    auto fund = [&](std::string source, std::string name, Cents cents, bool obtained) {
        project.funding.push_back({++funding, std::move(source), std::move(name), cents, obtained});
        others += cents;
    };
    if (random.chance(55)) fund("detr", "DETR", percent_of(total, random.between(20, 35)), random.chance(50));
    fund("own", fmt::format("Commune de {}", planned.commune), total - others - planned.grant, true);
    for (std::string_view undertaking : application::undertakings()) project.undertakings.emplace(undertaking);
    return project;
}

}  // namespace beffroi::aides::replay
