// The envelope as finance handles it: opened, topped up, reduced by a person, under an act, with its journal entry in
// the same transaction. What a file reserves and commits goes through acts.hpp.
//
// Errors: Refused for who is neither finance nor head of unit ("application.not_yours"), Invalid without an act or a
// reason, and those of aides/envelope/ledger.hpp.
#pragma once

#include <string>

#include "aides/application/desk.hpp"
#include "aides/envelope/ledger.hpp"

namespace beffroi::aides::application {

struct EnvelopeMove {
    base::Cents cents;
    std::string act;     // number of the resolution or of the budget act
    std::string reason;  // in words
};

// One per scheme and edition ("hdf-videoprotection", "2022"), all its revisions together.
[[nodiscard]] base::Result<envelope::EnvelopeId> open_envelope(const Desk& desk, EditionId edition,
                                                               const std::string& name, const EnvelopeMove& move,
                                                               const Actor& actor);
[[nodiscard]] base::Status top_up_envelope(const Desk& desk, envelope::EnvelopeId envelope, const EnvelopeMove& move,
                                           const Actor& actor);
[[nodiscard]] base::Status reduce_envelope(const Desk& desk, envelope::EnvelopeId envelope, const EnvelopeMove& move,
                                           const Actor& actor);
[[nodiscard]] bool handles_envelopes(const Actor& actor);

}  // namespace beffroi::aides::application
