// Lists of files: work lists of officers, the applicant's own, search. Every first page is an index walk, whatever the
// number of files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aides/application/desk.hpp"
#include "aides/application/ids.hpp"
#include "aides/application/state.hpp"
#include "aides/application/view.hpp"

namespace beffroi::aides::application {

struct Filter {
    std::optional<EditionId> edition;
    std::vector<State> states;        // empty: all that the reader may see
    std::optional<PersonId> officer;  // PersonId{0}: nobody's
    std::string department;
    std::vector<std::string> sirens;  // the applicant's own; drafts are only ever given with this
    std::optional<LabelId> label;
    std::string words;  // beginnings of words of number, applicant, title; all must be there
    std::optional<SittingId> sitting;
};

enum class Sort {
    OldestFirst,  // by filing (drafts by opening)
    NewestFirst,
};

struct ListRow {
    ApplicationId id;
    std::string number;
    std::string applicant_name;
    std::string department;
    std::string title;
    State state = State::Draft;
    Provenance provenance = Provenance::Live;
    EditionId edition;
    PersonId officer;
    std::optional<base::Timestamp> filed;
    std::optional<base::Date> implicit_rejection;
    base::Cents total;
    base::Cents proposed;
    base::Cents granted;
    base::Timestamp updated;
};

struct ListPage {
    std::vector<ListRow> rows;
    std::string next;      // cursor; empty at the end
    std::string previous;  // cursor; empty at the beginning
};

// What is typed in a search box, as the beginnings of stored words that must all be there.
[[nodiscard]] std::vector<std::string> search_words(std::string_view typed);

// `cursor` is empty for the first page, or one that a page gave: anything else is Invalid. `limit` 1 to 200.
[[nodiscard]] base::Result<ListPage> list(db::Reader& reader, const Filter& filter, Sort sort, std::string_view cursor,
                                          int limit);

struct StateCount {
    State state = State::Draft;
    std::int64_t count = 0;
};
// Of the files that the Region sees. One walk over a covering index.
[[nodiscard]] std::vector<StateCount> counts(db::Reader& reader, EditionId edition);
[[nodiscard]] std::vector<StateCount> counts_of_officer(db::Reader& reader, PersonId officer);

}  // namespace beffroi::aides::application
