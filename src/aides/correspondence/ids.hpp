// Identifiers that letters share with modules that they do not include: the same aliases as theirs.
#pragma once

#include "accounts/principal.hpp"
#include "base/ids.hpp"

namespace beffroi::aides::application {
struct ApplicationTag;
using ApplicationId = base::Id<ApplicationTag>;
struct SittingTag;
using SittingId = base::Id<SittingTag>;
}  // namespace beffroi::aides::application

namespace beffroi::aides::correspondence {

using accounts::PersonId;
using application::ApplicationId;
using application::SittingId;
struct ActTag;
using ActId = base::Id<ActTag>;
struct MailTag;
using MailId = base::Id<MailTag>;

}  // namespace beffroi::aides::correspondence
