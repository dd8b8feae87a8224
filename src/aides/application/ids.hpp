// Identifiers of the life of a file. ApplicationId and SittingId stand with the modules below that know them too.
#pragma once

#include "aides/correspondence/ids.hpp"
#include "aides/envelope/ids.hpp"
#include "base/ids.hpp"

namespace beffroi::aides::application {

using accounts::PersonId;
struct EditionTag;
using EditionId = base::Id<EditionTag>;
struct DocumentTag;
using DocumentId = base::Id<DocumentTag>;
struct PieceRequestTag;
using PieceRequestId = base::Id<PieceRequestTag>;
struct OpinionTag;
using OpinionId = base::Id<OpinionTag>;
struct MessageTag;
using MessageId = base::Id<MessageTag>;
struct LabelTag;
using LabelId = base::Id<LabelTag>;

}  // namespace beffroi::aides::application
