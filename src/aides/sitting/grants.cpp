#include "aides/sitting/grants.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <variant>

#include "aides/application/view.hpp"
#include "aides/scheme/edition.hpp"
#include "base/text.hpp"

namespace beffroi::aides::sitting {

namespace {

constexpr std::size_t kMostWords = 8;

#define BEFFROI_GRANT_COLUMNS                                                                                   \
    "SELECT a.number, s.held_on, s.resolution_number, s.id, s.name, a.applicant_name, a.siren, a.insee, "       \
    "a.department, "                                                                                            \
    "a.population_figure, a.title, a.nature, a.cameras, a.asked_cents, i.base_cents, i.decided_cents, i.rate, " \
    "e.scheme, e.name, "                                                                                        \
    "e.sha256, a.filed_ms, s.published_ms, a.provenance, a.edition_id, i.id, i.proposed_cents, i.amendment, "   \
    "a.complete_ms, s.transmitted_ms, a.notified_ms, a.population_year, a.population, a.id"
constexpr std::string_view kColumns = BEFFROI_GRANT_COLUMNS;
constexpr db::Query kOneGrant{"public_grant_row", BEFFROI_GRANT_COLUMNS
                              " FROM sitting_item i JOIN sitting s ON s.id = i.sitting_id JOIN application a ON a.id = "
                              "i.application_id JOIN edition e ON e.id = a.edition_id WHERE i.id = $1"};
#undef BEFFROI_GRANT_COLUMNS
constexpr std::string_view kTotals =
    "SELECT COUNT(*), COALESCE(SUM(i.decided_cents), 0), COALESCE(SUM(CASE WHEN a.provenance = 'live' THEN 0 ELSE 1 "
    "END), 0)";
// In that order: the sittings are few, and an index gives the grants of each as they are listed. Where words or a code
// lead to a few files, the engine chooses its own way.
constexpr std::string_view kWalk = " FROM sitting s CROSS JOIN sitting_item i";
constexpr std::string_view kLed = " FROM sitting s, sitting_item i";
// In the order of their votes: an item is found by its number, and nothing is sorted.
constexpr std::string_view kVotes = " FROM sitting_item i CROSS JOIN sitting s";
constexpr std::string_view kOnSitting =
    " WHERE i.sitting_id = s.id AND s.status = 'published' AND i.outcome = 'granted'";
constexpr std::string_view kOrder = " ORDER BY s.held_on DESC, s.id DESC, i.position, i.id";

constexpr db::Query kWordWeight{"public_word_weight",
                                "SELECT count(*) FROM (SELECT 1 FROM application_word WHERE word >= $1 AND word < $2 "
                                "LIMIT 5000) AS some"};
constexpr db::Query kYears{"public_grant_years",
                           "SELECT DISTINCT substr(held_on, 1, 4) FROM sitting WHERE status = 'published' ORDER BY 1 "
                           "DESC"};
constexpr db::Query kEditions{"public_grant_editions",
                              "SELECT DISTINCT scheme, name FROM edition e WHERE EXISTS (SELECT 1 FROM application a "
                              "WHERE a.edition_id = e.id AND a.decision = 'granted') ORDER BY name DESC, scheme"};
constexpr db::Query kResolutions{
    "public_resolutions",
    "SELECT s.id, s.held_on, s.resolution_number, s.resolution_title, s.transmitted_ms, s.provenance, COUNT(v.id), "
    "MIN(v.members), MIN(v.voting), MIN(v.in_favour), MIN(v.against), MIN(v.abstaining) FROM sitting s "
    "LEFT JOIN sitting_vote v ON v.sitting_id = s.id AND v.superseded_by IS NULL WHERE s.status = 'published' "
    "GROUP BY s.id ORDER BY s.held_on, s.id"};
// A vote on an agenda that is being prepared is no reason to make public pages anew, but such acts are few.
constexpr db::Query kPublication{"public_version",
                                 "SELECT COALESCE(MAX(seq), 0) FROM journal WHERE subject_kind IN ('sitting', "
                                 "'edition', 'envelope')"};
constexpr db::Query kPublishedAt{"public_version_at", "SELECT at_ms FROM journal WHERE seq = $1"};

// The first text that does not begin with `prefix`, in the order of bytes.
std::string after_prefix(std::string_view prefix) {
    return std::string(prefix) + "\xF4\x8F\xBF\xBF";
}

// As typed, the rarest first.
std::vector<std::string> words_of(db::Reader& reader, std::string_view typed) {
    std::vector<std::string> words;
    const std::string folded = base::fold(typed);
    for (std::string_view word : base::split(folded, ' '))
        if (!word.empty() && words.size() < kMostWords) words.emplace_back(word.substr(0, 40));
    if (words.size() < 2) return words;
    std::vector<std::pair<std::int64_t, std::string>> weighed;
    for (auto& word : words) weighed.emplace_back(reader.number(kWordWeight, {word, after_prefix(word)}), word);
    std::sort(weighed.begin(), weighed.end());
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = std::move(weighed[i].second);
    return words;
}

int last_year(const territory::Directory& directory) {
    const auto years = directory.cog_years();
    return years.empty() ? 0 : years.back();
}

// The code asked for and those that it may have inherited from.
std::vector<std::string> codes_of(const territory::Directory& directory, std::string_view code) {
    std::vector<std::string> codes{std::string(code)};
    if (auto insee = territory::InseeCode::parse(code))
        for (const auto& old : directory.predecessors(*insee, last_year(directory))) codes.push_back(old.str());
    return codes;
}

// An old code may have been given back to another commune: an award belongs to the heir of whoever bore it that year.
bool belongs(const territory::Directory& directory, const publish::PublishedGrant& grant, std::string_view code) {
    if (grant.insee_code.empty()) return grant.beneficiary_siren == code;
    const auto insee = territory::InseeCode::parse(grant.insee_code);
    if (!insee) return grant.insee_code == code;
    // A commune that is gone keeps the page of its time.
    if (grant.insee_code == code && !directory.exists(*insee, last_year(directory))) return true;
    const int since = static_cast<int>(grant.decision_date.year());
    const auto heir = directory.heir(*insee, since, last_year(directory));
    return heir ? heir->view() == code : grant.insee_code == code;
}

// A statement made of fixed parts: only parameters come from outside.
class Statement {
  public:
    // Item: the columns are of sittings and their items; Application: of applications too. Other tables come in where
    // a filter asks for them.
    enum class Tables { Item, Application, All };
    enum class Walk { Sittings, Votes };
    Statement(db::Reader& reader, const territory::Directory& directory, const GrantFilter& filter,
              std::string_view columns, Tables tables = Tables::All, Walk walk = Walk::Sittings)
        : sql_(columns) {
        const auto words = words_of(reader, filter.words);
        const bool led = !filter.words.empty() || !filter.code.empty() || !filter.number.empty();
        const bool edition = tables == Tables::All || !filter.edition.empty();
        const bool application = tables != Tables::Item || edition || led || !filter.department.empty();
        const std::string_view join = led ? ", " : " CROSS JOIN ";
        sql_ += led ? kLed : walk == Walk::Votes ? kVotes : kWalk;
        if (application) sql_.append(join).append("application a");
        if (edition) sql_.append(join).append("edition e");
        sql_ += kOnSitting;
        if (application) sql_ += " AND a.id = i.application_id";
        if (edition) sql_ += " AND e.id = a.edition_id";
        if (!filter.department.empty()) where(" AND a.department = ", filter.department);
        if (std::size_t slash = filter.edition.find('/'); slash != std::string::npos) {
            where(" AND e.scheme = ", filter.edition.substr(0, slash));
            where(" AND e.name = ", filter.edition.substr(slash + 1));
        } else if (!filter.edition.empty()) {
            where(" AND e.scheme = ", filter.edition);
        }
        if (filter.year) {
            where(" AND s.held_on >= ", base::iso(base::make_date(*filter.year, 1, 1)));
            where(" AND s.held_on <= ", base::iso(base::make_date(*filter.year, 12, 31)));
        }
        if (filter.sitting) number(" AND s.id = ", filter.sitting.value);
        if (!filter.number.empty()) where(" AND a.number = ", filter.number);
        if (!filter.code.empty()) {
            const bool commune = territory::InseeCode::parse(filter.code).has_value();
            sql_ += commune ? " AND a.insee IN (" : " AND a.insee IS NULL AND a.siren IN (";
            bool first = true;
            for (std::string& code : codes_of(directory, filter.code)) {
                where(first ? "" : ", ", std::move(code));
                first = false;
            }
            sql_ += ')';
        }
        // The rarest word leads, the others are looked for among the words of what it finds.
        for (std::size_t i = 0; i < words.size(); ++i) {
            where(i == 0 ? " AND a.id IN (SELECT w.application_id FROM application_word w WHERE w.word >= "
                         : " AND EXISTS (SELECT 1 FROM application_word w WHERE w.application_id = a.id AND w.word >= ",
                  words[i]);
            where(" AND w.word < ", after_prefix(words[i]));
            sql_ += ')';
        }
    }
    void number(std::string_view before, std::int64_t value) {
        values_.emplace_back(value);
        sql_.append(before).append("$").append(std::to_string(values_.size()));
    }
    void text(std::string_view part) { sql_ += part; }

    template <typename Use>
    void run(db::Reader& reader, std::string_view name, Use&& use) const {
        std::vector<db::Param> params;
        for (const auto& value : values_) {
            if (const auto* text = std::get_if<std::string>(&value))
                params.emplace_back(*text);
            else
                params.emplace_back(std::get<std::int64_t>(value));
        }
        reader.run({name, sql_}, params, [&](const db::Row& row) {
            use(row);
            return true;
        });
    }

  private:
    void where(std::string_view before, std::string value) {
        values_.emplace_back(std::move(value));
        sql_.append(before).append("$").append(std::to_string(values_.size()));
    }

    std::string sql_;
    std::vector<std::variant<std::string, std::int64_t>> values_;
};

publish::Provenance provenance_of(std::string_view stored) {
    if (stored == "real") return {publish::Origin::Reconstructed, "docs/replay-2022.md"};
    if (stored == "simulated") return {publish::Origin::Simulated, {}};
    return {publish::Origin::Actual, {}};
}

// Titles are read once per edition, not once per row.
class Rows {
  public:
    Rows(db::Reader& reader, const territory::Directory& directory, application::Editions& editions,
         const Publisher& publisher)
        : reader_(reader), directory_(directory), editions_(editions), publisher_(publisher) {}

    publish::PublishedGrant read(const db::Row& row) {
        publish::PublishedGrant g;
        g.id = row.string(0);
        g.grantor_name = publisher_.name;
        g.grantor_siret = publisher_.siret;
        g.decision_date = row.date(1);
        g.resolution = row.is_null(2) ? std::string() : row.string(2);
        g.sitting_id = std::to_string(row.integer(3));
        g.sitting_label = row.string(4);
        g.beneficiary_name = row.string(5);
        g.beneficiary_siren = row.string(6);
        g.beneficiary_kind = row.is_null(7) ? "epci" : "commune";
        if (!row.is_null(7)) g.insee_code = row.string(7);
        g.departement_code = row.string(8);
        if (auto code = territory::DepartementCode::parse(row.text(8)))
            g.departement_name = std::string(directory_.name_of(*code));
        if (!row.is_null(9))
            g.population = {
                .figure = row.string(9), .year = static_cast<int>(row.integer(30)), .value = row.integer(31)};
        g.object = "Vidéoprotection" + (row.text(10).empty() ? std::string() : " : " + row.string(10));
        g.project_nature = row.string(11);
        if (!row.is_null(12)) g.cameras = static_cast<int>(row.integer(12));
        g.asked = row.cents(13);
        g.eligible_base = row.cents(14);
        g.awarded = row.cents(15);
        g.rate = base::Rate{static_cast<std::int32_t>(row.integer(16))};
        g.scheme_id = row.string(17);
        g.edition = row.string(18);
        g.rule_version = row.string(19);
        g.filed_at = row.optional_timestamp(20);
        g.updated_at = row.optional_timestamp(21);
        g.provenance = provenance_of(row.text(22));
        g.scheme_uuid = publish::scheme_uuid(g.scheme_id + "/" + g.edition);
        g.url = publisher_.base_url + "/aides-accordees/" + g.id;
        g.resolution_url = publisher_.base_url + "/seances/" + g.sitting_id;
        editions_of_rows_.push_back(row.integer(23));
        return g;
    }

    // After the query: no statement runs inside another.
    void add_titles(std::vector<publish::PublishedGrant>& grants) {
        std::map<std::int64_t, std::string> titles;
        for (std::int64_t id : editions_of_rows_) titles.try_emplace(id);
        for (auto& [id, title] : titles)
            if (auto edition = editions_.get(reader_, application::EditionId{id})) title = (*edition)->model().title.fr;
        for (std::size_t i = 0; i < grants.size(); ++i) grants[i].scheme_title = titles[editions_of_rows_[i]];
    }

  private:
    db::Reader& reader_;
    const territory::Directory& directory_;
    application::Editions& editions_;
    const Publisher& publisher_;
    std::vector<std::int64_t> editions_of_rows_;
};

void keep_own(const territory::Directory& directory, const GrantFilter& filter,
              std::vector<publish::PublishedGrant>& grants) {
    if (filter.code.empty()) return;
    std::erase_if(grants, [&](const auto& grant) { return !belongs(directory, grant, filter.code); });
}

// Which rows stand on that page of the list: found by the index, before anything else of them is read.
std::vector<ItemId> page_of(db::Reader& reader, const territory::Directory& directory, const GrantFilter& filter,
                            std::int64_t offset, std::int64_t limit) {
    Statement statement(reader, directory, filter, "SELECT i.id", Statement::Tables::Item);
    statement.text(kOrder);
    statement.number(" LIMIT ", limit);
    statement.number(" OFFSET ", offset);
    std::vector<ItemId> items;
    statement.run(reader, "public_grants_page", [&](const db::Row& row) { items.push_back(row.id<ItemId>(0)); });
    return items;
}

}  // namespace

std::vector<publish::PublishedGrant> grants(db::Reader& reader, const territory::Directory& directory,
                                            application::Editions& editions, const Publisher& publisher,
                                            const GrantFilter& filter, std::int64_t offset, std::int64_t limit) {
    // Awards of one commune are few, and which of them are its own is only known once they are read.
    const bool by_code = !filter.code.empty();
    std::vector<publish::PublishedGrant> found;
    Rows rows(reader, directory, editions, publisher);
    if (!by_code && limit > 0) {
        for (const ItemId item : page_of(reader, directory, filter, offset, limit))
            reader.query(kOneGrant, {item}, [&](const db::Row& row) { found.push_back(rows.read(row)); });
    } else {
        Statement statement(reader, directory, filter, kColumns);
        statement.text(kOrder);
        if (!by_code && offset > 0) {
            statement.number(" LIMIT ", std::int64_t{1} << 40);
            statement.number(" OFFSET ", offset);
        }
        statement.run(reader, "public_grants", [&](const db::Row& row) { found.push_back(rows.read(row)); });
    }
    rows.add_titles(found);
    keep_own(directory, filter, found);
    if (by_code) {
        const auto size = static_cast<std::int64_t>(found.size());
        found.erase(found.begin(), found.begin() + std::min(offset, size));
        if (limit > 0 && std::cmp_greater(found.size(), limit)) found.resize(static_cast<std::size_t>(limit));
    }
    return found;
}

std::vector<publish::PublishedGrant> grants_after(db::Reader& reader, const territory::Directory& directory,
                                                  application::Editions& editions, const Publisher& publisher,
                                                  const GrantFilter& filter, ItemId& after, std::int64_t limit) {
    Statement statement(reader, directory, filter, kColumns, Statement::Tables::All, Statement::Walk::Votes);
    statement.number(" AND i.id > ", after.value);
    statement.number(" ORDER BY i.id LIMIT ", limit);
    std::vector<publish::PublishedGrant> found;
    Rows rows(reader, directory, editions, publisher);
    statement.run(reader, "public_grants_after", [&](const db::Row& row) {
        found.push_back(rows.read(row));
        after = row.id<ItemId>(24);
    });
    rows.add_titles(found);
    keep_own(directory, filter, found);
    return found;
}

GrantTotals count_grants(db::Reader& reader, const territory::Directory& directory, const GrantFilter& filter) {
    GrantTotals totals;
    if (!filter.code.empty()) {
        application::Editions none;
        for (const auto& grant : grants(reader, directory, none, {}, filter)) {
            ++totals.rows;
            totals.amount += grant.awarded;
            if (grant.provenance.origin != publish::Origin::Actual) ++totals.not_actual;
        }
        return totals;
    }
    Statement(reader, directory, filter, kTotals, Statement::Tables::Application)
        .run(reader, "public_grants_count",
             [&](const db::Row& row) { totals = {row.integer(0), row.cents(1), row.integer(2)}; });
    return totals;
}

std::optional<GrantPage> grant_page(db::Reader& reader, const territory::Directory& directory,
                                    application::Editions& editions, const Publisher& publisher,
                                    std::string_view number) {
    if (number.empty()) return std::nullopt;
    Statement statement(reader, directory, {.number = std::string(number)}, kColumns);
    std::vector<publish::PublishedGrant> found;
    GrantPage page;
    application::ApplicationId file;
    Rows rows(reader, directory, editions, publisher);
    statement.text(" ORDER BY i.id");
    statement.run(reader, "public_grant", [&](const db::Row& row) {
        found.push_back(rows.read(row));
        file = row.id<application::ApplicationId>(32);
        page.applicant_code = row.string(row.is_null(7) ? 6 : 7);
        page.proposed = row.cents(25);
        page.amendment = row.is_null(26) ? std::string() : row.string(26);
        page.filed = row.optional_timestamp(20);
        page.complete = row.optional_timestamp(27);
        page.transmitted = row.optional_timestamp(28);
        page.published = row.optional_timestamp(21);
        page.notified = row.optional_timestamp(29);
    });
    if (found.empty()) return std::nullopt;
    rows.add_titles(found);
    page.evaluation = application::proposal_evaluation(reader, file);
    page.grant = std::move(found.back());
    return page;
}

std::vector<int> grant_years(db::Reader& reader) {
    std::vector<int> years;
    reader.query(kYears, {}, [&](const db::Row& row) {
        int year = 0;
        std::from_chars(row.text(0).data(), row.text(0).data() + row.text(0).size(), year);
        years.push_back(year);
    });
    return years;
}

std::vector<std::string> grant_editions(db::Reader& reader) {
    std::vector<std::string> editions;
    reader.query(kEditions, {}, [&](const db::Row& row) { editions.push_back(row.string(0) + "/" + row.string(1)); });
    return editions;
}

std::vector<publish::PublishedSitting> published_sittings(db::Reader& reader, const Publisher& publisher) {
    std::vector<publish::PublishedSitting> rows;
    reader.query(kResolutions, {}, [&](const db::Row& row) {
        publish::PublishedSitting& s = rows.emplace_back();
        s.body_name = publisher.name;
        s.body_siret = publisher.siret;
        s.sitting_id = std::to_string(row.integer(0));
        s.date = row.date(1);
        s.id = row.is_null(2) ? std::string() : row.string(2);
        s.object = row.is_null(3) ? std::string() : row.string(3);
        s.budget_year = row.string(1).substr(0, 4);
        s.prefecture_id = publisher.prefecture_id;
        if (auto transmitted = row.optional_timestamp(4)) s.prefecture_date = base::paris_date(*transmitted);
        s.provenance = provenance_of(row.text(5));
        // The format has room for one vote: counts are given when the whole resolution was voted at once.
        if (row.integer(6) == 1) {
            s.members = static_cast<int>(row.integer(7));
            s.voters = static_cast<int>(row.integer(8));
            s.votes_for = static_cast<int>(row.integer(9));
            s.votes_against = static_cast<int>(row.integer(10));
            s.abstentions = static_cast<int>(row.integer(11));
        }
        s.url = publisher.base_url + "/seances/" + s.sitting_id;
    });
    return rows;
}

Publication publication(db::Reader& reader) {
    Publication last{reader.number(kPublication), {}};
    if (last.version > 0) last.at = base::Timestamp{reader.number(kPublishedAt, {last.version})};
    return last;
}

}  // namespace beffroi::aides::sitting
