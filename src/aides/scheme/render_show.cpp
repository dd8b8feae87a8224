#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "aides/scheme/evaluation_json.hpp"
#include "aides/scheme/render.hpp"

namespace beffroi::scheme {

namespace json = boost::json;

namespace {

// Writes an edition in plain words, each value with what stands behind it.
class Shower {
  public:
    Shower(const Edition& edition, const base::Text& text)
        : edition_(edition), model_(edition.model()), text_(text), language_(text.language()) {}

    std::string write() {
        out_ = fmt::format("{}  {}\n{}\n\n", edition_.id(), in(model_.title), in(model_.summary));
        applicants();
        natures();
        population();
        list("scheme.show.history", "history", model_.history, [&](const HistoryRule& rule) {
            return rule.label.empty()
                       ? std::string(name_of(rule.test)) + " " + shown(rule.editions) + sources(rule.refs)
                       : in(rule.label) + sources(rule.refs);
        });
        list("scheme.show.expenses", "categories", model_.categories,
             [&](const Category& category) { return expense(category); });
        list("scheme.show.rate", "rate", model_.rates,
             [&](const RateRow& row) { return rate(row) + when(row.when) + sources(row.refs); });
        list("scheme.show.ceilings", "ceilings", model_.ceilings, [&](const Ceiling& row) { return ceiling(row); });
        list("scheme.show.cofunding", "cofunding", model_.cofunding, [&](const CofundingRule& rule) {
            return fmt::format("{}: {}{}", rule.id, rule.minimum.present() ? shown(rule.minimum) : shown(rule.maximum),
                               sources(rule.refs));
        });
        list("scheme.show.documents", "documents", model_.documents, [&](const Document& document) {
            return fmt::format("{} ({}, {}){}", in(document.label), shown(document.required, "required", "optional"),
                               shown(document.due),
                               document.restricted ? fmt::format(" [{}]", t("scheme.show.restricted")) : "");
        });
        list("scheme.show.windows", "windows", model_.windows, [&](const Window& window) {
            std::string opens = shown(window.opens);
            std::string closes = shown(window.closes);
            return text_("scheme.show.window", {{"opens", opens}, {"closes", closes}});
        });
        title("scheme.show.envelope");
        line(question("envelope", shown(model_.envelope)));
        title("scheme.show.selection");
        line(question("selection",
                      fmt::format("{} · {}", shown(model_.selection.order), shown(model_.selection.when_short))));
        list("scheme.show.legal", "legal_basis", model_.legal_basis, [&](const LegalBasis& basis) {
            return in(basis.text) + (basis.contested ? fmt::format(" [{}]", t("scheme.show.contested")) : "") +
                   sources(basis.refs);
        });
        title("scheme.show.sources");
        for (const auto& source : model_.sources)
            line(fmt::format("[{}] {} {}{}", source.id, source.title,
                             t("scheme.mark." + std::string(name_of(source.mark))),
                             source.url.empty() ? "" : " <" + source.url + ">"));
        return std::move(out_);
    }

  private:
    std::string t(std::string_view key) const { return std::string(text_(key)); }
    const std::string& in(const Bilingual& bilingual) const { return bilingual.in(language_); }
    void title(std::string_view key) { out_ += t(key) + "\n"; }
    void line(const std::string& text) { out_ += "  " + text + "\n"; }
    std::string sources(const Refs& refs) const {
        std::string out;
        for (const auto& ref : refs) out += (out.empty() ? " [" : ", ") + ref;
        return out.empty() ? out : out + "]";
    }
    std::string question(std::string_view section, std::string otherwise) const {
        auto found = model_.unknown_sections.find(section);
        if (found == model_.unknown_sections.end()) return otherwise;
        return text_("scheme.show.unknown", {{"text", in(found->second)}});
    }
    template <typename T, typename F>
    void list(std::string_view heading, std::string_view section, const std::vector<T>& items, F&& describe) {
        if (items.empty() && !model_.unknown_sections.contains(section)) return;
        title(heading);
        if (model_.unknown_sections.contains(section)) line(question(section, {}));
        for (const auto& item : items) line(describe(item));
    }

    std::string one(base::Cents value) const { return base::format_euros(value, language_); }
    std::string one(base::Rate value) const { return base::format_percent(value, language_); }
    std::string one(std::int64_t value) const { return base::format_count(value, language_); }
    std::string one(base::Timestamp value) const { return base::format_instant(value, language_); }
    std::string one(const std::vector<std::string>& value) const {
        std::string out;
        for (const auto& item : value) out += (out.empty() ? "" : ", ") + item;
        return out;
    }
    std::string one(PopulationFigure value) const { return t("scheme.figure." + std::string(name_of(value))); }
    std::string one(Vintage value) const { return t("scheme.vintage." + std::string(name_of(value))); }
    std::string one(Due value) const { return t("scheme.due." + std::string(name_of(value))); }
    std::string one(SelectionOrder value) const { return t("scheme.order." + std::string(name_of(value))); }
    std::string one(WhenShort value) const { return t("scheme.when_short." + std::string(name_of(value))); }
    std::string one(Inside value) const { return t("scheme.inside." + std::string(name_of(value))); }
    std::string one(bool value) const { return t(value ? "scheme.show.eligible" : "scheme.show.not_eligible"); }

    template <typename T>
    std::string shown(const Value<T>& value, std::string_view yes = {}, std::string_view no = {}) const {
        std::string out;
        for (const auto& setting : value.settings) {
            if (!out.empty()) out += " ; ";
            if (setting.state == State::Unknown) {
                out += text_("scheme.show.unknown", {{"text", in(setting.remark)}});
            } else {
                std::string text = one(setting.value);
                if constexpr (std::is_same_v<T, bool>)
                    if (!yes.empty()) text = t("scheme.show." + std::string(setting.value ? yes : no));
                out += text;
                if (setting.state == State::Assumed)
                    out += " (" + text_("scheme.show.assumed", {{"text", in(setting.remark)}}) + ")";
            }
            if (value.settings.size() > 1) {
                std::string from = base::format_date(setting.from, language_);
                out += " " + text_("scheme.show.from", {{"date", from}}) + sources(setting.refs);
            }
        }
        return out;
    }

    std::string when(const When& condition) const {
        std::string out;
        auto add = [&](const std::string& part) { out += (out.empty() ? " — " : ", ") + part; };
        for (auto kind : condition.applicants) add(t("scheme.kind." + std::string(name_of(kind))));
        for (auto nature : condition.natures) add(t("scheme.nature." + std::string(name_of(nature))));
        for (const auto& id : condition.tags)
            for (const auto& tag : model_.tags)
                if (tag.id == id) add(in(tag.label));
        for (const auto& id : condition.not_tags)
            for (const auto& tag : model_.tags)
                if (tag.id == id) add("≠ " + in(tag.label));
        for (const auto& department : condition.departments) add(department);
        return out;
    }

    void applicants() {
        list("scheme.show.applicants", "applicants", model_.applicants, [&](const AllowedApplicant& row) {
            std::string out = t("scheme.kind." + std::string(name_of(row.kind)));
            for (const auto* places : {&row.regions, &row.departments, &row.codes})
                if (places->present()) out += " · " + shown(*places);
            if (row.inside.present()) out += " · " + shown(row.inside);
            return out + sources(row.refs);
        });
    }
    void natures() {
        title("scheme.show.natures");
        if (model_.unknown_sections.contains("natures")) return line(question("natures", {}));
        for (auto nature : {Nature::Installation, Nature::Extension, Nature::Renewal, Nature::Improvement}) {
            const auto& value = model_.natures[static_cast<std::size_t>(nature)];
            line(fmt::format("{}: {}", t("scheme.nature." + std::string(name_of(nature))),
                             value.present() ? shown(value) : one(false)));
        }
    }
    void population() {
        if (!model_.figure.present() && !model_.unknown_sections.contains("population")) return;
        title("scheme.show.population");
        if (model_.unknown_sections.contains("population")) return line(question("population", {}));
        line(fmt::format("{} · {}", shown(model_.figure), shown(model_.vintage)));
        for (const auto& test : model_.population_tests) {
            std::string kinds;
            for (auto kind : test.applicants)
                kinds += (kinds.empty() ? "" : ", ") + t("scheme.kind." + std::string(name_of(kind)));
            std::string bounds;
            auto bound = [&](std::string_view sign, const Value<std::int64_t>& value) {
                if (value.present()) bounds += fmt::format(" {} {}", sign, shown(value));
            };
            bound("≥", test.at_least);
            bound(">", test.above);
            bound("≤", test.at_most);
            bound("<", test.below);
            line(fmt::format("{}:{}{}", kinds.empty() ? t("scheme.show.everyone") : kinds, bounds, sources(test.refs)));
        }
    }
    std::string expense(const Category& category) const {
        std::string out = fmt::format("{} ({}): {}", in(category.label), category.id, shown(category.eligible));
        if (category.unit_ceiling.present())
            out += fmt::format(" · ≤ {} / {}", shown(category.unit_ceiling), in(category.unit));
        if (category.unit_amount.present())
            out += fmt::format(" · {} / {}", shown(category.unit_amount), in(category.unit));
        return out + sources(category.refs);
    }
    std::string rate(const RateRow& row) const {
        std::string percent = shown(row.percent);
        std::string low = shown(row.from);
        std::string high = shown(row.to);
        std::string forfait = shown(row.forfait);
        switch (row.form) {
            case RateForm::Percent:
                return percent;
            case RateForm::UpTo:
                return text_("scheme.show.up_to", {{"rate", percent}});
            case RateForm::Range:
                return text_("scheme.show.range", {{"low", low}, {"high", high}});
            case RateForm::Forfait:
                return text_("scheme.show.forfait", {{"amount", forfait}});
            case RateForm::Brackets:
                return t("scheme.show.brackets");
            case RateForm::UnitScale:
                return t("scheme.show.unit_scale");
            case RateForm::Discretionary:
                return t("scheme.show.discretionary");
        }
        return {};
    }
    std::string ceiling(const Ceiling& row) const {
        std::string out = shown(row.amount);
        std::string years = shown(row.years);
        for (const auto& setting : row.per.settings) {
            if (setting.value == CeilingPer::Member) out += " " + t("scheme.show.per_member");
            if (setting.value == CeilingPer::Period) out += " " + text_("scheme.show.per_period", {{"years", years}});
        }
        return out + when(row.when) + sources(row.refs);
    }

    const Edition& edition_;
    const Model& model_;
    const base::Text& text_;
    base::Language language_;
    std::string out_;
};

json::value plain(base::Cents value) {
    return value.value;
}
json::value plain(base::Rate value) {
    return value.per_10000;
}
json::value plain(std::int64_t value) {
    return value;
}
json::value plain(bool value) {
    return value;
}
json::value plain(base::Timestamp value) {
    return json::value(base::iso(value));
}
json::value plain(base::Date value) {
    return json::value(base::iso(value));
}
json::value plain(const std::vector<std::string>& value) {
    json::array out;
    for (const auto& item : value) out.emplace_back(item);
    return out;
}
template <typename E>
    requires std::is_enum_v<E>
json::value plain(E value) {
    return json::value(name_of(value));
}

template <typename T>
json::value value_json(const Value<T>& value) {
    json::array out;
    for (const auto& setting : value.settings) {
        json::object one;
        one["from"] = base::iso(setting.from);
        one["state"] = setting.state == State::Known     ? "known"
                       : setting.state == State::Assumed ? "assumed"
                                                         : "unknown";
        one["value"] = setting.state == State::Unknown ? json::value(nullptr) : plain(setting.value);
        if (!setting.remark.empty()) one["remark"] = bilingual_object(setting.remark);
        one["sources"] = plain(setting.refs);
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace

std::string show_text(const Edition& edition, const base::Text& text) {
    return Shower(edition, text).write();
}

std::string show_json(const Edition& edition, const base::Text& text) {
    const Model& model = edition.model();
    json::object out;
    out["id"] = model.id();
    out["title"] = bilingual_object(model.title);
    out["summary"] = bilingual_object(model.summary);
    out["funder"] = model.funder;
    out["year"] = model.year;
    out["effect_from"] = value_json(model.effect_from);
    out["effect_to"] = value_json(model.effect_to);
    json::object natures;
    for (auto nature : {Nature::Installation, Nature::Extension, Nature::Renewal, Nature::Improvement})
        natures[name_of(nature)] = value_json(model.natures[static_cast<std::size_t>(nature)]);
    out["natures"] = std::move(natures);
    out["population_figure"] = value_json(model.figure);
    out["population_vintage"] = value_json(model.vintage);
    json::array populations;
    for (const auto& test : model.population_tests)
        populations.push_back(json::object{{"below", value_json(test.below)},
                                           {"at_most", value_json(test.at_most)},
                                           {"at_least", value_json(test.at_least)},
                                           {"above", value_json(test.above)}});
    out["population_tests"] = std::move(populations);
    json::array categories;
    for (const auto& category : model.categories)
        categories.push_back(json::object{{"id", category.id},
                                          {"label", bilingual_object(category.label)},
                                          {"eligible", value_json(category.eligible)},
                                          {"unit_ceiling", value_json(category.unit_ceiling)},
                                          {"unit_amount", value_json(category.unit_amount)}});
    out["categories"] = std::move(categories);
    json::array rates;
    for (const auto& row : model.rates)
        rates.push_back(json::object{{"id", row.id},
                                     {"form", name_of(row.form)},
                                     {"percent", value_json(row.percent)},
                                     {"from", value_json(row.from)},
                                     {"to", value_json(row.to)},
                                     {"forfait", value_json(row.forfait)}});
    out["rates"] = std::move(rates);
    json::array ceilings;
    for (const auto& row : model.ceilings)
        ceilings.push_back(json::object{
            {"id", row.id}, {"set", row.set}, {"amount", value_json(row.amount)}, {"per", value_json(row.per)}});
    out["ceilings"] = std::move(ceilings);
    json::array documents;
    for (const auto& document : model.documents)
        documents.push_back(json::object{{"key", document.key},
                                         {"label", bilingual_object(document.label)},
                                         {"required", value_json(document.required)},
                                         {"due", value_json(document.due)},
                                         {"formats", plain(document.formats)},
                                         {"restricted", document.restricted}});
    out["documents"] = std::move(documents);
    json::array windows;
    for (const auto& window : model.windows)
        windows.push_back(json::object{{"opens", value_json(window.opens)}, {"closes", value_json(window.closes)}});
    out["windows"] = std::move(windows);
    out["envelope"] = value_json(model.envelope);
    out["selection_order"] = value_json(model.selection.order);
    json::array sources;
    for (const auto& source : model.sources)
        sources.push_back(json::object{
            {"id", source.id}, {"title", source.title}, {"url", source.url}, {"mark", name_of(source.mark)}});
    out["sources"] = std::move(sources);
    json::array doubts;
    for (const auto& doubt : model.doubts)
        doubts.push_back(json::object{{"key", doubt.key},
                                      {"line", doubt.line},
                                      {"state", doubt.state == State::Assumed ? "assumed" : "unknown"},
                                      {"needed", doubt.needed},
                                      {"text", doubt.text.in(text.language())}});
    out["doubts"] = std::move(doubts);
    return json::serialize(out);
}

}  // namespace beffroi::scheme
