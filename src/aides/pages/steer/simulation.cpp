// "What if it were 25,000 inhabitants and 40 %?": the sliders.
#include <map>

#include <fmt/format.h>

#include "aides/pages/steer/parts.hpp"
#include "base/guarded.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::steer {

namespace {

using ColumnsPtr = std::shared_ptr<const application::CommuneColumns>;

// The communes as columns, made once per pair of editions: a slider asks several times a second.
class Columns {
  public:
    ColumnsPtr get(const Site& site, const scheme::Edition& edition, const scheme::Edition& against) {
        const std::string key = edition.id() + "|" + against.id();
        if (auto known = kept_.with([&](auto& kept) { return find(kept, key); })) return known;
        territory::RegionCode region;
        if (auto parsed = territory::RegionCode::parse(site.settings.authority.region_code)) region = *parsed;
        auto made = std::make_shared<const application::CommuneColumns>(site.desk.territory, edition, &against, region);
        return kept_.with([&](auto& kept) { return kept.emplace(key, made).first->second; });
    }

  private:
    using Kept = std::map<std::string, ColumnsPtr>;
    static ColumnsPtr find(const Kept& kept, const std::string& key) {
        auto at = kept.find(key);
        return at == kept.end() ? nullptr : at->second;
    }
    base::Guarded<Kept> kept_;
};

// What the edition says itself: where the sliders stand to begin with. Nothing when it has no such rule.
struct Said {
    std::optional<std::int64_t> threshold;
    std::optional<base::Rate> rate;
    std::optional<base::Cents> ceiling;
    std::optional<base::Cents> envelope;
};

Said said_by(const scheme::Edition& edition) {
    Said said;
    const auto& model = edition.model();
    const base::Date date = edition.judgement_date({});
    for (const auto& test : model.population_tests) {
        const auto& bound = test.below.present() ? test.below : test.at_most;
        if (bound.present() && !said.threshold) said.threshold = bound.value_or(date, 20'000);
    }
    for (const auto& row : model.rates) {
        const auto& percent = row.percent.present() ? row.percent : row.to;
        if (percent.present() && !said.rate) said.rate = percent.value_or(date, base::Rate{3'000});
    }
    for (const auto& ceiling : model.ceilings)
        if (ceiling.amount.present() && !said.ceiling)
            said.ceiling = ceiling.amount.value_or(date, base::Cents{3'000'000});
    // The whole year's, top-ups included: what the simulation compares the need with.
    if (const auto& steps = model.envelope.settings; !steps.empty() && steps.back().state != scheme::State::Unknown)
        said.envelope = steps.back().value;
    return said;
}

struct Asked {
    scheme::EditionPtr edition;
    scheme::EditionPtr against;
    Said said;
    scheme::Variation variation;
    base::Rate participation = scheme::SimulationOptions{}.participation;
    html::Errors errors;
};

constexpr std::int64_t kMostInhabitants = 3'000'000;
constexpr base::Cents kMostMoney{100'000'000'000};

// A newest edition that can be computed; `wanted` when it exists.
scheme::EditionPtr choose(const Site& site, std::string_view wanted, const scheme::EditionPtr& otherwise) {
    if (!wanted.empty())
        if (auto found = site.schemes.find(wanted)) return *found;
    return otherwise;
}

scheme::EditionPtr newest_open(const Site& site) {
    scheme::EditionPtr best;
    for (const auto& entry : site.schemes.entries()) {
        if (!entry.edition) continue;
        const bool openable = entry.edition->missing_to_open().empty();
        if (!best || openable || !best->missing_to_open().empty()) best = entry.edition;
    }
    return best;
}

// "20 000", with any space; nothing when it is no whole number.
std::optional<std::int64_t> whole(std::string_view text) {
    auto number = base::parse_euros(text);
    if (!number || number->value < 0 || number->value % 100 != 0) return std::nullopt;
    return number->value / 100;
}

Asked read(const Context& c) {
    Asked asked;
    asked.edition = choose(c.site, c.query("edition"), newest_open(c.site));
    if (!asked.edition) throw base::Failure({base::Code::NotFound, "no edition loads", {"steer.simulation.none", {}}});
    asked.against = choose(c.site, c.query("against"), asked.edition);
    asked.said = said_by(*asked.edition);
    auto wrong = [&](std::string_view name, std::string_view key) {
        asked.errors.add(std::string(name), std::string(c.t(key)));
    };
    const auto typed = [&](std::string_view name) { return base::trim(c.query(name)); };
    if (const auto text = typed("threshold"); !text.empty()) {
        const auto value = whole(text);
        if (!value || *value > kMostInhabitants)
            wrong("threshold", "steer.simulation.error.threshold");
        else if (value != asked.said.threshold)
            asked.variation.population_below = value;
    }
    auto percent = [&](std::string_view name) -> std::optional<base::Rate> {
        const auto text = typed(name);
        if (text.empty()) return std::nullopt;
        auto value = base::parse_percent(text);
        if (value && value->per_10000 >= 0 && value->per_10000 <= 10'000) return *value;
        wrong(name, "steer.simulation.error.percent");
        return std::nullopt;
    };
    if (auto rate = percent("rate"); rate && rate != asked.said.rate) asked.variation.rate = rate;
    if (auto share = percent("participation")) asked.participation = *share;
    auto money = [&](std::string_view name) -> std::optional<base::Cents> {
        const auto text = typed(name);
        if (text.empty()) return std::nullopt;
        auto value = base::parse_euros(text);
        if (value && *value >= base::Cents{} && *value <= kMostMoney) return *value;
        wrong(name, "steer.simulation.error.money");
        return std::nullopt;
    };
    if (auto ceiling = money("ceiling"); ceiling && ceiling != asked.said.ceiling) asked.variation.ceiling = ceiling;
    if (auto envelope = money("envelope"); envelope && envelope != asked.said.envelope)
        asked.variation.envelope = envelope;
    return asked;
}

Result compute(const Context& c, Columns& columns, const Asked& asked) {
    auto varied = scheme::vary(*asked.edition, asked.variation);
    auto communes = columns.get(c.site, *asked.edition, *asked.against);
    scheme::SimulationOptions options;
    options.participation = asked.participation;
    return {scheme::simulate(*varied, asked.against.get(), communes->view(), options), communes, asked.participation};
}

std::string shown_percent(base::Rate rate) {
    if (rate.per_10000 % 100 == 0) return fmt::to_string(rate.per_10000 / 100);
    std::string text = fmt::format("{},{:02}", rate.per_10000 / 100, rate.per_10000 % 100);
    if (text.ends_with('0')) text.pop_back();
    return text;
}

void sliders(html::Writer& w, const Context& c, const Asked& asked) {
    auto slider = [&](std::string_view name, std::string value, const html::Range& range) {
        const std::string key = "steer.simulation." + std::string(name);
        const std::string_view typed = c.query(name);
        html::range_field(w,
                          {.name = name,
                           .label = c.t(key),
                           .hint = c.t(key + ".hint"),
                           .value = typed.empty() ? std::move(value) : std::string(typed),
                           .error = asked.errors.of(name)},
                          range);
    };
    const auto& v = asked.variation;
    if (asked.said.threshold) {
        const auto now = v.population_below.value_or(*asked.said.threshold);
        slider("threshold", fmt::to_string(now),
               {.min = 500, .max = 100'000, .step = 500, .value = now, .unit = c.t("steer.simulation.inhabitants")});
    }
    if (asked.said.rate) {
        const auto now = v.rate.value_or(*asked.said.rate);
        slider("rate", shown_percent(now), {.min = 5, .max = 80, .step = 1, .value = now.per_10000 / 100, .unit = "%"});
    }
    if (asked.said.ceiling) {
        const auto now = v.ceiling.value_or(*asked.said.ceiling).value / 100;
        slider("ceiling", fmt::to_string(now),
               {.min = 5'000, .max = 200'000, .step = 1'000, .value = now, .unit = "€"});
    }
    if (asked.said.envelope) {
        const auto now = v.envelope.value_or(*asked.said.envelope).value / 100;
        slider("envelope", fmt::to_string(now),
               {.min = 0, .max = 20'000'000, .step = 100'000, .value = now, .unit = "€"});
    }
    slider("participation", shown_percent(asked.participation),
           {.min = 1, .max = 100, .step = 1, .value = asked.participation.per_10000 / 100, .unit = "%"});
}

void edition_select(html::Writer& w, const Context& c, std::string_view name, const scheme::Edition& chosen) {
    std::vector<html::Choice> choices;
    for (const auto& entry : c.site.schemes.entries())
        if (entry.edition)
            choices.push_back({.value = entry.edition->id(),
                               // The year first: a narrow list cuts long titles, and editions share theirs.
                               .label = fmt::format("{} – {}", entry.edition->model().edition,
                                                    entry.edition->model().title.in(c.language())),
                               .checked = entry.edition->id() == chosen.id()});
    html::select(w, {.name = name, .label = c.t("steer.simulation." + std::string(name))}, choices);
}

http::Response page(Context& c, Columns& columns) {
    const Asked asked = read(c);
    const Result result = compute(c, columns, asked);
    if (c.request.header("X-Partial") == "1") {
        html::Writer w(c.t);
        results(w, c, result);
        http::Response response = http::html(w.take());
        response.header("Cache-Control", "private, no-store");
        return response;
    }
    return c.page(
        {.title = c.t("steer.simulation.title"),
         .errors = asked.errors.empty() ? nullptr : &asked.errors,
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 html::lead(w, c.t("steer.simulation.lead"));
                 if (c.site.schemes.entries().size() > 1)
                     html::form(w, {.action = "/simulation", .get = true}, [&] {
                         edition_select(w, c, "edition", *asked.edition);
                         html::buttons(w, [&] {
                             html::button(w,
                                          {.text = c.t("steer.simulation.change"), .weight = html::Weight::Secondary});
                         });
                     });
                 html::columns(
                     w,
                     [&](html::Writer& inner) {
                         inner("<div id='resultats'>{}</div>", [&] { results(inner, c, result); });
                     },
                     [&](html::Writer& inner) {
                         html::live_form(
                             inner,
                             {.action = "/simulation", .region = "resultats", .submit = c.t("steer.simulation.button")},
                             [&] {
                                 html::hidden_field(inner, "edition", asked.edition->id());
                                 sliders(inner, c, asked);
                                 edition_select(inner, c, "against", *asked.against);
                             });
                         html::paragraph(inner, [&] {
                             inner("{}", html::Link{html::with_param("/simulation", "edition", asked.edition->id()),
                                                    c.t("steer.simulation.reset")});
                         });
                     });
             }},
        asked.errors.empty() ? 200 : 422);
}

}  // namespace

void add_simulation(Routes& routes) {
    auto columns = std::make_shared<Columns>();
    routes.get("/simulation", kSteering, [columns](Context& c) { return page(c, *columns); },
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::steer
