// The object graph of beffroi-aides, built by hand from top to bottom. Each part is reached by reference; destruction
// is the reverse.
#pragma once

#include <memory>
#include <optional>

#include "accounts/accounts.hpp"
#include "aides/application/desk.hpp"
#include "aides/application/editions.hpp"
#include "aides/pages/site/settings.hpp"
#include "aides/pages/site/site.hpp"
#include "aides/scheme/library.hpp"
#include "base/catalogue.hpp"
#include "base/log.hpp"
#include "crypto/password.hpp"
#include "db/db.hpp"
#include "documents/blob_store.hpp"
#include "documents/inspect.hpp"
#include "documents/letters.hpp"
#include "documents/mailer.hpp"
#include "documents/scan.hpp"
#include "http/assets.hpp"
#include "territory/directory.hpp"

namespace beffroi::apps {

using aides::pages::Settings;

// Not movable: the parts refer to each other.
class App {
  public:
    // Opens or creates the data folder, runs the migrations, loads catalogues, schemes, templates and the territory.
    // `clock` is the system's, or that of a replay.
    [[nodiscard]] static base::Result<std::unique_ptr<App>> open(Settings settings, const base::Clock& clock);

    // After an import: reads the territory again.
    [[nodiscard]] base::Status reload_territory();

    Settings settings;
    const base::Clock& clock;
    base::Log log;
    base::Catalogue catalogue;
    std::unique_ptr<db::Database> db;
    scheme::SchemeLibrary schemes;
    std::shared_ptr<const territory::Directory> territory;
    aides::application::Editions editions;
    documents::BlobStore blobs;
    documents::LetterTemplates templates;
    aides::correspondence::Office office;
    documents::Inspector inspector;
    documents::Scanner scanner;
    std::unique_ptr<documents::Mailer> mailer;
    crypto::PasswordHasher hasher;
    accounts::Sessions sessions;
    accounts::Accounts accounts;
    std::optional<aides::application::Desk> desk;  // made again when the territory is

  private:
    struct Parts;
    App(Settings s, const base::Clock& c, Parts parts);
};

// The catalogues alone, for commands that need no data.
[[nodiscard]] base::Result<base::Catalogue> load_catalogue(const Settings& settings);
[[nodiscard]] std::filesystem::path database_file(const Settings& settings);
[[nodiscard]] std::filesystem::path documents_folder(const Settings& settings);

}  // namespace beffroi::apps
