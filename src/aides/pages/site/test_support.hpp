// For tests only: a whole portal on the real schema, with a small territory, a published edition and its people, asked
// through the router as a browser would.
//
//   struct Portal : SiteFixture { Portal() { add_review_pages(routes, site); } };
//   Portal p;
//   auto file = p.filed("Caméras de la gare");
//   Answer page = p.get("/instruction", p.officer);
//   CHECK(page.status == 200); CHECK(page.has("Denain"));
//   page = p.post("/instruction/dossiers/1/action", {{"action", "declare_complete"}}, p.officer);
//   CHECK(page.location == "/instruction/dossiers/1"); CHECK(p.follow(page, p.officer).has("Dossier complet"));
//
// Tests run from the root of the repository. Time stands still at 2022-06-01 10:00 in Paris until clock.set().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/accounts.hpp"
#include "aides/application/drafting.hpp"
#include "aides/application/editions.hpp"
#include "aides/application/view.hpp"
#include "aides/pages/site/routes.hpp"
#include "crypto/password.hpp"
#include "db/test_support.hpp"
#include "documents/blob_store.hpp"
#include "documents/inspect.hpp"
#include "documents/letters.hpp"
#include "documents/mailer.hpp"
#include "documents/scan.hpp"
#include "territory/directory.hpp"

namespace beffroi::aides::pages {

inline constexpr std::string_view kDenainSiren = "215901729";   // 19 877 inhabitants in force in 2022: eligible
inline constexpr std::string_view kLestremSiren = "216205021";  // a small commune, with an applicant of its own
inline constexpr std::string_view kLilleSiren = "215903501";    // too large
inline constexpr std::string_view kSoeursSiren = "247600588";   // a grouping over two regions
inline constexpr std::string_view kPassword = "quatre mots sans rapport";

// A person signed in, second factor given.
struct Someone {
    accounts::PersonId id;
    std::string cookie;  // "beffroi=…"
    std::string csrf;
};

struct Answer {
    int status = 0;
    std::string body;  // whole: files and streams too
    std::string location;
    std::string content_type;
    std::string disposition;
    std::vector<std::string> cookies;  // "notice=account.notice.saved; …"
    [[nodiscard]] bool has(std::string_view text) const { return body.find(text) != std::string::npos; }
    // The key of the sentence that the next page will show; empty when none.
    [[nodiscard]] std::string notice() const;
};

using FormFields = std::vector<std::pair<std::string, std::string>>;
struct File {
    std::string field;
    std::string name;
    std::string bytes;
};

class SiteFixture {
  public:
    SiteFixture();
    SiteFixture(const SiteFixture&) = delete;
    SiteFixture& operator=(const SiteFixture&) = delete;
    ~SiteFixture();

    db::ScratchFolder folder;
    base::ManualClock clock;
    base::Log log;
    base::Catalogue catalogue;
    std::unique_ptr<db::Database> db;
    std::shared_ptr<const territory::Directory> territory;
    application::Editions editions;
    documents::BlobStore blobs;
    documents::LetterTemplates templates;
    correspondence::Office office;
    documents::Inspector inspector;
    documents::Scanner scanner;  // no clamd
    std::unique_ptr<documents::Mailer> mailer;
    scheme::SchemeLibrary schemes;
    std::shared_ptr<const http::Assets> assets;
    crypto::PasswordHasher hasher;
    accounts::Sessions sessions;
    accounts::Accounts accounts;
    application::Desk desk;
    Settings settings;
    Site site;
    http::Router router;
    Routes routes;

    application::EditionId edition;  // hdf-videoprotection/2022, open
    Someone applicant;               // of Denain
    Someone colleague;               // of Denain too
    Someone cosigner;                // of Denain
    Someone neighbour;               // applicant of Lestrem
    Someone newcomer;                // an account that acts for nobody
    Someone officer, head, finance, secretary, elected, auditor, admin;

    Someone add_person(std::string_view name, std::initializer_list<Role> roles = {});
    Someone add_member(std::string_view name, std::string_view siren,
                       accounts::MembershipRole role = accounts::MembershipRole::Applicant);
    // The rights of this moment.
    [[nodiscard]] accounts::Principal principal(const Someone& who) { return accounts.principal_of(who.id); }
    // A session of its own for that person.
    [[nodiscard]] Someone sign_in_again(const Someone& who);
    static const Someone& nobody();

    // ---- through the router
    [[nodiscard]] Answer get(std::string_view target, const Someone& who, std::string_view headers = {});
    // The CSRF token is added. `headers`: more header lines, each ended by "\r\n".
    [[nodiscard]] Answer post(std::string_view target, const FormFields& fields, const Someone& who,
                              std::string_view headers = {});
    // As a form with a file (multipart). A File without a field sends none.
    [[nodiscard]] Answer upload(std::string_view target, const FormFields& fields, const File& file, const Someone& who,
                                std::string_view headers = {});
    // GET of where the answer leads, with the sentence it brings.
    [[nodiscard]] Answer follow(const Answer& answer, const Someone& who);

    // ---- files in a given state, through the same functions as people
    // Every field filled in; ask for 10 000 € of cameras HT unless said otherwise. Eligible for Denain and Lestrem.
    [[nodiscard]] static application::Fields complete_form(std::string_view title = "Caméras de la gare",
                                                           std::string_view ht = "10000");
    [[nodiscard]] application::ApplicationId draft(const Someone& by, std::string_view siren = kDenainSiren);
    void type(application::ApplicationId id, const application::Fields& fields, const Someone& by);
    // A small PDF, accepted as that document of the edition.
    application::DocumentId attach(application::ApplicationId id, std::string_view kind, const Someone& by);
    // A draft with its whole form and the documents asked at filing.
    [[nodiscard]] application::ApplicationId ready(std::string_view title = "Caméras de la gare",
                                                   std::string_view ht = "10000");
    // The same, signed by the co-signer and received.
    [[nodiscard]] application::ApplicationId filed(std::string_view title = "Caméras de la gare",
                                                   std::string_view ht = "10000");
    // One act; ends the test when it is refused.
    application::Done act(application::ApplicationId id, application::Action action, const Someone& by,
                          const application::Params& params = {});
    // From filed to under review: declared complete, begun, every line retained whole.
    [[nodiscard]] application::ApplicationId reviewed(std::string_view title = "Caméras de la gare",
                                                      std::string_view ht = "10000");
    // From there to proposed, the amount reserved.
    [[nodiscard]] application::ApplicationId proposed(std::string_view title = "Caméras de la gare",
                                                      std::string_view ht = "10000");
    envelope::EnvelopeId open_envelope(base::Cents cents);
    [[nodiscard]] application::State state_of(application::ApplicationId id);
    [[nodiscard]] application::ApplicationView view(application::ApplicationId id, const Someone& who);

    [[nodiscard]] static std::string small_pdf(std::string_view text = "Pièce");

  private:
    [[nodiscard]] Answer ask(std::string_view lines, std::string_view body);
};

}  // namespace beffroi::aides::pages
