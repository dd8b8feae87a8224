#include "aides/application/list.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "aides/application/internal.hpp"
#include "base/text.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;

constexpr std::string_view kColumns =
    "SELECT a.id, a.number, a.applicant_name, a.department, a.title, a.state, a.provenance, a.edition_id, "
    "a.officer_id, a.filed_ms, a.implicit_rejection_on, a.total_cents, a.proposed_cents, a.granted_cents, "
    "a.updated_ms, coalesce(a.filed_ms, a.created_ms) FROM application a WHERE ";
constexpr db::Query kWordWeight{"list_word_weight",
                                "SELECT count(*) FROM (SELECT 1 FROM application_word WHERE word >= $1 AND word < $2 "
                                "LIMIT 1000) AS some"};
constexpr db::Query kCounts{"list_counts", "SELECT state, files FROM application_count WHERE edition_id = $1"};
constexpr std::string_view kOfIndex = "SELECT a.id, a.filed_ms FROM application a WHERE ";
constexpr db::Query kOfficerCounts{"list_officer_counts",
                                   "SELECT state, count(*) FROM application WHERE officer_id = $1 AND filed_ms IS NOT "
                                   "NULL GROUP BY state"};
constexpr std::int64_t kRare = 1000;  // a word with fewer files than this leads the search

struct Position {
    std::int64_t ms = 0;
    std::int64_t id = 0;
    auto operator<=>(const Position&) const = default;
};

enum class Direction { After, Before };
struct Cursor {
    Direction direction = Direction::After;
    Position position;
};

std::string write_cursor(Direction direction, Position position) {
    return (direction == Direction::After ? "a" : "b") + std::to_string(position.ms) + "-" +
           std::to_string(position.id);
}

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::optional<Cursor> read_cursor(std::string_view text) {
    if (text.size() < 4 || text.size() > 50 || (text[0] != 'a' && text[0] != 'b')) return std::nullopt;
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto ms = whole(text.substr(1, dash - 1));
    const auto id = whole(text.substr(dash + 1));
    if (!ms || !id) return std::nullopt;
    return Cursor{.direction = text[0] == 'a' ? Direction::After : Direction::Before, .position = {*ms, *id}};
}

struct Found {
    ListRow row;
    Position position;
};

Found found_of(const db::Row& row) {
    return {.row = {.id = row.id<ApplicationId>(0),
                    .number = row.string(1),
                    .applicant_name = row.string(2),
                    .department = row.string(3),
                    .title = row.string(4),
                    .state = parse_state(row.text(5)).value_or(State::Draft),
                    .provenance = parse_provenance(row.text(6)).value_or(Provenance::Live),
                    .edition = row.id<EditionId>(7),
                    .officer = PersonId{row.optional_integer(8).value_or(0)},
                    .filed = row.optional_timestamp(9),
                    .implicit_rejection = row.optional_date(10),
                    .total = row.cents(11),
                    .proposed = row.cents(12),
                    .granted = row.cents(13),
                    .updated = row.timestamp(14)},
            .position = {row.integer(15), row.integer(0)}};
}

// What is typed in the search box, as beginnings of stored words. A number ("VP-2022-00042") stays whole.
std::vector<std::string> words_of(std::string_view typed) {
    std::vector<std::string> words;
    for (const auto part : base::split(base::trim(typed), ' ')) {
        if (part.empty()) continue;
        const auto whole_number = base::slug(part);
        if (whole_number.starts_with("vp-") && whole_number.size() > 3) {
            words.push_back(whole_number);
            continue;
        }
        const auto folded = base::fold(part);
        for (const auto word : base::split(folded, ' '))
            if (!word.empty()) words.emplace_back(word.substr(0, 40));
    }
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    if (words.size() > 8) words.resize(8);
    return words;
}

// The first text that does not begin with `prefix`, in the order of bytes.
std::string after(const std::string& prefix) {
    return prefix + "\xF4\x8F\xBF\xBF";
}

struct Words {
    std::vector<std::string> words;  // the rarest first
    bool rare = false;
    bool none = false;  // a word that no file has
};

Words weigh(db::Reader& reader, std::string_view typed) {
    Words result;
    std::vector<std::pair<std::int64_t, std::string>> weighed;
    for (auto& word : words_of(typed)) {
        const auto weight = reader.number(kWordWeight, {word, after(word)});
        result.none = result.none || weight == 0;
        weighed.emplace_back(weight, std::move(word));
    }
    std::sort(weighed.begin(), weighed.end());
    result.rare = !weighed.empty() && weighed.front().first < kRare;
    for (auto& [weight, word] : weighed) result.words.push_back(std::move(word));
    return result;
}

// A statement made of fixed parts: only parameters come from outside.
class Statement {
  public:
    Statement(const Filter& filter, const Words& words, Sort sort, std::optional<Cursor> cursor, int limit)
        : filter_(filter), words_(words), cursor_(cursor), limit_(limit) {
        const bool backwards = cursor_ && cursor_->direction == Direction::Before;
        ascending_ = (sort == Sort::OldestFirst) != backwards;
    }

    // Rows of one state, or of all when none is given.
    std::vector<Found> run(db::Reader& reader, std::optional<State> state) {
        prepare(kColumns, state);
        std::vector<Found> rows;
        reader.run({"application_list", sql_}, params_, [&](const db::Row& row) {
            rows.push_back(found_of(row));
            return true;
        });
        return rows;
    }

    // Their places only: an index alone answers.
    void places(db::Reader& reader, State state, std::vector<Position>& found) {
        prepare(kOfIndex, state);
        reader.run({"application_places", sql_}, params_, [&](const db::Row& row) {
            found.push_back({row.integer(1), row.integer(0)});
            return true;
        });
    }

    [[nodiscard]] bool ascending() const { return ascending_; }

  private:
    void prepare(std::string_view columns, std::optional<State> state) {
        sql_ = columns;
        params_.clear();
        texts_.clear();
        texts_.reserve(64);  // the parameters look into it: eight words, two ends each
        const bool own = !filter_.sirens.empty();
        // Where a handful of rows leads, the order is made by sorting them; otherwise an index gives it.
        const bool led = own || words_.rare || filter_.sitting || filter_.label;
        sql_ += own ? "1 = 1" : "a.filed_ms IS NOT NULL";
        add_leaders();
        if (state) equal(led ? "a.state || ''" : "a.state", name(*state));
        if (filter_.edition) equal(led ? "a.edition_id + 0" : "a.edition_id", filter_.edition->value);
        if (filter_.officer) officer(led);
        if (!filter_.department.empty()) equal(led ? "a.department || ''" : "a.department", filter_.department);
        add_words();
        const std::string key = own ? "coalesce(a.filed_ms, a.created_ms)" : led ? "a.filed_ms + 0" : "a.filed_ms";
        add_position(key);
        sql_ += " ORDER BY " + key + (ascending_ ? ", a.id" : " DESC, a.id DESC") + " LIMIT " + param(limit_ + 1);
    }

    std::string param(db::Param value) {
        params_.push_back(value);
        return "$" + std::to_string(params_.size());
    }
    std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
    void equal(std::string_view column, db::Param value) {
        sql_ += " AND " + std::string(column) + " = " + param(value);
    }
    void officer(bool led) {
        if (*filter_.officer)
            equal(led ? "a.officer_id + 0" : "a.officer_id", filter_.officer->value);
        else
            sql_ += led ? " AND a.officer_id + 0 IS NULL" : " AND a.officer_id IS NULL";
    }
    void add_leaders() {
        if (!filter_.sirens.empty()) {
            sql_ += " AND a.siren IN (";
            for (std::size_t i = 0; i < filter_.sirens.size() && i < 100; ++i)
                sql_ += (i > 0 ? ", " : "") + param(filter_.sirens[i]);
            sql_ += ")";
        }
        if (filter_.sitting) equal("a.sitting_id", filter_.sitting->value);
        if (filter_.label)
            sql_ += " AND a.id IN (SELECT application_id FROM application_label WHERE label_id = " +
                    param(filter_.label->value) + " AND removed_ms IS NULL)";
    }
    void add_words() {
        for (std::size_t i = 0; i < words_.words.size(); ++i) {
            const auto range =
                "w.word >= " + param(keep(words_.words[i])) + " AND w.word < " + param(keep(after(words_.words[i])));
            if (i == 0 && words_.rare)
                sql_ += " AND a.id IN (SELECT w.application_id FROM application_word w WHERE " + range + ")";
            else
                sql_ +=
                    " AND EXISTS (SELECT 1 FROM application_word w WHERE w.application_id = a.id AND " + range + ")";
        }
    }
    void add_position(const std::string& key) {
        if (!cursor_) return;
        sql_ += " AND (" + key + ", a.id) " + (ascending_ ? "> (" : "< (") + param(cursor_->position.ms) + ", " +
                param(cursor_->position.id) + ")";
    }

    const Filter& filter_;
    const Words& words_;
    std::optional<Cursor> cursor_;
    int limit_;
    bool ascending_ = true;
    std::string sql_;
    std::vector<db::Param> params_;
    std::vector<std::string> texts_;
};

std::vector<State> states_to_walk(const Filter& filter) {
    if (!filter.states.empty()) return filter.states;
    std::vector<State> all;
    for (const auto state : all_states())
        if (visible_to_region(state)) all.push_back(state);
    return all;
}

// Each state is an ordered index walk; the page is the head of their merge.
std::vector<Found> merged(db::Reader& reader, Statement& statement, const Filter& filter, int limit) {
    const auto states = states_to_walk(filter);
    if (states.size() == 1) return statement.run(reader, states.front());
    std::vector<Position> places;
    for (const auto state : states) statement.places(reader, state, places);
    std::sort(places.begin(), places.end());
    if (!statement.ascending()) std::reverse(places.begin(), places.end());
    if (places.size() > static_cast<std::size_t>(limit) + 1) places.resize(static_cast<std::size_t>(limit) + 1);
    const auto by_id = std::string(kColumns) + "a.id = $1";
    std::vector<Found> rows;
    for (const auto& place : places) {
        const db::Param params[] = {place.id};
        reader.run({"application_row", by_id}, params, [&](const db::Row& row) {
            rows.push_back(found_of(row));
            return false;
        });
    }
    return rows;
}

std::vector<Found> collect(db::Reader& reader, Statement& statement, const Filter& filter, const Words& words,
                           int limit) {
    const bool narrow = filter.edition || filter.officer || !filter.department.empty();
    const bool own = !filter.sirens.empty();
    const bool led = own || words.rare || filter.sitting || filter.label;
    if (filter.states.empty() && (led || !narrow)) return statement.run(reader, std::nullopt);
    if (!own) return merged(reader, statement, filter, limit);
    // The applicant's own files are few, and drafts among them have no date of filing.
    std::vector<Found> all;
    for (const auto state : filter.states) {
        auto some = statement.run(reader, state);
        std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    std::sort(all.begin(), all.end(), [&](const Found& a, const Found& b) {
        return statement.ascending() ? a.position < b.position : b.position < a.position;
    });
    if (all.size() > static_cast<std::size_t>(limit) + 1) all.resize(static_cast<std::size_t>(limit) + 1);
    return all;
}

}  // namespace

std::vector<std::string> search_words(std::string_view typed) {
    return words_of(typed);
}

base::Result<ListPage> list(db::Reader& reader, const Filter& filter, Sort sort, std::string_view cursor, int limit) {
    std::optional<Cursor> from;
    if (!cursor.empty()) {
        from = read_cursor(cursor);
        if (!from) return fail(Code::Invalid, "no such place in the list", {"application.bad_cursor", {}});
    }
    limit = std::clamp(limit, 1, 200);
    const auto words = weigh(reader, filter.words);
    if (words.none) return ListPage{};
    Statement statement(filter, words, sort, from, limit);
    auto rows = collect(reader, statement, filter, words, limit);
    const bool more = rows.size() > static_cast<std::size_t>(limit);
    if (more) rows.resize(static_cast<std::size_t>(limit));
    const bool backwards = from && from->direction == Direction::Before;
    if (backwards) std::reverse(rows.begin(), rows.end());
    ListPage page;
    if (!rows.empty()) {
        const bool has_next = backwards || more;
        const bool has_previous = backwards ? more : from.has_value();
        if (has_next) page.next = write_cursor(Direction::After, rows.back().position);
        if (has_previous) page.previous = write_cursor(Direction::Before, rows.front().position);
    }
    for (auto& found : rows) page.rows.push_back(std::move(found.row));
    return page;
}

namespace {

std::vector<StateCount> counted(db::Reader& reader, const db::Query& query, std::int64_t of) {
    std::map<State, std::int64_t> by_state;
    reader.query(query, {of}, [&](const db::Row& row) {
        if (const auto state = parse_state(row.text(0)); state && visible_to_region(*state))
            by_state[*state] = row.integer(1);
    });
    std::vector<StateCount> counts;
    for (const auto state : all_states())
        if (visible_to_region(state)) counts.push_back({state, by_state[state]});
    return counts;
}

}  // namespace

std::vector<StateCount> counts(db::Reader& reader, EditionId edition) {
    return counted(reader, kCounts, edition.value);
}

std::vector<StateCount> counts_of_officer(db::Reader& reader, PersonId officer) {
    return counted(reader, kOfficerCounts, officer.value);
}

}  // namespace beffroi::aides::application
