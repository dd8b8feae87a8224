// What was granted and is public: rows of published sittings, read for the public pages and turned into the rows of
// open data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/editions.hpp"
#include "aides/publish/published.hpp"
#include "aides/sitting/sitting.hpp"
#include "territory/directory.hpp"

namespace beffroi::aides::sitting {

// Who publishes: from the configuration.
struct Publisher {
    std::string name;           // "Région Hauts-de-France"
    std::string siret;          // 14 digits
    std::string body;           // "Commission permanente"
    std::string prefecture_id;  // "SGAR059"
    std::string base_url;       // without a slash at the end
};

struct GrantFilter {
    std::string words;        // folded beginnings of words of applicant, number, title; the first eight count
    std::string department;   // code
    std::string edition;      // "hdf-videoprotection/2022", or the scheme alone
    std::optional<int> year;  // of the decision
    SittingId sitting;
    std::string code;    // INSEE or SIREN: also awards of the communes that merged into it
    std::string number;  // of one application
};

// Newest sitting first, then in the order of its annex (department, name). `limit` 0: all.
[[nodiscard]] std::vector<publish::PublishedGrant> grants(db::Reader& reader, const territory::Directory& directory,
                                                          application::Editions& editions, const Publisher& publisher,
                                                          const GrantFilter& filter, std::int64_t offset = 0,
                                                          std::int64_t limit = 0);

// The same rows in the order of their votes, at most `limit` after that item, for files written in pieces. `after`
// becomes the last one given.
[[nodiscard]] std::vector<publish::PublishedGrant> grants_after(db::Reader& reader,
                                                                const territory::Directory& directory,
                                                                application::Editions& editions,
                                                                const Publisher& publisher, const GrantFilter& filter,
                                                                ItemId& after, std::int64_t limit);

struct GrantTotals {
    std::int64_t rows = 0;
    base::Cents amount;
    std::int64_t not_actual = 0;  // rows reconstructed or simulated
};
[[nodiscard]] GrantTotals count_grants(db::Reader& reader, const territory::Directory& directory,
                                       const GrantFilter& filter);

// One grant with what its page tells: how the amount came about, and its life.
struct GrantPage {
    publish::PublishedGrant grant;
    std::string applicant_code;  // INSEE, or SIREN of a grouping: its address under /territoire
    std::string evaluation;      // JSON of the proposal, may be empty
    base::Cents proposed;        // before the session
    std::string amendment;       // what the session changed and why; empty when nothing
    std::optional<base::Timestamp> filed;
    std::optional<base::Timestamp> complete;
    std::optional<base::Timestamp> transmitted;
    std::optional<base::Timestamp> published;
    std::optional<base::Timestamp> notified;
};
// Nothing when no published grant bears that number.
[[nodiscard]] std::optional<GrantPage> grant_page(db::Reader& reader, const territory::Directory& directory,
                                                  application::Editions& editions, const Publisher& publisher,
                                                  std::string_view number);

// Years in which grants were decided, newest first: for filters.
[[nodiscard]] std::vector<int> grant_years(db::Reader& reader);
// "hdf-videoprotection/2022", newest first.
[[nodiscard]] std::vector<std::string> grant_editions(db::Reader& reader);

// One row per resolution of the published sittings.
[[nodiscard]] std::vector<publish::PublishedSitting> published_sittings(db::Reader& reader, const Publisher& publisher);

// The last act that may have changed what is public: sittings, editions, envelopes. {0, 0} when there is none.
struct Publication {
    std::int64_t version = 0;  // number in the journal
    base::Timestamp at;
};
[[nodiscard]] Publication publication(db::Reader& reader);

}  // namespace beffroi::aides::sitting
