#include "multiply.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "journal/journal.hpp"

namespace beffroi::bench {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr int kCopiesOfSitting = 4;  // per sitting of the demonstration and year
constexpr int kLastYearDecided = 2024;

// Out of a thousand files; the rest was granted and notified. Only states that the demonstration reaches.
struct Share {
    std::string_view state;
    int per_thousand;
};
constexpr Share kShares[] = {{"filed", 60},          {"incomplete", 30}, {"complete", 60},         {"under_review", 90},
                             {"opinions_asked", 20}, {"proposed", 60},   {"proposed_refusal", 10}, {"withdrawn", 20},
                             {"on_agenda", 3},       {"draft", 15},      {"awaiting_signature", 7}};

constexpr db::Query kPatterns{
    "bench_patterns",
    "SELECT a.id, a.state, COALESCE(a.sitting_id, (SELECT max(i.sitting_id) FROM sitting_item i WHERE i.application_id "
    "= a.id), 0), e.name, a.title FROM application a JOIN edition e ON e.id = a.edition_id ORDER BY a.id"};
constexpr db::Query kEditionId{"bench_edition",
                               "SELECT id FROM edition WHERE name = $1 AND scheme = "
                               "'hdf-videoprotection' AND status <> 'superseded'"};
constexpr db::Query kEditionText{"bench_edition_text", "SELECT source FROM edition WHERE id = $1"};
constexpr db::Query kEditionCopy{
    "bench_edition_copy",
    "INSERT INTO edition (scheme, name, revision, source, sha256, status, published_ms, published_by) SELECT scheme, "
    "$2, 1, $3, $4, 'open', published_ms + $5, published_by FROM edition WHERE id = $1 RETURNING id"};
constexpr db::Query kSittingCopy{
    "bench_sitting_copy",
    "INSERT INTO sitting (name, held_on, status, provenance, report_number, resolution_number, resolution_title, "
    "transmitted_ms, acknowledgement, published_ms, created_by, created_ms) SELECT $2, date(held_on, $3 || ' days'), "
    "status, 'simulated', report_number || $4, resolution_number || $4, resolution_title, transmitted_ms + $5, "
    "acknowledgement, published_ms + $5, created_by, created_ms + $5 FROM sitting WHERE id = $1 RETURNING id"};
constexpr db::Query kVoteCopy{
    "bench_vote_copy",
    "INSERT INTO sitting_vote (sitting_id, position, title, members, voting, in_favour, against, abstaining, "
    "recorded_by, recorded_ms) SELECT $2, position, title, members, voting, in_favour, against, abstaining, "
    "recorded_by, recorded_ms + $3 FROM sitting_vote WHERE sitting_id = $1 AND superseded_by IS NULL"};
constexpr db::Query kPublishedSittings{"bench_sittings",
                                       "SELECT id, held_on FROM sitting WHERE status = 'published' ORDER BY id"};
constexpr db::Query kLastId{"bench_last_id", "SELECT max(id) FROM application"};
constexpr db::Query kAddCopy{"bench_copy",
                             "INSERT INTO bench_copy VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr db::Query kAddWord{
    "bench_word", "INSERT INTO application_word (word, application_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"};

constexpr std::string_view kMakeCopies =
    "CREATE TABLE bench_copy (id INTEGER PRIMARY KEY, pattern INTEGER, siren TEXT, insee TEXT, name TEXT, department "
    "TEXT, number TEXT, edition INTEGER, sitting INTEGER, days INTEGER, position INTEGER);";

// Columns as they are, instants and dates moved by whole days.
constexpr std::string_view kCopyRows = R"(
INSERT INTO application (id, number, edition_id, siren, insee, applicant_name, department, state, provenance, title,
  nature, form_version, version, created_ms, created_by, updated_ms, signature_requested_ms,
  signature_requested_by, filed_ms, filed_by, complete_ms, implicit_rejection_on, officer_id, priority, total_cents,
  asked_cents, base_cents, rate, proposed_cents, proposed_by, proposed_ms, refusal_reason, decision,
  decided_on, granted_cents, sitting_id, notified_ms, cameras, population_figure, population_year, population)
SELECT c.id, c.number, c.edition, c.siren, c.insee, c.name, c.department, a.state, 'simulated', a.title, a.nature,
  a.form_version, a.version, a.created_ms + c.days * 86400000, a.created_by, a.updated_ms + c.days * 86400000,
  a.signature_requested_ms + c.days * 86400000, a.signature_requested_by, a.filed_ms + c.days * 86400000, a.filed_by,
  a.complete_ms + c.days * 86400000, date(a.implicit_rejection_on, c.days || ' days'), a.officer_id, a.priority,
  a.total_cents, a.asked_cents, a.base_cents, a.rate, a.proposed_cents, a.proposed_by,
  a.proposed_ms + c.days * 86400000, a.refusal_reason, a.decision, date(a.decided_on, c.days || ' days'),
  a.granted_cents, CASE WHEN a.sitting_id IS NULL THEN NULL ELSE c.sitting END, a.notified_ms + c.days * 86400000,
  a.cameras, a.population_figure, a.population_year, a.population
FROM bench_copy c JOIN application a ON a.id = c.pattern ORDER BY c.id;
INSERT INTO application_text SELECT c.id, x.form, x.evaluation FROM bench_copy c JOIN application_text x
  ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO expense_line SELECT c.id, x.version, x.position, x.quote, x.supplier, x.label, x.category, x.quantity,
  x.ht_cents, x.vat, date(x.spent_on, c.days || ' days'), x.retained_cents, x.reject_reason, x.reviewed_by,
  x.reviewed_ms + c.days * 86400000 FROM bench_copy c JOIN expense_line x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO funding_line SELECT c.id, x.version, x.position, x.source, x.name, x.cents, x.obtained
  FROM bench_copy c JOIN funding_line x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO form_change (application_id, version, field, before, clash, changed_by, changed_ms)
  SELECT c.id, x.version, x.field, x.before, x.clash, x.changed_by, x.changed_ms + c.days * 86400000
  FROM bench_copy c JOIN form_change x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO document (application_id, kind, blob, name, type, size, scan, restricted, uploaded_by, uploaded_ms, version)
  SELECT c.id, x.kind, x.blob, x.name, x.type, x.size, x.scan, x.restricted, x.uploaded_by,
  x.uploaded_ms + c.days * 86400000, x.version
  FROM bench_copy c JOIN document x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO piece_request (application_id, kind, reason, note, asked_by, asked_ms, due_on, answer, closed_ms)
  SELECT c.id, x.kind, x.reason, x.note, x.asked_by, x.asked_ms + c.days * 86400000, date(x.due_on, c.days || ' days'),
  x.answer, x.closed_ms + c.days * 86400000
  FROM bench_copy c JOIN piece_request x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO opinion (application_id, asked_of, email, outside, question, shared, asked_by, asked_ms, due_on)
  SELECT c.id, x.asked_of, x.email, x.outside, x.question, x.shared, x.asked_by, x.asked_ms + c.days * 86400000,
  date(x.due_on, c.days || ' days') FROM bench_copy c JOIN opinion x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO message (application_id, side, author_id, author_name, body, at_ms, read_ms)
  SELECT c.id, x.side, x.author_id, x.author_name, x.body, x.at_ms + c.days * 86400000,
  x.read_ms + c.days * 86400000 FROM bench_copy c JOIN message x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO act (kind, number, application_id, sitting_id, blob, title, status, tags, issued_by, issued_ms)
  SELECT x.kind, x.number, c.id, NULL, x.blob, x.title, x.status, x.tags, x.issued_by, x.issued_ms + c.days * 86400000
  FROM bench_copy c JOIN act x ON x.application_id = c.pattern ORDER BY c.id;
INSERT INTO sitting_item (sitting_id, application_id, position, proposal, base_cents, rate, proposed_cents, state,
  amendment, outcome, decided_cents, vote_id)
  SELECT c.sitting, c.id, c.position, x.proposal, x.base_cents, x.rate, x.proposed_cents, x.state, x.amendment,
  x.outcome, x.decided_cents, (SELECT max(v.id) FROM sitting_vote v WHERE v.sitting_id = c.sitting)
  FROM bench_copy c JOIN sitting_item x ON x.application_id = c.pattern ORDER BY c.sitting, c.position;
INSERT INTO envelope (scheme, edition, name)
  SELECT e.scheme, e.name, 'Vidéoprotection des communes, ' || e.name FROM edition e WHERE NOT EXISTS
  (SELECT 1 FROM envelope v WHERE v.scheme = e.scheme AND v.edition = e.name);
CREATE TABLE bench_money AS SELECT v.id AS envelope, x.application_id AS pattern, c.id AS id, c.days AS days,
  x.id AS entry FROM bench_copy c JOIN envelope_entry x ON x.application_id = c.pattern JOIN edition e ON
  e.id = c.edition JOIN envelope v ON v.scheme = e.scheme AND v.edition = e.name;
INSERT INTO envelope_entry (envelope_id, at_ms, kind, cents, application_id, act, actor, reason)
  SELECT v.id, 1640995200000, 'topped_up', 100000000000, NULL, 'Banc d’essai', 1, 'Banc d’essai' FROM envelope v;
UPDATE envelope SET authorised_cents = authorised_cents + 100000000000;
INSERT INTO envelope_entry (envelope_id, at_ms, kind, cents, application_id, act, actor, reason)
  SELECT m.envelope, x.at_ms + m.days * 86400000, x.kind, x.cents, m.id, x.act, x.actor, x.reason
  FROM bench_money m JOIN envelope_entry x ON x.id = m.entry ORDER BY m.id, x.id;
UPDATE envelope SET
  reserved_cents = (SELECT sum(CASE kind WHEN 'reserved' THEN cents WHEN 'unreserved' THEN -cents WHEN 'committed' THEN
    -cents ELSE 0 END) FROM envelope_entry x WHERE x.envelope_id = envelope.id),
  committed_cents = (SELECT sum(CASE kind WHEN 'committed' THEN cents WHEN 'released' THEN -cents ELSE 0 END)
    FROM envelope_entry x WHERE x.envelope_id = envelope.id);
DROP TABLE bench_money;
)";

struct Pattern {
    std::int64_t id = 0;
    std::int64_t sitting = 0;
    int year = 0;
    std::string title;
};
struct Place {
    std::string siren, insee, name, department;
};
struct Copy {
    std::int64_t id = 0;
    const Pattern* pattern = nullptr;
    const Place* place = nullptr;
    std::string number;
    std::int64_t days = 0;
};

class Multiplier {
  public:
    Multiplier(db::Writer& writer, const territory::Directory& directory) : writer_(writer) {
        read_patterns();
        read_places(directory);
    }

    base::Result<Multiplied> run(std::int64_t files) {
        if (patterns_["notified"].empty() || places_.empty())
            return base::fail(base::Code::NotFound, "this is no database of a demonstration with communes");
        copy_editions();
        copy_sittings();
        writer_.script(kMakeCopies);
        next_id_ = writer_.number(kLastId) + 1;
        const std::int64_t present = writer_.number({"bench_files", "SELECT count(*) FROM application"});
        for (std::int64_t i = present; i < files; ++i) draw(i);
        writer_.script(kCopyRows);
        write_words();
        write_journal();
        writer_.script("DROP TABLE bench_copy");
        Multiplied done;
        done.applications = writer_.number({"bench_files", "SELECT count(*) FROM application"});
        done.grants = writer_.number({"bench_grants",
                                      "SELECT count(*) FROM sitting s JOIN sitting_item i ON i.sitting_id = s.id WHERE "
                                      "s.status = 'published' AND i.outcome = 'granted'"});
        done.sittings = writer_.number({"bench_sitting_count", "SELECT count(*) FROM sitting"});
        done.communes = writer_.number({"bench_communes", "SELECT count(DISTINCT siren) FROM application"});
        done.journal = journal::head(writer_).seq;
        return done;
    }

  private:
    // SplitMix64, so that every machine makes the same data.
    std::int64_t random(std::int64_t below) {
        std::uint64_t z = (seed_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return static_cast<std::int64_t>((z ^ (z >> 31)) % static_cast<std::uint64_t>(below));
    }

    void read_patterns() {
        writer_.query(kPatterns, {}, [&](const db::Row& row) {
            patterns_[row.string(1)].push_back(
                {row.integer(0), row.integer(2), std::stoi(row.string(3)), row.string(4)});
        });
    }

    void read_places(const territory::Directory& directory) {
        for (std::size_t i = 0; i < directory.commune_count(); ++i) {
            auto commune = directory.commune_at(static_cast<territory::CommuneIndex>(i));
            if (!commune.current || !commune.siren) continue;
            auto population = directory.population(commune.index, territory::Figure::Municipale, 2022);
            if (!population || population->value >= 20'000) continue;
            places_.push_back(
                {commune.siren->str(), commune.code.str(), std::string(commune.name), commune.departement.str()});
        }
    }

    // 2024 and 2025 cannot be opened, since no source gives their values: the text of 2023 under their names.
    void copy_editions() {
        for (int year : {2022, 2023}) editions_[year] = writer_.number(kEditionId, {fmt::to_string(year)});
        std::string text =
            writer_.first(kEditionText, {editions_[2023]}, [](const db::Row& row) { return row.string(0); }).value();
        for (int year : {2024, 2025}) {
            std::string mine = text;
            for (const auto& [from, to] :
                 {std::pair{std::string("edition = \"2023\""), fmt::format("edition = \"{}\"", year)},
                  std::pair{std::string("year = 2023"), fmt::format("year = {}", year)},
                  std::pair{std::string("= 2023-"), fmt::format("= {}-", year)}})
                for (std::size_t at = mine.find(from); at != std::string::npos; at = mine.find(from, at + to.size()))
                    mine.replace(at, from.size(), to);
            editions_[year] =
                writer_.number(kEditionCopy, {editions_[2023], fmt::to_string(year), mine,
                                              crypto::hex(crypto::sha256(mine)), (year - 2023) * 365 * kDayMs});
        }
    }

    void copy_sittings() {
        std::vector<std::pair<std::int64_t, base::Date>> held;
        writer_.query(kPublishedSittings, {},
                      [&](const db::Row& row) { held.emplace_back(row.integer(0), row.date(1)); });
        for (const auto& [id, on] : held)
            for (int year = 2022; year <= kLastYearDecided; ++year)
                for (int copy = 0; copy < kCopiesOfSitting; ++copy) {
                    const std::int64_t days = (year - 2022) * 365 + 1 + copy * 7;
                    const auto date = base::format_date(base::add_days(on, static_cast<int>(days)), base::Language::Fr);
                    const auto mark = fmt::format("-{}-{}", year, copy);
                    const auto made = writer_.number(kSittingCopy, {id, "Commission permanente du " + date,
                                                                    fmt::to_string(days), mark, days * kDayMs});
                    writer_.execute(kVoteCopy, {id, made, days * kDayMs});
                    sittings_[{id, year, copy}] = made;
                }
    }

    std::string_view draw_state() {
        std::int64_t at = random(1000);
        for (const auto& share : kShares) {
            if (at < share.per_thousand && !patterns_[std::string(share.state)].empty()) return share.state;
            at -= share.per_thousand;
        }
        return "notified";
    }

    void draw(std::int64_t index) {
        const std::string state(draw_state());
        const auto& patterns = patterns_[state];
        const Pattern& pattern = patterns[static_cast<std::size_t>(random(static_cast<std::int64_t>(patterns.size())))];
        const Place& place = places_[static_cast<std::size_t>(random(static_cast<std::int64_t>(places_.size())))];
        const bool decided = state == "notified";
        const int year = decided ? 2022 + static_cast<int>(random(kLastYearDecided - 2022 + 1)) : 2025;
        std::int64_t days = (year - pattern.year) * 365;
        std::int64_t sitting = pattern.sitting;
        if (decided) {
            const int copy = static_cast<int>(random(kCopiesOfSitting));
            days += 1 + copy * 7;
            sitting = sittings_[{pattern.sitting, year, copy}];
        } else {
            days += random(150);
        }
        Copy copy{.id = next_id_++,
                  .pattern = &pattern,
                  .place = &place,
                  .number = fmt::format("VP-{}-{:05}", year, 10'000 + index),
                  .days = days};
        writer_.execute(kAddCopy, {copy.id, pattern.id, place.siren, place.insee, place.name, place.department,
                                   copy.number, editions_[year], sitting, days, ++positions_[sitting]});
        copies_.push_back(std::move(copy));
    }

    // As application::internal::index_words does.
    void write_words() {
        std::vector<std::pair<std::string, std::int64_t>> words;
        for (const Copy& copy : copies_) {
            std::set<std::string> mine = {base::slug(copy.number), copy.place->siren, copy.place->insee,
                                          copy.number.substr(copy.number.rfind('-') + 1)};
            for (const auto& text : {copy.place->name, copy.pattern->title}) {
                const std::string folded = base::fold(text);
                for (const auto word : base::split(folded, ' '))
                    if (!word.empty()) mine.emplace(word.substr(0, 40));
            }
            for (const auto& word : mine) words.emplace_back(word, copy.id);
        }
        std::sort(words.begin(), words.end());  // in the order of the index: much faster
        for (const auto& [word, id] : words) writer_.execute(kAddWord, {word, id});
    }

    void write_journal() {
        std::map<std::int64_t, std::vector<journal::Record>> histories;
        for (const Copy& copy : copies_) {
            auto [at, fresh] = histories.try_emplace(copy.pattern->id);
            if (fresh) at->second = journal::history(writer_, {"application", copy.pattern->id});
            for (const auto& record : at->second) {
                journal::Entry entry = record.entry;
                entry.at.ms += copy.days * kDayMs;
                entry.subject.id = copy.id;
                journal::append(writer_, entry);
            }
        }
    }

    db::Writer& writer_;
    std::uint64_t seed_ = 100'000;
    std::int64_t next_id_ = 0;
    std::map<std::string, std::vector<Pattern>> patterns_;  // by state
    std::vector<Place> places_;
    std::map<int, std::int64_t> editions_;                          // by year
    std::map<std::array<std::int64_t, 3>, std::int64_t> sittings_;  // of the demonstration, year, copy
    std::map<std::int64_t, int> positions_;
    std::vector<Copy> copies_;
};

}  // namespace

base::Result<Multiplied> multiply(db::Database& database, const territory::Directory& directory, std::int64_t files) {
    return database.write([&](db::Writer& writer) { return Multiplier(writer, directory).run(files); });
}

}  // namespace beffroi::bench
