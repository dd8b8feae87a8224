#include "aides/scheme/tracer.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace beffroi::scheme {

Figure& NodeBuilder::add(std::string_view name, Figure::Kind kind) {
    Figure figure;
    figure.name = name;
    figure.kind = kind;
    return node_.figures.emplace_back(std::move(figure));
}

NodeBuilder& NodeBuilder::count(std::string_view name, std::int64_t value) {
    add(name, Figure::Kind::Count).value = value;
    return *this;
}

NodeBuilder& NodeBuilder::euros(std::string_view name, std::int64_t cents) {
    add(name, Figure::Kind::Euros).value = cents;
    return *this;
}

NodeBuilder& NodeBuilder::percent(std::string_view name, base::Rate rate) {
    add(name, Figure::Kind::Percent).value = rate.per_10000;
    return *this;
}

NodeBuilder& NodeBuilder::date(std::string_view name, base::Date date) {
    add(name, Figure::Kind::Date).value = std::chrono::sys_days{date}.time_since_epoch().count();
    return *this;
}

NodeBuilder& NodeBuilder::year(std::string_view name, int year) {
    add(name, Figure::Kind::Year).value = year;
    return *this;
}

NodeBuilder& NodeBuilder::text(std::string_view name, std::string text) {
    add(name, Figure::Kind::Text).text = std::move(text);
    return *this;
}

NodeBuilder& NodeBuilder::label(std::string_view name, Bilingual label) {
    add(name, Figure::Kind::Label).label = std::move(label);
    return *this;
}

NodeBuilder& NodeBuilder::key(std::string_view name, std::string_view area, std::string_view word) {
    add(name, Figure::Kind::Key).text = fmt::format("scheme.{}.{}", area, word);
    return *this;
}

NodeBuilder& NodeBuilder::range(std::string_view name, Range range, bool euros) {
    Figure& figure = add(name, Figure::Kind::Range);
    figure.value = range.low;
    figure.high = range.high;
    figure.text = euros ? "euros" : "count";
    return *this;
}

NodeBuilder& NodeBuilder::backed_by(const RuleInfo& info) {
    for (const auto& ref : info.refs)
        if (std::find(node_.refs.begin(), node_.refs.end(), ref) == node_.refs.end()) node_.refs.push_back(ref);
    node_.assumptions.insert(node_.assumptions.end(), info.assumptions.begin(), info.assumptions.end());
    node_.questions.insert(node_.questions.end(), info.questions.begin(), info.questions.end());
    return *this;
}

Node make_node(const RuleInfo& info, std::string sentence, Tri holds) {
    Node node;
    node.rule = info.id;
    node.sentence = std::move(sentence);
    node.holds = holds;
    node.refs = info.refs;
    node.assumptions = info.assumptions;
    node.questions = info.questions;
    return node;
}

std::string by_tri(std::string_view key, Tri holds) {
    std::string out(key);
    switch (holds) {
        case Tri::True:
            return out + ".holds";
        case Tri::False:
            return out + ".fails";
        case Tri::Unknown:
            return out + ".unknown";
    }
    return out;
}

}  // namespace beffroi::scheme
