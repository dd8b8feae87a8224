// Who asks, as a rule looks at it: populations, members, tags and history of a commune or grouping, from the directory
// and from what this desk and others granted before, followed through mergers of communes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/ids.hpp"
#include "aides/scheme/edition.hpp"
#include "aides/scheme/facts.hpp"
#include "base/result.hpp"
#include "db/db.hpp"
#include "territory/directory.hpp"

namespace beffroi::aides::application {

struct ApplicantIdentity {
    std::string siren;
    std::string insee;  // empty for a grouping
    std::string name;
    std::string department;
};
// NotFound when the SIREN is neither a commune nor a grouping of the directory.
[[nodiscard]] base::Result<ApplicantIdentity> identify(const territory::Directory& directory, std::string_view siren);

// An award that counts for the history tests, and how it came to this applicant.
struct Award {
    std::string scheme;
    std::string edition;
    base::Date on{};
    base::Cents cents;
    std::string siren;  // the beneficiary of the time
    std::string insee;
    std::string through;  // name of the commune that merged into the applicant; empty when it was the applicant itself
    ApplicationId application;  // 0: known from elsewhere
    std::string source;
    bool open = false;  // a request that is not decided yet
};

// Awards and open requests of the applicant and of the communes that merged into it, newest first. `but` is left out.
[[nodiscard]] std::vector<Award> awards(db::Reader& reader, const territory::Directory& directory,
                                        std::string_view siren, ApplicationId but = {});
// A past award known from elsewhere (import). Journalled by the caller.
void add_past_award(db::Writer& writer, std::string_view scheme, std::string_view edition, std::string_view siren,
                    std::string_view insee, std::optional<base::Date> on, base::Cents cents, std::string_view source);

// The applicant's part of the facts: kind, place, populations by figure and year, members, territory tags, history.
[[nodiscard]] base::Result<scheme::Facts> applicant_facts(db::Reader& reader, const territory::Directory& directory,
                                                          const scheme::Edition& edition, std::string_view siren,
                                                          base::Date at, ApplicationId but = {});

}  // namespace beffroi::aides::application
