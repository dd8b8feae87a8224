// Builds the explanation while the machine runs. Internal.
#pragma once

#include "aides/scheme/evaluation.hpp"
#include "aides/scheme/program.hpp"

namespace beffroi::scheme {

// Fills one node; lives only within one statement.
class NodeBuilder {
  public:
    explicit NodeBuilder(Node& node) : node_(node) {}
    NodeBuilder& count(std::string_view name, std::int64_t value);
    NodeBuilder& euros(std::string_view name, std::int64_t cents);
    NodeBuilder& percent(std::string_view name, base::Rate rate);
    NodeBuilder& date(std::string_view name, base::Date date);
    NodeBuilder& year(std::string_view name, int year);
    NodeBuilder& text(std::string_view name, std::string text);
    NodeBuilder& label(std::string_view name, Bilingual label);
    NodeBuilder& key(std::string_view name, std::string_view area, std::string_view word);  // "scheme.<area>.<word>"
    NodeBuilder& range(std::string_view name, Range range, bool euros);
    // What stands behind another rule also stands behind this one.
    NodeBuilder& backed_by(const RuleInfo& info);
    [[nodiscard]] Node& node() { return node_; }

  private:
    Figure& add(std::string_view name, Figure::Kind kind);
    Node& node_;
};

[[nodiscard]] Node make_node(const RuleInfo& info, std::string sentence, Tri holds);
// "scheme.rule.nature" → "scheme.rule.nature.holds"
[[nodiscard]] std::string by_tri(std::string_view key, Tri holds);

}  // namespace beffroi::scheme
