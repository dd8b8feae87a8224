// The communes of a region, or of France, as the simulator wants them: columns in the figures that the editions look
// at.
#pragma once

#include <string>
#include <vector>

#include "aides/scheme/simulate.hpp"
#include "territory/directory.hpp"

namespace beffroi::aides::application {

class CommuneColumns {
  public:
    // `against` may be null. Communes as they are in the year of the edition; all of France when `region` is empty.
    CommuneColumns(const territory::Directory& directory, const scheme::Edition& edition,
                   const scheme::Edition* against, territory::RegionCode region);

    // Valid while this lives.
    [[nodiscard]] scheme::CommuneColumns view() const;
    [[nodiscard]] const std::vector<territory::CommuneIndex>& communes() const { return communes_; }

  private:
    std::vector<territory::CommuneIndex> communes_;
    std::vector<std::string> codes_;
    std::vector<std::string> departments_;
    std::vector<std::string> regions_;
    std::vector<std::int64_t> population_;
    std::vector<std::int64_t> population_against_;
};

}  // namespace beffroi::aides::application
