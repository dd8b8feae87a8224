#include "aides/application/internal.hpp"

#include <set>
#include <utility>

#include "base/text.hpp"

namespace beffroi::aides::application::internal {

namespace {

using base::Code;

constexpr db::Query kForm{"application_form", "SELECT form FROM application_text WHERE application_id = $1"};
constexpr db::Query kForgetWords{"application_forget_words", "DELETE FROM application_word WHERE application_id = $1"};
constexpr db::Query kAddWord{"application_add_word",
                             "INSERT INTO application_word (word, application_id) VALUES ($1, $2) "
                             "ON CONFLICT DO NOTHING"};
constexpr db::Query kUnreviewed{"application_unreviewed",
                                "SELECT count(*) FROM expense_line WHERE application_id = $1 AND version = $2 AND "
                                "retained_cents IS NULL"};

constexpr std::pair<Party, std::string_view> kPartyNames[] = {{Party::Cosigner, "cosigner"},
                                                              {Party::Applicant, "applicant"},
                                                              {Party::Officer, "officer"},
                                                              {Party::Head, "head"},
                                                              {Party::Secretary, "secretary"}};

void add_words(std::set<std::string>& words, std::string_view text) {
    const auto folded = base::fold(text);
    for (const auto word : base::split(folded, ' '))
        if (word.size() > 1) words.insert(std::string(word.substr(0, 40)));
}

}  // namespace

bool readable(const Application& file, const Actor& actor) {
    if (actor.acts_for(file.siren)) return true;
    // A draft that was withdrawn never reached the Region.
    return may_read(actor, file.siren, file.state) && file.filed.has_value();
}

base::Result<Application> need(db::Reader& reader, ApplicationId id) {
    auto file = find(reader, id);
    if (!file) return fail(Code::NotFound, "no application " + std::to_string(id.value));
    return std::move(*file);
}

base::Result<Application> need_readable(db::Reader& reader, ApplicationId id, const Actor& actor) {
    auto file = TRY(need(reader, id));
    if (!readable(file, actor)) return fail(Code::NotFound, "no application for this person: " + file.number);
    return file;
}

std::string_view acting_role(const Actor& actor, std::string_view siren, Parties who) {
    const auto parties = parties_of(actor, siren);
    for (const auto& [party, name] : kPartyNames)
        if (who.has(party) && parties.has(party)) return name;
    return actor.program ? "system" : "none";
}

base::Status check_party(const Actor& actor, std::string_view siren, Parties who) {
    if ((parties_of(actor, siren).bits & who.bits) != 0) return {};
    return fail(Code::Refused, "not a party that may do this", {"application.not_yours", {}});
}

void note(const Desk& desk, db::Writer& writer, const Actor& actor, Parties who, const Application& file,
          std::string_view kind, std::string detail) {
    journal::append(writer, {.at = desk.clock.now(),
                             .actor = actor.id.value,
                             .actor_name = actor.name,
                             .role = std::string(acting_role(actor, file.siren, who)),
                             .kind = std::string(kind),
                             .subject = {.kind = "application", .id = file.id.value},
                             .detail = std::move(detail)});
}

void index_words(db::Writer& writer, ApplicationId id) {
    const auto file = find(writer, id);
    ASSERT(file.has_value());
    std::set<std::string> words = {base::slug(file->number), file->siren};
    if (!file->insee.empty()) words.insert(file->insee);
    if (const auto dash = file->number.rfind('-'); dash != std::string::npos)
        words.insert(file->number.substr(dash + 1));
    add_words(words, file->applicant_name);
    add_words(words, file->title);
    writer.execute(kForgetWords, {id});
    for (const auto& word : words) writer.execute(kAddWord, {word, id});
}

base::Result<scheme::EditionPtr> edition_of(const Desk& desk, db::Reader& reader, const Application& file) {
    return desk.editions.get(reader, file.edition);
}

std::string form_json(db::Reader& reader, ApplicationId id) {
    return reader.first(kForm, {id}, [](const db::Row& row) { return row.string(0); }).value_or("{}");
}

base::Result<Fields> fields_of(db::Reader& reader, ApplicationId id) {
    return from_json(form_json(reader, id));
}

base::Result<scheme::Facts> facts_for(const Desk& desk, db::Reader& reader, const Application& file,
                                      const scheme::Edition& edition, const Project& project) {
    const auto now = base::paris_date(desk.clock.now());
    const auto filed = file.filed ? base::paris_date(*file.filed) : now;
    auto facts = TRY(applicant_facts(reader, desk.territory, edition, file.siren, filed, file.id));
    facts = facts_of(std::move(facts), project, edition);
    facts.filed = filed;
    if (file.complete) facts.completed = base::paris_date(*file.complete);
    facts.decided = file.decided_on ? *file.decided_on : now;
    return facts;
}

base::Result<scheme::Facts> reviewed_facts(const Desk& desk, db::Reader& reader, const Application& file,
                                           const scheme::Edition& edition) {
    const auto fields = TRY(fields_of(reader, file.id));
    auto project = read(fields, edition).project;
    // The money is that of the filing, whatever the form holds now.
    project.funding.clear();
    for (const auto& line : funding_rows(reader, file.id, file.version))
        project.funding.push_back(
            {.source = line.source, .name = line.name, .cents = line.cents, .obtained = line.obtained});
    std::vector<RetainedLine> lines;
    for (const auto& line : expense_rows(reader, file.id, file.version)) {
        lines.push_back({.category = line.category,
                         .ht = line.ht,
                         .vat = line.vat,
                         .quantity = line.quantity,
                         .date = line.date,
                         .retained = line.retained.value_or(line.ht)});
    }
    return retained_facts(TRY(facts_for(desk, reader, file, edition, project)), lines);
}

bool lines_reviewed(db::Reader& reader, const Application& file) {
    return file.version > 0 && reader.number(kUnreviewed, {file.id, file.version}) == 0;
}

std::string euros(base::Cents cents) {
    return base::format_euros(cents, base::Language::Fr);
}

std::string date(base::Date on) {
    return base::short_date(on);
}

}  // namespace beffroi::aides::application::internal
