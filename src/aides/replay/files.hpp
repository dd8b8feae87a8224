// One file through its life, act by act, as its people would.
#pragma once

#include "aides/application/acts.hpp"
#include "aides/application/drafting.hpp"
#include "aides/application/review.hpp"
#include "aides/replay/actors.hpp"
#include "aides/replay/plan.hpp"

namespace beffroi::aides::replay {

using application::ApplicationId;

struct File {
    ApplicationId id;
    Planned planned;
    TownHall hall;
    base::Timestamp filed;
};

// A draft with everything typed and its documents, at the clock's time.
[[nodiscard]] base::Result<File> write_draft(Stage& stage, application::EditionId edition, const Planned& planned,
                                             Random& random, std::vector<DemoAccount>* visitors = nullptr);
// Signed by the second person: filed.
[[nodiscard]] base::Status sign(Stage& stage, File& file);
// Complete, under review, its lines retained as the edition says.
[[nodiscard]] base::Status review(Stage& stage, const File& file, const accounts::Principal& officer);
[[nodiscard]] base::Result<application::Done> act(Stage& stage, const File& file, application::Action action,
                                                  const accounts::Principal& who,
                                                  const application::Params& params = {});

}  // namespace beffroi::aides::replay
