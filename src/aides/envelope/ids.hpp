// Identifiers that the envelope shares with modules that it does not include: the same aliases as theirs.
#pragma once

#include "base/ids.hpp"

namespace beffroi::accounts {
struct PersonTag;
using PersonId = base::Id<PersonTag>;
}  // namespace beffroi::accounts

namespace beffroi::aides::application {
struct ApplicationTag;
using ApplicationId = base::Id<ApplicationTag>;
}  // namespace beffroi::aides::application

namespace beffroi::aides::envelope {

using accounts::PersonId;
using application::ApplicationId;
struct EnvelopeTag;
using EnvelopeId = base::Id<EnvelopeTag>;
struct EntryTag;
using EntryId = base::Id<EntryTag>;

}  // namespace beffroi::aides::envelope
