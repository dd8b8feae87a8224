#include "aides/scheme/simulate.hpp"

#include <algorithm>
#include <map>

#include "aides/scheme/program.hpp"

namespace beffroi::scheme {

namespace {

template <typename T>
void assume(Value<T>& value, T replacement) {
    for (auto& setting : value.settings) {
        setting.value = replacement;
        setting.state = State::Assumed;
        setting.remark = {"Valeur simulée.", "Simulated value."};
    }
}

std::string camera_category(const Edition& edition, const CostModel& cost) {
    const Model& model = edition.model();
    for (const std::string& wanted : {cost.category, std::string("cameras")})
        if (!wanted.empty() && model.category(wanted)) return wanted;
    for (const auto& category : model.categories)
        if (!category.eligible.settings.empty() && category.eligible.settings.back().value) return category.id;
    return {};
}

// FNV-1a: the same commune has the same project on every machine and in every run.
std::uint32_t hash_of(std::string_view code) {
    std::uint32_t hash = 2166136261U;
    for (char c : code) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash ^ (hash >> 15U);
}

std::int64_t cameras_for(const CostModel& cost, std::int64_t population) {
    for (const auto& one : cost.classes)
        if (population < one.below) return one.cameras;
    return cost.classes.empty() ? 0 : cost.classes.back().cameras;
}

std::int64_t cost_for(const CostModel& cost, std::string_view code, std::int64_t cameras) {
    auto spread = static_cast<std::uint32_t>(std::clamp(cost.spread_percent, 0, 100));
    std::int64_t percent = 100 - std::int64_t{spread} + (spread ? std::int64_t{hash_of(code) % (2 * spread + 1)} : 0);
    return cameras * cost.per_camera.value / 100 * percent;
}

// One edition asked about one commune after the other, with the same facts reused: nothing is allocated per commune.
class Asker {
  public:
    Asker(const Edition& edition, const CostModel& cost)
        : edition_(edition), date_(edition.judgement_date({})), program_(edition.program(date_)) {
        facts_.applicant.kind = ApplicantKind::Commune;
        facts_.nature = cost.nature;
        facts_.history.loaded = true;
        ExpenseLine line;
        line.category = camera_category(edition, cost);
        line.quantity = 0;
        line.ttc = base::Cents{};
        facts_.expenses.push_back(std::move(line));
        if (auto needed = edition.population_needed(date_))
            facts_.applicant.populations.push_back({needed->first, needed->second, 0, {}});
    }

    Outcome ask(const std::string& code, const std::string& department, const std::string& region,
                std::int64_t population, std::int64_t cameras, std::int64_t cost) {
        facts_.applicant.code = code;
        facts_.applicant.department = department;
        facts_.applicant.region = region;
        if (!facts_.applicant.populations.empty()) facts_.applicant.populations.front().value = population;
        ExpenseLine& line = facts_.expenses.front();
        line.quantity = cameras;
        line.ht.value = cost;
        line.ttc->value = cost + cost / 5;
        return evaluate_fast(edition_, program_, facts_);
    }

  private:
    const Edition& edition_;
    base::Date date_;
    const Program& program_;
    Facts facts_;
};

Spread spread_of(std::vector<std::int64_t>& amounts) {
    Spread out;
    if (amounts.empty()) return out;
    auto at = [&](std::size_t index) {
        auto nth = amounts.begin() + static_cast<std::ptrdiff_t>(index);
        std::nth_element(amounts.begin(), nth, amounts.end());
        return base::Cents{*nth};
    };
    std::size_t last = amounts.size() - 1;
    out.min = at(0);
    out.q1 = at(last / 4);
    out.median = at(last / 2);
    out.q3 = at(last * 3 / 4);
    out.max = at(last);
    return out;
}

struct Side {
    explicit Side(std::size_t count) { amounts.reserve(count); }
    void count(SideEffect& effect, const Outcome& outcome) {
        effect.undetermined += outcome.undetermined || !outcome.amount_known;
        if (!outcome.eligible) return;
        ++effect.eligible;
        effect.at_ceiling += outcome.limit == Limit::Ceiling || outcome.limit == Limit::PeriodCeiling;
        effect.if_all_apply.value += outcome.amount.value;
        amounts.push_back(outcome.amount.value);
    }
    std::vector<std::int64_t> amounts;
};

void close(SideEffect& effect, Side& side, const Edition& edition, base::Rate participation) {
    effect.need = base::apply(participation, effect.if_all_apply, base::Rounding::Down);
    effect.amounts = spread_of(side.amounts);
    // The last amount written for the edition: top-ups included.
    const auto& envelope = edition.model().envelope.settings;
    if (!envelope.empty() && envelope.back().state != State::Unknown) effect.envelope = envelope.back().value;
}

}  // namespace

EditionPtr vary(const Edition& edition, const Variation& variation) {
    Model model = edition.model();
    if (variation.population_below) {
        for (auto& test : model.population_tests) {
            if (!test.below.present() && !test.at_most.present()) continue;
            // "At most N" becomes "below N" as the question is asked.
            if (!test.below.present()) test.below = test.at_most;
            test.at_most = {};
            assume(test.below, *variation.population_below);
        }
    }
    if (variation.rate) {
        for (auto& row : model.rates) {
            assume(row.percent, *variation.rate);
            assume(row.to, *variation.rate);
            for (auto& setting : row.from.settings) setting.value = std::min(setting.value, *variation.rate);
        }
    }
    if (variation.ceiling)
        for (auto& row : model.ceilings) assume(row.amount, *variation.ceiling);
    if (variation.envelope) assume(model.envelope, *variation.envelope);
    return std::make_shared<const Edition>(std::move(model));
}

Simulation simulate(const Edition& edition, const Edition* against, const CommuneColumns& communes,
                    const SimulationOptions& options) {
    ASSERT(communes.department.size() == communes.code.size() && communes.region.size() == communes.code.size() &&
           communes.population.size() == communes.code.size() &&
           (communes.population_against.empty() || communes.population_against.size() == communes.code.size()));
    std::size_t count = communes.code.size();
    Simulation out;
    out.edition = edition.id();
    out.communes = static_cast<std::int64_t>(count);
    Asker now(edition, options.cost);
    std::optional<Asker> before;
    if (against) {
        out.against = against->id();
        before.emplace(*against, options.cost);
    }
    Side now_side(count);
    Side before_side(against ? count : 0);
    auto populations_before = communes.population_against.empty() ? communes.population : communes.population_against;
    std::map<std::string, DepartmentEffect> departments;
    DepartmentEffect* department = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
        // Communes come by département more often than not.
        if (!department || department->department != communes.department[i]) {
            department = &departments[communes.department[i]];
            department->department = communes.department[i];
        }
        std::int64_t cameras = cameras_for(options.cost, communes.population[i]);
        std::int64_t cost = cost_for(options.cost, communes.code[i], cameras);
        Outcome outcome = now.ask(communes.code[i], communes.department[i], communes.region[i], communes.population[i],
                                  cameras, cost);
        now_side.count(out.now, outcome);
        ++department->communes;
        department->eligible += outcome.eligible;
        department->need += outcome.amount;
        if (!before) continue;
        Outcome old = before->ask(communes.code[i], communes.department[i], communes.region[i], populations_before[i],
                                  cameras, cost);
        before_side.count(out.before, old);
        department->eligible_against += old.eligible;
        department->need_against += old.amount;
        if (outcome.eligible && !old.eligible) {
            out.gained.push_back(static_cast<std::uint32_t>(i));
            ++department->gained;
        }
        if (!outcome.eligible && old.eligible) {
            out.lost.push_back(static_cast<std::uint32_t>(i));
            ++department->lost;
        }
    }
    close(out.now, now_side, edition, options.participation);
    if (against) close(out.before, before_side, *against, options.participation);
    for (auto& [code, effect] : departments) {
        effect.need = base::apply(options.participation, effect.need, base::Rounding::Down);
        effect.need_against = base::apply(options.participation, effect.need_against, base::Rounding::Down);
        out.departments.push_back(std::move(effect));
    }
    return out;
}

}  // namespace beffroi::scheme
