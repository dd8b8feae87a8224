// Identifiers of a session of the commission permanente.
#pragma once

#include "aides/application/ids.hpp"
#include "base/ids.hpp"

namespace beffroi::aides::sitting {

using accounts::PersonId;
using application::ApplicationId;
using application::SittingId;
using ItemId = base::Id<struct SittingItemTag>;
using VoteId = base::Id<struct SittingVoteTag>;

}  // namespace beffroi::aides::sitting
