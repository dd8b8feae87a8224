// For tests only: a desk on a real database file, with a few real communes, the 2022 edition, people of every role and
// letters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "aides/application/acts.hpp"
#include "aides/application/drafting.hpp"
#include "aides/application/editions.hpp"
#include "aides/application/list.hpp"
#include "aides/application/review.hpp"
#include "aides/application/view.hpp"
#include "aides/envelope/ledger.hpp"
#include "db/test_support.hpp"
#include "documents/pdf.hpp"

namespace beffroi::aides::application::testing {

inline constexpr std::string_view kLestrem = "216205021";
inline constexpr std::string_view kDenain = "215901729";
inline constexpr std::string_view kSachin = "216207324";
inline constexpr std::string_view kSaintJans = "215905357";

[[nodiscard]] std::string file_text(const std::string& path);

class World {
  public:
    // `cents` opens the envelope.
    explicit World(std::int64_t cents = 200'000'000, std::string edition_source = {});

    db::ScratchFolder folder;
    std::unique_ptr<db::Database> db;
    base::ManualClock clock;
    base::Catalogue catalogue;
    std::shared_ptr<const territory::Directory> directory;
    documents::BlobStore blobs;
    documents::LetterTemplates templates;
    documents::Inspector inspector;
    documents::Scanner scanner;
    correspondence::Office office;
    Editions editions;
    Desk desk;
    EditionId edition;
    envelope::EnvelopeId envelope;
    std::string pdf;

    Actor secretary_of_town;  // writes for Lestrem, Sachin and Saint-Jans-Cappel
    Actor mayor;              // signs for them
    Actor stranger;           // signs for Denain only
    Actor officer;
    Actor other_officer;
    Actor head;
    Actor assembly;  // sitting secretary
    Actor auditor;
    Actor admin;

    // The person of the world who is that party.
    [[nodiscard]] const Actor& as(Party party) const;

    Actor person(const std::string& email, const std::string& name, accounts::RoleSet roles,
                 const std::vector<std::pair<std::string_view, accounts::MembershipRole>>& memberships);
    [[nodiscard]] Fields good_form(const std::string& euros = "56961.00") const;
    ApplicationId draft(std::string_view siren = kLestrem, const std::string& euros = "56961.00");
    void attach_all(ApplicationId id);
    ApplicationId filed(std::string_view siren = kLestrem, const std::string& euros = "56961.00");
    ApplicationId reviewed(std::string_view siren = kLestrem, const std::string& euros = "56961.00");
    SittingId sitting();
    // The file is a row of that sitting with a vote on it.
    void vote(SittingId sitting, ApplicationId id, const std::string& proposal, int in_favour, int against);
    void sql(const std::string& text);
    [[nodiscard]] Application row(ApplicationId id);
    [[nodiscard]] envelope::Balance balance();
    void later(int days) { clock.set(base::Timestamp{clock.now().ms + std::int64_t{days} * 86'400'000}); }
};

[[nodiscard]] inline std::string key_of(const base::Error& error) {
    return error.message.key.empty() ? error.detail : error.message.key;
}

}  // namespace beffroi::aides::application::testing
