#include "aides/scheme/evaluation_json.hpp"

#include <chrono>

namespace beffroi::scheme {

namespace json = boost::json;

namespace {

json::object figure_object(const Figure& figure) {
    json::object out;
    out["name"] = figure.name;
    switch (figure.kind) {
        case Figure::Kind::Count:
            out["count"] = figure.value;
            break;
        case Figure::Kind::Euros:
            out["cents"] = figure.value;
            break;
        case Figure::Kind::Percent:
            out["per_10000"] = figure.value;
            break;
        case Figure::Kind::Date:
            out["date"] = base::iso(base::Date{std::chrono::sys_days{std::chrono::days{figure.value}}});
            break;
        case Figure::Kind::Year:
            out["year"] = figure.value;
            break;
        case Figure::Kind::Text:
            out["text"] = figure.text;
            break;
        case Figure::Kind::Label:
            out["label"] = bilingual_object(figure.label);
            break;
        case Figure::Kind::Key:
            out["word"] = figure.text.substr(figure.text.find('.') + 1);
            break;
        case Figure::Kind::Range:
            if (figure.value > kNoLow) out["at_least"] = figure.value;
            if (figure.high < kNoHigh) out["at_most"] = figure.high;
            break;
    }
    return out;
}

json::object node_object(const Node& node, const Edition& edition, const base::Text& text) {
    base::Text fr(text.catalogue(), base::Language::Fr);
    base::Text en(text.catalogue(), base::Language::En);
    json::object out;
    out["rule"] = node.rule;
    out["reference"] = reference(node.refs, edition, text);
    out["text"] = sentence(node, text);
    out["holds"] = tri_value(node.holds);
    out["text_fr"] = sentence(node, fr);
    out["text_en"] = sentence(node, en);
    json::array sources;
    for (const auto& ref : node.refs) sources.emplace_back(ref);
    out["sources"] = std::move(sources);
    out["assumed"] = !node.assumptions.empty();
    if (!node.questions.empty()) {
        json::array questions;
        for (const auto& question : node.questions) questions.push_back(bilingual_object(question));
        out["questions"] = std::move(questions);
    }
    json::array figures;
    for (const auto& figure : node.figures) figures.push_back(figure_object(figure));
    out["figures"] = std::move(figures);
    if (!node.children.empty()) {
        json::array children;
        for (const auto& child : node.children) children.push_back(node_object(child, edition, text));
        out["children"] = std::move(children);
    }
    return out;
}

json::array strings(const std::vector<std::string>& list) {
    json::array out;
    for (const auto& one : list) out.emplace_back(one);
    return out;
}

}  // namespace

json::value tri_value(Tri holds) {
    switch (holds) {
        case Tri::True:
            return true;
        case Tri::False:
            return false;
        case Tri::Unknown:
            return nullptr;
    }
    return nullptr;
}

json::object bilingual_object(const Bilingual& bilingual) {
    return {{"fr", bilingual.fr}, {"en", bilingual.en}};
}

json::object evaluation_object(const Evaluation& evaluation, const Edition& edition, const base::Text& text) {
    const Outcome& outcome = evaluation.outcome;
    json::object out;
    out["version"] = 1;
    out["edition"] = evaluation.edition;
    out["eligible"] = outcome.eligible;
    out["certain"] = outcome.certain;
    out["undetermined"] = outcome.undetermined;
    out["eligible_base_cents"] = outcome.base.value;
    out["total_cents"] = outcome.total.value;
    out["amount_cents"] = outcome.amount_known ? json::value(outcome.amount.value) : json::value(nullptr);
    out["at_most"] = outcome.at_most;
    out["rate_per_10000"] = outcome.rate.per_10000;
    out["limit"] = name_of(outcome.limit);
    out["limit_rule"] = evaluation.limit_rule;
    out["in_kind_cents"] = outcome.in_kind.value;
    if (evaluation.population) {
        const PopulationUsed& used = *evaluation.population;
        out["population"] = {
            {"figure", name_of(used.figure)}, {"year", used.year}, {"value", used.value}, {"source", used.source}};
    } else {
        out["population"] = nullptr;
    }
    out["failed"] = strings(evaluation.failed());
    out["to_check"] = strings(evaluation.to_check());
    json::array lines;
    for (const auto& line : evaluation.lines) {
        json::object one;
        one["claimed_cents"] = line.claimed.value;
        one["retained_cents"] = line.retained.value;
        one["reason"] = line.sentence.empty() ? json::value(nullptr) : json::value(sentence(line, text));
        lines.push_back(std::move(one));
    }
    out["lines"] = std::move(lines);
    json::array reasons;
    for (const auto& node : evaluation.reasons) reasons.push_back(node_object(node, edition, text));
    out["reasons"] = std::move(reasons);
    return out;
}

std::string to_json(const Evaluation& evaluation, const Edition& edition, const base::Text& text) {
    return json::serialize(evaluation_object(evaluation, edition, text));
}

}  // namespace beffroi::scheme
