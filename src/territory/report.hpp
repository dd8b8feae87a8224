// What the commands `territory show`, `search`, `import` and `import-contours` print: as text in the language of the
// person, or as JSON for scripts (stable: fields are added, never renamed; see docs/formats/territory.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/catalogue.hpp"
#include "base/result.hpp"
#include "territory/directory.hpp"
#include "territory/import.hpp"
#include "territory/map.hpp"

namespace beffroi::territory {

struct CommuneSheet {
    Commune commune;
    std::vector<Population> populations;
    std::optional<Grouping> grouping;
    std::optional<GroupingPopulation> grouping_population;  // newest municipale
    std::vector<Naming> history;
    std::vector<InseeCode> predecessors;
    std::optional<InseeCode> successor;  // when it is gone
    std::vector<std::uint32_t> postal_codes;
    std::vector<std::string_view> tags;  // lists that hold it at the date asked
};

struct GroupingSheet {
    Grouping grouping;
    std::vector<std::pair<RegionCode, std::size_t>> regions;
    std::vector<GroupingPopulation> populations;  // by figure then year; members in the newest one
};

using Sheet = std::variant<CommuneSheet, GroupingSheet>;

// `what`: INSEE code, SIREN, SIRET or a name borne by one commune or grouping only. NotFound, or Conflict when several
// bear it (the message lists them).
[[nodiscard]] base::Result<Sheet> show(const Directory& directory, std::string_view what, base::Date at);

[[nodiscard]] std::string to_text(const Directory& directory, const Sheet& sheet, const base::Text& text);
[[nodiscard]] std::string to_json(const Directory& directory, const Sheet& sheet);

[[nodiscard]] std::string to_text(const Directory& directory, const std::vector<SearchHit>& hits,
                                  const base::Text& text);
[[nodiscard]] std::string to_json(const Directory& directory, const std::vector<SearchHit>& hits);

[[nodiscard]] std::string to_text(const ImportReport& report, const base::Text& text);
[[nodiscard]] std::string to_json(const ImportReport& report);
[[nodiscard]] std::string to_text(const ContourReport& report, const base::Text& text);
[[nodiscard]] std::string to_json(const ContourReport& report);

}  // namespace beffroi::territory
