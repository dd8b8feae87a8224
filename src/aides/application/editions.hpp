// The editions that were published, as they were published: a file stays bound for life to the text it was opened
// under.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aides/application/ids.hpp"
#include "aides/envelope/selection.hpp"
#include "aides/scheme/edition.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"

namespace beffroi::aides::application {

enum class EditionStatus { Open, Closed, Suspended, Superseded };
[[nodiscard]] std::string_view name(EditionStatus status);
[[nodiscard]] std::optional<EditionStatus> parse_edition_status(std::string_view name);

struct EditionRow {
    EditionId id;
    std::string scheme;
    std::string edition;
    int revision = 1;
    std::string sha256;
    EditionStatus status = EditionStatus::Open;
    base::Timestamp published;
    PersonId published_by;
    [[nodiscard]] std::string name() const { return scheme + "/" + edition; }
};

// Compiled editions by id, each loaded once. Safe from any thread.
class Editions {
  public:
    // NotFound, or Corrupt when the stored text does not load any more.
    [[nodiscard]] base::Result<scheme::EditionPtr> get(db::Reader& reader, EditionId id);

  private:
    std::mutex mutex_;
    std::unordered_map<EditionId, scheme::EditionPtr> loaded_;
};

// Publishes an edition: refused unless it loads, lacks nothing that it needs and passes its cases. The same scheme and
// edition again is a new revision and supersedes the former one for new files. Writes the journal.
[[nodiscard]] base::Result<EditionId> publish(db::Writer& writer, std::string_view source, std::string_view cases,
                                              PersonId by, base::Timestamp at);
// Closed: no draft can be filed any more. Suspended (litigation): nothing of it moves but the reading. Writes the
// journal.
[[nodiscard]] base::Status set_status(db::Writer& writer, EditionId id, EditionStatus status, std::string_view reason,
                                      PersonId by, base::Timestamp at);

[[nodiscard]] std::vector<EditionRow> editions(db::Reader& reader);  // newest year first, superseded ones included
[[nodiscard]] std::optional<EditionRow> find_edition(db::Reader& reader, EditionId id);
// The revision in force of "hdf-videoprotection/2022".
[[nodiscard]] std::optional<EditionRow> find_edition(db::Reader& reader, std::string_view scheme,
                                                     std::string_view edition);

// The rules of selection as figures, at that date, with what the departments already hold.
[[nodiscard]] envelope::SelectionRules selection_rules(const scheme::Edition& edition, base::Date at);

}  // namespace beffroi::aides::application
