#include <fmt/format.h>

#include "aides/scheme/evaluation_json.hpp"
#include "aides/scheme/render.hpp"

namespace beffroi::scheme {

namespace json = boost::json;

namespace {

json::object spread_json(const Spread& spread) {
    return {{"min_cents", spread.min.value},
            {"q1_cents", spread.q1.value},
            {"median_cents", spread.median.value},
            {"q3_cents", spread.q3.value},
            {"max_cents", spread.max.value}};
}

json::object side_json(const SideEffect& side) {
    return {{"eligible", side.eligible},
            {"undetermined", side.undetermined},
            {"at_ceiling", side.at_ceiling},
            {"if_all_apply_cents", side.if_all_apply.value},
            {"need_cents", side.need.value},
            {"envelope_cents", side.envelope ? json::value(side.envelope->value) : json::value(nullptr)},
            {"amounts", spread_json(side.amounts)}};
}

}  // namespace

std::string simulation_json(const Simulation& simulation, const base::Text&) {
    json::object out;
    out["edition"] = simulation.edition;
    out["against"] = simulation.against.empty() ? json::value(nullptr) : json::value(simulation.against);
    out["communes"] = simulation.communes;
    out["now"] = side_json(simulation.now);
    out["before"] = simulation.against.empty() ? json::value(nullptr) : json::value(side_json(simulation.before));
    out["gained"] = simulation.gained.size();
    out["lost"] = simulation.lost.size();
    json::array departments;
    for (const auto& one : simulation.departments)
        departments.push_back(json::object{{"department", one.department},
                                           {"communes", one.communes},
                                           {"eligible", one.eligible},
                                           {"eligible_against", one.eligible_against},
                                           {"gained", one.gained},
                                           {"lost", one.lost},
                                           {"need_cents", one.need.value},
                                           {"need_against_cents", one.need_against.value}});
    out["departments"] = std::move(departments);
    return json::serialize(out);
}

namespace {

// What was changed, in the words of the question: "25,000 inhabitants and 40 %".
std::string what_if(const Variation& variation, const base::Text& text) {
    base::Language language = text.language();
    std::string out;
    auto add = [&](std::string_view key, std::string value) {
        out += (out.empty() ? "" : ", ") + text(key, {{"value", std::move(value)}});
    };
    if (variation.population_below)
        add("scheme.simulate.if_below", base::format_count(*variation.population_below, language));
    if (variation.rate) add("scheme.simulate.if_rate", base::format_percent(*variation.rate, language));
    if (variation.ceiling) add("scheme.simulate.if_ceiling", base::format_euros(*variation.ceiling, language));
    return out;
}

}  // namespace

std::string simulation_text(const Simulation& simulation, const Variation& variation, const base::Text& text) {
    base::Language language = text.language();
    std::string communes = base::format_count(simulation.communes, language);
    std::string out = text("scheme.simulate.head", {{"communes", communes}, {"edition", simulation.edition}});
    bool compared = !simulation.against.empty();
    if (std::string changed = what_if(variation, text); !changed.empty()) out += ", " + changed;
    if (compared && simulation.against == simulation.edition)
        out += ", " + std::string(text("scheme.simulate.against_itself"));
    else if (compared)
        out += ", " + text("scheme.simulate.against", {{"against", simulation.against}});
    out += "\n";
    auto row = [&](std::string_view key, const std::string& now, const std::string& before) {
        std::string value = now + (compared && !before.empty() ? " (" + before + ")" : "");
        out += "  " + text("scheme.row", {{"name", std::string(text(key))}, {"value", value}}) + "\n";
    };
    auto euros = [&](base::Cents cents) { return base::format_euros(cents, language); };
    auto count = [&](std::int64_t value) { return base::format_count(value, language); };
    auto spread = [&](const Spread& s) {
        return fmt::format("{} · {} · {} · {} · {}", euros(s.min), euros(s.q1), euros(s.median), euros(s.q3),
                           euros(s.max));
    };
    const SideEffect& now = simulation.now;
    const SideEffect& before = simulation.before;
    row("scheme.simulate.eligible", count(now.eligible), count(before.eligible));
    if (compared) {
        row("scheme.simulate.gained", count(static_cast<std::int64_t>(simulation.gained.size())), {});
        row("scheme.simulate.lost", count(static_cast<std::int64_t>(simulation.lost.size())), {});
    }
    if (now.undetermined > 0) row("scheme.simulate.undetermined", count(now.undetermined), count(before.undetermined));
    row("scheme.simulate.at_ceiling", count(now.at_ceiling), count(before.at_ceiling));
    row("scheme.simulate.amounts", spread(now.amounts), compared ? spread(before.amounts) : std::string());
    row("scheme.simulate.if_all", euros(now.if_all_apply), euros(before.if_all_apply));
    row("scheme.simulate.need", euros(now.need), euros(before.need));
    if (now.envelope)
        row("scheme.simulate.envelope", euros(*now.envelope),
            before.envelope ? euros(*before.envelope) : std::string());
    for (const auto& one : simulation.departments) {
        if (one.eligible == 0 && one.eligible_against == 0) continue;
        out += fmt::format("  {} {:<4} {:>8} {:>16}", text("scheme.simulate.department"), one.department,
                           count(one.eligible), euros(one.need));
        if (compared) out += fmt::format("  +{} −{}", count(one.gained), count(one.lost));
        out += "\n";
    }
    out += std::string(text("scheme.simulate.model")) + "\n";
    return out;
}

}  // namespace beffroi::scheme
