// The answer of a rule, with everything needed to explain it years later.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/scheme/facts.hpp"
#include "aides/scheme/value.hpp"
#include "base/catalogue.hpp"

namespace beffroi::scheme {

// A figure that an explanation uses; written in the reader's language only when shown.
struct Figure {
    enum class Kind : std::uint8_t { Count, Euros, Percent, Date, Year, Text, Label, Key, Range };
    std::string name;  // the {placeholder} that it fills
    Kind kind = Kind::Count;
    std::int64_t value = 0;  // count, cents, ten-thousandths, days since 1970, year, low bound
    std::int64_t high = 0;   // high bound of a range
    std::string text;        // Text: as it is; Key: of the catalogue
    Bilingual label;
};

// One rule of the explanation tree.
struct Node {
    std::string rule;      // stable id: docs/formats/scheme.md §11
    std::string sentence;  // key of the catalogue
    Tri holds = Tri::True;
    std::vector<Figure> figures;
    Refs refs;                           // ids of the edition's sources
    std::vector<Bilingual> assumptions;  // why a value was assumed
    std::vector<Bilingual> questions;    // what the edition leaves unknown
    std::vector<Node> children;
};

struct LineResult {
    base::Cents claimed;  // HT or TTC, as the edition counts
    base::Cents retained;
    std::string sentence;  // why less than claimed was retained: key of the catalogue; empty when all of it was
    std::vector<Figure> figures;
};

struct PopulationUsed {
    PopulationFigure figure = PopulationFigure::Municipale;
    int year = 0;
    std::int64_t value = 0;
    std::string source;
};

// Without explanation and without allocation: what the fast path gives.
struct Outcome {
    bool eligible = false;      // no rule fails and none that matters is undetermined
    bool certain = true;        // no rule is unknown
    bool undetermined = false;  // the applicant, its population, or a value of the edition is unknown: can't say
    bool amount_known = true;   // false: an unknown value of the edition, or a decision that is still to take
    bool at_most = false;       // the region decides the rate, up to the one used here
    Limit limit = Limit::None;
    int limit_rule = -1;  // index in the program's rules
    base::Rate rate;      // 0 when the rate row is no percentage
    base::Cents total;    // all lines
    base::Cents base;     // eligible base
    base::Cents amount;   // 0 when not eligible or not known
    base::Cents in_kind;  // paid to third parties on top
    std::int64_t population = -1;
    bool operator==(const Outcome&) const = default;
};

struct Evaluation {
    std::string edition;  // "hdf-videoprotection/2022"
    Outcome outcome;
    std::string limit_rule;  // id of the rule that bound the amount, or empty
    std::optional<PopulationUsed> population;
    std::vector<LineResult> lines;  // as the expenses of the facts
    std::vector<Node> reasons;      // the tree: top rules in the order of the computation

    [[nodiscard]] bool eligible() const { return outcome.eligible; }
    [[nodiscard]] std::optional<base::Cents> amount() const {
        return outcome.amount_known ? std::optional(outcome.amount) : std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> failed() const;    // ids of the rules that do not hold
    [[nodiscard]] std::vector<std::string> to_check() const;  // ids of the rules left unknown
};

class Edition;

// The sentence of a node or of a line, with its figures, in that language.
[[nodiscard]] std::string sentence(const Node& node, const base::Text& text);
[[nodiscard]] std::string sentence(const LineResult& line, const base::Text& text);
// "Page de la Région du 3 février 2022 (https://…) ; … [déduit]".
[[nodiscard]] std::string reference(const Refs& refs, const Edition& edition, const base::Text& text);

// Stable JSON:
// {"version":1,"eligible":…,"eligible_base_cents":…,"amount_cents":…,"edition":…,"population":{…},"reasons":[…],…},
// texts in both languages so that it reads the same when the catalogues have changed. `language` chooses "text" and
// "reference"; "text_fr", "text_en" are always there.
[[nodiscard]] std::string to_json(const Evaluation& evaluation, const Edition& edition, const base::Text& text);

}  // namespace beffroi::scheme
