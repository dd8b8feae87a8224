#include "aides/scheme/edition.hpp"

#include <algorithm>

#include "aides/scheme/program.hpp"

namespace beffroi::scheme {

Edition::Edition(Model model) : model_(std::move(model)) {
    default_date_ = base::make_date(model_.year, 1, 1);
    if (!model_.effect_from.settings.empty()) {
        const auto& first = model_.effect_from.settings.front();
        if (first.state != State::Unknown && first.value > default_date_) default_date_ = first.value;
    }
    base::Date start = base::make_date(1900, 1, 1);
    programs_.emplace_back(start, std::make_unique<const Program>(compile(model_, start)));
    for (base::Date change : model_.change_dates)
        if (change > start) programs_.emplace_back(change, std::make_unique<const Program>(compile(model_, change)));
}

Edition::~Edition() = default;

const Program& Edition::program(base::Date date) const {
    const Program* found = programs_.front().second.get();
    for (const auto& [from, program] : programs_)
        if (from <= date) found = program.get();
    return *found;
}

std::vector<Doubt> Edition::missing_to_open() const {
    std::vector<Doubt> out;
    std::copy_if(model_.doubts.begin(), model_.doubts.end(), std::back_inserter(out),
                 [](const Doubt& doubt) { return doubt.needed && doubt.state == State::Unknown; });
    return out;
}

std::vector<Doubt> Edition::assumptions() const {
    std::vector<Doubt> out;
    std::copy_if(model_.doubts.begin(), model_.doubts.end(), std::back_inserter(out),
                 [](const Doubt& doubt) { return doubt.state == State::Assumed; });
    return out;
}

std::optional<std::pair<PopulationFigure, int>> Edition::population_needed(base::Date date) const {
    const Program& rules = program(date);
    if (!rules.has_population || rules.population_unknown) return std::nullopt;
    int year = rules.vintage == Vintage::Edition ? rules.year : int(date.year());
    return std::pair{rules.figure, year};
}

bool Edition::open_at(base::Timestamp at) const {
    base::Date date = base::paris_date(at);
    return std::any_of(model_.windows.begin(), model_.windows.end(), [&](const Window& window) {
        const auto* opens = window.opens.at(date);
        const auto* closes = window.closes.at(date);
        return opens && closes && opens->state != State::Unknown && closes->state != State::Unknown &&
               opens->value <= at && at.ms < closes->value.ms + 1000;
    });
}

std::optional<base::Cents> Edition::envelope_at(base::Date date) const {
    const auto* setting = model_.envelope.at(date);
    if (!setting || setting->state == State::Unknown) return std::nullopt;
    return setting->value;
}

base::Date Edition::judgement_date(const Facts& facts) const {
    switch (model_.judged_at) {
        case JudgedAt::Filing:
            return facts.filed.value_or(default_date_);
        case JudgedAt::Decision:
            return facts.decided ? *facts.decided : facts.filed.value_or(default_date_);
        case JudgedAt::Edition:
            break;
    }
    return default_date_;
}

const Source* Model::source(std::string_view source_id) const {
    for (const auto& one : sources)
        if (one.id == source_id) return &one;
    return nullptr;
}

const Category* Model::category(std::string_view category_id) const {
    for (const auto& one : categories)
        if (one.id == category_id) return &one;
    return nullptr;
}

}  // namespace beffroi::scheme
