// What the functions of this module work with, and who asks them. Built once at start (apps/aides), borrowed
// everywhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "accounts/principal.hpp"
#include "aides/application/ids.hpp"
#include "aides/application/state.hpp"
#include "aides/correspondence/acts.hpp"
#include "base/catalogue.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "documents/inspect.hpp"
#include "documents/scan.hpp"
#include "territory/directory.hpp"

namespace beffroi::aides::application {

class Editions;

struct Desk {
    db::Database& db;
    const territory::Directory& territory;
    Editions& editions;
    const correspondence::Office& office;  // letters, blobs, the Region's address
    const documents::Inspector& inspector;
    const documents::Scanner& scanner;
    const base::Catalogue& catalogue;
    const base::Clock& clock;
};

using Actor = accounts::Principal;

// Every party that this person is for a file of that applicant.
[[nodiscard]] Parties parties_of(const Actor& actor, std::string_view siren);
// Any role of the Region that reads files: all but the administrator.
[[nodiscard]] bool reads_files(const Actor& actor);
// May see a file of that applicant in that state: members always, the Region from its filing on.
[[nodiscard]] bool may_read(const Actor& actor, std::string_view siren, State state);

}  // namespace beffroi::aides::application
